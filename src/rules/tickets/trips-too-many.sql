-- id: trips-too-many
-- title zh: 单日车次过多
-- title en: more trips in a day than turn-round time allows
-- family: tickets
-- certainty: strong
-- department: transport
-- basis zh: 记录自相矛盾：一辆车一天的车次多于往返、装卸所需时间允许的次数；一车一单、过磅如实记录的管理要求
-- basis en: the records contradict each other: more trips of one truck in a day than going, returning, loading and unloading leave time for; duty to weigh and record every trip truthfully
-- plain zh: 一辆车跑一趟要装车、开过去、卸车、再开回来。按当天磅单上各条路线的里程和一天里可保持的车速算出平均往返用时，一天的分钟数除以它，就是最多能跑的车次；磅单比这还多，多出的车次没有车可拉。例：路程 40 公里，往返 80 分钟加装卸 20 分钟，一天最多 15 车次，磅单却有 22 张。没有里程的路线只算装卸时间，不冤枉人。
-- plain en: A trip is loading, driving there, unloading and driving back. The roads of the day’s tickets and the speed that can be kept up for a day give the mean turn-round; the minutes of a day divided by it are the trips that fit; tickets beyond that have no truck. Example: 40 km of road are 80 minutes there and back and 20 minutes of loading and unloading, 15 trips fit into a day, and there are 22 tickets. A route of unknown length counts with loading and unloading alone, so that nobody is accused by default.
-- clears zh: 套牌、录入串号的证明；定位、卡口或视频记录；作废重打的磅单及更正文件；更短的道路里程
-- clears en: proof of a cloned plate or of plates mixed up when typed in; positioning, gate or video records; voided tickets and their correction; a shorter road than the table says
-- unknown zh: 没有里程（坐标或道路表）的路线只按装卸时间计；没有车牌的不判断
-- unknown en: a route of unknown length (neither coordinates nor the table of roads) counts with loading and unloading alone; not judged: no plate
-- says zh: {subject} {period}有的日子车次过多：最多的一天（{date}）{observed} 车次，按路程最多 {allowed} 车次（平均往返 {turn}）；多出的车次共 {quantity}
-- says en: {subject} made too many trips on days of {period}: {observed} trips on {date} where {allowed} fit (mean turn-round {turn}); {quantity} on the trips beyond
-- unit: count
-- figure date: date
-- figure turn: minute
-- quantity: sum
-- look-back: day
-- needs: journeys
-- parameter speed_kmh: integer = 60 — 重型货车整日平均车速的上限，公里/小时 / highest speed that a heavy truck keeps up for a day, km/h
-- parameter detour: decimal = 1.2 — 公路里程与直线距离之比的下限 / least ratio of road to straight line
-- parameter site_size_m: integer = 500 — 场所坐标到其地磅的距离，米 / from a site’s coordinates to its weighbridge, m
-- parameter handling_min: integer = 20 — 每车次装卸、过磅、排队最少用时，分钟 / least time to load, unload, weigh and queue a trip, minutes
-- parameter hours: integer = 24 — 一天可运输的小时数（两班司机可为 24）/ hours of a day in which trucks drive (24 with two drivers)

WITH ways AS (
  SELECT there.from_site AS a, there.to_site AS b, there.least_s + back.least_s AS round_s
  FROM journeys there JOIN journeys back ON there.from_site = back.to_site AND there.to_site = back.from_site
),
days AS (
  SELECT t.plate AS plate, t.day AS day, COUNT(*) AS trips, SUM(COALESCE(w.round_s, 0) + {handling_min} * 60) AS turns_s
  FROM (SELECT plate, day, origin_site, destination_site FROM shipments WHERE plate IS NOT NULL) t
  LEFT JOIN ways w ON t.origin_site = w.a AND t.destination_site = w.b
  GROUP BY t.plate, t.day
),
crowded AS (
  -- From the first loading to the last there is one turn-round less than trips.
  SELECT plate, day, trips, turns_s,
         CAST(FLOOR(CAST(trips AS DOUBLE) * {hours} * 3600.0 / CAST(turns_s AS DOUBLE)) AS BIGINT) + 1 AS fitting
  FROM days
  WHERE (trips - 1) * turns_s > trips * {hours} * 3600
),
found AS (
  SELECT s.plate AS plate, s.month AS month, s.day AS day, s.ticket_no AS ticket_no, s.source_file AS source_file, s.source_sheet AS source_sheet,
         s.source_row AS source_row, s.net_kg AS net_kg, c.trips AS trips, c.fitting AS fitting, c.turns_s AS turns_s,
         ROW_NUMBER() OVER (PARTITION BY s.plate, s.day ORDER BY s.loaded_at, s.ticket_no, s.source_file, s.source_row) AS place
  FROM shipments s JOIN crowded c ON s.plate = c.plate AND s.day = c.day
)
SELECT 'plate' AS subject_kind, plate AS subject, SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, ticket_no AS ticket,
       source_file, source_sheet, source_row,
       -- The mass of the trips that do not fit: the later ones of the day.
       CASE WHEN CAST(place AS BIGINT) > fitting THEN net_kg END AS quantity_kg,
       CAST(trips AS BIGINT) AS observed, fitting AS allowed,
       CAST(CAST(day AS INT) AS BIGINT) AS date,
       CAST(FLOOR(CAST(turns_s AS DOUBLE) / CAST(trips AS DOUBLE) / 60.0) AS BIGINT) AS turn
FROM found

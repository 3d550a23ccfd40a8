-- id: travel-impossible
-- title zh: 运输时间不可能
-- title en: a trip sooner than the road allows
-- family: tickets
-- certainty: strong
-- department: transport
-- basis zh: 记录自相矛盾：同一车牌两次过磅之间的时间短于路程所需；一车一单、过磅如实记录的管理要求
-- basis en: the records contradict each other: less time between two weighings of one plate than the road takes; duty to weigh and record every trip truthfully
-- plain zh: 一辆车不能同时在两个地方。按两地坐标（或道路里程表）算出路程，再按政策规定的最快车速算出最短用时；磅单上的时间更短，就说明至少有一张磅单没有对应的车。看两种情形：同一张磅单到达太早；同一车牌还没卸完、没开回来，又在矿上装车。例：两地公路 48 公里，最快也要 36 分钟，磅单上 9 点装车、9 点 05 分到达。地磅的钟有快有慢，先用全部车次估计各处时钟的偏差并扣除，再让出估计的误差；钟差无法估计时按政策的时钟误差放宽。
-- plain en: One truck cannot be in two places. The road comes from the sites’ coordinates (or the table of roads), the least time from the highest speed that policy allows for; where the tickets leave less time, at least one of them has no truck behind it. Two things are looked at: a ticket that arrives too soon, and a plate that loads again before it can have unloaded and come back. Example: 48 km by road take 36 minutes at least, the ticket says loaded at 9:00 and arrived at 9:05. Clocks of weighbridges differ: their errors are estimated from all trips and taken out, and the error of that estimate is allowed for; where they cannot be estimated policy’s clock error is.
-- clears zh: 卡口、定位或视频证明车辆当时的位置；地磅时钟校准记录；作废重打的磅单及更正文件；坐标或道路里程有误
-- clears en: gate, positioning or video records of where the truck was; calibration of the weighbridge’s clock; a voided ticket and its correction; wrong coordinates or road distances
-- unknown zh: 两地没有坐标也不在道路表、没有时间或只有日期（零点）的不判断；到达时间离散很大的收货地（多为事后补录）不用其到达时间；同一磅单号的两行见 ticket-reused
-- unknown en: not judged: places without coordinates that are not in the table of roads, no time or a date alone (midnight); arrival times of a receiver whose times scatter widely (typed in later) are not used; two rows of one ticket number are left to ticket-reused
-- says zh: {subject} {period}有磅单 {tickets} 张的时间对不上路程：最严重的一次最少需 {needed}，磅单上只有 {taken}，差 {observed}（时钟误差已放宽 {allowed}），涉及 {quantity}
-- says en: {tickets} tickets of {subject} in {period} do not fit the road: at worst {needed} are needed and the tickets leave {taken}, {observed} too little (clock error allowed for: {allowed}), {quantity} concerned
-- unit: minute
-- figure needed: minute
-- figure taken: minute
-- quantity: sum
-- look-back: all
-- needs: journeys clocks short_trips
-- parameter speed_kmh: integer = 80 — 重型货车全程平均车速的上限，公里/小时 / highest average speed of a heavy truck over the whole way, km/h
-- parameter detour: decimal = 1.2 — 公路里程与直线距离之比的下限 / least ratio of road to straight line
-- parameter site_size_m: integer = 500 — 场所坐标到其地磅的距离，米 / from a site’s coordinates to its weighbridge, m
-- parameter handling_min: integer = 10 — 卸车、装车和两次过磅最少用时，分钟 / least time to unload, load and weigh twice, minutes
-- parameter clock_error_min: integer = 10 — 未能估计时地磅时钟的标准误差，分钟 / standard error of a weighbridge’s clock where it cannot be estimated, minutes
-- parameter time_error_min: integer = 2 — 单张磅单时间的标准误差（取整、打印先后），分钟 / standard error of the time on one ticket (rounding, when it is printed), minutes
-- parameter receipt_spread_min: integer = 60 — 到达时间离散（标准差）超过此值的收货地不用其到达时间，分钟 / arrival times of a receiver that scatter by more than this (standard deviation) are not used, minutes
-- parameter false_alarm: alarm = 0.001 — 每车次的误报率 / chance of a false finding a trip

WITH ends AS (
  -- Both tickets of a pair stand behind a finding; -1: a ticket that contradicts itself.
  SELECT plate, month, at_us, COALESCE(other_us, -1) AS other_us, at_us AS ticket_us, needed_us, taken_us, allowed_us FROM short_trips
  UNION ALL
  SELECT plate, month, at_us, other_us, other_us AS ticket_us, needed_us, taken_us, allowed_us FROM short_trips WHERE other_us <> at_us
),
papers AS (
  SELECT e.plate AS plate, e.month AS month, e.at_us AS at_us, e.other_us AS other_us, e.ticket_us AS ticket_us,
         e.needed_us AS needed_us, e.taken_us AS taken_us, e.allowed_us AS allowed_us,
         s.ticket_no AS ticket_no, s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row, s.net_kg AS net_kg
  FROM (SELECT plate, ticket_no, source_file, source_sheet, source_row, net_kg, CAST(loaded_at AS BIGINT) AS ticket_us FROM shipments) s
  JOIN ends e ON s.plate = e.plate AND s.ticket_us = e.ticket_us
),
told AS (
  SELECT plate, month, ticket_no, source_file, source_sheet, source_row, net_kg, at_us, other_us, ticket_us, needed_us, taken_us, allowed_us,
         MIN(ticket_no) OVER (PARTITION BY plate, at_us, other_us) AS first_no, MAX(ticket_no) OVER (PARTITION BY plate, at_us, other_us) AS last_no,
         ROW_NUMBER() OVER (PARTITION BY plate, at_us, other_us ORDER BY ticket_no, source_file, source_row) AS number
  FROM papers
),
counted AS (
  -- Two rows under one number are one ticket told twice. The mass at stake is the later ticket's; of two tickets of one second the second's.
  SELECT plate, month, ticket_no, source_file, source_sheet, source_row, net_kg, needed_us, taken_us, allowed_us,
         CASE WHEN ticket_us <> at_us OR (other_us = at_us AND number = 1) THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END AS at_stake
  FROM told
  WHERE other_us = -1 OR first_no <> last_no
),
once AS (
  SELECT plate, month, ticket_no, source_file, source_sheet, source_row, net_kg, needed_us, taken_us, allowed_us, at_stake,
         ROW_NUMBER() OVER (PARTITION BY plate, month, ticket_no, source_file, source_row
                            ORDER BY at_stake * 1000000000000000 + needed_us - taken_us - allowed_us DESC) AS place
  FROM counted
)
SELECT 'plate' AS subject_kind, plate AS subject, SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, ticket_no AS ticket,
       source_file, source_sheet, source_row, CASE WHEN at_stake = 1 THEN net_kg END AS quantity_kg,
       CAST(FLOOR(CAST(needed_us - taken_us AS DOUBLE) / 60000000.0) AS BIGINT) AS observed,
       CAST(CEIL(CAST(allowed_us AS DOUBLE) / 60000000.0) AS BIGINT) AS allowed,
       CAST(FLOOR(CAST(needed_us AS DOUBLE) / 60000000.0) AS BIGINT) AS needed,
       CAST(FLOOR(CAST(taken_us AS DOUBLE) / 60000000.0) AS BIGINT) AS taken
FROM once
WHERE place = 1

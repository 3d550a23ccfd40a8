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
-- needs: journeys clocks
-- parameter speed_kmh: integer = 80 — 重型货车全程平均车速的上限，公里/小时 / highest average speed of a heavy truck over the whole way, km/h
-- parameter detour: decimal = 1.2 — 公路里程与直线距离之比的下限 / least ratio of road to straight line
-- parameter site_size_m: integer = 500 — 场所坐标到其地磅的距离，米 / from a site’s coordinates to its weighbridge, m
-- parameter handling_min: integer = 10 — 卸车、装车和两次过磅最少用时，分钟 / least time to unload, load and weigh twice, minutes
-- parameter clock_error_min: integer = 10 — 未能估计时地磅时钟的标准误差，分钟 / standard error of a weighbridge’s clock where it cannot be estimated, minutes
-- parameter time_error_min: integer = 2 — 单张磅单时间的标准误差（取整、打印先后），分钟 / standard error of the time on one ticket (rounding, when it is printed), minutes
-- parameter receipt_spread_min: integer = 60 — 到达时间离散（标准差）超过此值的收货地不用其到达时间，分钟 / arrival times of a receiver that scatter by more than this (standard deviation) are not used, minutes
-- parameter false_alarm: alarm = 0.001 — 每车次的误报率 / chance of a false finding a trip

WITH routes AS (
  SELECT origin_site AS a, destination_site AS b, month
  FROM shipments
  WHERE origin_site IS NOT NULL AND destination_site IS NOT NULL
  GROUP BY origin_site, destination_site, month
),
ways AS (
  -- Everything that a trip needs to know of its way, in microseconds: one small row a pair and month.
  SELECT r.a AS a, r.b AS b, r.month AS month,
         there.least_s * 1000000 AS there_us,
         (there.least_s + back.least_s + {handling_min} * 60) * 1000000 AS round_us,
         (back.least_s + {handling_min} * 60) * 1000000 AS back_us,
         (COALESCE(receiver.offset_s, 0) - COALESCE(sender.offset_s, 0)) * 1000000 AS shift_us,
         -- Errors of two clocks that were fitted together may go hand in hand: they add. Unknown clocks have nothing to do with each other.
         CAST(FLOOR(SQRT(CASE WHEN sender.error_s IS NOT NULL AND receiver.error_s IS NOT NULL THEN CAST((sender.error_s + receiver.error_s) * (sender.error_s + receiver.error_s) AS DOUBLE)
                   ELSE CAST(COALESCE(sender.error_s * sender.error_s, {clock_error_min} * {clock_error_min} * 3600) + COALESCE(receiver.error_s * receiver.error_s, {clock_error_min} * {clock_error_min} * 3600) AS DOUBLE) END
              + CAST({time_error_min} * {time_error_min} * 3600 AS DOUBLE)) * {false_alarm} * 1000.0) AS BIGINT) AS allowed_us,
         CAST({time_error_min} * 60 * {false_alarm} * 1000 AS BIGINT) AS same_clock_us,
         CASE WHEN COALESCE(receiver.spread_s, 0) <= {receipt_spread_min} * 60 THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS timely
  FROM routes r
  JOIN journeys there ON r.a = there.from_site AND r.b = there.to_site
  JOIN journeys back ON r.b = back.from_site AND r.a = back.to_site
  LEFT JOIN clocks sender ON r.a = sender.site AND r.month = sender.month
  LEFT JOIN clocks receiver ON r.b = receiver.site AND r.month = receiver.month
),
timed AS (
  -- A time at midnight in Beijing is a date without a time of day.
  SELECT plate, month, origin_site AS a, destination_site AS b,
         CAST(loaded_at AS BIGINT) AS loaded_us,
         CASE WHEN (CAST(unloaded_at AS BIGINT) + 28800000000) % 86400000000 = 0 THEN NULL ELSE CAST(unloaded_at AS BIGINT) END AS unloaded_us,
         -- Two tickets of one second stand in an order that no order of rows changes.
         CAST(loaded_at AS BIGINT) + (COALESCE(CAST(unloaded_at AS BIGINT), 0) + COALESCE(net_kg, 0)) % 999983 AS turn
  FROM shipments
  WHERE plate IS NOT NULL AND (CAST(loaded_at AS BIGINT) + 28800000000) % 86400000000 <> 0
),
drives AS (
  SELECT t.plate AS plate, t.month AS month, t.a AS a, t.b AS b, t.turn AS turn, t.loaded_us AS loaded_us,
         CASE WHEN w.timely = 1 THEN t.unloaded_us END AS unloaded_us,
         w.there_us AS there_us, w.back_us AS back_us, w.round_us AS round_us, w.shift_us AS shift_us, w.allowed_us AS allowed_us, w.same_clock_us AS same_clock_us
  FROM timed t LEFT JOIN ways w ON t.a = w.a AND t.b = w.b AND t.month = w.month
),
chained AS (
  SELECT plate, month, a, b, loaded_us, unloaded_us, there_us, shift_us, allowed_us,
         LAG(loaded_us) OVER (PARTITION BY plate ORDER BY turn) AS last_loaded_us,
         LAG(unloaded_us) OVER (PARTITION BY plate ORDER BY turn) AS last_unloaded_us,
         LAG(a) OVER (PARTITION BY plate ORDER BY turn) AS last_a,
         LAG(b) OVER (PARTITION BY plate ORDER BY turn) AS last_b,
         LAG(there_us) OVER (PARTITION BY plate ORDER BY turn) AS last_there_us,
         LAG(back_us) OVER (PARTITION BY plate ORDER BY turn) AS last_back_us,
         LAG(round_us) OVER (PARTITION BY plate ORDER BY turn) AS last_round_us,
         LAG(shift_us) OVER (PARTITION BY plate ORDER BY turn) AS last_shift_us,
         LAG(allowed_us) OVER (PARTITION BY plate ORDER BY turn) AS last_allowed_us,
         LAG(same_clock_us) OVER (PARTITION BY plate ORDER BY turn) AS same_clock_us
  FROM drives
),
elsewhere AS (
  -- The truck loads at another place than the last time: another way back, another clock.
  SELECT c.plate AS plate, c.month AS month, c.loaded_us AS loaded_us, c.last_loaded_us AS last_loaded_us, c.last_unloaded_us AS last_unloaded_us,
         c.last_there_us + (j.least_s + {handling_min} * 60) * 1000000 AS round_us,
         (j.least_s + {handling_min} * 60) * 1000000 AS back_us,
         (COALESCE(here.offset_s, 0) - COALESCE(sender.offset_s, 0)) * 1000000 AS round_shift_us,
         (COALESCE(here.offset_s, 0) - COALESCE(receiver.offset_s, 0)) * 1000000 AS back_shift_us,
         CAST(FLOOR(SQRT(CASE WHEN here.error_s IS NOT NULL AND sender.error_s IS NOT NULL THEN CAST((here.error_s + sender.error_s) * (here.error_s + sender.error_s) AS DOUBLE)
                   ELSE CAST(COALESCE(here.error_s * here.error_s, {clock_error_min} * {clock_error_min} * 3600) + COALESCE(sender.error_s * sender.error_s, {clock_error_min} * {clock_error_min} * 3600) AS DOUBLE) END
              + CAST({time_error_min} * {time_error_min} * 3600 AS DOUBLE)) * {false_alarm} * 1000.0) AS BIGINT) AS round_allowed_us,
         CAST(FLOOR(SQRT(CASE WHEN here.error_s IS NOT NULL AND receiver.error_s IS NOT NULL THEN CAST((here.error_s + receiver.error_s) * (here.error_s + receiver.error_s) AS DOUBLE)
                   ELSE CAST(COALESCE(here.error_s * here.error_s, {clock_error_min} * {clock_error_min} * 3600) + COALESCE(receiver.error_s * receiver.error_s, {clock_error_min} * {clock_error_min} * 3600) AS DOUBLE) END
              + CAST({time_error_min} * {time_error_min} * 3600 AS DOUBLE)) * {false_alarm} * 1000.0) AS BIGINT) AS back_allowed_us
  FROM (SELECT plate, month, a, loaded_us, last_loaded_us, last_unloaded_us, last_a, last_b, last_there_us FROM chained WHERE a <> last_a) c
  JOIN journeys j ON c.last_b = j.from_site AND c.a = j.to_site
  LEFT JOIN clocks here ON c.a = here.site AND c.month = here.month
  LEFT JOIN clocks sender ON c.last_a = sender.site AND c.month = sender.month
  LEFT JOIN clocks receiver ON c.last_b = receiver.site AND c.month = receiver.month
),
short AS (
  -- Arrived too soon: one ticket.
  SELECT plate, month, loaded_us AS at_us, CAST(NULL AS BIGINT) AS other_us, there_us AS needed_us, unloaded_us - loaded_us - shift_us AS taken_us, allowed_us
  FROM chained
  WHERE there_us - (unloaded_us - loaded_us - shift_us) > allowed_us
  UNION ALL
  -- Loads again at the same place before it can have been at the other and back: two tickets, one clock.
  SELECT plate, month, loaded_us AS at_us, last_loaded_us AS other_us, last_round_us AS needed_us, loaded_us - last_loaded_us AS taken_us, same_clock_us AS allowed_us
  FROM chained
  WHERE a = last_a AND last_round_us - (loaded_us - last_loaded_us) > same_clock_us
  UNION ALL
  -- The same, from where and when it unloaded.
  SELECT plate, month, loaded_us AS at_us, last_loaded_us AS other_us, last_back_us AS needed_us, loaded_us - last_unloaded_us + last_shift_us AS taken_us, last_allowed_us AS allowed_us
  FROM chained
  WHERE a = last_a AND last_back_us - (loaded_us - last_unloaded_us + last_shift_us) > last_allowed_us
  UNION ALL
  SELECT plate, month, loaded_us AS at_us, last_loaded_us AS other_us, round_us AS needed_us, loaded_us - last_loaded_us - round_shift_us AS taken_us, round_allowed_us AS allowed_us
  FROM elsewhere
  WHERE round_us - (loaded_us - last_loaded_us - round_shift_us) > round_allowed_us
  UNION ALL
  SELECT plate, month, loaded_us AS at_us, last_loaded_us AS other_us, back_us AS needed_us, loaded_us - last_unloaded_us - back_shift_us AS taken_us, back_allowed_us AS allowed_us
  FROM elsewhere
  WHERE back_us - (loaded_us - last_unloaded_us - back_shift_us) > back_allowed_us
),
ranked AS (
  SELECT plate, month, at_us, COALESCE(other_us, -1) AS other_us, needed_us, taken_us, allowed_us,
         ROW_NUMBER() OVER (PARTITION BY plate, at_us, COALESCE(other_us, -1) ORDER BY needed_us - taken_us - allowed_us DESC) AS place
  FROM short
),
worst AS (
  SELECT plate, month, at_us, other_us, needed_us, taken_us, allowed_us FROM ranked WHERE place = 1
),
ends AS (
  SELECT plate, month, at_us, other_us, at_us AS ticket_us, needed_us, taken_us, allowed_us FROM worst
  UNION ALL
  SELECT plate, month, at_us, other_us, other_us AS ticket_us, needed_us, taken_us, allowed_us FROM worst WHERE other_us <> at_us AND other_us <> -1
),
papers AS (
  SELECT e.plate AS plate, e.month AS month, e.at_us AS at_us, e.other_us AS other_us, e.ticket_us AS ticket_us,
         e.needed_us AS needed_us, e.taken_us AS taken_us, e.allowed_us AS allowed_us,
         s.ticket_no AS ticket_no, s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row, s.net_kg AS net_kg
  FROM (SELECT plate, ticket_no, source_file, source_sheet, source_row, net_kg, CAST(loaded_at AS BIGINT) AS ticket_us FROM shipments) s
  JOIN ends e ON s.plate = e.plate AND s.ticket_us = e.ticket_us
),
told AS (
  -- Two rows under one number are one ticket told twice.
  SELECT plate, at_us, other_us FROM papers GROUP BY plate, at_us, other_us
  HAVING MIN(other_us) = -1 OR MIN(ticket_no) <> MAX(ticket_no)
),
counted AS (
  SELECT p.plate AS plate, p.month AS month, p.ticket_no AS ticket_no, p.source_file AS source_file, p.source_sheet AS source_sheet, p.source_row AS source_row,
         p.net_kg AS net_kg, p.needed_us AS needed_us, p.taken_us AS taken_us, p.allowed_us AS allowed_us,
         -- The mass at stake is the later ticket's; of two tickets of one second it is the second one's.
         CASE WHEN p.ticket_us <> p.at_us THEN CAST(0 AS BIGINT)
              WHEN p.other_us = p.at_us AND ROW_NUMBER() OVER (PARTITION BY p.plate, p.at_us, p.other_us ORDER BY p.ticket_no, p.source_file, p.source_row) = 1 THEN CAST(0 AS BIGINT)
              ELSE CAST(1 AS BIGINT) END AS at_stake
  FROM papers p JOIN told t ON p.plate = t.plate AND p.at_us = t.at_us AND p.other_us = t.other_us
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

-- id: tare-drift
-- title zh: 皮重异常
-- title en: a tare unlike that truck’s own
-- family: tickets
-- certainty: strong
-- department: transport
-- basis zh: 《计量法》及其实施细则（不得破坏计量器具准确度、伪造数据）；记录自相矛盾：同一车辆的空车质量不应突变
-- basis en: Metrology Law and its rules of implementation (no impairing of a scale’s accuracy, no forged data); the records contradict each other: an empty truck does not suddenly weigh something else
-- plain zh: 净重是毛重减皮重，皮重写低了净重就虚高，写高了就有矿石不入账。每辆车的皮重都与它自己全部记录的中位数相比；油箱、泥土和地磅误差使皮重正常波动，超出这种波动（误差的若干倍，见误报率）才算。例：某车空车一向 16.2 吨左右，上下波动 0.1 吨，有 30 张磅单皮重只写 14.9 吨，每车虚增 1.3 吨，共 39 吨。
-- plain en: Net is gross minus tare: a tare written too low makes ore that is not there, one written too high hides ore. Every tare is compared with the median of that truck’s own records; fuel, mud and the scale make tares vary a little, and only what lies beyond that (by the false-alarm rate) counts. Example: a truck always weighs some 16.2 t empty, give or take 0.1 t, and 30 tickets say 14.9 t: 1.3 t too much net a trip, 39 t in all.
-- clears zh: 换过挂车、货箱或加装设备的证明；两次皮重过磅的影像；地磅检定记录；录入更正
-- clears en: proof of another trailer or body or of added equipment; pictures of the tare weighing; calibration of the scale; a correction of what was typed
-- unknown zh: 皮重缺失的不判断；一辆车有皮重的磅单少于 least_trips 张的不判断
-- unknown en: not judged: no tare; trucks with fewer than least_trips tickets that state one
-- says zh: {subject} {period}有 {tickets} 张磅单的皮重不像它自己：一张写 {tare}，而该车一向约 {own}，相差 {observed}（正常波动和误差允许 {allowed}）；合计影响净重 {quantity}
-- says en: on {tickets} tickets of {subject} in {period} the tare is not its own: one says {tare} where the truck has always weighed about {own}, {observed} apart (allowed for scatter and error: {allowed}); worth {quantity} of net mass in all
-- unit: kg
-- figure tare: kg
-- figure own: kg
-- quantity: sum
-- look-back: all
-- parameter scale_error: percent = 0.3 — 地磅的标准误差 / standard error of a weighbridge
-- parameter empty_spread_kg: integer = 100 — 燃油、泥水和随车物品使空车质量波动的标准差，kg（400 升油箱由空到满约 340 kg）/ standard deviation of an empty truck’s mass by fuel, mud and gear, kg (a tank of 400 l holds some 340 kg)
-- parameter division_kg: integer = 20 — 地磅分度值，kg / division of a weighbridge, kg
-- parameter least_trips: integer = 30 — 至少有这么多张磅单才知道一辆车自己的皮重 / so many tickets are needed to know a truck’s own tare
-- parameter false_alarm: alarm-both = 0.0001 — 每车次的误报率 / chance of a false finding a trip

WITH weighed AS (
  SELECT plate, tare_kg, COUNT(*) AS trips
  FROM shipments
  WHERE plate IS NOT NULL AND tare_kg IS NOT NULL
  GROUP BY plate, tare_kg
),
running AS (
  SELECT plate, tare_kg, trips,
         SUM(trips) OVER (PARTITION BY plate ORDER BY tare_kg) AS up_to,
         SUM(trips) OVER (PARTITION BY plate) AS trips_of_plate
  FROM weighed
),
medians AS (
  SELECT plate, MIN(tare_kg) AS own_kg, MAX(trips_of_plate) AS trips
  FROM running
  WHERE up_to * 2 >= trips_of_plate AND trips_of_plate >= {least_trips}
  GROUP BY plate
),
deviations AS (
  SELECT w.plate AS plate, CASE WHEN w.tare_kg >= m.own_kg THEN w.tare_kg - m.own_kg ELSE m.own_kg - w.tare_kg END AS deviation_kg, SUM(w.trips) AS trips
  FROM weighed w JOIN medians m ON w.plate = m.plate
  GROUP BY w.plate, CASE WHEN w.tare_kg >= m.own_kg THEN w.tare_kg - m.own_kg ELSE m.own_kg - w.tare_kg END
),
running_deviations AS (
  SELECT plate, deviation_kg,
         SUM(trips) OVER (PARTITION BY plate ORDER BY deviation_kg) AS up_to,
         SUM(trips) OVER (PARTITION BY plate) AS trips_of_plate
  FROM deviations
),
spreads AS (
  SELECT plate, MIN(deviation_kg) AS mad_kg FROM running_deviations WHERE up_to * 2 >= trips_of_plate GROUP BY plate
),
own AS (
  SELECT m.plate AS plate, m.own_kg AS own_kg,
         -- 1.4826 × MAD estimates a standard deviation with a relative error of 1.167/√n: three of these are added. It is never below
         -- what fuel, the scale and its division do to any truck.
         1.4826 * CAST(s.mad_kg AS DOUBLE) * (1.0 + 3.5 / SQRT(CAST(m.trips AS DOUBLE))) AS seen_kg,
         SQRT(CAST({empty_spread_kg} * {empty_spread_kg} AS DOUBLE) + CAST({division_kg} * {division_kg} AS DOUBLE) / 12.0
              + CAST(m.own_kg AS DOUBLE) * CAST(m.own_kg AS DOUBLE) * CAST({scale_error} AS DOUBLE) * CAST({scale_error} AS DOUBLE) / 1000000000000.0) AS least_kg
  FROM medians m JOIN spreads s ON m.plate = s.plate
),
limits AS (
  SELECT plate, own_kg, CAST(CEIL(CASE WHEN seen_kg > least_kg THEN seen_kg ELSE least_kg END * {false_alarm} / 1000.0) AS BIGINT) AS allowed_kg
  FROM own
),
foreign_tares AS (
  SELECT w.plate AS plate, w.tare_kg AS tare_kg, l.own_kg AS own_kg, l.allowed_kg AS allowed_kg,
         CASE WHEN w.tare_kg >= l.own_kg THEN w.tare_kg - l.own_kg ELSE l.own_kg - w.tare_kg END AS difference_kg
  FROM weighed w JOIN limits l ON w.plate = l.plate
  WHERE w.tare_kg - l.own_kg > l.allowed_kg OR l.own_kg - w.tare_kg > l.allowed_kg
)
SELECT 'plate' AS subject_kind, s.plate AS subject, SUBSTR(CAST(s.month AS VARCHAR), 1, 7) AS period, s.ticket_no AS ticket,
       s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row,
       f.difference_kg AS quantity_kg, f.difference_kg AS observed, f.allowed_kg AS allowed, f.tare_kg AS tare, f.own_kg AS own
FROM shipments s JOIN foreign_tares f ON s.plate = f.plate AND s.tare_kg = f.tare_kg

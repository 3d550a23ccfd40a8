-- id: vehicle-unfit
-- title zh: 车辆不能运矿
-- title en: a vehicle that carries no ore
-- family: tickets
-- certainty: strong
-- department: transport
-- basis zh: 《道路运输条例》关于货运车辆条件的规定；记录自相矛盾：轿车、摩托车等装不下磅单上的货，或车牌不在车辆登记中
-- basis en: Regulations on Road Transport: freight needs fit vehicles; the records contradict each other: a car or motorcycle cannot hold what the ticket says, or the plate is in no register
-- plain zh: 磅单上的车牌，登记的是轿车、客车、摩托车、救护车之类，装不了几十吨矿；或者车辆登记已覆盖绝大多数车次，这个车牌却查不到。两种情形都可能是套牌、假牌，磅单背后没有这辆货车。别处审计就是这样查出几千张摩托车“运矿”的通行单。例：登记为“小型轿车”的车牌一个月有 12 张磅单、共 396 吨。
-- plain en: The plate on the ticket is registered as a car, a bus, a motorcycle or an ambulance, which holds no tens of tonnes; or the register covers nearly all trips and does not know this plate. Either way the plate may be cloned or invented and no such truck stands behind the ticket; audits elsewhere found thousands of passes of ore on motorcycles in this way. Example: a plate registered as a small car has 12 tickets in a month, 396 t.
-- clears zh: 行驶证或车管所登记；录入错的车牌的更正；补报的车辆登记
-- clears en: the vehicle licence or the registration office’s record; a correction of a plate that was mistyped; a completed register
-- unknown zh: 没有车牌的不判断；车辆登记覆盖的车次不足 register_share 时，查不到的车牌不算；同一车牌有一条登记是货车的不算；登记没有写类型的不算
-- unknown en: not judged: no plate; plates in no register while it covers less than register_share of the trips; plates of which one entry is a truck; entries without a class
-- says zh: {subject} {period}有磅单 {tickets} 张、{quantity}，而该车牌登记为不能运矿的车辆，或不在车辆登记中
-- says en: {tickets} tickets of {subject} in {period}, {quantity}, while this plate is registered as a vehicle that carries no ore, or is in no register
-- unit: none
-- quantity: sum
-- look-back: all
-- needs: unfit_vehicles
-- parameter unfit_classes: words = 轿车 客车 摩托 救护 三轮 校车 警车 消防 教练 旅居 car bus motorcycle ambulance — 登记类型中含有这些词的车辆不能运矿 / vehicles whose class has one of these words carry no ore
-- parameter register_share: percent = 95 — 车辆登记至少覆盖这一比例的车次，查不到的车牌才算 / share of trips that the register must cover before a plate that it does not know counts

WITH register AS (
  SELECT plate, CAST(1 AS BIGINT) AS known FROM vehicles WHERE plate IS NOT NULL GROUP BY plate
),
used AS (
  SELECT plate, COUNT(*) AS trips FROM shipments WHERE plate IS NOT NULL GROUP BY plate
),
looked_up AS (
  SELECT u.plate AS plate, u.trips AS trips, r.known AS known FROM used u LEFT JOIN register r ON u.plate = r.plate
),
coverage AS (
  SELECT SUM(CASE WHEN known = 1 THEN CAST(trips AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS known, SUM(trips) AS trips FROM looked_up
),
suspects AS (
  SELECT plate FROM unfit_vehicles
  UNION ALL
  SELECT l.plate AS plate FROM looked_up l CROSS JOIN coverage c WHERE l.known IS NULL AND c.known * 1000000 >= c.trips * {register_share}
)
SELECT 'plate' AS subject_kind, s.plate AS subject, SUBSTR(CAST(s.month AS VARCHAR), 1, 7) AS period, s.ticket_no AS ticket,
       s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row,
       s.net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed
FROM shipments s JOIN suspects x ON s.plate = x.plate

-- id: payload-implausible
-- title zh: 载重超过车辆所能
-- title en: more than the truck holds
-- family: tickets
-- certainty: strong
-- department: transport
-- basis zh: 《道路交通安全法》第四十八条（机动车载物应当符合核定的载质量，严禁超载）；《超限运输车辆行驶公路管理规定》（交通运输部令2016年第62号）
-- basis en: Road Traffic Safety Law, art. 48 (no load above the approved payload); Provisions on over-limit vehicles (Ministry of Transport order 2016 no. 62)
-- plain zh: 车辆登记的总质量减去整备质量，就是这辆车最多能合法装载的质量；磅单净重比它还大，超出的部分又大于地磅误差，说明磅单不实，或车被改装、严重超载。登记资料没有这两项，或登记的只是牵引车头（空车过磅比登记的整备质量重得多）时，按轴数的最大载重比较。例：登记总质量 49 吨、整备质量 16 吨，最多装 33 吨，磅单净重 45 吨。
-- plain en: Registered gross minus registered curb mass is the most that the truck may carry; a net mass above that by more than the weighbridge’s error means an untrue ticket, a rebuilt truck or a grave overload. Where the register states neither, or speaks of the tractor alone (the empty truck weighs much more than its curb mass), the largest payload for the axles is compared with. Example: 49 t gross and 16 t curb leave 33 t, the ticket says 45 t net.
-- clears zh: 行驶证（总质量、整备质量、挂车）；改装或换挂的登记；过磅影像；地磅检定记录；录入更正
-- clears en: the vehicle licence (gross, curb, trailer); registration of a rebuilt truck or another trailer; pictures of the weighing; calibration of the scale; a correction of what was typed
-- unknown zh: 车辆登记没有质量、磅单和登记都没有轴数的不判断
-- unknown en: not judged: no masses in the register and axles neither there nor on the ticket
-- says zh: {subject} {period}有 {tickets} 车次装得比车辆所能的多：最多一次净重 {observed}，该车最多 {payload}（含地磅误差放宽到 {allowed}）；合计超出 {quantity}
-- says en: {tickets} trips of {subject} in {period} carried more than the truck holds: at worst {observed} net where it holds {payload} ({allowed} with the scale’s error); {quantity} too much in all
-- unit: kg
-- figure payload: kg
-- quantity: sum
-- look-back: day
-- parameter scale_error: percent = 0.3 — 地磅的标准误差 / standard error of a weighbridge
-- parameter tractor_share: percent = 120 — 空车过磅超过登记整备质量的这一比例，登记的只是牵引车头或另一挂车，不用 / an empty truck above this share of the registered curb mass: the register speaks of the tractor or of another trailer, and is not used
-- parameter payload_2: integer = 13000 — 二轴车最大载重，kg（限值 18 吨减最轻空车）/ largest payload with 2 axles, kg (limit 18 t less the lightest truck)
-- parameter payload_3: integer = 19000 — 三轴车最大载重，kg / largest payload with 3 axles, kg
-- parameter payload_4: integer = 26000 — 四轴车最大载重，kg / largest payload with 4 axles, kg
-- parameter payload_5: integer = 31000 — 五轴车最大载重，kg / largest payload with 5 axles, kg
-- parameter payload_6: integer = 36500 — 六轴及以上最大载重，kg / largest payload with 6 axles and more, kg
-- parameter false_alarm: alarm = 0.001 — 每车次的误报率 / chance of a false finding a trip

WITH register AS (
  -- Of several entries the one that allows most.
  SELECT plate, MAX(CASE WHEN permitted_gross_kg > curb_kg THEN permitted_gross_kg - curb_kg END) AS payload_kg, MIN(curb_kg) AS curb_kg, MAX(axles) AS axles,
         MAX(CASE WHEN class LIKE '%牵引%' THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS tractor
  FROM vehicles
  WHERE plate IS NOT NULL
  GROUP BY plate
),
loads AS (
  SELECT s.plate AS plate, s.month AS month, s.ticket_no AS ticket_no, s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row,
         s.net_kg AS net_kg,
         -- Net is a difference of two weighings; of one that is missing the larger guess is taken, it allows more.
         COALESCE(s.gross_kg, s.net_kg * 2) AS gross_kg, COALESCE(s.tare_kg, s.net_kg) AS tare_kg,
         CASE WHEN r.payload_kg IS NOT NULL AND s.tare_kg * 1000000 <= r.curb_kg * {tractor_share} THEN r.payload_kg
              WHEN r.payload_kg IS NOT NULL AND s.tare_kg IS NULL AND r.tractor = 0 THEN r.payload_kg
              WHEN COALESCE(s.axles, r.axles) = 2 THEN CAST({payload_2} AS BIGINT)
              WHEN COALESCE(s.axles, r.axles) = 3 THEN CAST({payload_3} AS BIGINT)
              WHEN COALESCE(s.axles, r.axles) = 4 THEN CAST({payload_4} AS BIGINT)
              WHEN COALESCE(s.axles, r.axles) = 5 THEN CAST({payload_5} AS BIGINT)
              WHEN COALESCE(s.axles, r.axles) >= 6 THEN CAST({payload_6} AS BIGINT) END AS payload_kg
  FROM shipments s LEFT JOIN register r ON s.plate = r.plate
  WHERE s.plate IS NOT NULL AND s.net_kg IS NOT NULL
),
heavy AS (
  SELECT plate, month, ticket_no, source_file, source_sheet, source_row, net_kg, payload_kg,
         payload_kg + CAST(FLOOR(SQRT(CAST(gross_kg * gross_kg + tare_kg * tare_kg AS DOUBLE)) * {scale_error} * {false_alarm} / 1000000000.0) AS BIGINT) AS allowed_kg
  FROM loads
  WHERE net_kg > payload_kg
)
SELECT 'plate' AS subject_kind, plate AS subject, SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, ticket_no AS ticket,
       source_file, source_sheet, source_row,
       net_kg - payload_kg AS quantity_kg, net_kg AS observed, allowed_kg AS allowed, CAST(payload_kg AS BIGINT) AS payload
FROM heavy
WHERE net_kg > allowed_kg

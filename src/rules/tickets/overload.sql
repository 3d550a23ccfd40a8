-- id: overload
-- title zh: 超限运输
-- title en: truck above the limit for its axles
-- family: tickets
-- certainty: proven
-- department: transport
-- basis zh: 《超限运输车辆行驶公路管理规定》（交通运输部令2016年第62号）第三条
-- basis en: Provisions on over-limit vehicles (Ministry of Transport order 2016 no. 62), art. 3
-- plain zh: 货车的总质量超过它的轴数所允许的限值（交通运输部令2016年第62号第三条）。轴数来自磅单或车辆登记；不知道是否汽车列车时按较高的限值，不冤枉人；再减去地磅误差。例：六轴车限 49 吨，过磅 56 吨，超 7 吨。
-- plain en: The truck weighed more than its axles allow (order 2016 no. 62, art. 3). Axles come from the ticket or the register; where it is unknown whether it is articulated the higher limit applies; the scale’s error is allowed for. Example: six axles allow 49 t, it weighed 56 t: 7 t too much.
-- clears zh: 车辆登记资料：轴数、是否列车、空气悬架（三、四轴单体货车放宽 1 吨）；地磅校准记录；超限运输许可
-- clears en: the vehicle register: axles, articulated or rigid, air suspension (1 t more for rigid trucks of 3 and 4 axles); calibration of the scale; a permit for over-limit transport
-- unknown zh: 毛重缺失，或磅单和车辆登记都没有轴数的不判断；不知道是否列车按较高限值
-- unknown en: not judged: no gross mass, or axles neither on the ticket nor in the register; where rigid or articulated is unknown the higher limit applies
-- says zh: {subject} {period}超限运输：最重一次总质量 {observed}，限值 {allowed}；共 {tickets} 车次，合计超出 {quantity}
-- says en: {subject} ran above its limit in {period}: at worst {observed} against {allowed}; {tickets} trips, {quantity} too much in all
-- unit: kg
-- quantity: sum
-- look-back: day
-- parameter limit_2: integer = 18000 — 二轴货车限值，kg / limit for 2 axles, kg
-- parameter limit_3: integer = 25000 — 三轴单体货车限值，kg / limit for 3 axles, rigid, kg
-- parameter limit_3_articulated: integer = 27000 — 三轴汽车列车限值，kg / limit for 3 axles, articulated, kg
-- parameter limit_4: integer = 31000 — 四轴单体货车限值，kg / limit for 4 axles, rigid, kg
-- parameter limit_4_articulated: integer = 36000 — 四轴汽车列车限值，kg / limit for 4 axles, articulated, kg
-- parameter limit_5: integer = 43000 — 五轴限值，kg / limit for 5 axles, kg
-- parameter limit_6: integer = 49000 — 六轴及以上限值，kg / limit for 6 axles and more, kg
-- parameter air_suspension: integer = 0 — 三、四轴单体货车另加的空气悬架宽限，kg；登记资料不载悬架，1000 则一律从宽 / extra for air suspension on rigid trucks of 3 and 4 axles, kg; registers do not state it, 1000 gives it to all
-- parameter scale_error: percent = 0.3 — 地磅的标准误差 / standard error of a weighbridge
-- parameter z: decimal = 3 — 超出多少倍标准误差才算数 / how many standard errors count

WITH register AS (
  -- Rigid only if every entry of the plate says so.
  SELECT plate, MAX(axles) AS axles, MAX(CASE WHEN articulated = FALSE THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END) AS articulated
  FROM vehicles GROUP BY plate
),
weighed AS (
  SELECT s.plate AS plate, s.month AS month, s.ticket_no AS ticket_no, s.source_file AS source_file, s.source_sheet AS source_sheet,
         s.source_row AS source_row, s.gross_kg AS gross_kg,
         COALESCE(s.axles, v.axles) AS axles, COALESCE(v.articulated, 1) AS articulated
  FROM shipments s LEFT JOIN register v ON s.plate = v.plate
  WHERE s.gross_kg IS NOT NULL AND s.plate IS NOT NULL AND s.gross_kg > {limit_2}
),
limits AS (
  SELECT plate, month, ticket_no, source_file, source_sheet, source_row, gross_kg,
         CASE WHEN axles = 2 THEN {limit_2}
              WHEN axles = 3 AND articulated = 0 THEN {limit_3} + {air_suspension}
              WHEN axles = 3 THEN {limit_3_articulated}
              WHEN axles = 4 AND articulated = 0 THEN {limit_4} + {air_suspension}
              WHEN axles = 4 THEN {limit_4_articulated}
              WHEN axles = 5 THEN {limit_5}
              WHEN axles >= 6 THEN {limit_6} END AS limit_kg
  FROM weighed
  WHERE axles IS NOT NULL
)
SELECT 'plate' AS subject_kind, plate AS subject, SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, ticket_no AS ticket,
       source_file, source_sheet, source_row,
       gross_kg - limit_kg AS quantity_kg, gross_kg AS observed, CAST(limit_kg AS BIGINT) AS allowed
FROM limits
-- The weighbridge's own error: gross × error (ppm) × z (thousandths).
WHERE (gross_kg - limit_kg) * 1000000000 > gross_kg * {scale_error} * {z}

-- id: outside-boundary
-- title zh: 越界开采
-- title en: ore loaded outside the licensed area
-- family: illegal-source
-- certainty: strong
-- department: natural-resources
-- basis zh: 《矿产资源法》（2009年修正）第四十条；法释〔2016〕25号第二条：超越许可证规定的矿区范围
-- basis en: Mineral Resources Law (amended 2009), art. 40; Fa Shi [2016] no. 25, art. 2: outside the licensed area
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第六十四条；法释〔2016〕25号第二条
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), art. 64; Fa Shi [2016] no. 25, art. 2
-- plain zh: 装车地点在许可证划定的矿区范围之外。用磅单上的装车坐标与矿区多边形比较，减去定位误差。例：装车点在边界外 620 米，定位误差 30 米，算越界；在边界外 12 米不算。
-- plain en: The truck was loaded outside the licensed area. The loading position on the ticket is compared with the polygon of the licence, allowing for the error of positioning. Example: 620 m outside with an error of 30 m is outside; 12 m is not.
-- clears zh: 证明装车点是矿区外的合法堆场或地磅；定位设备校准记录；变更后的矿区范围
-- clears en: proof that the loading point is a lawful yard or weighbridge; calibration of the positioning device; a changed boundary
-- unknown zh: 没有装车坐标（或坐标为 0,0）、当日任一有效许可证没有矿区范围或范围无法读取的不判断（后者见 boundary-unreadable）
-- unknown en: not judged: no loading position (or 0,0); a licence in force without a boundary, or with one that cannot be read (see boundary-unreadable)
-- says zh: {subject} {period}有磅单 {tickets} 张在矿区范围外装车，最远 {observed}（定位误差 {allowed}），共 {quantity}
-- says en: {tickets} tickets of {subject} in {period} were loaded outside its boundary, up to {observed} away (positioning error {allowed}): {quantity}
-- unit: m
-- quantity: sum
-- look-back: day
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter gps_error_m: integer = 30 — 定位误差，米 / positioning error allowed for, m
-- step: outside-boundary

WITH ore_days AS (
  SELECT origin_site AS site, day
  FROM shipments
  WHERE product IN ({products}) AND origin_site IS NOT NULL AND loaded_lat IS NOT NULL AND loaded_lon IS NOT NULL
  GROUP BY origin_site, day
),
bounded AS (
  SELECT o.site AS site, o.day AS day, COUNT(*) AS licences, COUNT(l.boundary) AS boundaries
  FROM ore_days o JOIN licences l ON o.site = l.site
  WHERE l.kind = 'mining' AND l.valid_from <= o.day AND l.valid_to >= o.day AND (l.status = 'valid' OR l.status_since > o.day)
  GROUP BY o.site, o.day
),
found AS (
  -- Where one licence in force has no boundary the load may lie within that one.
  SELECT site, day FROM bounded WHERE licences = boundaries
)
SELECT 'site' AS subject_kind, s.origin_site AS subject, SUBSTR(CAST(s.month AS VARCHAR), 1, 7) AS period, s.ticket_no AS ticket,
       s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row,
       s.net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST({gps_error_m} AS BIGINT) AS allowed,
       s.day AS day, s.loaded_lat AS loaded_lat, s.loaded_lon AS loaded_lon
FROM shipments s JOIN found f ON s.origin_site = f.site AND s.day = f.day
WHERE s.product IN ({products}) AND s.loaded_lat IS NOT NULL AND s.loaded_lon IS NOT NULL

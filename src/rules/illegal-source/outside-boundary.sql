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
-- plain zh: 装车地点在许可证划定的矿区范围之外。用磅单上的装车坐标与矿区多边形比较，越过边界的距离大于定位误差能解释的才算。定位有误差：标准误差约 10 米时，一个月 1 000 车里碰巧偏出最远的一车约 40 多米，所以单独一车要偏出 49 米才算；若很多车都偏出 24 米以上，多到碰巧不可能，这些车都算。例：装车点在边界外 620 米，算越界；一车在边界外 12 米，不算。
-- plain en: The truck was loaded outside the licensed area. The loading position on the ticket is compared with the polygon of the licence; what counts is a distance that errors of positioning cannot explain. With a standard error of some 10 m, the worst of a month's 1,000 loads is by chance some 40 m off, so a single load counts from 49 m on; where many loads lie more than 24 m outside, more than chance puts there, all of those count. Example: 620 m outside is outside; one load 12 m outside is not.
-- clears zh: 证明装车点是矿区外的合法堆场或地磅；定位设备校准记录；变更后的矿区范围
-- clears en: proof that the loading point is a lawful yard or weighbridge; calibration of the positioning device; a changed boundary
-- unknown zh: 没有装车坐标（或坐标为 0,0）、当日任一有效许可证没有矿区范围或范围无法读取的不判断（后者见 boundary-unreadable）；各车的定位误差视为互不相干，同一台设备整月偏向一侧的要先查设备
-- unknown en: not judged: no loading position (or 0,0); a licence in force without a boundary, or with one that cannot be read (see boundary-unreadable); the errors of different loads are taken to be independent: a device that is off to one side all month must be looked at first
-- says zh: {subject} {period}有磅单 {tickets} 张在矿区范围外装车，最远 {observed}（定位误差可解释 {allowed}），共 {quantity}
-- says en: {tickets} tickets of {subject} in {period} were loaded outside its boundary, up to {observed} away (errors explain {allowed}): {quantity}
-- unit: m
-- quantity: sum
-- look-back: day
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter gps_error_m: integer = 10 — 装车定位的标准误差，米（车载终端在露天采坑里）/ standard error of a loading position, m (a receiver on a truck in an open pit)
-- parameter false_alarm: alarm = 0.1 — 每个矿山每月的误报率 / chance of a false finding a mine and month
-- needs: outside

WITH positions AS (
  SELECT origin_site, month, day, ticket_no, source_file, source_sheet, source_row, net_kg,
         CAST(FLOOR(loaded_lat * 10000000.0 + 0.5) AS BIGINT) AS lat_e7, CAST(FLOOR(loaded_lon * 10000000.0 + 0.5) AS BIGINT) AS lon_e7
  FROM shipments
  WHERE product IN ({products}) AND origin_site IS NOT NULL AND loaded_lat IS NOT NULL AND loaded_lon IS NOT NULL
)
SELECT 'site' AS subject_kind, p.origin_site AS subject, SUBSTR(CAST(p.month AS VARCHAR), 1, 7) AS period, p.ticket_no AS ticket,
       p.source_file AS source_file, p.source_sheet AS source_sheet, p.source_row AS source_row,
       p.net_kg AS quantity_kg, o.outside_m AS observed, o.allowed_m AS allowed
FROM positions p JOIN outside o
  ON p.origin_site = o.site AND p.day = o.day AND p.lat_e7 = o.lat_e7 AND p.lon_e7 = o.lon_e7

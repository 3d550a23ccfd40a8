-- id: construction-ore
-- title zh: 以工程建设、生态修复名义采矿
-- title en: ore from a building or restoration site
-- family: illegal-source
-- certainty: proven
-- department: natural-resources
-- basis zh: 《矿产资源法》（2009年修正）第三条、第三十九条；专项整治方案（2023-03-25）：以工程建设、生态修复名义开采
-- basis en: Mineral Resources Law (amended 2009), arts. 3 and 39; campaign plan of 2023-03-25: mining in the name of building or restoration
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第二十二条、第三十三条、第六十四条、第六十七条；法释〔2016〕25号
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), arts. 22, 33, 64 and 67; Fa Shi [2016] no. 25
-- plain zh: 工地和生态修复工程不是矿山，没有采矿许可证，却外运原矿。工程挖出的矿石应按批准的方案处置并公开交易。例：某场平工程 5 月外运原矿 900 吨。
-- plain en: A building or restoration site is no mine and has no mining licence, yet it dispatched raw ore. Ore dug up there must be disposed of by an approved plan and sold in public. Example: 900 t in May from a site being levelled.
-- clears zh: 当日有效的采矿许可证；主管部门批准的工程动用矿石处置方案及公共资源交易记录
-- clears en: a mining licence in force on the day; an approved plan for disposing of the ore and its public sale
-- unknown zh: 许可证登记在两个场所同名的名称下时，不判断这些场所
-- unknown en: not judged: sites whose name a licence shares with another site
-- says zh: {subject}（工程建设或生态修复）{period}外运原矿 {quantity}，磅单 {tickets} 张
-- says en: {subject}, a building or restoration site, dispatched {quantity} of raw ore in {period}: {tickets} tickets
-- unit: none
-- quantity: sum
-- look-back: all
-- with: unclear-licences licence-days
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore

WITH found AS (
  SELECT site, day FROM judged
  WHERE in_force = 0 AND kind IN ('construction', 'restoration')
)
SELECT 'site' AS subject_kind, s.origin_site AS subject, SUBSTR(CAST(s.month AS VARCHAR), 1, 7) AS period, s.ticket_no AS ticket,
       s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row,
       s.net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed
FROM shipments s JOIN found f ON s.origin_site = f.site AND s.day = f.day
WHERE s.product IN ({products})

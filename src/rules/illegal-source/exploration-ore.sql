-- id: exploration-ore
-- title zh: 以采代探
-- title en: ore from an exploration right
-- family: illegal-source
-- certainty: proven
-- department: natural-resources
-- basis zh: 《矿产资源法》（2009年修正）第三条、第三十九条；《矿产资源勘查区块登记管理办法》：未经批准边探边采；专项整治方案（2023-03-25）：以采代探
-- basis en: Mineral Resources Law (amended 2009), arts. 3 and 39; Measures for registration of exploration blocks; campaign plan of 2023-03-25: mining under an exploration right
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第二十二条、第三十三条、第六十四条、第六十七条；法释〔2016〕25号
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), arts. 22, 33, 64 and 67; Fa Shi [2016] no. 25
-- plain zh: 探矿权只允许勘查，不允许采矿出售。这个场所只有探矿权，却外运原矿。例：某普查区 7 月外运原矿 600 吨。
-- plain en: An exploration right allows exploring, not mining for sale. The site has only such a right and dispatched ore. Example: 600 t of raw ore in July from an exploration area.
-- clears zh: 当日有效的采矿许可证；主管部门批准的勘查副产矿石处置文件
-- clears en: a mining licence in force on the day; an approved disposal of ore won in exploration
-- unknown zh: 许可证登记在两个场所同名的名称下时，不判断这些场所
-- unknown en: not judged: sites whose name a licence shares with another site
-- says zh: {subject}（探矿权）{period}外运原矿 {quantity}，磅单 {tickets} 张
-- says en: {subject}, an exploration right, dispatched {quantity} of raw ore in {period}: {tickets} tickets
-- unit: none
-- quantity: sum
-- look-back: all
-- with: unclear-licences licence-days
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore

WITH found AS (
  SELECT site, day FROM judged
  WHERE in_force = 0 AND stopped = 0 AND stopped_undated = 0 AND (kind = 'exploration' OR (kind = 'mine' AND exploring = 1))
)
SELECT 'site' AS subject_kind, s.origin_site AS subject, SUBSTR(CAST(s.month AS VARCHAR), 1, 7) AS period, s.ticket_no AS ticket,
       s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row,
       s.net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed
FROM shipments s JOIN found f ON s.origin_site = f.site AND s.day = f.day
WHERE s.product IN ({products})

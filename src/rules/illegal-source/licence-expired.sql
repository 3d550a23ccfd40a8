-- id: licence-expired
-- title zh: 采矿许可证过期后开采
-- title en: ore after the mining licence had expired
-- family: illegal-source
-- certainty: proven
-- department: natural-resources
-- basis zh: 《矿产资源法》（2009年修正）第三条、第三十九条；《矿产资源开采登记管理办法》第七条：逾期不办理延续登记手续的，采矿许可证自行废止
-- basis en: Mineral Resources Law (amended 2009), arts. 3 and 39; Measures for registration of mining, art. 7: a licence that is not renewed in time lapses
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第二十二条、第三十三条、第六十四条、第六十七条；法释〔2016〕25号
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), arts. 22, 33, 64 and 67; Fa Shi [2016] no. 25
-- plain zh: 采矿许可证已经过期，之后仍有原矿外运。按磅单当天核对有效期。例：许可证有效至 5 月 31 日，6 月 2 日还有 15 张磅单。
-- plain en: The mining licence had run out, and ore still left. Each ticket’s day is checked against the dates. Example: valid to 31 May, and 15 tickets on 2 June.
-- clears zh: 覆盖当日的延续许可证（补录）；证明外运的是有效期内开采的库存
-- clears en: a renewed licence that covers the day; proof that stock mined within the term was moved
-- unknown zh: 许可证登记在两个场所同名的名称下时，不判断这些场所
-- unknown en: not judged: sites whose name a licence shares with another site
-- says zh: {subject} {period}在采矿许可证过期后外运原矿 {quantity}，磅单 {tickets} 张
-- says en: {subject} dispatched {quantity} of raw ore in {period} after its mining licence had expired: {tickets} tickets
-- unit: none
-- quantity: sum
-- look-back: all
-- with: unclear-licences licence-days
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore

WITH found AS (
  SELECT site, day FROM judged
  WHERE kind = 'mine' AND in_force = 0 AND began = 1 AND unexpired = 0 AND exploring = 0
)
SELECT 'site' AS subject_kind, s.origin_site AS subject, SUBSTR(CAST(s.month AS VARCHAR), 1, 7) AS period, s.ticket_no AS ticket,
       s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row,
       s.net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed
FROM shipments s JOIN found f ON s.origin_site = f.site AND s.day = f.day
WHERE s.product IN ({products})

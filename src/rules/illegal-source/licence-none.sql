-- id: licence-none
-- title zh: 无采矿许可证开采
-- title en: ore from a mine without a mining licence
-- family: illegal-source
-- certainty: proven
-- department: natural-resources
-- basis zh: 《矿产资源法》（2009年修正）第三条、第三十九条；法释〔2016〕25号第二条：无许可证
-- basis en: Mineral Resources Law (amended 2009), arts. 3 and 39; judicial interpretation Fa Shi [2016] no. 25, art. 2: no licence
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第二十二条、第三十三条、第六十四条、第六十七条；法释〔2016〕25号
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), arts. 22, 33, 64 and 67; Fa Shi [2016] no. 25
-- plain zh: 这座矿山从来没有过采矿许可证，却有原矿外运的磅单。按每一天核对许可证登记册。例：4 月 3 日外运 28 吨，登记册里没有这座矿山的任何采矿许可证。
-- plain en: The mine has never had a mining licence, and yet there are tickets of raw ore from it. Checked day by day against the register. Example: 28 t left on 3 April, and the register holds no mining licence of this mine.
-- clears zh: 当日有效的采矿许可证（补录进许可证登记册）；证明矿石来自其他有证矿山的合同和磅单
-- clears en: a mining licence in force on the day (entered into the register); contracts and tickets that show another, licensed origin
-- unknown zh: 许可证登记册为空时不判断；许可证登记在两个场所同名的名称下时，不判断这些场所
-- unknown en: not judged: anything while the licence register is empty; sites whose name a licence shares with another site
-- says zh: {subject} {period}在没有采矿许可证的情况下外运原矿 {quantity}，磅单 {tickets} 张
-- says en: {subject} dispatched {quantity} of raw ore in {period} without ever having had a mining licence: {tickets} tickets
-- unit: none
-- quantity: sum
-- look-back: all
-- with: unclear-licences licence-days
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore

WITH register AS (
  -- Without a register of mining licences nobody is without one.
  SELECT COUNT(*) AS licences FROM licences WHERE kind = 'mining'
),
found AS (
  SELECT j.site AS site, j.day AS day
  FROM judged j CROSS JOIN register r
  WHERE r.licences > 0 AND j.kind = 'mine' AND j.in_force = 0 AND j.began = 0 AND j.exploring = 0
)
SELECT 'site' AS subject_kind, s.origin_site AS subject, SUBSTR(CAST(s.month AS VARCHAR), 1, 7) AS period, s.ticket_no AS ticket,
       s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row,
       s.net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed
FROM shipments s JOIN found f ON s.origin_site = f.site AND s.day = f.day
WHERE s.product IN ({products})

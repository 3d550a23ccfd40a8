-- id: licence-suspended
-- title zh: 停产、吊销、关闭后开采
-- title en: ore while the licence was suspended, revoked or the mine closed
-- family: illegal-source
-- certainty: proven
-- department: natural-resources
-- basis zh: 《矿产资源法》（2009年修正）第三条、第三十九条；法释〔2016〕25号第二条：许可证被注销、吊销、撤销；停产整顿决定
-- basis en: Mineral Resources Law (amended 2009), arts. 3 and 39; Fa Shi [2016] no. 25, art. 2: licence cancelled or revoked; the order to stop
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第二十二条、第三十三条、第六十四条、第六十七条；法释〔2016〕25号
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), arts. 22, 33, 64 and 67; Fa Shi [2016] no. 25
-- plain zh: 矿山被责令停产、被吊销许可证或已关闭，之后仍有原矿外运。例：3 月 10 日停产整顿，3 月 15 日还有磅单。
-- plain en: The mine was ordered to stop, its licence revoked or closed, and ore still left. Example: suspended on 10 March, tickets on 15 March.
-- clears zh: 复产批复或当日有效的许可证；停产日期的更正；证明外运的是停产前的库存并经批准
-- clears en: permission to resume, or a licence in force on the day; a corrected date; proof that earlier stock was moved with permission
-- unknown zh: 状态日期缺失按参数 undated 处理；许可证登记在两个场所同名的名称下时，不判断这些场所
-- unknown en: a status without date is treated as the parameter undated says; not judged: sites whose name a licence shares with another site
-- says zh: {subject} {period}在停产、吊销或关闭期间外运原矿 {quantity}，磅单 {tickets} 张
-- says en: {subject} dispatched {quantity} of raw ore in {period} while suspended, revoked or closed: {tickets} tickets
-- unit: none
-- quantity: sum
-- look-back: all
-- with: unclear-licences licence-days
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter undated: integer = 1 — 停产、吊销、关闭未写日期时：1 视为一直如此，0 不判断 / a suspension, revocation or closure without a date: 1 it always was so, 0 not judged

WITH found AS (
  SELECT site, day FROM judged
  WHERE kind = 'mine' AND in_force = 0 AND (stopped = 1 OR (stopped_undated = 1 AND {undated} = 1))
)
SELECT 'site' AS subject_kind, s.origin_site AS subject, SUBSTR(CAST(s.month AS VARCHAR), 1, 7) AS period, s.ticket_no AS ticket,
       s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row,
       s.net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed
FROM shipments s JOIN found f ON s.origin_site = f.site AND s.day = f.day
WHERE s.product IN ({products})

-- id: waybill-missing
-- title zh: 磅单没有准运证
-- title en: a load without a pass
-- family: illegal-source
-- certainty: proven
-- department: natural-resources
-- basis zh: 专项整治方案（2023-03-25）；准运证从哪一天起、在哪些发货地必须具备，由本市政策设定（参数 required_from、usual_share）
-- basis en: campaign plan of 2023-03-25; from which day and at which origins a pass is required is the city’s own policy (parameters required_from and usual_share)
-- plain zh: 每车货物外运都应有一张准运证，证号写在磅单上。先看一个发货地当月同一产品有多少磅单写了证号：多数写了，说明它已使用准运证，剩下没写的就是无证外运。例如某矿6月有 300 张原矿磅单，294 张写了证号，另外 6 张没有，这 6 张列为证据。同一张磅单在别的文件里补写了证号的，不算。没有误差可言：有就是有，没有就是没有。
-- plain en: Every load needs a pass, and its number stands on the ticket. First we look how many tickets of an origin and product bear a number in a month: where most do, the origin is on the pass system, and those that do not bear one went without. Example: of 300 ore tickets of a mine in June 294 bear a number; the other 6 are the evidence. A ticket whose number was filled in by another file does not count. There is no measurement here, so no error is allowed for.
-- clears zh: 当日核发的准运证（补录证号）；证明该车无须准运证的规定；更正的品名或发货地
-- clears en: the pass issued for that day (enter its number); a rule that frees this load from a pass; a corrected product or origin
-- unknown zh: 参数 required_from 以前的日子不判断；当月同一产品写证号的磅单不足 usual_share 的发货地不判断（可能尚未使用准运证；全市都必须具备时把 usual_share 设为 0）；证号真伪不在此判断
-- unknown en: not judged: days before required_from; an origin where less than usual_share of the month’s tickets of a product bear a number (it may not be on the pass system yet; set usual_share to 0 where every load needs a pass); whether a number is genuine
-- says zh: {subject} {period}的磅单有 {written} 写了准运证号，另有 {tickets} 张没有，合计 {quantity}
-- says en: {written} of the tickets of {subject} in {period} bear the number of a pass, {tickets} tickets bear none: {quantity} in all
-- unit: none
-- figure written: percent
-- quantity: sum
-- look-back: month
-- parameter products: products = porcelain_clay_ore, lepidolite_concentrate, lithium_carbonate, lithium_slag, feldspar, tantalum_niobium_concentrate — 查准运证的产品 / products whose passes are checked
-- parameter required_from: integer = 20230101 — 从这一天起必须有准运证，写成 20230101 / first day on which a pass is required, written 20230101
-- parameter usual_share: percent = 50 — 当月同一产品至少有这一比例的磅单写有证号的发货地才判断；0 表示处处必须有 / only origins with a number on at least this share of the month’s tickets of the product are judged; 0: a pass is required everywhere

WITH ore_days AS (
  SELECT origin_site, origin, product, month, day, CAST(COUNT(*) AS BIGINT) AS tickets, CAST(COUNT(waybill_no) AS BIGINT) AS numbered
  FROM shipments
  WHERE product IN ({products}) AND origin IS NOT NULL
  GROUP BY origin_site, origin, product, month, day
),
required AS (
  SELECT CASE WHEN origin_site IS NULL THEN 'place' ELSE 'site' END AS subject_kind, COALESCE(origin_site, origin) AS subject,
         origin, product, month, tickets, numbered
  FROM ore_days
  WHERE CAST(EXTRACT(YEAR FROM day) AS BIGINT) * 10000 + CAST(EXTRACT(MONTH FROM day) AS BIGINT) * 100 + EXTRACT(DAY FROM day) >= {required_from}
),
site_months AS (
  SELECT subject_kind, subject, product, month, SUM(tickets) AS tickets, SUM(numbered) AS numbered
  FROM required
  GROUP BY subject_kind, subject, product, month
),
on_system AS (
  SELECT subject_kind, subject, product, month, CAST((numbered * 1000000 - (numbered * 1000000) % tickets) / tickets AS BIGINT) AS written
  FROM site_months
  WHERE numbered < tickets AND numbered * 1000000 >= tickets * {usual_share}
),
judged AS (
  -- A site goes by several names on its tickets.
  SELECT DISTINCT r.origin AS origin, r.product AS product, r.month AS month, o.subject_kind AS subject_kind, o.subject AS subject,
         o.written AS written
  FROM required r JOIN on_system o ON r.subject_kind = o.subject_kind AND r.subject = o.subject AND r.product = o.product AND r.month = o.month
  WHERE r.numbered < r.tickets
),
bare AS (
  SELECT j.subject_kind AS subject_kind, j.subject AS subject, j.written AS written, s.month AS month, s.ticket_no AS ticket_no,
         s.plate AS plate, s.loaded_at AS loaded_at, s.source_file AS source_file, s.source_sheet AS source_sheet,
         s.source_row AS source_row, s.net_kg AS net_kg
  FROM shipments s JOIN judged j ON s.origin = j.origin AND s.product = j.product AND s.month = j.month
  WHERE s.waybill_no IS NULL AND s.product IN ({products})
    AND CAST(EXTRACT(YEAR FROM s.day) AS BIGINT) * 10000 + CAST(EXTRACT(MONTH FROM s.day) AS BIGINT) * 100 + EXTRACT(DAY FROM s.day) >= {required_from}
),
completed AS (
  -- The same ticket told again, with its number: a blank that was filled in later accuses nobody.
  SELECT DISTINCT b.ticket_no AS ticket_no, b.plate AS plate, b.loaded_at AS loaded_at, CAST(1 AS BIGINT) AS completed
  FROM bare b JOIN shipments s ON b.ticket_no = s.ticket_no AND b.plate = s.plate AND b.loaded_at = s.loaded_at
  WHERE s.waybill_no IS NOT NULL AND COALESCE(s.origin_site, s.origin) = b.subject
)
SELECT b.subject_kind AS subject_kind, b.subject AS subject, SUBSTR(CAST(b.month AS VARCHAR), 1, 7) AS period, b.ticket_no AS ticket,
       b.source_file AS source_file, b.source_sheet AS source_sheet, b.source_row AS source_row,
       b.net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed, b.written AS written
FROM bare b LEFT JOIN completed c ON b.ticket_no = c.ticket_no AND b.plate = c.plate AND b.loaded_at = c.loaded_at
WHERE c.completed IS NULL

-- id: receipt-without-dispatch
-- title zh: 有收货无发货过磅
-- title en: received, but never weighed at its origin
-- family: illegal-source
-- certainty: strong
-- department: natural-resources
-- basis zh: 专项整治方案（2023-03-25）：矿石来源核查；记录不完整：有收货、有净重，却没有发货地地磅的毛重和皮重
-- basis en: campaign plan of 2023-03-25, checks of where ore comes from; the record is half of one: a receipt and a net mass, but no gross and tare of the origin’s weighbridge
-- plain zh: 发货地的地磅每车都打印毛重、皮重和净重。如果收货地说收到了某矿的货，磅单上却没有该矿地磅的毛重和皮重，这车货可能根本没有从该矿出来，只是借用了它的名字。偶尔漏抄是正常的：参数 forgotten 说平常漏多少，其他发货地当月实际漏得更多的，按更多的算。例如某矿6月收货齐全的 300 车中有 15 车没有毛重皮重，而平常漏抄最多能解释 1 车，就列入。
-- plain en: The weighbridge of an origin prints gross, tare and net of every truck. Where the receiver says that ore of a mine arrived, but the ticket has no gross and no tare of that mine’s scale, the ore may have come from elsewhere under the mine’s name. Now and then somebody forgets to copy them: the parameter forgotten says how often, and where the other origins forget more in the month, theirs is the rate. Example: of 300 received trips of a mine in June 15 have neither, where forgetting explains 1 at most: it is listed.
-- clears zh: 发货地地磅的原始记录（影像、数据库）；补录毛重和皮重；说明该矿当月部分车辆在别处过磅
-- clears en: the original record of the origin’s weighbridge (pictures, database); the missing gross and tare; an explanation of where else the trucks were weighed
-- unknown zh: 当月写毛重皮重的磅单不足 usual_share 的发货地不判断（它可能一向只报净重）；没有收货记录的磅单不在此判断；同一磅单另有一行写了毛重的不算
-- unknown en: not judged: an origin that writes gross and tare on less than usual_share of the month’s tickets (it may only ever state the net); tickets without a receipt; a ticket whose gross stands in another row does not count
-- says zh: {subject} {period}有 {observed} 车有收货记录却没有发货地的毛重和皮重，平常漏记最多能解释 {allowed} 车；合计 {quantity}
-- says en: {observed} loads of {subject} in {period} were received, but bear no gross and tare of their origin, where forgetting explains {allowed} at most: {quantity} in all
-- unit: ticket
-- quantity: sum
-- look-back: month
-- parameter products: products = porcelain_clay_ore, lepidolite_concentrate, lithium_carbonate, lithium_slag, feldspar, tantalum_niobium_concentrate — 检查的产品 / products that are checked
-- parameter usual_share: percent = 80 — 当月至少有这一比例的磅单写有毛重和皮重的发货地才判断 / only origins that write gross and tare on at least this share of the month’s tickets are judged
-- parameter forgotten: percent = 0.01 — 平常毛重皮重同时漏抄的比例；地磅软件三项一起打印，几乎不会只剩净重（假定值，以本地核查为准）/ share of tickets on which gross and tare are both honestly forgotten; weighbridge software prints all three, so a net alone is rare (an assumption; replace it by what your own checks show)
-- parameter known_by: integer = 10000 — 上述比例相当于由多少张磅单得知；越小越宽 / from how many tickets that share is known; the smaller the more room
-- parameter false_alarm: alarm = 0.5 — 每个发货地每月的误报率 / chance of a false finding an origin and month
-- step: more-than-forgotten

WITH named AS (
  SELECT origin_site, origin, month, CAST(COUNT(*) AS BIGINT) AS trips,
         SUM(CASE WHEN gross_kg IS NOT NULL AND tare_kg IS NOT NULL THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS weighed,
         SUM(CASE WHEN unloaded_at IS NOT NULL AND received_net_kg IS NOT NULL THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS received,
         SUM(CASE WHEN gross_kg IS NULL AND tare_kg IS NULL AND unloaded_at IS NOT NULL AND received_net_kg IS NOT NULL
                  THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS blank
  FROM shipments
  WHERE product IN ({products}) AND origin IS NOT NULL
  GROUP BY origin_site, origin, month
),
months_of AS (
  SELECT CASE WHEN origin_site IS NULL THEN 'place' ELSE 'site' END AS subject_kind, COALESCE(origin_site, origin) AS subject,
         origin, month, trips, weighed, received, blank
  FROM named
),
weighing AS (
  SELECT subject_kind, subject, month, SUM(received) AS received, SUM(blank) AS blank
  FROM months_of
  GROUP BY subject_kind, subject, month
  HAVING SUM(weighed) * 1000000 >= SUM(trips) * {usual_share}
),
together AS (
  SELECT month, SUM(received) AS received, SUM(blank) AS blank FROM weighing GROUP BY month
),
compared AS (
  SELECT w.subject_kind AS subject_kind, w.subject AS subject, w.month AS month, w.received AS trips, w.blank AS missing,
         t.received - w.received AS usual_trips, t.blank - w.blank AS usual_missing
  FROM weighing w JOIN together t ON w.month = t.month
  WHERE w.blank > 0
),
expected AS (
  SELECT subject_kind, subject, month, trips, missing, usual_trips, usual_missing,
         CASE WHEN usual_missing * 1000000 > usual_trips * {forgotten}
              THEN ({forgotten} / 1000000.0 * {known_by} + usual_missing) / ({known_by} + usual_trips) ELSE {forgotten} / 1000000.0 END AS share
  FROM compared
),
suspect AS (
  -- Only to read fewer tickets: what the step finds is always further out than half the quantile.
  SELECT subject_kind, subject, month, trips, usual_trips, usual_missing
  FROM expected
  WHERE missing > trips * share
    AND 4.0 * (missing - trips * share) * (missing - trips * share) > {false_alarm} / 1000.0 * {false_alarm} / 1000.0 * trips * share * (1.0 - share)
),
origins AS (
  -- A site goes by several names on its tickets.
  SELECT DISTINCT m.origin AS origin, m.month AS month, s.subject_kind AS subject_kind, s.subject AS subject
  FROM months_of m JOIN suspect s ON m.subject_kind = s.subject_kind AND m.subject = s.subject AND m.month = s.month
  WHERE m.blank > 0
),
blanks AS (
  SELECT o.subject_kind AS subject_kind, o.subject AS subject, s.month AS month, s.ticket_no AS ticket_no, s.plate AS plate,
         s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row, s.net_kg AS net_kg
  FROM shipments s JOIN origins o ON s.origin = o.origin AND s.month = o.month
  WHERE s.product IN ({products}) AND s.gross_kg IS NULL AND s.tare_kg IS NULL
    AND s.unloaded_at IS NOT NULL AND s.received_net_kg IS NOT NULL
),
completed AS (
  -- The origin’s half of the same trip, in another row.
  SELECT DISTINCT b.ticket_no AS ticket_no, b.plate AS plate, b.subject AS subject, CAST(1 AS BIGINT) AS completed
  FROM blanks b JOIN shipments s ON b.ticket_no = s.ticket_no AND b.plate = s.plate
  WHERE s.gross_kg IS NOT NULL AND COALESCE(s.origin_site, s.origin) = b.subject
),
halves AS (
  SELECT b.subject_kind AS subject_kind, b.subject AS subject, b.month AS month, b.ticket_no AS ticket_no, b.plate AS plate,
         b.source_file AS source_file, b.source_sheet AS source_sheet, b.source_row AS source_row, b.net_kg AS net_kg
  FROM blanks b LEFT JOIN completed c ON b.ticket_no = c.ticket_no AND b.plate = c.plate AND b.subject = c.subject
  WHERE c.completed IS NULL
),
counted AS (
  SELECT subject_kind, subject, month, CAST(COUNT(DISTINCT CONCAT(ticket_no, ' ', plate)) AS BIGINT) AS missing
  FROM halves
  GROUP BY subject_kind, subject, month
)
SELECT c.subject_kind AS subject_kind, c.subject AS subject, SUBSTR(CAST(c.month AS VARCHAR), 1, 7) AS period,
       CAST(NULL AS VARCHAR) AS ticket, CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet,
       CAST(NULL AS INTEGER) AS source_row, CAST(NULL AS BIGINT) AS quantity_kg, c.missing AS observed,
       CAST(NULL AS BIGINT) AS allowed, '' AS flow, s.trips AS trips, s.usual_trips AS usual_trips,
       s.usual_missing AS usual_missing
FROM counted c JOIN suspect s ON c.subject_kind = s.subject_kind AND c.subject = s.subject AND c.month = s.month
UNION ALL
SELECT subject_kind, subject, SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, ticket_no AS ticket, source_file, source_sheet,
       source_row, net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed, '' AS flow,
       CAST(NULL AS BIGINT) AS trips, CAST(NULL AS BIGINT) AS usual_trips, CAST(NULL AS BIGINT) AS usual_missing
FROM halves

-- id: dispatch-without-receipt
-- title zh: 有发货无收货
-- title en: dispatched, but never received
-- family: illegal-source
-- certainty: strong
-- department: natural-resources
-- basis zh: 专项整治方案（2023-03-25）：矿石来源和去向核查；记录不完整：有发货，收货地却没有到达时间和收货净重
-- basis en: campaign plan of 2023-03-25, checks of where ore comes from and goes; the record is half of one: a dispatch, but neither an arrival nor a received mass
-- plain zh: 货物发出后，收货地应登记到达时间和收货净重。发出满 settle_days 天仍两样都没有，这车货可能没有送到票面所写的地方。偶尔漏登记是正常的，漏一张不说明任何问题，所以看比例，而且从两头看：收货地一头，与其他收货地当月的漏登记比较；发货地一头，与同一收货地对其他发货地的漏登记比较；比政策参数 forgotten 高的，按高的算。例如某选厂6月应收 300 车，12 车没有收货记录，而平常漏登记最多能解释 4 车，就列入；只有 3 车就不列。
-- plain en: The destination records when a load arrived and what it weighed. Where both are missing settle_days after dispatch the load may have gone elsewhere. One forgotten receipt says nothing, so shares are compared, from both ends: a destination with the other destinations of the month, and an origin with what the same destination forgets for its other senders; where they forget more than the parameter forgotten, theirs is the rate. Example: of 300 loads that a plant should have received in June 12 have no receipt, where forgetting explains 4 at most: it is listed; with 3 it would not be.
-- clears zh: 收货地的过磅记录（补录到达时间和收货净重）；改变卸货地点的证明；收货地停磅的说明
-- clears en: the destination’s own records (enter arrival and mass); proof of where the load was taken instead; an explanation of a scale out of use
-- unknown zh: 记录结束前 settle_days 天内发出的不判断；当月登记收货的磅单不足 recording_share 的收货地不判断；到达时间和收货净重有一样就算有收货；同一磅单另一行有收货的不算；按车辆的漏登记不另外判断
-- unknown en: not judged: loads of the last settle_days of the records; a destination that records less than recording_share of the month’s loads; either an arrival or a mass is a receipt, in any row of the ticket; single trucks are not judged apart
-- says zh: {subject} {period}发出或应收的货物有 {observed} 车没有收货记录，平常的漏登记最多能解释 {allowed} 车；没有收货记录的磅单 {tickets} 张，合计 {quantity}
-- says en: {observed} loads that {subject} sent or should have received in {period} have no receipt, where usual forgetting explains {allowed} at most; {tickets} tickets without a receipt, {quantity} in all
-- unit: ticket
-- quantity: sum
-- look-back: month
-- parameter products: products = porcelain_clay_ore, lepidolite_concentrate, lithium_carbonate, lithium_slag, feldspar, tantalum_niobium_concentrate — 检查的产品 / products that are checked
-- parameter settle_days: integer = 7 — 发货后满这么多天才判断，以记录的最后一天为准 / days after dispatch before a receipt is missed, counted from the last day of the records
-- parameter recording_share: percent = 50 — 当月至少登记这一比例收货的收货地才判断 / only destinations that record at least this share of the month’s loads are judged
-- parameter forgotten: percent = 0.2 — 平常到达时间和收货净重同时漏登记的比例（假定值，以本地核查为准）/ share of receipts of which both the time and the mass are honestly forgotten (an assumption; replace it by what your own checks show)
-- parameter known_by: integer = 1000 — 上述比例相当于由多少张磅单得知；越小越宽 / from how many tickets that share is known; the smaller the more room
-- parameter false_alarm: alarm = 0.5 — 每个收货地每月、每对发货地和收货地每月的误报率 / chance of a false finding a destination and month, and an origin, destination and month
-- step: more-than-forgotten

WITH named AS (
  SELECT origin_site, origin, destination_site, destination, month, day, CAST(COUNT(*) AS BIGINT) AS trips,
         SUM(CASE WHEN unloaded_at IS NULL AND received_net_kg IS NULL THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS missing
  FROM shipments
  WHERE product IN ({products}) AND origin IS NOT NULL AND destination IS NOT NULL
  GROUP BY origin_site, origin, destination_site, destination, month, day
),
numbered AS (
  -- Days counted through the years 1901 to 2099, in which every fourth has a day more.
  SELECT CASE WHEN origin_site IS NULL THEN 'place' ELSE 'site' END AS subject_kind, COALESCE(origin_site, origin) AS subject, origin,
         CASE WHEN destination_site IS NULL THEN 'place' ELSE 'site' END AS flow_kind, COALESCE(destination_site, destination) AS flow,
         destination, month, day, trips, missing,
         CAST(EXTRACT(YEAR FROM day) AS BIGINT) * 365
           + CAST((EXTRACT(YEAR FROM day) - 1 - (EXTRACT(YEAR FROM day) - 1) % 4) / 4 AS BIGINT)
           + CAST(EXTRACT(DOY FROM day) AS BIGINT) AS day_number,
         CAST(1 AS BIGINT) AS records
  FROM named
),
last_of AS (
  SELECT records, MAX(day_number) AS day_number FROM numbered GROUP BY records
),
settled AS (
  SELECT n.subject_kind AS subject_kind, n.subject AS subject, n.origin AS origin, n.flow_kind AS flow_kind,
         n.flow AS flow, n.destination AS destination, n.month AS month, n.day AS day, n.trips AS trips, n.missing AS missing
  FROM numbered n JOIN last_of l ON n.records = l.records
  WHERE n.day_number + {settle_days} <= l.day_number
),
flows AS (
  SELECT subject_kind, subject, flow_kind, flow, month, SUM(trips) AS trips, SUM(missing) AS missing, MAX(day) AS last_day
  FROM settled
  GROUP BY subject_kind, subject, flow_kind, flow, month
),
receivers AS (
  SELECT flow_kind, flow, month, SUM(trips) AS trips, SUM(missing) AS missing, MAX(last_day) AS last_day
  FROM flows
  GROUP BY flow_kind, flow, month
  HAVING (SUM(trips) - SUM(missing)) * 1000000 >= SUM(trips) * {recording_share}
),
together AS (
  SELECT month, SUM(trips) AS trips, SUM(missing) AS missing FROM receivers GROUP BY month
),
compared AS (
  -- A sender and its destination, beside the destination’s other senders.
  SELECT f.subject_kind AS subject_kind, f.subject AS subject, f.subject AS sender, f.flow AS receiver, f.month AS month,
         f.last_day AS last_day, f.trips AS trips, f.missing AS missing, r.trips - f.trips AS usual_trips,
         r.missing - f.missing AS usual_missing
  FROM flows f JOIN receivers r ON f.flow_kind = r.flow_kind AND f.flow = r.flow AND f.month = r.month
  WHERE f.missing > 0
  UNION ALL
  -- A destination, beside the others of the month.
  SELECT r.flow_kind AS subject_kind, r.flow AS subject, CAST(NULL AS VARCHAR) AS sender, r.flow AS receiver, r.month AS month,
         r.last_day AS last_day, r.trips AS trips, r.missing AS missing, t.trips - r.trips AS usual_trips,
         t.missing - r.missing AS usual_missing
  FROM receivers r JOIN together t ON r.month = t.month
  WHERE r.missing > 0
),
expected AS (
  SELECT subject_kind, subject, sender, receiver, month, last_day, trips, missing, usual_trips, usual_missing,
         CASE WHEN usual_missing * 1000000 > usual_trips * {forgotten}
              THEN ({forgotten} / 1000000.0 * {known_by} + usual_missing) / ({known_by} + usual_trips) ELSE {forgotten} / 1000000.0 END AS share
  FROM compared
),
suspect AS (
  -- Only to read fewer tickets: what the step finds is always further out than half the quantile.
  SELECT subject_kind, subject, sender, receiver, CONCAT(COALESCE(sender, ''), ' > ', receiver) AS flow, month, last_day, trips,
         usual_trips, usual_missing
  FROM expected
  WHERE missing > trips * share
    AND 4.0 * (missing - trips * share) * (missing - trips * share) > {false_alarm} / 1000.0 * {false_alarm} / 1000.0 * trips * share * (1.0 - share)
),
ways AS (
  -- A site goes by several names on its tickets.
  SELECT DISTINCT d.origin AS origin, d.destination AS destination, d.subject AS sender, d.month AS month,
         s.subject_kind AS subject_kind, s.subject AS subject, s.flow AS flow, s.last_day AS last_day
  FROM settled d JOIN suspect s ON d.subject = s.sender AND d.flow = s.receiver AND d.month = s.month
  WHERE d.missing > 0
  UNION ALL
  SELECT DISTINCT d.origin AS origin, d.destination AS destination, d.subject AS sender, d.month AS month,
         s.subject_kind AS subject_kind, s.subject AS subject, s.flow AS flow, s.last_day AS last_day
  FROM settled d JOIN suspect s ON d.flow = s.receiver AND d.month = s.month
  WHERE d.missing > 0 AND s.sender IS NULL
),
blanks AS (
  SELECT w.subject_kind AS subject_kind, w.subject AS subject, w.flow AS flow, w.sender AS sender, s.month AS month, s.ticket_no AS ticket_no,
         s.plate AS plate, s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row, s.net_kg AS net_kg
  FROM shipments s JOIN ways w ON s.origin = w.origin AND s.destination = w.destination AND s.month = w.month
  WHERE s.product IN ({products}) AND s.unloaded_at IS NULL AND s.received_net_kg IS NULL AND s.day <= w.last_day
),
completed AS (
  -- The destination’s half of the same trip, in another row.
  SELECT DISTINCT b.ticket_no AS ticket_no, b.plate AS plate, b.sender AS sender, CAST(1 AS BIGINT) AS completed
  FROM blanks b JOIN shipments s ON b.ticket_no = s.ticket_no AND b.plate = s.plate
  WHERE (s.unloaded_at IS NOT NULL OR s.received_net_kg IS NOT NULL) AND COALESCE(s.origin_site, s.origin) = b.sender
),
halves AS (
  SELECT b.subject_kind AS subject_kind, b.subject AS subject, b.flow AS flow, b.month AS month, b.ticket_no AS ticket_no,
         b.plate AS plate, b.source_file AS source_file, b.source_sheet AS source_sheet, b.source_row AS source_row, b.net_kg AS net_kg
  FROM blanks b LEFT JOIN completed c ON b.ticket_no = c.ticket_no AND b.plate = c.plate AND b.sender = c.sender
  WHERE c.completed IS NULL
),
counted AS (
  SELECT subject_kind, subject, flow, month, CAST(COUNT(DISTINCT CONCAT(ticket_no, ' ', plate)) AS BIGINT) AS missing
  FROM halves
  GROUP BY subject_kind, subject, flow, month
)
SELECT c.subject_kind AS subject_kind, c.subject AS subject, SUBSTR(CAST(c.month AS VARCHAR), 1, 7) AS period,
       CAST(NULL AS VARCHAR) AS ticket, CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet,
       CAST(NULL AS INTEGER) AS source_row, CAST(NULL AS BIGINT) AS quantity_kg, c.missing AS observed,
       CAST(NULL AS BIGINT) AS allowed, c.flow AS flow, s.trips AS trips, s.usual_trips AS usual_trips,
       s.usual_missing AS usual_missing
FROM counted c JOIN suspect s ON c.subject_kind = s.subject_kind AND c.subject = s.subject AND c.flow = s.flow AND c.month = s.month
UNION ALL
SELECT subject_kind, subject, SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, ticket_no AS ticket, source_file, source_sheet,
       source_row, net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed, flow,
       CAST(NULL AS BIGINT) AS trips, CAST(NULL AS BIGINT) AS usual_trips, CAST(NULL AS BIGINT) AS usual_missing
FROM halves

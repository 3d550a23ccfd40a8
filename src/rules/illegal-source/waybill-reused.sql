-- id: waybill-reused
-- title zh: 准运证重复使用、超量或过期
-- title en: a pass used again, for too much or outside its days
-- family: illegal-source
-- certainty: proven
-- department: natural-resources
-- basis zh: 记录自相矛盾：一张准运证只准运一定的车次、吨数和日期；专项整治方案（2023-03-25）
-- basis en: the records contradict each other: a pass is good for a trip, a mass and certain days; campaign plan of 2023-03-25
-- plain zh: 一张准运证只能用于一车；登记册（waybills）载明了准运吨数的，可以分多车运，但合计不能超过这个吨数，并且只在它的有效期内。同一证号出现在两个不同的车次上，第一次算正常使用，后面的都是没有证的矿。例如证号 Y1 在6月1日8点由甲车使用，6月1日15点又由乙车使用，则乙车这一车列入，甲车的磅单附在后面供对照。同一张磅单说了两遍、只是后来补填了空白的，不算两次。吨数要超过准运量并超出地磅误差才算；证号相同、时间不同就是不同车次，没有误差可言。
-- plain en: A pass is good for one trip; one for which the register states tonnes is good for any number of trips up to those tonnes; and each only on its days. Where one number stands on two different trips the first use counts as proper, and what comes after had no pass of its own. Example: pass Y1 is used by truck A at 8 o’clock on 1 June and by truck B at 15 o’clock: B’s load is listed, and A’s ticket is shown beside it. A ticket that is told twice, or again with its blanks filled in, is no second use. A mass counts only beyond the error of the weighbridge.
-- clears zh: 更正的证号；登记册上载明该证准许多车次、更多吨数或更长的有效期；证明证号被他人冒用（该证的核发记录和行车记录）
-- clears en: a corrected number; a register entry that allows more trips, tonnes or days; proof that others copied the number (the record of its issue, and of the truck)
-- unknown zh: 没有证号的磅单见 waybill-missing；证号不在登记册（waybills）中的只判断重复使用；登记册未载明吨数且参数 max_kg 为 0 的不判断吨数；有效期起止缺失的一端视为不限；证号真伪不在此判断
-- unknown en: not judged: tickets without a number (see waybill-missing); for a pass that is not in the register (waybills) only repeated use; the mass where neither the register nor max_kg limits it; a missing first or last day limits nothing; whether a number is genuine
-- says zh: {subject} {period}有 {observed} 车次的准运证有问题：证号已被别的车次用过 {again} 车次，超过准运量 {heavy} 车次，不在有效期内 {late} 车次；涉及 {quantity}
-- says en: {observed} trips of {subject} in {period} went on a pass that did not cover them: {again} on a number that another trip had used, {heavy} on a pass with too much on it, {late} outside its days; {quantity} concerned
-- unit: ticket
-- figure again: count
-- figure heavy: count
-- figure late: count
-- quantity: sum
-- look-back: all
-- parameter products: products = porcelain_clay_ore, lepidolite_concentrate, lithium_carbonate, lithium_slag, feldspar, tantalum_niobium_concentrate — 查准运证的产品 / products whose passes are checked
-- parameter single_trip: integer = 1 — 1：登记册未载明吨数的准运证只准一车；0：不限车次 / 1: a pass for which the register states no tonnes is good for one trip; 0: for any number of trips
-- parameter max_kg: integer = 0 — 登记册未载明时一张准运证最多准运多少，kg；0 表示不限 / the most that a pass allows where the register does not say, kg; 0: no limit
-- parameter scale_error: percent = 0.3 — 地磅的标准误差 / standard error of a weighbridge
-- parameter false_alarm: alarm = 0.0001 — 没有超量的证因地磅误差被误报的概率 / chance that the weighbridge’s error alone puts a pass above its mass

WITH register AS (
  -- A pass with several entries allows the sum of them.
  SELECT waybill_no, COUNT(*) AS entries, COUNT(allowed_kg) AS amounts, SUM(allowed_kg) AS allowed_kg
  FROM waybills
  WHERE waybill_no IS NOT NULL
  GROUP BY waybill_no
),
repeated AS (
  SELECT waybill_no, CAST(COUNT(*) AS BIGINT) AS told
  FROM shipments
  WHERE waybill_no IS NOT NULL AND product IN ({products})
  GROUP BY waybill_no
  HAVING COUNT(*) > 1 OR ({max_kg} > 0 AND SUM(net_kg) > {max_kg})
),
registered AS (
  SELECT s.waybill_no AS waybill_no, r.allowed_kg AS allowed_kg, SUM(s.net_kg) AS net_kg
  FROM shipments s JOIN register r ON s.waybill_no = r.waybill_no
  WHERE s.product IN ({products})
  GROUP BY s.waybill_no, r.allowed_kg
),
candidates AS (
  -- Only to read fewer tickets: most passes are used once, within their tonnes and days.
  SELECT u.waybill_no AS waybill_no
  FROM repeated u LEFT JOIN register r ON u.waybill_no = r.waybill_no
  WHERE r.entries IS NULL OR r.amounts < r.entries
  UNION
  SELECT waybill_no FROM registered WHERE net_kg > allowed_kg
  UNION
  SELECT s.waybill_no AS waybill_no
  FROM shipments s JOIN waybills w ON s.waybill_no = w.waybill_no
  WHERE s.product IN ({products}) AND (s.day < w.valid_from OR s.day > w.valid_to)
),
rows_of AS (
  SELECT s.waybill_no AS waybill_no, CASE WHEN s.origin_site IS NULL THEN 'place' ELSE 'site' END AS subject_kind,
         COALESCE(s.origin_site, s.origin) AS subject, s.month AS month, s.day AS day, s.ticket_no AS ticket_no, s.plate AS plate,
         s.loaded_at AS loaded_at, s.net_kg AS net_kg,
         CONCAT(CAST(s.loaded_at AS VARCHAR), ' ', s.ticket_no, ' ', COALESCE(s.origin_site, s.origin)) AS trip,
         s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row
  FROM shipments s JOIN candidates c ON s.waybill_no = c.waybill_no
  WHERE s.product IN ({products}) AND s.origin IS NOT NULL
),
trips AS (
  -- A ticket that is told twice is one trip.
  SELECT waybill_no, trip, subject_kind, subject, month, day, ticket_no, plate, MIN(net_kg) AS net_kg
  FROM rows_of
  GROUP BY waybill_no, trip, subject_kind, subject, month, day, ticket_no, plate
),
passes AS (
  -- Different trips differ both in their ticket and in truck or time: one ticket of two contents is ticket-reused, one load
  -- on two tickets is no second trip.
  SELECT waybill_no, MIN(trip) AS first_trip, SUM(net_kg) AS net_kg,
         COUNT(DISTINCT CONCAT(ticket_no, ' ', subject)) AS tickets, COUNT(DISTINCT CONCAT(plate, ' ', SUBSTR(trip, 1, 19))) AS moments
  FROM trips
  GROUP BY waybill_no
),
limited AS (
  SELECT p.waybill_no AS waybill_no, p.first_trip AS first_trip, p.net_kg AS net_kg, r.entries AS entries,
         CASE WHEN {single_trip} = 1 AND p.tickets > 1 AND p.moments > 1 AND COALESCE(r.amounts, 0) = 0 THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS several,
         CASE WHEN r.amounts = r.entries THEN r.allowed_kg WHEN {max_kg} > 0 THEN CAST({max_kg} AS BIGINT) END AS allowed_kg
  FROM passes p LEFT JOIN register r ON p.waybill_no = r.waybill_no
),
judged AS (
  SELECT waybill_no, first_trip, entries, several,
         -- The weighbridge’s own error: mass × error (ppm) × quantile (thousandths).
         CASE WHEN net_kg > allowed_kg AND (net_kg - allowed_kg) * 1000000000 > net_kg * {scale_error} * {false_alarm}
              THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS heavy
  FROM limited
),
on_days AS (
  SELECT DISTINCT t.waybill_no AS waybill_no, t.day AS day, CAST(1 AS BIGINT) AS on_days
  FROM trips t JOIN waybills w ON t.waybill_no = w.waybill_no
  WHERE (w.valid_from IS NULL OR w.valid_from <= t.day) AND (w.valid_to IS NULL OR w.valid_to >= t.day)
),
verdicts AS (
  SELECT t.waybill_no AS waybill_no, t.trip AS trip, t.subject_kind AS subject_kind, t.subject AS subject, t.month AS month,
         j.first_trip AS first_trip, j.several AS several, j.heavy AS heavy,
         CASE WHEN j.several = 1 AND t.trip <> j.first_trip THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS again,
         CASE WHEN j.entries > 0 AND w.on_days IS NULL THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS late
  FROM trips t JOIN judged j ON t.waybill_no = j.waybill_no LEFT JOIN on_days w ON t.waybill_no = w.waybill_no AND t.day = w.day
),
misused AS (
  SELECT DISTINCT waybill_no, trip, subject_kind, subject, month, first_trip, again, heavy, late
  FROM verdicts
  WHERE again = 1 OR heavy = 1 OR late = 1
),
shown AS (
  SELECT waybill_no, trip, subject_kind, subject, month, CAST(1 AS BIGINT) AS counts FROM misused
  UNION ALL
  -- The first use of a number stands beside the later ones; its mass does not count.
  SELECT DISTINCT m.waybill_no AS waybill_no, m.first_trip AS trip, m.subject_kind AS subject_kind, m.subject AS subject,
         m.month AS month, CAST(0 AS BIGINT) AS counts
  FROM misused m LEFT JOIN misused f ON m.waybill_no = f.waybill_no AND m.first_trip = f.trip
                                     AND m.subject_kind = f.subject_kind AND m.subject = f.subject AND m.month = f.month
  WHERE m.again = 1 AND f.trip IS NULL
)
SELECT subject_kind, subject, SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, CAST(NULL AS VARCHAR) AS ticket,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row,
       CAST(NULL AS BIGINT) AS quantity_kg, CAST(COUNT(*) AS BIGINT) AS observed, CAST(0 AS BIGINT) AS allowed,
       SUM(again) AS again, SUM(heavy) AS heavy, SUM(late) AS late
FROM misused
GROUP BY subject_kind, subject, month
UNION ALL
SELECT h.subject_kind AS subject_kind, h.subject AS subject, SUBSTR(CAST(h.month AS VARCHAR), 1, 7) AS period, r.ticket_no AS ticket,
       r.source_file AS source_file, r.source_sheet AS source_sheet, r.source_row AS source_row,
       CASE WHEN h.counts = 1 THEN r.net_kg END AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed,
       CAST(NULL AS BIGINT) AS again, CAST(NULL AS BIGINT) AS heavy, CAST(NULL AS BIGINT) AS late
FROM shown h JOIN rows_of r ON h.waybill_no = r.waybill_no AND h.trip = r.trip

-- id: ticket-reused
-- title zh: 磅单号重复使用
-- title en: one ticket number, two different tickets
-- family: tickets
-- certainty: proven
-- department: transport
-- basis zh: 记录自相矛盾：一个磅单号只能对应一次过磅
-- basis en: the records contradict each other: a ticket number names one weighing
-- plain zh: 同一个磅单号出现在两张内容不同的磅单上。一个号只能对应一次过磅；重复使用可能是一票多车。只差空白栏的两行不算。例：磅单 0815 一张 28 吨发往甲厂，一张 31 吨发往乙厂。
-- plain en: One ticket number stands on two tickets that say different things. A number names one weighing; reuse may mean several trucks on one ticket. Rows that differ only in blanks do not count. Example: ticket 0815 once with 28 t to plant A, once with 31 t to plant B.
-- clears zh: 说明哪一张有效并作废另一张（更正文件）；证明两处地磅各自编号
-- clears en: a correction file that says which one holds and voids the other; proof that two weighbridges number on their own
-- unknown zh: 只差空白栏（例如后来补填的收货净重）的两行不算矛盾
-- unknown en: two rows that differ only in blanks (a received mass filled in later) do not contradict each other
-- says zh: 磅单号 {subject} 在 {period}起出现 {observed} 张内容不同的磅单，合计 {quantity}
-- says en: ticket number {subject} stands on {observed} tickets of different content from {period} on, {quantity} in all
-- unit: ticket
-- quantity: sum
-- look-back: all
-- parameter same_origin_only: integer = 0 — 1：只比较同一发货地的磅单（各地磅自行编号的地区）/ 1: only tickets of the same origin are compared (where every weighbridge numbers on its own)

WITH repeated AS (
  SELECT ticket_no, CASE WHEN {same_origin_only} = 1 THEN COALESCE(origin_site, origin) ELSE '' END AS series, COUNT(*) AS tickets
  FROM shipments
  WHERE ticket_no IS NOT NULL
  GROUP BY ticket_no, CASE WHEN {same_origin_only} = 1 THEN COALESCE(origin_site, origin) ELSE '' END
  HAVING COUNT(*) > 1
),
rows_of AS (
  SELECT s.ticket_no AS ticket_no, r.series AS series, r.tickets AS tickets, s.month AS month,
         s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row, s.net_kg AS net_kg,
         s.gross_kg AS gross_kg, s.tare_kg AS tare_kg, s.received_net_kg AS received_net_kg, s.plate AS plate, s.product AS product,
         s.loaded_at AS loaded_at, COALESCE(s.origin_site, s.origin) AS origin, COALESCE(s.destination_site, s.destination) AS destination,
         s.waybill_no AS waybill_no
  FROM shipments s JOIN repeated r ON s.ticket_no = r.ticket_no
  WHERE {same_origin_only} = 0 OR COALESCE(s.origin_site, s.origin) = r.series
),
contradicting AS (
  -- MIN and MAX pass over what is missing: a blank contradicts nothing.
  SELECT ticket_no, series, MIN(month) AS month
  FROM rows_of
  GROUP BY ticket_no, series
  HAVING MIN(net_kg) <> MAX(net_kg) OR MIN(gross_kg) <> MAX(gross_kg) OR MIN(tare_kg) <> MAX(tare_kg)
      OR MIN(received_net_kg) <> MAX(received_net_kg) OR MIN(plate) <> MAX(plate) OR MIN(product) <> MAX(product)
      OR MIN(loaded_at) <> MAX(loaded_at) OR MIN(origin) <> MAX(origin) OR MIN(destination) <> MAX(destination)
      OR MIN(waybill_no) <> MAX(waybill_no)
)
SELECT 'ticket' AS subject_kind, o.ticket_no AS subject, SUBSTR(CAST(c.month AS VARCHAR), 1, 7) AS period, o.ticket_no AS ticket,
       o.source_file AS source_file, o.source_sheet AS source_sheet, o.source_row AS source_row,
       o.net_kg AS quantity_kg, CAST(o.tickets AS BIGINT) AS observed, CAST(1 AS BIGINT) AS allowed
FROM rows_of o JOIN contradicting c ON o.ticket_no = c.ticket_no AND o.series = c.series

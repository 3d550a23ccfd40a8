-- id: weights-cloned
-- title zh: 称重数据雷同或编造
-- title en: weights printed again or invented
-- family: tickets
-- certainty: strong
-- department: transport
-- basis zh: 《计量法》及其实施细则（不得破坏计量器具准确度、伪造数据）；记录不合常理：真实称重不会一再得到同一毛重和同一皮重，尾数也不会偏爱整百公斤
-- basis en: Metrology Law and its rules of implementation (no impairing of a scale’s accuracy, no forged data); the records are out of nature: real weighings do not give the same gross and the same tare again and again, nor do they prefer whole hundreds of kilograms
-- plain zh: 真实过磅的毛重、皮重每次都有零头，同一辆车两次完全相同很少见。对每台地磅每个月，按它自己的毛重分布和每辆车的皮重算出“碰巧雷同”应有多少张，再看实际有多少张；另按地磅分度值（从数据中识别，例如 20 公斤）算出毛重恰为整百公斤应占几成，再看实际有几张。多到碰巧的可能小于误报率才算。例：某地磅一个月 400 张磅单，碰巧雷同最多 6 张，实际 118 张；分度值 20 公斤时整百公斤约占五分之一，应有 80 张左右、最多 120 张，实际 210 张。
-- plain en: Real weighings have odd kilograms, and the same truck rarely gets the same gross and the same tare twice. For every weighbridge and month its own spread of gross and each truck’s tares say how many tickets would be alike by chance; and the scale’s division (found from the data, for example 20 kg) says what share of gross masses would be whole hundreds of kilograms. What chance gives with less than the false-alarm rate counts. Example: 400 tickets in a month, at most 6 alike by chance, 118 are; with a division of 20 kg a fifth, some 80 and at most 120, would be whole hundreds, 210 are.
-- clears zh: 过磅影像和地磅原始数据；固定装载量的自动装车设备的说明；地磅分度值为 100 公斤的检定证书（政策中调整 division_max_kg）
-- clears en: pictures and raw data of the weighbridge; an explanation of automatic loading to a set mass; a certificate of a scale with a division of 100 kg (then set division_max_kg in policy)
-- unknown zh: 毛重或皮重缺失的磅单不计；一个月磅单少于 least_tickets 张的地磅不判断；不同车牌之间的雷同只在磅单不多于 most_tickets 张的地磅月判断（再多则碰巧雷同太多）
-- unknown en: tickets without gross or tare do not count; not judged: weighbridges with fewer than least_tickets tickets in a month; likeness between different plates where a month has more than most_tickets tickets (too many are alike by chance)
-- says zh: {subject} {period}的称重数据不像真实称重：毛重皮重与另一张完全相同的 {repeated} 张（碰巧最多 {repeated_allowed} 张）；毛重为整百公斤的 {round} 张（碰巧最多 {round_allowed} 张），其中皮重也为整百公斤的 {both} 张（碰巧最多 {both_allowed} 张）；雷同磅单涉及 {quantity}
-- says en: the weights of {subject} in {period} do not look weighed: {repeated} tickets are exactly like another in gross and tare (by chance at most {repeated_allowed}); {round} gross masses are whole hundreds of kilograms (by chance at most {round_allowed}), on {both} of them the tare is, too (by chance at most {both_allowed}); {quantity} on tickets that are alike
-- unit: count
-- figure repeated: count
-- figure repeated_allowed: count
-- figure round: count
-- figure round_allowed: count
-- figure both: count
-- figure both_allowed: count
-- quantity: sum
-- look-back: all
-- parameter least_tickets: integer = 30 — 一台地磅一个月至少有这么多张磅单才判断 / tickets that a weighbridge needs in a month to be judged
-- parameter most_tickets: integer = 3000 — 不同车牌之间的雷同只在不多于此数的地磅月判断 / likeness between plates is judged up to so many tickets of a weighbridge in a month
-- parameter division_max_kg: integer = 50 — 地磅分度值的上限，kg；更粗的尾数按人为取整 / coarsest division of a weighbridge, kg; coarser masses count as rounded by hand
-- parameter false_alarm: alarm = 0.01 — 每台地磅每月的误报率（四项检验合计）/ chance of a false finding a weighbridge and month (of four tests together)
-- step: weights-cloned

WITH weighed AS (
  -- Month, gross and tare in one number: 2^18 kg is more than any truck.
  SELECT plate, CAST(CAST(month AS INT) AS BIGINT) * 68719476736 + gross_kg * 262144 + tare_kg AS weights
  FROM shipments
  WHERE plate IS NOT NULL AND origin IS NOT NULL AND gross_kg IS NOT NULL AND tare_kg IS NOT NULL
),
again AS (
  SELECT plate, weights FROM weighed GROUP BY plate, weights HAVING COUNT(*) > 1
),
papers AS (
  SELECT CASE WHEN origin_site IS NULL THEN 'place' ELSE 'site' END AS subject_kind, COALESCE(origin_site, origin) AS subject, month, plate,
         ticket_no, source_file, source_sheet, source_row, net_kg, gross_kg, tare_kg,
         CAST(CAST(month AS INT) AS BIGINT) * 68719476736 + gross_kg * 262144 + tare_kg AS weights
  FROM shipments
  WHERE plate IS NOT NULL AND origin IS NOT NULL AND gross_kg IS NOT NULL AND tare_kg IS NOT NULL
)
-- The tickets of one plate that are alike; the step judges them.
SELECT p.subject_kind AS subject_kind, p.subject AS subject, p.month AS month, p.plate AS plate, p.ticket_no AS ticket,
       p.source_file AS source_file, p.source_sheet AS source_sheet, p.source_row AS source_row, p.net_kg AS net_kg, p.gross_kg AS gross_kg, p.tare_kg AS tare_kg
FROM papers p JOIN again a ON p.plate = a.plate AND p.weights = a.weights

-- id: net-inconsistent
-- title zh: 净重与毛重皮重不符
-- title en: net is not gross minus tare
-- family: tickets
-- certainty: proven
-- department: transport
-- basis zh: 记录自相矛盾：净重应等于毛重减皮重
-- basis en: the records contradict each other: net is gross minus tare
-- plain zh: 磅单自己算错：净重不等于毛重减皮重，相差超过分度值和取整。例：毛重 46.2 吨、皮重 16.2 吨，净重却写 28.4 吨。
-- plain en: The ticket contradicts itself: net is not gross minus tare, by more than the division of the scale and rounding. Example: gross 46.2 t, tare 16.2 t, net written as 28.4 t.
-- clears zh: 原始磅单影像；地磅软件的扣杂、扣水设置说明；更正的磅单
-- clears en: a picture of the ticket; the weighbridge software’s deduction for dirt or water; a corrected ticket
-- unknown zh: 毛重或皮重缺失的不判断
-- unknown en: not judged: no gross or no tare mass
-- says zh: {subject} {period}发出的磅单中有 {tickets} 张净重不等于毛重减皮重，最大相差 {observed}（允许 {allowed}），合计 {quantity}
-- says en: on {tickets} tickets of {subject} in {period} net is not gross minus tare, by up to {observed} (allowed {allowed}), {quantity} in all
-- unit: kg
-- quantity: sum
-- look-back: day
-- parameter tolerance_kg: integer = 20 — 地磅分度值和取整，kg / scale division and rounding, kg

WITH differences AS (
  SELECT CASE WHEN origin_site IS NULL THEN 'place' ELSE 'site' END AS subject_kind, COALESCE(origin_site, origin) AS subject,
         month, ticket_no, source_file, source_sheet, source_row,
         CASE WHEN gross_kg - tare_kg >= net_kg THEN gross_kg - tare_kg - net_kg ELSE net_kg - gross_kg + tare_kg END AS difference_kg
  FROM shipments
  WHERE gross_kg IS NOT NULL AND tare_kg IS NOT NULL AND net_kg IS NOT NULL AND origin IS NOT NULL
)
SELECT subject_kind, subject, SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, ticket_no AS ticket,
       source_file, source_sheet, source_row,
       difference_kg AS quantity_kg, difference_kg AS observed, CAST({tolerance_kg} AS BIGINT) AS allowed
FROM differences
WHERE difference_kg > {tolerance_kg}

-- id: weight-mismatch
-- title zh: 收发重量不符
-- title en: received and dispatched mass differ
-- family: tickets
-- certainty: strong
-- department: transport
-- basis zh: 记录自相矛盾：发货与收货的差超过两台衡器误差之和（误差由政策文件设定）
-- basis en: the records contradict each other: dispatch and receipt differ by more than the errors of the two scales, which the policy file sets
-- plain zh: 收货地称出的重量与发货地不同，差得比两台地磅的误差合起来还多。每台地磅的标准误差约 0.3 %，30 吨的货两台合计约 130 公斤；差到约四倍以上才算，平均一万多车次里才有一次是碰巧。例：发 30 吨，收 28.5 吨。
-- plain en: The mass on arrival differs from the mass dispatched by more than the errors of both scales together. Each has a standard error of some 0.3 %: for 30 t both together some 130 kg; only some four times that counts, which chance alone reaches once in more than ten thousand trips. Example: 30 t sent, 28.5 t received.
-- clears zh: 两处地磅的检定记录；雨水、途中失水或倒装的说明；更正的磅单
-- clears en: calibration of both scales; an explanation of rain, drainage or reloading on the way; a corrected ticket
-- unknown zh: 没有收货净重的不判断
-- unknown en: not judged: no received mass
-- says zh: {subject} {period}有 {tickets} 车次收发重量不符，最大相差 {observed}（允许 {allowed}），合计 {quantity}
-- says en: {tickets} trips of {subject} in {period} arrived with another mass than was dispatched, by up to {observed} (allowed {allowed}), {quantity} in all
-- unit: kg
-- quantity: sum
-- look-back: day
-- parameter scale_error: percent = 0.3 — 地磅的标准误差 / standard error of a weighbridge
-- parameter false_alarm: alarm-both = 0.005 — 每车次的误报率 / chance of a false finding a trip

WITH differences AS (
  SELECT plate, month, ticket_no, source_file, source_sheet, source_row,
         CASE WHEN received_net_kg >= net_kg THEN received_net_kg - net_kg ELSE net_kg - received_net_kg END AS difference_kg,
         -- Two scales, each with its own error: they add as squares.
         CAST(FLOOR(SQRT(CAST(net_kg * net_kg + received_net_kg * received_net_kg AS DOUBLE)) * {scale_error} * {false_alarm} / 1000000000.0) AS BIGINT) AS allowed_kg
  FROM shipments
  WHERE received_net_kg IS NOT NULL AND net_kg IS NOT NULL AND plate IS NOT NULL
)
SELECT 'plate' AS subject_kind, plate AS subject, SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, ticket_no AS ticket,
       source_file, source_sheet, source_row,
       difference_kg AS quantity_kg, difference_kg AS observed, allowed_kg AS allowed
FROM differences
WHERE difference_kg > allowed_kg

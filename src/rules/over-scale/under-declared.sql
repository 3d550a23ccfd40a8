-- id: under-declared
-- title zh: 外运多于申报（瞒报产量）
-- title en: more dispatched than declared
-- family: over-scale
-- certainty: strong
-- department: natural-resources
-- basis zh: 《矿产资源法》关于如实报告开采情况的规定；专项整治方案（2023-03-25）：产量、库存、外运台账一致
-- basis en: the duty of the Mineral Resources Law to report truthfully; campaign plan of 2023-03-25: ledgers of output, stock and dispatch agree
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第七十三条：报送虚假资料
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), art. 73: false data
-- plain zh: 矿石只能来自当期采出的和库存减少的。本规则算：磅单外运量，减去（申报产量加期初库存减期末库存），得到没有来历的吨数。每个月算一次，再把一年里各月累加算一次：每月少报一点，单月看不出，累加起来就看得出。
--    例：磅单 1000 吨，申报 700 吨，库存从 100 吨减到 80 吨，只能解释 720 吨，差 280 吨。误差：申报 2%、地磅 0.3%、盘点 7.5%，合计约 20 吨，280 吨远在误差之外。误报率按一矿一年控制，月和年的全部检验合在一起不超过设定值；全年累加已经查出瞒报的，各月再按设定值逐月检验。
-- plain en: Ore that leaves was dug in the period or came out of stock. The rule takes the tickets less (declared output + opening stock - closing stock): tonnes without an origin.
--    It does so for each month, and again for the months of a year added up: a little hidden every month shows in no month but in the sum. Example: 1 000 t on tickets, 700 t declared,
--    stock down from 100 t to 80 t: 720 t are explained, 280 t are not. Errors (declared 2 %, weighbridge 0.3 %, surveys 7.5 %) come to some 20 t, so 280 t are far beyond chance. The
--    false-alarm rate holds for a site and year, all its tests together; where the sum of the year shows that ore was hidden, each of its months is then tested at the rate itself.
-- clears zh: 更正的月报；补交的盘点记录；证明部分外运的是外购矿石的合同；地磅检定记录
-- clears en: corrected returns; a survey of the stock; contracts that show that ore was bought; calibration of the weighbridge
-- unknown zh: 没有月报、没有磅单、期初或期末库存未写明的月份不判断，也不计入累加；内容矛盾的月报按有利于矿山的数计
-- unknown en: not judged, and left out of the sum: a month without a return, without tickets, or without opening or closing stock; returns that contradict each other count in favour of the mine
-- says zh: {subject} {period}磅单外运 {observed}，申报产量和库存变化只能解释 {allowed}（{months} 个月，差额的标准误差 {se_kg}），{quantity} 没有来历；磅单 {tickets} 张
-- says en: {subject} dispatched {observed} in {period}; declared output and stock explain {allowed} (months: {months}, standard error of the difference {se_kg}): {quantity} have no origin; {tickets} tickets
-- unit: kg
-- figure se_kg: kg
-- figure months: count
-- quantity: largest
-- look-back: year
-- needs: undeclared
-- with: ore-papers
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter false_alarm: alarm = 1 — 一个如实申报的矿一年里被误报的概率（全部检验合计）/ chance of a false finding for an honest site in a year, all tests together
-- parameter declared_error: percent = 2 — 一份月报产量的标准误差 / standard error of a declared month
-- parameter lasting_pct: percent = 50 — 其中各月相同的部分（占方差的比例）/ share of its variance that is the same in all months
-- parameter scale_error: percent = 0.3 — 地磅的标准误差（系统误差）/ standard error of the weighbridge (systematic)
-- parameter stock_error: percent = 7.5 — 库存盘点的标准误差 / standard error of a stock survey

WITH gap_periods AS (
  SELECT site, year, month, CASE WHEN month IS NULL THEN CAST(year AS VARCHAR) ELSE SUBSTR(CAST(month AS VARCHAR), 1, 7) END AS period,
         months, net_kg, covered_kg, se_kg
  FROM undeclared
)
SELECT 'site' AS subject_kind, site AS subject, period, CAST(NULL AS VARCHAR) AS ticket,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row,
       net_kg - covered_kg AS quantity_kg, net_kg AS observed, covered_kg AS allowed, se_kg, months
FROM gap_periods
UNION ALL
-- The returns and tickets behind it.
SELECT 'site' AS subject_kind, p.site AS subject, g.period AS period, p.ticket AS ticket,
       p.source_file AS source_file, p.source_sheet AS source_sheet, p.source_row AS source_row,
       p.quantity_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed,
       CAST(NULL AS BIGINT) AS se_kg, CAST(NULL AS BIGINT) AS months
FROM ore_papers p JOIN gap_periods g ON p.site = g.site AND p.year = g.year
WHERE g.month IS NULL OR p.month = g.month

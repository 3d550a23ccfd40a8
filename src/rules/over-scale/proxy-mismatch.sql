-- id: proxy-mismatch
-- title zh: 炸药、用电与申报产量不符
-- title en: explosives or power do not fit the declared output
-- family: over-scale
-- certainty: lead
-- department: natural-resources
-- basis zh: 专项整治方案（2023-03-25）：核查产量与炸药、用电是否相符
-- basis en: campaign plan of 2023-03-25: check output against explosives and power
-- plain zh: 采一吨矿要用多少炸药、多少电，一个矿各月大体相同。某个月申报的产量没变，炸药或电却多用了许多，可能有产量没有申报。本规则用该矿其他月份的中位数作为平常值（月份不够时用其他矿的），看当月偏离多少；平常的波动也从记录中算出，偏离要远超波动才算。
--    例：平常每吨用炸药 0.18 公斤，当月申报 1 万吨却用了 2700 公斤，按平常值应采 1.5 万吨，约 5000 吨没有申报。这是线索，不是证据：岩石变硬、剥离增多、抽水也会多用。
-- plain en: How much explosive and power a tonne of ore takes is much the same in all months of a mine. A month that used far more for the same declared output may hide output. What is
--    usual is the median of the mine's other months (of other mines, if its own are few); how much months differ by themselves is taken from the records too, and only what is far beyond that
--    counts. Example: usually 0.18 kg of explosives a tonne; a month declares 10 000 t but used 2 700 kg, enough for 15 000 t: some 5 000 t may not have been declared. A lead, no
--    proof: harder rock, more stripping or pumping take more as well.
-- clears zh: 炸药出入库和爆破记录；剥离量、岩性、抽水的说明；更正的月报或能耗月报
-- clears en: records of explosives and blasting; an explanation of stripping, rock or pumping; corrected returns
-- unknown zh: 没有申报产量、没有炸药和用电数据的月份，产量远低于平常的月份（抽水、照明照样用电），以及自己月份不够、其他矿也不够的，不判断
-- unknown en: not judged: months without declared output or without explosives and power; months far below the usual output (pumps and lamps run all the same); mines with few months of their own where other mines are few as well
-- says zh: {subject} {period}申报产量 {declared_kg}，按用量推算应为 {observed}（按炸药 {explosives_implied_kg}，按用电 {power_implied_kg}），平常波动最多能解释 {allowed}，约 {quantity} 可能没有申报（比较对象：本矿其他 {own_months} 个月，或其他矿 {other_mines} 个）
-- says en: {subject} declared {declared_kg} in {period}; what it used implies {observed} (explosives {explosives_implied_kg}, power {power_implied_kg}), usual scatter explains {allowed} at most: some {quantity} may not have been declared (compared with {own_months} other months of its own, or with {other_mines} other mines)
-- unit: kg
-- figure declared_kg: kg
-- figure explosives_implied_kg: kg
-- figure power_implied_kg: kg
-- figure own_months: count
-- figure other_mines: count
-- quantity: largest
-- look-back: all
-- needs: proxies
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter false_alarm: alarm = 0.1 — 每次比较（一个月的炸药或用电）的误报率 / chance of a false finding a comparison (explosives or power of a month)
-- parameter declared_error: percent = 2 — 波动至少按申报产量的标准误差计 / the scatter is at least the standard error of declared output
-- parameter least_months: integer = 6 — 本矿至少有多少其他月份才同自己比 / own other months that are enough to be compared with
-- parameter least_mines: integer = 5 — 至少有多少其他矿才同别人比 / other mines that are enough to be compared with
-- parameter common_months: integer = 36 — 各矿共同的波动相当于本矿多少个月 / as how many own months the scatter of all mines counts
-- parameter least_output_pct: percent = 50 — 产量低于本矿中位月份这一比例的月份不判断 / months below this share of the mine's median month are not judged

WITH papers AS (
  SELECT site, month, source_file, source_sheet, source_row FROM production WHERE role = 'produced' AND product IN ({products})
  UNION ALL
  SELECT site, month, source_file, source_sheet, source_row FROM utilities
)
SELECT 'site' AS subject_kind, site AS subject, SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, CAST(NULL AS VARCHAR) AS ticket,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row,
       implied_kg - declared_kg AS quantity_kg, implied_kg AS observed, most_kg AS allowed,
       declared_kg, explosives_implied_kg, power_implied_kg, own_months, other_mines
FROM proxies
UNION ALL
-- The returns behind it.
SELECT 'site' AS subject_kind, p.site AS subject, SUBSTR(CAST(p.month AS VARCHAR), 1, 7) AS period, CAST(NULL AS VARCHAR) AS ticket,
       p.source_file AS source_file, p.source_sheet AS source_sheet, p.source_row AS source_row,
       CAST(NULL AS BIGINT) AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed,
       CAST(NULL AS BIGINT) AS declared_kg, CAST(NULL AS BIGINT) AS explosives_implied_kg, CAST(NULL AS BIGINT) AS power_implied_kg,
       CAST(NULL AS BIGINT) AS own_months, CAST(NULL AS BIGINT) AS other_mines
FROM papers p JOIN proxies x ON p.site = x.site AND p.month = x.month

-- id: over-scale-forecast
-- title zh: 照此速度年内将超规模
-- title en: on course to pass the year's scale
-- family: over-scale
-- certainty: lead
-- department: natural-resources
-- basis zh: 采矿许可证载明的生产规模；预警不是违法认定
-- basis en: the production scale on the mining licence; a warning is no finding of a breach
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第五十四条：监测预警
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), art. 54: monitoring and early warning
-- plain zh: 提前提醒：照今年的速度采下去，哪一天会把全年规模采完。速度取今年各月的平均；往年数据够时，先除去淡旺季（春节前后少采）。每个月忽高忽低，所以日期不是一天而是一个区间：十次里大约八次，真正采完的日子落在区间里。
--    例：规模 12 万吨，到6月底采了 7.2 万吨，每月约 1.2 万吨，上下 5%：大约10月31日采完，80% 的可能在10月24日至11月8日之间。已经超过的由 over-scale-year 和 quota-exhausted 负责。
-- plain en: An early warning: at this year's rate, on which day will the whole scale have been dug? The rate is the mean of this year's months; where there are earlier years, quiet
--    and busy seasons (the weeks around the spring festival) are taken out first. Months differ, so the answer is an interval: in some eight cases of ten the day falls into it. Example:
--    120 000 t a year, 72 000 t by the end of June, some 12 000 t a month give or take 5 %: around 31 October, with 80 % between 24 October and 8 November. What has passed already is
--    the matter of over-scale-year and quota-exhausted.
-- clears zh: 已报批的规模变更；矿山的减产、停产计划；更正的磅单或月报
-- clears en: an approved change of scale; the mine's plan to slow down or stop; corrected tickets or returns
-- unknown zh: 今年完整的月份少于参数 least_months 的，任一有效采矿许可证未载明规模，或停产、吊销、关闭未写日期的，不预测；最近一个完整月份没有记录（已停产）的不预测；只预测到年内许可证最后有效的一天；往年整年的记录不够时不考虑淡旺季；区间超过年底的以 12月31日 为止
-- unknown en: no forecast: fewer whole months this year than least_months; a licence in force without a scale, or stopped without a date. A mine without records in the last whole month has stopped; nothing is forecast beyond the last day of the year on which a licence is in force. Without enough whole earlier years seasons are not taken out. An interval beyond the year ends on 31 December
-- says zh: {subject} {period}至今采出 {sofar_kg}，占批准规模 {allowed} 的 {used_share}；照此速度约在 {date_mid} 采完（80% 区间 {date_early} 至 {date_late}），年内超过的可能性 {chance}，全年预计 {observed}，超出约 {quantity}；按同一许可证合并的矿点 {sites} 个
-- says en: {subject} has put out {sofar_kg} in {period}, {used_share} of its approved {allowed}; at this rate the scale is passed around {date_mid} (80 % interval {date_early} to {date_late}), within the year with a chance of {chance}; {observed} expected for the year, some {quantity} too much; sites under the licence: {sites}
-- unit: kg
-- figure sofar_kg: kg
-- figure used_share: percent
-- figure chance: percent
-- figure date_early: date
-- figure date_mid: date
-- figure date_late: date
-- figure sites: count
-- quantity: largest
-- look-back: all
-- needs: forecasts
-- with: ore-papers
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter least_months: integer = 3 — 今年至少有多少个完整月份才预测 / whole months of this year before anything is forecast
-- parameter season_years: integer = 5 — 至少有多少个矿的整年记录才考虑淡旺季 / whole mine-years of records from which seasons are taken
-- parameter interval_pct: percent = 80 — 日期区间的可信程度 / how often the interval of the date is right
-- parameter least_chance_pct: percent = 80 — 年内超过的可能性达到多少才提醒 / chance of passing within the year from which on a mine is named
-- parameter scale_error: percent = 0.3 — 各月的波动至少按地磅的标准误差计 / months differ by at least the standard error of the weighbridge

WITH courses AS (
  SELECT site, sites, year, excess_kg, expected_kg, allowed_kg, sofar_kg, used_share, chance, date_early, date_mid, date_late FROM forecasts
)
SELECT 'site' AS subject_kind, site AS subject, CAST(year AS VARCHAR) AS period, CAST(NULL AS VARCHAR) AS ticket,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row,
       excess_kg AS quantity_kg, expected_kg AS observed, allowed_kg AS allowed,
       sofar_kg, used_share, chance, date_early, date_mid, date_late, sites
FROM courses
UNION ALL
-- The returns and tickets of the year so far.
SELECT 'site' AS subject_kind, p.site AS subject, CAST(p.year AS VARCHAR) AS period, p.ticket AS ticket,
       p.source_file AS source_file, p.source_sheet AS source_sheet, p.source_row AS source_row,
       p.quantity_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed,
       CAST(NULL AS BIGINT) AS sofar_kg, CAST(NULL AS BIGINT) AS used_share, CAST(NULL AS BIGINT) AS chance, CAST(NULL AS BIGINT) AS date_early,
       CAST(NULL AS BIGINT) AS date_mid, CAST(NULL AS BIGINT) AS date_late, CAST(NULL AS BIGINT) AS sites
FROM ore_papers p JOIN courses c ON p.site = c.site AND p.year = c.year

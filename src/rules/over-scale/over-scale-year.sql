-- id: over-scale-year
-- title zh: 年度超规模开采
-- title en: mined above the approved scale of the year
-- family: over-scale
-- certainty: proven
-- department: natural-resources
-- basis zh: 《矿产资源法》及采矿许可证载明的生产规模；专项整治方案（2023-03-25）：超规模开采
-- basis en: Mineral Resources Law and the production scale on the mining licence; campaign plan of 2023-03-25: mining above scale
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第三十三条：按批准的开采方案开采；造成矿产资源破坏的适用第六十八条
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), art. 33: mining by the approved plan; art. 68 where resources are destroyed
-- plain zh: 许可证写明一年最多采多少吨。本规则把一年里实际采出的原矿同这个数比，产量用三种办法各算一次：矿山自己申报的；磅单上运走的加上库存的增减；两者按各自误差加权。例：规模 100 万吨，磅单运走 112 万吨、库存少了 2 万吨，算出 110 万吨，超 10 万吨；地磅误差 0.3%，10 万吨远超误差，才算超规模。规模在年中变更的按天折算，许可证只覆盖半年的只算半年。许可证怎样合计：同一许可证号、同一采矿权登记号，或同一权利人的同一矿区范围，视为一个采矿权（延续、变更规模），重叠的日子只按后起的一份计一次；不同采矿权（例如两个矿坑各有一证）相加；几个矿点共用一证的，产量合并后只对一份规模。
-- plain en: The licence says how many tonnes may be dug in a year. This rule compares it with what was dug, measured three times: what the mine declared; what left on tickets plus the change of its stock; and both weighed by their errors. Example: licensed 1.00 Mt, tickets 1.12 Mt, stock down by 0.02 Mt: 1.10 Mt was dug, 0.10 Mt too much, far more than the 0.3 % by which a weighbridge errs. A scale that changed within the year counts day by day, a licence for half a year for half. How licences add up: rows with one licence number, one registered right, or one boundary of one holder are one right (a renewal, a changed scale): on days on which they overlap the one that began later counts, once. Different rights, such as two pits with a licence each, add up. Sites that share a licence are measured together against its one scale.
-- clears zh: 变更后的采矿许可证（规模已扩大并覆盖该年）；更正的月报或磅单；证明部分矿石来自往年库存或其他矿山的盘点和合同
-- clears en: a changed licence whose larger scale covers the year; corrected returns or tickets; a stock survey and contracts that show ore of earlier years or of other mines
-- unknown zh: 任一有效采矿许可证未载明规模，或停产、吊销、关闭未写日期，或有许可证登记在几个矿点共用的名称下的，不判断；没有许可证的矿山由 licence-none 负责；库存未写明的按未变化计；记录只覆盖部分月份的，仍与全期允许量相比，不外推
-- unknown en: not judged: a licence in force that states no scale, is suspended, revoked or closed without a date, or is filed under a name that several sites bear; mines without a licence (see licence-none). A stock that is not stated counts as unchanged; records of some months only are compared with the whole allowance, nothing is extrapolated
-- says zh: {subject} {period}采出原矿 {observed}，批准规模折合 {allowed}，超出 {quantity}（已扣除计量误差后仍显著）。三项测算：申报产量 {declared_kg}（标准误差 {declared_se}），磅单加库存变化 {tickets_kg}（标准误差 {tickets_se}），两者加权 {reconciled_kg}（标准误差 {reconciled_se}）；按同一许可证合并的矿点 {sites} 个；磅单 {tickets} 张
-- says en: {subject} put out {observed} of raw ore in {period} against an approved {allowed}: {quantity} too much, beyond measurement error; three measures: declared {declared_kg} (standard error {declared_se}), tickets and change of stock {tickets_kg} ({tickets_se}), both weighed {reconciled_kg} ({reconciled_se}); sites under the licence: {sites}; {tickets} tickets
-- unit: kg
-- figure declared_kg: kg
-- figure declared_se: kg
-- figure tickets_kg: kg
-- figure tickets_se: kg
-- figure reconciled_kg: kg
-- figure reconciled_se: kg
-- figure sites: count
-- quantity: largest
-- look-back: year
-- needs: allowances
-- with: ore-months ore-papers ore-year-measures
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter false_alarm: alarm = 0.02 — 恰好等于允许量的矿被误报的概率（每项测算）/ chance that a mine exactly at its allowance is flagged (each measure)
-- parameter declared_error: percent = 2 — 申报产量的标准误差 / standard error of declared output
-- parameter scale_error: percent = 0.3 — 地磅的标准误差（系统误差，不因车次多而抵消）/ standard error of the weighbridge (systematic: many trips do not average it out)
-- parameter stock_error: percent = 7.5 — 库存盘点的标准误差 / standard error of a stock survey

WITH year_judged AS (
  SELECT unit, year, sites, own_kg, kg, allowed_kg,
         CASE WHEN kg > allowed_kg
               AND CAST(kg - allowed_kg AS DOUBLE) * CAST(kg - allowed_kg AS DOUBLE) > CAST({false_alarm} AS DOUBLE) * {false_alarm} / 1000000.0 * var
              THEN kg END AS over_kg,
         declared_kg, declared_se, tickets_kg, tickets_se, reconciled_kg, reconciled_se
  FROM (
    SELECT unit, year, sites, own_kg, kg, var, declared_kg, declared_se, tickets_kg, tickets_se, reconciled_kg, reconciled_se,
           scale_kg AS allowed_kg
    FROM year_measures
  ) AS m
  WHERE kg IS NOT NULL
),
year_worst AS (
  SELECT unit, year, MAX(over_kg) AS worst_kg FROM year_judged WHERE over_kg IS NOT NULL GROUP BY unit, year
),
year_found AS (
  SELECT DISTINCT s.site AS site, s.year AS year FROM site_years s JOIN year_worst w ON s.unit = w.unit AND s.year = w.year
)
SELECT 'site' AS subject_kind, s.site AS subject, CAST(s.year AS VARCHAR) AS period, CAST(NULL AS VARCHAR) AS ticket,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row,
       -- Of what sites of one licence dug too much together each has its share of the output.
       CASE WHEN j.sites = 1 THEN j.over_kg - j.allowed_kg
            ELSE CAST(FLOOR(CAST(j.over_kg - j.allowed_kg AS DOUBLE) * s.own_kg / j.own_kg) AS BIGINT) END AS quantity_kg,
       -- A larger measure that is within its error is no reason; the sentence names it all the same.
       CASE WHEN j.kg <= w.worst_kg THEN j.kg END AS observed, j.allowed_kg AS allowed,
       j.declared_kg AS declared_kg, j.declared_se AS declared_se, j.tickets_kg AS tickets_kg, j.tickets_se AS tickets_se,
       j.reconciled_kg AS reconciled_kg, j.reconciled_se AS reconciled_se, j.sites AS sites
FROM year_judged j JOIN year_worst w ON j.unit = w.unit AND j.year = w.year JOIN site_years s ON j.unit = s.unit AND j.year = s.year
UNION ALL
-- The returns and tickets behind it.
SELECT 'site' AS subject_kind, p.site AS subject, CAST(p.year AS VARCHAR) AS period, p.ticket AS ticket,
       p.source_file AS source_file, p.source_sheet AS source_sheet, p.source_row AS source_row,
       p.quantity_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed,
       CAST(NULL AS BIGINT) AS declared_kg, CAST(NULL AS BIGINT) AS declared_se, CAST(NULL AS BIGINT) AS tickets_kg,
       CAST(NULL AS BIGINT) AS tickets_se, CAST(NULL AS BIGINT) AS reconciled_kg, CAST(NULL AS BIGINT) AS reconciled_se,
       CAST(NULL AS BIGINT) AS sites
FROM ore_papers p JOIN year_found f ON p.site = f.site AND p.year = f.year

-- id: over-scale-month
-- title zh: 月度超规模开采
-- title en: mined above the month's share of the approved scale
-- family: over-scale
-- certainty: proven
-- department: natural-resources
-- basis zh: 采矿许可证载明的生产规模；一个月可占年规模的比例由政策文件设定，不是法定界限
-- basis en: the production scale on the mining licence; the share of it that a month may take is set by the policy file and is no limit of the law
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第三十三条：按批准的开采方案开采；月度比例见本市政策
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), art. 33: mining by the approved plan; the monthly share is the policy's
-- plain zh: 政策规定一个月最多可以采年规模的一个比例（例如 12.5%），防止年底前就把全年的量采完。本规则把当月采出的原矿同这个上限比，产量同样算三次：申报的、磅单加库存增减、两者加权。例：年规模 12 万吨，一个月上限 1.5 万吨；磅单运走 1.6 万吨，地磅误差约 50 吨，超出 0.1 万吨，算超。月中规模变更的按当月最大的一天计。许可证怎样合计：同一许可证号、同一采矿权登记号，或同一权利人的同一矿区范围，视为一个采矿权（延续、变更规模），重叠的日子只按后起的一份计一次；不同采矿权（例如两个矿坑各有一证）相加；几个矿点共用一证的，产量合并后只对一份规模。
-- plain en: Policy lets a month take at most a share (12.5 %, say) of the annual scale. This rule compares the month's raw ore with it, measured three times: declared, tickets plus change of stock, both weighed. Example: 120 000 t a year allow 15 000 t a month; 16 000 t left on tickets, the weighbridge errs by some 50 t, so 1 000 t are too much. If the scale changed within the month its largest day counts. How licences add up: rows with one licence number, one registered right, or one boundary of one holder are one right (a renewal, a changed scale): on days on which they overlap the one that began later counts, once. Different rights, such as two pits with a licence each, add up. Sites that share a licence are measured together against its one scale.
-- clears zh: 变更后的采矿许可证；更正的月报或磅单；证明当月外运的是前期库存的盘点记录
-- clears en: a changed licence; corrected returns or tickets; a stock survey that shows that earlier stock was moved
-- unknown zh: 任一有效采矿许可证未载明规模，或停产、吊销、关闭未写日期，或有许可证登记在几个矿点共用的名称下的，不判断；没有许可证的矿山由 licence-none 负责；库存未写明的按未变化计；记录只覆盖部分月份的，仍与全期允许量相比，不外推；当月没有有效许可证的不判断（见 licence-* 规则）
-- unknown en: not judged: a licence in force that states no scale, is suspended, revoked or closed without a date, or is filed under a name that several sites bear; mines without a licence (see licence-none). A stock that is not stated counts as unchanged; records of some months only are compared with the whole allowance, nothing is extrapolated; a month in which no licence is in force (see the licence rules)
-- says zh: {subject} {period}采出原矿 {observed}，当月上限 {allowed}，超出 {quantity}（已扣除计量误差后仍显著）。三项测算：申报产量 {declared_kg}（标准误差 {declared_se}），磅单加库存变化 {tickets_kg}（标准误差 {tickets_se}），两者加权 {reconciled_kg}（标准误差 {reconciled_se}）；按同一许可证合并的矿点 {sites} 个；磅单 {tickets} 张
-- says en: {subject} put out {observed} of raw ore in {period} against {allowed} for a month: {quantity} too much, beyond measurement error; three measures: declared {declared_kg} (standard error {declared_se}), tickets and change of stock {tickets_kg} ({tickets_se}), both weighed {reconciled_kg} ({reconciled_se}); sites under the licence: {sites}; {tickets} tickets
-- unit: kg
-- figure declared_kg: kg
-- figure declared_se: kg
-- figure tickets_kg: kg
-- figure tickets_se: kg
-- figure reconciled_kg: kg
-- figure reconciled_se: kg
-- figure sites: count
-- quantity: largest
-- look-back: month
-- needs: allowances
-- with: ore-months ore-papers ore-month-measures
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter share_pct: percent = 12.5 — 一个月最多占年规模的比例 / the largest share of the annual scale that a month may take
-- parameter false_alarm: alarm = 0.02 — 恰好等于允许量的矿被误报的概率（每项测算）/ chance that a mine exactly at its allowance is flagged (each measure)
-- parameter declared_error: percent = 2 — 申报产量的标准误差 / standard error of declared output
-- parameter scale_error: percent = 0.3 — 地磅的标准误差（系统误差，不因车次多而抵消）/ standard error of the weighbridge (systematic: many trips do not average it out)
-- parameter stock_error: percent = 7.5 — 库存盘点的标准误差 / standard error of a stock survey

WITH month_judged AS (
  SELECT unit, month, sites, own_kg, kg, allowed_kg,
         CASE WHEN kg > allowed_kg
               AND CAST(kg - allowed_kg AS DOUBLE) * CAST(kg - allowed_kg AS DOUBLE) > CAST({false_alarm} AS DOUBLE) * {false_alarm} / 1000000.0 * var
              THEN kg END AS over_kg,
         declared_kg, declared_se, tickets_kg, tickets_se, reconciled_kg, reconciled_se
  FROM (
    SELECT unit, month, sites, own_kg, kg, var, declared_kg, declared_se, tickets_kg, tickets_se, reconciled_kg, reconciled_se,
           CAST((scale_kg * {share_pct} - scale_kg * {share_pct} % 1000000) / 1000000 AS BIGINT) AS allowed_kg
    FROM month_measures
  ) AS m
  WHERE kg IS NOT NULL
),
month_worst AS (
  SELECT unit, month, MAX(over_kg) AS worst_kg FROM month_judged WHERE over_kg IS NOT NULL GROUP BY unit, month
),
month_found AS (
  SELECT DISTINCT s.site AS site, s.month AS month FROM site_months s JOIN month_worst w ON s.unit = w.unit AND s.month = w.month
)
SELECT 'site' AS subject_kind, s.site AS subject, SUBSTR(CAST(s.month AS VARCHAR), 1, 7) AS period, CAST(NULL AS VARCHAR) AS ticket,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row,
       -- Of what sites of one licence dug too much together each has its share of the output.
       CASE WHEN j.sites = 1 THEN j.over_kg - j.allowed_kg
            ELSE CAST(FLOOR(CAST(j.over_kg - j.allowed_kg AS DOUBLE) * s.own_kg / j.own_kg) AS BIGINT) END AS quantity_kg,
       -- A larger measure that is within its error is no reason; the sentence names it all the same.
       CASE WHEN j.kg <= w.worst_kg THEN j.kg END AS observed, j.allowed_kg AS allowed,
       j.declared_kg AS declared_kg, j.declared_se AS declared_se, j.tickets_kg AS tickets_kg, j.tickets_se AS tickets_se,
       j.reconciled_kg AS reconciled_kg, j.reconciled_se AS reconciled_se, j.sites AS sites
FROM month_judged j JOIN month_worst w ON j.unit = w.unit AND j.month = w.month JOIN site_months s ON j.unit = s.unit AND j.month = s.month
UNION ALL
-- The returns and tickets behind it.
SELECT 'site' AS subject_kind, p.site AS subject, SUBSTR(CAST(p.month AS VARCHAR), 1, 7) AS period, p.ticket AS ticket,
       p.source_file AS source_file, p.source_sheet AS source_sheet, p.source_row AS source_row,
       p.quantity_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed,
       CAST(NULL AS BIGINT) AS declared_kg, CAST(NULL AS BIGINT) AS declared_se, CAST(NULL AS BIGINT) AS tickets_kg,
       CAST(NULL AS BIGINT) AS tickets_se, CAST(NULL AS BIGINT) AS reconciled_kg, CAST(NULL AS BIGINT) AS reconciled_se,
       CAST(NULL AS BIGINT) AS sites
FROM ore_papers p JOIN month_found f ON p.site = f.site AND p.month = f.month

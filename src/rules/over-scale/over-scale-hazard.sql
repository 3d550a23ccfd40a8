-- id: over-scale-hazard
-- title zh: 超能力生产重大事故隐患
-- title en: output at the level of a major safety hazard
-- family: over-scale
-- certainty: proven
-- department: emergency-management
-- basis zh: 《金属非金属矿山重大事故隐患判定标准》（矿安〔2022〕88号，2022-09-01施行）一、（三十）：地下矿山年产量超过设计生产能力20%，或者月产量达到年设计生产能力20%以上
-- basis en: Criteria for major accident hazards of metal and non-metal mines (Mine Safety [2022] no. 88, in force 2022-09-01), section 1 item 30: underground
--    mines whose output exceeds the annual design capacity by 20 % or whose month reaches 20 % of it
-- plain zh: 地下矿山采得太快会来不及支护、通风，国家规定年产量超过设计能力 20%，或一个月达到年能力的 20%，就是重大事故隐患。本规则用许可证规模代替设计能力，对地下矿山分别检查年和月，产量算三次：申报的、磅单加库存增减、两者加权。例：年规模 10 万吨，一年界限 12 万吨，一个月界限 2 万吨；某月运走 2.1 万吨，超过误差，报隐患。露天矿不适用。许可证怎样合计：同一许可证号、同一采矿权登记号，或同一权利人的同一矿区范围，视为一个采矿权（延续、变更规模），重叠的日子只按后起的一份计一次；不同采矿权（例如两个矿坑各有一证）相加；几个矿点共用一证的，产量合并后只对一份规模。
-- plain en: An underground mine that digs too fast cannot keep up with supports and air. The criterion: a year more than 20 % above design capacity, or a month of 20 % of the annual capacity, is a major hazard. The licensed scale stands for the design capacity; output is measured three times: declared, tickets plus change of stock, both weighed. Example: 100 000 t a year make 120 000 t a year and 20 000 t a month the limits; a month of 21 000 t is beyond them and beyond error. Open pits are not meant. How licences add up: rows with one licence number, one registered right, or one boundary of one holder are one right (a renewal, a changed scale): on days on which they overlap the one that began later counts, once. Different rights, such as two pits with a licence each, add up. Sites that share a licence are measured together against its one scale.
-- clears zh: 证明设计生产能力高于许可证规模的批准文件；变更后的采矿许可证；更正的月报或磅单；说明开采方式不是地下开采
-- clears en: an approved design capacity above the licensed scale; a changed licence; corrected returns or tickets; proof that the mine is not underground
-- unknown zh: 开采方式未载明、露天与地下许可证并存的不判断；设计生产能力以许可证规模代替；任一有效采矿许可证未载明规模，或停产、吊销、关闭未写日期，或有许可证登记在几个矿点共用的名称下的，不判断；没有许可证的矿山由 licence-none 负责；库存未写明的按未变化计；记录只覆盖部分月份的，仍与全期允许量相比，不外推
-- unknown en: not judged: no method on the licence, or open-pit and underground licences side by side; the licensed scale stands for the design capacity; not judged: a licence in force that states no scale, is suspended, revoked or closed without a date, or is filed under a name that several sites bear; mines without a licence (see licence-none). A stock that is not stated counts as unchanged; records of some months only are compared with the whole allowance, nothing is extrapolated
-- says zh: {subject}（地下开采）{period}采出原矿 {observed}，重大事故隐患界限 {allowed}，超出 {quantity}。三项测算：申报产量 {declared_kg}（标准误差 {declared_se}），磅单加库存变化 {tickets_kg}（标准误差 {tickets_se}），两者加权 {reconciled_kg}（标准误差 {reconciled_se}）；按同一许可证合并的矿点 {sites} 个；磅单 {tickets} 张
-- says en: {subject}, an underground mine, put out {observed} of raw ore in {period}; a major hazard begins at {allowed}: {quantity} beyond it; three measures: declared {declared_kg} (standard error {declared_se}), tickets and change of stock {tickets_kg} ({tickets_se}), both weighed {reconciled_kg} ({reconciled_se}); sites under the licence: {sites}; {tickets} tickets
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
-- with: ore-months ore-papers ore-year-measures ore-month-measures
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter methods: words = underground — 适用的开采方式 / methods of mining that the criterion applies to
-- parameter year_pct: percent = 120 — 年产量界限，占年规模的比例 / limit of a year's output, share of the annual scale
-- parameter month_pct: percent = 20 — 月产量界限，占年规模的比例 / limit of a month's output, share of the annual scale
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
           CAST((scale_kg * {year_pct} - scale_kg * {year_pct} % 1000000) / 1000000 AS BIGINT) AS allowed_kg
    FROM year_measures WHERE method IN ({methods})
  ) AS m
  WHERE kg IS NOT NULL
),
year_worst AS (
  SELECT unit, year, MAX(over_kg) AS worst_kg FROM year_judged WHERE over_kg IS NOT NULL GROUP BY unit, year
),
year_found AS (
  SELECT DISTINCT s.site AS site, s.year AS year FROM site_years s JOIN year_worst w ON s.unit = w.unit AND s.year = w.year
),
-- Reaching the month's limit is enough.
month_judged AS (
  SELECT unit, month, sites, own_kg, kg, allowed_kg,
         CASE WHEN kg >= allowed_kg
               AND CAST(kg - allowed_kg AS DOUBLE) * CAST(kg - allowed_kg AS DOUBLE) >= CAST({false_alarm} AS DOUBLE) * {false_alarm} / 1000000.0 * var
              THEN kg END AS over_kg,
         declared_kg, declared_se, tickets_kg, tickets_se, reconciled_kg, reconciled_se
  FROM (
    SELECT unit, month, sites, own_kg, kg, var, declared_kg, declared_se, tickets_kg, tickets_se, reconciled_kg, reconciled_se,
           CAST((scale_kg * {month_pct} - scale_kg * {month_pct} % 1000000) / 1000000 AS BIGINT) AS allowed_kg
    FROM month_measures WHERE method IN ({methods})
  ) AS m
  WHERE kg IS NOT NULL
),
month_worst AS (
  SELECT unit, month, MAX(over_kg) AS worst_kg FROM month_judged WHERE over_kg IS NOT NULL GROUP BY unit, month
),
month_found AS (
  SELECT DISTINCT s.site AS site, s.month AS month FROM site_months s JOIN month_worst w ON s.unit = w.unit AND s.month = w.month
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
UNION ALL
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

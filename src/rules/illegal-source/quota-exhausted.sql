-- id: quota-exhausted
-- title zh: 年度规模用尽后继续外运
-- title en: dispatched after the year's approved scale was used up
-- family: illegal-source
-- certainty: proven
-- department: natural-resources
-- basis zh: 采矿许可证载明的生产规模；专项整治方案（2023-03-25）：超规模开采
-- basis en: the production scale on the mining licence; campaign plan of 2023-03-25: mining above scale
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第三十三条：按批准的开采方案开采
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), art. 33: mining by the approved plan
-- plain zh: 一年能运走的原矿，最多是当年批准规模加上年初库存。本规则从1月1日起逐日累计磅单；累计数超过这个数、并且超过地磅和盘点误差的那一天，叫用尽日。用尽日之后的每一张磅单都是超规模的矿，逐张列出；用尽日当天的不算。
--    例：规模 10 万吨，年初库存 0.5 万吨，10月20日累计到 10.7 万吨（误差约 0.05 万吨），10月21日以后的磅单全部列出。几个矿点共用一证的合并累计。
-- plain en: In a year no more raw ore can leave than the approved scale and the stock of the first day. The rule adds up the tickets from 1 January, day by day;
--    the day on which the sum passes this by more than the errors of weighbridge and survey is the day on which it was used up. Every ticket after that day is ore above
--    scale and is listed; those of the day itself are not. Example: 100 000 t licensed, 5 000 t in stock; on 20 October the sum is 107 000 t, error some 500 t: every ticket from
--    21 October on is listed. Sites that share a licence are added up together.
-- clears zh: 变更后的采矿许可证（规模已扩大并覆盖该年）；更正的磅单；年初库存更多的盘点记录；证明后期外运的是外购矿石的合同
-- clears en: a changed licence whose larger scale covers the year; corrected tickets; a survey that shows a larger stock on the first day; contracts that show that later ore was bought
-- unknown zh: 年初库存未在月报中写明（月报晚于首张磅单也算）的，任一有效采矿许可证未载明规模，或停产、吊销、关闭未写日期的，不判断；没有许可证的矿山由 licence-none 负责
-- unknown en: not judged: the stock of the first day is not stated in a return (or the first return is later than the first ticket); a licence in force that states no scale, or is
--    suspended, revoked or closed without a date; mines without a licence (see licence-none)
-- says zh: {subject} {period}批准规模加年初库存共 {allowed}（年初库存 {opening_kg}），至 {used_up} 已用尽；此后又外运 {quantity}，磅单 {tickets} 张；全年外运 {observed}
-- says en: {subject} was allowed {allowed} in {period} (stock of the first day {opening_kg} included), which was used up on {used_up}; {quantity} left after that day on {tickets} tickets; {observed} in the whole year
-- unit: kg
-- figure used_up: date
-- figure opening_kg: kg
-- quantity: sum
-- look-back: year
-- needs: allowances
-- with: ore-months
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter false_alarm: alarm = 0.02 — 恰好等于允许量的矿被误报的概率 / chance that a mine exactly at its allowance is flagged
-- parameter scale_error: percent = 0.3 — 地磅的标准误差（系统误差）/ standard error of the weighbridge (systematic)
-- parameter stock_error: percent = 7.5 — 库存盘点的标准误差 / standard error of a stock survey

WITH quota_days AS (
  SELECT origin_site AS site, day, CAST(EXTRACT(YEAR FROM day) AS BIGINT) AS year, SUM(net_kg) AS net_kg
  FROM shipments
  WHERE product IN ({products}) AND origin_site IS NOT NULL
  GROUP BY origin_site, day
),
first_returns AS (
  SELECT site, year, MIN(month) AS month
  FROM (SELECT site, month, CAST(EXTRACT(YEAR FROM month) AS BIGINT) AS year FROM return_months) AS r
  GROUP BY site, year
),
openings AS (
  SELECT f.site AS site, f.year AS year, f.month AS month, r.opening_kg AS opening_kg
  FROM first_returns f JOIN return_months r ON f.site = r.site AND f.month = r.month
),
totals AS (
  SELECT site, year, SUM(net_kg) AS net_kg, MIN(day) AS first_day, MAX(day) AS last_day FROM quota_days GROUP BY site, year
),
quota_sites AS (
  SELECT t.site AS site, t.year AS year, a.unit AS unit, a.kg AS scale_kg, t.net_kg AS net_kg, t.last_day AS last_day,
         CASE WHEN o.month <= t.first_day THEN o.opening_kg END AS opening_kg
  FROM totals t JOIN allowances a ON t.site = a.site AND t.year = a.year
  LEFT JOIN openings o ON t.site = o.site AND t.year = o.year
  WHERE a.month IS NULL
),
quota_units AS (
  -- A stock that one of the sites does not state is not known for all of them.
  SELECT unit, year, MAX(scale_kg) AS scale_kg, SUM(net_kg) AS net_kg, COUNT(site) AS sites, COUNT(opening_kg) AS stated,
         SUM(opening_kg) AS opening_kg,
         SUM((CAST(opening_kg AS DOUBLE) * {stock_error} / 1000000.0) * (CAST(opening_kg AS DOUBLE) * {stock_error} / 1000000.0)) AS stock_var
  FROM quota_sites GROUP BY unit, year
),
quotas AS (
  SELECT unit, year, scale_kg + opening_kg AS allowed_kg, opening_kg, net_kg, stock_var
  FROM quota_units
  WHERE sites = stated AND net_kg > scale_kg + opening_kg
),
unit_days AS (
  SELECT s.unit AS unit, d.year AS year, d.day AS day, SUM(d.net_kg) AS net_kg
  FROM quota_days d JOIN quota_sites s ON d.site = s.site AND d.year = s.year
  JOIN quotas q ON s.unit = q.unit AND s.year = q.year
  GROUP BY s.unit, d.year, d.day
),
sums AS (
  SELECT unit, year, day, SUM(net_kg) OVER (PARTITION BY unit, year ORDER BY day) AS sum_kg FROM unit_days
),
used_up AS (
  SELECT m.unit AS unit, m.year AS year, MIN(m.day) AS used_day
  FROM sums m JOIN quotas q ON m.unit = q.unit AND m.year = q.year
  WHERE m.sum_kg > q.allowed_kg
    AND CAST(m.sum_kg - q.allowed_kg AS DOUBLE) * CAST(m.sum_kg - q.allowed_kg AS DOUBLE)
        > CAST({false_alarm} AS DOUBLE) * {false_alarm} / 1000000.0
          * ((CAST(m.sum_kg AS DOUBLE) * {scale_error} / 1000000.0) * (CAST(m.sum_kg AS DOUBLE) * {scale_error} / 1000000.0) + q.stock_var)
  GROUP BY m.unit, m.year
),
late AS (
  SELECT s.site AS site, s.year AS year, u.used_day AS used_day, q.allowed_kg AS allowed_kg, q.opening_kg AS opening_kg, q.net_kg AS net_kg
  FROM quota_sites s JOIN used_up u ON s.unit = u.unit AND s.year = u.year JOIN quotas q ON s.unit = q.unit AND s.year = q.year
  WHERE s.last_day > u.used_day
)
SELECT 'site' AS subject_kind, site AS subject, CAST(year AS VARCHAR) AS period, CAST(NULL AS VARCHAR) AS ticket,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row,
       CAST(NULL AS BIGINT) AS quantity_kg, net_kg AS observed, allowed_kg AS allowed,
       CAST(CAST(used_day AS INTEGER) AS BIGINT) AS used_up, opening_kg
FROM late
UNION ALL
SELECT 'site' AS subject_kind, s.origin_site AS subject, CAST(l.year AS VARCHAR) AS period, s.ticket_no AS ticket,
       s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row,
       s.net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed,
       CAST(NULL AS BIGINT) AS used_up, CAST(NULL AS BIGINT) AS opening_kg
FROM shipments s JOIN late l ON s.origin_site = l.site AND CAST(EXTRACT(YEAR FROM s.day) AS BIGINT) = l.year
WHERE s.product IN ({products}) AND s.day > l.used_day

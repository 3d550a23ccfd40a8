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
-- plain zh: 一年里采出的原矿多于许可证批准的规模。产量用三种办法量：企业月报申报的产量；过磅单外运量加库存增减；两者按各自误差加权。许可证只在一年中的一段时间有效，就按天折算。例：批准 10 万吨，过磅外运 11.6 万吨，库存不变，地磅误差 0.3 %（约 350 吨），超出 1.6 万吨远大于误差，成为线索；外运 10.02 万吨在误差之内，不成为线索。
-- plain en: More raw ore was mined in a year than the licence approves. Output is measured in three ways: the declared returns; the tickets out plus the change of stock; both, weighed by their errors. A licence in force for part of the year counts by days. Example: 100 000 t approved, 116 000 t on tickets, stock unchanged: the scales’ error of 0.3 % is some 350 t, so 16 000 t too much is found; 100 200 t is within error and is not.
-- clears zh: 变更后的采矿许可证（规模已扩大并覆盖该年）；更正的月报或磅单；证明部分矿石来自往年库存或其他矿山的盘点和合同
-- clears en: a changed licence whose larger scale covers the year; corrected returns or tickets; a stock survey and contracts that show ore of earlier years or of other mines
-- unknown zh: 当年任一采矿许可证未载明规模，或停产、吊销、关闭未写日期的，不判断；没有许可证的矿山由 licence-none 负责
-- unknown en: not judged: a year in which a licence states no scale, or is suspended, revoked or closed without a date; mines without a licence (see licence-none)
-- says zh: {subject} {period}采出原矿 {observed}，批准规模折合 {allowed}，超出 {quantity}（已扣除计量误差后仍显著）；当年磅单 {tickets} 张
-- says en: {subject} put out {observed} of raw ore in {period} against an approved {allowed}: {quantity} too much, beyond measurement error; {tickets} tickets in the year
-- unit: kg
-- quantity: largest
-- look-back: year
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter z: decimal = 2.5 — 超出多少倍标准误差才算数 / how many standard errors above the allowance count
-- parameter declared_error: percent = 2 — 申报产量的标准误差 / standard error of declared output
-- parameter scale_error: percent = 0.3 — 地磅的标准误差（系统误差，不因车次多而抵消）/ standard error of the weighbridge (systematic: many trips do not average it out)
-- parameter stock_error: percent = 7.5 — 库存盘点的标准误差 / standard error of a stock survey

WITH returns AS (
  -- Returns of one month that contradict each other count at the smallest.
  SELECT site, month, EXTRACT(YEAR FROM month) AS year, product,
         MIN(wet_kg) AS wet_kg, MAX(opening_stock_kg) AS opening_kg, MIN(closing_stock_kg) AS closing_kg
  FROM production
  WHERE role = 'produced' AND product IN ({products}) AND site IS NOT NULL
  GROUP BY site, month, product
),
dated AS (
  SELECT site, year, month, wet_kg, opening_kg, closing_kg,
         MIN(month) OVER (PARTITION BY site, year) AS first_month, MAX(month) OVER (PARTITION BY site, year) AS last_month
  FROM returns
),
months AS (
  SELECT origin_site AS site, month, EXTRACT(YEAR FROM month) AS year, SUM(net_kg) AS net_kg
  FROM shipments
  WHERE product IN ({products}) AND origin_site IS NOT NULL
  GROUP BY origin_site, month
),
records AS (
  SELECT site, year, SUM(wet_kg) AS declared_kg,
         SUM(CASE WHEN month = first_month THEN opening_kg END) AS opening_kg,
         SUM(CASE WHEN month = last_month THEN closing_kg END) AS closing_kg,
         SUM(CASE WHEN (month = first_month AND opening_kg IS NULL) OR (month = last_month AND closing_kg IS NULL)
                  THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS unstated,
         CAST(NULL AS BIGINT) AS net_kg
  FROM dated GROUP BY site, year
  UNION ALL
  SELECT site, year, CAST(NULL AS BIGINT) AS declared_kg, CAST(NULL AS BIGINT) AS opening_kg, CAST(NULL AS BIGINT) AS closing_kg,
         CAST(NULL AS BIGINT) AS unstated, SUM(net_kg) AS net_kg
  FROM months GROUP BY site, year
),
masses AS (
  SELECT site, year, MAX(declared_kg) AS declared_kg, MAX(opening_kg) AS opening_kg, MAX(closing_kg) AS closing_kg,
         MAX(unstated) AS unstated, MAX(net_kg) AS net_kg
  FROM records GROUP BY site, year
),
in_force AS (
  -- Days in force within the year: to the day before a suspension, revocation or closure. Of one without a date nobody knows
  -- how long it allowed its scale: it counts as a licence whose scale is missing.
  SELECT m.site AS site, m.year AS year, m.declared_kg AS declared_kg, m.opening_kg AS opening_kg, m.closing_kg AS closing_kg,
         m.unstated AS unstated, m.net_kg AS net_kg,
         CASE WHEN l.status = 'valid' OR l.status_since IS NOT NULL THEN l.approved_scale_kg_per_year END AS scale,
         CASE WHEN m.year % 4 = 0 AND (m.year % 100 <> 0 OR m.year % 400 = 0) THEN 366 ELSE 365 END AS year_days,
         CASE WHEN EXTRACT(YEAR FROM l.valid_from) < m.year THEN 1
              WHEN EXTRACT(YEAR FROM l.valid_from) = m.year THEN EXTRACT(DOY FROM l.valid_from)
              ELSE 999 END AS first_day,
         CASE WHEN EXTRACT(YEAR FROM l.valid_to) > m.year THEN 366
              WHEN EXTRACT(YEAR FROM l.valid_to) = m.year THEN EXTRACT(DOY FROM l.valid_to)
              ELSE 0 END AS last_valid_day,
         CASE WHEN l.status = 'valid' THEN 366
              WHEN l.status_since IS NULL THEN 366
              WHEN EXTRACT(YEAR FROM l.status_since) > m.year THEN 366
              WHEN EXTRACT(YEAR FROM l.status_since) = m.year THEN EXTRACT(DOY FROM l.status_since) - 1
              ELSE 0 END AS last_status_day
  FROM masses m JOIN licences l ON m.site = l.site
  WHERE l.kind = 'mining'
),
licence_days AS (
  SELECT site, year, declared_kg, opening_kg, closing_kg, unstated, net_kg, scale, CAST(year_days AS BIGINT) AS year_days,
         CAST(CASE WHEN last_valid_day <= last_status_day AND last_valid_day <= year_days THEN last_valid_day
                   WHEN last_status_day <= year_days THEN last_status_day
                   ELSE year_days END AS BIGINT) - CAST(first_day AS BIGINT) + 1 AS days
  FROM in_force
),
allowances AS (
  SELECT site, year, MAX(declared_kg) AS declared_kg, MAX(opening_kg) AS opening_kg, MAX(closing_kg) AS closing_kg,
         MAX(unstated) AS unstated, MAX(net_kg) AS net_kg,
         SUM(scale * days) AS kg_days, MAX(year_days) AS year_days, COUNT(*) AS licences, COUNT(scale) AS scales
  FROM licence_days WHERE days > 0
  GROUP BY site, year
),
year_figures AS (
  SELECT site, year, CAST((kg_days - kg_days % year_days) / year_days AS BIGINT) AS allowed_kg, declared_kg,
         net_kg + CASE WHEN unstated = 0 THEN closing_kg - opening_kg ELSE 0 END AS tickets_kg,
         (CAST(declared_kg AS DOUBLE) * {declared_error} / 1000000.0) * (CAST(declared_kg AS DOUBLE) * {declared_error} / 1000000.0) AS declared_var,
         (CAST(net_kg AS DOUBLE) * {scale_error} / 1000000.0) * (CAST(net_kg AS DOUBLE) * {scale_error} / 1000000.0)
           + CASE WHEN unstated = 0 THEN (CAST(opening_kg AS DOUBLE) * {stock_error} / 1000000.0) * (CAST(opening_kg AS DOUBLE) * {stock_error} / 1000000.0)
                       + (CAST(closing_kg AS DOUBLE) * {stock_error} / 1000000.0) * (CAST(closing_kg AS DOUBLE) * {stock_error} / 1000000.0) ELSE 0.0 END AS tickets_var
  FROM allowances
  WHERE licences = scales
),
year_measures AS (
  -- Declared; tickets with the change of stock; both, each weighed by the inverse of its variance.
  SELECT f.site AS site, f.year AS year, f.allowed_kg AS allowed_kg,
         CASE WHEN k.measure = 1 THEN f.declared_kg
              WHEN k.measure = 2 THEN f.tickets_kg
              ELSE CAST(ROUND((CAST(f.declared_kg AS DOUBLE) * f.tickets_var + CAST(f.tickets_kg AS DOUBLE) * f.declared_var)
                              / NULLIF(f.declared_var + f.tickets_var, 0.0)) AS BIGINT) END AS kg,
         CASE WHEN k.measure = 1 THEN f.declared_var
              WHEN k.measure = 2 THEN f.tickets_var
              ELSE f.declared_var * f.tickets_var / NULLIF(f.declared_var + f.tickets_var, 0.0) END AS var
  FROM year_figures f CROSS JOIN (SELECT 1 AS measure UNION ALL SELECT 2 AS measure UNION ALL SELECT 3 AS measure) AS k
),
year_over AS (
  SELECT site, year, kg, allowed_kg
  FROM year_measures
  WHERE kg > allowed_kg
    AND CAST(kg - allowed_kg AS DOUBLE) * CAST(kg - allowed_kg AS DOUBLE) > CAST({z} AS DOUBLE) * {z} / 1000000.0 * var
),
year_papers AS (
  SELECT site, EXTRACT(YEAR FROM month) AS year, CAST(NULL AS VARCHAR) AS ticket, source_file, source_sheet, source_row, CAST(NULL AS BIGINT) AS quantity_kg
  FROM production
  WHERE role = 'produced' AND product IN ({products})
  UNION ALL
  SELECT origin_site AS site, EXTRACT(YEAR FROM month) AS year, ticket_no AS ticket, source_file, source_sheet, source_row, net_kg AS quantity_kg
  FROM shipments
  WHERE product IN ({products})
)
SELECT 'site' AS subject_kind, site AS subject, CAST(year AS VARCHAR) AS period, CAST(NULL AS VARCHAR) AS ticket,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row,
       kg - allowed_kg AS quantity_kg, kg AS observed, allowed_kg AS allowed
FROM year_over
UNION ALL
-- The returns and tickets behind it.
SELECT 'site' AS subject_kind, p.site AS subject, CAST(p.year AS VARCHAR) AS period, p.ticket AS ticket,
       p.source_file AS source_file, p.source_sheet AS source_sheet, p.source_row AS source_row,
       p.quantity_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed
FROM year_papers p JOIN (SELECT DISTINCT site, year FROM year_over) AS f ON p.site = f.site AND p.year = f.year

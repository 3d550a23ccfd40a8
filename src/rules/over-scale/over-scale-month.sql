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
-- plain zh: 一个月采出的原矿超过年批准规模的一定比例（默认 12.5 %，即一个半月的平均量）。量法与误差和年度规则相同。例：年规模 12 万吨，一个月允许 1.5 万吨；当月过磅 1.9 万吨，超出 0.4 万吨。
-- plain en: More raw ore was mined in a month than a share of the year’s approved scale (12.5 % unless policy says otherwise: one and a half average months). Measured as for the year. Example: 120 000 t a year allow 15 000 t a month; 19 000 t on tickets are 4 000 t too much.
-- clears zh: 变更后的采矿许可证；更正的月报或磅单；证明当月外运的是前期库存的盘点记录
-- clears en: a changed licence; corrected returns or tickets; a stock survey that shows that earlier stock was moved
-- unknown zh: 当月任一采矿许可证未载明规模，或停产、吊销、关闭未写日期的，不判断；当月没有有效许可证的不判断（见 licence-* 规则）
-- unknown en: not judged: a month in which a licence states no scale or is suspended, revoked or closed without a date, or no licence is in force (see the licence rules)
-- says zh: {subject} {period}采出原矿 {observed}，当月上限 {allowed}，超出 {quantity}（已扣除计量误差后仍显著）；当月磅单 {tickets} 张
-- says en: {subject} put out {observed} of raw ore in {period} against {allowed} for a month: {quantity} too much, beyond measurement error; {tickets} tickets in the month
-- unit: kg
-- quantity: largest
-- look-back: month
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter share_pct: percent = 12.5 — 一个月最多占年规模的比例 / the largest share of the annual scale that a month may take
-- parameter z: decimal = 2.5 — 超出多少倍标准误差才算数 / how many standard errors above the allowance count
-- parameter declared_error: percent = 2 — 申报产量的标准误差 / standard error of declared output
-- parameter scale_error: percent = 0.3 — 地磅的标准误差 / standard error of the weighbridge
-- parameter stock_error: percent = 7.5 — 库存盘点的标准误差 / standard error of a stock survey

WITH month_returns AS (
  -- Returns of one month that contradict each other count at the smallest.
  SELECT site, month, product, MIN(wet_kg) AS wet_kg, MAX(opening_stock_kg) AS opening_kg, MIN(closing_stock_kg) AS closing_kg
  FROM production
  WHERE role = 'produced' AND product IN ({products}) AND site IS NOT NULL
  GROUP BY site, month, product
),
month_records AS (
  SELECT site, month, SUM(wet_kg) AS declared_kg, SUM(opening_kg) AS opening_kg, SUM(closing_kg) AS closing_kg,
         SUM(CASE WHEN opening_kg IS NULL OR closing_kg IS NULL THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS unstated,
         CAST(NULL AS BIGINT) AS net_kg
  FROM month_returns GROUP BY site, month
  UNION ALL
  SELECT origin_site AS site, month, CAST(NULL AS BIGINT) AS declared_kg, CAST(NULL AS BIGINT) AS opening_kg, CAST(NULL AS BIGINT) AS closing_kg,
         CAST(NULL AS BIGINT) AS unstated, SUM(net_kg) AS net_kg
  FROM shipments
  WHERE product IN ({products}) AND origin_site IS NOT NULL
  GROUP BY origin_site, month
),
month_masses AS (
  SELECT site, month, MAX(declared_kg) AS declared_kg, MAX(opening_kg) AS opening_kg, MAX(closing_kg) AS closing_kg,
         MAX(unstated) AS unstated, MAX(net_kg) AS net_kg
  FROM month_records GROUP BY site, month
),
days AS (
  -- The scale in force is largest on the first of the month or on a day on which a licence begins.
  SELECT m.site AS site, m.month AS month, m.declared_kg AS declared_kg, m.opening_kg AS opening_kg, m.closing_kg AS closing_kg,
         m.unstated AS unstated, m.net_kg AS net_kg, CASE WHEN l.valid_from > m.month THEN l.valid_from ELSE m.month END AS day
  FROM month_masses m JOIN licences l ON m.site = l.site
  WHERE l.kind = 'mining'
    AND EXTRACT(YEAR FROM l.valid_from) * 12 + EXTRACT(MONTH FROM l.valid_from) <= EXTRACT(YEAR FROM m.month) * 12 + EXTRACT(MONTH FROM m.month)
),
distinct_days AS (
  SELECT site, month, day, MAX(declared_kg) AS declared_kg, MAX(opening_kg) AS opening_kg, MAX(closing_kg) AS closing_kg,
         MAX(unstated) AS unstated, MAX(net_kg) AS net_kg
  FROM days GROUP BY site, month, day
),
scales AS (
  SELECT d.site AS site, d.month AS month, d.day AS day, MAX(d.declared_kg) AS declared_kg, MAX(d.opening_kg) AS opening_kg,
         MAX(d.closing_kg) AS closing_kg, MAX(d.unstated) AS unstated, MAX(d.net_kg) AS net_kg,
         SUM(l.approved_scale_kg_per_year) AS scale, COUNT(*) AS licences,
         -- A suspension without a date: nobody knows whether the scale still counted.
         COUNT(CASE WHEN l.status = 'valid' OR l.status_since IS NOT NULL THEN l.approved_scale_kg_per_year END) AS scales
  FROM distinct_days d JOIN licences l ON d.site = l.site
  WHERE l.kind = 'mining' AND l.valid_from <= d.day AND l.valid_to >= d.day
    AND (l.status = 'valid' OR l.status_since IS NULL OR l.status_since > d.day)
  GROUP BY d.site, d.month, d.day
),
month_allowances AS (
  SELECT site, month, MAX(declared_kg) AS declared_kg, MAX(opening_kg) AS opening_kg, MAX(closing_kg) AS closing_kg,
         MAX(unstated) AS unstated, MAX(net_kg) AS net_kg,
         MAX(scale) AS scale, SUM(licences) AS licences, SUM(scales) AS scales
  FROM scales GROUP BY site, month
),
month_scaled AS (
  SELECT site, month, declared_kg, opening_kg, closing_kg, unstated, net_kg, scale * {share_pct} AS kg_ppm
  FROM month_allowances
  WHERE licences = scales
),
month_figures AS (
  SELECT site, month, CAST((kg_ppm - kg_ppm % 1000000) / 1000000 AS BIGINT) AS allowed_kg, declared_kg,
         net_kg + CASE WHEN unstated = 0 THEN closing_kg - opening_kg ELSE 0 END AS tickets_kg,
         (CAST(declared_kg AS DOUBLE) * {declared_error} / 1000000.0) * (CAST(declared_kg AS DOUBLE) * {declared_error} / 1000000.0) AS declared_var,
         (CAST(net_kg AS DOUBLE) * {scale_error} / 1000000.0) * (CAST(net_kg AS DOUBLE) * {scale_error} / 1000000.0)
           + CASE WHEN unstated = 0 THEN (CAST(opening_kg AS DOUBLE) * {stock_error} / 1000000.0) * (CAST(opening_kg AS DOUBLE) * {stock_error} / 1000000.0)
                       + (CAST(closing_kg AS DOUBLE) * {stock_error} / 1000000.0) * (CAST(closing_kg AS DOUBLE) * {stock_error} / 1000000.0) ELSE 0.0 END AS tickets_var
  FROM month_scaled
  
),
month_measures AS (
  -- Declared; tickets with the change of stock; both, each weighed by the inverse of its variance.
  SELECT f.site AS site, f.month AS month, f.allowed_kg AS allowed_kg,
         CASE WHEN k.measure = 1 THEN f.declared_kg
              WHEN k.measure = 2 THEN f.tickets_kg
              ELSE CAST(ROUND((CAST(f.declared_kg AS DOUBLE) * f.tickets_var + CAST(f.tickets_kg AS DOUBLE) * f.declared_var)
                              / NULLIF(f.declared_var + f.tickets_var, 0.0)) AS BIGINT) END AS kg,
         CASE WHEN k.measure = 1 THEN f.declared_var
              WHEN k.measure = 2 THEN f.tickets_var
              ELSE f.declared_var * f.tickets_var / NULLIF(f.declared_var + f.tickets_var, 0.0) END AS var
  FROM month_figures f CROSS JOIN (SELECT 1 AS measure UNION ALL SELECT 2 AS measure UNION ALL SELECT 3 AS measure) AS k
),
month_over AS (
  SELECT site, month, kg, allowed_kg
  FROM month_measures
  WHERE kg > allowed_kg
    AND CAST(kg - allowed_kg AS DOUBLE) * CAST(kg - allowed_kg AS DOUBLE) > CAST({z} AS DOUBLE) * {z} / 1000000.0 * var
),
month_papers AS (
  SELECT site, month, CAST(NULL AS VARCHAR) AS ticket, source_file, source_sheet, source_row, CAST(NULL AS BIGINT) AS quantity_kg
  FROM production
  WHERE role = 'produced' AND product IN ({products})
  UNION ALL
  SELECT origin_site AS site, month, ticket_no AS ticket, source_file, source_sheet, source_row, net_kg AS quantity_kg
  FROM shipments
  WHERE product IN ({products})
)
SELECT 'site' AS subject_kind, site AS subject, SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, CAST(NULL AS VARCHAR) AS ticket,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row,
       kg - allowed_kg AS quantity_kg, kg AS observed, allowed_kg AS allowed
FROM month_over
UNION ALL
-- The returns and tickets behind it.
SELECT 'site' AS subject_kind, p.site AS subject, SUBSTR(CAST(p.month AS VARCHAR), 1, 7) AS period, p.ticket AS ticket,
       p.source_file AS source_file, p.source_sheet AS source_sheet, p.source_row AS source_row,
       p.quantity_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed
FROM month_papers p JOIN (SELECT DISTINCT site, month FROM month_over) AS f ON p.site = f.site AND p.month = f.month

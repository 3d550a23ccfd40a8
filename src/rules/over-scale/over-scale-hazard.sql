-- id: over-scale-hazard
-- title zh: 超能力生产重大事故隐患
-- title en: output at the level of a major safety hazard
-- family: over-scale
-- certainty: proven
-- department: emergency-management
-- basis zh: 《金属非金属矿山重大事故隐患判定标准》（矿安〔2022〕88号，2022-09-01施行）一、（三十）：地下矿山年产量超过设计生产能力20%，或者月产量达到年设计生产能力20%以上
-- basis en: Criteria for major accident hazards of metal and non-metal mines (Mine Safety [2022] no. 88, in force 2022-09-01), section 1 item 30: underground
--    mines whose output exceeds the annual design capacity by 20 % or whose month reaches 20 % of it
-- plain zh: 地下矿山的安全红线：全年产量超过设计能力两成以上，或一个月产量达到全年能力的两成。这是国家列出的重大事故隐患，应停产整改。例：年能力 10 万吨，某月产出 2.4 万吨，已达到两成（2 万吨）。
-- plain en: The safety limit of underground mines: a year more than a fifth above the design capacity, or a month with a fifth of the whole year’s. The state lists it as a major hazard. Example: capacity 100 000 t a year, 24 000 t in one month: above the limit of 20 000 t.
-- clears zh: 证明设计生产能力高于许可证规模的批准文件；变更后的采矿许可证；更正的月报或磅单；说明开采方式不是地下开采
-- clears en: an approved design capacity above the licensed scale; a changed licence; corrected returns or tickets; proof that the mine is not underground
-- unknown zh: 开采方式未载明、露天与地下许可证并存、任一许可证未载明规模或停产未写日期的不判断；设计生产能力以许可证规模代替
-- unknown en: not judged: no method on the licence, open-pit and underground licences side by side, a licence without a scale or stopped without a date; the licensed scale stands for the design capacity
-- says zh: {subject}（地下开采）{period}采出原矿 {observed}，重大事故隐患界限 {allowed}，超出 {quantity}；磅单 {tickets} 张
-- says en: {subject}, an underground mine, put out {observed} of raw ore in {period}; a major hazard begins at {allowed}: {quantity} beyond it; {tickets} tickets
-- unit: kg
-- quantity: largest
-- look-back: year
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter methods: words = underground — 适用的开采方式 / methods of mining that the criterion applies to
-- parameter year_pct: percent = 120 — 年产量界限，占年规模的比例 / limit of a year's output, share of the annual scale
-- parameter month_pct: percent = 20 — 月产量界限，占年规模的比例 / limit of a month's output, share of the annual scale
-- parameter z: decimal = 2.5 — 超出多少倍标准误差才算数 / how many standard errors above the limit count
-- parameter declared_error: percent = 2 — 申报产量的标准误差 / standard error of declared output
-- parameter scale_error: percent = 0.3 — 地磅的标准误差 / standard error of the weighbridge
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
         CASE WHEN l.method IN ({methods}) THEN CAST(1 AS BIGINT) END AS fits,
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
  SELECT site, year, declared_kg, opening_kg, closing_kg, unstated, net_kg, scale, fits, CAST(year_days AS BIGINT) AS year_days,
         CAST(CASE WHEN last_valid_day <= last_status_day AND last_valid_day <= year_days THEN last_valid_day
                   WHEN last_status_day <= year_days THEN last_status_day
                   ELSE year_days END AS BIGINT) - CAST(first_day AS BIGINT) + 1 AS days
  FROM in_force
),
allowances AS (
  SELECT site, year, MAX(declared_kg) AS declared_kg, MAX(opening_kg) AS opening_kg, MAX(closing_kg) AS closing_kg,
         MAX(unstated) AS unstated, MAX(net_kg) AS net_kg,
         SUM(scale * days) AS kg_days, MAX(year_days) AS year_days, COUNT(*) AS licences, COUNT(scale) AS scales, COUNT(fits) AS fitting
  FROM licence_days WHERE days > 0
  GROUP BY site, year
),
year_scaled AS (
  SELECT site, year, declared_kg, opening_kg, closing_kg, unstated, net_kg, CAST((kg_days - kg_days % year_days) / year_days AS BIGINT) * {year_pct} AS kg_ppm
  FROM allowances
  WHERE licences = scales AND licences = fitting
),
year_figures AS (
  SELECT site, year, CAST((kg_ppm - kg_ppm % 1000000) / 1000000 AS BIGINT) AS allowed_kg, declared_kg,
         net_kg + CASE WHEN unstated = 0 THEN closing_kg - opening_kg ELSE 0 END AS tickets_kg,
         (CAST(declared_kg AS DOUBLE) * {declared_error} / 1000000.0) * (CAST(declared_kg AS DOUBLE) * {declared_error} / 1000000.0) AS declared_var,
         (CAST(net_kg AS DOUBLE) * {scale_error} / 1000000.0) * (CAST(net_kg AS DOUBLE) * {scale_error} / 1000000.0)
           + CASE WHEN unstated = 0 THEN (CAST(opening_kg AS DOUBLE) * {stock_error} / 1000000.0) * (CAST(opening_kg AS DOUBLE) * {stock_error} / 1000000.0)
                       + (CAST(closing_kg AS DOUBLE) * {stock_error} / 1000000.0) * (CAST(closing_kg AS DOUBLE) * {stock_error} / 1000000.0) ELSE 0.0 END AS tickets_var
  FROM year_scaled
  
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
month_returns AS (
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
         COUNT(CASE WHEN l.status = 'valid' OR l.status_since IS NOT NULL THEN l.approved_scale_kg_per_year END) AS scales,
         COUNT(CASE WHEN l.method IN ({methods}) THEN CAST(1 AS BIGINT) END) AS fitting
  FROM distinct_days d JOIN licences l ON d.site = l.site
  WHERE l.kind = 'mining' AND l.valid_from <= d.day AND l.valid_to >= d.day
    AND (l.status = 'valid' OR l.status_since IS NULL OR l.status_since > d.day)
  GROUP BY d.site, d.month, d.day
),
month_allowances AS (
  SELECT site, month, MAX(declared_kg) AS declared_kg, MAX(opening_kg) AS opening_kg, MAX(closing_kg) AS closing_kg,
         MAX(unstated) AS unstated, MAX(net_kg) AS net_kg,
         MAX(scale) AS scale, SUM(licences) AS licences, SUM(scales) AS scales, SUM(fitting) AS fitting
  FROM scales GROUP BY site, month
),
month_scaled AS (
  SELECT site, month, declared_kg, opening_kg, closing_kg, unstated, net_kg, scale * {month_pct} AS kg_ppm
  FROM month_allowances
  WHERE licences = scales AND licences = fitting
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
  -- Reaching the limit is enough.
  WHERE kg >= allowed_kg
    AND CAST(kg - allowed_kg AS DOUBLE) * CAST(kg - allowed_kg AS DOUBLE) >= CAST({z} AS DOUBLE) * {z} / 1000000.0 * var
),
year_papers AS (
  SELECT site, EXTRACT(YEAR FROM month) AS year, CAST(NULL AS VARCHAR) AS ticket, source_file, source_sheet, source_row, CAST(NULL AS BIGINT) AS quantity_kg
  FROM production
  WHERE role = 'produced' AND product IN ({products})
  UNION ALL
  SELECT origin_site AS site, EXTRACT(YEAR FROM month) AS year, ticket_no AS ticket, source_file, source_sheet, source_row, net_kg AS quantity_kg
  FROM shipments
  WHERE product IN ({products})
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
UNION ALL
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

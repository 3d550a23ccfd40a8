-- What each unit (the sites that share a licence, mostly one) put out in a year, measured three times, beside its scale.
ore_spans AS (
  SELECT site, year, SUM(declared_kg) AS declared_kg, SUM(net_kg) AS net_kg,
         MIN(CASE WHEN declared_kg IS NOT NULL THEN month END) AS first_return,
         MAX(CASE WHEN declared_kg IS NOT NULL THEN month END) AS last_return,
         MIN(CASE WHEN net_kg IS NOT NULL THEN month END) AS first_ticket,
         MAX(CASE WHEN net_kg IS NOT NULL THEN month END) AS last_ticket,
         COUNT(CASE WHEN declared_kg IS NULL THEN net_kg END) AS undeclared_months
  FROM ore_months GROUP BY site, year
),
ore_stocks AS (
  SELECT s.site AS site, s.year AS year, s.declared_kg AS declared_kg, s.net_kg AS net_kg, s.undeclared_months AS undeclared_months,
         o.opening_kg AS opening_kg, c.closing_kg AS closing_kg,
         -- A heap that grew outside the months of the tickets adds nothing; one that shrank always counts in favour.
         CASE WHEN o.opening_kg IS NULL OR c.closing_kg IS NULL THEN 0
              WHEN c.closing_kg < o.opening_kg THEN 1
              WHEN s.first_return <= s.first_ticket AND s.last_return >= s.last_ticket THEN 1
              ELSE 0 END AS counts
  FROM ore_spans s
  LEFT JOIN return_months o ON s.site = o.site AND s.first_return = o.month
  LEFT JOIN return_months c ON s.site = c.site AND s.last_return = c.month
),
site_years AS (
  SELECT s.site AS site, s.year AS year, a.unit AS unit, a.sites AS sites, a.kg AS scale_kg, a.method AS method,
         s.declared_kg AS declared_kg, s.net_kg AS net_kg, s.undeclared_months AS undeclared_months,
         COALESCE(s.net_kg, s.declared_kg) AS own_kg,
         CASE WHEN s.counts = 1 THEN s.closing_kg - s.opening_kg ELSE 0 END AS moved_kg,
         CASE WHEN s.counts = 1
              THEN (CAST(s.opening_kg AS DOUBLE) * {stock_error} / 1000000.0) * (CAST(s.opening_kg AS DOUBLE) * {stock_error} / 1000000.0)
                 + (CAST(s.closing_kg AS DOUBLE) * {stock_error} / 1000000.0) * (CAST(s.closing_kg AS DOUBLE) * {stock_error} / 1000000.0)
              ELSE 0.0 END AS stock_var
  FROM ore_stocks s JOIN allowances a ON s.site = a.site AND s.year = a.year
  WHERE a.month IS NULL
),
unit_years AS (
  -- Sites that share a licence are measured together, and have its scale once.
  SELECT unit, year, MAX(sites) AS sites, MAX(scale_kg) AS scale_kg, MIN(method) AS method, SUM(declared_kg) AS declared_kg,
         SUM(net_kg) AS net_kg, SUM(undeclared_months) AS undeclared_months, SUM(own_kg) AS own_kg, SUM(moved_kg) AS moved_kg,
         SUM(stock_var) AS stock_var
  FROM site_years GROUP BY unit, year
),
year_sums AS (
  SELECT unit, year, sites, scale_kg, method, own_kg, declared_kg, undeclared_months, net_kg + moved_kg AS tickets_kg,
         (CAST(declared_kg AS DOUBLE) * {declared_error} / 1000000.0) * (CAST(declared_kg AS DOUBLE) * {declared_error} / 1000000.0) AS declared_var,
         (CAST(net_kg AS DOUBLE) * {scale_error} / 1000000.0) * (CAST(net_kg AS DOUBLE) * {scale_error} / 1000000.0) + stock_var AS tickets_var
  FROM unit_years
),
year_figures AS (
  -- Reconciled: declared and tickets, each weighed by the inverse of its variance; only where every month of tickets has a return.
  SELECT unit, year, sites, scale_kg, method, own_kg, declared_kg, declared_var, tickets_kg, tickets_var,
         CASE WHEN undeclared_months = 0
              THEN CAST(ROUND((CAST(declared_kg AS DOUBLE) * tickets_var + CAST(tickets_kg AS DOUBLE) * declared_var)
                              / NULLIF(declared_var + tickets_var, 0.0)) AS BIGINT) END AS reconciled_kg,
         CASE WHEN undeclared_months = 0
              THEN declared_var * tickets_var / NULLIF(declared_var + tickets_var, 0.0) END AS reconciled_var
  FROM year_sums
),
year_measures AS (
  SELECT f.unit AS unit, f.year AS year, f.sites AS sites, f.scale_kg AS scale_kg, f.method AS method, f.own_kg AS own_kg,
         CASE WHEN k.measure = 1 THEN f.declared_kg WHEN k.measure = 2 THEN f.tickets_kg ELSE f.reconciled_kg END AS kg,
         CASE WHEN k.measure = 1 THEN f.declared_var WHEN k.measure = 2 THEN f.tickets_var ELSE f.reconciled_var END AS var,
         f.declared_kg AS declared_kg, CAST(ROUND(SQRT(f.declared_var)) AS BIGINT) AS declared_se,
         f.tickets_kg AS tickets_kg, CAST(ROUND(SQRT(f.tickets_var)) AS BIGINT) AS tickets_se,
         f.reconciled_kg AS reconciled_kg, CAST(ROUND(SQRT(f.reconciled_var)) AS BIGINT) AS reconciled_se
  FROM year_figures f CROSS JOIN (SELECT 1 AS measure UNION ALL SELECT 2 AS measure UNION ALL SELECT 3 AS measure) AS k
)

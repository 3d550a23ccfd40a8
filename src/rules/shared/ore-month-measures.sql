-- What each unit (the sites that share a licence, mostly one) put out in a month, measured three times, beside its scale.
site_months AS (
  SELECT m.site AS site, m.month AS month, a.unit AS unit, a.sites AS sites, a.kg AS scale_kg, a.method AS method,
         m.declared_kg AS declared_kg, m.net_kg AS net_kg, COALESCE(m.net_kg, m.declared_kg) AS own_kg,
         CASE WHEN m.declared_kg IS NULL THEN 1 ELSE 0 END AS undeclared,
         -- A heap that is not stated at both ends did not move as far as anybody knows.
         CASE WHEN m.opening_kg IS NOT NULL AND m.closing_kg IS NOT NULL THEN m.closing_kg - m.opening_kg ELSE 0 END AS moved_kg,
         CASE WHEN m.opening_kg IS NOT NULL AND m.closing_kg IS NOT NULL
              THEN (CAST(m.opening_kg AS DOUBLE) * {stock_error} / 1000000.0) * (CAST(m.opening_kg AS DOUBLE) * {stock_error} / 1000000.0)
                 + (CAST(m.closing_kg AS DOUBLE) * {stock_error} / 1000000.0) * (CAST(m.closing_kg AS DOUBLE) * {stock_error} / 1000000.0)
              ELSE 0.0 END AS stock_var
  FROM ore_months m JOIN allowances a ON m.site = a.site AND m.month = a.month
),
unit_months AS (
  -- Sites that share a licence are measured together, and have its scale once.
  SELECT unit, month, MAX(sites) AS sites, MAX(scale_kg) AS scale_kg, MIN(method) AS method, SUM(declared_kg) AS declared_kg,
         SUM(net_kg) AS net_kg, SUM(undeclared) AS undeclared, SUM(own_kg) AS own_kg, SUM(moved_kg) AS moved_kg,
         SUM(stock_var) AS stock_var
  FROM site_months GROUP BY unit, month
),
month_sums AS (
  SELECT unit, month, sites, scale_kg, method, own_kg, declared_kg, undeclared, net_kg + moved_kg AS tickets_kg,
         (CAST(declared_kg AS DOUBLE) * {declared_error} / 1000000.0) * (CAST(declared_kg AS DOUBLE) * {declared_error} / 1000000.0) AS declared_var,
         (CAST(net_kg AS DOUBLE) * {scale_error} / 1000000.0) * (CAST(net_kg AS DOUBLE) * {scale_error} / 1000000.0) + stock_var AS tickets_var
  FROM unit_months
),
month_figures AS (
  -- Reconciled: declared and tickets, each weighed by the inverse of its variance; only where every site filed a return.
  SELECT unit, month, sites, scale_kg, method, own_kg, declared_kg, declared_var, tickets_kg, tickets_var,
         CASE WHEN undeclared = 0
              THEN CAST(ROUND((CAST(declared_kg AS DOUBLE) * tickets_var + CAST(tickets_kg AS DOUBLE) * declared_var)
                              / NULLIF(declared_var + tickets_var, 0.0)) AS BIGINT) END AS reconciled_kg,
         CASE WHEN undeclared = 0
              THEN declared_var * tickets_var / NULLIF(declared_var + tickets_var, 0.0) END AS reconciled_var
  FROM month_sums
),
month_measures AS (
  SELECT f.unit AS unit, f.month AS month, f.sites AS sites, f.scale_kg AS scale_kg, f.method AS method, f.own_kg AS own_kg,
         CASE WHEN k.measure = 1 THEN f.declared_kg WHEN k.measure = 2 THEN f.tickets_kg ELSE f.reconciled_kg END AS kg,
         CASE WHEN k.measure = 1 THEN f.declared_var WHEN k.measure = 2 THEN f.tickets_var ELSE f.reconciled_var END AS var,
         f.declared_kg AS declared_kg, CAST(ROUND(SQRT(f.declared_var)) AS BIGINT) AS declared_se,
         f.tickets_kg AS tickets_kg, CAST(ROUND(SQRT(f.tickets_var)) AS BIGINT) AS tickets_se,
         f.reconciled_kg AS reconciled_kg, CAST(ROUND(SQRT(f.reconciled_var)) AS BIGINT) AS reconciled_se
  FROM month_figures f CROSS JOIN (SELECT 1 AS measure UNION ALL SELECT 2 AS measure UNION ALL SELECT 3 AS measure) AS k
)

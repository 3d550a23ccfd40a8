-- Raw ore by site and month: declared, stocks, tickets out.
ore_returns AS (
  -- Returns of one month that contradict each other count at the smallest.
  SELECT site, month, product, MIN(wet_kg) AS wet_kg, MAX(opening_stock_kg) AS opening_kg, MIN(closing_stock_kg) AS closing_kg
  FROM production
  WHERE role = 'produced' AND product IN ({products}) AND site IS NOT NULL
  GROUP BY site, month, product
),
return_months AS (
  SELECT site, month, SUM(wet_kg) AS declared_kg,
         -- A stock that one of several products does not state is not stated.
         CASE WHEN COUNT(opening_kg) = COUNT(product) THEN SUM(opening_kg) END AS opening_kg,
         CASE WHEN COUNT(closing_kg) = COUNT(product) THEN SUM(closing_kg) END AS closing_kg
  FROM ore_returns GROUP BY site, month
),
ore_records AS (
  SELECT site, month, declared_kg, opening_kg, closing_kg, CAST(NULL AS BIGINT) AS net_kg FROM return_months
  UNION ALL
  SELECT origin_site AS site, month, CAST(NULL AS BIGINT) AS declared_kg, CAST(NULL AS BIGINT) AS opening_kg,
         CAST(NULL AS BIGINT) AS closing_kg, SUM(net_kg) AS net_kg
  FROM shipments
  WHERE product IN ({products}) AND origin_site IS NOT NULL
  GROUP BY origin_site, month
),
ore_months AS (
  SELECT site, month, CAST(EXTRACT(YEAR FROM month) AS BIGINT) AS year, MAX(declared_kg) AS declared_kg, MAX(opening_kg) AS opening_kg,
         MAX(closing_kg) AS closing_kg, MAX(net_kg) AS net_kg
  FROM ore_records GROUP BY site, month
)

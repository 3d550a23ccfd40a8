-- The returns and tickets of raw ore, to be joined to what was found.
ore_papers AS (
  SELECT site, month, CAST(EXTRACT(YEAR FROM month) AS BIGINT) AS year, CAST(NULL AS VARCHAR) AS ticket,
         source_file, source_sheet, source_row, CAST(NULL AS BIGINT) AS quantity_kg
  FROM production
  WHERE role = 'produced' AND product IN ({products})
  UNION ALL
  SELECT origin_site AS site, month, CAST(EXTRACT(YEAR FROM month) AS BIGINT) AS year, ticket_no AS ticket,
         source_file, source_sheet, source_row, net_kg AS quantity_kg
  FROM shipments
  WHERE product IN ({products})
)

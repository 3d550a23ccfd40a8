unclear AS (
  -- A licence filed under a name that two sites bear may be this site's.
  SELECT s.site_id AS site, CAST(1 AS BIGINT) AS unclear FROM sites s JOIN licences l ON s.name = l.site_id WHERE l.site IS NULL
  UNION
  SELECT s.site_id AS site, CAST(1 AS BIGINT) AS unclear
  FROM sites s JOIN companies c ON s.company_id = c.company_id JOIN licences l ON c.name = l.site_id
  WHERE l.site IS NULL
)

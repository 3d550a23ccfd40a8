-- What each site was licensed for on each day on which it dispatched ore.
ore_days AS (
  SELECT origin_site AS site, day
  FROM shipments
  WHERE product IN ({products}) AND origin_site IS NOT NULL
  GROUP BY origin_site, day
),
states AS (
  -- What the site's licences were on each day on which it dispatched ore; a site without any has one row of nulls.
  SELECT o.site AS site, o.day AS day,
         MAX(CASE WHEN l.kind = 'mining' AND l.valid_from <= o.day AND l.valid_to >= o.day
                   AND (l.status = 'valid' OR l.status_since > o.day) THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS in_force,
         MAX(CASE WHEN l.kind = 'mining' AND l.valid_from <= o.day AND l.valid_to >= o.day AND l.status <> 'valid'
                   AND l.status_since <= o.day THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS stopped,
         MAX(CASE WHEN l.kind = 'mining' AND l.valid_from <= o.day AND l.valid_to >= o.day AND l.status <> 'valid'
                   AND l.status_since IS NULL THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS stopped_undated,
         MAX(CASE WHEN l.kind = 'mining' AND l.valid_from <= o.day THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS began,
         MAX(CASE WHEN l.kind = 'mining' AND l.valid_from <= o.day AND l.valid_to >= o.day THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS unexpired,
         MAX(CASE WHEN l.kind = 'exploration' AND l.valid_from <= o.day AND l.valid_to >= o.day
                   AND (l.status = 'valid' OR l.status_since > o.day) THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS exploring
  FROM ore_days o LEFT JOIN licences l ON o.site = l.site
  GROUP BY o.site, o.day
),
judged AS (
  SELECT t.site AS site, t.day AS day, s.kind AS kind, t.in_force AS in_force, t.stopped AS stopped, t.stopped_undated AS stopped_undated, t.began AS began,
         t.unexpired AS unexpired, t.exploring AS exploring
  FROM states t JOIN sites s ON t.site = s.site_id LEFT JOIN unclear u ON t.site = u.site
  WHERE u.unclear IS NULL
)

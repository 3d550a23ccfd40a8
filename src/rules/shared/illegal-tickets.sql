-- The trips that proven findings of the rules in {illegal} name, each once however many rules and rows tell it.
accused AS (
  SELECT DISTINCT subject_kind, subject, ticket, source_file, source_sheet, source_row
  FROM first_pass
  WHERE certainty = 'proven' AND rule IN ({illegal}) AND subject_kind IN ('site', 'place') AND ticket IS NOT NULL
),
accused_rows AS (
  SELECT a.subject_kind AS subject_kind, a.subject AS subject, s.ticket_no AS ticket_no, s.plate AS plate, s.loaded_at AS loaded_at,
         s.day AS day, s.product AS product, s.destination AS destination, s.destination_site AS destination_site,
         s.net_kg AS net_kg, s.dry_kg AS dry_kg, s.li2o_ppm AS li2o_ppm,
         CONCAT(s.source_file, ' ', COALESCE(s.source_sheet, ''), ' ', CAST(s.source_row AS VARCHAR)) AS paper,
         s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row
  FROM shipments s JOIN accused a ON s.ticket_no = a.ticket AND s.source_file = a.source_file AND s.source_row = a.source_row
  WHERE COALESCE(s.source_sheet, '') = COALESCE(a.source_sheet, '')
),
told AS (
  -- A ticket that is told again, with its blanks filled in, is one trip: of the smaller mass, with what either row knows.
  SELECT subject_kind, subject, ticket_no, plate, loaded_at, MIN(net_kg) AS net_kg, MIN(dry_kg) AS dry_kg, MIN(li2o_ppm) AS li2o_ppm,
         MIN(destination_site) AS destination_site, MIN(paper) AS paper
  FROM accused_rows
  GROUP BY subject_kind, subject, ticket_no, plate, loaded_at
),
illegal_trips AS (
  SELECT t.subject_kind AS subject_kind, t.subject AS subject, t.ticket_no AS ticket_no, a.day AS day, a.product AS product,
         a.destination AS destination, t.destination_site AS destination_site, t.net_kg AS net_kg, t.dry_kg AS dry_kg,
         t.li2o_ppm AS li2o_ppm, a.source_file AS source_file, a.source_sheet AS source_sheet, a.source_row AS source_row
  FROM told t JOIN accused_rows a ON t.ticket_no = a.ticket_no AND t.subject = a.subject AND t.paper = a.paper
)

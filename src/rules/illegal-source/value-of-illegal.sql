-- id: value-of-illegal
-- title zh: 非法矿石价值达到移送标准
-- title en: illegal ore worth enough for the police
-- family: illegal-source
-- certainty: proven
-- department: public-security
-- basis zh: 法释〔2016〕25号：非法采矿价值十万元至三十万元以上（保护区、规划矿区五万元至十五万元以上），或者两年内受过两次处罚又非法采矿的
-- basis en: Fa Shi [2016] no. 25: illegally mined ore worth 100,000 to 300,000 yuan (50,000 to 150,000 in protected and planned zones), or mining again after two penalties within two years
-- basis from 2025-07-01 zh: 法释〔2016〕25号；《矿产资源法》（2024年修订，2025-07-01施行）第六十四条：按市场价值的倍数处罚
-- basis from 2025-07-01 en: Fa Shi [2016] no. 25; Mineral Resources Law (revised 2024, in force 2025-07-01), art. 64: fines by multiples of the market value
-- plain zh: 把其他规则已经证实的非法矿石，一车一车按装车当日、所属品位等级的指导价算成钱，按场所和年份相加，同一企业的几个场所再合计，与法定的移送标准比较；一张磅单被几条规则指出也只算一次。例如某矿 4 月无证外运 120 车，每车干矿 28 吨、当日指导价 200 元/吨，共 67.2 万元，超过 10 万元，应移送公安机关。为防价格误差，按指导价的下限计算也要达到标准才算。品位不详的按最低等级的价格，水分不详的按参数 moisture 扣除，没有指导价的不计价，只报吨数。
-- plain en: Ore that other rules have proven illegal is valued load by load, at the guide price of its grade class on the day of loading, summed by site and calendar year, over all sites of one company, and compared with the threshold of the law; a ticket that several rules name counts once. Example: a mine without a licence sent 120 loads of 28 dry tonnes in April at 200 yuan a tonne: 672,000 yuan, above 100,000. Prices have an error, so the threshold must be reached at the lower limit of the guide price too. An unknown grade takes the price of the lowest class, an unknown moisture the parameter’s; where there is no guide price only tonnes are stated.
-- clears zh: 推翻所依据的各项证实结论（见各磅单的其他问题）；更正的品位、水分、净重；价格认定机构的结论
-- clears en: what clears the findings that it rests on (see the other findings of the tickets); corrected grades, moistures and masses; the opinion of a price appraiser
-- unknown zh: 只计已证实的结论，所计规则见参数 illegal；越界（outside-boundary）和来源不明（origin-unknown）是统计性的，不在其内；超规模（quota-exhausted、over-scale-*）本身不是非法采矿，不在其内；两年内两次处罚不在记录中，不判断；参数 from_year 以前的年份不判断；品位低于最低等级的不计价；是否明知、是否构成犯罪由公安机关认定
-- unknown en: only proven findings of the rules in the parameter illegal count: outside-boundary and origin-unknown rest on a test and do not; ore above the scale (quota-exhausted, over-scale-*) is not illegal mining by itself and does not; not judged: two penalties within two years, which stand in no record; years before from_year; ore below the lowest class is not valued; whether it is a crime is for the police
-- says zh: {subject} {period}已证实的非法矿石 {quantity}（磅单 {tickets} 张）按当日指导价值 {own}；同一企业当年合计 {observed}，按下限价也值 {least}，达到移送标准 {allowed}；其中品位不详、按最低等级计价的 {ungraded}，没有指导价、未计价的 {unvalued}
-- says en: {quantity} of proven illegal ore of {subject} in {period} ({tickets} tickets) is worth {own} at the guide prices of the days; all of its company’s in the year {observed}, and {least} at the lower limits, against a threshold of {allowed}; {ungraded} of unknown grade at the lowest class’s price, {unvalued} without a guide price not valued
-- unit: fen
-- figure own: fen
-- figure least: fen
-- figure ungraded: kg
-- figure unvalued: kg
-- quantity: sum
-- look-back: all
-- after: findings
-- with: illegal-tickets
-- parameter illegal: words = licence-none, licence-expired, licence-suspended, exploration-ore, construction-ore, mineral-not-approved — 哪些规则的证实结论算作非法采矿 / rules whose proven findings mean illegal mining
-- parameter threshold_yuan: integer = 100000 — 移送标准，元（法定幅度十万至三十万元的下限）/ threshold, yuan (the lower end of the law’s 100,000 to 300,000)
-- parameter protected: words = none — 在保护区、规划矿区内的场所编号；none 表示没有 / ids of sites in protected or planned zones; none: there are none
-- parameter protected_threshold_yuan: integer = 50000 — 保护区、规划矿区的移送标准，元（五万至十五万元的下限）/ threshold in protected and planned zones, yuan (the lower end of 50,000 to 150,000)
-- parameter from_year: integer = 2017 — 从这一年起判断（法释〔2016〕25号施行后的第一个整年）/ first calendar year that is judged (the first whole one under Fa Shi [2016] no. 25)
-- parameter moisture: percent = 10 — 水分不详时扣除的比例 / moisture that is taken off where it is unknown

WITH ore AS (
  SELECT subject_kind, subject, EXTRACT(YEAR FROM day) AS year, day, product, net_kg, COALESCE(li2o_ppm, -1) AS grade_ppm,
         COALESCE(dry_kg, CAST((net_kg * (1000000 - {moisture}) - (net_kg * (1000000 - {moisture})) % 1000000) / 1000000 AS BIGINT)) AS dry_kg,
         ticket_no, source_file, source_sheet, source_row
  FROM illegal_trips
  WHERE EXTRACT(YEAR FROM day) >= {from_year}
),
grades AS (
  SELECT DISTINCT product, day, grade_ppm FROM ore
),
day_prices AS (
  SELECT g.product AS product, g.day AS day, g.grade_ppm AS grade_ppm, p.from_ppm AS from_ppm, p.to_ppm AS to_ppm,
         p.guide_fen_per_t AS guide_fen, COALESCE(p.lower_fen_per_t, p.guide_fen_per_t) AS lower_fen,
         CASE WHEN g.grade_ppm >= 0 AND (p.from_ppm IS NULL OR g.grade_ppm >= p.from_ppm) AND (p.to_ppm IS NULL OR g.grade_ppm < p.to_ppm)
              THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS own_class
  FROM grades g JOIN guide_prices p ON g.product = p.product
  WHERE p.first_day <= g.day AND p.last_day >= g.day AND p.guide_fen_per_t IS NOT NULL
),
classes AS (
  SELECT product, day, grade_ppm, MIN(from_ppm) AS from_ppm, MAX(to_ppm) AS to_ppm,
         MIN(guide_fen) AS lowest_guide_fen, MIN(lower_fen) AS lowest_lower_fen,
         MAX(guide_fen) AS highest_guide_fen, MAX(lower_fen) AS highest_lower_fen,
         MIN(CASE WHEN own_class = 1 THEN guide_fen END) AS own_guide_fen, MIN(CASE WHEN own_class = 1 THEN lower_fen END) AS own_lower_fen
  FROM day_prices
  GROUP BY product, day, grade_ppm
),
rates AS (
  -- Its own class; above all classes the highest; unknown, or between two classes, the lowest; below all classes nothing.
  SELECT product, day, grade_ppm,
         CASE WHEN own_guide_fen IS NOT NULL THEN own_guide_fen WHEN grade_ppm >= to_ppm THEN highest_guide_fen
              WHEN grade_ppm < 0 OR grade_ppm >= from_ppm THEN lowest_guide_fen END AS guide_fen,
         CASE WHEN own_guide_fen IS NOT NULL THEN own_lower_fen WHEN grade_ppm >= to_ppm THEN highest_lower_fen
              WHEN grade_ppm < 0 OR grade_ppm >= from_ppm THEN lowest_lower_fen END AS lower_fen
  FROM classes
),
valued AS (
  SELECT o.subject_kind AS subject_kind, o.subject AS subject, o.year AS year, o.net_kg AS net_kg, o.dry_kg * r.guide_fen AS guide_milli,
         o.dry_kg * r.lower_fen AS lower_milli,
         CASE WHEN r.guide_fen IS NULL THEN o.net_kg ELSE CAST(0 AS BIGINT) END AS unvalued_kg,
         CASE WHEN r.guide_fen IS NOT NULL AND o.grade_ppm < 0 THEN o.net_kg ELSE CAST(0 AS BIGINT) END AS ungraded_kg
  FROM ore o LEFT JOIN rates r ON o.product = r.product AND o.day = r.day AND o.grade_ppm = r.grade_ppm
),
sums AS (
  SELECT subject_kind, subject, year, SUM(guide_milli) AS guide_milli, SUM(lower_milli) AS lower_milli,
         SUM(unvalued_kg) AS unvalued_kg, SUM(ungraded_kg) AS ungraded_kg
  FROM valued
  GROUP BY subject_kind, subject, year
),
thresholds AS (
  SELECT subject_kind, subject, year, guide_milli, lower_milli, unvalued_kg, ungraded_kg,
         CASE WHEN subject IN ({protected}) THEN CAST({protected_threshold_yuan} AS BIGINT) * 100 ELSE CAST({threshold_yuan} AS BIGINT) * 100 END AS threshold_fen
  FROM sums
),
owned AS (
  SELECT t.subject_kind AS subject_kind, t.subject AS subject, COALESCE(o.company_id, CONCAT(t.subject_kind, ' ', t.subject)) AS company,
         t.year AS year, t.guide_milli AS guide_milli, t.lower_milli AS lower_milli, t.unvalued_kg AS unvalued_kg,
         t.ungraded_kg AS ungraded_kg, t.threshold_fen AS threshold_fen
  FROM thresholds t LEFT JOIN sites o ON t.subject = o.site_id
),
company_sums AS (
  -- Who dug at several sites answers for the sum of them.
  SELECT company, year, SUM(guide_milli) AS guide_milli, SUM(lower_milli) AS lower_milli FROM owned GROUP BY company, year
),
reached AS (
  -- kg × fen a tonne are thousandths of a fen.
  SELECT o.subject_kind AS subject_kind, o.subject AS subject, o.year AS year,
         CAST((o.guide_milli - o.guide_milli % 1000) / 1000 AS BIGINT) AS own_fen,
         CAST((c.guide_milli - c.guide_milli % 1000) / 1000 AS BIGINT) AS guide_fen,
         CAST((c.lower_milli - c.lower_milli % 1000) / 1000 AS BIGINT) AS lower_fen,
         o.unvalued_kg AS unvalued_kg, o.ungraded_kg AS ungraded_kg, o.threshold_fen AS threshold_fen
  FROM owned o JOIN company_sums c ON o.company = c.company AND o.year = c.year
  WHERE c.lower_milli >= o.threshold_fen * 1000 AND o.guide_milli > 0
),
shown AS (
  SELECT r.subject_kind AS subject_kind, r.subject AS subject, r.year AS year, o.ticket_no AS ticket_no, o.source_file AS source_file,
         o.source_sheet AS source_sheet, o.source_row AS source_row, o.net_kg AS net_kg
  FROM ore o JOIN reached r ON o.subject_kind = r.subject_kind AND o.subject = r.subject AND o.year = r.year
)
SELECT subject_kind, subject, CAST(year AS VARCHAR) AS period, CAST(NULL AS VARCHAR) AS ticket, CAST(NULL AS VARCHAR) AS source_file,
       CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row, CAST(NULL AS BIGINT) AS quantity_kg,
       guide_fen AS observed, threshold_fen AS allowed, own_fen AS own, lower_fen AS least, ungraded_kg AS ungraded, unvalued_kg AS unvalued
FROM reached
UNION ALL
SELECT subject_kind, subject, CAST(year AS VARCHAR) AS period, ticket_no AS ticket, source_file, source_sheet, source_row,
       net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed, CAST(NULL AS BIGINT) AS own,
       CAST(NULL AS BIGINT) AS least, CAST(NULL AS BIGINT) AS ungraded, CAST(NULL AS BIGINT) AS unvalued
FROM shown

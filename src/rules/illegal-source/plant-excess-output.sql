-- id: plant-excess-output
-- title zh: 产出超过有据可查的原料
-- title en: more product than the recorded feed can give
-- family: illegal-source
-- certainty: strong
-- department: natural-resources
-- basis zh: 专项整治方案（2023-03-25）：严查非法来源矿石的收购、加工；法释〔2016〕25号第七条：明知是非法开采的矿产品而收购、加工
-- basis en: campaign plan of 2023-03-25: purchase and processing of ore of illegal origin; Fa Shi [2016] no. 25, art. 7: buying or processing minerals known to be mined illegally
-- plain zh: 选矿厂、锂盐厂产品里的氧化锂，只能来自它收进来的原料。把磅单收进的原料（重量×干料比例×品位，锂渣等回收料也算）加上库存变化，乘以可信的最高回收率，就是最多能产出的氧化锂；申报或发出的产品比这还多，多出的部分就是没有磅单的原料。例：三个月收进的原料含氧化锂 100 吨，选矿最高回收率 85 %，最多出 85 吨；产品里却有 97 吨，缺 12 吨氧化锂，折合品位 0.4 % 的原矿约 3 700 吨。已扣除地磅 0.3 %、化验 2 %、盘点 7.5 %、申报 2 % 的误差。另外也和本厂以往各月的回收率比：一直是 65 %，忽然连续几个月 90 %，也要解释。
-- plain en: The Li2O in a plant's product can only come from the feed that it took in. The feed on its tickets (mass, less water, times grade; recycled slag counts) with the change of stock, times the best plausible recovery, is the most it can make; what is declared or dispatched beyond that came without tickets. Example: feed of three months with 100 t of Li2O gives at most 85 t at a best recovery of 85 %; 97 t in the product leave 12 t of Li2O unexplained, some 3,700 t of ore at 0.4 %. Errors are allowed for: scales 0.3 %, assays 2 %, stock surveys 7.5 %, declarations 2 %. The plant is also compared with its own earlier months: a recovery that was 65 % all along and is suddenly 90 % needs an explanation too.
-- clears zh: 补报的进厂磅单或原料发票；盘点记录；更正的月报、化验；技改或换料后回收率提高的证明；回收料（锂渣、尾矿）的来源单据
-- clears en: tickets or invoices of feed that were not handed in; a stock survey; corrected returns or assays; proof of a better process or of other feed; papers of recycled slag or tailings
-- unknown zh: 产品没有品位或水分、原料磅单没有品位而月报也没有、没有原料库存的月份不判断；回收率历史少于 min_history 个月的不与自身比较；品位相同的磅单按一次化验计
-- unknown en: not judged: months whose product has no grade or moisture, whose feed has a grade neither on tickets nor in the return, or without stocks of feed; a plant with fewer than min_history earlier months is not compared with itself; tickets of the same grade count as one assay
-- says zh: {subject} {period}约有 {quantity} 原料没有来源（95 % 区间 {low_kg} 至 {high_kg}）：自{first_day}至{last_day}产品含 Li2O {observed}，有据可查的原料最多能解释 {allowed}（产品与原料之比 {recovery}，可信的回收率 {usual}）
-- says en: some {quantity} of feed of {subject} in {period} are unexplained (95 % interval {low_kg} to {high_kg}): from {first_day} to {last_day} the product held {observed} of Li2O, of which the recorded feed explains {allowed} at most (product over feed {recovery}, plausible recovery {usual})
-- unit: kg
-- figure first_day: date
-- figure last_day: date
-- figure recovery: percent
-- figure usual: percent
-- figure low_kg: kg
-- figure high_kg: kg
-- quantity: largest
-- look-back: all
-- parameter products: products = porcelain_clay_ore lepidolite_concentrate lithium_carbonate lithium_slag — 含氧化锂、计入原料的产品 / products whose Li2O counts as feed
-- parameter makes: covers = concentrator > lepidolite_concentrate; smelter > lithium_carbonate — 各类工厂的产品 / what each kind of plant makes
-- parameter concentrator_recovery: percent = 85 — 选矿厂可信的最高回收率 / best plausible recovery of a concentrator
-- parameter smelter_recovery: percent = 90 — 锂盐厂可信的最高回收率 / best plausible recovery of a salt plant
-- parameter scale_error: percent = 0.3 — 地磅的标准误差（系统误差，不因车次多而抵消）/ standard error of the weighbridge (systematic: many trips do not average it out)
-- parameter assay_error: percent = 2 — 化验的标准误差，相对 / standard error of an assay, relative
-- parameter assay_absolute: percent = 0.02 — 化验的标准误差，绝对（百分点）/ standard error of an assay, absolute (percentage points)
-- parameter stock_error: percent = 7.5 — 库存盘点的标准误差 / standard error of a stock survey
-- parameter declared_error: percent = 2 — 申报产量的标准误差（按全部同向计）/ standard error of declared output (taken to be to the same side always)
-- parameter min_history: integer = 6 — 与自身比较至少需要的此前月数 / months before that a comparison with itself needs
-- parameter false_alarm: alarm = 0.1 — 每厂每年的误报率 / chance of a false finding a plant and year
-- step: plant-balance

WITH makers AS (
  SELECT s.site_id AS site, s.kind AS kind, o.product AS product
  FROM sites s JOIN ({makes}) AS o ON s.kind = o.mineral
  GROUP BY s.site_id, s.kind, o.product
),
plants AS (
  SELECT site, kind FROM makers GROUP BY site, kind
),
lots AS (
  -- One assay may stand on many tickets: what has the same party, grade and moisture in a month counts as one.
  SELECT 'received' AS item, destination_site AS site, month, product, origin AS party, moisture_ppm, li2o_ppm,
         SUM(CASE WHEN received_net_kg IS NULL THEN net_kg ELSE received_net_kg END) AS wet_kg
  FROM shipments
  WHERE product IN ({products}) AND destination_site IS NOT NULL
  GROUP BY destination_site, month, product, origin, moisture_ppm, li2o_ppm
  UNION ALL
  SELECT 'sent' AS item, origin_site AS site, month, product, '' AS party, moisture_ppm, li2o_ppm, SUM(net_kg) AS wet_kg
  FROM shipments
  WHERE product IN ({products}) AND origin_site IS NOT NULL
  GROUP BY origin_site, month, product, moisture_ppm, li2o_ppm
),
assays AS (
  -- Feed without a moisture is taken as dry, which is the most it can hold; product without one has no assay.
  SELECT l.item AS item, l.site AS site, p.kind AS kind, l.month AS month, l.product AS product, l.wet_kg AS wet_kg, l.li2o_ppm AS li2o_ppm,
         CASE WHEN l.li2o_ppm IS NULL OR (l.item = 'sent' AND l.moisture_ppm IS NULL) THEN 0 ELSE 1 END AS assayed,
         CAST(FLOOR(l.wet_kg * (1000000.0 - CASE WHEN l.moisture_ppm IS NULL THEN 0 ELSE l.moisture_ppm END) / 1000000.0 + 0.5) AS BIGINT) AS dry_kg
  FROM lots l JOIN plants p ON l.site = p.site
),
contents AS (
  SELECT item, site, kind, month, product, wet_kg, assayed, dry_kg, CAST(FLOOR(dry_kg * (li2o_ppm / 1000.0) + 0.5) AS BIGINT) AS li2o_g,
         CAST(FLOOR(dry_kg * (li2o_ppm / 1000000.0) + 0.5) AS BIGINT) AS li2o_kg
  FROM assays
),
tickets AS (
  SELECT item, site, kind, month, product,
         SUM(CASE WHEN assayed = 1 THEN wet_kg ELSE 0 END) AS wet_kg, SUM(CASE WHEN assayed = 1 THEN li2o_g ELSE 0 END) AS li2o_g,
         SUM(CASE WHEN assayed = 1 THEN dry_kg * dry_kg ELSE 0 END) AS dry_kg2, SUM(CASE WHEN assayed = 1 THEN li2o_kg * li2o_kg ELSE 0 END) AS li2o_kg2,
         SUM(CASE WHEN assayed = 0 THEN wet_kg ELSE 0 END) AS blank_kg
  FROM contents
  GROUP BY item, site, kind, month, product
),
returns AS (
  -- Returns of one month that contradict each other count as what says least: little product, much feed.
  SELECT 'made' AS item, r.site AS site, m.kind AS kind, r.month AS month, r.product AS product, MIN(r.wet_kg) AS wet_kg,
         MAX(r.moisture_ppm) AS moisture_ppm, MIN(r.li2o_ppm) AS li2o_ppm, MAX(r.opening_stock_kg) AS opening_kg, MIN(r.closing_stock_kg) AS closing_kg
  FROM production r JOIN makers m ON r.site = m.site AND r.product = m.product
  WHERE r.role = 'produced'
  GROUP BY r.site, m.kind, r.month, r.product
  UNION ALL
  SELECT 'used' AS item, r.site AS site, p.kind AS kind, r.month AS month, r.product AS product, MAX(r.wet_kg) AS wet_kg,
         MIN(r.moisture_ppm) AS moisture_ppm, MAX(r.li2o_ppm) AS li2o_ppm, MAX(r.opening_stock_kg) AS opening_kg, MIN(r.closing_stock_kg) AS closing_kg
  FROM production r JOIN plants p ON r.site = p.site
  WHERE r.role = 'consumed' AND r.product IN ({products})
  GROUP BY r.site, p.kind, r.month, r.product
),
papers AS (
  SELECT r.site AS site, p.kind AS kind, r.month AS month, r.product AS product, r.source_file AS source_file, r.source_sheet AS source_sheet, r.source_row AS source_row
  FROM production r JOIN plants p ON r.site = p.site
  WHERE r.product IN ({products})
)
SELECT item, site, kind, month, product, wet_kg, li2o_g, dry_kg2, li2o_kg2, blank_kg,
       CAST(NULL AS INTEGER) AS moisture_ppm, CAST(NULL AS INTEGER) AS li2o_ppm, CAST(NULL AS BIGINT) AS opening_kg, CAST(NULL AS BIGINT) AS closing_kg,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row
FROM tickets
UNION ALL
SELECT item, site, kind, month, product, wet_kg, CAST(NULL AS BIGINT) AS li2o_g, CAST(NULL AS BIGINT) AS dry_kg2, CAST(NULL AS BIGINT) AS li2o_kg2,
       CAST(NULL AS BIGINT) AS blank_kg, moisture_ppm, li2o_ppm, opening_kg, closing_kg,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row
FROM returns
UNION ALL
SELECT 'paper' AS item, site, kind, month, product, CAST(NULL AS BIGINT) AS wet_kg, CAST(NULL AS BIGINT) AS li2o_g, CAST(NULL AS BIGINT) AS dry_kg2,
       CAST(NULL AS BIGINT) AS li2o_kg2, CAST(NULL AS BIGINT) AS blank_kg, CAST(NULL AS INTEGER) AS moisture_ppm, CAST(NULL AS INTEGER) AS li2o_ppm,
       CAST(NULL AS BIGINT) AS opening_kg, CAST(NULL AS BIGINT) AS closing_kg, source_file, source_sheet, source_row
FROM papers

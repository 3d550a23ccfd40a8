-- id: price-too-low
-- title zh: 来源存疑且价格明显偏低
-- title en: sold far too cheap, from a doubtful origin
-- family: illegal-source
-- certainty: lead
-- department: market-supervision
-- basis zh: 专项整治方案（2023-03-25）：矿石来源核查；指导区间由本市政策设定，低于区间本身并不违法
-- basis en: campaign plan of 2023-03-25, checks of where ore comes from; the guide range is the city’s own policy, and a price below it is no offence by itself
-- plain zh: 来路不正的矿急于脱手，往往卖得很便宜。本规则把每笔销售折成同一口径的价格（出厂、不含税、干吨），与当期同等级的指导价相比；低于指导价下限，而且比市场上各笔成交的正常波动低得多，才算明显偏低。只便宜还不列，卖方的来源还要存疑：当年有已证实的非法矿石，或者是中间商而进货中有来自未登记地点的，或者没有任何磅单与这笔销售相符，或者卖方不在名录中。例如某堆场卖矿 80 元/吨，下限 140 元/吨，正常波动最多再低 15 元，而它 12 % 的进货来自未登记地点，就列入。
-- plain en: Ore of doubtful origin is sold in a hurry, and cheap. Each sale is brought to one basis (ex works, without VAT, a dry tonne) and compared with the guide price of its class and period: it is far too cheap where it lies below the lower limit, and further from the market than its deals scatter. Cheap alone is not listed; the seller’s origin must be doubtful too: proven illegal ore in that year, or a middleman that took in ore from places in no register, or no ticket that fits the sale, or a seller in no register. Example: a yard sells at 80 yuan a tonne where the lower limit is 140 and scatter explains 15 less, and 12 % of what it took in came from unregistered places: it is listed.
-- clears zh: 合同、发票和付款记录；低价的理由（次品、关联企业内部价、急于清库）；货物来源的磅单和合同
-- clears en: contract, invoice and payment; a reason for the price (poor quality, a price within a group, a clearance); tickets and contracts that show where the goods came from
-- unknown zh: 没有指导价或折不成同一口径的销售不判断；某产品有价格的成交不足 least_sales 笔的不判断；买卖双方有一方没有登记场所的，不判断有无磅单；记录结束前 after_months 个月内的销售，不判断有无磅单；名录为空时不判断卖方是否登记
-- unknown en: not judged: sales without a guide price, or that cannot be brought to its basis; a product with fewer than least_sales priced deals; whether tickets fit, where a party has no registered site or the records end less than after_months after the sale; whether a seller is registered, while the register is empty
-- says zh: {subject} {period}以明显偏低的价格出售：{price}，低于下限 {lower} 达 {observed}，正常波动最多能解释低 {allowed}；其来源存疑：当年已证实的非法矿石 {illegal_ore}，进货来自未登记地点的占 {unknown}，与该笔销售相符的磅单 {covered}；涉及 {quantity}
-- says en: {subject} sold far too cheap in {period}: at {price}, {observed} below the lower limit of {lower}, where scatter explains {allowed}; its origin is doubtful: {illegal_ore} of proven illegal ore in the year, {unknown} of its intake from places in no register, {covered} on tickets that fit the sale; {quantity} concerned
-- unit: fen_per_t
-- figure price: fen_per_t
-- figure lower: fen_per_t
-- figure illegal_ore: kg
-- figure unknown: percent
-- figure covered: kg
-- quantity: sum
-- look-back: all
-- after: findings
-- parameter illegal: words = licence-none, licence-expired, licence-suspended, exploration-ore, construction-ore, mineral-not-approved — 哪些规则的证实结论算作非法矿石 / rules whose proven findings mean illegal ore
-- parameter intermediaries: words = stockyard, trader — 算作中间商的场所类型 / kinds of sites that are middlemen
-- parameter unknown_share: percent = 5 — 中间商当年进货来自未登记地点达到这一比例的，来源存疑 / a middleman’s origin is doubtful where at least this share of a year’s intake came from places in no register
-- parameter before_months: integer = 1 — 磅单最多比合同早几个月 / months by which tickets may come before the contract
-- parameter after_months: integer = 3 — 磅单最多比合同晚几个月 / months by which tickets may come after the contract
-- parameter least_sales: integer = 30 — 至少有这么多笔有价格的成交才知道正常波动 / priced deals of a product that it takes to know how they scatter
-- parameter false_alarm: alarm = 0.01 — 正常波动的成交被误报的概率（正态） / chance of a false finding a deal that scatters normally
-- step: price-too-low

WITH priced AS (
  SELECT seller, seller_company, buyer_company, product, date, EXTRACT(YEAR FROM date) AS year,
         EXTRACT(YEAR FROM date) * 12 + EXTRACT(MONTH FROM date) AS month_number, wet_kg, price_fen_per_t, lower_fen_per_t,
         guide_fen_per_t, source_file, source_sheet, source_row
  FROM priced_sales
  WHERE price_fen_per_t IS NOT NULL AND lower_fen_per_t IS NOT NULL AND guide_fen_per_t > 0
),
flow_months AS (
  SELECT origin_site, CASE WHEN origin_site IS NULL THEN origin END AS place, destination_site, product, month, SUM(net_kg) AS net_kg
  FROM shipments
  WHERE destination_site IS NOT NULL
  GROUP BY origin_site, CASE WHEN origin_site IS NULL THEN origin END, destination_site, product, month
),
known AS (
  -- A name that means two sites resolves to none, but it is known.
  SELECT name, CAST(1 AS BIGINT) AS known FROM sites WHERE name IS NOT NULL
  UNION
  SELECT name, CAST(1 AS BIGINT) AS known FROM companies WHERE name IS NOT NULL
),
flows AS (
  SELECT CASE WHEN f.origin_site IS NULL AND k.known IS NULL THEN f.net_kg ELSE CAST(0 AS BIGINT) END AS unknown_kg, f.destination_site AS destination_site, f.product AS product, EXTRACT(YEAR FROM f.month) AS year,
         EXTRACT(YEAR FROM f.month) * 12 + EXTRACT(MONTH FROM f.month) AS month_number, f.net_kg AS net_kg,
         o.company_id AS seller_company, d.company_id AS buyer_company, d.kind AS kind
  FROM flow_months f JOIN sites d ON f.destination_site = d.site_id LEFT JOIN sites o ON f.origin_site = o.site_id
  LEFT JOIN known k ON f.place = k.name
),
last_tickets AS (
  SELECT CAST(1 AS BIGINT) AS records, MAX(month_number) AS month_number FROM flows
),
intakes AS (
  -- What a company’s yards and trading places took in of a product in a year, and how much of it from places in no register.
  SELECT buyer_company AS company, product, year, SUM(net_kg) AS net_kg,
         SUM(unknown_kg) AS unknown_kg
  FROM flows
  WHERE kind IN ({intermediaries}) AND buyer_company IS NOT NULL
  GROUP BY buyer_company, product, year
),
covers AS (
  SELECT s.source_file AS source_file, s.source_row AS source_row, SUM(f.net_kg) AS net_kg
  FROM priced s JOIN flows f ON s.seller_company = f.seller_company AND s.buyer_company = f.buyer_company AND s.product = f.product
  WHERE f.month_number >= s.month_number - {before_months} AND f.month_number <= s.month_number + {after_months}
  GROUP BY s.source_file, s.source_row
),
proven AS (
  SELECT DISTINCT subject, SUBSTR(period, 1, 4) AS year, ticket, source_file, source_row, quantity_kg
  FROM first_pass
  WHERE certainty = 'proven' AND rule IN ({illegal}) AND subject_kind = 'site' AND ticket IS NOT NULL
),
illegal_ore AS (
  SELECT o.company_id AS company, p.year AS year, SUM(p.quantity_kg) AS net_kg
  FROM proven p JOIN sites o ON p.subject = o.site_id
  WHERE o.company_id IS NOT NULL
  GROUP BY o.company_id, p.year
),
placed AS (
  SELECT company_id AS company, CAST(COUNT(*) AS BIGINT) AS sites FROM sites WHERE company_id IS NOT NULL GROUP BY company_id
),
register AS (
  SELECT CAST(1 AS BIGINT) AS records, CAST(COUNT(*) AS BIGINT) AS companies FROM companies
)
SELECT CASE WHEN s.seller_company IS NULL THEN 'place' ELSE 'company' END AS subject_kind, COALESCE(s.seller_company, s.seller) AS subject,
       CAST(s.year AS VARCHAR) AS period, CAST(NULL AS VARCHAR) AS ticket, s.source_file AS source_file, s.source_sheet AS source_sheet,
       s.source_row AS source_row, s.wet_kg AS quantity_kg, s.lower_fen_per_t - s.price_fen_per_t AS observed,
       CAST(NULL AS BIGINT) AS allowed, s.price_fen_per_t AS price, s.lower_fen_per_t AS lower, i.net_kg AS illegal_ore,
       CASE WHEN t.net_kg > 0 THEN CAST((t.unknown_kg * 1000000 - (t.unknown_kg * 1000000) % t.net_kg) / t.net_kg AS BIGINT) END AS unknown,
       c.net_kg AS covered, s.product AS product, s.guide_fen_per_t AS guide,
       CASE WHEN i.net_kg > 0 THEN CAST(1 AS BIGINT)
            WHEN t.unknown_kg > 0 AND t.unknown_kg * 1000000 >= t.net_kg * {unknown_share} THEN CAST(1 AS BIGINT)
            WHEN c.net_kg IS NULL AND p.sites > 0 AND q.sites > 0 AND s.month_number + {after_months} <= l.month_number THEN CAST(1 AS BIGINT)
            WHEN s.seller_company IS NULL AND r.companies > 0 THEN CAST(1 AS BIGINT)
            ELSE CAST(0 AS BIGINT) END AS doubtful
FROM priced s
LEFT JOIN illegal_ore i ON s.seller_company = i.company AND CAST(s.year AS VARCHAR) = i.year
LEFT JOIN intakes t ON s.seller_company = t.company AND s.product = t.product AND s.year = t.year
LEFT JOIN covers c ON s.source_file = c.source_file AND s.source_row = c.source_row
LEFT JOIN placed p ON s.seller_company = p.company
LEFT JOIN placed q ON s.buyer_company = q.company
CROSS JOIN last_tickets l
CROSS JOIN register r

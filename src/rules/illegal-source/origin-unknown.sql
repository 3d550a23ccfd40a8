-- id: origin-unknown
-- title zh: 来源不明
-- title en: ore from a place in no register
-- family: illegal-source
-- certainty: strong
-- department: natural-resources
-- basis zh: 《矿产资源法》（2009年修正）第三条、第三十九条；专项整治方案（2023-03-25）：无证开采
-- basis en: Mineral Resources Law (amended 2009), arts. 3 and 39; campaign plan of 2023-03-25: mining without a licence
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第二十二条、第三十三条、第六十四条、第六十七条；法释〔2016〕25号
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), arts. 22, 33, 64 and 67; Fa Shi [2016] no. 25
-- plain zh: 磅单上的发货地在场所名录里找不到，也不是哪家登记企业的名称，而车上装的是原矿：没有人知道这矿从哪里来。可能只是写法不同（补登别名即可），也可能是非法采点。例：6 月有 12 张磅单的发货地写“北山沟”，名录里没有。
-- plain en: The place named as origin on a ticket stands in no register, and the truck carried raw ore: nobody knows where it came from. It may be another spelling (enter the alias) or an illegal pit. Example: in June 12 tickets name “Beishangou”, which no register holds.
-- clears zh: 场所名录中的登记（补录）；说明该名称是哪个登记场所的别名
-- clears en: an entry in the register of sites; a statement of which registered site bears that name
-- unknown zh: 场所名录为空时不判断；两个场所同名的名称、企业名录中的名称不算来源不明
-- unknown en: not judged: anything while the register of sites is empty; a name that two sites bear, or that stands in the register of companies, is not unknown
-- says zh: {period}磅单上的发货地“{subject}”不在任何名录中，原矿 {quantity}，磅单 {tickets} 张
-- says en: "{subject}", origin of {quantity} of raw ore in {period}, stands in no register: {tickets} tickets
-- unit: none
-- quantity: sum
-- look-back: month
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore

WITH register AS (
  -- Without a register nobody is missing from it.
  SELECT COUNT(*) AS sites FROM sites
),
known AS (
  -- A name that means two sites resolves to none, but it is known.
  SELECT site_id AS name FROM sites
  UNION
  SELECT name FROM sites
  UNION
  SELECT name FROM site_names
  UNION
  SELECT company_id AS name FROM companies
  UNION
  SELECT name FROM companies
),
marked AS (
  SELECT name, CAST(1 AS BIGINT) AS known FROM known WHERE name IS NOT NULL
),
written AS (
  SELECT origin FROM shipments
  WHERE product IN ({products}) AND origin_site IS NULL AND origin IS NOT NULL
  GROUP BY origin
),
found AS (
  SELECT w.origin AS origin
  FROM written w LEFT JOIN marked k ON w.origin = k.name CROSS JOIN register r
  WHERE k.known IS NULL AND r.sites > 0
)
SELECT 'place' AS subject_kind, s.origin AS subject, SUBSTR(CAST(s.month AS VARCHAR), 1, 7) AS period, s.ticket_no AS ticket,
       s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row,
       s.net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed
FROM shipments s JOIN found f ON s.origin = f.origin
WHERE s.product IN ({products})

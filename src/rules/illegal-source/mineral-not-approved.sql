-- id: mineral-not-approved
-- title zh: 不按批准矿种开采
-- title en: a product that the licence does not cover
-- family: illegal-source
-- certainty: proven
-- department: natural-resources
-- basis zh: 法释〔2016〕25号第二条：超出许可证规定的矿种（共生、伴生矿种除外）；《矿产资源法》（2009年修正）
-- basis en: Fa Shi [2016] no. 25, art. 2: minerals beyond the licence, co-occurring and associated minerals excepted; Mineral Resources Law (amended 2009)
-- basis from 2025-07-01 zh: 法释〔2016〕25号第二条；《矿产资源法》（2024年修订，2025-07-01施行）；锂自2025-07-01起为独立矿种
-- basis from 2025-07-01 en: Fa Shi [2016] no. 25, art. 2; Mineral Resources Law (revised 2024, in force 2025-07-01); lithium is an independent mineral from 2025-07-01
-- plain zh: 许可证写明了可以采哪些矿种。外运的产品既不是这些矿种，也不是它们的共生、伴生矿。哪些产品算在内由政策表规定（瓷土覆盖含锂瓷土）。例：许可证只写长石，却外运含锂瓷土原矿。
-- plain en: The licence names the minerals that may be mined; what left is none of them and none that occurs with them. Policy lists what each mineral covers (porcelain clay covers the lithium-bearing kind). Example: a licence for feldspar, tickets of lithium-bearing ore.
-- clears zh: 载明该矿种的许可证；证明该产品是批准矿种的共生、伴生矿的储量报告；更正的品名
-- clears en: a licence that names the mineral; a reserve report that shows it occurs with the approved one; a corrected product name
-- unknown zh: 许可证未载明矿种，或矿种不在参数 covers 的表中，不判断；没有有效许可证的日子由 licence-* 规则负责
-- unknown en: not judged: a licence without minerals, or with a mineral that the parameter covers does not list; days without a licence in force (see the licence rules)
-- says zh: {subject} {period}外运许可证矿种以外的产品 {quantity}，磅单 {tickets} 张
-- says en: {subject} dispatched {quantity} in {period} of a product that its licence does not cover: {tickets} tickets
-- unit: none
-- quantity: sum
-- with: unclear-licences
-- look-back: all
-- parameter products: products = porcelain_clay_ore, feldspar, lepidolite_concentrate, tantalum_niobium_concentrate — 检查的产品 / products that are checked
-- parameter covers: covers = porcelain_clay_ore > porcelain_clay_ore feldspar lepidolite_concentrate tantalum_niobium_concentrate other;
--    feldspar > feldspar other; lepidolite_concentrate > porcelain_clay_ore feldspar lepidolite_concentrate tantalum_niobium_concentrate other;
--    tantalum_niobium_concentrate > tantalum_niobium_concentrate lepidolite_concentrate feldspar porcelain_clay_ore other;
--    锂 > porcelain_clay_ore feldspar lepidolite_concentrate tantalum_niobium_concentrate other; 高岭土 > feldspar other; other > other;
--    石英 > other; 石灰岩 > other; 萤石 > other; 煤 > other
--    — 许可矿种覆盖的产品（含共生、伴生）/ which products each licensed mineral covers, co-occurring and associated ones included

WITH covers AS (
  SELECT mineral, product FROM ({covers}) AS c
),
listed AS (
  SELECT minerals, LENGTH(minerals) - LENGTH(REPLACE(minerals, ';', '')) + 1 AS named
  FROM (SELECT DISTINCT minerals FROM licences WHERE kind = 'mining' AND minerals IS NOT NULL) AS m
),
meant AS (
  SELECT l.minerals AS minerals, l.named AS named, c.mineral AS mineral, c.product AS product
  FROM listed l CROSS JOIN covers c
  WHERE STRPOS(CONCAT(';', l.minerals, ';'), CONCAT(';', c.mineral, ';')) > 0
),
counted AS (
  SELECT minerals, named, COUNT(DISTINCT mineral) AS known FROM meant GROUP BY minerals, named
),
known AS (
  -- A mineral that policy does not know may cover anything.
  SELECT minerals, CAST(1 AS BIGINT) AS known FROM counted WHERE known = named
),
covered AS (
  SELECT DISTINCT minerals, product, CAST(1 AS BIGINT) AS covered FROM meant
),
product_days AS (
  SELECT origin_site AS site, day, product
  FROM shipments
  WHERE product IN ({products}) AND origin_site IS NOT NULL
  GROUP BY origin_site, day, product
),
in_force AS (
  SELECT o.site AS site, o.day AS day, o.product AS product, l.minerals AS minerals
  FROM product_days o JOIN licences l ON o.site = l.site
  WHERE l.kind = 'mining' AND l.valid_from <= o.day AND l.valid_to >= o.day AND (l.status = 'valid' OR l.status_since > o.day)
),
judged AS (
  SELECT i.site AS site, i.day AS day, i.product AS product, c.covered AS covered, k.known AS known
  FROM in_force i
  LEFT JOIN covered c ON i.minerals = c.minerals AND i.product = c.product
  LEFT JOIN known k ON i.minerals = k.minerals
),
verdicts AS (
  SELECT site, day, product, COUNT(*) AS licences, COUNT(covered) AS covering, COUNT(known) AS known
  FROM judged GROUP BY site, day, product
),
found AS (
  SELECT v.site AS site, v.day AS day, v.product AS product
  FROM verdicts v JOIN sites s ON v.site = s.site_id LEFT JOIN unclear u ON v.site = u.site
  WHERE v.covering = 0 AND v.known = v.licences AND s.kind = 'mine' AND u.unclear IS NULL
)
SELECT 'site' AS subject_kind, s.origin_site AS subject, SUBSTR(CAST(s.month AS VARCHAR), 1, 7) AS period, s.ticket_no AS ticket,
       s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row,
       s.net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed
FROM shipments s JOIN found f ON s.origin_site = f.site AND s.day = f.day AND s.product = f.product
WHERE s.product IN ({products})

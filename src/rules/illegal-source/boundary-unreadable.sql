-- id: boundary-unreadable
-- title zh: 矿区范围无法读取
-- title en: a boundary that cannot be read
-- family: illegal-source
-- certainty: lead
-- department: natural-resources
-- basis zh: 采矿许可证载明的矿区范围是判断越界的依据；范围无法读取时越界无法判断
-- basis en: the boundary on the licence decides what lies outside; one that cannot be read leaves it undecided
-- plain zh: 许可证登记册里的矿区范围程序读不懂，因此这座矿山是否越界没有判断。这不说明矿山有问题，只是提醒把坐标补正。能读懂的写法：WKT；一串拐点（如 1,3098765.12,38543210.34;2,…），CGCS2000 高斯-克吕格坐标或经纬度（度，或度分秒）。坐标没有带号的，按场所或所在县的登记位置判断属于哪一带，判断不了就不猜；缺号、缺拐点、边线相交、离场所太远的也不用。例：范围一栏写着“见附图”，或八个拐点缺了第 3 个。
-- plain en: The boundary in the register cannot be read, so nobody has checked whether the mine loads outside it. It says nothing against the mine; the coordinates need correcting. What can be read: WKT, or a list of corners (as 1,3098765.12,38543210.34;2,...) in the Gauss-Kruger grid of CGCS2000 or in degrees, with decimals or with minutes and seconds. Where no zone is written, the registered position of the site or its county tells it, and nothing is guessed; a list with a corner left out, with sides that cross, or far from its site is not used. Example: the cell says "see map", or corner 3 of 8 is missing.
-- clears zh: 更正许可证登记册中的矿区范围：按许可证照抄全部拐点，坐标写带号
-- clears en: a corrected boundary in the register: every corner as the licence has it, with the zone in front of the eastings
-- unknown zh: 没有矿区范围的许可证不在此列
-- unknown en: a licence without a boundary is not meant
-- says zh: {subject} 的矿区范围无法读取（{why}），{period}外运的原矿 {quantity} 是否越界未能判断
-- says en: the boundary of {subject} cannot be read ({why}): whether the {quantity} of raw ore of {period} lie outside is undecided
-- unit: none
-- figure why: text
-- quantity: largest
-- look-back: month
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- step: unreadable-boundary

WITH months AS (
  SELECT origin_site AS site, month, SUM(net_kg) AS net_kg
  FROM shipments
  WHERE product IN ({products}) AND origin_site IS NOT NULL
  GROUP BY origin_site, month
)
SELECT 'site' AS subject_kind, m.site AS subject, SUBSTR(CAST(m.month AS VARCHAR), 1, 7) AS period, CAST(NULL AS VARCHAR) AS ticket,
       l.source_file AS source_file, l.source_sheet AS source_sheet, l.source_row AS source_row,
       m.net_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed,
       l.boundary AS boundary
FROM months m JOIN licences l ON m.site = l.site
WHERE l.kind = 'mining' AND l.boundary IS NOT NULL AND l.valid_to >= m.month
  AND EXTRACT(YEAR FROM l.valid_from) * 12 + EXTRACT(MONTH FROM l.valid_from) <= EXTRACT(YEAR FROM m.month) * 12 + EXTRACT(MONTH FROM m.month)

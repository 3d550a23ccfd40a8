-- id: grade-steered
-- title zh: 品位被人为调整
-- title en: grades steered
-- family: illegal-source
-- certainty: strong
-- department: market-supervision
-- basis zh: 《价格法》第十四条第（六）项：不得抬高或者压低等级变相提高或者压低价格
-- basis en: Price Law, art. 14(6): no raising or lowering of grades to move a price
-- plain zh: 同一批货有两个品位：合同上写的，和同一流向当月磅单上化验的。两者应当一样，只差化验误差（单次化验误差为品位的 2 % 加 0.02 个百分点）。本规则做两种比较：一是按磅单属于较低等级、合同却写成较高等级的批次有多少（或相反），二是合同品位与磅单品位平均相差多少。例如某选厂全年 60 批按磅单是 2.19 %，属 2.0 级，其中 45 批卖成了 2.25 % 以上的 2.5 级，而化验误差最多能解释 31 批，就列入。误差按最宽的算：两家化验室之间固定相差的部分不随批次增多而减小。
-- plain en: A lot has two grades: the one in the contract, and the one assayed for the tickets of the same way and month. They should agree but for the errors of assays (one assay: 2 % of the grade and 0.02 points). Two things are compared: how many lots belong to a lower grade class by their tickets and were sold in a higher one (or the other way round), and how far contract and ticket grades lie apart on average. Example: 60 lots of a plant assay at 2.19 % on their tickets, class 2.0; 45 were sold as 2.25 % and more, class 2.5, where errors of assays explain 31 at most: it is listed. What two laboratories differ by does not shrink with the number of lots, and is allowed for.
-- clears zh: 双方留样的仲裁化验；合同另有品位约定（如按收到基）的说明；证明该批货另有来源的磅单
-- clears en: an umpire assay of the samples that both sides keep; a contract that defines grade otherwise (as received); tickets that show another source of the lots
-- unknown zh: 合同或磅单没有品位的、买卖双方有一方不在企业名录的、当月两地之间没有磅单的批次不判断；没有指导价等级的只比较平均品位；品位分布本身（是否堆在等级界限附近）不单独判断：一家的品位本来就集中，分布的形状说明不了什么；选厂自报的投料品位见平衡核算
-- unknown en: not judged: lots without a grade in the contract or on the tickets, with a party outside the register of companies, or without tickets between the two in the month; where there are no classes only averages are compared; the shape of the distribution near a limit is no test of its own: one party’s grades lie close together anyway; a plant’s own return of its feed grade is for the balance
-- says zh: {subject} {period}的 {lots} 批合同与同一流向磅单的化验相比，有 {moved} 批卖成了别的等级，平均相差 {drift}；其中最突出的一项实测 {observed}，化验误差最多能解释 {allowed}；涉及 {quantity}
-- says en: of {lots} lots of {subject} in {period} {moved} were sold in another grade class than their tickets’ assays say, {drift} apart on average; the most striking comparison gives {observed} where errors of assays explain {allowed} at most; {quantity} concerned
-- unit: percent
-- figure lots: count
-- figure moved: count
-- figure drift: percent
-- quantity: sum
-- look-back: year
-- parameter products: products = porcelain_clay_ore, lepidolite_concentrate — 检查的产品 / products that are checked
-- parameter assay_error: percent = 2 — 一次化验的标准误差中随品位变化、各次独立的部分 / standard error of one assay that goes with the grade and is each assay’s own
-- parameter assay_bias: percent = 0.02 — 两家化验室之间固定相差的标准误差，百分点 / standard error of what two laboratories differ by for all their assays, points of grade
-- parameter step_ppm: integer = 100 — 品位记到多少 ppm（0.01 %）/ the last digit of grades, ppm (0.01 %)
-- parameter false_alarm: alarm-both = 0.1 — 每家企业每项比较的误报率 / chance of a false finding a comparison of a company
-- step: grade-steered

WITH sold AS (
  SELECT seller_company AS seller, buyer_company AS buyer, product, month, date, li2o_ppm, wet_kg, source_file, source_sheet, source_row
  FROM sales
  WHERE product IN ({products}) AND li2o_ppm IS NOT NULL AND seller_company IS NOT NULL AND buyer_company IS NOT NULL
),
assays AS (
  SELECT origin_site, destination_site, product, month, day, SUM(dry_kg) AS dry_kg, SUM(li2o_g) AS li2o_g
  FROM shipments
  WHERE product IN ({products}) AND li2o_g IS NOT NULL AND dry_kg > 0 AND origin_site IS NOT NULL AND destination_site IS NOT NULL
  GROUP BY origin_site, destination_site, product, month, day
),
owners AS (
  SELECT site_id, company_id FROM sites WHERE company_id IS NOT NULL
),
owned AS (
  SELECT f.company_id AS seller, t.company_id AS buyer, a.product AS product, a.month AS month, a.day AS day,
         a.dry_kg AS dry_kg, a.li2o_g AS li2o_g
  FROM assays a JOIN owners f ON a.origin_site = f.site_id JOIN owners t ON a.destination_site = t.site_id
),
assay_days AS (
  -- The tickets of a day share an assay.
  SELECT seller, buyer, product, month, day, SUM(dry_kg) AS dry_kg, SUM(li2o_g) AS li2o_g
  FROM owned
  GROUP BY seller, buyer, product, month, day
),
graded AS (
  SELECT seller, buyer, product, month, dry_kg, li2o_g, CAST((li2o_g * 1000 - (li2o_g * 1000) % dry_kg) / dry_kg AS BIGINT) AS grade_ppm
  FROM assay_days
),
flows AS (
  SELECT seller, buyer, product, month, CAST(COUNT(*) AS BIGINT) AS days,
         CAST(ROUND(CAST(SUM(li2o_g) AS DOUBLE) * 1000.0 / SUM(dry_kg)) AS BIGINT) AS weighed_ppm,
         SUM(grade_ppm) AS grades, SUM(grade_ppm * grade_ppm) AS squares
  FROM graded
  GROUP BY seller, buyer, product, month
),
compared AS (
  SELECT s.seller AS seller, s.buyer AS buyer, s.product AS product, s.month AS month, s.date AS date, s.li2o_ppm AS sold_ppm,
         s.wet_kg AS wet_kg, s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row,
         f.days AS days, f.weighed_ppm AS weighed_ppm, f.grades AS grades, f.squares AS squares
  FROM sold s JOIN flows f ON s.seller = f.seller AND s.buyer = f.buyer AND s.product = f.product AND s.month = f.month
),
weighed AS (
  SELECT DISTINCT product, date, weighed_ppm FROM compared
),
limits AS (
  -- Where the class of the tickets’ grade begins, and the one above it.
  SELECT w.product AS product, w.date AS date, w.weighed_ppm AS weighed_ppm,
         MIN(CASE WHEN p.from_ppm > w.weighed_ppm THEN p.from_ppm END) AS above_ppm,
         MAX(CASE WHEN p.from_ppm <= w.weighed_ppm THEN p.from_ppm END) AS below_ppm
  FROM weighed w JOIN guide_prices p ON w.product = p.product
  WHERE p.first_day <= w.date AND p.last_day >= w.date
  GROUP BY w.product, w.date, w.weighed_ppm
)
SELECT 'company' AS subject_kind, c.seller AS subject, SUBSTR(CAST(c.month AS VARCHAR), 1, 4) AS period, CAST(NULL AS VARCHAR) AS ticket,
       c.source_file AS source_file, c.source_sheet AS source_sheet, c.source_row AS source_row, c.wet_kg AS quantity_kg,
       CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed, CAST(NULL AS BIGINT) AS lots, CAST(NULL AS BIGINT) AS moved,
       CAST(NULL AS BIGINT) AS drift, c.buyer AS buyer, c.product AS product, SUBSTR(CAST(c.month AS VARCHAR), 1, 7) AS month,
       CAST(c.sold_ppm AS BIGINT) AS sold_ppm, c.weighed_ppm AS weighed_ppm, c.days AS days, c.grades AS grades, c.squares AS squares,
       l.above_ppm AS above_ppm, l.below_ppm AS below_ppm
FROM compared c LEFT JOIN limits l ON c.product = l.product AND c.date = l.date AND c.weighed_ppm = l.weighed_ppm

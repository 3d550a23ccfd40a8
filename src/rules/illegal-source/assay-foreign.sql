-- id: assay-foreign
-- title zh: 成分不像所报矿山的矿石
-- title en: ore unlike the deposit named as its origin
-- family: illegal-source
-- certainty: strong
-- department: natural-resources
-- basis zh: 专项整治方案（2023-03-25）：严查以合法矿山名义夹带非法来源矿石；《矿产资源法》（2009年修正）第四十条
-- basis en: campaign plan of 2023-03-25: ore of illegal origin under the name of a legal mine; Mineral Resources Law (amended 2009), art. 40
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第六十四条、第七十三条；专项整治方案（2023-03-25）
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), arts. 64 and 73; campaign plan of 2023-03-25
-- plain zh: 每座矿的矿石有自己的成分：氧化锂和铷、铯、钽、铁的含量围绕一个中心波动，互相之间的比例也差不多不变。把这座矿自己多批化验的中心和波动范围算出来，一批矿石离中心太远，就不像这座矿的。波动范围用不受少数异常影响的办法算，并且不小于化验误差。例：某矿氧化锂一般 0.38 %，上下 0.02；某天一批 0.57 %，偏离 9 倍标准差，而碰巧偏离 4.3 倍的机会只有五万分之一。
-- plain en: The ore of each deposit has its own make-up: Li2O, rubidium, caesium, tantalum and iron vary around a centre, in much the same proportions. Centre and range come from the mine's own many assays, in a way that a few odd ones do not move, and the range is never smaller than the error of an assay; a lot too far from the centre is unlike that mine. Example: Li2O of a mine is 0.38 % give or take 0.02; a lot of 0.57 % is 9 standard deviations off, where chance reaches 4.3 once in fifty thousand lots.
-- clears zh: 留样复检；证明矿石来自同一矿区另一矿体或另一台阶的地质资料；更正的化验单
-- clears en: a second assay of the kept sample; geology that shows another ore body or bench of the same licence; a corrected assay
-- unknown zh: 没有氧化锂品位的磅单、化验批次少于 min_lots 的矿山不判断；外来矿石占一半以上时，所谓“自己的成分”就不是自己的，查不出来
-- unknown en: not judged: tickets without a grade of Li2O; mines with fewer than min_lots assays. Where foreign ore is half or more of a mine's lots its "own" make-up is not its own, and nothing is found
-- says zh: {subject} {period}有磅单 {tickets} 张、{quantity} 的矿石不像该矿，化验离该矿中心最远 {observed} 倍标准差（碰巧可达 {allowed}）{resembles}
-- says en: {tickets} tickets of {subject} in {period}, {quantity}, are unlike that deposit: their assay lies up to {observed} standard deviations from its centre (chance explains {allowed}){resembles}
-- unit: ratio
-- figure resembles: text
-- quantity: sum
-- look-back: all
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter kinds: words = mine exploration construction restoration — 自有矿体的场所类型 / kinds of sites that have a deposit of their own
-- parameter min_lots: integer = 20 — 一座矿至少要有的化验批次 / least number of assays of a mine
-- parameter assay_error: percent = 2 — 氧化锂化验的标准误差，相对 / standard error of an assay of Li2O, relative
-- parameter assay_absolute: percent = 0.02 — 氧化锂化验的标准误差，绝对（百分点）/ standard error of an assay of Li2O, absolute (percentage points)
-- parameter trace_error: percent = 5 — 铷、铯、钽、铁化验的标准误差，相对 / standard error of an assay of Rb2O, Cs2O, Ta2O5, Fe2O3, relative
-- parameter false_alarm: alarm = 0.002 — 每批化验的误报率 / chance of a false finding an assayed lot
-- needs: foreign_lots

WITH assayed AS (
  SELECT origin_site, month, day, ticket_no, source_file, source_sheet, source_row, net_kg, CAST(li2o_ppm AS BIGINT) AS li2o_ppm,
         CASE WHEN rb2o_ppm IS NULL THEN CAST(-1 AS BIGINT) ELSE CAST(rb2o_ppm AS BIGINT) END AS rb2o_ppm,
         CASE WHEN cs2o_ppm IS NULL THEN CAST(-1 AS BIGINT) ELSE CAST(cs2o_ppm AS BIGINT) END AS cs2o_ppm,
         CASE WHEN ta2o5_ppm IS NULL THEN CAST(-1 AS BIGINT) ELSE CAST(ta2o5_ppm AS BIGINT) END AS ta2o5_ppm,
         CASE WHEN fe2o3_ppm IS NULL THEN CAST(-1 AS BIGINT) ELSE CAST(fe2o3_ppm AS BIGINT) END AS fe2o3_ppm
  FROM shipments
  WHERE product IN ({products}) AND origin_site IS NOT NULL AND li2o_ppm IS NOT NULL
)
SELECT 'site' AS subject_kind, a.origin_site AS subject, SUBSTR(CAST(a.month AS VARCHAR), 1, 7) AS period, a.ticket_no AS ticket,
       a.source_file AS source_file, a.source_sheet AS source_sheet, a.source_row AS source_row,
       a.net_kg AS quantity_kg, f.distance_ppm AS observed, f.limit_ppm AS allowed, f.resembles AS resembles
FROM assayed a JOIN foreign_lots f
  ON a.origin_site = f.site AND a.day = f.day AND a.li2o_ppm = f.li2o_ppm AND a.rb2o_ppm = f.rb2o_ppm AND a.cs2o_ppm = f.cs2o_ppm
     AND a.ta2o5_ppm = f.ta2o5_ppm AND a.fe2o3_ppm = f.fe2o3_ppm

-- id: intermediary-excess
-- title zh: 堆场、贸易商发出多于收进
-- title en: a yard or trader sent more than it received
-- family: illegal-source
-- certainty: strong
-- department: natural-resources
-- basis zh: 专项整治方案（2023-03-25）：严查非法来源矿石的收购、运输、销售；法释〔2016〕25号第七条：明知是非法开采的矿产品而收购、代为销售
-- basis en: campaign plan of 2023-03-25: purchase, transport and sale of ore of illegal origin; Fa Shi [2016] no. 25, art. 7: buying or selling minerals known to be mined illegally
-- plain zh: 堆场和贸易商自己不出矿，发出去的只能是收进来的加上原来的库存。把磅单收进的重量加期初库存、减期末库存，和发出的重量比；发出的多，多出的就是没有磅单的矿。单月看，也把连续几个月加起来看。例：三个月收进 10 000 吨，库存少了 500 吨，最多能发 10 500 吨；发了 12 000 吨，有 1 500 吨来路不明。已扣除地磅 0.3 %、盘点 7.5 % 的误差和雨水、失水的影响。
-- plain en: A yard or trader digs nothing: it can send only what it received and what lay in stock. The mass received on tickets plus the opening stock less the closing stock is compared with the mass sent; what is sent beyond that came without tickets. Single months are looked at, and months in a row together. Example: 10,000 t received in three months and a stock that fell by 500 t allow 10,500 t; 12,000 t sent leave 1,500 t unexplained. Errors of scales (0.3 %), of stock surveys (7.5 %) and of rain and drying are allowed for.
-- clears zh: 补报的收货磅单；盘点记录；更正的月报；证明发出的货物来自未报的旧库存
-- clears en: tickets of receipts that were not handed in; a stock survey; corrected returns; proof that old stock was sent which no return names
-- unknown zh: 一段时间开头的期初库存或结尾的期末库存没有申报的，这一段不判断；没有月报的堆场和贸易商不判断
-- unknown en: not judged: a stretch of months whose opening stock at its beginning or closing stock at its end is not stated; yards and traders without returns
-- says zh: {subject} {period}有 {quantity} 来路不明（95 % 区间 {low_kg} 至 {high_kg}）：自{first_day}至{last_day}发出 {observed}，收进加库存变化最多能解释 {allowed}
-- says en: {quantity} that {subject} sent in {period} are unexplained (95 % interval {low_kg} to {high_kg}): from {first_day} to {last_day} it sent {observed}, of which receipts and stock explain {allowed} at most
-- unit: kg
-- figure first_day: date
-- figure last_day: date
-- figure low_kg: kg
-- figure high_kg: kg
-- quantity: largest
-- look-back: all
-- parameter products: products = porcelain_clay_ore lepidolite_concentrate — 核对的产品 / products that are balanced
-- parameter kinds: words = stockyard trader — 只转手、不生产的场所 / sites that hand on and make nothing
-- parameter scale_error: percent = 0.3 — 地磅的标准误差（系统误差，收、发两台各自计）/ standard error of a weighbridge (systematic; one for receipts and one for dispatch)
-- parameter stock_error: percent = 7.5 — 库存盘点的标准误差 / standard error of a stock survey
-- parameter weather_error: percent = 0.5 — 露天堆存因雨水、失水改变重量的标准误差 / standard error of what rain and drying change of a heap's mass
-- parameter false_alarm: alarm = 0.1 — 每个场所每年的误报率 / chance of a false finding a site and year
-- step: yard-balance

WITH yards AS (
  SELECT site_id AS site FROM sites WHERE kind IN ({kinds}) GROUP BY site_id
),
moved AS (
  SELECT 'received' AS item, destination_site AS site, month, product, SUM(CASE WHEN received_net_kg IS NULL THEN net_kg ELSE received_net_kg END) AS wet_kg
  FROM shipments
  WHERE product IN ({products}) AND destination_site IS NOT NULL
  GROUP BY destination_site, month, product
  UNION ALL
  SELECT 'sent' AS item, origin_site AS site, month, product, SUM(net_kg) AS wet_kg
  FROM shipments
  WHERE product IN ({products}) AND origin_site IS NOT NULL
  GROUP BY origin_site, month, product
)
SELECT m.item AS item, m.site AS site, m.month AS month, m.product AS product, m.wet_kg AS wet_kg,
       CAST(NULL AS BIGINT) AS opening_kg, CAST(NULL AS BIGINT) AS closing_kg,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row
FROM moved m JOIN yards y ON m.site = y.site
UNION ALL
-- Returns of one month that contradict each other count as what explains most: a large stock before, a small one after.
SELECT 'stock' AS item, r.site AS site, r.month AS month, r.product AS product, CAST(NULL AS BIGINT) AS wet_kg,
       MAX(r.opening_stock_kg) AS opening_kg, MIN(r.closing_stock_kg) AS closing_kg,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row
FROM production r JOIN yards y ON r.site = y.site
WHERE r.product IN ({products})
GROUP BY r.site, r.month, r.product
UNION ALL
SELECT 'paper' AS item, r.site AS site, r.month AS month, r.product AS product, CAST(NULL AS BIGINT) AS wet_kg,
       CAST(NULL AS BIGINT) AS opening_kg, CAST(NULL AS BIGINT) AS closing_kg,
       r.source_file AS source_file, r.source_sheet AS source_sheet, r.source_row AS source_row
FROM production r JOIN yards y ON r.site = y.site
WHERE r.product IN ({products})

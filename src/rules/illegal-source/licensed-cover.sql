-- id: licensed-cover
-- title zh: 持证矿外运超出其开采能力（洗矿）
-- title en: a licensed mine dispatches more than it can have dug
-- family: illegal-source
-- certainty: strong
-- department: natural-resources
-- basis zh: 《矿产资源法》；专项整治方案（2023-03-25）：以合法矿山手续掩盖非法来源矿石
-- basis en: Mineral Resources Law; campaign plan of 2023-03-25: papers of legal mines that cover ore of illegal origin
-- basis from 2025-07-01 zh: 《矿产资源法》（2024年修订，2025-07-01施行）第六十四条、第七十三条
-- basis from 2025-07-01 en: Mineral Resources Law (revised 2024, in force 2025-07-01), arts. 64 and 73
-- plain zh: 合法矿山的磅单可能替别处的矿石开路。本规则从三方面看：（一）运走的比申报产量加期初库存还多，没有的东西运不走，按月看，也把一年累加起来看；（二）运走的比当月炸药所能崩下来的还多，每吨用药量取本矿其他月份的下限；
--    （三）一天装出的超过装车能力：超过年规模的一个比例，或车与车之间短于过磅所需的最少时间。三方面各给出没有着落的吨数，0 表示这一方面没有问题，“未知”表示资料不够。
--    例：磅单 8 万吨，申报 3 万吨，期初库存 1 万吨，最多 4 万吨有着落，4 万吨来历不明。误差（申报 2%、地磅 0.3%、盘点 7.5%）已扣除。
-- plain en: The tickets of a legal mine may open the road for ore from elsewhere. Three limbs: (1) more left than was declared and lay in stock: what is not there cannot leave, looked
--    at by month and added up over the year; (2) more left than the month's explosives can have broken, at the least use a tonne that the mine's other months make plausible;
--    (3) more was loaded in a day than can be: beyond a share of the annual scale, or trucks closer to each other than weighing takes. Each limb says the tonnes without an origin: 0
--    where it has nothing against the mine, unknown where records are missing. Example: 80 000 t on tickets, 30 000 t declared, 10 000 t in stock: 40 000 t are covered at most, 40 000 t
--    are not. Errors (declared 2 %, weighbridge 0.3 %, surveys 7.5 %) are allowed for.
-- clears zh: 更正的月报；库存盘点和外购合同；爆破和炸药出入库记录（机械开采说明）；多台地磅或集中打单的说明
-- clears en: corrected returns; a survey of stock, contracts of bought ore; records of blasting (or proof of digging without it); an explanation of several weighbridges or of tickets printed together
-- unknown zh: 没有月报或期初库存的月份第一方面不判断；没有炸药数据、自己和其他矿的月份都不够、产量远低于平常或库存未写明的月份第二方面不判断；当日车次很少的第三方面不判断；没有许可证规模的不按规模判断
-- unknown en: limb 1 does not judge months without a return or opening stock; limb 2 months without explosives or stocks, far below the usual output, or with too few months of its own and of other
--    mines to compare; limb 3 days with few trucks, and no share of the scale where none is licensed
-- says zh: {subject} {period}磅单外运 {observed}，有着落的最多 {allowed}，{quantity} 来历不明（申报加库存不足 {declared_gap_kg}；炸药用量不足 {explosives_gap_kg}；超出装车能力 {loading_gap_kg}，{loading_days} 天）；磅单 {tickets} 张
-- says en: {subject} dispatched {observed} in {period} of which {allowed} at most are covered: {quantity} have no origin (short of declared output and stock by {declared_gap_kg}; of explosives by {explosives_gap_kg}; beyond loading capacity {loading_gap_kg} on {loading_days} days); {tickets} tickets
-- unit: kg
-- figure declared_gap_kg: kg
-- figure explosives_gap_kg: kg
-- figure loading_gap_kg: kg
-- figure loading_days: count
-- quantity: largest
-- look-back: all
-- needs: uncovered
-- with: ore-papers
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore
-- parameter false_alarm: alarm = 1 — 一个清白的矿一年里被误报的概率（前两方面全部检验合计）/ chance of a false finding for an honest site in a year, all tests of the first two limbs together
-- parameter declared_error: percent = 2 — 一份月报产量的标准误差 / standard error of a declared month
-- parameter lasting_pct: percent = 50 — 其中各月相同的部分（占方差的比例）/ share of its variance that is the same in all months
-- parameter scale_error: percent = 0.3 — 地磅的标准误差（系统误差）/ standard error of the weighbridge (systematic)
-- parameter stock_error: percent = 7.5 — 库存盘点的标准误差 / standard error of a stock survey
-- parameter least_months: integer = 6 — 本矿至少有多少其他月份才同自己比 / own other months that are enough to be compared with
-- parameter least_mines: integer = 5 — 至少有多少其他矿才同别人比 / other mines that are enough to be compared with
-- parameter common_months: integer = 36 — 各矿共同的波动相当于本矿多少个月 / as how many own months the scatter of all mines counts
-- parameter least_output_pct: percent = 50 — 产量低于本矿中位月份这一比例的月份不看炸药 / months below this share of the mine's median month are not judged by explosives
-- parameter day_pct: percent = 1.5 — 一天最多装出年规模的比例 / largest share of the annual scale that can be loaded in a day
-- parameter least_minutes: decimal = 0.5 — 一个矿相邻两车过磅的最短间隔（可能有几台地磅），分钟 / least time between two trucks of a site, which may have several weighbridges, minutes
-- parameter least_trucks: integer = 30 — 当日车次少于此数的不看装车能力 / days with fewer trucks are not judged by loading

WITH cover_periods AS (
  SELECT site, year, month, CASE WHEN month IS NULL THEN CAST(year AS VARCHAR) ELSE SUBSTR(CAST(month AS VARCHAR), 1, 7) END AS period,
         net_kg, uncovered_kg, declared_gap_kg, explosives_gap_kg, loading_gap_kg, loading_days
  FROM uncovered
)
SELECT 'site' AS subject_kind, site AS subject, period, CAST(NULL AS VARCHAR) AS ticket,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row,
       uncovered_kg AS quantity_kg, net_kg AS observed, net_kg - uncovered_kg AS allowed,
       declared_gap_kg, explosives_gap_kg, loading_gap_kg, loading_days
FROM cover_periods
UNION ALL
-- The returns and tickets behind it.
SELECT 'site' AS subject_kind, p.site AS subject, c.period AS period, p.ticket AS ticket,
       p.source_file AS source_file, p.source_sheet AS source_sheet, p.source_row AS source_row,
       p.quantity_kg AS quantity_kg, CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed,
       CAST(NULL AS BIGINT) AS declared_gap_kg, CAST(NULL AS BIGINT) AS explosives_gap_kg, CAST(NULL AS BIGINT) AS loading_gap_kg,
       CAST(NULL AS BIGINT) AS loading_days
FROM ore_papers p JOIN cover_periods c ON p.site = c.site AND p.year = c.year
WHERE c.month IS NULL OR p.month = c.month

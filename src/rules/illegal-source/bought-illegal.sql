-- id: bought-illegal
-- title zh: 收购非法矿石
-- title en: took illegal ore
-- family: illegal-source
-- certainty: proven
-- department: market-supervision
-- basis zh: 专项整治方案（2023-03-25）：收购、加工非法来源的矿石；法释〔2016〕25号
-- basis en: campaign plan of 2023-03-25: buying and working ore of illegal origin; Fa Shi [2016] no. 25
-- plain zh: 其他规则已经证实是非法的矿石（无证、过期、停产、探矿区、工地、超矿种），磅单上写明运到了这里。把这些磅单加起来，就是该收货地收下的非法矿石，再与它当月收下的全部原矿比较。例如某选厂6月收原矿 2 万吨，其中 1,400 吨来自一座无证矿，占 7 %。一张磅单被几条规则指出也只算一次；磅单就是磅单，没有误差可言。
-- plain en: Ore that other rules have proven illegal (no licence, expired, suspended, exploration, building sites, wrong mineral) went to this place according to its tickets. Their sum is the illegal ore that the place took, and it is compared with all raw ore that it took in the month. Example: a plant took 20,000 t of ore in June, 1,400 t of it from a mine without a licence: 7 %. A ticket that several rules name counts once; there is no measurement here, so no error is allowed for.
-- clears zh: 推翻所依据的各项证实结论（见各磅单的其他问题）；证明该车未在此卸货的记录；更正的收货地
-- clears en: what clears the findings that it rests on (see the other findings of the tickets); proof that the load was not delivered here; a corrected destination
-- unknown zh: 只计已证实的结论，所计规则见参数 illegal；经堆场、贸易商转手的只算到第一个收货地，转手后的去向见来源追溯；收货人是否明知不判断；统计性的结论（越界、来源不明）和超规模的矿石不在其内
-- unknown en: only proven findings of the rules in the parameter illegal count, so ore outside a boundary, of unknown origin or above the scale does not; through a yard or a trader only the first receiver is named, where the ore went from there is for provenance; whether the receiver knew is not judged
-- says zh: {subject} {period}收下已证实的非法矿石 {observed}（磅单 {tickets} 张），占当月收下原矿 {intake} 的 {share}
-- says en: {subject} took {observed} of proven illegal ore in {period} ({tickets} tickets): {share} of the {intake} of raw ore that it took in the month
-- unit: kg
-- figure intake: kg
-- figure share: percent
-- quantity: sum
-- look-back: all
-- after: findings
-- with: illegal-tickets
-- parameter illegal: words = licence-none, licence-expired, licence-suspended, exploration-ore, construction-ore, mineral-not-approved — 哪些规则的证实结论算作非法矿石 / rules whose proven findings mean illegal ore
-- parameter products: products = porcelain_clay_ore — 计为原矿的产品 / products that count as raw ore

WITH bought AS (
  SELECT CASE WHEN destination_site IS NULL THEN 'place' ELSE 'site' END AS subject_kind, COALESCE(destination_site, destination) AS subject,
         SUBSTR(CAST(day AS VARCHAR), 1, 7) AS period, ticket_no, source_file, source_sheet, source_row, net_kg
  FROM illegal_trips
  WHERE product IN ({products}) AND destination IS NOT NULL
),
sums AS (
  SELECT subject_kind, subject, period, SUM(net_kg) AS net_kg
  FROM bought
  GROUP BY subject_kind, subject, period
),
received AS (
  SELECT destination_site, destination, month, SUM(net_kg) AS net_kg
  FROM shipments
  WHERE product IN ({products}) AND destination IS NOT NULL
  GROUP BY destination_site, destination, month
),
intakes AS (
  SELECT CASE WHEN destination_site IS NULL THEN 'place' ELSE 'site' END AS subject_kind, COALESCE(destination_site, destination) AS subject,
         SUBSTR(CAST(month AS VARCHAR), 1, 7) AS period, net_kg
  FROM received
),
intake_sums AS (
  SELECT subject_kind, subject, period, SUM(net_kg) AS net_kg
  FROM intakes
  GROUP BY subject_kind, subject, period
)
SELECT s.subject_kind AS subject_kind, s.subject AS subject, s.period AS period, CAST(NULL AS VARCHAR) AS ticket,
       CAST(NULL AS VARCHAR) AS source_file, CAST(NULL AS VARCHAR) AS source_sheet, CAST(NULL AS INTEGER) AS source_row,
       CAST(NULL AS BIGINT) AS quantity_kg, s.net_kg AS observed, CAST(0 AS BIGINT) AS allowed, i.net_kg AS intake,
       CAST((s.net_kg * 1000000 - (s.net_kg * 1000000) % i.net_kg) / i.net_kg AS BIGINT) AS share
FROM sums s JOIN intake_sums i ON s.subject_kind = i.subject_kind AND s.subject = i.subject AND s.period = i.period
WHERE i.net_kg > 0
UNION ALL
SELECT subject_kind, subject, period, ticket_no AS ticket, source_file, source_sheet, source_row, net_kg AS quantity_kg,
       CAST(NULL AS BIGINT) AS observed, CAST(NULL AS BIGINT) AS allowed, CAST(NULL AS BIGINT) AS intake, CAST(NULL AS BIGINT) AS share
FROM bought

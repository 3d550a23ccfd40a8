// One row a rule that tests something against chance.
const MINE_YEARS: &str = "SELECT DISTINCT p.site, EXTRACT(YEAR FROM p.month) AS year FROM production p JOIN sites s ON p.site = s.site_id WHERE s.kind = 'mine' AND p.role = 'produced'";
const YARD_YEARS: &str = "SELECT DISTINCT p.site, EXTRACT(YEAR FROM p.month) AS year FROM production p JOIN sites s ON p.site = s.site_id WHERE s.kind IN ('stockyard', 'trader')";
const PLANT_YEARS: &str = "SELECT DISTINCT p.site, EXTRACT(YEAR FROM p.month) AS year FROM production p JOIN sites s ON p.site = s.site_id WHERE s.kind IN ('concentrator', 'smelter')";
const COMPARISONS: &str = "SELECT u.explosives_kg AS used FROM utilities u JOIN sites s ON u.site = s.site_id WHERE s.kind = 'mine' AND u.explosives_kg IS NOT NULL UNION ALL SELECT u.electricity_kwh AS used FROM utilities u JOIN sites s ON u.site = s.site_id WHERE s.kind = 'mine' AND u.electricity_kwh IS NOT NULL";
const LOTS: &str = "SELECT DISTINCT origin_site, product, day FROM shipments WHERE origin_site IS NOT NULL AND li2o_ppm IS NOT NULL AND product = 'porcelain_clay_ore'";
const MINE_MONTHS: &str = "SELECT DISTINCT s.origin_site, s.month FROM shipments s JOIN licences l ON s.origin_site = l.site WHERE s.loaded_lat IS NOT NULL AND l.boundary IS NOT NULL";
const BRIDGE_MONTHS: &str = "SELECT DISTINCT origin_site, month FROM shipments WHERE origin_site IS NOT NULL";
const ENDS: &str = "SELECT DISTINCT '' AS sender, destination, month FROM shipments UNION ALL SELECT DISTINCT origin AS sender, destination, month FROM shipments";

const fn tests(rule: &'static str, per: &'static str, alarm: Alarm, limbs: u32, sql: &'static str) -> Tests {
    Tests { rule, per, sql, alarm, limbs }
}

const TESTS: &[Tests] = &[
    tests("under-declared", "mine and year", Alarm::SubjectYear, 1, MINE_YEARS),
    tests("licensed-cover", "mine and year", Alarm::SubjectYear, 1, MINE_YEARS),
    tests("proxy-mismatch", "month’s explosives, or power, of a mine", Alarm::Finding, 1, COMPARISONS),
    tests("outside-boundary", "mine and month", Alarm::Finding, 1, MINE_MONTHS),
    tests("plant-excess-output", "plant and year", Alarm::SubjectYear, 1, PLANT_YEARS),
    tests("intermediary-excess", "yard or trader and year", Alarm::SubjectYear, 1, YARD_YEARS),
    tests("assay-foreign", "assayed lot", Alarm::Finding, 1, LOTS),
    tests("receipt-without-dispatch", "origin and month", Alarm::Finding, 1, BRIDGE_MONTHS),
    tests("dispatch-without-receipt", "destination and month, or way and month", Alarm::Finding, 1, ENDS),
    tests("grade-steered", "comparison of a company (class limits, other side’s assay)", Alarm::Finding, 2, "SELECT DISTINCT seller_company FROM sales"),
    tests("price-too-low", "priced sale", Alarm::Row, 1, "SELECT date FROM priced_sales"),
    tests("weight-mismatch", "trip with both masses", Alarm::Row, 1, "SELECT net_kg FROM shipments WHERE received_net_kg IS NOT NULL AND net_kg IS NOT NULL AND plate IS NOT NULL"),
    tests("payload-implausible", "trip of a registered truck", Alarm::Row, 1, "SELECT s.net_kg FROM shipments s JOIN vehicles v ON s.plate = v.plate"),
    tests("tare-drift", "trip with a tare", Alarm::Row, 1, "SELECT net_kg FROM shipments WHERE tare_kg IS NOT NULL AND plate IS NOT NULL"),
    tests("travel-impossible", "trip", Alarm::Finding, 1, "SELECT net_kg FROM shipments WHERE plate IS NOT NULL"),
    tests("weights-cloned", "weighbridge and month", Alarm::Finding, 1, BRIDGE_MONTHS),
];

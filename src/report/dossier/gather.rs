//! How are the facts of all sites read? One statement a kind of record, grouped by site; sums are integer sums.

use super::facts::{Gaps, HeldRows, Measure, RightRow, SaleMonth, SiteFacts, Spot, Truck, Utility};
use super::returns;
use crate::engine::{Engine, EngineError, Rows};
use crate::price::bands::ProductBands;
use crate::report::quarantine::{Held, held};
use crate::risk::Haul;
use crate::rules::finding::{Finding, SubjectKind};
use crate::rules::{self, Boundary};
use polars::prelude::DataFrame;
use std::collections::{BTreeMap, BTreeSet};

/// The rule that says that a ticket was loaded outside.
const OUTSIDE: &str = "outside-boundary";

/// Side of a cell, millionths of a degree (some 25 m): finer than a positioning error.
const CELL_E6: i64 = 250;

/// So many trucks without findings are kept of a site; the others are counted.
const MOST_TRUCKS: usize = 60;

const RIGHTS: &str = "
SELECT site, licence_no, kind, holder_id, minerals, approved_scale_kg_per_year, valid_from, valid_to, status, status_since, method,
       right_no, right_from, right_to, boundary
FROM licences
";

const SPOTS: &str = "
WITH placed AS (
    SELECT origin_site AS site, CAST(ROUND(loaded_lat * 1000000.0) AS BIGINT) AS lat_e6, CAST(ROUND(loaded_lon * 1000000.0) AS BIGINT) AS lon_e6
    FROM shipments
    WHERE origin_site IS NOT NULL AND loaded_lat IS NOT NULL AND loaded_lon IS NOT NULL AND NOT (loaded_lat = 0.0 AND loaded_lon = 0.0)
), celled AS (
    SELECT site, lat_e6, lon_e6, CAST(FLOOR(CAST(lat_e6 AS DOUBLE) / 250.0) AS BIGINT) AS cell_lat,
           CAST(FLOOR(CAST(lon_e6 AS DOUBLE) / 250.0) AS BIGINT) AS cell_lon
    FROM placed
)
SELECT site, cell_lat, cell_lon, COUNT(*) AS tickets, SUM(lat_e6) AS lat_sum, SUM(lon_e6) AS lon_sum
FROM celled GROUP BY site, cell_lat, cell_lon
";

const LOADED: &str = "
SELECT origin_site AS site, plate, COUNT(*) AS tickets, SUM(net_kg) AS net_kg
FROM shipments WHERE origin_site IS NOT NULL GROUP BY origin_site, plate
";

const DELIVERED: &str = "
SELECT destination_site AS site, plate, COUNT(*) AS tickets, SUM(net_kg) AS net_kg
FROM shipments WHERE destination_site IS NOT NULL GROUP BY destination_site, plate
";

const SALES: &str = "
SELECT contract_no, date, month, seller, buyer, product, li2o_ppm, wet_kg, dry_kg, seller_company, buyer_company
FROM sales WHERE seller_company IS NOT NULL OR buyer_company IS NOT NULL
";

const UTILITIES: &str = "
SELECT site, month, MIN(electricity_kwh) AS electricity_kwh, MIN(explosives_kg) AS explosives_kg, MIN(water_m3) AS water_m3
FROM utilities WHERE site IS NOT NULL GROUP BY site, month
";

const GAPS: &str = "
SELECT origin_site AS site, COUNT(*) AS tickets,
       SUM(CASE WHEN gross_kg IS NULL OR tare_kg IS NULL THEN 1 ELSE 0 END) AS no_gross_or_tare,
       SUM(CASE WHEN li2o_ppm IS NULL THEN 1 ELSE 0 END) AS no_li2o,
       SUM(CASE WHEN moisture_ppm IS NULL THEN 1 ELSE 0 END) AS no_moisture,
       SUM(CASE WHEN loaded_lat IS NULL OR loaded_lon IS NULL OR (loaded_lat = 0.0 AND loaded_lon = 0.0) THEN 1 ELSE 0 END) AS no_position,
       SUM(CASE WHEN waybill_no IS NULL THEN 1 ELSE 0 END) AS no_waybill,
       SUM(CASE WHEN received_net_kg IS NULL THEN 1 ELSE 0 END) AS no_received
FROM shipments WHERE origin_site IS NOT NULL GROUP BY origin_site
";

/// What the facts are made from, beside the records.
pub struct Given<'a> {
    /// Findings of the run.
    pub findings: &'a [Finding],
    /// Their evidence.
    pub evidence: &'a DataFrame,
    /// Where the tickets of the evidence were loaded.
    pub hauls: &'a [Haul],
    /// Prices: the normalised price of every sale.
    pub bands: &'a [ProductBands],
    /// Standard errors of the measures of output.
    pub errors: Option<returns::Errors>,
    /// Open rows of the quarantine.
    pub quarantine: &'a DataFrame,
}

type Sites = BTreeMap<String, SiteFacts>;

/// The facts of every registered site, by id; licences whose site is in no register stand first, under an empty id.
///
/// # Errors
/// [`EngineError`] if the snapshot can't be read.
pub fn facts(engine: &Engine, given: &Given) -> Result<Vec<SiteFacts>, EngineError> {
    let mut sites = Sites::new();
    let mut companies: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    each(
        engine,
        "SELECT s.site_id, s.name, s.company_id, c.name AS company FROM sites AS s LEFT JOIN companies AS c ON s.company_id = c.company_id",
        |rows, row| {
            let id = rows.text("site_id", row)?.unwrap_or_default();
            let called = names.entry(id.clone()).or_default();
            called.extend(["name", "company"].into_iter().filter_map(|column| rows.text(column, row).ok().flatten()));
            called.insert(id.clone());
            if let Some(company) = rows.text("company_id", row)? {
                companies.entry(company).or_default().push(id.clone());
            }
            sites.insert(id.clone(), SiteFacts { site_id: id, ..SiteFacts::default() });
            Ok(())
        },
    )?;
    rights(engine, &mut sites)?;
    spots(engine, given, &mut sites)?;
    trucks(engine, given, &mut sites)?;
    returns::read(engine, given.errors, &mut sites)?;
    sales(engine, given.bands, &companies, &mut sites)?;
    each(engine, UTILITIES, |rows, row| {
        let utility = Utility {
            month: rows.day("month", row)?.map(|d| d.to_string()).unwrap_or_default(),
            electricity_kwh: rows.integer("electricity_kwh", row)?,
            explosives_kg: rows.integer("explosives_kg", row)?,
            water_m3: rows.integer("water_m3", row)?,
        };
        at(&mut sites, rows, row, |site| site.utilities.push(utility))
    })?;
    each(engine, GAPS, |rows, row| {
        let count = |column: &str| Ok::<_, EngineError>(rows.integer(column, row)?.unwrap_or(0).unsigned_abs());
        let gaps = Gaps {
            tickets: count("tickets")?,
            no_gross_or_tare: count("no_gross_or_tare")?,
            no_li2o: count("no_li2o")?,
            no_moisture: count("no_moisture")?,
            no_position: count("no_position")?,
            no_waybill: count("no_waybill")?,
            no_received: count("no_received")?,
        };
        at(&mut sites, rows, row, |site| site.gaps = gaps)
    })?;
    quarantine(&held(given.quarantine)?, &names, &mut sites);
    let mut all: Vec<SiteFacts> = sites.into_values().collect();
    all.iter_mut().for_each(|site| site.utilities.sort_by(|a, b| a.month.cmp(&b.month)));
    Ok(all)
}

/// Calls for every row of a statement's result.
pub(super) fn each(engine: &Engine, sql: &str, mut call: impl FnMut(Rows, usize) -> Result<(), EngineError>) -> Result<(), EngineError> {
    let frame = engine.sql(sql)?;
    let rows = Rows::new(&frame);
    (0..frame.height()).try_for_each(|row| call(rows, row))
}

/// Calls for the site that a row is about, if it is registered.
pub(super) fn at(sites: &mut Sites, rows: Rows, row: usize, call: impl FnOnce(&mut SiteFacts)) -> Result<(), EngineError> {
    let id = rows.text("site", row)?.unwrap_or_default();
    sites.get_mut(&id).map(call);
    Ok(())
}

fn rights(engine: &Engine, sites: &mut Sites) -> Result<(), EngineError> {
    let places = rules::places(engine)?;
    each(engine, RIGHTS, |rows, row| {
        let site = rows.text("site", row)?;
        let boundary = rows.text("boundary", row)?;
        let place = site.as_ref().and_then(|site| places.get(site)).copied().unwrap_or_default();
        let area = boundary.as_deref().and_then(|text| Boundary::read(text, &place).ok());
        let day = |column: &str| rows.day(column, row).map(|day| day.map(|d| d.to_string()));
        let right = RightRow {
            licence_no: rows.text("licence_no", row)?.unwrap_or_default(),
            kind: rows.text("kind", row)?.unwrap_or_default(),
            holder: rows.text("holder_id", row)?,
            minerals: rows.text("minerals", row)?,
            approved_scale_kg_per_year: rows.integer("approved_scale_kg_per_year", row)?,
            valid_from: day("valid_from")?.unwrap_or_default(),
            valid_to: day("valid_to")?.unwrap_or_default(),
            status: rows.text("status", row)?.unwrap_or_default(),
            status_since: day("status_since")?,
            method: rows.text("method", row)?,
            right_no: rows.text("right_no", row)?,
            right_from: day("right_from")?,
            right_to: day("right_to")?,
            rings_e6: area.map(|area| rings(&area)),
            boundary,
        };
        match site.and_then(|id| sites.get_mut(&id)) {
            Some(site) => site.rights.push(right),
            // A right of a site in no register must not get lost: whoever draws rights draws from all.
            None => sites.entry(String::new()).or_default().rights.push(right),
        }
        Ok(())
    })?;
    for site in sites.values_mut() {
        site.rights.sort_by(|a, b| {
            (&a.licence_no, &a.valid_from, &a.status_since, &a.valid_to).cmp(&(&b.licence_no, &b.valid_from, &b.status_since, &b.valid_to))
        });
    }
    Ok(())
}

fn rings(area: &Boundary) -> Vec<Vec<(i64, i64)>> {
    #[expect(clippy::cast_possible_truncation, reason = "degrees that a boundary holds")]
    let e6 = |degrees: f64| (degrees * 1e6).round() as i64;
    let ring = |ring: Vec<(f64, f64)>| ring.into_iter().map(|(lon, lat)| (e6(lon), e6(lat))).collect();
    area.rings().into_iter().flatten().map(ring).collect()
}

/// Tickets of a cell and the sums of their latitudes and longitudes, millionths of a degree.
type Cell = (i64, i64, i64);

/// Cells of all sites: what findings say was loaded outside apart from the rest.
fn spots(engine: &Engine, given: &Given, sites: &mut Sites) -> Result<(), EngineError> {
    let mut cells: BTreeMap<(String, i64, i64), Cell> = BTreeMap::new();
    each(engine, SPOTS, |rows, row| {
        let number = |column: &str| Ok::<_, EngineError>(rows.integer(column, row)?.unwrap_or(0));
        let key = (rows.text("site", row)?.unwrap_or_default(), number("cell_lat")?, number("cell_lon")?);
        cells.insert(key, (number("tickets")?, number("lat_sum")?, number("lon_sum")?));
        Ok(())
    })?;
    let mut outside: BTreeMap<(String, i64, i64), Cell> = BTreeMap::new();
    let flagged = flagged(given, |finding| finding.rule == OUTSIDE)?;
    for haul in given.hauls {
        let (Some(site), Some((lat, lon))) = (&haul.site, haul.position_e6) else { continue };
        if !flagged.get(&haul.ticket).is_some_and(|findings| findings.iter().any(|f| f.subject == *site)) {
            continue;
        }
        let key = (site.clone(), lat.div_euclid(CELL_E6), lon.div_euclid(CELL_E6));
        if let Some(cell) = cells.get_mut(&key) {
            *cell = (cell.0 - 1, cell.1 - lat, cell.2 - lon);
        }
        let cell = outside.entry(key).or_default();
        *cell = (cell.0 + 1, cell.1 + lat, cell.2 + lon);
    }
    for (is_outside, cells) in [(false, cells), (true, outside)] {
        for ((site, _, _), (tickets, lats, lons)) in cells.into_iter().filter(|(_, cell)| cell.0 > 0) {
            let spot = Spot {
                outside: is_outside,
                lat_e6: lats.div_euclid(tickets),
                lon_e6: lons.div_euclid(tickets),
                tickets: tickets.unsigned_abs(),
            };
            if let Some(facts) = sites.get_mut(&site) {
                facts.spots.push(spot);
            }
        }
    }
    Ok(())
}

/// The findings of a kind that name each ticket.
fn flagged<'a>(given: &Given<'a>, of: impl Fn(&Finding) -> bool) -> Result<BTreeMap<String, Vec<&'a Finding>>, EngineError> {
    let wanted: BTreeMap<&str, &Finding> = given.findings.iter().filter(|f| of(f)).map(|f| (f.id.as_str(), f)).collect();
    let mut flagged: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    let (ids, tickets) = (given.evidence.column("finding")?.str()?, given.evidence.column("ticket_no")?.str()?);
    for (id, ticket) in ids.iter().zip(tickets.iter()) {
        if let (Some(finding), Some(ticket)) = (id.and_then(|id| wanted.get(id)), ticket) {
            let of_ticket = flagged.entry(ticket.to_owned()).or_default();
            if !of_ticket.iter().any(|f| f.id == finding.id) {
                of_ticket.push(finding);
            }
        }
    }
    Ok(flagged)
}

fn trucks(engine: &Engine, given: &Given, sites: &mut Sites) -> Result<(), EngineError> {
    let mut trucks: BTreeMap<String, BTreeMap<String, Truck>> = BTreeMap::new();
    for (sql, loaded) in [(LOADED, true), (DELIVERED, false)] {
        each(engine, sql, |rows, row| {
            let (site, plate) = (rows.text("site", row)?.unwrap_or_default(), rows.text("plate", row)?.unwrap_or_default());
            let truck = trucks.entry(site).or_default().entry(plate.clone()).or_default();
            truck.plate = plate;
            let (tickets, kg) = (rows.integer("tickets", row)?.unwrap_or(0).unsigned_abs(), rows.integer("net_kg", row)?.unwrap_or(0));
            if loaded {
                (truck.loaded, truck.loaded_kg) = (tickets, kg);
            } else {
                (truck.delivered, truck.delivered_kg) = (tickets, kg);
            }
            Ok(())
        })?;
    }
    let flagged = flagged(given, |finding| finding.subject_kind == SubjectKind::Plate)?;
    for haul in given.hauls {
        let (Some(site), Some(findings)) = (&haul.site, flagged.get(&haul.ticket)) else { continue };
        let Some(truck) = trucks.get_mut(site).and_then(|of_site| of_site.get_mut(&haul.plate)) else { continue };
        for finding in findings.iter().filter(|f| f.subject == haul.plate) {
            *truck.flagged.entry(finding.rule.clone()).or_default() += 1;
            truck.findings.insert(finding.id.clone());
        }
    }
    for (site, trucks) in trucks {
        let Some(facts) = sites.get_mut(&site) else { continue };
        facts.truck_count = trucks.len() as u64;
        let mut all: Vec<Truck> = trucks.into_values().collect();
        // Stable: trucks with as many trips stay in the order of their plates.
        all.sort_by_key(|t| std::cmp::Reverse(t.loaded + t.delivered));
        let mut plain = 0;
        all.retain(|truck| {
            plain += usize::from(truck.flagged.is_empty());
            !truck.flagged.is_empty() || plain <= MOST_TRUCKS
        });
        facts.trucks = all;
    }
    Ok(())
}

/// Sums of a month's sales of one product.
#[derive(Default)]
struct Sum {
    month: SaleMonth,
    partners: BTreeSet<String>,
    graded_kg: i128,
    grade_kg: i128,
    priced_kg: i128,
    value: i128,
}

fn sales(engine: &Engine, bands: &[ProductBands], companies: &BTreeMap<String, Vec<String>>, sites: &mut Sites) -> Result<(), EngineError> {
    let normalised: BTreeMap<(&str, &str, &str), i64> = bands
        .iter()
        .flat_map(|b| &b.sales)
        .filter_map(|s| Some(((s.contract_no.as_str(), s.date.as_str(), s.buyer.as_str()), s.dry_fen_per_t?)))
        .collect();
    let mut sums: BTreeMap<(String, bool, String, String), Sum> = BTreeMap::new();
    each(engine, SALES, |rows, row| {
        let text = |column: &str| Ok::<_, EngineError>(rows.text(column, row)?.unwrap_or_default());
        let (contract, buyer, seller, product) = (text("contract_no")?, text("buyer")?, text("seller")?, text("product")?);
        let date = rows.day("date", row)?.map(|d| d.to_string()).unwrap_or_default();
        let month = rows.day("month", row)?.map(|d| d.to_string()).unwrap_or_default();
        let price = normalised.get(&(contract.as_str(), date.as_str(), buyer.as_str())).copied();
        let (wet, dry, grade) = (rows.integer("wet_kg", row)?.unwrap_or(0), rows.integer("dry_kg", row)?, rows.integer("li2o_ppm", row)?);
        for (company, sold, partner) in [("seller_company", true, &buyer), ("buyer_company", false, &seller)] {
            let Some(company) = rows.text(company, row)? else { continue };
            let sum = sums.entry((company, sold, product.clone(), month.clone())).or_default();
            sum.month.sales += 1;
            sum.month.wet_kg += wet;
            sum.partners.insert(partner.clone());
            if let Some((dry, grade)) = dry.zip(grade) {
                sum.graded_kg += i128::from(dry);
                sum.grade_kg += i128::from(dry) * i128::from(grade);
            }
            if let Some((dry, price)) = dry.zip(price) {
                sum.priced_kg += i128::from(dry);
                sum.value += i128::from(dry) * i128::from(price);
                sum.month.low_fen_per_t = Some(sum.month.low_fen_per_t.map_or(price, |low| low.min(price)));
                sum.month.high_fen_per_t = Some(sum.month.high_fen_per_t.map_or(price, |high| high.max(price)));
            }
        }
        Ok(())
    })?;
    for ((company, sold, product, month), sum) in sums {
        let mean = |sum: i128, kg: i128| (kg > 0).then(|| i64::try_from((sum * 2 + kg).div_euclid(kg * 2)).ok()).flatten();
        let line = SaleMonth {
            month,
            product,
            partners: sum.partners.len() as u64,
            li2o_ppm: mean(sum.grade_kg, sum.graded_kg),
            mean_fen_per_t: mean(sum.value, sum.priced_kg),
            ..sum.month
        };
        for site in companies.get(&company).into_iter().flatten() {
            let Some(facts) = sites.get_mut(site) else { continue };
            if sold { &mut facts.sold } else { &mut facts.bought }.push(line.clone());
        }
    }
    for of_company in companies.values() {
        for site in of_company {
            if let Some(facts) = sites.get_mut(site) {
                facts.company_sites = of_company.len() as u64;
            }
        }
    }
    Ok(())
}

/// Rows in quarantine one of whose cells is the site's id, its name or the name of its company.
fn quarantine(open: &[Held], names: &BTreeMap<String, BTreeSet<String>>, sites: &mut Sites) {
    for (id, names) in names {
        let mut rows: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for row in open.iter().filter(|row| row.cells.iter().any(|(_, cell)| names.contains(cell.trim()))) {
            *rows.entry((&row.table, &row.code)).or_default() += 1;
        }
        let held = rows.into_iter().map(|((table, code), rows)| HeldRows { table: table.to_owned(), code: code.to_owned(), rows });
        if let Some(facts) = sites.get_mut(id) {
            facts.held = held.collect();
        }
    }
}

/// Measures in their order, for the room that reads returns.
pub(super) fn sort_measures(measures: &mut [Measure]) {
    measures.sort_by(|a, b| a.month.cmp(&b.month));
}

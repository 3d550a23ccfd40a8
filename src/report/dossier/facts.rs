//! What do the records say of a site beside output, flows and findings? Rights, positions, trucks, returns, sales, utilities, gaps.
//!
//! One pass over the records for all sites; a run writes it as `dossiers.json`, so that a page needs no lake.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The facts of one site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteFacts {
    /// Site id; empty: licences whose site is in no register.
    pub site_id: String,
    /// Its rows of the register of licences, by number and first day.
    pub rights: Vec<RightRow>,
    /// Where tickets were loaded, gathered in cells of a quarter of a thousandth of a degree.
    pub spots: Vec<Spot>,
    /// Trucks, the one with most trips first; those with findings always, of the others the first.
    pub trucks: Vec<Truck>,
    /// All trucks.
    pub truck_count: u64,
    /// Monthly returns.
    pub returns: Vec<Return>,
    /// Raw ore by month as the three measures say.
    pub measures: Vec<Measure>,
    /// Sales of its company.
    pub sold: Vec<SaleMonth>,
    /// Purchases of its company.
    pub bought: Vec<SaleMonth>,
    /// Sites of its company, itself among them.
    pub company_sites: u64,
    /// Monthly utilities.
    pub utilities: Vec<Utility>,
    /// What its tickets lack.
    pub gaps: Gaps,
    /// Rows in quarantine that name it.
    pub held: Vec<HeldRows>,
}

/// A row of the register of licences, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightRow {
    /// Number.
    pub licence_no: String,
    /// `mining` or `exploration`.
    pub kind: String,
    /// Who holds it, as written.
    pub holder: Option<String>,
    /// Minerals, joined by `;`.
    pub minerals: Option<String>,
    /// Approved scale, kg a year.
    pub approved_scale_kg_per_year: Option<i64>,
    /// First day, ISO 8601.
    pub valid_from: String,
    /// Last day.
    pub valid_to: String,
    /// `valid`, `suspended`, `revoked` or `closed`.
    pub status: String,
    /// Since when.
    pub status_since: Option<String>,
    /// `open_pit` or `underground`.
    pub method: Option<String>,
    /// Number in the register of mining rights.
    pub right_no: Option<String>,
    /// First day of the right.
    pub right_from: Option<String>,
    /// Last day of the right.
    pub right_to: Option<String>,
    /// Licensed area as written.
    pub boundary: Option<String>,
    /// The area as the rules read it: rings of (longitude, latitude), millionths of a degree, outer ones and holes; `None`: none is
    /// written, or it can't be read.
    pub rings_e6: Option<Vec<Vec<(i64, i64)>>>,
}

/// Tickets that were loaded in one small cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// A finding says that these were loaded outside the licensed area, beyond the error of positions.
    pub outside: bool,
    /// Mean latitude, millionths of a degree.
    pub lat_e6: i64,
    /// Mean longitude.
    pub lon_e6: i64,
    /// Tickets.
    pub tickets: u64,
}

/// A truck at a site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truck {
    /// Plate.
    pub plate: String,
    /// Tickets loaded here.
    pub loaded: u64,
    /// Their net mass, kg.
    pub loaded_kg: i64,
    /// Tickets that came here.
    pub delivered: u64,
    /// Their net mass, kg.
    pub delivered_kg: i64,
    /// Tickets loaded here that findings about the truck name, by rule.
    pub flagged: BTreeMap<String, u64>,
    /// Ids of these findings.
    pub findings: BTreeSet<String>,
}

/// A line of the monthly returns; of lines that contradict each other the smallest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// First day of the month.
    pub month: String,
    /// Product id.
    pub product: String,
    /// `produced` or `consumed`.
    pub role: String,
    /// Wet mass, kg.
    pub wet_kg: i64,
    /// Stock at the beginning, kg; `None`: not stated, or stated differently.
    pub opening_kg: Option<i64>,
    /// Stock at the end, kg.
    pub closing_kg: Option<i64>,
    /// Lines of this month, product and role.
    pub lines: u64,
}

/// Raw ore of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// First day of the month.
    pub month: String,
    /// Declared, kg.
    pub declared_kg: Option<i64>,
    /// Tickets out, kg.
    pub tickets_kg: i64,
    /// Closing less opening stock, kg.
    pub stock_change_kg: Option<i64>,
    /// Declared output and tickets with the change of stock, each weighed by the inverse of its variance, kg; `None`: one is missing.
    pub reconciled_kg: Option<i64>,
}

/// Sales or purchases of a company in a month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleMonth {
    /// First day of the month.
    pub month: String,
    /// Product id.
    pub product: String,
    /// Sales.
    pub sales: u64,
    /// Wet mass, kg.
    pub wet_kg: i64,
    /// Other sides.
    pub partners: u64,
    /// Mean grade by dry mass of the sales that state both, ppm.
    pub li2o_ppm: Option<i64>,
    /// Mean normalised price by dry mass (as guide prices: ex VAT, ex works, cash), fen a dry tonne; of the sales that have one.
    pub mean_fen_per_t: Option<i64>,
    /// The lowest of them.
    pub low_fen_per_t: Option<i64>,
    /// The highest.
    pub high_fen_per_t: Option<i64>,
}

/// Utilities of a month; of lines that contradict each other the smallest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Utility {
    /// First day of the month.
    pub month: String,
    /// Electricity, kWh.
    pub electricity_kwh: Option<i64>,
    /// Explosives, kg.
    pub explosives_kg: Option<i64>,
    /// Water, m³.
    pub water_m3: Option<i64>,
}

/// Tickets out of a site, and how many of them state what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gaps {
    /// Tickets.
    pub tickets: u64,
    /// Without gross or tare mass.
    pub no_gross_or_tare: u64,
    /// Without grade.
    pub no_li2o: u64,
    /// Without moisture.
    pub no_moisture: u64,
    /// Without position, or with 0,0.
    pub no_position: u64,
    /// Without waybill.
    pub no_waybill: u64,
    /// Without mass received.
    pub no_received: u64,
}

/// Rows in quarantine of one table and kind of fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRows {
    /// Table.
    pub table: String,
    /// What is wrong.
    pub code: String,
    /// Rows.
    pub rows: u64,
}

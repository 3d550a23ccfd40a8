//! How many tonnes of what went from where to where in which month?

use crate::engine::{Engine, EngineError, Rows};
use serde::{Deserialize, Serialize};

/// All tickets of one month, product, origin and destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// First day of the Beijing month, ISO 8601.
    pub month: String,
    /// Product id.
    pub product: String,
    /// Site id of the origin; `None`: in no register.
    pub origin_site: Option<String>,
    /// Origin for people: the site's name, or the place as written.
    pub origin_name: String,
    /// Kind of the origin site (`mine`, `exploration` …); `None`: in no register.
    pub origin_kind: Option<String>,
    /// Site id of the destination; `None`: in no register.
    pub destination_site: Option<String>,
    /// Destination for people.
    pub destination_name: String,
    /// Tickets.
    pub tickets: u64,
    /// Net mass, kg.
    pub net_kg: i64,
    /// Dry mass of the tickets that state moisture, kg.
    pub dry_kg: i64,
    /// Li2O of the tickets that state moisture and grade, g.
    pub li2o_g: i64,
    /// Tickets without moisture or grade: their Li2O is unknown, not zero.
    pub tickets_without_li2o: u64,
}

const SQL: &str = "
WITH legs AS (
    SELECT month, product, net_kg, dry_kg, li2o_g, origin_site, destination_site,
           CASE WHEN origin_site IS NULL THEN origin END AS origin_place,
           CASE WHEN destination_site IS NULL THEN destination END AS destination_place
    FROM shipments
), sums AS (
    SELECT month, product, origin_site, destination_site, origin_place, destination_place,
           COUNT(*) AS tickets, SUM(net_kg) AS net_kg, SUM(dry_kg) AS dry_kg, SUM(li2o_g) AS li2o_g, COUNT(li2o_g) AS known
    FROM legs
    GROUP BY month, product, origin_site, destination_site, origin_place, destination_place
)
SELECT s.month, s.product, s.origin_site, s.destination_site, s.tickets, s.net_kg, s.dry_kg, s.li2o_g, s.known,
       COALESCE(o.name, s.origin_place) AS origin_name, o.kind AS origin_kind,
       COALESCE(d.name, s.destination_place) AS destination_name
FROM sums AS s
LEFT JOIN sites AS o ON s.origin_site = o.site_id
LEFT JOIN sites AS d ON s.destination_site = d.site_id
";

/// All flows of the snapshot, by month, product, origin and destination.
///
/// # Errors
/// [`EngineError`] if the snapshot can't be read.
pub fn flows(engine: &Engine) -> Result<Vec<Flow>, EngineError> {
    let frame = engine.sql(SQL)?;
    let rows = Rows::new(&frame);
    let mut flows = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let tickets = rows.integer("tickets", row)?.unwrap_or(0).unsigned_abs();
        let known = rows.integer("known", row)?.unwrap_or(0).unsigned_abs();
        flows.push(Flow {
            month: rows.day("month", row)?.map(|d| d.to_string()).unwrap_or_default(),
            product: rows.text("product", row)?.unwrap_or_default(),
            origin_site: rows.text("origin_site", row)?,
            origin_name: rows.text("origin_name", row)?.unwrap_or_default(),
            origin_kind: rows.text("origin_kind", row)?,
            destination_site: rows.text("destination_site", row)?,
            destination_name: rows.text("destination_name", row)?.unwrap_or_default(),
            tickets,
            net_kg: rows.integer("net_kg", row)?.unwrap_or(0),
            dry_kg: rows.integer("dry_kg", row)?.unwrap_or(0),
            li2o_g: rows.integer("li2o_g", row)?.unwrap_or(0),
            tickets_without_li2o: tickets - known,
        });
    }
    flows.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(flows)
}

fn order(flow: &Flow) -> (&str, &str, &str, &str) {
    (&flow.month, &flow.product, &flow.origin_name, &flow.destination_name)
}

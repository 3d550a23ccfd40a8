//! How many tonnes of what went from where to where in which month?

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

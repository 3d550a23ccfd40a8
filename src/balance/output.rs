//! What did each mine put out, month by month, against what its licence allows?

use serde::{Deserialize, Serialize};

/// A mine's (or other ore source's) output of a calendar year against its licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MineOutput {
    /// Site id.
    pub site_id: String,
    /// Name.
    pub name: String,
    /// Kind of site.
    pub kind: String,
    /// County.
    pub county: Option<String>,
    /// Calendar year.
    pub year: i32,
    /// Approved scale of the licences in force, pro rata for the part of the year in force, kg; `None`: no licence with a scale.
    pub approved_kg: Option<i64>,
    /// Declared output of the year so far, kg.
    pub declared_kg: Option<i64>,
    /// Tickets out of the year so far, kg.
    pub dispatched_kg: i64,
    /// The months, January first; months without records are left out.
    pub months: Vec<MonthOutput>,
}

/// One month of a mine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthOutput {
    /// First day of the month, ISO 8601.
    pub month: String,
    /// Declared raw ore, kg; `None`: no return.
    pub declared_kg: Option<i64>,
    /// Raw ore on tickets, kg.
    pub dispatched_kg: i64,
}

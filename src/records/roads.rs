//! How far is it from one place to another, and how long does a truck take? 道路

use super::{Keeping, Kind, Table, TableSpec, optional, required};
use crate::text::Text;

/// Longest road that is read, m: from one end of the country to the other.
const MAX_ROAD_M: i64 = 6_000_000;

/// Longest drive that is read, minutes: a week.
const MAX_MINUTES: i64 = 10_080;

pub(super) static SPEC: TableSpec = TableSpec {
    table: Table::Roads,
    name: "roads",
    title: Text { zh: "道路里程", en: "roads" },
    keeping: Keeping::Register,
    key: &["origin", "destination"],
    inputs: &[
        required("origin", &["起点", "发货单位", "发货地"], Kind::SiteRef),
        required("destination", &["终点", "收货单位", "收货地"], Kind::SiteRef),
        optional("distance_m", &["里程米", "公路里程米"], Kind::Whole { min: 1, max: MAX_ROAD_M }),
        optional("minutes", &["最短用时分钟", "行车分钟", "用时分钟"], Kind::Whole { min: 1, max: MAX_MINUTES }),
    ],
    derived: &[],
};

//! How much power, explosive and water did a site use in a month? 能耗月报

use super::{Keeping, Kind, Table, TableSpec, optional, required};
use crate::text::Text;

pub(super) static SPEC: TableSpec = TableSpec {
    table: Table::Utilities,
    name: "utilities",
    title: Text { zh: "能耗月报", en: "utilities" },
    keeping: Keeping::Facts { time: "month" },
    key: &["site_id", "month"],
    inputs: &[
        required("site_id", &["企业", "矿山", "企业名称", "矿山名称", "场所编号", "填报单位"], Kind::SiteRef),
        required("month", &["月份", "所属月份", "统计月份"], Kind::Month),
        optional("electricity_kwh", &["用电量", "电量"], Kind::Count { max: 100_000_000_000 }),
        optional("explosives_kg", &["炸药用量", "炸药"], Kind::Mass { min_kg: 0, max_kg: 1_000_000_000 }),
        optional("water_m3", &["用水量", "取水量"], Kind::Count { max: 10_000_000_000 }),
    ],
    derived: &[],
};

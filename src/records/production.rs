//! What does a site say that it produced and consumed in a month? 月报

use super::{Choice, Column, Keeping, Kind, Stored, Table, TableSpec, optional, required};
use crate::text::Text;

const ROLES: &[Choice] =
    &[Choice { id: "produced", words: &["产出", "产量", "生产"] }, Choice { id: "consumed", words: &["投入", "消耗", "耗用"] }];

/// Largest monthly mass that is read, kg: 100 million tonnes, ten times the largest licence known.
const MAX_MONTH_KG: i64 = 100_000_000_000;

pub(super) static SPEC: TableSpec = TableSpec {
    table: Table::Production,
    name: "production",
    title: Text { zh: "生产月报", en: "monthly returns" },
    keeping: Keeping::Facts { time: "month" },
    key: &["site_id", "month", "product", "role"],
    inputs: &[
        required("site_id", &["企业", "矿山", "企业名称", "矿山名称", "场所编号", "填报单位"], Kind::SiteRef),
        required("month", &["月份", "所属月份", "统计月份"], Kind::Month),
        required("product", &["产品", "产品名称", "品名", "物料"], Kind::Product),
        required("role", &["投入产出", "类别", "方向"], Kind::Choice(ROLES)),
        required("wet", &["数量", "湿重", "产量", "本月数量"], Kind::Mass { min_kg: 0, max_kg: MAX_MONTH_KG }),
        optional("moisture", &["水分", "含水率", "水份"], Kind::Moisture),
        optional("li2o", &["品位", "Li2O", "氧化锂", "Li2O品位"], Kind::Grade),
        optional("opening_stock", &["期初库存", "月初库存"], Kind::Mass { min_kg: 0, max_kg: MAX_MONTH_KG }),
        optional("closing_stock", &["期末库存", "月末库存"], Kind::Mass { min_kg: 0, max_kg: MAX_MONTH_KG }),
    ],
    derived: &[
        Column { name: "dry_kg", stored: Stored::Int64, nullable: true },
        Column { name: "li2o_g", stored: Stored::Int64, nullable: true },
    ],
};

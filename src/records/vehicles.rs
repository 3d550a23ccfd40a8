//! Which trucks are there and what may they carry? 车辆

use super::{Keeping, Kind, Table, TableSpec, optional, required};
use crate::text::Text;

/// Heaviest vehicle mass that is read, kg: far above any road truck, so that evidence is kept and only unit mistakes are held.
const MAX_VEHICLE_KG: i64 = 200_000;

pub(super) static SPEC: TableSpec = TableSpec {
    table: Table::Vehicles,
    name: "vehicles",
    title: Text { zh: "车辆", en: "vehicles" },
    keeping: Keeping::Register,
    key: &["plate"],
    inputs: &[
        required("plate", &["车牌号", "车号", "车牌", "号牌号码"], Kind::Plate),
        optional("class", &["车辆类型", "车型"], Kind::Text),
        optional("axles", &["轴数"], Kind::Whole { min: 2, max: 8 }),
        optional("articulated", &["汽车列车", "是否列车", "铰接"], Kind::YesNo),
        optional("curb", &["整备质量"], Kind::Mass { min_kg: 200, max_kg: MAX_VEHICLE_KG }),
        optional("permitted_gross", &["总质量", "最大允许总质量"], Kind::Mass { min_kg: 200, max_kg: MAX_VEHICLE_KG }),
    ],
    derived: &[],
};

//! What does a weighbridge ticket say? 过磅单

use super::{Column, Keeping, Kind, Stored, Table, TableSpec, optional, required};
use crate::text::Text;

/// Heaviest load on one ticket that is read, kg. Overloaded trucks weigh up to some 120 t; a ticket above 200 t is a unit mistake.
const MAX_TICKET_KG: i64 = 200_000;

/// Lightest mass on one ticket that is read, kg: less than any truck or load; a ticket below it was written in tonnes.
const MIN_TICKET_KG: i64 = 200;

pub(super) static SPEC: TableSpec = TableSpec {
    table: Table::Shipments,
    name: "shipments",
    title: Text { zh: "过磅单", en: "weighbridge tickets" },
    keeping: Keeping::Facts { time: "loaded_at" },
    key: &["ticket_no"],
    inputs: &[
        required("ticket_no", &["磅单号", "过磅单号", "单号", "编号", "票号"], Kind::Text),
        optional("waybill_no", &["运单号", "准运证号", "电子运单", "电子运单号"], Kind::Text),
        required("product", &["货物名称", "品名", "物料", "货名", "产品", "物料名称"], Kind::Product),
        required("plate", &["车牌号", "车号", "车牌"], Kind::Plate),
        optional("axles", &["轴数"], Kind::Whole { min: 2, max: 8 }),
        required("origin", &["发货单位", "发货地", "矿点", "发货方"], Kind::SiteRef),
        required("destination", &["收货单位", "收货地", "卸货点", "收货方"], Kind::SiteRef),
        required("loaded_at", &["出场时间", "毛重时间", "过磅时间", "发货时间"], Kind::Instant),
        optional("gross", &["毛重"], Kind::Mass { min_kg: MIN_TICKET_KG, max_kg: MAX_TICKET_KG }),
        optional("tare", &["皮重"], Kind::Mass { min_kg: MIN_TICKET_KG, max_kg: MAX_TICKET_KG }),
        required("net", &["净重"], Kind::Mass { min_kg: MIN_TICKET_KG, max_kg: MAX_TICKET_KG }),
        optional("unloaded_at", &["到达时间", "卸货时间", "收货时间"], Kind::Instant),
        optional("received_net", &["收货净重", "到货净重"], Kind::Mass { min_kg: MIN_TICKET_KG, max_kg: MAX_TICKET_KG }),
        optional("li2o", &["品位", "Li2O", "氧化锂", "Li2O品位", "氧化锂品位"], Kind::Grade),
        optional("moisture", &["水分", "含水率", "水份"], Kind::Moisture),
        optional("loaded_lat", &["装车纬度", "纬度"], Kind::Degrees { limit: 90.0 }),
        optional("loaded_lon", &["装车经度", "经度"], Kind::Degrees { limit: 180.0 }),
        // Trace elements tell one deposit from another. They are a fraction of the Li2O, so its bounds hold for them too.
        optional("rb2o", &["Rb2O", "氧化铷"], Kind::Grade),
        optional("cs2o", &["Cs2O", "氧化铯"], Kind::Grade),
        optional("ta2o5", &["Ta2O5", "氧化钽"], Kind::Grade),
        optional("fe2o3", &["Fe2O3", "氧化铁", "三氧化二铁"], Kind::Grade),
    ],
    derived: &[
        Column { name: "day", stored: Stored::Date, nullable: false },
        Column { name: "dry_kg", stored: Stored::Int64, nullable: true },
        Column { name: "li2o_g", stored: Stored::Int64, nullable: true },
    ],
};

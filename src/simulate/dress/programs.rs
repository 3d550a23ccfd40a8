//! Which weighbridge programs are there, and how does each print a ticket?

use super::sheet::{Dates, Encoding};
use crate::records::product;

/// A column of a ticket.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Number,
    Waybill,
    Product,
    Plate,
    Axles,
    From,
    To,
    LoadedAt,
    Gross,
    Tare,
    Net,
    UnloadedAt,
    Received,
    Grade,
    Moisture,
    Lat,
    Lon,
    /// Rb2O, Cs2O, Ta2O5 or Fe2O3.
    Trace(usize),
}

/// A weighbridge program: its file, its columns in its order, its unit.
pub(super) struct Program {
    pub(super) form: Form,
    pub(super) tonnes: bool,
    pub(super) dates: Dates,
    pub(super) columns: &'static [(Field, &'static str)],
    /// Its words for ore and for concentrate.
    pub(super) ore: &'static str,
    pub(super) concentrate: &'static str,
    pub(super) plate: fn(&str) -> String,
    /// Sheets are months, with titles above and totals below.
    pub(super) months: bool,
    pub(super) totals: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Workbook,
    Csv(Encoding),
    Tsv,
    Ndjson,
}

const MONTHLY_BOOK: Program = Program {
    form: Form::Workbook,
    tonnes: true,
    dates: Dates::Excel,
    columns: &[
        (Field::Number, "磅单号"),
        (Field::Waybill, "运单号"),
        (Field::Product, "货物名称"),
        (Field::Plate, "车牌号"),
        (Field::Axles, "轴数"),
        (Field::From, "发货单位"),
        (Field::To, "收货单位"),
        (Field::LoadedAt, "毛重时间"),
        (Field::Gross, "毛重(吨)"),
        (Field::Tare, "皮重(吨)"),
        (Field::Net, "净重(吨)"),
        (Field::UnloadedAt, "到达时间"),
        (Field::Received, "收货净重(吨)"),
        (Field::Grade, "品位(%)"),
        (Field::Moisture, "水分(%)"),
        (Field::Lat, "装车纬度"),
        (Field::Lon, "装车经度"),
        (Field::Trace(0), "Rb2O(%)"),
        (Field::Trace(1), "Cs2O(%)"),
        (Field::Trace(2), "Ta2O5(%)"),
        (Field::Trace(3), "Fe2O3(%)"),
    ],
    ore: "含锂瓷土",
    concentrate: "锂云母精矿",
    plate: plain_plate,
    months: true,
    totals: true,
};

const QUARTER_BOOK: Program = Program {
    form: Form::Workbook,
    tonnes: false,
    dates: Dates::Chinese,
    columns: &[
        (Field::Number, "过磅单号"),
        (Field::Plate, "车号"),
        (Field::Product, "货名"),
        (Field::From, "发货地"),
        (Field::To, "收货地"),
        (Field::LoadedAt, "出场时间"),
        (Field::Gross, "毛重/kg"),
        (Field::Tare, "皮重/kg"),
        (Field::Net, "净重/kg"),
        (Field::UnloadedAt, "卸货时间"),
        (Field::Received, "到货净重/kg"),
        (Field::Axles, "轴数(根)"),
        (Field::Grade, "Li2O(%)"),
        (Field::Moisture, "含水率(%)"),
        (Field::Waybill, "电子运单号"),
        (Field::Lat, "纬度"),
        (Field::Lon, "经度"),
        (Field::Trace(0), "氧化铷(%)"),
        (Field::Trace(1), "氧化铯(%)"),
        (Field::Trace(2), "氧化钽(%)"),
        (Field::Trace(3), "氧化铁(%)"),
    ],
    ore: "原矿",
    concentrate: "锂精矿",
    plate: plain_plate,
    months: false,
    totals: true,
};

pub(super) const OLD_CSV: Program = Program {
    form: Form::Csv(Encoding::Gb18030),
    tonnes: false,
    dates: Dates::Slash,
    columns: &[
        (Field::Number, "单号"),
        (Field::LoadedAt, "过磅时间"),
        (Field::Plate, "车牌"),
        (Field::Product, "物料名称"),
        (Field::From, "发货方"),
        (Field::To, "收货方"),
        (Field::Gross, "毛重(kg)"),
        (Field::Tare, "皮重(kg)"),
        (Field::Net, "净重(kg)"),
        (Field::Axles, "轴数"),
        (Field::Received, "收货净重(kg)"),
        (Field::UnloadedAt, "收货时间"),
        (Field::Grade, "氧化锂(%)"),
        (Field::Moisture, "水份(%)"),
        (Field::Waybill, "准运证号"),
        (Field::Lat, "装车纬度"),
        (Field::Lon, "装车经度"),
        (Field::Trace(0), "Rb2O(%)"),
        (Field::Trace(1), "Cs2O(%)"),
        (Field::Trace(2), "Ta2O5(%)"),
        (Field::Trace(3), "三氧化二铁(%)"),
    ],
    ore: "锂瓷石",
    concentrate: "云母精矿",
    plate: dotted_plate,
    months: false,
    totals: true,
};

pub(super) const WIDE_CSV: Program = Program {
    form: Form::Csv(Encoding::Utf8Bom),
    tonnes: true,
    dates: Dates::Slash,
    columns: MONTHLY_BOOK.columns,
    ore: "含锂瓷土原矿",
    concentrate: "锂云母",
    plate: wide_plate,
    months: false,
    totals: true,
};

const ENGLISH_TSV: Program = Program {
    form: Form::Tsv,
    tonnes: true,
    dates: Dates::Iso,
    columns: &[
        (Field::Number, "ticket_no"),
        (Field::Waybill, "waybill_no"),
        (Field::Product, "product"),
        (Field::Plate, "plate"),
        (Field::Axles, "axles"),
        (Field::From, "origin"),
        (Field::To, "destination"),
        (Field::LoadedAt, "loaded_at"),
        (Field::Gross, "gross_t"),
        (Field::Tare, "tare_t"),
        (Field::Net, "net_t"),
        (Field::UnloadedAt, "unloaded_at"),
        (Field::Received, "received_net_t"),
        (Field::Grade, "li2o_%"),
        (Field::Moisture, "moisture_%"),
        (Field::Lat, "loaded_lat"),
        (Field::Lon, "loaded_lon"),
        (Field::Trace(0), "rb2o_%"),
        (Field::Trace(1), "cs2o_%"),
        (Field::Trace(2), "ta2o5_%"),
        (Field::Trace(3), "fe2o3_%"),
    ],
    ore: product::ORE,
    concentrate: product::CONCENTRATE,
    plate: dashed_plate,
    months: false,
    totals: false,
};

const MODERN_NDJSON: Program = Program {
    form: Form::Ndjson,
    tonnes: false,
    dates: Dates::Iso,
    columns: &[
        (Field::Number, "ticket_no"),
        (Field::Product, "product"),
        (Field::Plate, "plate"),
        (Field::From, "origin"),
        (Field::To, "destination"),
        (Field::LoadedAt, "loaded_at"),
        (Field::Net, "net_kg"),
        (Field::Gross, "gross_kg"),
        (Field::Tare, "tare_kg"),
        (Field::Axles, "axles"),
        (Field::UnloadedAt, "unloaded_at"),
        (Field::Received, "received_net_kg"),
        (Field::Grade, "li2o_pct"),
        (Field::Moisture, "moisture_pct"),
        (Field::Waybill, "waybill_no"),
        (Field::Lat, "loaded_lat"),
        (Field::Lon, "loaded_lon"),
        (Field::Trace(0), "rb2o_pct"),
        (Field::Trace(1), "cs2o_pct"),
        (Field::Trace(2), "ta2o5_pct"),
        (Field::Trace(3), "fe2o3_pct"),
    ],
    ore: product::ORE,
    concentrate: product::CONCENTRATE,
    plate: plain_plate,
    months: false,
    totals: false,
};

/// Texts take more room than workbooks: a weighbridge with more tickets a quarter has a workbook.
const TEXT_TICKETS: usize = 380;
/// JSON takes the most.
const NDJSON_TICKETS: usize = 120;
/// The program of a weighbridge and quarter with so many tickets.
pub(super) fn choose(n: usize, tickets: usize) -> &'static Program {
    match n % 7 {
        0 if tickets <= TEXT_TICKETS => &OLD_CSV,
        2 if tickets <= TEXT_TICKETS => &WIDE_CSV,
        4 if tickets <= TEXT_TICKETS => &ENGLISH_TSV,
        5 if tickets <= NDJSON_TICKETS => &MODERN_NDJSON,
        1 | 3 | 5 => &MONTHLY_BOOK,
        _ => &QUARTER_BOOK,
    }
}

fn plain_plate(plate: &str) -> String {
    plate.to_owned()
}

fn dotted_plate(plate: &str) -> String {
    split_plate(plate, "·")
}

fn dashed_plate(plate: &str) -> String {
    split_plate(plate, "-")
}

fn split_plate(plate: &str, separator: &str) -> String {
    let mut letters = plate.chars();
    let head: String = letters.by_ref().take(2).collect();
    format!("{head}{separator}{}", letters.as_str())
}

fn wide_plate(plate: &str) -> String {
    widen(plate)
}

/// ASCII in full width.
pub(super) fn widen(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c) } else { c }).collect()
}

//! How do the weighbridges' files look? One a weighbridge and quarter, each program in its own way.

use super::sheet::{Cell, Dates, Encoding, Sheet, delimited, ndjson};
use super::{Users, percent, tonnes};
use crate::records::product;
use crate::simulate::basin::Kind;
use crate::simulate::fleet::Fleet;
use crate::simulate::plain::waybill;
use crate::simulate::tickets::Ticket;
use crate::simulate::truth::number;
use crate::simulate::{SimulateError, World};
use std::collections::BTreeMap;

/// A column of a ticket.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
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
}

/// A weighbridge program: its file, its columns in its order, its unit.
struct Program {
    form: Form,
    tonnes: bool,
    dates: Dates,
    columns: &'static [(Field, &'static str)],
    /// Its words for ore and for concentrate.
    ore: &'static str,
    concentrate: &'static str,
    plate: fn(&str) -> String,
    /// Sheets are months, with titles above and totals below.
    months: bool,
    totals: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
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
    ],
    ore: "原矿",
    concentrate: "锂精矿",
    plate: plain_plate,
    months: false,
    totals: true,
};

const OLD_CSV: Program = Program {
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
    ],
    ore: "锂瓷石",
    concentrate: "云母精矿",
    plate: dotted_plate,
    months: false,
    totals: true,
};

const WIDE_CSV: Program = Program {
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
    ],
    ore: product::ORE,
    concentrate: product::CONCENTRATE,
    plate: plain_plate,
    months: false,
    totals: false,
};

/// Texts take more room than workbooks: a weighbridge with more tickets a quarter has a workbook.
const TEXT_TICKETS: usize = 420;
/// JSON takes the most.
const NDJSON_TICKETS: usize = 120;
/// Rows that are sent a second time in another dress.
const REPEATED: usize = 40;

/// Writes all weighbridges' files; rows for the quarantine and rows repeated.
pub(super) fn write(users: &Users, world: &World, fleet: &Fleet) -> Result<(u64, u64), SimulateError> {
    let mut files: BTreeMap<(usize, u32), Vec<(u32, &Ticket)>> = BTreeMap::new();
    for (month, ticket) in &users.tickets {
        files.entry((bridge(world, ticket), month / 3)).or_default().push((*month, ticket));
    }
    let (mut quarantined, mut repeated) = (0, 0);
    for (n, ((place, quarter), tickets)) in files.iter().enumerate() {
        let program = choose(place + *quarter as usize, tickets.len());
        let name = file_name(world, *place, *quarter, "");
        let broken = n % 11 == 4 && program.form != Form::Ndjson;
        quarantined += u64::from(broken);
        put(users, world, fleet, program, &name, tickets, broken.then_some(n / 11))?;
        if n == 2 {
            let again: Vec<(u32, &Ticket)> = tickets.iter().take(REPEATED).copied().collect();
            repeated += again.len() as u64;
            let program = if matches!(program.form, Form::Csv(Encoding::Utf8Bom)) { &OLD_CSV } else { &WIDE_CSV };
            put(users, world, fleet, program, &file_name(world, *place, *quarter, "_补报"), &again, None)?;
        }
    }
    Ok((quarantined, repeated))
}

/// Ore from a place in no register is weighed where it arrives.
fn bridge(world: &World, ticket: &Ticket) -> usize {
    let (from, to) = (ticket.from as usize, ticket.to as usize);
    if world.basin.places[from].kind == Kind::Unknown { to } else { from }
}

fn choose(n: usize, tickets: usize) -> &'static Program {
    match n % 7 {
        0 if tickets <= TEXT_TICKETS => &OLD_CSV,
        2 if tickets <= TEXT_TICKETS => &WIDE_CSV,
        4 if tickets <= TEXT_TICKETS => &ENGLISH_TSV,
        5 if tickets <= NDJSON_TICKETS => &MODERN_NDJSON,
        1 | 3 | 5 => &MONTHLY_BOOK,
        _ => &QUARTER_BOOK,
    }
}

fn file_name(world: &World, place: usize, quarter: u32, more: &str) -> String {
    let (year, month) = world.calendar.month(quarter * 3);
    format!("过磅单/{year}年第{}季度/{}_过磅单{more}", month.div_ceil(3), world.basin.places[place].name)
}

fn put(
    users: &Users,
    world: &World,
    fleet: &Fleet,
    program: &Program,
    name: &str,
    tickets: &[(u32, &Ticket)],
    broken: Option<usize>,
) -> Result<(), SimulateError> {
    let sheets: Vec<Sheet> = if program.months {
        tickets.chunk_by(|a, b| a.0 == b.0).map(|month| sheet(world, fleet, program, month, month.first().map(|m| m.0))).collect()
    } else {
        vec![sheet(world, fleet, program, tickets, None)]
    };
    let mut sheets = sheets;
    if let (Some(kind), Some(last)) = (broken, sheets.last_mut()) {
        break_row(last, program, kind);
    }
    let Some(first) = sheets.first() else { return Ok(()) };
    match program.form {
        Form::Workbook => users.put_book(&format!("{name}.xlsx"), &sheets, program.dates),
        Form::Csv(encoding) => users.put_csv(&format!("{name}.csv"), first, program.dates, encoding),
        Form::Tsv => users.put(&format!("{name}.tsv"), &delimited(first, '\t', program.dates, Encoding::Utf8)),
        Form::Ndjson => users.put(&format!("{name}.ndjson"), &ndjson(first)),
    }
}

fn sheet(world: &World, fleet: &Fleet, program: &Program, tickets: &[(u32, &Ticket)], month: Option<u32>) -> Sheet {
    let mut rows = Vec::with_capacity(tickets.len());
    for (n, (_, ticket)) in tickets.iter().enumerate() {
        // A blank line now and then, as between the days of a printed list.
        if program.totals && n > 0 && n % 97 == 0 {
            rows.push(Vec::new());
        }
        rows.push(program.columns.iter().map(|(field, _)| cell(world, fleet, program, *field, ticket, n)).collect());
    }
    let place = tickets.first().map_or("", |(_, t)| world.basin.places[bridge(world, t)].name.as_str());
    let titled = program.form == Form::Workbook;
    let name = month.map_or_else(|| "过磅明细".to_owned(), |m| format!("{}月", world.calendar.month(m).1));
    let above = if titled { vec![format!("{place}过磅记录"), format!("{name}　合成数据")] } else { Vec::new() };
    let below = if program.totals { total(program, tickets) } else { Vec::new() };
    Sheet { name, above, header: program.columns.iter().map(|(_, title)| (*title).to_owned()).collect(), rows, below }
}

fn cell(world: &World, fleet: &Fleet, program: &Program, field: Field, ticket: &Ticket, row: usize) -> Cell {
    let truck = &fleet.trucks[ticket.truck as usize];
    let place = |i: u32| Cell::text(&world.basin.places[i as usize].written);
    let mass = |kg: i64| if program.tonnes { tonnes(kg) } else { Cell::Decimal(kg, 0) };
    match field {
        Field::Number => Cell::text(&number(world, ticket)),
        Field::Waybill => Cell::text(&waybill(ticket, &number(world, ticket))),
        Field::Product => Cell::text(word(program, ticket.product)),
        Field::Plate => Cell::Text((program.plate)(&truck.plate)),
        Field::Axles if ticket.axles_stated => Cell::Decimal(i64::from(truck.axles), 0),
        Field::From => place(ticket.from),
        Field::To => place(ticket.to),
        Field::LoadedAt => Cell::Minute(ticket.loaded_at),
        Field::UnloadedAt => ticket.unloaded_at.map_or(Cell::Empty, Cell::Minute),
        Field::Gross => mass(ticket.gross_kg),
        Field::Tare => mass(ticket.tare_kg),
        // Some clerks type with a Chinese keyboard.
        Field::Net if program.form == Form::Csv(Encoding::Utf8Bom) && row % 9 == 3 => Cell::Text(widen(&mass(ticket.net_kg).written(Dates::Iso))),
        Field::Net => mass(ticket.net_kg),
        Field::Received => ticket.received_kg.map_or(Cell::Empty, mass),
        Field::Grade => percent(ticket.li2o_ppm),
        Field::Moisture => percent(ticket.moisture_ppm),
        Field::Lat => ticket.loaded.map_or(Cell::Empty, |p| Cell::Decimal(i64::from(p.lat_e5), 5)),
        Field::Lon => ticket.loaded.map_or(Cell::Empty, |p| Cell::Decimal(i64::from(p.lon_e5), 5)),
        Field::Axles => Cell::Empty,
    }
}

fn word(program: &Program, product: &'static str) -> &'static str {
    let english = matches!(program.form, Form::Tsv | Form::Ndjson);
    match product {
        product::ORE => program.ore,
        product::CONCENTRATE => program.concentrate,
        other if english => other,
        product::CARBONATE => "碳酸锂",
        product::SLAG => "锂渣",
        "feldspar" => "长石",
        _ => "砂石",
    }
}

/// 合计 of the masses, and who made the list.
fn total(program: &Program, tickets: &[(u32, &Ticket)]) -> Vec<Vec<Cell>> {
    let net_kg: i64 = tickets.iter().map(|(_, t)| t.net_kg).sum();
    let sum = |field: Field| match field {
        Field::Number => Cell::text("合计"),
        Field::Net if program.tonnes => tonnes(net_kg),
        Field::Net => Cell::Decimal(net_kg, 0),
        _ => Cell::Empty,
    };
    vec![program.columns.iter().map(|(field, _)| sum(*field)).collect(), vec![Cell::text("制表：磅房")]]
}

/// One more row that is no record.
fn break_row(sheet: &mut Sheet, program: &Program, kind: usize) {
    let Some(mut row) = sheet.rows.iter().rev().find(|row| !row.is_empty()).cloned() else { return };
    let mut set = |field: Field, text: &str| {
        if let Some(cell) = program.columns.iter().position(|(f, _)| *f == field).and_then(|i| row.get_mut(i)) {
            *cell = Cell::text(text);
        }
    };
    set(Field::Number, &format!("BAD{kind:03}"));
    match kind % 5 {
        0 => set(Field::Net, "4o.2"),
        1 => set(Field::Product, "煤矸石"),
        2 => set(Field::LoadedAt, "2023/13/5 8:03"),
        3 => set(Field::Plate, ""),
        _ => set(Field::Net, "3120000"),
    }
    sheet.rows.push(row);
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
fn widen(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c) } else { c }).collect()
}

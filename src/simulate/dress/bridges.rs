//! How do the weighbridges' files look? One a weighbridge and quarter, each program in its own way.

use super::programs::{Field, Form, OLD_CSV, Program, WIDE_CSV, choose, widen};
use super::sheet::{Cell, Dates, Encoding, Sheet, delimited, ndjson};
use super::{Users, percent, tonnes};
use crate::records::product;
use crate::simulate::basin::Kind;
use crate::simulate::fleet::Fleet;
use crate::simulate::passes::printed;
use crate::simulate::tickets::Ticket;
use crate::simulate::truth::number;
use crate::simulate::{SimulateError, World};
use std::collections::BTreeMap;

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
        Field::Waybill => Cell::text(&printed(world, ticket.from as usize, ticket.number.0, ticket.pass)),
        Field::Product => Cell::text(word(program, ticket.product)),
        Field::Plate => Cell::Text((program.plate)(&truck.plate)),
        Field::Axles if ticket.axles_stated => Cell::Decimal(i64::from(truck.axles), 0),
        Field::From => place(ticket.from),
        Field::To => place(ticket.to),
        Field::LoadedAt => Cell::Minute(ticket.loaded_at),
        Field::UnloadedAt => ticket.unloaded_at.map_or(Cell::Empty, Cell::Minute),
        Field::Gross | Field::Tare if !ticket.weighed => Cell::Empty,
        Field::Gross => mass(ticket.gross_kg),
        Field::Tare => mass(ticket.tare_kg),
        // Some clerks type with a Chinese keyboard.
        Field::Net if program.form == Form::Csv(Encoding::Utf8Bom) && row % 9 == 3 => {
            Cell::Text(widen(&mass(ticket.net_kg).written(Dates::Iso)))
        }
        Field::Net => mass(ticket.net_kg),
        Field::Received => ticket.received_kg.map_or(Cell::Empty, mass),
        Field::Grade => percent(ticket.li2o_ppm),
        Field::Moisture => percent(ticket.moisture_ppm),
        Field::Trace(n) => percent(ticket.traces.and_then(|traces| traces.get(n).map(|ppm| i64::from(*ppm)))),
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

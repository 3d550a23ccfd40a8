//! One clean UTF-8 CSV a table: English headers with the stored units, tickets streamed month by month.

use super::basin::Point;
use super::fleet::Fleet;
use super::licences::{degrees, wkt};
use super::market::MarketPrice;
use super::months::{Month, State};
use super::passes::{Permit, printed};
use super::registers::roads;
use super::sales::Sale;
use super::tickets::Ticket;
use super::truth::number;
use super::{Counts, Out, SimulateError, World};
use crate::records::time::date_of;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Streams tables into a folder.
pub(super) struct Plain {
    folder: PathBuf,
    shipments: Option<Table>,
    production: Option<Table>,
    utilities: Option<Table>,
    sales: Option<Table>,
    waybills: Option<Table>,
    tickets: u64,
}

/// A CSV file being written.
struct Table {
    path: PathBuf,
    file: BufWriter<File>,
    line: Vec<u8>,
}

impl Plain {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), shipments: None, production: None, utilities: None, sales: None, waybills: None, tickets: 0 }
    }
}

const SHIPMENTS: &str = "ticket_no,waybill_no,product,plate,axles,origin,destination,loaded_at,gross_kg,tare_kg,net_kg,unloaded_at,received_net_kg,li2o_ppm,moisture_ppm,loaded_lat,loaded_lon,rb2o_ppm,cs2o_ppm,ta2o5_ppm,fe2o3_ppm";

impl Out for Plain {
    fn begin(&mut self, world: &World) -> Result<(), SimulateError> {
        companies(&self.folder, world)?;
        sites(&self.folder, world)?;
        licences(&self.folder, world)?;
        market_prices(&self.folder, &world.prices)?;
        road_table(&self.folder, world)?;
        self.waybills = Some(Table::new(&self.folder, "waybills", "waybill_no,origin,product,allowed_kg,valid_from,valid_to")?);
        self.shipments = Some(Table::new(&self.folder, "shipments", SHIPMENTS)?);
        self.production = Some(Table::new(
            &self.folder,
            "production",
            "site_id,month,product,role,wet_kg,moisture_ppm,li2o_ppm,opening_stock_kg,closing_stock_kg",
        )?);
        self.utilities = Some(Table::new(&self.folder, "utilities", "site_id,month,electricity_kwh,explosives_kg,water_m3")?);
        self.sales = Some(Table::new(
            &self.folder,
            "sales",
            "contract_no,date,seller,buyer,product,li2o_ppm,wet_kg,moisture_ppm,price_fen_per_t,vat_included,delivery,freight_fen_per_t,credit_days,related_party",
        )?);
        Ok(())
    }

    fn month(&mut self, world: &World, state: &State, month: Month, sales: Vec<Sale>) -> Result<(), SimulateError> {
        self.tickets += month.tickets.len() as u64;
        if let Some(table) = &mut self.shipments {
            for row in &month.tickets {
                ticket(table, world, &state.fleet, row)?;
            }
        }
        if let Some(table) = &mut self.waybills {
            for row in &month.permits {
                permit(table, world, row)?;
            }
        }
        if let Some(table) = &mut self.production {
            for row in &month.returns {
                let role = if row.produced { "produced" } else { "consumed" };
                table.text(&world.basin.places[row.place].name).text(&world.calendar.label(row.month)).text(row.product).text(role);
                table
                    .whole(Some(row.wet_kg))
                    .whole(row.moisture_ppm)
                    .whole(row.li2o_ppm)
                    .whole(row.opening_kg)
                    .whole(row.closing_kg)
                    .end()?;
            }
        }
        if let Some(table) = &mut self.utilities {
            for row in &month.utilities {
                table.text(&world.basin.places[row.place].name).text(&world.calendar.label(row.month));
                table.whole(row.electricity_kwh).whole(row.explosives_kg).whole(row.water_m3).end()?;
            }
        }
        if let Some(table) = &mut self.sales {
            for row in &sales {
                sale(table, world, row)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, _world: &World, state: &State) -> Result<Counts, SimulateError> {
        let tables = [&mut self.shipments, &mut self.production, &mut self.utilities, &mut self.sales, &mut self.waybills];
        for table in tables.into_iter().flatten() {
            table.flush()?;
        }
        vehicles(&self.folder, &state.fleet)?;
        Ok(Counts { tickets: self.tickets, quarantined: 0, repeated: 0 })
    }
}

fn ticket(table: &mut Table, world: &World, fleet: &Fleet, row: &Ticket) -> Result<(), SimulateError> {
    let (from, to) = (&world.basin.places[row.from as usize], &world.basin.places[row.to as usize]);
    let truck = &fleet.trucks[row.truck as usize];
    let ticket_no = number(world, row);
    let axles = row.axles_stated.then_some(i64::from(truck.axles));
    table
        .text(&ticket_no)
        .text(&printed(world, row.from as usize, row.number.0, row.pass))
        .text(row.product)
        .text(&truck.plate)
        .whole(axles)
        .text(&from.written)
        .text(&to.written);
    let weighed = |kg: i64| row.weighed.then_some(kg);
    table.minute(Some(row.loaded_at)).whole(weighed(row.gross_kg)).whole(weighed(row.tare_kg)).whole(Some(row.net_kg));
    table.minute(row.unloaded_at);
    table.whole(row.received_kg).whole(row.li2o_ppm).whole(row.moisture_ppm).point(row.loaded);
    for n in 0..4 {
        table.whole(row.traces.and_then(|traces| traces.get(n).map(|ppm| i64::from(*ppm))));
    }
    table.end()
}

fn permit(table: &mut Table, world: &World, row: &Permit) -> Result<(), SimulateError> {
    table.text(&printed(world, row.from, row.month, row.pass)).text(&world.basin.places[row.from].written).text(row.product.unwrap_or(""));
    table.whole(Some(row.allowed_kg)).text(&row.first.to_string()).text(&row.last.to_string()).end()
}

fn road_table(folder: &Path, world: &World) -> Result<(), SimulateError> {
    let mut table = Table::new(folder, "roads", "origin,destination,distance_m,minutes")?;
    for row in roads(world) {
        let (from, to) = (&world.basin.places[row.from], &world.basin.places[row.to]);
        table.text(&from.written).text(&to.written).whole(row.distance_m).whole(row.minutes).end()?;
    }
    table.flush()
}

fn sale(table: &mut Table, world: &World, row: &Sale) -> Result<(), SimulateError> {
    let yes = |flag: Option<bool>| flag.map_or("", |f| if f { "yes" } else { "no" });
    table.text(&row.contract_no).text(&row.date.to_string()).text(party(world, row.seller)).text(party(world, row.buyer)).text(row.product);
    table.whole(row.li2o_ppm).whole(Some(row.wet_kg)).whole(row.moisture_ppm).whole(Some(row.fen_per_t)).text(yes(row.vat_included));
    table
        .text(if row.delivered { "delivered" } else { "ex_works" })
        .whole(row.freight_fen_per_t)
        .whole(row.credit_days)
        .text(yes(row.related))
        .end()
}

/// The company of a place, as contracts name it.
pub(super) fn party(world: &World, place: usize) -> &str {
    let place = &world.basin.places[place];
    place.company.and_then(|c| world.basin.companies.get(c)).map_or(place.name.as_str(), |c| c.name.as_str())
}

fn companies(folder: &Path, world: &World) -> Result<(), SimulateError> {
    let mut table = Table::new(folder, "companies", "company_id,name,group_id")?;
    for row in &world.basin.companies {
        table.text(&row.credit_code).text(&row.name).text(row.group.as_deref().unwrap_or("")).end()?;
    }
    table.flush()
}

fn sites(folder: &Path, world: &World) -> Result<(), SimulateError> {
    let mut table = Table::new(folder, "sites", "site_id,name,kind,company_id,county,lat,lon,annual_capacity_kg_per_year,green_mine")?;
    for place in &world.basin.places {
        let (Some(kind), Some(company)) = (place.kind.id(), place.company.and_then(|c| world.basin.companies.get(c))) else { continue };
        table.text(&place.code).text(&place.name).text(kind).text(&company.credit_code).text(super::names::COUNTIES[place.county].0);
        table.point(Some(place.at)).whole(place.capacity_kg_per_year).text(place.green.unwrap_or("")).end()?;
    }
    table.flush()
}

fn licences(folder: &Path, world: &World) -> Result<(), SimulateError> {
    let header =
        "licence_no,site_id,holder_id,kind,minerals,approved_scale_kg_per_year,valid_from,valid_to,status,status_since,boundary,method";
    let mut table = Table::new(folder, "licences", header)?;
    for row in &world.licences {
        let place = &world.basin.places[row.place];
        let holder = place.company.and_then(|c| world.basin.companies.get(c)).map_or("", |c| c.credit_code.as_str());
        table.text(&row.number).text(&place.code).text(holder).text(if row.mining { "mining" } else { "exploration" });
        table.text(row.minerals.unwrap_or("")).whole(row.scale_kg).text(&row.from.to_string()).text(&row.to.to_string()).text(row.status);
        table.text(&row.since.map(|d| d.to_string()).unwrap_or_default()).quoted(&row.boundary.as_deref().map(wkt).unwrap_or_default());
        table.text(row.underground.map_or("", |u| if u { "underground" } else { "open_pit" })).end()?;
    }
    table.flush()
}

fn vehicles(folder: &Path, fleet: &Fleet) -> Result<(), SimulateError> {
    let mut table = Table::new(folder, "vehicles", "plate,class,axles,articulated,curb_kg,permitted_gross_kg")?;
    for truck in fleet.trucks.iter().filter(|t| t.registered()) {
        let articulated = truck.registered_articulated().map_or("", |yes| if yes { "yes" } else { "no" });
        let kg = truck.registered_kg();
        table.text(&truck.plate).text(truck.class()).whole(Some(i64::from(truck.registered_axles()))).text(articulated);
        table.whole(kg.map(|k| k.0)).whole(kg.map(|k| k.1)).end()?;
    }
    table.flush()
}

fn market_prices(folder: &Path, prices: &[MarketPrice]) -> Result<(), SimulateError> {
    let mut table = Table::new(folder, "market_prices", "date,series,price_fen_per_t")?;
    for row in prices {
        table.text(&row.date.to_string()).text(row.series).whole(Some(row.fen_per_t)).end()?;
    }
    table.flush()
}

impl Table {
    fn new(folder: &Path, name: &str, header: &str) -> Result<Self, SimulateError> {
        let path = folder.join(format!("{name}.csv"));
        let file = File::create(&path).map_err(|source| SimulateError::Write { path: path.clone(), source })?;
        let mut table = Self { path, file: BufWriter::with_capacity(1 << 20, file), line: Vec::new() };
        table.line.extend_from_slice(header.as_bytes());
        table.line.push(b',');
        table.end()?;
        Ok(table)
    }

    /// A text without commas and quotes; all words of the basin are such.
    fn text(&mut self, text: &str) -> &mut Self {
        self.line.extend_from_slice(text.as_bytes());
        self.line.push(b',');
        self
    }

    fn quoted(&mut self, text: &str) -> &mut Self {
        if text.is_empty() {
            return self.text("");
        }
        self.line.push(b'"');
        self.line.extend_from_slice(text.as_bytes());
        self.line.extend_from_slice(b"\",");
        self
    }

    fn whole(&mut self, number: Option<i64>) -> &mut Self {
        if let Some(number) = number {
            digits(&mut self.line, number);
        }
        self.line.push(b',');
        self
    }

    /// `2023-06-05 08:03:00`, Beijing.
    fn minute(&mut self, minute: Option<i64>) -> &mut Self {
        if let Some(minute) = minute {
            let day = i32::try_from(minute.div_euclid(1_440)).ok().and_then(date_of).unwrap_or_default();
            let of_day = minute.rem_euclid(1_440);
            push_date(&mut self.line, day);
            for (separator, number) in [(b' ', of_day / 60), (b':', of_day % 60), (b':', 0)] {
                self.line.push(separator);
                two(&mut self.line, number);
            }
        }
        self.line.push(b',');
        self
    }

    fn point(&mut self, point: Option<Point>) -> &mut Self {
        match point {
            Some(point) => self.text(&degrees(point.lat_e5)).text(&degrees(point.lon_e5)),
            None => self.text("").text(""),
        }
    }

    /// Ends the line; the comma after the last cell goes.
    fn end(&mut self) -> Result<(), SimulateError> {
        self.line.pop();
        self.line.push(b'\n');
        let written = self.file.write_all(&self.line);
        self.line.clear();
        written.map_err(|source| SimulateError::Write { path: self.path.clone(), source })
    }

    fn flush(&mut self) -> Result<(), SimulateError> {
        self.file.flush().map_err(|source| SimulateError::Write { path: self.path.clone(), source })
    }
}

fn push_date(line: &mut Vec<u8>, day: chrono::NaiveDate) {
    use chrono::Datelike as _;
    digits(line, i64::from(day.year()));
    for number in [day.month(), day.day()] {
        line.push(b'-');
        two(line, i64::from(number));
    }
}

fn two(line: &mut Vec<u8>, number: i64) {
    if number < 10 {
        line.push(b'0');
    }
    digits(line, number);
}

fn digits(line: &mut Vec<u8>, number: i64) {
    if number < 0 {
        line.push(b'-');
    }
    let start = line.len();
    let mut rest = number.unsigned_abs();
    loop {
        line.push(b'0' + u8::try_from(rest % 10).unwrap_or(0));
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if let Some(written) = line.get_mut(start..) {
        written.reverse();
    }
}

//! Which licences does the register of the basin hold?

use super::Calendar;
use super::basin::{Basin, Kind, Place, Point, Source};
use super::plant::Part;
use super::rng::Rng;
use chrono::{Datelike, Days, Months, NaiveDate};

/// A row of the register.
#[derive(Clone)]
pub(super) struct Licence {
    pub(super) number: String,
    pub(super) place: usize,
    pub(super) mining: bool,
    /// As written; `None`: not stated.
    pub(super) minerals: Option<&'static str>,
    pub(super) scale_kg: Option<i64>,
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
    pub(super) status: &'static str,
    pub(super) since: Option<NaiveDate>,
    pub(super) boundary: Option<Vec<Point>>,
    pub(super) underground: Option<bool>,
}

/// What an honest licence looks like; the parts change it.
struct Form<'a> {
    calendar: &'a Calendar,
    rng: Rng,
    place: usize,
    source: &'a Source,
    serial: u64,
}

/// The register, by site and number.
pub(super) fn register(basin: &Basin, calendar: &Calendar) -> Vec<Licence> {
    let mut licences = Vec::new();
    for (number, place) in basin.places.iter().enumerate() {
        let Some(source) = &place.source else { continue };
        let rng = Rng::of(basin.seed, "licence", number as u64);
        let form = Form { calendar, rng, place: number, source, serial: number as u64 * 10 };
        let mut own = of_place(place, source, form);
        if source.part.is_some_and(Part::shares_the_licence_before) {
            join(&mut own, licences.last());
        }
        licences.extend(own);
    }
    licences
}

/// The second site came under the licence of the first a year later: one number, one scale, a row of its own.
fn join(own: &mut [Licence], first: Option<&Licence>) {
    let Some(first) = first else { return };
    for licence in own {
        licence.number.clone_from(&first.number);
        licence.from = first.from.checked_add_months(Months::new(12)).unwrap_or(first.from);
        licence.to = first.to;
        licence.minerals = first.minerals;
        licence.scale_kg = first.scale_kg;
    }
}

fn of_place(place: &Place, source: &Source, mut form: Form) -> Vec<Licence> {
    if place.kind == Kind::Exploration {
        return vec![form.exploration()];
    }
    let Some(part) = source.part else { return Vec::new() };
    let mut licence = form.mining();
    licence.underground = Some(part.underground());
    match part {
        Part::NoLicence => return Vec::new(),
        Part::ExplorationOnly => return vec![form.exploration()],
        Part::LateLicence => licence.from = form.day(8, 1),
        Part::ExpiredMay => licence.to = form.day(5, 31),
        Part::ExpiredAugust => licence.to = form.day(8, 20),
        Part::EndedInTime => licence.to = form.day(4, 30),
        Part::Suspended => licence = stopped(licence, "suspended", form.day(3, 10)),
        Part::Revoked => licence = stopped(licence, "revoked", form.day(7, 1)),
        Part::ClosedInTime => licence = stopped(licence, "closed", form.day(10, 1)),
        Part::Feldspar | Part::FeldsparAndOre => licence.minerals = Some("长石"),
        Part::NoMinerals => licence.minerals = None,
        Part::NoBoundary => licence.boundary = None,
        Part::NineMonths => {
            licence.from = form.day(4, 1);
            licence.to = licence.to.max(form.day(12, 31));
        }
        Part::SharedOver | Part::Shared => {
            // Long enough ago that the second site came under it before the records begin.
            let years = Months::new(24);
            licence.from = licence.from.checked_sub_months(years).unwrap_or(licence.from);
        }
        Part::Renewed | Part::Raised | Part::RaisedOver | Part::TwoPits => return two(part, licence, source, &mut form),
        _ => {}
    }
    vec![licence]
}

/// Mines with two rows of the register.
fn two(part: Part, mut licence: Licence, source: &Source, form: &mut Form) -> Vec<Licence> {
    match part {
        Part::Renewed => {
            let mut renewed = form.mining();
            licence.to = form.day(6, 30);
            renewed.from = form.day(7, 1);
            renewed.underground = licence.underground;
            renewed.boundary.clone_from(&licence.boundary);
            renewed.scale_kg = licence.scale_kg.map(|kg| kg / 20_000 * 30_000);
            vec![licence, renewed]
        }
        Part::Raised | Part::RaisedOver => {
            // One licence, changed within its life: a row for each scale.
            let mut raised = licence.clone();
            licence.to = form.day(5, 31);
            licence.scale_kg = licence.scale_kg.map(|kg| kg / 20_000 * 10_000);
            raised.from = form.day(6, 1);
            vec![licence, raised]
        }
        Part::TwoPits => {
            let mut second = form.mining();
            second.underground = licence.underground;
            second.boundary = source.pits.get(1).cloned();
            second.scale_kg = licence.scale_kg.map(|kg| kg / 20_000 * 10_000);
            licence.scale_kg = licence.scale_kg.map(|kg| kg - kg / 20_000 * 10_000);
            vec![licence, second]
        }
        _ => vec![licence],
    }
}

fn stopped(licence: Licence, status: &'static str, since: NaiveDate) -> Licence {
    Licence { status, since: Some(since), ..licence }
}

impl Form<'_> {
    /// A day of the first calendar year.
    fn day(&self, month: u32, day: u32) -> NaiveDate {
        self.calendar.first.with_day(1).and_then(|d| d.with_month(month)).and_then(|d| d.with_day(day)).unwrap_or(self.calendar.first)
    }

    fn term(&mut self, years_before: (i64, i64), years_after: (i64, i64)) -> (NaiveDate, NaiveDate) {
        let year = self.calendar.first.year();
        let mut draw = |(low, high)| i32::try_from(self.rng.between(low, high)).unwrap_or(1);
        let (before, after) = (draw(years_before), draw(years_after));
        let (month, day) = (self.rng.between(1, 12), self.rng.between(1, 28));
        let at = |year: i32| {
            NaiveDate::from_ymd_opt(year, u32::try_from(month).unwrap_or(1), u32::try_from(day).unwrap_or(1)).unwrap_or(self.calendar.first)
        };
        let last = at(year + after + i32::try_from(self.calendar.months / 12).unwrap_or(0));
        (at(year - before), last.checked_sub_days(Days::new(1)).unwrap_or(last))
    }

    fn mining(&mut self) -> Licence {
        let (from, to) = self.term((1, 5), (2, 12));
        self.serial += 1;
        let minerals = if self.rng.below(3) == 0 { "瓷土、钽铌" } else { "瓷土" };
        Licence {
            // 采矿许可证: district, year and month, kind of mineral, kind of right, serial; 22 digits.
            number: format!("C369{:03}{}{:02}7130{:06}", self.place % 1000, from.year(), from.month(), 100_000 + self.serial),
            place: self.place,
            mining: true,
            minerals: Some(minerals),
            scale_kg: Some(self.source.scale_kg),
            from,
            to,
            status: "valid",
            since: None,
            boundary: self.source.pits.first().cloned(),
            underground: Some(false),
        }
    }

    fn exploration(&mut self) -> Licence {
        let (from, to) = self.term((1, 2), (2, 3));
        self.serial += 1;
        Licence {
            number: format!("T369{:03}{}{:02}03{:06}", self.place % 1000, from.year(), from.month(), 50_000 + self.serial),
            place: self.place,
            mining: false,
            minerals: Some("锂"),
            scale_kg: None,
            from,
            to,
            status: "valid",
            since: None,
            boundary: self.source.pits.first().cloned(),
            underground: None,
        }
    }
}

/// A ring as WKT in degrees, closed.
pub(super) fn wkt(ring: &[Point]) -> String {
    let corner = |p: &Point| format!("{} {}", degrees(p.lon_e5), degrees(p.lat_e5));
    let corners: Vec<String> = ring.iter().chain(ring.first()).map(corner).collect();
    format!("POLYGON(({}))", corners.join(", "))
}

/// 1e-5 degrees in writing.
pub(super) fn degrees(e5: i32) -> String {
    let sign = if e5 < 0 { "-" } else { "" };
    format!("{sign}{}.{:05}", e5.unsigned_abs() / 100_000, e5.unsigned_abs() % 100_000)
}

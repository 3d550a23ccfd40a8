//! Which trips left less time than the road takes? A ticket that arrives too soon, and a plate that loads again too soon.
//!
//! Clocks are corrected by the table `clocks`, and their errors allowed for. Errors of two clocks that were fitted together may go
//! hand in hand: they add. Clocks that nobody knows have nothing to do with each other: their squares add.

use super::Prepared;
use super::chain::{self, Clock, Roads, Trip, Trips};
use crate::engine::EngineError;
use crate::records::time::date_of;
use crate::rules::context::Context;
use chrono::NaiveDate;
use polars::prelude::*;

/// `plate, month, at_us, other_us, needed_us, taken_us, allowed_us`: the loading of the ticket and of the earlier one (missing: the
/// ticket contradicts itself), what the road takes at least, what the tickets leave, and what clocks may be wrong by. Needs the tables
/// `journeys` and `clocks`.
pub(super) static TABLE: Prepared = Prepared {
    name: "short_trips",
    parameters: &["handling_min", "clock_error_min", "time_error_min", "receipt_spread_min", "false_alarm"],
    make,
};

const SECOND_US: i64 = 1_000_000;

/// What policy allows for.
struct Allowed {
    handling_s: i64,
    clock_error_s: f64,
    time_error_s: f64,
    receipt_spread_s: i64,
    /// Standard errors that count.
    quantile: f64,
}

/// Too little time.
struct Short {
    plate: u32,
    month: i32,
    at_us: i64,
    other_us: Option<i64>,
    time: Time,
}

/// Needed, left and allowed for, microseconds.
#[derive(Clone, Copy)]
struct Time {
    needed_us: i64,
    taken_us: i64,
    allowed_us: i64,
}

impl Time {
    const fn beyond_us(self) -> i64 {
        self.needed_us - self.taken_us - self.allowed_us
    }
}

fn make(context: &Context) -> Result<DataFrame, EngineError> {
    let seconds = |name: &str| context.number(name).map(|minutes| minutes * 60);
    #[expect(clippy::cast_precision_loss, reason = "minutes of a policy and thousandths of a quantile")]
    let allowed = Allowed {
        handling_s: seconds("handling_min")?,
        clock_error_s: seconds("clock_error_min")? as f64,
        time_error_s: seconds("time_error_min")? as f64,
        receipt_spread_s: seconds("receipt_spread_min")?,
        quantile: context.quantile_thousandths("false_alarm")? as f64 / 1_000.0,
    };
    let roads = Roads::read(context.engine)?;
    let trips = chain::trips(context.engine, &roads)?;
    let mut short = Vec::new();
    let mut last: Option<&Trip> = None;
    for trip in &trips.all {
        if let Some(time) = too_early(trip, &roads, &allowed) {
            short.push(Short { plate: trip.plate, month: trip.month, at_us: trip.loaded_us, other_us: None, time });
        }
        if let Some(earlier) = last.filter(|l| l.plate == trip.plate)
            && let Some(time) = too_soon(earlier, trip, &roads, &allowed)
        {
            short.push(Short { plate: trip.plate, month: trip.month, at_us: trip.loaded_us, other_us: Some(earlier.loaded_us), time });
        }
        last = Some(trip);
    }
    frame(&trips, short)
}

/// The time of a trip that arrives sooner than the road allows.
fn too_early(trip: &Trip, roads: &Roads, allowed: &Allowed) -> Option<Time> {
    let (from, to) = trip.way()?;
    let least_s = roads.least_s(from, to)?;
    let unloaded_us = trip.unloaded_us()?;
    let (sender, receiver) = (roads.clock(from, trip.month), timely(roads.clock(to, trip.month), allowed)?);
    let taken_us = unloaded_us - trip.loaded_us - shift_us(sender, receiver);
    some_short(least_s, taken_us, allowed.clocks_us(sender, receiver))
}

/// The time between two loadings of a plate, where it could not be there again: whichever of both ways of telling says more.
fn too_soon(earlier: &Trip, trip: &Trip, roads: &Roads, allowed: &Allowed) -> Option<Time> {
    let ((from, to), here) = (earlier.way()?, trip.from()?);
    let (there_s, back_s) = (roads.least_s(from, to)?, roads.least_s(to, here)? + allowed.handling_s);
    let (sender, clock) = (roads.clock(from, trip.month), roads.clock(here, trip.month));
    // Two loadings at one place are told by one clock.
    let (shift, clocks_us) =
        if from == here { (0, allowed.one_clock_us()) } else { (shift_us(sender, clock), allowed.clocks_us(sender, clock)) };
    let by_loading = some_short(there_s + back_s, trip.loaded_us - earlier.loaded_us - shift, clocks_us);
    let by_unloading = earlier.unloaded_us().and_then(|unloaded_us| {
        let receiver = timely(roads.clock(to, earlier.month), allowed)?;
        let taken_us = trip.loaded_us - unloaded_us - shift_us(receiver, clock);
        some_short(back_s, taken_us, allowed.clocks_us(receiver, clock))
    });
    [by_loading, by_unloading].into_iter().flatten().max_by_key(|time| time.beyond_us())
}

/// A receiver's clock; `None`: its times scatter so much that they were typed in later.
fn timely(clock: Option<Clock>, allowed: &Allowed) -> Option<Option<Clock>> {
    let late = clock.and_then(|c| c.spread_s).is_some_and(|spread_s| spread_s > allowed.receipt_spread_s);
    (!late).then_some(clock)
}

/// How much later the second clock shows the same instant.
fn shift_us(first: Option<Clock>, second: Option<Clock>) -> i64 {
    let offset_s = |clock: Option<Clock>| clock.map_or(0, |c| c.offset_s);
    (offset_s(second) - offset_s(first)) * SECOND_US
}

fn some_short(needed_s: i64, taken_us: i64, allowed_us: i64) -> Option<Time> {
    let time = Time { needed_us: needed_s * SECOND_US, taken_us, allowed_us };
    (time.beyond_us() > 0).then_some(time)
}

impl Allowed {
    /// What two different clocks may be wrong by.
    fn clocks_us(&self, first: Option<Clock>, second: Option<Clock>) -> i64 {
        #[expect(clippy::cast_precision_loss, reason = "seconds of a clock")]
        let known = |clock: Option<Clock>| clock.map(|c| c.error_s as f64);
        let error_s = match (known(first), known(second)) {
            (Some(a), Some(b)) => a + b,
            (a, b) => a.unwrap_or(self.clock_error_s).hypot(b.unwrap_or(self.clock_error_s)),
        };
        self.in_us(error_s.hypot(self.time_error_s))
    }

    /// What one clock may be wrong by between two of its times.
    fn one_clock_us(&self) -> i64 {
        self.in_us(self.time_error_s)
    }

    fn in_us(&self, error_s: f64) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "some standard errors of a clock")]
        let micros = (error_s * self.quantile * 1e6) as i64;
        micros
    }
}

/// Sorted by plate and time: the table is the same whatever the order of rows was.
fn frame(trips: &Trips, short: Vec<Short>) -> Result<DataFrame, EngineError> {
    let mut rows: Vec<(&str, Short)> =
        short.into_iter().filter_map(|s| Some((trips.plates.get(usize::try_from(s.plate).ok()?)?.as_str(), s))).collect();
    rows.sort_by(|(a, x), (b, y)| (a, x.at_us, x.other_us, -x.time.beyond_us()).cmp(&(b, y.at_us, y.other_us, -y.time.beyond_us())));
    // Of several tickets of the same seconds the worst speaks.
    rows.dedup_by(|(a, x), (b, y)| (&*a, x.at_us, x.other_us) == (&*b, y.at_us, y.other_us));
    let whole = |name: &str, get: fn(&Short) -> Option<i64>| Column::new(name.into(), rows.iter().map(|(_, s)| get(s)).collect::<Vec<_>>());
    let months: Vec<Option<NaiveDate>> = rows.iter().map(|(_, s)| date_of(s.month)).collect();
    let columns = vec![
        Column::new("plate".into(), rows.iter().map(|(plate, _)| *plate).collect::<Vec<_>>()),
        Column::new("month".into(), months),
        whole("at_us", |s| Some(s.at_us)),
        whole("other_us", |s| s.other_us),
        whole("needed_us", |s| Some(s.time.needed_us)),
        whole("taken_us", |s| Some(s.time.taken_us)),
        whole("allowed_us", |s| Some(s.time.allowed_us)),
    ];
    Ok(DataFrame::new(rows.len(), columns)?)
}

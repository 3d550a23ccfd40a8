//! What is a truck's trip among its others? Narrow trips in the order in which each plate made them, and what the road takes.

use crate::engine::{Engine, EngineError, Rows};
use rayon::slice::ParallelSliceMut;
use std::collections::HashMap;

/// A place or plate that is none.
const NONE: u32 = u32::MAX;

/// One ticket, as narrow as it gets: there may be tens of millions. Sorted by plate, then by time; the rest only settles the
/// order of tickets of one second, so that no order of rows shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Trip {
    /// Number of the plate in [`Trips::plates`].
    pub(super) plate: u32,
    /// Loaded, microseconds since 1970.
    pub(super) loaded_us: i64,
    /// Unloaded; `i64::MIN`: not known.
    unloaded_us: i64,
    /// Site where it was loaded, and to which it went, numbers of [`Roads::sites`].
    from: u32,
    to: u32,
    /// First day of the Beijing month, days since 1970.
    pub(super) month: i32,
    net_kg: i64,
}

impl Trip {
    /// When it unloaded, if that is known.
    pub(super) fn unloaded_us(&self) -> Option<i64> {
        (self.unloaded_us != i64::MIN).then_some(self.unloaded_us)
    }

    /// From where to where, if both are sites.
    pub(super) fn way(&self) -> Option<(u32, u32)> {
        (self.from != NONE && self.to != NONE).then_some((self.from, self.to))
    }

    /// Where it was loaded, if that is a site.
    pub(super) fn from(&self) -> Option<u32> {
        (self.from != NONE).then_some(self.from)
    }
}

/// All trips with a time, by plate and time.
pub(super) struct Trips {
    pub(super) plates: Vec<String>,
    pub(super) all: Vec<Trip>,
}

/// Times at midnight in Beijing are dates without a time of day.
const TRIPS: &str = "
SELECT plate, month, origin_site, destination_site, net_kg, CAST(loaded_at AS BIGINT) AS loaded_us,
       CASE WHEN (CAST(unloaded_at AS BIGINT) + 28800000000) % 86400000000 <> 0 THEN CAST(unloaded_at AS BIGINT) END AS unloaded_us
FROM shipments
WHERE plate IS NOT NULL AND (CAST(loaded_at AS BIGINT) + 28800000000) % 86400000000 <> 0
";

/// Reads and sorts the trips.
pub(super) fn trips(engine: &Engine, roads: &Roads) -> Result<Trips, EngineError> {
    let frame = engine.sql(TRIPS)?;
    let whole = |name: &str| frame.column(name).and_then(|c| c.i64().cloned());
    let (plates, origins, destinations) =
        (frame.column("plate")?.str()?, frame.column("origin_site")?.str()?, frame.column("destination_site")?.str()?);
    let (loaded, unloaded, net) = (whole("loaded_us")?, whole("unloaded_us")?, whole("net_kg")?);
    let months = frame.column("month")?.date()?.physical();
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut names = Vec::new();
    let site = |name: Option<&str>| name.and_then(|n| roads.sites.get(n)).copied().unwrap_or(NONE);
    let places = origins.iter().zip(destinations.iter());
    let times = loaded.iter().zip(unloaded.iter());
    let rest = months.iter().zip(net.iter());
    let mut all = Vec::with_capacity(frame.height());
    for (((plate, (from, to)), (loaded_us, unloaded_us)), (month, net_kg)) in plates.iter().zip(places).zip(times).zip(rest) {
        let (Some(plate), Some(loaded_us), Some(month)) = (plate, loaded_us, month) else { continue };
        let plate = *numbers.entry(plate).or_insert_with(|| {
            names.push(plate.to_owned());
            u32::try_from(names.len() - 1).unwrap_or(NONE)
        });
        let unloaded_us = unloaded_us.unwrap_or(i64::MIN);
        all.push(Trip { plate, loaded_us, unloaded_us, from: site(from), to: site(to), month, net_kg: net_kg.unwrap_or(0) });
    }
    drop(frame);
    all.par_sort_unstable();
    Ok(Trips { plates: names, all })
}

/// A weighbridge's clock in a month, seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub(super) offset_s: i64,
    pub(super) error_s: i64,
    pub(super) spread_s: Option<i64>,
}

/// What the prepared tables `journeys` and `clocks` say, by numbers of sites.
pub(super) struct Roads {
    pub(super) sites: HashMap<String, u32>,
    least_s: HashMap<(u32, u32), i64>,
    clocks: HashMap<(u32, i32), Clock>,
}

impl Roads {
    /// Reads both tables.
    pub(super) fn read(engine: &Engine) -> Result<Self, EngineError> {
        let mut roads = Self { sites: HashMap::new(), least_s: HashMap::new(), clocks: HashMap::new() };
        let frame = engine.sql("SELECT from_site, to_site, least_s FROM journeys")?;
        let rows = Rows::new(&frame);
        for row in 0..frame.height() {
            if let (Some(from), Some(to), Some(least_s)) =
                (rows.text("from_site", row)?, rows.text("to_site", row)?, rows.integer("least_s", row)?)
            {
                let way = (roads.number(from), roads.number(to));
                roads.least_s.insert(way, least_s);
            }
        }
        let frame = engine.sql("SELECT site, month, offset_s, error_s, spread_s FROM clocks")?;
        let rows = Rows::new(&frame);
        for row in 0..frame.height() {
            if let (Some(site), Some(month), Some(offset_s), Some(error_s)) =
                (rows.text("site", row)?, rows.day("month", row)?, rows.integer("offset_s", row)?, rows.integer("error_s", row)?)
            {
                let key = (roads.number(site), crate::records::time::days_of(month));
                roads.clocks.insert(key, Clock { offset_s, error_s, spread_s: rows.integer("spread_s", row)? });
            }
        }
        Ok(roads)
    }

    fn number(&mut self, site: String) -> u32 {
        let next = u32::try_from(self.sites.len()).unwrap_or(NONE);
        *self.sites.entry(site).or_insert(next)
    }

    /// The least seconds from site to site.
    pub(super) fn least_s(&self, from: u32, to: u32) -> Option<i64> {
        self.least_s.get(&(from, to)).copied()
    }

    /// The clock of a site in a month.
    pub(super) fn clock(&self, site: u32, month: i32) -> Option<Clock> {
        self.clocks.get(&(site, month)).copied()
    }
}

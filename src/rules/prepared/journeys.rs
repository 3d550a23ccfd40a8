//! How far is it from place to place by road, and how long does a truck take at least? Pairs of sites, both directions.
//!
//! A row of the register `roads` is believed; elsewhere the geodesic between the two sites on WGS-84, less what a site is
//! across, times the policy's detour. A pair with neither has no row, and whoever joins this table judges nothing there.

use super::Prepared;
use crate::engine::{Engine, EngineError, Rows};
use crate::rules::context::Context;
use geo::{Distance, Geodesic, Point};
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// `from_site, to_site, straight_m, road_m, least_s`: metres through the air and by road, and the seconds that a truck needs at
/// least. `straight_m` is missing without coordinates, `road_m` where the register gives the time alone.
pub(super) static TABLE: Prepared = Prepared { name: "journeys", parameters: &["speed_kmh", "detour", "site_size_m"], make };

/// With no more sites than this every pair is made; with more only pairs that trucks drive. A quarter of a million distances take a
/// fraction of a second.
const ALL_PAIRS_SITES: usize = 500;

/// Sites of tickets, and where they lie. 0,0 is what a form without a position holds.
const SITES: &str = "
WITH seen AS (
  SELECT origin_site AS site FROM shipments WHERE origin_site IS NOT NULL GROUP BY origin_site
  UNION ALL
  SELECT destination_site AS site FROM shipments WHERE destination_site IS NOT NULL GROUP BY destination_site
)
SELECT u.site AS site, MIN(s.lat) AS lat, MIN(s.lon) AS lon
FROM (SELECT site FROM seen GROUP BY site) u JOIN sites s ON u.site = s.site_id
WHERE s.lat IS NULL OR s.lon IS NULL OR s.lat <> 0.0 OR s.lon <> 0.0
GROUP BY u.site
ORDER BY u.site
";

/// From where trucks unload to where they load, and their trips themselves.
const DRIVEN: &str = "
WITH legs AS (
  SELECT plate, origin_site AS a, destination_site AS b FROM shipments
  WHERE plate IS NOT NULL AND origin_site IS NOT NULL AND destination_site IS NOT NULL
  GROUP BY plate, origin_site, destination_site
)
SELECT x.b AS from_site, y.a AS to_site FROM legs x JOIN legs y ON x.plate = y.plate GROUP BY x.b, y.a
";

const ROADS: &str = "
SELECT origin_site AS from_site, destination_site AS to_site, MIN(distance_m) AS road_m, MIN(minutes) AS minutes
FROM roads
WHERE origin_site IS NOT NULL AND destination_site IS NOT NULL
GROUP BY origin_site, destination_site
";

/// What policy says of roads.
#[derive(Clone, Copy, Debug)]
struct Driving {
    speed_kmh: i64,
    /// Road over straight line, thousandths.
    detour: i64,
    /// From a site's coordinates to its weighbridge, m.
    site_size_m: i64,
}

/// A road of the register: metres, minutes.
type Road = (Option<i64>, Option<i64>);

/// A way from site to site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Journey {
    straight_m: Option<i64>,
    road_m: Option<i64>,
    least_s: i64,
}

fn make(context: &Context) -> Result<DataFrame, EngineError> {
    let driving = Driving {
        speed_kmh: context.number("speed_kmh")?.max(1),
        detour: context.number("detour")?,
        site_size_m: context.number("site_size_m")?,
    };
    let sites = sites(context.engine)?;
    let roads = roads(context.engine)?;
    let mut journeys: BTreeMap<(String, String), Journey> = BTreeMap::new();
    for (from, to) in pairs(context.engine, &sites, &roads)? {
        // A road is as long in the other direction, unless the register says otherwise.
        let road = roads.get(&(from.clone(), to.clone())).or_else(|| roads.get(&(to.clone(), from.clone())));
        let places = sites.get(&from).copied().flatten().zip(sites.get(&to).copied().flatten());
        if let Some(journey) = journey(driving, road.copied(), places, from == to) {
            journeys.insert((from, to), journey);
        }
    }
    frame(&journeys)
}

/// The least that the road takes; `None`: neither register nor coordinates say.
fn journey(driving: Driving, road: Option<Road>, places: Option<(Point, Point)>, same: bool) -> Option<Journey> {
    if same {
        return Some(Journey { straight_m: Some(0), road_m: Some(0), least_s: 0 });
    }
    let straight_m = places.map(|(from, to)| straight_m(from, to));
    let (metres, minutes) = road.unwrap_or((None, None));
    let by_coordinates = || straight_m.map(|m| (m - 2 * driving.site_size_m).max(0) * driving.detour / 1_000);
    let road_m = if metres.is_none() && minutes.is_none() { by_coordinates() } else { metres };
    let by_speed_s = road_m.map(|m| m * 3_600 / (driving.speed_kmh * 1_000));
    // Where distance and time are given, the shorter time is the one that accuses nobody wrongly.
    let least_s = [by_speed_s, minutes.map(|m| m * 60)].into_iter().flatten().min()?;
    Some(Journey { straight_m, road_m, least_s })
}

/// Whole metres on WGS-84 (Karney's geodesic).
fn straight_m(from: Point, to: Point) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "no two points of the earth are more than 20 004 km apart")]
    let metres = Geodesic.distance(from, to).round() as i64;
    metres
}

fn pairs(
    engine: &Engine,
    sites: &BTreeMap<String, Option<Point>>,
    roads: &BTreeMap<(String, String), Road>,
) -> Result<BTreeSet<(String, String)>, EngineError> {
    let mut pairs = BTreeSet::new();
    if sites.len() <= ALL_PAIRS_SITES {
        for from in sites.keys() {
            pairs.extend(sites.keys().map(|to| (from.clone(), to.clone())));
        }
        return Ok(pairs);
    }
    let frame = engine.sql(DRIVEN)?;
    let rows = Rows::new(&frame);
    for row in 0..frame.height() {
        if let (Some(from), Some(to)) = (rows.text("from_site", row)?, rows.text("to_site", row)?) {
            pairs.insert((to.clone(), from.clone()));
            pairs.insert((from, to));
        }
    }
    pairs.extend(sites.keys().map(|site| (site.clone(), site.clone())));
    pairs.extend(roads.keys().cloned());
    Ok(pairs)
}

fn sites(engine: &Engine) -> Result<BTreeMap<String, Option<Point>>, EngineError> {
    let frame = engine.sql(SITES)?;
    let rows = Rows::new(&frame);
    let mut sites = BTreeMap::new();
    for row in 0..frame.height() {
        if let Some(site) = rows.text("site", row)? {
            let place = rows.float("lon", row)?.zip(rows.float("lat", row)?);
            sites.insert(site, place.map(|(lon, lat)| Point::new(lon, lat)));
        }
    }
    Ok(sites)
}

fn roads(engine: &Engine) -> Result<BTreeMap<(String, String), Road>, EngineError> {
    let frame = engine.sql(ROADS)?;
    let rows = Rows::new(&frame);
    let mut roads = BTreeMap::new();
    for row in 0..frame.height() {
        if let (Some(from), Some(to)) = (rows.text("from_site", row)?, rows.text("to_site", row)?) {
            roads.insert((from, to), (rows.integer("road_m", row)?, rows.integer("minutes", row)?));
        }
    }
    Ok(roads)
}

fn frame(journeys: &BTreeMap<(String, String), Journey>) -> Result<DataFrame, EngineError> {
    let text = |get: fn(&(String, String)) -> &str| journeys.keys().map(get).collect::<Vec<_>>();
    let whole = |get: fn(&Journey) -> Option<i64>| journeys.values().map(get).collect::<Vec<_>>();
    let columns = vec![
        Column::new("from_site".into(), text(|k| &k.0)),
        Column::new("to_site".into(), text(|k| &k.1)),
        Column::new("straight_m".into(), whole(|j| j.straight_m)),
        Column::new("road_m".into(), whole(|j| j.road_m)),
        Column::new("least_s".into(), whole(|j| Some(j.least_s))),
    ];
    Ok(DataFrame::new(journeys.len(), columns)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRIVING: Driving = Driving { speed_kmh: 80, detour: 1_200, site_size_m: 500 };

    /// The test line of the geodetic datum manual of Australia (ICSM, GDA94 technical manual, chapter 4): Flinders Peak –
    /// Buninyong, 54 972.271 m on GRS80, which differs from WGS-84 by less than a tenth of a millimetre there.
    #[test]
    fn a_surveyed_line_has_its_published_length() {
        let degrees = |d: f64, m: f64, s: f64| d + m / 60.0 + s / 3_600.0;
        let flinders_peak = Point::new(degrees(144.0, 25.0, 29.524_40), -degrees(37.0, 57.0, 3.720_30));
        let buninyong = Point::new(degrees(143.0, 55.0, 35.383_90), -degrees(37.0, 39.0, 10.156_10));
        assert!((Geodesic.distance(flinders_peak, buninyong) - 54_972.271).abs() < 0.001);
        assert_eq!(straight_m(flinders_peak, buninyong), 54_972);
    }

    fn places() -> Option<(Point, Point)> {
        // One degree of the equator: 111 319.5 m on WGS-84.
        Some((Point::new(114.0, 0.0), Point::new(115.0, 0.0)))
    }

    #[test]
    fn coordinates_give_the_road_by_detour_and_the_least_time_by_speed() {
        let found = journey(DRIVING, None, places(), false).unwrap();
        assert_eq!(found, Journey { straight_m: Some(111_319), road_m: Some(132_382), least_s: 5_957 });
    }

    #[test]
    fn the_register_of_roads_is_believed_and_the_shorter_of_its_times_counts() {
        let of = |road: Road| journey(DRIVING, Some(road), places(), false).unwrap();
        assert_eq!(of((Some(160_000), None)).least_s, 7_200);
        assert_eq!(of((None, Some(100))), Journey { straight_m: Some(111_319), road_m: None, least_s: 6_000 });
        assert_eq!(of((Some(160_000), Some(100))).least_s, 6_000);
        assert_eq!(of((Some(80_000), Some(100))).least_s, 3_600);
        // The register alone is enough.
        assert_eq!(journey(DRIVING, Some((Some(80_000), None)), None, false).unwrap().least_s, 3_600);
    }

    #[test]
    fn without_register_and_coordinates_there_is_no_journey() {
        assert_eq!(journey(DRIVING, None, None, false), None);
        assert_eq!(journey(DRIVING, Some((None, None)), None, false), None);
        assert_eq!(journey(DRIVING, None, None, true).unwrap().least_s, 0);
    }

    #[test]
    fn neighbours_closer_than_the_size_of_their_sites_take_no_time() {
        let near = Some((Point::new(114.0, 28.0), Point::new(114.005, 28.0)));
        assert_eq!(journey(DRIVING, None, near, false).unwrap().least_s, 0);
    }
}

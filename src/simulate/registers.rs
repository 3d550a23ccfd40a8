//! Which roads does the register hold, with their lengths and the least time that they take?

use super::World;
use super::basin::Kind;

/// A road between two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Road {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) distance_m: Option<i64>,
    /// No truck is faster.
    pub(super) minutes: Option<i64>,
}

/// Roads that are in use, by places: of three weighbridges in four, some with a length only, some with a time only.
pub(super) fn roads(world: &World) -> Vec<Road> {
    let mut roads = Vec::new();
    for (from, place) in world.basin.places.iter().enumerate() {
        if place.kind == Kind::Unknown || from % 4 == 3 {
            continue;
        }
        let mut ends: Vec<usize> = place.to.iter().map(|(to, _)| *to).filter(|to| world.basin.places[*to].kind != Kind::Outside).collect();
        ends.sort_unstable();
        for to in ends {
            let distance_m = world.basin.road_m(from, to);
            // At 60 km/h, a whole minute less.
            let minutes = (distance_m / 1_000).max(1);
            let (length, time) = ((from + to) % 5 != 1, (from + to) % 5 < 3);
            roads.push(Road { from, to, distance_m: length.then_some(distance_m), minutes: time.then_some(minutes) });
        }
    }
    roads
}

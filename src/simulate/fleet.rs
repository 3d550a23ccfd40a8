//! Which trucks drive, and when does each of them load?

use super::constants::{DIVISION_KG, gross_limit_kg};
use super::plant::rate;
use super::rng::{Rng, down};

/// A truck.
pub(super) struct Truck {
    /// In its stored form.
    pub(super) plate: String,
    pub(super) axles: u8,
    pub(super) articulated: bool,
    pub(super) tare_kg: i64,
    pub(super) registered: bool,
    /// Whether the register says that it is articulated or not.
    pub(super) articulation_stated: bool,
    /// Carries too much now and then.
    pub(super) overloader: bool,
}

impl Truck {
    /// Class as on the 行驶证.
    pub(super) const fn class(&self) -> &'static str {
        if self.articulated { "重型半挂牵引车" } else { "重型自卸货车" }
    }

    /// The limit of its gross mass, kg.
    pub(super) const fn limit_kg(&self) -> i64 {
        gross_limit_kg(self.axles, self.articulated)
    }
}

/// All trucks; each serves one weighbridge, so that no two trips of a truck ever overlap.
#[derive(Default)]
pub(super) struct Fleet {
    pub(super) trucks: Vec<Truck>,
    /// Trucks of each weighbridge.
    pools: Vec<Vec<usize>>,
}

/// First and last minute of a day at which a truck may load.
const OPENS: i64 = 6 * 60 + 5;
const CLOSES: i64 = 18 * 60 + 40;

/// A day at one weighbridge: which truck loads next, and when.
pub(super) struct Shift {
    from: usize,
    first: usize,
    turn: usize,
    free_at: i64,
}

impl Fleet {
    pub(super) fn new(places: usize) -> Self {
        Self { trucks: Vec::new(), pools: vec![Vec::new(); places] }
    }

    /// A day at the weighbridge `from` begins; the trucks take turns in being first.
    pub(super) fn shift(&self, from: usize, day: i64, rng: &mut Rng) -> Shift {
        let pool = self.pools[from].len().max(1);
        let first = usize::try_from(day.rem_euclid(i64::try_from(pool).unwrap_or(1))).unwrap_or(0);
        Shift { from, first, turn: 0, free_at: OPENS + rng.between(0, 75) }
    }

    /// The truck that loads next and the minute of the day at which it leaves the weighbridge.
    pub(super) fn next(&mut self, shift: &mut Shift, seed: u64, rng: &mut Rng) -> (usize, i64) {
        if shift.free_at > CLOSES {
            shift.turn += 1;
            shift.free_at = OPENS + rng.between(0, 75);
        }
        let pool = self.pools[shift.from].len();
        let truck = if shift.turn < pool {
            self.pools[shift.from][(shift.first + shift.turn) % pool]
        } else {
            let number = self.trucks.len();
            self.trucks.push(build(seed, number));
            // Those that were first stay first: the new one stands where the turn has come to.
            self.pools[shift.from].insert(shift.first.min(pool), number);
            if pool > 0 {
                shift.first += 1;
            }
            number
        };
        (truck, shift.free_at)
    }

    /// The truck is back after so many minutes.
    pub(super) fn back_after(shift: &mut Shift, minutes: i64) {
        shift.free_at += minutes;
    }
}

fn build(seed: u64, number: usize) -> Truck {
    let mut rng = Rng::of(seed, "truck", number as u64);
    let overloader = rate::overloads(number);
    // Where nobody can say which limit holds, no load between the two is made: six axles have one limit.
    let (axles, articulated, tare_kg) = match rng.below(100) {
        n if n < 75 || overloader => (6, true, rng.between(15_600, 17_400)),
        75..85 => (5, true, rng.between(14_400, 15_800)),
        85..97 => (4, false, rng.between(12_900, 14_600)),
        _ => (3, false, rng.between(10_400, 11_900)),
    };
    Truck {
        plate: plate(number),
        axles,
        articulated,
        tare_kg: down(tare_kg, DIVISION_KG),
        registered: !rng.ppm(40_000) && !rate::unregistered(number),
        articulation_stated: !rng.ppm(30_000),
        overloader,
    }
}

/// Plates that never repeat: 7 919 and 240 000 have no common factor.
fn plate(number: usize) -> String {
    const LETTERS: &[u8; 24] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    const PREFIXES: [&str; 6] = ["赣C", "赣A", "湘A", "赣J", "赣K", "湘B"];
    let n = number % 240_000 * 7_919 % 240_000;
    let prefix = PREFIXES[number / 240_000 % PREFIXES.len()];
    format!("{prefix}{}{:04}", char::from(LETTERS[n / 10_000 % 24]), n % 10_000)
}

//! Which trucks drive, when does each of them load, and what does the register say of it?

use super::Plan;
use super::basin::Basin;
use super::constants::{DIVISION_KG, gross_limit_kg};
use super::plant::rate;
use super::rng::{Rng, down, spread};

/// A truck.
pub(super) struct Truck {
    /// In its stored form.
    pub(super) plate: String,
    /// Of the truck that drives, as its tickets say; the register of an odd plate says something else.
    pub(super) axles: u8,
    pub(super) articulated: bool,
    /// Its own mass with half a tank.
    pub(super) tare_kg: i64,
    /// What its plate is.
    pub(super) paper: Paper,
    /// Whether the register says that it is articulated or not.
    pub(super) articulation_stated: bool,
    /// Carries too much now and then.
    pub(super) overloader: bool,
    /// Its tare is set too low now and then.
    pub(super) drifts: bool,
}

/// What the register says of a plate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paper {
    /// What drives.
    Own,
    /// Nothing.
    None,
    /// No truck: a car, a motorcycle, an ambulance.
    Unfit(&'static str),
    /// A lorry of two axles that holds 10.8 t, and weighs as one; its tickets carry three times as much.
    Small,
}

/// Words of the register for what is no truck.
const UNFIT: [&str; 4] = ["小型轿车", "普通二轮摩托车", "救护车", "小型普通客车"];
/// Curb mass and permitted gross mass of the small lorry, kg.
const SMALL_KG: (i64, i64) = (7_200, 18_000);

/// Of all plates at strength 1: no truck; in no register; a small lorry. Ranges of the golden section.
const PLATES: [(&str, f64, f64); 3] =
    [("vehicle-unfit", 0.00, 0.012), ("vehicle-unfit", 0.12, 0.010), ("payload-implausible", 0.24, 0.015)];
/// Trucks whose tare drifts.
const DRIFTERS: (f64, f64) = (0.36, 0.03);
/// No share of plates becomes greater.
const MOST_PLATES: f64 = 0.12;

impl Truck {
    /// Class as on the 行驶证.
    pub(super) const fn class(&self) -> &'static str {
        match self.paper {
            Paper::Unfit(class) => class,
            Paper::Small => "重型普通货车",
            Paper::Own | Paper::None if self.articulated => "重型半挂牵引车",
            Paper::Own | Paper::None => "重型自卸货车",
        }
    }

    /// The limit of its gross mass, kg; what a small lorry is loaded to on paper.
    pub(super) const fn limit_kg(&self) -> i64 {
        if matches!(self.paper, Paper::Small) { 2 * SMALL_KG.1 } else { gross_limit_kg(self.axles, self.articulated) }
    }

    pub(super) fn registered(&self) -> bool {
        self.paper != Paper::None
    }

    /// Whether nothing is odd about it: other tickets may carry its plate.
    pub(super) fn ordinary(&self) -> bool {
        self.paper == Paper::Own && self.axles == 6 && !self.drifts
    }

    /// Axles of the register.
    pub(super) const fn registered_axles(&self) -> u8 {
        match self.paper {
            Paper::Unfit(_) | Paper::Small => 2,
            Paper::Own | Paper::None => self.axles,
        }
    }

    /// Whether it is articulated, by the register.
    pub(super) fn registered_articulated(&self) -> Option<bool> {
        match self.paper {
            Paper::Unfit(_) | Paper::Small => Some(false),
            Paper::Own | Paper::None => self.articulation_stated.then_some(self.articulated),
        }
    }

    /// Curb mass and permitted gross mass of the register, kg; a car's are not stated.
    pub(super) const fn registered_kg(&self) -> Option<(i64, i64)> {
        match self.paper {
            Paper::Unfit(_) => None,
            Paper::Small => Some(SMALL_KG),
            Paper::Own | Paper::None => Some((self.tare_kg, self.limit_kg())),
        }
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
    pub(super) fn next(&mut self, shift: &mut Shift, basin: &Basin, rng: &mut Rng) -> (usize, i64) {
        if shift.free_at > CLOSES {
            shift.turn += 1;
            shift.free_at = OPENS + rng.between(0, 75);
        }
        let pool = self.pools[shift.from].len();
        let truck = if shift.turn < pool {
            self.pools[shift.from][(shift.first + shift.turn) % pool]
        } else {
            let number = self.trucks.len();
            self.trucks.push(build(basin, number));
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

fn build(basin: &Basin, number: usize) -> Truck {
    let mut rng = Rng::of(basin.seed, "truck", number as u64);
    let overloader = rate::overloads(number);
    let (paper, drifts) = paper(&basin.plan, number);
    // Where nobody can say which limit holds, no load between the two is made: six axles have one limit.
    let (axles, articulated, tare_kg) = match rng.below(100) {
        n if n < 75 || overloader || paper != Paper::Own => (6, true, rng.between(15_600, 17_400)),
        75..85 => (5, true, rng.between(14_400, 15_800)),
        85..97 => (4, false, rng.between(12_900, 14_600)),
        _ => (3, false, rng.between(10_400, 11_900)),
    };
    Truck {
        plate: plate(number),
        axles,
        articulated,
        tare_kg: if paper == Paper::Small { SMALL_KG.0 } else { down(tare_kg, DIVISION_KG) },
        paper,
        articulation_stated: !rng.ppm(30_000),
        overloader,
        drifts,
    }
}

/// What is odd about the plate of this number, and whether the truck's tare drifts.
fn paper(plan: &Plan, number: usize) -> (Paper, bool) {
    let [unfit, nameless, small] = PLATES
        .map(|(rule, from, share)| plan.strength(rule).is_some_and(|strength| spread(number, from, (share * strength).min(MOST_PLATES))));
    let drifts = plan.plants("tare-drift") && spread(number, DRIFTERS.0, DRIFTERS.1);
    // Among those that carry too much, too, there is a plate that no register holds.
    let strength = plan.strength("vehicle-unfit").unwrap_or(0.0);
    let nameless = nameless || (strength >= 0.5 && rate::unregistered(number));
    let paper = match (unfit, nameless, small) {
        (true, ..) => Paper::Unfit(UNFIT[number % UNFIT.len()]),
        (_, true, _) => Paper::None,
        (.., true) => Paper::Small,
        _ => Paper::Own,
    };
    (paper, drifts)
}

/// Plates that never repeat: 7 919 and 240 000 have no common factor.
fn plate(number: usize) -> String {
    const LETTERS: &[u8; 24] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    const PREFIXES: [&str; 6] = ["赣C", "赣A", "湘A", "赣J", "赣K", "湘B"];
    let n = number % 240_000 * 7_919 % 240_000;
    let prefix = PREFIXES[number / 240_000 % PREFIXES.len()];
    format!("{prefix}{}{:04}", char::from(LETTERS[n / 10_000 % 24]), n % 10_000)
}

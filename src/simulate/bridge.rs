//! What is each weighbridge like? Its clock, its passes, what it writes down: honest habits, and no finding in any of them.

use super::basin::Kind;
use super::rng::{Rng, spread};

/// A weighbridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bridge {
    pub(super) passes: Passes,
    /// Whether it writes down what arrives.
    pub(super) receipts: bool,
    /// Whether it writes gross and tare beside net.
    pub(super) gross: bool,
    /// How far its clock is ahead, minutes.
    pub(super) clock_min: i64,
}

/// How it is on the electronic pass system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passes {
    /// Not at all.
    None,
    /// A pass a trip, from this month of the records on.
    Trip { from_month: u32 },
    /// A pass for all that leaves in ten days, in the register with its tonnes.
    Batch,
}

/// Clocks of so many weighbridges are wrong.
const WRONG_CLOCKS: f64 = 0.12;
/// By so many minutes.
const WRONG_MIN: (i64, i64) = (8, 25);

/// The weighbridge of place `n`.
pub(super) fn of(seed: u64, n: usize, kind: Kind) -> Bridge {
    let mut rng = Rng::of(seed, "clock", n as u64);
    let fast = rng.below(2) == 0;
    let minutes = rng.between(WRONG_MIN.0, WRONG_MIN.1);
    let wrong = spread(n, 0.55, WRONG_CLOCKS) && kind.id().is_some();
    let receives = matches!(kind, Kind::Stockyard | Kind::Concentrator | Kind::Smelter | Kind::Trader | Kind::SlagUser);
    Bridge {
        passes: passes(n, kind),
        receipts: receives && n % 8 != 5,
        gross: !(matches!(kind, Kind::Stockyard | Kind::Trader) && n % 6 == 4),
        clock_min: match (wrong, fast) {
            (false, _) => 0,
            (true, true) => minutes,
            (true, false) => -minutes,
        },
    }
}

/// Every second weighbridge is on the pass system; some joined it later than the others.
const fn passes(n: usize, kind: Kind) -> Passes {
    let may = matches!(kind, Kind::Mine | Kind::Stockyard | Kind::Concentrator | Kind::Smelter | Kind::Trader);
    match (may, n % 2, n % 6, n % 10) {
        (true, 0, 0, _) => Passes::Batch,
        (true, 0, _, 4) => Passes::Trip { from_month: 3 },
        (true, 0, ..) => Passes::Trip { from_month: 0 },
        _ => Passes::None,
    }
}

impl Bridge {
    /// What its clock adds to a time, minutes: always the same, and a wrong one jumps by a minute now and then.
    pub(super) fn clock(&self, rng: &mut Rng) -> i64 {
        if self.clock_min == 0 { 0 } else { self.clock_min + rng.between(-1, 1) }
    }
}

//! How does the guide price follow the assessed price? The 浮动机制: hold, limit, round, carry. (Method, section 7.)
//!
//! Architecture Invariant: guide + carry = clamp(assessed), in integers, always. The accounting is of *levels*: the gap to
//! the previous guide price is measured anew each period. Accounting of flows (sum of changes, forfeited at the bounds)
//! ratchets: a price that fell below the floor and came back would end above where it stood.

use crate::records::decimal::{divide_half_even, parse_scaled};
use crate::records::units::PPM;

/// A bound on a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// A share of the previous guide price, ppm.
    SharePpm(i64),
    /// An amount, fen/t.
    Amount(i64),
    /// No bound.
    None,
}

impl Limit {
    /// `"2 %"`, `"50 yuan/t"` (also `元/吨`, `元/t`) or `"none"`; `None` for anything else, and for what is not above zero.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "none" {
            return Some(Self::None);
        }
        let number = |unit: &str| text.strip_suffix(unit).map(str::trim_end);
        if let Some(pct) = number("%") {
            return parse_scaled(pct.as_bytes(), 4, 1).ok().filter(|ppm| *ppm > 0).map(Self::SharePpm);
        }
        let yuan = ["yuan/t", "元/吨", "元/t"].iter().find_map(|unit| number(unit))?;
        parse_scaled(yuan.as_bytes(), 2, 1).ok().filter(|fen| *fen > 0).map(Self::Amount)
    }

    /// The bound in millionths of a fen, of a previous price; `None`: no bound.
    fn micro(self, previous: i64) -> Option<i128> {
        match self {
            Self::SharePpm(ppm) => Some(i128::from(ppm) * i128::from(previous)),
            Self::Amount(amount) => Some(i128::from(amount) * i128::from(PPM)),
            Self::None => None,
        }
    }
}

/// The parameters; all amounts in one integer unit (fen/t; a finer one serves as well, the arithmetic is exact).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mechanism {
    /// A smaller move is held.
    pub trigger: Limit,
    /// A larger move is limited.
    pub max_step: Limit,
    /// Prices are multiples of it.
    pub tick: i64,
    /// Lowest price; a multiple of the tick.
    pub floor: i64,
    /// Highest price; a multiple of the tick.
    pub ceiling: i64,
}

/// What the mechanism did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The first price: rounded.
    Init,
    /// Below the trigger: held, the gap carried.
    Hold,
    /// Followed: rounded.
    Adjust,
    /// Limited to the largest step.
    MaxStep,
}

/// A guide price and how it came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guide {
    /// Guide price, on the tick.
    pub guide: i64,
    /// `clamp(assessed) - guide`.
    pub carry: i64,
    /// What was done.
    pub act: Act,
    /// Whether the assessed price was outside floor and ceiling.
    pub bound: bool,
}

impl Guide {
    /// `init`, `hold`, `adjust` or `maxstep`, with `+bound` where floor or ceiling applied.
    #[must_use]
    pub fn says(&self) -> String {
        let act = match self.act {
            Act::Init => "init",
            Act::Hold => "hold",
            Act::Adjust => "adjust",
            Act::MaxStep => "maxstep",
        };
        if self.bound { format!("{act}+bound") } else { act.to_owned() }
    }
}

/// The guide price after an assessed price: clamp it to floor and ceiling, measure the gap to the previous guide price, hold
/// below the trigger, else move by at most the largest step. A full move is rounded to the tick half to even, a limited one
/// toward the previous price, so that rounding never exceeds the limit.
#[must_use]
pub fn step(m: &Mechanism, previous: Option<i64>, assessed: i64) -> Guide {
    let clamped = assessed.min(m.ceiling).max(m.floor);
    let bound = clamped != assessed;
    let done = |guide: i64, act: Act| Guide { guide, carry: clamped - guide, act, bound };
    let Some(previous) = previous else { return done(round(clamped, m.tick), Act::Init) };
    let gap_micro = (i128::from(clamped) - i128::from(previous)) * i128::from(PPM);
    if m.trigger.micro(previous).is_some_and(|trigger| gap_micro.abs() < trigger) {
        return done(previous, Act::Hold);
    }
    match m.max_step.micro(previous) {
        Some(limit) if gap_micro.abs() > limit => done(limited(previous, limit * gap_micro.signum(), m.tick), Act::MaxStep),
        _ => done(round(clamped, m.tick), Act::Adjust),
    }
}

/// An amount on the tick, half to even.
fn round(amount: i64, tick: i64) -> i64 {
    let ticks = divide_half_even(i128::from(amount), i128::from(tick.max(1)), false);
    i64::try_from(ticks * i128::from(tick.max(1))).unwrap_or(amount)
}

/// The previous price plus a step in millionths, on the tick nearer to the previous price.
fn limited(previous: i64, step_micro: i128, tick: i64) -> i64 {
    let target = i128::from(previous) * i128::from(PPM) + step_micro;
    let tick_micro = i128::from(tick.max(1)) * i128::from(PPM);
    let down = target.div_euclid(tick_micro);
    let ticks = if step_micro >= 0 || target.rem_euclid(tick_micro) == 0 { down } else { down + 1 };
    i64::try_from(ticks * i128::from(tick.max(1))).unwrap_or(previous)
}

/// A computed amount on the tick, half to even.
pub(super) fn to_tick(amount: f64, tick: i64) -> i64 {
    round_to_integer(amount / super::normalise::float(tick.max(1))).saturating_mul(tick.max(1))
}

/// A computed amount as an integer, half to even.
pub(crate) fn round_to_integer(amount: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates; prices are far below 2^63")]
    let whole = amount.round_ties_even() as i64;
    whole
}

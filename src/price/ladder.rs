//! On which rung of the ladder does a price stand? Printed with every price. (Method, section 6.)

use super::policy_state::Ladder;

/// On what a price rests, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// L1: the class's own sales of the period, of sellers enough.
    OwnPeriod,
    /// L2: the period's level, and the class's sales of the last periods.
    Window,
    /// L3: the period's level; the class stands where its sisters stand.
    Sisters,
    /// L4: no level of the period: the state with today's netback.
    Carried,
    /// L5: the same, too old for settlement.
    Indicative,
    /// L6: no price.
    Suspended,
}

impl Rung {
    /// `L1` to `L6`.
    #[must_use]
    pub const fn level(self) -> &'static str {
        match self {
            Rung::OwnPeriod => "L1",
            Rung::Window => "L2",
            Rung::Sisters => "L3",
            Rung::Carried => "L4",
            Rung::Indicative => "L5",
            Rung::Suspended => "L6",
        }
    }

    /// As stored.
    #[must_use]
    pub const fn basis(self) -> &'static str {
        match self {
            Rung::OwnPeriod => super::assess::OWN_PERIOD,
            Rung::Window => super::assess::WINDOW,
            Rung::Sisters => super::assess::SISTERS,
            Rung::Carried => super::assess::CARRIED,
            Rung::Indicative => super::assess::INDICATIVE,
            Rung::Suspended => super::assess::NONE,
        }
    }
}

/// The rung of a class.
///
/// - `age`: periods since the last one with a centre of its own, 0 for this one; `None`: there was none yet.
/// - `own`: whether the class's own sales of this period come from sellers enough.
/// - `estimated`: whether its sales of the window do.
#[must_use]
pub fn rung(age: Option<u32>, own: bool, estimated: bool, ladder: &Ladder) -> Rung {
    match age {
        None => Rung::Suspended,
        Some(0) if own => Rung::OwnPeriod,
        Some(0) if estimated => Rung::Window,
        Some(0) => Rung::Sisters,
        Some(age) if age <= ladder.carry_periods => Rung::Carried,
        Some(age) if age <= ladder.carry_periods.saturating_add(ladder.indicative_periods) => Rung::Indicative,
        Some(_) => Rung::Suspended,
    }
}

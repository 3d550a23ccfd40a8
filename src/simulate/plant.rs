//! What does each mine do that it may or may not do, and when?
//!
//! Planted violations stand well beyond the limits, near misses well within, honest mines below 92 % of the scale a year
//! and 10.5 % a month. What follows from a plant elsewhere (a mine whose licence expired in May also passes its pro-rata
//! scale) is not written here: `truth` finds it in the records. A part whose rules are not planted plays `Honest`; legal
//! parts that look like violations always play.

use super::Plan;

/// The part that a mine plays in the first calendar year. Mines beyond the list are honest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Keeps every limit.
    Honest,
    /// Open pit, some 20 % over the year's scale in small steps, and loads outside its boundary in three months.
    OverYear,
    /// Declares 90 % of the scale, dispatches 114 %.
    Hidden,
    /// Underground, some 35 % over the year's scale with three heavy months.
    HazardYear,
    /// Underground, two months above 20 % of the annual scale; the year is within.
    HazardMonth,
    /// Underground, 14 % over the year and one month at 18 %: over scale, no hazard.
    NearHazard,
    /// Open pit, two months above the month's share; loads outside its boundary in two months.
    OverMonth,
    /// 96.5 % of the year and one month at 12 %: within.
    NearLimits,
    /// Never had a licence; digs from April to June.
    NoLicence,
    /// Digs from June, licensed from August.
    LateLicence,
    /// Licence ended on 31 May; digs on until September.
    ExpiredMay,
    /// Licence ended on 20 August; digs on until October.
    ExpiredAugust,
    /// Licence ended on 30 April; its last truck left on that day.
    EndedInTime,
    /// Suspended from 10 March; digs on until June.
    Suspended,
    /// Revoked on 1 July; digs on until September.
    Revoked,
    /// Closed on 1 October; its last truck left the day before.
    ClosedInTime,
    /// A mine that holds an exploration right only; ships from May to July.
    ExplorationOnly,
    /// Licensed for feldspar; ships lithium ore instead.
    Feldspar,
    /// Licensed for feldspar and ships it; lithium ore in two months.
    FeldsparAndOre,
    /// Its licence names no minerals: unknown, no finding.
    NoMinerals,
    /// Its licence has no boundary: no finding, wherever it loads.
    NoBoundary,
    /// Two licences with a pit each.
    TwoPits,
    /// Renewed on 1 July without a gap, with a greater scale.
    Renewed,
    /// Scale doubled on 1 June: far above the old one, within what both allow.
    Raised,
    /// Scale doubled on 1 June, and some 14 % above what both allow.
    RaisedOver,
    /// The first of two sites under one licence number, together some 24 % over its scale, twice what lay in
    /// their heaps; each alone is far within.
    SharedOver,
    /// The second of them.
    SharedOverToo,
    /// The first of two sites under one licence number, together within its scale.
    Shared,
    /// The second of them.
    SharedToo,
    /// Licensed from 1 April; within what nine months allow.
    NineMonths,
    /// Some 12 % over the year's scale in even steps: on course to pass it in autumn.
    OnCourse,
    /// Within its scale; declares 72 % of what its trucks carry.
    UnderDeclared,
    /// Digs 45 % more than it declares and dispatches from August to November.
    HiddenAutumn,
    /// Digs half as much again as it declares and dispatches from May to July.
    HiddenSpring,
    /// Its tickets cover ore of another deposit from March to October; declares only what it dug.
    CoverOpen,
    /// Its tickets cover ore of another deposit from June to September; declares all of it as its own.
    CoverPaper,
}

const PARTS: [Part; 35] = [
    Part::OverYear,
    Part::Hidden,
    Part::HazardYear,
    Part::HazardMonth,
    Part::NearHazard,
    Part::OverMonth,
    Part::NearLimits,
    Part::NoLicence,
    Part::LateLicence,
    Part::ExpiredMay,
    Part::ExpiredAugust,
    Part::EndedInTime,
    Part::Suspended,
    Part::Revoked,
    Part::ClosedInTime,
    Part::ExplorationOnly,
    Part::Feldspar,
    Part::FeldsparAndOre,
    Part::NoMinerals,
    Part::NoBoundary,
    Part::TwoPits,
    Part::Renewed,
    Part::Raised,
    Part::RaisedOver,
    Part::SharedOver,
    Part::SharedOverToo,
    Part::Shared,
    Part::SharedToo,
    Part::NineMonths,
    Part::OnCourse,
    Part::UnderDeclared,
    Part::HiddenAutumn,
    Part::HiddenSpring,
    Part::CoverOpen,
    Part::CoverPaper,
];

/// The part of the mine of this number, from 0.
pub(super) fn part(mine: usize, plan: &Plan) -> Part {
    PARTS.get(mine).copied().filter(|part| part.strength(plan).is_some()).unwrap_or(Part::Honest)
}

impl Part {
    /// Whether it digs below ground.
    pub(super) const fn underground(self) -> bool {
        matches!(self, Self::HazardYear | Self::HazardMonth | Self::NearHazard)
    }

    /// The rules that it is planted for; none: it is legal.
    const fn rules(self) -> &'static [&'static str] {
        match self {
            Self::OverYear => &["over-scale-year", "quota-exhausted"],
            Self::Hidden | Self::NearHazard | Self::RaisedOver | Self::SharedOver | Self::SharedOverToo => &["over-scale-year"],
            Self::HazardYear | Self::HazardMonth => &["over-scale-hazard"],
            Self::OverMonth => &["over-scale-month"],
            Self::OnCourse => &["over-scale-forecast"],
            Self::NoLicence => &["licence-none", "value-of-illegal", "bought-illegal"],
            Self::LateLicence => &["licence-none"],
            Self::ExpiredMay | Self::ExpiredAugust => &["licence-expired"],
            Self::Suspended | Self::Revoked => &["licence-suspended"],
            Self::ExplorationOnly => &["exploration-ore"],
            Self::Feldspar | Self::FeldsparAndOre => &["mineral-not-approved"],
            Self::UnderDeclared => &["under-declared"],
            Self::HiddenAutumn | Self::HiddenSpring => &["proxy-mismatch"],
            Self::CoverOpen => &["licensed-cover"],
            Self::CoverPaper => &["licensed-cover", "assay-foreign"],
            _ => &[],
        }
    }

    /// How strongly it is planted; 0 for what is legal, `None` if it is not.
    pub(super) fn strength(self, plan: &Plan) -> Option<f64> {
        let rules = self.rules();
        if rules.is_empty() { Some(0.0) } else { rules.iter().find_map(|rule| plan.strength(rule)) }
    }

    /// Whether it comes under the licence of the mine before it.
    pub(super) const fn shares_the_licence_before(self) -> bool {
        matches!(self, Self::SharedOverToo | Self::SharedToo)
    }

    /// Whether monthly returns come in: nobody without papers files one, and the suspended mine stops.
    pub(super) const fn files_return(self, first_year: bool, month: u32) -> bool {
        match self {
            Self::NoLicence | Self::ExplorationOnly => false,
            Self::Suspended => first_year && month <= 2,
            _ => true,
        }
    }

    /// Whether feldspar is what it ships in this month instead of lithium ore.
    pub(super) const fn ships_feldspar(self, month: u32) -> bool {
        matches!(self, Self::FeldsparAndOre) && !matches!(month, 5 | 9)
    }

    /// Whether what it declares is what its trucks carried, ore of others among it.
    pub(super) const fn declares_foreign_ore(self) -> bool {
        matches!(self, Self::CoverPaper)
    }
}

/// Months in which the mine of this number loads outside its boundary, if such loads are planted.
pub(super) fn outside_in(mine: usize, plan: &Plan, month: u32) -> bool {
    let months: &[u32] = match mine {
        0 => &[3, 6, 9],
        5 => &[4, 10],
        _ => &[],
    };
    plan.plants("outside-boundary") && months.contains(&month)
}

/// Shares of tickets on which a fault of its own kind stands at strength 1, and what looks like one and is none.
pub(super) mod rate {
    /// Whether the truck of this number carries too much now and then: every fortieth.
    pub(in super::super) const fn overloads(truck: usize) -> bool {
        truck % 40 == 7
    }
    /// Whether it is one of those that no register holds: with its axles unwritten nobody can say that it carried too much.
    pub(in super::super) const fn unregistered(truck: usize) -> bool {
        truck % 160 == 47
    }
    /// Their trips that do.
    pub(in super::super) const OVERLOAD: f64 = 0.15;
    /// The receiver weighs at least 4 % less.
    pub(in super::super) const MISMATCH: f64 = 0.000_7;
    /// Net is at least 200 kg off gross less tare.
    pub(in super::super) const NET_OFF: f64 = 0.000_5;
    /// Of a million: net is half a division off: no fault.
    pub(in super::super) const NET_NEAR: u64 = 400;
    /// A number that an earlier ticket has.
    pub(in super::super) const REUSED: f64 = 0.000_6;
    /// Of the tickets of a mine in a month of loading outside.
    pub(in super::super) const OUTSIDE: f64 = 0.25;
    /// Of a million: at the boundary, as far as GPS strays: no fault.
    pub(in super::super) const EDGE: u64 = 3_000;
    /// Of the tickets of a weighbridge that prints tickets for what never crossed it.
    pub(in super::super) const NOT_DISPATCHED: f64 = 0.15;
    /// Of the tickets of a way on which trucks vanish.
    pub(in super::super) const NOT_RECEIVED: f64 = 0.25;
    /// Of the tickets of a weighbridge that lets trucks go without a pass.
    pub(in super::super) const NO_PASS: f64 = 0.08;
    /// Passes that are shown again, of a weighbridge where that is done.
    pub(in super::super) const PASS_AGAIN: f64 = 0.012;
    /// Passes of ten days for less than was taken out.
    pub(in super::super) const PASS_SHORT: f64 = 0.08;
    /// A ticket under the plate of a truck that was elsewhere.
    pub(in super::super) const CLONED_PLATE: f64 = 0.003;
    /// A trip over a long road that arrives at once.
    pub(in super::super) const EARLY: f64 = 0.006;
    /// One day of too many trips so many tickets.
    pub(in super::super) const TOO_MANY_EVERY: f64 = 4_500.0;
}

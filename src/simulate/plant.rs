//! What does each mine do that it may or may not do, and when?
//!
//! Planted violations stand well beyond the limits, near misses well within, honest mines below 92 % of the scale a year
//! and 10.5 % a month. What follows from a plant elsewhere (a mine whose licence expired in May also passes its pro-rata
//! scale) is not written here: `truth` finds it in the records.

use super::rng::Rng;

/// The part that a mine plays in the first calendar year. The first 19 mines play the planted ones; the rest are honest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Keeps every limit.
    Honest,
    /// Open pit, some 17 % over the year's scale in small steps, and loads outside its boundary in three months.
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
}

const PARTS: [Part; 22] = [
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
];

/// The part of the mine of this number, from 0.
pub(super) fn part(mine: usize) -> Part {
    PARTS.get(mine).copied().unwrap_or(Part::Honest)
}

impl Part {
    /// Whether it digs below ground.
    pub(super) const fn underground(self) -> bool {
        matches!(self, Self::HazardYear | Self::HazardMonth | Self::NearHazard)
    }

    /// First and last month of ore in the first year.
    const fn season(self) -> (u32, u32) {
        match self {
            Self::NoLicence => (4, 6),
            Self::LateLicence => (6, 12),
            Self::ExpiredMay | Self::Revoked => (1, 9),
            Self::ExpiredAugust => (1, 10),
            Self::EndedInTime => (1, 4),
            Self::Suspended => (1, 6),
            Self::ClosedInTime => (1, 9),
            Self::ExplorationOnly => (5, 7),
            _ => (1, 12),
        }
    }

    /// Whether it goes on digging after the first year.
    const fn goes_on(self) -> bool {
        let (_, last) = self.season();
        last == 12
    }

    /// Whether monthly returns come in: nobody without papers files one, and the suspended mine stops.
    pub(super) const fn files_return(self, first_year: bool, month: u32) -> bool {
        match self {
            Self::NoLicence | Self::ExplorationOnly => false,
            Self::Suspended => first_year && month <= 2,
            _ => true,
        }
    }

    /// Months in which it loads outside its boundary.
    pub(super) const fn outside_in(self, month: u32) -> bool {
        match self {
            Self::OverYear => matches!(month, 3 | 6 | 9),
            Self::OverMonth => matches!(month, 4 | 10),
            _ => false,
        }
    }

    /// Whether feldspar is what it ships in this month instead of lithium ore.
    pub(super) const fn ships_feldspar(self, month: u32) -> bool {
        matches!(self, Self::FeldsparAndOre) && !matches!(month, 5 | 9)
    }

    /// Output of a month in ppm of the annual scale, by month of the year; `year` counts from the first.
    pub(super) fn shares_ppm(self, year: u32, seed: u64, mine: usize) -> [i64; 12] {
        let mut rng = Rng::of(seed, "share", u64::from(year) * 1000 + mine as u64);
        let mut shares = [0i64; 12];
        if year > 0 && !self.goes_on() {
            return shares;
        }
        let (first, last) = if year == 0 { self.season() } else { (1, 12) };
        let use_ppm = self.use_ppm(&mut rng);
        for (share, month) in shares.iter_mut().zip(1u32..) {
            let noisy = use_ppm * WEIGHTS[(month as usize - 1) % 12] / 12_000 * rng.between(970, 1030) / 1000;
            if (first..=last).contains(&month) {
                *share = self.special_ppm(month).unwrap_or_else(|| noisy.min(HONEST_MONTH_PPM));
            }
        }
        if matches!(self, Self::NearLimits) {
            let rest: i64 = shares.iter().sum::<i64>() - shares[6];
            for (share, _) in shares.iter_mut().zip(1u32..).filter(|(_, month)| *month != 7) {
                *share = *share * (965_000 - 120_000) / rest.max(1);
            }
        }
        shares
    }

    /// Use of the scale a year, ppm, months with a figure of their own not counted.
    fn use_ppm(self, rng: &mut Rng) -> i64 {
        match self {
            Self::OverYear => 1_220_000,
            Self::Hidden => 1_150_000,
            Self::HazardYear => 1_190_000,
            Self::HazardMonth => 450_000,
            Self::NearHazard => 1_050_000,
            Self::OverMonth => 600_000,
            Self::NearLimits => 920_000,
            Self::LateLicence => 480_000,
            Self::ExpiredMay => 880_000,
            Self::ExpiredAugust => 600_000,
            Self::EndedInTime | Self::ClosedInTime => 820_000,
            Self::Suspended => 720_000,
            Self::Revoked => 480_000,
            Self::NoLicence | Self::ExplorationOnly => 700_000,
            Self::Renewed => 800_000,
            _ => rng.between(600_000, 860_000),
        }
    }

    /// Heavy months, ppm of the annual scale.
    const fn special_ppm(self, month: u32) -> Option<i64> {
        match (self, month) {
            (Self::HazardYear, 4 | 7 | 10) => Some(175_000),
            (Self::HazardMonth, 6) => Some(240_000),
            (Self::HazardMonth, 11) => Some(230_000),
            (Self::NearHazard, 3) => Some(180_000),
            (Self::OverMonth, 5) => Some(155_000),
            (Self::OverMonth, 8) => Some(160_000),
            (Self::NearLimits, 7) => Some(120_000),
            _ => None,
        }
    }

    /// What is declared of a month's output, ppm of it.
    pub(super) const fn declared_ppm(self) -> i64 {
        if matches!(self, Self::Hidden) { 790_000 } else { 1_000_000 }
    }
}

/// An honest month stays below this, ppm of the annual scale.
const HONEST_MONTH_PPM: i64 = 103_000;

/// Seasons: the weeks around the spring festival are quiet. Thousandths; their sum is 12 000.
const WEIGHTS: [i64; 12] = [920, 720, 1040, 1050, 1050, 1030, 1020, 1020, 1050, 1040, 1050, 1010];

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
    pub(in super::super) const NOT_DISPATCHED: f64 = 0.05;
    /// Of the tickets to a place at which trucks never arrive.
    pub(in super::super) const NOT_RECEIVED: f64 = 0.03;
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

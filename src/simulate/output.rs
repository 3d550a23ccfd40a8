//! How much does each mine dig, declare and cover in each month?
//!
//! Shares of the annual scale in ppm. A strength of 1 is the figure in the part's description; strength scales what is beyond
//! the limit, or the whole of what may not be dug at all.

use super::Calendar;
use super::basin::{Kind, Place, Source};
use super::plant::Part;
use super::rng::{Rng, float, round};

/// An honest month stays below this, ppm of the annual scale.
const HONEST_MONTH_PPM: f64 = 103_000.0;
/// How much a month differs from its season, relative.
const MONTH: f64 = 0.05;
/// And at most.
const MONTH_MOST: f64 = 0.10;
/// Seasons: the weeks around the spring festival are quiet. Thousandths; their sum is 12 000.
const WEIGHTS: [f64; 12] = [920.0, 720.0, 1040.0, 1050.0, 1050.0, 1030.0, 1020.0, 1020.0, 1050.0, 1040.0, 1050.0, 1010.0];
/// What a licence whose scale doubles on 1 June allows in a year of 365 days, in ppm of the greater scale.
const RAISED_PPM: f64 = 793_150.0;

/// How a year's output is laid down.
enum Use {
    /// So much of the scale in a year of twelve months, ppm; shorter seasons dig less.
    Rate(f64),
    /// So much in all, ppm, months with a figure of their own among it.
    Total(f64),
}

/// Planned output over the calendar, in the unit of `scale_kg`.
pub(super) fn planned(place: &Place, source: &Source, seed: u64, calendar: &Calendar) -> f64 {
    let month = |i: u32| share_ppm(place, source, seed, calendar, i) + foreign_ppm(source, calendar, i);
    (0..calendar.months).map(|i| float(month(i)) / 1e6 * float(source.scale_kg)).sum()
}

/// Output of a source in month `i` of the calendar, ppm of its scale; also of months after the records end.
pub(super) fn share_ppm(place: &Place, source: &Source, seed: u64, calendar: &Calendar, i: u32) -> i64 {
    let (year, month) = calendar.month(i);
    let since = year.abs_diff(calendar.month(0).0);
    let in_month = |months: &[u32]| if months.contains(&month) { round(1e6 * source.strength) } else { 0 };
    match (place.kind, source.part) {
        (_, Some(part)) => shares_ppm(part, source.strength, since, seed, source.mine)[(month as usize - 1) % 12],
        (Kind::Exploration, _) => in_month([&[3, 4][..], &[7, 8, 9], &[10]][source.mine % 3]),
        (Kind::Construction, _) => in_month(&[2, 5, 6]),
        (Kind::Restoration, _) => in_month([&[4, 9][..], &[11]][source.mine % 2]),
        (Kind::Unknown, _) => in_month([&[2, 3, 8][..], &[6, 7], &[5, 10, 11, 12], &[1, 4]][source.mine % 4]),
        _ => 0,
    }
}

/// Ore of another deposit that leaves under a mine's tickets in month `i` of the calendar, ppm of the mine's scale.
pub(super) fn foreign_ppm(source: &Source, calendar: &Calendar, i: u32) -> i64 {
    let ppm = match (source.part, calendar.month(i).1) {
        (Some(Part::CoverOpen), 3..=10) => 50_000.0,
        (Some(Part::CoverPaper), 6..=9) => 75_000.0,
        _ => 0.0,
    };
    round(ppm * source.strength)
}

/// What is dug beyond what is declared and dispatched, as a share of it.
pub(super) fn hidden_share(part: Part, strength: f64, month: u32) -> f64 {
    match (part, month) {
        (Part::HiddenAutumn, 8..=11) => 0.45 * strength,
        (Part::HiddenSpring, 5..=7) => 0.50 * strength,
        _ => 0.0,
    }
}

/// What is declared of a month's output, ppm of it.
pub(super) fn declared_ppm(part: Part, strength: f64) -> i64 {
    match part {
        // Nine tenths of the scale, whatever the trucks carry.
        Part::Hidden => round(900_000.0 / (1.0 + 0.14 * strength)),
        Part::UnderDeclared => round(1e6 * (1.0 - 0.28 * strength).max(0.05)),
        _ => 1_000_000,
    }
}

/// Output by month of the year, ppm of the annual scale; `year` counts from the first.
fn shares_ppm(part: Part, strength: f64, year: u32, seed: u64, mine: usize) -> [i64; 12] {
    let mut rng = Rng::of(seed, "share", u64::from(year) * 1_000 + mine as u64);
    let (first, last) = season(part);
    if year > 0 && last < 12 {
        return [0; 12];
    }
    let (first, last) = if year == 0 { (first, last) } else { (1, 12) };
    let used = used(part, strength, year, &mut rng);
    let rate = match used {
        Use::Rate(ppm) | Use::Total(ppm) => ppm,
    };
    let mut shares = [0.0; 12];
    for ((share, weight), month) in shares.iter_mut().zip(WEIGHTS).zip(1u32..) {
        let noise = 1.0 + (MONTH * rng.gauss()).clamp(-MONTH_MOST, MONTH_MOST);
        if (first..=last).contains(&month) {
            *share = rate * weight / 12_000.0 * noise * season_share(part, year, month);
        }
    }
    match used {
        Use::Total(total) => fit(&mut shares, part, strength, total),
        Use::Rate(_) => shares.iter_mut().for_each(|share| *share = share.min(HONEST_MONTH_PPM)),
    }
    for (share, month) in shares.iter_mut().zip(1u32..) {
        *share = special_ppm(part, strength, month).unwrap_or(*share * illegal_factor(part, strength, year, month));
    }
    shares.map(round)
}

/// Brings the months without a figure of their own to what is left of the total.
fn fit(shares: &mut [f64; 12], part: Part, strength: f64, total: f64) {
    let special: f64 = (1..=12).filter_map(|month| special_ppm(part, strength, month)).sum();
    let free = |month: u32| special_ppm(part, strength, month).is_none();
    let rest: f64 = shares.iter().zip(1u32..).filter(|(_, month)| free(*month)).map(|(share, _)| share).sum();
    let factor = (total - special).max(0.0) / rest.max(1.0);
    shares.iter_mut().for_each(|share| *share *= factor);
}

/// First and last month of ore in the first year.
const fn season(part: Part) -> (u32, u32) {
    match part {
        Part::NoLicence => (4, 6),
        Part::LateLicence => (6, 12),
        Part::ExpiredMay | Part::Revoked | Part::ClosedInTime => (1, 9),
        Part::ExpiredAugust => (1, 10),
        Part::EndedInTime => (1, 4),
        Part::Suspended => (1, 6),
        Part::ExplorationOnly => (5, 7),
        Part::NineMonths => (4, 12),
        _ => (1, 12),
    }
}

/// Until the scale is doubled, half is dug.
const fn season_share(part: Part, year: u32, month: u32) -> f64 {
    if matches!(part, Part::Raised | Part::RaisedOver) && year == 0 && month < 6 { 0.5 } else { 1.0 }
}

/// Months that may not be dug at all grow with the strength.
fn illegal_factor(part: Part, strength: f64, year: u32, month: u32) -> f64 {
    let illegal = match part {
        Part::NoLicence | Part::ExplorationOnly | Part::Feldspar => true,
        Part::LateLicence => month < 8,
        Part::ExpiredMay => month > 5,
        Part::ExpiredAugust => month > 8,
        Part::Suspended => month > 2,
        Part::Revoked => month > 6,
        Part::FeldsparAndOre => !part.ships_feldspar(month),
        _ => false,
    };
    if illegal && (year == 0 || matches!(part, Part::Feldspar | Part::FeldsparAndOre)) { strength } else { 1.0 }
}

/// Use of the scale.
fn used(part: Part, strength: f64, year: u32, rng: &mut Rng) -> Use {
    let raised_ppm = if year == 0 { RAISED_PPM } else { 1e6 };
    match part {
        Part::OverYear => Use::Total(1_000_000.0 + 200_000.0 * strength),
        Part::Hidden | Part::NearHazard => Use::Total(1_000_000.0 + 140_000.0 * strength),
        Part::HazardYear => Use::Total(1_200_000.0 + 150_000.0 * strength),
        Part::OnCourse => Use::Total(1_000_000.0 + 120_000.0 * strength),
        Part::RaisedOver => Use::Total(raised_ppm * (1.0 + 0.14 * strength)),
        Part::Raised => Use::Total(raised_ppm * 0.88),
        Part::SharedOver => Use::Total(520_000.0 + 120_000.0 * strength),
        Part::SharedOverToo => Use::Total(480_000.0 + 120_000.0 * strength),
        Part::Shared => Use::Total(450_000.0),
        Part::SharedToo => Use::Total(420_000.0),
        Part::NearLimits => Use::Total(965_000.0),
        Part::HazardMonth => Use::Rate(450_000.0),
        Part::OverMonth | Part::ExpiredAugust => Use::Rate(600_000.0),
        Part::LateLicence | Part::Revoked => Use::Rate(480_000.0),
        Part::ExpiredMay => Use::Rate(880_000.0),
        Part::EndedInTime | Part::ClosedInTime => Use::Rate(820_000.0),
        Part::Suspended => Use::Rate(720_000.0),
        Part::NoLicence | Part::ExplorationOnly => Use::Rate(700_000.0),
        Part::Renewed | Part::UnderDeclared => Use::Rate(800_000.0),
        Part::NineMonths => Use::Rate(780_000.0),
        Part::HiddenAutumn | Part::HiddenSpring => Use::Rate(620_000.0),
        Part::CoverOpen => Use::Rate(420_000.0),
        Part::CoverPaper => Use::Rate(400_000.0),
        _ => Use::Rate(rng.range(600_000.0, 860_000.0)),
    }
}

/// Heavy months, ppm of the annual scale.
fn special_ppm(part: Part, strength: f64, month: u32) -> Option<f64> {
    match (part, month) {
        (Part::HazardYear, 4 | 7 | 10) => Some(175_000.0),
        (Part::HazardMonth, 6) => Some(200_000.0 + 40_000.0 * strength),
        (Part::HazardMonth, 11) => Some(200_000.0 + 30_000.0 * strength),
        (Part::NearHazard, 3) => Some(180_000.0),
        (Part::OverMonth, 5) => Some(125_000.0 + 30_000.0 * strength),
        (Part::OverMonth, 8) => Some(125_000.0 + 35_000.0 * strength),
        (Part::NearLimits, 7) => Some(120_000.0),
        _ => None,
    }
}

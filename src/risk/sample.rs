//! Which rights are drawn for a spot check? Anyone with the list and the published seed draws the same.
//!
//! 1. Regions are counties (without that stratum: all rights together). Of n = max(⌈share × N⌉, regions) draws every region gets one,
//!    then each next draw goes to the region with the largest W / (2k + 1), where k is what it has and W the sum of its rights, each
//!    counted as often as policy says of its level of risk (Sainte-Laguë's divisors; a region never gets more than it has rights;
//!    of equals the first by name).
//! 2. In a region the levels of risk are its strata, the highest first; while it has more strata than draws the two lowest are
//!    merged, so that no right is without a chance. Each stratum gets one draw, then the rest by the same divisors.
//! 3. A right has as many lots as policy says of its level (one where levels are no stratum). Lot k, from 1, is the SHA-256 of the
//!    UTF-8 text `seed|licence number|k` (lower-case hex): `printf %s 'SEED|NUMBER|1' | sha256sum`. A right stands by the smallest of
//!    its lots, compared as text; in a stratum the rights with the smallest are drawn.
//!
//! In a stratum of one level every right has the chance draws / rights. A merged stratum has one draw, and a right of it the chance
//! lots of the right / lots of the stratum: so higher risk is drawn more often there too. A right weighs the inverse of its chance in
//! an estimate for the whole.

use super::policy::RiskPolicy;
use crate::rules::finding::Severity;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A mining right that may be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Right {
    /// Licence number.
    pub licence_no: String,
    /// Its sites, by id.
    pub sites: Vec<String>,
    /// Names of the sites.
    pub names: Vec<String>,
    /// County; empty: the register has none.
    pub county: String,
    /// The highest level of its sites.
    pub risk: Severity,
    /// The highest score of its sites, kg.
    pub score_kg: i64,
    /// Status in the latest row of the register.
    pub status: String,
    /// Last day in the register, ISO 8601.
    pub valid_to: String,
}

/// By what rights are sorted before they are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strata {
    /// County.
    pub county: bool,
    /// Level of risk.
    pub risk: bool,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw<'a> {
    /// Share of rights, millionths.
    pub share_ppm: u32,
    /// The published seed.
    pub seed: &'a str,
    /// Strata.
    pub strata: Strata,
}

/// A right that is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drawn {
    /// The right.
    #[serde(flatten)]
    pub right: Right,
    /// Name of its stratum: county and levels, `袁州区/high`.
    pub stratum: String,
    /// Rights in the stratum.
    pub stratum_rights: u64,
    /// Draws in the stratum.
    pub stratum_draws: u64,
    /// Its chance to be drawn, as a fraction.
    pub chance: (u64, u64),
    /// Place in the stratum by hash, from 1.
    pub rank: u64,
    /// The smallest of its lots, hex.
    pub sha256: String,
}

/// A draw, with what is needed to check it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// The published seed.
    pub seed: String,
    /// Rights that could be drawn.
    pub rights: u64,
    /// Share asked for, millionths.
    pub share_ppm: u32,
    /// SHA-256 of the list of rights: lines `number<tab>county<tab>level<line feed>`, by number.
    pub frame_sha256: String,
    /// What is drawn, by stratum and rank.
    pub drawn: Vec<Drawn>,
}

/// A group of rights that gets draws.
struct Group<'a> {
    name: String,
    rights: Vec<&'a Right>,
    /// Rights, each as often as policy counts it.
    weight: u64,
    draws: u64,
}

/// A lot of a right: SHA-256 of `seed|licence number|k`, lower-case hex.
#[must_use]
pub fn lot(seed: &str, licence_no: &str, k: u32) -> String {
    hex(format!("{seed}|{licence_no}|{k}").as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// As stored and as the list of rights names it.
#[must_use]
pub const fn level_id(level: Severity) -> &'static str {
    match level {
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
    }
}

/// A right's line of the list that [`Sample::frame_sha256`] is taken over.
#[must_use]
pub fn frame_line(right: &Right) -> String {
    format!("{}\t{}\t{}\n", right.licence_no, right.county, level_id(right.risk))
}

/// Draws. `rights` may stand in any order; a licence number stands there once.
#[must_use]
pub fn draw(rights: &[Right], asked: &Draw, policy: &RiskPolicy) -> Sample {
    let mut sorted: Vec<&Right> = rights.iter().collect();
    sorted.sort_by(|a, b| a.licence_no.cmp(&b.licence_no));
    let frame: String = sorted.iter().map(|r| frame_line(r)).collect();
    let mut regions = regions(&sorted, asked.strata, policy);
    let wanted = (sorted.len() as u64 * u64::from(asked.share_ppm)).div_ceil(1_000_000).min(sorted.len() as u64);
    allocate(&mut regions, wanted);
    let mut drawn = Vec::new();
    for region in &regions {
        for stratum in strata(region, asked.strata, policy) {
            drawn.extend(of_stratum(&stratum, asked, policy));
        }
    }
    Sample {
        seed: asked.seed.to_owned(),
        rights: sorted.len() as u64,
        share_ppm: asked.share_ppm,
        frame_sha256: hex(frame.as_bytes()),
        drawn,
    }
}

/// How many lots a right has.
fn lots(right: &Right, strata: Strata, policy: &RiskPolicy) -> u32 {
    if strata.risk { policy.times(right.risk) } else { 1 }
}

fn weight(rights: &[&Right], strata: Strata, policy: &RiskPolicy) -> u64 {
    rights.iter().map(|r| u64::from(lots(r, strata, policy))).sum()
}

fn regions<'a>(rights: &[&'a Right], strata: Strata, policy: &RiskPolicy) -> Vec<Group<'a>> {
    let mut regions: BTreeMap<&str, Vec<&Right>> = BTreeMap::new();
    for right in rights {
        regions.entry(if strata.county { &right.county } else { "" }).or_default().push(right);
    }
    let group = |(name, rights): (&str, Vec<&'a Right>)| {
        let weight = weight(&rights, strata, policy);
        Group { name: name.to_owned(), rights, weight, draws: 0 }
    };
    regions.into_iter().map(group).collect()
}

/// One draw for every group, then each next one to the group with the largest weight / (2 draws + 1).
fn allocate(groups: &mut [Group], wanted: u64) {
    groups.iter_mut().for_each(|group| group.draws = 1);
    for _ in groups.len() as u64..wanted {
        let mut best: Option<&mut Group> = None;
        for group in groups.iter_mut().filter(|g| g.draws < g.rights.len() as u64) {
            let more = |best: &&mut Group| {
                u128::from(group.weight) * u128::from(2 * best.draws + 1) > u128::from(best.weight) * u128::from(2 * group.draws + 1)
            };
            if best.as_ref().is_none_or(more) {
                best = Some(group);
            }
        }
        if let Some(group) = best {
            group.draws += 1;
        }
    }
}

/// The strata of a region with their draws, the highest risk first.
fn strata<'a>(region: &Group<'a>, strata: Strata, policy: &RiskPolicy) -> Vec<Group<'a>> {
    const LEVELS: [Severity; 3] = [Severity::High, Severity::Medium, Severity::Low];
    let mut levels: Vec<(String, Vec<&Right>)> = Vec::new();
    if strata.risk {
        for level in LEVELS {
            let of_level: Vec<&Right> = region.rights.iter().filter(|r| r.risk == level).copied().collect();
            if !of_level.is_empty() {
                levels.push((level_id(level).to_owned(), of_level));
            }
        }
    } else {
        levels.push(("all".to_owned(), region.rights.clone()));
    }
    while levels.len() as u64 > region.draws {
        let Some((lowest, rights)) = levels.pop() else { break };
        if let Some((name, above)) = levels.last_mut() {
            name.push('+');
            name.push_str(&lowest);
            above.extend(rights);
        }
    }
    let name = |levels: &str| if region.name.is_empty() { levels.to_owned() } else { format!("{}/{levels}", region.name) };
    let mut groups: Vec<Group> = levels
        .into_iter()
        .map(|(levels, rights)| Group { name: name(&levels), weight: weight(&rights, strata, policy), rights, draws: 0 })
        .collect();
    allocate(&mut groups, region.draws);
    groups
}

fn of_stratum(stratum: &Group, asked: &Draw, policy: &RiskPolicy) -> Vec<Drawn> {
    let smallest = |right: &Right| {
        let all = (1..=lots(right, asked.strata, policy)).map(|k| lot(asked.seed, &right.licence_no, k));
        all.min().unwrap_or_default()
    };
    let mut ranked: Vec<(String, &Right)> = stratum.rights.iter().map(|r| (smallest(r), *r)).collect();
    let first = stratum.rights.first().map(|r| r.risk);
    let mixed = asked.strata.risk && stratum.rights.iter().any(|r| Some(r.risk) != first);
    let chance = |right: &Right| match mixed {
        true => (u64::from(lots(right, asked.strata, policy)), stratum.weight),
        false => (stratum.draws, stratum.rights.len() as u64),
    };
    ranked.sort_by(|a, b| (&a.0, &a.1.licence_no).cmp(&(&b.0, &b.1.licence_no)));
    let drawn = ranked.into_iter().zip(1_u64..).take_while(|(_, rank)| *rank <= stratum.draws);
    drawn
        .map(|((sha256, right), rank)| Drawn {
            right: right.clone(),
            stratum: stratum.name.clone(),
            stratum_rights: stratum.rights.len() as u64,
            stratum_draws: stratum.draws,
            chance: chance(right),
            rank,
            sha256,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use proptest::prelude::*;

    fn policy() -> RiskPolicy {
        RiskPolicy::load(&Policy::builtin().unwrap()).unwrap()
    }

    fn right(licence_no: &str, county: &str, risk: Severity) -> Right {
        Right {
            licence_no: licence_no.to_owned(),
            sites: vec!["M1".to_owned()],
            names: vec!["矿".to_owned()],
            county: county.to_owned(),
            risk,
            score_kg: 0,
            status: "valid".to_owned(),
            valid_to: "2030-01-01".to_owned(),
        }
    }

    const BOTH: Strata = Strata { county: true, risk: true };

    fn numbers(sample: &Sample) -> Vec<&str> {
        sample.drawn.iter().map(|d| d.right.licence_no.as_str()).collect()
    }

    /// Hashes by `printf %s '2023-Q3|L1|1' | sha256sum` (coreutils).
    #[test]
    fn a_lot_is_what_sha256sum_says() {
        assert_eq!(lot("2023-Q3", "L1", 1), "699af437ff2aabdccda5417127504428edd953a788b2494da6f0a787c89f2cbe");
        assert_eq!(lot("种子", "C3600002023017130000001", 3), "631fe90608c00cddb5e0c39777d311189264a1705e72383bfc135f8bbf767d93");
    }

    #[test]
    fn higher_risk_gets_more_draws_and_every_county_has_one() {
        let mut rights: Vec<Right> = (0..10).map(|i| right(&format!("A{i}"), "甲县", Severity::Low)).collect();
        rights.extend((0..10).map(|i| right(&format!("B{i}"), "甲县", Severity::High)));
        rights.push(right("C0", "乙县", Severity::Low));
        let sample = draw(&rights, &Draw { share_ppm: 400_000, seed: "s", strata: BOTH }, &policy());
        // ⌈0.4 × 21⌉ = 9: one for 乙县, eight for 甲县, of which 30 / (10 + 30) at high risk: six.
        let in_stratum = |name: &str| sample.drawn.iter().filter(|d| d.stratum == name).count();
        assert_eq!((in_stratum("乙县/low"), in_stratum("甲县/high"), in_stratum("甲县/low")), (1, 6, 2));
    }

    #[test]
    fn levels_without_a_draw_of_their_own_are_merged_so_that_every_right_has_a_chance() {
        let rights: Vec<Right> = [("A", Severity::High), ("B", Severity::Medium), ("C", Severity::Low), ("D", Severity::Low)]
            .map(|(n, level)| right(n, "甲县", level))
            .into();
        let sample = draw(&rights, &Draw { share_ppm: 500_000, seed: "s", strata: BOTH }, &policy());
        let strata: Vec<(&str, u64, u64)> = sample.drawn.iter().map(|d| (d.stratum.as_str(), d.stratum_rights, d.stratum_draws)).collect();
        assert_eq!(strata, [("甲县/high", 1, 1), ("甲县/medium+low", 3, 1)]);
        // B has two of the four lots.
        let chance = |drawn: &Drawn| if drawn.right.licence_no == "B" { (2, 4) } else { (1, 4) };
        assert_eq!((sample.drawn[0].chance, sample.drawn[1].chance), ((1, 1), chance(&sample.drawn[1])));
    }

    /// The share of seeds that draw a right is its chance: 600 seeds, four standard errors.
    #[test]
    fn a_right_is_drawn_as_often_as_its_chance_says() {
        let rights: Vec<Right> =
            [("A", Severity::High), ("B", Severity::Medium), ("C", Severity::Low)].map(|(n, level)| right(n, "甲县", level)).into();
        let drawn = |n: &str| {
            let one = |seed: u32| {
                draw(&rights, &Draw { share_ppm: 333_333, seed: &seed.to_string(), strata: BOTH }, &policy()).drawn[0].right.licence_no == n
            };
            (0..600).filter(|seed| one(*seed)).count() as f64
        };
        for (n, chance) in [("A", 3.0 / 6.0), ("B", 2.0 / 6.0), ("C", 1.0 / 6.0)] {
            let (mean, sd) = (600.0 * chance, (600.0_f64 * chance * (1.0 - chance)).sqrt());
            assert!((drawn(n) - mean).abs() < 4.0 * sd, "{n}: {} of 600, chance {chance}", drawn(n));
        }
    }

    proptest! {
        #[test]
        fn a_draw_has_at_least_its_share_and_every_county_and_does_not_depend_on_order(
            levels in prop::collection::vec((0..4_usize, 0..3_usize), 1..80), share_ppm in 1..=1_000_000_u32, seed in "[a-z0-9]{1,8}", county in any::<bool>(), risk in any::<bool>()
        ) {
            let rights: Vec<Right> = levels.iter().enumerate().map(|(i, (county, level))| {
                right(&format!("L{i:03}"), ["甲县", "乙县", "丙县", ""][*county], [Severity::High, Severity::Medium, Severity::Low][*level])
            }).collect();
            let asked = Draw { share_ppm, seed: &seed, strata: Strata { county, risk } };
            let sample = draw(&rights, &asked, &policy());
            let all: std::collections::BTreeSet<&str> = rights.iter().map(|r| r.county.as_str()).collect();
            let least = (rights.len() as u64 * u64::from(share_ppm)).div_ceil(1_000_000);
            let n = sample.drawn.len() as u64;
            prop_assert_eq!(n, least.max(if county { all.len() as u64 } else { 1 }));
            if county {
                let drawn: std::collections::BTreeSet<&str> = sample.drawn.iter().map(|d| d.right.county.as_str()).collect();
                prop_assert_eq!(drawn, all);
            }
            let distinct = numbers(&sample).into_iter().collect::<std::collections::BTreeSet<_>>();
            prop_assert_eq!(distinct.len() as u64, n);
            // The weights rights / draws add up to all rights: no right is without a chance.
            let strata: BTreeMap<&str, (u64, u64)> = sample.drawn.iter().map(|d| (d.stratum.as_str(), (d.stratum_rights, d.stratum_draws))).collect();
            prop_assert_eq!(strata.values().map(|s| s.0).sum::<u64>(), rights.len() as u64);
            prop_assert_eq!(strata.values().map(|s| s.1).sum::<u64>(), n);
            let mut turned = rights.clone();
            turned.reverse();
            prop_assert_eq!(draw(&turned, &asked, &policy()), sample);
        }
    }
}

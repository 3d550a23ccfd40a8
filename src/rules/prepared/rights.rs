//! How much may mines dig in a period? Licences side by side add up; one that replaced another takes its place.
//!
//! Rows of the register belong to one *right* if they bear one licence number, one registered right, or one boundary of one
//! holder: a renewal, a change of scale, or one licence for several sites. Of the rows of a right that are in force on a day
//! the one that began last counts, once. Different rights (two pits, each with its licence) add up. Sites that share a right
//! form a *unit*: what they dig together is judged against what their rights allow together.

use std::collections::{BTreeMap, BTreeSet};

/// A row of the register of mining licences. Days are counted from 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Licence {
    /// Site id.
    pub(super) site: String,
    /// Number.
    pub(super) licence_no: String,
    /// Number of the registered right.
    pub(super) right_no: Option<String>,
    /// Who holds it.
    pub(super) holder: Option<String>,
    /// Boundary as written.
    pub(super) boundary: Option<String>,
    /// Approved scale, kg a year.
    pub(super) scale_kg: Option<i64>,
    /// `open_pit` or `underground`.
    pub(super) method: Option<String>,
    /// First day in force.
    pub(super) from: i32,
    /// Last day in force: the day before a suspension, revocation or closure, else the last day of the licence.
    pub(super) to: i32,
    /// False if it was suspended, revoked or closed and nobody wrote when: how long it allowed its scale is not known.
    pub(super) dated: bool,
}

/// What the scale of a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    /// Every day of the period at the scale in force on it, divided by the days of the period.
    ProRata,
    /// The largest scale in force on any day.
    Largest,
}

/// What a site may dig in a period, together with the sites that share a right with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Allowance {
    /// Site id.
    pub(super) site: String,
    /// Names the unit: the first of its sites.
    pub(super) unit: String,
    /// Sites of the unit.
    pub(super) sites: i64,
    /// Scale of the whole unit, kg a year.
    pub(super) kg: i64,
    /// Method of mining if all licences in force state the same.
    pub(super) method: Option<String>,
}

/// The allowances of a period, by site. A unit with a licence in force whose scale or end nobody stated has none.
pub(super) fn allowances(licences: &[Licence], first: i32, last: i32, take: Take) -> Vec<Allowance> {
    let within: Vec<&Licence> = licences.iter().filter(|l| l.from <= last && l.to >= first && l.from <= l.to).collect();
    let rights = rights(&within);
    let mut allowances: Vec<Allowance> =
        units(&within, &rights).iter().flat_map(|unit| of_unit(&within, &rights, unit, first, last, take)).collect();
    allowances.sort_by(|a, b| a.site.cmp(&b.site));
    allowances
}

/// The right of each row: the number of the first row of the same right.
fn rights(rows: &[&Licence]) -> Vec<usize> {
    let mut groups = Groups::new(rows.len());
    let mut first: BTreeMap<(u8, &str, &str), usize> = BTreeMap::new();
    for (i, row) in rows.iter().enumerate() {
        let right = row.right_no.as_deref().map(|right| (1, right, ""));
        let area = row.boundary.as_deref().zip(row.holder.as_deref()).map(|(boundary, holder)| (2, boundary, holder));
        for key in [Some((0, row.licence_no.as_str(), "")), right, area].into_iter().flatten() {
            let other = *first.entry(key).or_insert(i);
            groups.join(other, i);
        }
    }
    (0..rows.len()).map(|i| groups.of(i)).collect()
}

/// Rows by unit: sites that share a right stand together.
fn units(rows: &[&Licence], rights: &[usize]) -> Vec<Vec<usize>> {
    let mut groups = Groups::new(rows.len());
    let mut of_site: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, (row, right)) in rows.iter().zip(rights).enumerate() {
        let other = *of_site.entry(&row.site).or_insert(i);
        groups.join(other, i);
        groups.join(*right, i);
    }
    let mut units: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for i in 0..rows.len() {
        units.entry(groups.of(i)).or_default().push(i);
    }
    units.into_values().collect()
}

fn of_unit(rows: &[&Licence], rights: &[usize], unit: &[usize], first: i32, last: i32, take: Take) -> Vec<Allowance> {
    let rows: Vec<(usize, &Licence)> = unit.iter().filter_map(|i| Some((*rights.get(*i)?, *rows.get(*i)?))).collect();
    let Some(kg) = scale_kg(&rows, first, last, take) else { return Vec::new() };
    let sites: BTreeSet<&str> = rows.iter().map(|(_, l)| l.site.as_str()).collect();
    let methods: BTreeSet<Option<&str>> = rows.iter().map(|(_, l)| l.method.as_deref()).collect();
    let method = if methods.len() == 1 { methods.first().copied().flatten() } else { None };
    let name = sites.first().copied().unwrap_or_default();
    let count = i64::try_from(sites.len()).unwrap_or(i64::MAX);
    let allowance =
        |site: &&str| Allowance { site: (*site).to_owned(), unit: name.to_owned(), sites: count, kg, method: method.map(str::to_owned) };
    sites.iter().map(allowance).collect()
}

/// The scale of a unit over the days of a period; rounded down once, at the end.
fn scale_kg(rows: &[(usize, &Licence)], first: i32, last: i32, take: Take) -> Option<i64> {
    if rows.iter().any(|(_, l)| !l.dated) {
        return None;
    }
    let mut days = (first..=last).map(|day| scale_on(rows, day));
    match take {
        Take::ProRata => {
            let total = days.try_fold(0_i128, |sum, kg| Some(sum + kg?))?;
            i64::try_from(total / i128::from(last - first + 1).max(1)).ok()
        }
        Take::Largest => i64::try_from(days.try_fold(0_i128, |most, kg| Some(most.max(kg?)))?).ok(),
    }
}

/// The scale in force on a day, each right once; `None` if a right that counts states no scale.
fn scale_on(rows: &[(usize, &Licence)], day: i32) -> Option<i128> {
    let mut counting: BTreeMap<usize, &Licence> = BTreeMap::new();
    for (right, licence) in rows.iter().filter(|(_, l)| (l.from..=l.to).contains(&day)) {
        let later = |old: &&Licence| (licence.from, licence.scale_kg) > (old.from, old.scale_kg);
        if counting.get(right).is_none_or(later) {
            counting.insert(*right, licence);
        }
    }
    counting.values().try_fold(0_i128, |sum, l| Some(sum + i128::from(l.scale_kg?)))
}

/// Things that were joined (union-find); a group is named by its first member.
struct Groups(Vec<usize>);

impl Groups {
    fn new(n: usize) -> Self {
        Self((0..n).collect())
    }

    fn of(&self, mut i: usize) -> usize {
        while let Some(parent) = self.0.get(i).copied().filter(|p| *p != i) {
            i = parent;
        }
        i
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        if let Some(parent) = self.0.get_mut(a.max(b)) {
            *parent = a.min(b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Day 0 is the first of a year of 365 days.
    const YEAR: (i32, i32) = (0, 364);

    fn licence(site: &str, number: &str, scale_kg: i64, from: i32, to: i32) -> Licence {
        Licence {
            site: site.to_owned(),
            licence_no: number.to_owned(),
            right_no: None,
            holder: None,
            boundary: None,
            scale_kg: Some(scale_kg),
            method: Some("open_pit".to_owned()),
            from,
            to,
            dated: true,
        }
    }

    /// `site unit sites kg` of a year.
    fn year(licences: &[Licence]) -> Vec<String> {
        let all = allowances(licences, YEAR.0, YEAR.1, Take::ProRata);
        all.iter().map(|a| format!("{} {} {} {}", a.site, a.unit, a.sites, a.kg)).collect()
    }

    #[test]
    fn a_scale_raised_within_the_year_counts_for_its_days() {
        let raised = [licence("M1", "C1", 365, -900, 900), licence("M1", "C1", 730, 151, 900)];
        assert_eq!(year(&raised), ["M1 M1 1 579"]);
        let whole = allowances(&raised, 150, 151, Take::Largest);
        assert_eq!(whole.first().map(|a| a.kg), Some(730));
    }

    #[test]
    fn two_pits_add_up_and_a_successor_does_not() {
        let pits = [licence("M1", "C1", 100, -900, 900), licence("M1", "C2", 60, -300, 900)];
        assert_eq!(year(&pits), ["M1 M1 1 160"]);
        let right = pits.clone().map(|l| Licence { right_no: Some("R1".to_owned()), ..l });
        assert_eq!(year(&right), ["M1 M1 1 60"]);
        let area = pits.clone().map(|l| Licence { boundary: Some("POLYGON((0 0))".to_owned()), holder: Some("甲".to_owned()), ..l });
        assert_eq!(year(&area), ["M1 M1 1 60"]);
        // One boundary of two holders, or of nobody knows whom: not shown to be a successor, so nobody is accused.
        let unknown = pits.map(|l| Licence { boundary: Some("POLYGON((0 0))".to_owned()), ..l });
        assert_eq!(year(&unknown), ["M1 M1 1 160"]);
    }

    #[test]
    fn sites_of_one_licence_have_its_scale_once() {
        let shared = [licence("M2", "C1", 100, -900, 900), licence("M1", "C1", 100, -900, 900), licence("M3", "C3", 7, -900, 900)];
        assert_eq!(year(&shared), ["M1 M1 2 100", "M2 M1 2 100", "M3 M3 1 7"]);
        // A licence of its own beside the shared one is a second right of the unit.
        let more = [shared.to_vec(), vec![licence("M2", "C9", 40, -900, 900)]].concat();
        assert_eq!(year(&more), ["M1 M1 2 140", "M2 M1 2 140", "M3 M3 1 7"]);
    }

    #[test]
    fn a_licence_counts_from_its_first_to_its_last_day() {
        assert_eq!(year(&[licence("M1", "C1", 365, 181, 900)]), ["M1 M1 1 184"]);
        assert_eq!(year(&[licence("M1", "C1", 365, -900, 0)]), ["M1 M1 1 1"]);
        assert!(year(&[licence("M1", "C1", 365, 365, 900)]).is_empty());
    }

    #[test]
    fn what_nobody_stated_is_not_judged() {
        let no_scale = Licence { scale_kg: None, ..licence("M1", "C2", 0, 300, 900) };
        let no_day = Licence { dated: false, ..licence("M1", "C2", 10, 300, 900) };
        for unknown in [no_scale, no_day] {
            assert!(year(&[licence("M1", "C1", 100, -900, 900), unknown.clone()]).is_empty());
            // A licence that ended before the year does not matter.
            let before = Licence { from: -900, to: -1, ..unknown };
            assert_eq!(year(&[licence("M1", "C1", 100, -900, 900), before]), ["M1 M1 1 100"]);
        }
    }

    proptest! {
        /// Rows that say again what stands there, and a licence cut into two at any day, change nothing.
        #[test]
        fn no_scale_counts_twice(rows in prop::collection::vec((0usize..3, 0usize..4, 1i64..1000, -100i32..400, 0i32..400), 1..8), cut in 1i32..300) {
            let sites = ["M1", "M2", "M3"];
            let numbers = ["C1", "C2", "C3", "C4"];
            let licences: Vec<Licence> = rows.iter().map(|(s, n, kg, from, days)| licence(sites[*s], numbers[*n], *kg, *from, *from + *days)).collect();
            let expected = year(&licences);
            prop_assert_eq!(&year(&[licences.clone(), licences.clone()].concat()), &expected);
            let halves = licences.iter().flat_map(|l| {
                let at = l.from + cut;
                if at > l.to { vec![l.clone()] } else { vec![Licence { to: at - 1, ..l.clone() }, l.clone()] }
            });
            prop_assert_eq!(&year(&halves.collect::<Vec<_>>()), &expected);
        }

        /// The sum over all units never exceeds the sum of the scales of all numbers at their largest.
        #[test]
        fn units_share_what_there_is(rows in prop::collection::vec((0usize..3, 0usize..4, 1i64..1000), 1..8)) {
            let sites = ["M1", "M2", "M3"];
            let numbers = ["C1", "C2", "C3", "C4"];
            let licences: Vec<Licence> = rows.iter().map(|(s, n, kg)| licence(sites[*s], numbers[*n], *kg, -10, 900)).collect();
            let mut most: BTreeMap<&str, i64> = BTreeMap::new();
            for l in &licences {
                let kg = most.entry(&l.licence_no).or_default();
                *kg = (*kg).max(l.scale_kg.unwrap_or(0));
            }
            let units: BTreeMap<String, i64> = allowances(&licences, 0, 364, Take::ProRata).into_iter().map(|a| (a.unit, a.kg)).collect();
            prop_assert_eq!(units.values().sum::<i64>(), most.values().sum::<i64>());
        }
    }
}

//! How many tonnes do several findings name together? Exact, in any order, each ton once.
//!
//! Periods nest: a day lies in its month, a month in its year. For every weight w the masses of the findings of weight w or more
//! are united from the days up: a ticket counts once at the largest mass that a finding gives it, on its day; what is said of a
//! period as a whole takes the place of what is already counted in it only where it is more. The score is the sum over the weights
//! of (w - next lower weight) × united mass, so that each ton counts at the greatest weight of the findings that name it.

use std::collections::{BTreeMap, BTreeSet};

/// What a finding says of a subject, or one of its tickets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Id of the rule.
    pub rule: &'a str,
    /// Weight of its tonnes, per cent.
    pub weight_pct: u32,
    /// What is meant.
    pub mass: Mass<'a>,
}

/// Which tonnes a finding means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mass<'a> {
    /// So much of a ticket.
    Ticket {
        /// Number.
        ticket: &'a str,
        /// Its day, `2023-06-05`; where that is not known, the finding's period.
        period: &'a str,
        /// kg
        kg: i64,
    },
    /// So much of the subject in a period: `2023`, `2023-06` or `2023-06-05`.
    Whole {
        /// When.
        period: &'a str,
        /// kg
        kg: i64,
    },
    /// No mass is named.
    Unknown {
        /// When.
        period: &'a str,
    },
}

/// The parts of one subject, ready to be summed over any of its rules.
pub struct Parts<'a> {
    rules: Vec<&'a str>,
    rows: Vec<Row>,
    /// Weights, the greatest first.
    weights: Vec<u32>,
    /// Period above each period; periods in their order, so that it always stands before.
    above: Vec<Option<usize>>,
    /// Period of each ticket.
    period_of_ticket: Vec<usize>,
    /// Weight of every rule and month without mass.
    unknown: BTreeMap<(usize, &'a str), u32>,
    without_mass_kg: i64,
}

struct Row {
    rule: usize,
    weight: u32,
    place: Place,
    kg: i64,
}

#[derive(Clone, Copy)]
enum Place {
    Ticket(usize),
    Period(usize),
}

impl<'a> Parts<'a> {
    /// Takes the parts of one subject; `without_mass_kg` is what a rule and month without mass adds.
    #[must_use]
    pub fn new(parts: &[Part<'a>], without_mass_kg: i64) -> Self {
        let rules: Vec<&str> = parts.iter().map(|p| p.rule).collect::<BTreeSet<_>>().into_iter().collect();
        let rule = |id: &str| rules.binary_search(&id).unwrap_or(0);
        let tickets = tickets(parts);
        let periods: Vec<&str> = periods(parts, &tickets).into_iter().collect();
        let place = |period: &str| periods.binary_search(&period).unwrap_or(0);
        let names: Vec<&str> = tickets.keys().copied().collect();
        let mut rows = Vec::with_capacity(parts.len());
        let mut unknown: BTreeMap<(usize, &str), u32> = BTreeMap::new();
        for part in parts {
            let (rule, weight) = (rule(part.rule), part.weight_pct);
            let (place, kg) = match &part.mass {
                Mass::Ticket { ticket, kg, .. } => (Place::Ticket(names.binary_search(ticket).unwrap_or(0)), *kg),
                Mass::Whole { period, kg } => (Place::Period(place(period)), *kg),
                Mass::Unknown { period } => {
                    let month = period.get(..7).unwrap_or(period);
                    unknown.entry((rule, month)).and_modify(|w| *w = (*w).max(weight)).or_insert(weight);
                    continue;
                }
            };
            rows.push(Row { rule, weight, place, kg: kg.max(0) });
        }
        let weights: BTreeSet<u32> = rows.iter().map(|r| r.weight).collect();
        let above = periods.iter().map(|p| parent(p).map(place)).collect();
        let period_of_ticket = tickets.values().map(|p| place(p)).collect();
        Self { rules, rows, weights: weights.into_iter().rev().collect(), above, period_of_ticket, unknown, without_mass_kg }
    }

    /// The rules, by id.
    #[must_use]
    pub fn rules(&self) -> &[&'a str] {
        &self.rules
    }

    /// Different tickets.
    #[must_use]
    pub const fn tickets(&self) -> usize {
        self.period_of_ticket.len()
    }

    /// The score over all rules, kg.
    #[must_use]
    pub fn score_kg(&self) -> i64 {
        self.score(|_| true)
    }

    /// The score if there were only the rule at this place of [`Parts::rules`], kg.
    #[must_use]
    pub fn alone_kg(&self, rule: usize) -> i64 {
        self.score(|r| r == rule)
    }

    /// The score without the rule at this place, kg.
    #[must_use]
    pub fn without_kg(&self, rule: usize) -> i64 {
        self.score(|r| r != rule)
    }

    /// The mass that is named, each ton once, unweighted, kg.
    #[must_use]
    pub fn mass_kg(&self) -> i64 {
        narrow(self.united(|_| true))
    }

    fn score(&self, keep: impl Fn(usize) -> bool) -> i64 {
        let lower = self.weights.iter().skip(1).copied().chain([0]);
        let massed: i128 = self
            .weights
            .iter()
            .zip(lower)
            .map(|(weight, lower)| i128::from(weight - lower) * self.united(|row| row.weight >= *weight && keep(row.rule)))
            .sum();
        let unknown: i128 = self.unknown.iter().filter(|((rule, _), _)| keep(*rule)).map(|(_, weight)| i128::from(*weight)).sum();
        narrow((massed + unknown * i128::from(self.without_mass_kg)) / 100)
    }

    /// The mass that some rows name together, from the days up to the years.
    fn united(&self, keep: impl Fn(&Row) -> bool) -> i128 {
        let mut whole = vec![0_i64; self.above.len()];
        let mut tickets = vec![0_i64; self.period_of_ticket.len()];
        for row in self.rows.iter().filter(|row| keep(row)) {
            let known = match row.place {
                Place::Ticket(at) => tickets.get_mut(at),
                Place::Period(at) => whole.get_mut(at),
            };
            if let Some(known) = known {
                *known = (*known).max(row.kg);
            }
        }
        let mut within = vec![0_i128; self.above.len()];
        for (kg, period) in tickets.iter().zip(&self.period_of_ticket) {
            if let Some(sum) = within.get_mut(*period) {
                *sum += i128::from(*kg);
            }
        }
        let mut all = 0_i128;
        for (at, above) in self.above.iter().enumerate().rev() {
            let counted = within.get(at).copied().unwrap_or(0).max(i128::from(whole.get(at).copied().unwrap_or(0)));
            match above.and_then(|above| within.get_mut(above)) {
                Some(sum) => *sum += counted,
                None => all += counted,
            }
        }
        all
    }
}

fn narrow(kg: i128) -> i64 {
    i64::try_from(kg).unwrap_or(i64::MAX)
}

/// The month of a day, the year of a month.
fn parent(period: &str) -> Option<&str> {
    match period.len() {
        10 => period.get(..7),
        7 => period.get(..4),
        _ => None,
    }
}

/// The period of every ticket; where parts disagree, the wider one, so that nothing added later makes it narrower.
fn tickets<'a>(parts: &[Part<'a>]) -> BTreeMap<&'a str, &'a str> {
    let mut tickets: BTreeMap<&str, &str> = BTreeMap::new();
    for part in parts {
        if let Mass::Ticket { ticket, period, .. } = &part.mass {
            let known = tickets.entry(ticket).or_insert(period);
            if (period.len(), *period) < (known.len(), *known) {
                *known = period;
            }
        }
    }
    tickets
}

/// Every period that is named, with those above it.
fn periods<'a>(parts: &[Part<'a>], tickets: &BTreeMap<&'a str, &'a str>) -> BTreeSet<&'a str> {
    let whole = parts.iter().filter_map(|part| match &part.mass {
        Mass::Whole { period, .. } => Some(*period),
        _ => None,
    });
    let mut all = BTreeSet::new();
    for period in whole.chain(tickets.values().copied()) {
        let mut next = Some(period);
        while let Some(period) = next {
            all.insert(period);
            next = parent(period);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ticket<'a>(rule: &'a str, weight_pct: u32, ticket: &'a str, period: &'a str, kg: i64) -> Part<'a> {
        Part { rule, weight_pct, mass: Mass::Ticket { ticket, period, kg } }
    }

    fn whole<'a>(rule: &'a str, weight_pct: u32, period: &'a str, kg: i64) -> Part<'a> {
        Part { rule, weight_pct, mass: Mass::Whole { period, kg } }
    }

    #[track_caller]
    fn check(parts: &[Part], score_kg: i64) {
        assert_eq!(Parts::new(parts, 1_000).score_kg(), score_kg);
    }

    #[test]
    fn a_ticket_that_two_rules_name_counts_once_at_the_greater_weight() {
        check(&[ticket("a", 100, "T1", "2023-06-05", 30), ticket("b", 60, "T1", "2023-06-05", 30)], 30);
        // 10 kg too heavy, and the whole 30 kg odd: 10 in full, the other 20 at a fifth.
        check(&[ticket("a", 100, "T1", "2023-06-05", 10), ticket("b", 20, "T1", "2023-06-05", 30)], 14);
        check(&[ticket("a", 100, "T1", "2023-06-05", 30), ticket("a", 100, "T2", "2023-06-05", 30)], 60);
    }

    #[test]
    fn what_is_said_of_a_year_adds_only_what_its_tickets_and_months_do_not_hold() {
        let tickets = [ticket("t", 100, "T1", "2023-06-05", 30), ticket("t", 100, "T2", "2023-07-01", 30)];
        let with = |more: &[Part<'static>]| tickets.iter().cloned().chain(more.iter().cloned()).collect::<Vec<_>>();
        check(&with(&[whole("y", 100, "2023", 50)]), 60);
        check(&with(&[whole("y", 100, "2023", 100)]), 100);
        // June is 80 over, of which a ticket is 30; July's ticket is beside it.
        check(&with(&[whole("m", 100, "2023-06", 80)]), 110);
        check(&with(&[whole("m", 100, "2023-06", 80), whole("y", 100, "2023", 100)]), 110);
        check(&with(&[whole("y", 100, "2022", 50)]), 110);
        check(&[whole("a", 100, "2023", 50), whole("b", 60, "2023", 70)], 62);
    }

    #[test]
    fn findings_without_mass_add_once_a_rule_and_month() {
        let unknown = |rule: &'static str, weight_pct, period| Part { rule, weight_pct, mass: Mass::Unknown { period } };
        check(&[unknown("a", 20, "2023-06-05"), unknown("a", 20, "2023-06-07"), unknown("a", 20, "2023-06")], 200);
        check(&[unknown("a", 20, "2023-06"), unknown("a", 20, "2023-07"), unknown("b", 60, "2023-06")], 1000);
    }

    #[test]
    fn what_rules_share_and_add_is_told_apart() {
        let parts =
            [ticket("a", 100, "T1", "2023-06-05", 30), ticket("b", 100, "T1", "2023-06-05", 30), ticket("b", 100, "T2", "2023-06-05", 5)];
        let parts = Parts::new(&parts, 0);
        assert_eq!(parts.rules(), ["a", "b"]);
        assert_eq!((parts.score_kg(), parts.alone_kg(0), parts.without_kg(0)), (35, 30, 35));
        assert_eq!((parts.alone_kg(1), parts.without_kg(1), parts.tickets()), (35, 30, 2));
    }

    const RULES: [&str; 4] = ["a", "b", "c", "d"];
    const WEIGHTS: [u32; 4] = [100, 60, 20, 100];
    const DAYS: [&str; 5] = ["2023-06-05", "2023-06-06", "2023-07-01", "2024-01-01", "2024-02-29"];
    const PERIODS: [&str; 8] = ["2023", "2023-06", "2023-06-05", "2023-06-30", "2023-07", "2024", "2024-01", "2024-02-29"];
    const TICKETS: [&str; 8] = ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8"];

    fn part() -> impl Strategy<Value = Part<'static>> {
        let kg = prop_oneof![0..100_i64, 0..200_000_000_000_i64];
        (0..RULES.len(), 0..3_usize, 0..TICKETS.len(), 0..PERIODS.len(), kg).prop_map(|(rule, kind, t, p, kg)| Part {
            rule: RULES[rule],
            weight_pct: WEIGHTS[rule],
            mass: match kind {
                // A ticket has one day.
                0 => Mass::Ticket { ticket: TICKETS[t], period: DAYS[t % DAYS.len()], kg },
                1 => Mass::Whole { period: PERIODS[p], kg },
                _ => Mass::Unknown { period: PERIODS[p] },
            },
        })
    }

    fn parts() -> impl Strategy<Value = Vec<Part<'static>>> {
        prop::collection::vec(part(), 0..24)
    }

    /// The union of all tonnes as a sum that a person would make: every ticket once, and every period's whole tonnes.
    fn upper(parts: &[Part]) -> i64 {
        let mut tickets: BTreeMap<&str, i64> = BTreeMap::new();
        let mut wholes: BTreeMap<&str, i64> = BTreeMap::new();
        for part in parts {
            let (known, kg) = match &part.mass {
                Mass::Ticket { ticket, kg, .. } => (tickets.entry(ticket).or_default(), kg),
                Mass::Whole { period, kg } => (wholes.entry(period).or_default(), kg),
                Mass::Unknown { .. } => continue,
            };
            *known = (*known).max(*kg);
        }
        tickets.values().sum::<i64>() + wholes.values().sum::<i64>()
    }

    proptest! {
        #[test]
        fn no_score_is_more_than_the_union_of_its_tonnes(parts in parts()) {
            let all = Parts::new(&parts, 0);
            prop_assert!(all.score_kg() <= all.mass_kg());
            prop_assert!(all.mass_kg() <= upper(&parts));
            for part in &parts {
                if let Mass::Ticket { kg, .. } | Mass::Whole { kg, .. } = part.mass {
                    prop_assert!(all.mass_kg() >= kg);
                }
            }
        }

        #[test]
        fn the_order_of_findings_does_not_matter(mut parts in parts(), shuffle in any::<prop::sample::Index>()) {
            let before = Parts::new(&parts, 1_000).score_kg();
            if !parts.is_empty() {
                let at = shuffle.index(parts.len());
                parts.rotate_left(at);
                parts.reverse();
            }
            prop_assert_eq!(Parts::new(&parts, 1_000).score_kg(), before);
        }

        #[test]
        fn another_finding_never_lowers_a_score_and_the_same_again_changes_nothing(parts in parts(), more in part(), again in any::<prop::sample::Index>()) {
            let before = Parts::new(&parts, 1_000).score_kg();
            let with = |extra: Part<'static>| Parts::new(&parts.iter().cloned().chain([extra]).collect::<Vec<_>>(), 1_000).score_kg();
            prop_assert!(with(more) >= before);
            if !parts.is_empty() {
                prop_assert_eq!(with(again.get(&parts).clone()), before);
            }
        }

        #[test]
        fn what_a_rule_adds_and_shares_is_never_negative(parts in parts()) {
            let all = Parts::new(&parts, 1_000);
            let mut sum = 0;
            for rule in 0..all.rules().len() {
                let adds = all.score_kg() - all.without_kg(rule);
                sum += adds;
                // Rounding down of three sums may differ by a kilogram.
                prop_assert!(adds >= 0 && all.alone_kg(rule) - adds >= -1);
            }
            // Each rounds by less than a kilogram.
            prop_assert!(sum <= all.score_kg() + 4);
        }
    }
}

//! At which weighbridges were weights printed again or invented? Tickets that are alike, and round masses, against what chance gives.
//!
//! Rows: the tickets of one plate that are alike in gross and tare within a month. Everything else comes as aggregates.

use super::Step;
use super::likeness::{OfPlate, ROUND_KG, division_kg, equal_pairs, expected_alike, most_alike, most_round};
use super::weights_read::{self, Alike, Bridge, Pairs};
use crate::engine::EngineError;
use crate::rules::context::Context;
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub(super) static STEP: Step =
    Step { name: "weights-cloned", parameters: &["false_alarm", "least_tickets", "most_tickets", "division_max_kg"], run };

/// Tests a weighbridge and month: alike within plates, alike between plates, round gross, round gross where the tare is round.
const TESTS: f64 = 4.0;

/// A count and what chance gives at most.
#[derive(Clone, Copy, Debug)]
struct Count {
    seen: u64,
    most: u64,
}

impl Count {
    const fn beyond(self) -> bool {
        self.seen > self.most
    }

    /// How far beyond, in parts of what is allowed.
    fn excess(self) -> u64 {
        self.seen * 1_000 / (self.most + 1)
    }
}

/// What is wrong with a weighbridge in a month.
struct Verdict {
    alike: Count,
    between: bool,
    round: Count,
    both: Count,
}

fn run(context: &Context, rows: DataFrame) -> Result<DataFrame, EngineError> {
    let least_tickets = u64::try_from(context.number("least_tickets")?).unwrap_or(0);
    let rate = context.rate("false_alarm")? / TESTS;
    let alike = weights_read::alike(&rows)?;
    let mut bridges = weights_read::bridges(context.engine, &alike)?;
    bridges.retain(|_, bridge| bridge.tickets >= least_tickets);
    let divisions = divisions(&bridges, context.number("division_max_kg")?);
    let between = weights_read::between_plates(context, &bridges)?;
    let mut verdicts = BTreeMap::new();
    for (key, bridge) in &bridges {
        let verdict = judge(bridge, divisions.get(&key.0).copied().unwrap_or(1), between.get(key), rate);
        if verdict.alike.beyond() || verdict.round.beyond() || verdict.both.beyond() {
            verdicts.insert(key.clone(), verdict);
        }
    }
    evidence(context, &bridges, alike, &verdicts)
}

fn judge(bridge: &Bridge, division: i64, between: Option<&Pairs>, rate: f64) -> Verdict {
    let plates: Vec<OfPlate> = bridge.plates.values().copied().collect();
    #[expect(clippy::cast_precision_loss, reason = "a division")]
    let expected = expected_alike(&plates, division as f64, equal_pairs(&bridge.gross));
    let within = Count { seen: bridge.repeated, most: most_alike(expected, rate) };
    // Likeness of all plates holds that of single ones: as much at least is by chance.
    let among = between.map(|pairs| Count { seen: pairs.alike, most: most_alike(pairs.expected.max(expected), rate) });
    let by_all = among.filter(|a| a.beyond() && (!within.beyond() || a.excess() >= within.excess()));
    // A scale that is too coarse to tell has no limit: nothing is beyond what was seen.
    let round = |tickets: u64, seen: u64| Count { seen, most: most_round(tickets, division, rate).unwrap_or(seen) };
    Verdict {
        alike: by_all.unwrap_or(within),
        between: by_all.is_some(),
        round: round(bridge.tickets, bridge.round),
        both: round(bridge.round_tare, bridge.round_both),
    }
}

/// A scale has one division: all its months together tell it.
fn divisions(bridges: &BTreeMap<weights_read::Key, Bridge>, most_kg: i64) -> BTreeMap<String, i64> {
    let mut all: BTreeMap<&str, BTreeMap<i64, i64>> = BTreeMap::new();
    for ((subject, _), bridge) in bridges {
        let of_subject = all.entry(subject).or_default();
        for (kg, tickets) in &bridge.gross {
            *of_subject.entry(*kg).or_default() += tickets;
        }
    }
    all.into_iter().map(|(subject, histogram)| (subject.to_owned(), division_kg(&histogram, most_kg))).collect()
}

/// One row for each weighbridge and month with the counts, and the tickets behind them.
fn evidence(
    context: &Context,
    bridges: &BTreeMap<weights_read::Key, Bridge>,
    alike: Vec<Alike>,
    verdicts: &BTreeMap<weights_read::Key, Verdict>,
) -> Result<DataFrame, EngineError> {
    let keys = |wanted: &dyn Fn(&Verdict) -> bool| -> BTreeSet<weights_read::Key> {
        verdicts.iter().filter(|(_, v)| wanted(v)).map(|(key, _)| key.clone()).collect()
    };
    let within = keys(&|v| v.alike.beyond() && !v.between);
    let between = keys(&|v| v.between);
    let round = keys(&|v| v.round.beyond());
    let both = keys(&|v| v.both.beyond() && !v.round.beyond());
    let mut tickets: Vec<Alike> = alike.into_iter().filter(|a| within.contains(&a.key())).collect();
    tickets.extend(weights_read::tickets_alike(context.engine, &between)?);
    let mut listed: BTreeMap<weights_read::Ticket, Option<i64>> = beyond_first(tickets);
    for (keys, tare_kg) in [(round, 1), (both, ROUND_KG)] {
        for ticket in weights_read::tickets_round(context.engine, &keys, tare_kg)? {
            listed.entry(ticket).or_insert(None);
        }
    }
    frame(bridges, verdicts, &listed)
}

/// The mass of every ticket that repeats an earlier one; the first of those that are alike keeps its mass to itself.
fn beyond_first(mut tickets: Vec<Alike>) -> BTreeMap<weights_read::Ticket, Option<i64>> {
    tickets.sort();
    let mut listed = BTreeMap::new();
    let mut before: Option<(weights_read::Key, Option<String>, i64, i64)> = None;
    for ticket in tickets {
        let weights = (ticket.key(), ticket.plate.clone(), ticket.gross_kg, ticket.tare_kg);
        let first = before.as_ref() != Some(&weights);
        before = Some(weights);
        listed.insert(ticket.ticket, if first { None } else { ticket.net_kg });
    }
    listed
}

fn frame(
    bridges: &BTreeMap<weights_read::Key, Bridge>,
    verdicts: &BTreeMap<weights_read::Key, Verdict>,
    tickets: &BTreeMap<weights_read::Ticket, Option<i64>>,
) -> Result<DataFrame, EngineError> {
    let whole = |n: u64| i64::try_from(n).ok();
    let mut table = weights_read::Table::default();
    for (key, verdict) in verdicts {
        let Some(bridge) = bridges.get(key) else { continue };
        let counts = [verdict.alike, verdict.round, verdict.both];
        let decisive = counts.into_iter().find(|c| c.beyond()).unwrap_or(verdict.alike);
        let [alike, round, both] = counts;
        let figures = [alike.seen, alike.most, round.seen, round.most, both.seen, both.most].map(whole);
        table.whole(&bridge.kind, key, whole(decisive.seen), whole(decisive.most), figures);
    }
    for (ticket, net_kg) in tickets {
        if let Some(bridge) = bridges.get(&(ticket.subject.clone(), ticket.month.clone())) {
            table.ticket(&bridge.kind, ticket, *net_kg);
        }
    }
    Ok(table.frame()?)
}

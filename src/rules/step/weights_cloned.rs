//! At which weighbridges were weights printed again or invented? Tickets that are alike, and round masses, against what chance gives.
//!
//! Rows: every weighing, as narrow as it gets. Months that stand out are looked at once more with their tickets: rows under one
//! number are one ticket.

use super::Step;
use super::likeness::{Bridge, Judged, ROUND_KG, division_kg};
use super::weights_read::{Key, Paper, Table, Weighings, papers, weighings};
use crate::engine::EngineError;
use crate::rules::context::Context;
use polars::prelude::DataFrame;
use std::collections::{BTreeMap, BTreeSet};

pub(super) static STEP: Step =
    Step { name: "weights-cloned", parameters: &["false_alarm", "least_tickets", "most_tickets", "division_max_kg"], run };

fn run(context: &Context, rows: DataFrame) -> Result<DataFrame, EngineError> {
    let count = |name: &str| context.number(name).map(|n| u64::try_from(n).unwrap_or(0));
    let (least_tickets, most_tickets) = (count("least_tickets")?, count("most_tickets")?);
    let rate = context.rate("false_alarm")?;
    let narrow = Weighings::read(&rows)?;
    drop(rows);
    let bridges = narrow.bridges(most_tickets);
    drop(narrow);
    let divisions = divisions(&bridges, context.number("division_max_kg")?);
    let judge = |bridges: &BTreeMap<Key, Bridge>| -> BTreeMap<Key, Judged> {
        let enough = bridges.iter().filter(|(_, bridge)| bridge.tickets >= least_tickets);
        let judged = enough.map(|(key, bridge)| (key.clone(), bridge.judge(divisions.get(&key.0).copied().unwrap_or(1), rate)));
        judged.filter(|(_, judged)| judged.beyond()).collect()
    };
    let suspected: BTreeSet<Key> = judge(&bridges).into_keys().collect();
    let papers = if suspected.is_empty() { Vec::new() } else { papers(context.engine, &suspected)? };
    let found = judge(&weighings(&papers).bridges(most_tickets));
    Ok(evidence(&papers, &found).frame()?)
}

/// A scale has one division: all its months together tell it.
fn divisions(bridges: &BTreeMap<Key, Bridge>, most_kg: i64) -> BTreeMap<String, i64> {
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
fn evidence(papers: &[Paper], found: &BTreeMap<Key, Judged>) -> Table {
    let mut table = Table::default();
    for of_month in papers.chunk_by(|a, b| (&a.subject, a.month) == (&b.subject, b.month)) {
        let Some(first) = of_month.first() else { continue };
        let Some(judged) = found.get(&first.key()) else { continue };
        let whole = |n: u64| i64::try_from(n).ok();
        let counts = [judged.alike, judged.round, judged.both];
        let [alike, round, both] = counts;
        let decisive = counts.into_iter().find(|c| c.beyond()).unwrap_or(alike);
        let figures = [alike.seen, alike.most, round.seen, round.most, both.seen, both.most].map(whole);
        table.whole(first, whole(decisive.seen), whole(decisive.most), figures);
        let alike = if alike.beyond() { tickets_alike(of_month, judged.between) } else { BTreeMap::new() };
        for (at, paper) in of_month.iter().enumerate() {
            let is_round = paper.gross_kg % ROUND_KG == 0 && (round.beyond() || both.beyond() && paper.tare_kg % ROUND_KG == 0);
            match alike.get(&at) {
                Some(net_kg) => table.ticket(paper, *net_kg),
                None if is_round => table.ticket(paper, None),
                None => {}
            }
        }
    }
    table
}

/// Where the tickets that are alike stand, of one plate or of all, and the masses of those that repeat an earlier one: the first of them
/// keeps its mass to itself.
fn tickets_alike(papers: &[Paper], between: bool) -> BTreeMap<usize, Option<i64>> {
    let mut groups: BTreeMap<(i64, i64, &str), Vec<usize>> = BTreeMap::new();
    for (at, paper) in papers.iter().enumerate() {
        let plate = if between { "" } else { paper.plate.as_str() };
        groups.entry((paper.gross_kg, paper.tare_kg, plate)).or_default().push(at);
    }
    let mut tickets = BTreeMap::new();
    for group in groups.into_values().filter(|group| group.len() > 1) {
        let masses = group.iter().enumerate().map(|(n, at)| (*at, papers.get(*at).filter(|_| n > 0).and_then(|p| p.net_kg)));
        tickets.extend(masses);
    }
    tickets
}

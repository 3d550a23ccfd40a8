//! What does the step on cloned weights read, and what does it write? Aggregates by weighbridge and month, and evidence rows.

use super::likeness::{OfPlate, ROUND_KG};
use crate::engine::{Engine, EngineError, Rows};
use crate::rules::context::Context;
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Weighbridge (site id, or the place as written) and month (`2023-06`).
pub(super) type Key = (String, String);

/// Where a ticket stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket {
    pub(super) subject: String,
    pub(super) month: String,
    pub(super) number: Option<String>,
    file: Option<String>,
    sheet: Option<String>,
    row: Option<i64>,
}

/// A ticket that is like another; `plate` is missing where plates do not matter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Alike {
    subject: String,
    month: String,
    pub(super) plate: Option<String>,
    pub(super) gross_kg: i64,
    pub(super) tare_kg: i64,
    pub(super) ticket: Ticket,
    pub(super) net_kg: Option<i64>,
}

impl Alike {
    pub(super) fn key(&self) -> Key {
        (self.subject.clone(), self.month.clone())
    }
}

/// A weighbridge in a month.
#[derive(Clone, Debug, Default)]
pub(super) struct Bridge {
    /// `site` or `place`.
    pub(super) kind: String,
    /// Tickets with gross and tare.
    pub(super) tickets: u64,
    /// Tickets that repeat an earlier one of the same plate.
    pub(super) repeated: u64,
    /// Tickets whose gross is round.
    pub(super) round: u64,
    /// Tickets whose tare is round, and those of them whose gross is, too.
    pub(super) round_tare: u64,
    pub(super) round_both: u64,
    /// Gross masses without repetitions, kg → tickets.
    pub(super) gross: BTreeMap<i64, i64>,
    /// Trips by plate without repetitions.
    pub(super) plates: BTreeMap<String, OfPlate>,
}

/// Tickets alike between all plates of a weighbridge and month.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pairs {
    pub(super) alike: u64,
    pub(super) expected: f64,
}

/// Tickets with gross and tare.
const WEIGHED: &str = "
weighed AS (
  SELECT CASE WHEN origin_site IS NULL THEN 'place' ELSE 'site' END AS subject_kind, COALESCE(origin_site, origin) AS subject, month, plate, gross_kg, tare_kg
  FROM shipments
  WHERE plate IS NOT NULL AND origin IS NOT NULL AND gross_kg IS NOT NULL AND tare_kg IS NOT NULL
)";

/// The rows of the statement.
pub(super) fn alike(frame: &DataFrame) -> Result<Vec<Alike>, EngineError> {
    let rows = Rows::new(frame);
    let mut found = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        found.extend(read_alike(rows, row, true)?);
    }
    Ok(found)
}

fn read_alike(rows: Rows, row: usize, by_plate: bool) -> Result<Option<Alike>, EngineError> {
    let Some(ticket) = ticket(rows, row)? else { return Ok(None) };
    let (Some(gross_kg), Some(tare_kg)) = (rows.integer("gross_kg", row)?, rows.integer("tare_kg", row)?) else { return Ok(None) };
    let plate = if by_plate { rows.text("plate", row)? } else { None };
    let (subject, month) = (ticket.subject.clone(), ticket.month.clone());
    Ok(Some(Alike { subject, month, plate, gross_kg, tare_kg, net_kg: rows.integer("net_kg", row)?, ticket }))
}

fn ticket(rows: Rows, row: usize) -> Result<Option<Ticket>, EngineError> {
    let (Some(subject), Some(month)) = (rows.text("subject", row)?, rows.day("month", row)?) else { return Ok(None) };
    Ok(Some(Ticket {
        subject,
        month: month_of(month),
        number: rows.text("ticket", row)?,
        file: rows.text("source_file", row)?,
        sheet: rows.text("source_sheet", row)?,
        row: rows.integer("source_row", row)?,
    }))
}

fn month_of(day: chrono::NaiveDate) -> String {
    day.to_string().chars().take(7).collect()
}

/// All weighbridges and months; what is alike counts once in their spreads.
pub(super) fn bridges(engine: &Engine, alike: &[Alike]) -> Result<BTreeMap<Key, Bridge>, EngineError> {
    let mut bridges: BTreeMap<Key, Bridge> = BTreeMap::new();
    let frame = engine.sql(&format!(
        "WITH {WEIGHED}
         SELECT subject_kind, subject, month, gross_kg, COUNT(*) AS tickets,
                SUM(CASE WHEN tare_kg % {ROUND_KG} = 0 THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS round_tare
         FROM weighed GROUP BY subject_kind, subject, month, gross_kg"
    ))?;
    let rows = Rows::new(&frame);
    for row in 0..frame.height() {
        let Some((bridge, tickets)) = bridge_of(&mut bridges, rows, row)? else { continue };
        let Some(gross_kg) = rows.integer("gross_kg", row)? else { continue };
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        let round_tare = count(rows.integer("round_tare", row)?.unwrap_or(0));
        bridge.tickets += count(tickets);
        bridge.round_tare += round_tare;
        if gross_kg % ROUND_KG == 0 {
            bridge.round += count(tickets);
            bridge.round_both += round_tare;
        }
        *bridge.gross.entry(gross_kg).or_default() += tickets;
    }
    plates(engine, &mut bridges)?;
    take_out_repetitions(alike, &mut bridges);
    Ok(bridges)
}

fn bridge_of<'a>(bridges: &'a mut BTreeMap<Key, Bridge>, rows: Rows, row: usize) -> Result<Option<(&'a mut Bridge, i64)>, EngineError> {
    let (Some(kind), Some(subject), Some(month)) = (rows.text("subject_kind", row)?, rows.text("subject", row)?, rows.day("month", row)?)
    else {
        return Ok(None);
    };
    let bridge = bridges.entry((subject, month_of(month))).or_default();
    bridge.kind = kind;
    Ok(Some((bridge, rows.integer("tickets", row)?.unwrap_or(0))))
}

fn plates(engine: &Engine, bridges: &mut BTreeMap<Key, Bridge>) -> Result<(), EngineError> {
    let frame = engine.sql(&format!(
        "WITH {WEIGHED},
         tares AS (
           SELECT subject_kind, subject, month, plate, tare_kg, COUNT(*) AS trips, SUM(gross_kg) AS gross_kg, SUM(gross_kg * gross_kg) AS squares
           FROM weighed GROUP BY subject_kind, subject, month, plate, tare_kg
         )
         SELECT subject_kind, subject, month, plate, SUM(trips) AS tickets, SUM(trips * (trips - 1)) AS ordered_pairs, SUM(gross_kg) AS gross_kg, SUM(squares) AS squares
         FROM tares GROUP BY subject_kind, subject, month, plate
         HAVING SUM(trips) > 1"
    ))?;
    let rows = Rows::new(&frame);
    for row in 0..frame.height() {
        #[expect(
            clippy::cast_precision_loss,
            reason = "sums below 2^53: a million tickets of 200 t squared are 4e16, rounded to a part in 1e16"
        )]
        let number = |column: &str| rows.integer(column, row).map(|n| n.unwrap_or(0) as f64);
        let plate = OfPlate {
            trips: number("tickets")?,
            pairs: number("ordered_pairs")? / 2.0,
            sum: number("gross_kg")?,
            squares: number("squares")?,
        };
        let Some((bridge, _)) = bridge_of(bridges, rows, row)? else { continue };
        if let Some(name) = rows.text("plate", row)? {
            bridge.plates.insert(name, plate);
        }
    }
    Ok(())
}

/// Counts repetitions, and leaves each weighing once in its weighbridge's spreads. Rows under one number are one ticket.
fn take_out_repetitions(alike: &[Alike], bridges: &mut BTreeMap<Key, Bridge>) {
    let mut groups: BTreeMap<(Key, &Option<String>, i64, i64), (BTreeSet<&Option<String>>, i64)> = BTreeMap::new();
    for a in alike {
        let group = groups.entry((a.key(), &a.plate, a.gross_kg, a.tare_kg)).or_default();
        group.0.insert(&a.ticket.number);
        group.1 += 1;
    }
    for ((key, plate, gross_kg, _), (numbers, tickets)) in groups {
        let Some(bridge) = bridges.get_mut(&key) else { continue };
        bridge.repeated += (numbers.len() as u64).saturating_sub(1);
        if let Some(in_histogram) = bridge.gross.get_mut(&gross_kg) {
            *in_histogram -= tickets - 1;
        }
        if let Some(of_plate) = plate.as_ref().and_then(|p| bridge.plates.get_mut(p)) {
            #[expect(clippy::cast_precision_loss, reason = "kilograms and tickets of a month")]
            of_plate.without(gross_kg as f64, tickets as f64 - 1.0);
        }
    }
}

/// A table of weighbridges and months for statements to join.
fn register(engine: &Engine, name: &str, keys: &BTreeSet<Key>) -> Result<(), EngineError> {
    let subjects: Vec<&str> = keys.iter().map(|(subject, _)| subject.as_str()).collect();
    let months: Vec<Option<chrono::NaiveDate>> = keys.iter().map(|(_, month)| format!("{month}-01").parse().ok()).collect();
    engine.register(name, DataFrame::new(keys.len(), vec![Column::new("subject".into(), subjects), Column::new("month".into(), months)])?);
    Ok(())
}

/// Tares within a tonne of each other are those of like trucks, whose gross masses are alike.
const LIKE_TARES_KG: i64 = 1_000;

/// How many tickets of all plates are alike, and how many would be by chance: pairs of the same tare, times the share of equal gross
/// masses among trucks of about that tare.
pub(super) fn between_plates(context: &Context, bridges: &BTreeMap<Key, Bridge>) -> Result<BTreeMap<Key, Pairs>, EngineError> {
    let most = u64::try_from(context.number("most_tickets")?).unwrap_or(0);
    let small: BTreeSet<Key> = bridges.iter().filter(|(_, b)| b.tickets <= most).map(|(key, _)| key.clone()).collect();
    register(context.engine, "small_bridges", &small)?;
    let frame = context.engine.sql(&format!(
        "WITH {WEIGHED},
         cells AS (
           SELECT w.subject AS subject, w.month AS month, w.gross_kg AS gross_kg, w.tare_kg AS tare_kg, COUNT(*) AS tickets
           FROM weighed w JOIN small_bridges b ON w.subject = b.subject AND w.month = b.month
           GROUP BY w.subject, w.month, w.gross_kg, w.tare_kg
         ),
         alike AS (SELECT subject, month, SUM(tickets - 1) AS alike FROM cells GROUP BY subject, month),
         classed AS (
           SELECT subject, month, CAST(FLOOR(CAST(tare_kg AS DOUBLE) / {LIKE_TARES_KG}.0) AS BIGINT) AS class, gross_kg, tare_kg, tickets FROM cells
         ),
         tares AS (
           -- Pairs of one tare that are not alike already.
           SELECT subject, month, class, tare_kg, SUM(tickets) * (SUM(tickets) - 1) - SUM(tickets * (tickets - 1)) AS pairs
           FROM classed GROUP BY subject, month, class, tare_kg
         ),
         same_tare AS (SELECT subject, month, class, SUM(pairs) AS pairs FROM tares GROUP BY subject, month, class),
         masses AS (SELECT subject, month, class, gross_kg, COUNT(*) AS weighings FROM classed GROUP BY subject, month, class, gross_kg),
         same_gross AS (
           SELECT subject, month, class, SUM(weighings) AS weighings, SUM(weighings * (weighings - 1)) AS pairs FROM masses GROUP BY subject, month, class
         )
         SELECT t.subject AS subject, t.month AS month, g.weighings AS weighings, t.pairs AS tare_pairs, g.pairs AS gross_pairs, a.alike AS alike
         FROM same_tare t
         JOIN same_gross g ON t.subject = g.subject AND t.month = g.month AND t.class = g.class
         JOIN alike a ON t.subject = a.subject AND t.month = a.month
         ORDER BY t.subject, t.month, t.class"
    ))?;
    let rows = Rows::new(&frame);
    let mut found: BTreeMap<Key, Pairs> = BTreeMap::new();
    for row in 0..frame.height() {
        let (Some(subject), Some(month)) = (rows.text("subject", row)?, rows.day("month", row)?) else { continue };
        #[expect(clippy::cast_precision_loss, reason = "pairs of a few thousand tickets")]
        let number = |column: &str| rows.integer(column, row).map(|n| n.unwrap_or(0) as f64);
        let weighings = number("weighings")?;
        let pairs = found.entry((subject, month_of(month))).or_default();
        pairs.alike = rows.integer("alike", row)?.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        if weighings > 1.0 {
            pairs.expected += number("tare_pairs")? / 2.0 * number("gross_pairs")? / (weighings * (weighings - 1.0));
        }
    }
    Ok(found)
}

/// The tickets of these weighbridges and months that are alike whatever their plates.
pub(super) fn tickets_alike(engine: &Engine, keys: &BTreeSet<Key>) -> Result<Vec<Alike>, EngineError> {
    let frame = papers(
        engine,
        keys,
        ",
         alike AS (SELECT subject, month, gross_kg, tare_kg FROM papers WHERE gross_kg IS NOT NULL AND tare_kg IS NOT NULL GROUP BY subject, month, gross_kg, tare_kg HAVING COUNT(*) > 1)
         SELECT p.subject AS subject, p.month AS month, p.ticket AS ticket, p.source_file AS source_file, p.source_sheet AS source_sheet, p.source_row AS source_row,
                p.net_kg AS net_kg, p.gross_kg AS gross_kg, p.tare_kg AS tare_kg
         FROM papers p JOIN alike a ON p.subject = a.subject AND p.month = a.month AND p.gross_kg = a.gross_kg AND p.tare_kg = a.tare_kg",
    )?;
    let rows = Rows::new(&frame);
    let mut found = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        found.extend(read_alike(rows, row, false)?);
    }
    Ok(found)
}

/// The tickets of these weighbridges and months whose gross is round and whose tare is a multiple of `tare_kg`.
pub(super) fn tickets_round(engine: &Engine, keys: &BTreeSet<Key>, tare_kg: i64) -> Result<Vec<Ticket>, EngineError> {
    let rest = format!(
        " SELECT subject, month, ticket, source_file, source_sheet, source_row FROM papers WHERE gross_kg % {ROUND_KG} = 0 AND tare_kg % {tare_kg} = 0"
    );
    let frame = papers(engine, keys, &rest)?;
    let rows = Rows::new(&frame);
    let mut found = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        found.extend(ticket(rows, row)?);
    }
    Ok(found)
}

fn papers(engine: &Engine, keys: &BTreeSet<Key>, rest: &str) -> Result<DataFrame, EngineError> {
    register(engine, "found_bridges", keys)?;
    engine.sql(&format!(
        "WITH papers AS (
           SELECT s.subject AS subject, s.month AS month, s.ticket_no AS ticket, s.source_file AS source_file, s.source_sheet AS source_sheet,
                  s.source_row AS source_row, s.net_kg AS net_kg, s.gross_kg AS gross_kg, s.tare_kg AS tare_kg
           FROM (SELECT COALESCE(origin_site, origin) AS subject, month, ticket_no, source_file, source_sheet, source_row, net_kg, gross_kg, tare_kg FROM shipments WHERE plate IS NOT NULL) s
           JOIN found_bridges b ON s.subject = b.subject AND s.month = b.month
         ){rest}"
    ))
}

/// Evidence rows being written.
#[derive(Default)]
pub(super) struct Table {
    texts: [Vec<Option<String>>; 6],
    numbers: [Vec<Option<i64>>; 10],
}

const TEXTS: [&str; 6] = ["subject_kind", "subject", "period", "ticket", "source_file", "source_sheet"];
const NUMBERS: [&str; 10] =
    ["source_row", "quantity_kg", "observed", "allowed", "repeated", "repeated_allowed", "round", "round_allowed", "both", "both_allowed"];

impl Table {
    /// A row for the weighbridge and month as a whole.
    pub(super) fn whole(&mut self, kind: &str, key: &Key, observed: Option<i64>, allowed: Option<i64>, figures: [Option<i64>; 6]) {
        let [a, b, c, d, e, f] = figures;
        self.push(
            [Some(kind.to_owned()), Some(key.0.clone()), Some(key.1.clone()), None, None, None],
            [None, None, observed, allowed, a, b, c, d, e, f],
        );
    }

    /// A row for a ticket.
    pub(super) fn ticket(&mut self, kind: &str, ticket: &Ticket, net_kg: Option<i64>) {
        let t = ticket.clone();
        let texts = [Some(kind.to_owned()), Some(t.subject), Some(t.month), t.number, t.file, t.sheet];
        self.push(texts, [t.row, net_kg, None, None, None, None, None, None, None, None]);
    }

    fn push(&mut self, texts: [Option<String>; 6], numbers: [Option<i64>; 10]) {
        self.texts.iter_mut().zip(texts).for_each(|(column, text)| column.push(text));
        self.numbers.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
    }

    pub(super) fn frame(self) -> PolarsResult<DataFrame> {
        let height = self.texts.first().map_or(0, Vec::len);
        let texts = TEXTS.into_iter().zip(self.texts).map(|(name, values)| Column::new(name.into(), values));
        let numbers = NUMBERS.into_iter().zip(self.numbers).map(|(name, values)| Column::new(name.into(), values));
        DataFrame::new(height, texts.chain(numbers).collect())
    }
}

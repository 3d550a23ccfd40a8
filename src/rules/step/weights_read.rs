//! What does the step on cloned weights read, and what does it write? Narrow weighings, the tickets of suspected months, evidence.

use super::likeness::{Bridge, Weighing};
use crate::engine::{Engine, EngineError, Rows};
use polars::prelude::*;
use rayon::slice::ParallelSliceMut;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Weighbridge (site id, or the place as written) and month, days since 1970.
pub(super) type Key = (String, i32);

/// All weighings, of tens of millions of tickets perhaps, by weighbridge and month.
pub(super) struct Weighings {
    keys: Vec<Key>,
    /// Number of the key, and the weighing; sorted.
    all: Vec<(u32, Weighing)>,
}

impl Weighings {
    /// The rows of the statement: `subject, month, plate, gross_kg, tare_kg`.
    pub(super) fn read(frame: &DataFrame) -> Result<Self, EngineError> {
        let (subjects, plates) = (frame.column("subject")?.str()?, frame.column("plate")?.str()?);
        let months = frame.column("month")?.date()?.physical();
        let (gross, tare) = (frame.column("gross_kg")?.i64()?, frame.column("tare_kg")?.i64()?);
        let mut weighings = Self { keys: Vec::new(), all: Vec::with_capacity(frame.height()) };
        let mut numbers: HashMap<(&str, i32), u32> = HashMap::new();
        let mut plate_numbers: HashMap<&str, u32> = HashMap::new();
        let masses = gross.iter().zip(tare.iter());
        for (((subject, month), plate), masses) in subjects.iter().zip(months.iter()).zip(plates.iter()).zip(masses) {
            let (Some(subject), Some(month), Some(plate), (Some(gross_kg), Some(tare_kg))) = (subject, month, plate, masses) else {
                continue;
            };
            let key = *numbers.entry((subject, month)).or_insert_with(|| {
                weighings.keys.push((subject.to_owned(), month));
                number(weighings.keys.len() - 1)
            });
            let next = number(plate_numbers.len());
            let plate = *plate_numbers.entry(plate).or_insert(next);
            // Masses of records are below 200 t.
            let (gross_kg, tare_kg) = (i32::try_from(gross_kg).unwrap_or(0), i32::try_from(tare_kg).unwrap_or(0));
            weighings.all.push((key, Weighing { plate, tare_kg, gross_kg }));
        }
        weighings.all.par_sort_unstable();
        Ok(weighings)
    }

    /// What each weighbridge and month looks like; likeness between plates where tickets are no more than so many.
    pub(super) fn bridges(&self, most_tickets: u64) -> BTreeMap<Key, Bridge> {
        let months = self.all.chunk_by(|(a, _), (b, _)| a == b);
        months
            .filter_map(|of_month| {
                let key = self.keys.get(usize::try_from(of_month.first()?.0).ok()?)?;
                let weighings: Vec<Weighing> = of_month.iter().map(|(_, weighing)| *weighing).collect();
                Some((key.clone(), Bridge::of(&weighings, most_tickets)))
            })
            .collect()
    }
}

/// A number of something of which there are fewer than four billion.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A ticket of a suspected weighbridge and month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Paper {
    pub(super) subject: String,
    pub(super) month: i32,
    pub(super) gross_kg: i64,
    pub(super) tare_kg: i64,
    pub(super) plate: String,
    pub(super) ticket: Option<String>,
    file: Option<String>,
    sheet: Option<String>,
    row: Option<i64>,
    pub(super) net_kg: Option<i64>,
    /// `site` or `place`.
    kind: String,
}

impl Paper {
    pub(super) fn key(&self) -> Key {
        (self.subject.clone(), self.month)
    }

    /// What makes it another paper of the same ticket.
    fn told(&self) -> (&str, i32, i64, i64, &str, &Option<String>) {
        (&self.subject, self.month, self.gross_kg, self.tare_kg, &self.plate, &self.ticket)
    }
}

/// The tickets of these weighbridges and months, sorted; rows under one number with the same weights are one ticket.
pub(super) fn papers(engine: &Engine, keys: &BTreeSet<Key>) -> Result<Vec<Paper>, EngineError> {
    let subjects: Vec<&str> = keys.iter().map(|(subject, _)| subject.as_str()).collect();
    let months: Vec<i32> = keys.iter().map(|(_, month)| *month).collect();
    let months = Column::new("month".into(), months).cast(&DataType::Date)?;
    engine.register("suspected_months", DataFrame::new(keys.len(), vec![Column::new("subject".into(), subjects), months])?);
    let frame = engine.sql(
        "SELECT s.subject_kind AS subject_kind, s.subject AS subject, s.month AS month, s.plate AS plate, s.gross_kg AS gross_kg, s.tare_kg AS tare_kg,
                s.ticket_no AS ticket, s.source_file AS source_file, s.source_sheet AS source_sheet, s.source_row AS source_row, s.net_kg AS net_kg
         FROM (
           SELECT CASE WHEN origin_site IS NULL THEN 'place' ELSE 'site' END AS subject_kind, COALESCE(origin_site, origin) AS subject, month, plate,
                  gross_kg, tare_kg, ticket_no, source_file, source_sheet, source_row, net_kg
           FROM shipments
           WHERE plate IS NOT NULL AND gross_kg IS NOT NULL AND tare_kg IS NOT NULL
         ) s
         JOIN suspected_months m ON s.subject = m.subject AND s.month = m.month",
    )?;
    let rows = Rows::new(&frame);
    let mut papers = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        papers.extend(paper(rows, row)?);
    }
    papers.sort();
    papers.dedup_by(|a, b| a.ticket.is_some() && a.told() == b.told());
    Ok(papers)
}

fn paper(rows: Rows, row: usize) -> Result<Option<Paper>, EngineError> {
    let (Some(kind), Some(subject), Some(month), Some(plate), Some(gross_kg), Some(tare_kg)) = (
        rows.text("subject_kind", row)?,
        rows.text("subject", row)?,
        rows.day("month", row)?,
        rows.text("plate", row)?,
        rows.integer("gross_kg", row)?,
        rows.integer("tare_kg", row)?,
    ) else {
        return Ok(None);
    };
    let month = crate::records::time::days_of(month);
    let (ticket, file, sheet) = (rows.text("ticket", row)?, rows.text("source_file", row)?, rows.text("source_sheet", row)?);
    let (row, net_kg) = (rows.integer("source_row", row)?, rows.integer("net_kg", row)?);
    Ok(Some(Paper { subject, month, gross_kg, tare_kg, plate, ticket, file, sheet, row, net_kg, kind }))
}

/// The same papers as narrow weighings.
pub(super) fn weighings(papers: &[Paper]) -> Weighings {
    let mut weighings = Weighings { keys: Vec::new(), all: Vec::with_capacity(papers.len()) };
    let mut plates: HashMap<&str, u32> = HashMap::new();
    for paper in papers {
        if weighings.keys.last() != Some(&paper.key()) {
            weighings.keys.push(paper.key());
        }
        let next = number(plates.len());
        let plate = *plates.entry(&paper.plate).or_insert(next);
        let (gross_kg, tare_kg) = (i32::try_from(paper.gross_kg).unwrap_or(0), i32::try_from(paper.tare_kg).unwrap_or(0));
        weighings.all.push((number(weighings.keys.len() - 1), Weighing { plate, tare_kg, gross_kg }));
    }
    weighings.all.sort_unstable();
    weighings
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
    /// A row for the weighbridge and month of this paper as a whole.
    pub(super) fn whole(&mut self, of: &Paper, observed: Option<i64>, allowed: Option<i64>, figures: [Option<i64>; 6]) {
        let [a, b, c, d, e, f] = figures;
        let texts = [Some(of.kind.clone()), Some(of.subject.clone()), period(of.month), None, None, None];
        self.push(texts, [None, None, observed, allowed, a, b, c, d, e, f]);
    }

    /// A row for a ticket.
    pub(super) fn ticket(&mut self, paper: &Paper, net_kg: Option<i64>) {
        let p = paper.clone();
        self.push(
            [Some(p.kind), Some(p.subject), period(p.month), p.ticket, p.file, p.sheet],
            [p.row, net_kg, None, None, None, None, None, None, None, None],
        );
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

/// `2023-06`
fn period(month: i32) -> Option<String> {
    crate::records::time::date_of(month).map(|day| day.to_string().chars().take(7).collect())
}

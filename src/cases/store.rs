//! Where do the events stand? In the Delta table `cases`, appended under the lake's lock, so that two writers never build on the same last one.

use super::CasesError;
use super::event::{Act, Attachment, Break, Event, Kind, breaks, follow};
use super::ledger::{Ledger, fold};
use crate::engine::Rows;
use crate::lake::{CASES, Change, Committed, Lake, LakeError, Snapshot, TableChange, Transaction};
use crate::text::Said;
use polars::prelude::*;
use std::collections::BTreeMap;

/// Kind of the lake transactions of cases: no run is changed by them.
pub const TRANSACTION: &str = "cases";

/// So many events of a transaction are told one by one in its summary; of more only how many of each kind.
const TOLD: usize = 20;

/// The events of a snapshot, by number.
///
/// # Errors
/// [`LakeError`] if the table can't be read or holds what no event is.
pub fn events(snapshot: &Snapshot) -> Result<Vec<Event>, LakeError> {
    let frame = snapshot.scan(CASES)?.sort(["event"], SortMultipleOptions::default()).collect()?;
    let rows = Rows::new(&frame);
    (0..frame.height()).map(|row| event(rows, row)).collect()
}

/// The ledger of a snapshot.
///
/// # Errors
/// [`CasesError::Tampered`] if the chain is broken, [`CasesError`] if the table can't be read.
pub fn ledger(snapshot: &Snapshot) -> Result<Ledger, CasesError> {
    let events = events(snapshot)?;
    if let Some(broken) = breaks(&events).first() {
        return Err(CasesError::Tampered { event: broken.event, what: broken.what });
    }
    Ok(fold(events)?)
}

/// Why nothing was appended.
enum Stop {
    /// There was nothing to append to this ledger.
    Nothing(Box<Ledger>),
    Failed(CasesError),
}

impl From<LakeError> for Stop {
    fn from(error: LakeError) -> Self {
        Self::Failed(error.into())
    }
}

/// Appends what `make` makes of the ledger, whole or not at all; nobody else's event comes between. Nothing is committed where it
/// makes nothing.
///
/// # Errors
/// What `make` refuses with, [`CasesError`] if an event does not follow or the lake can't be written.
pub fn append(
    lake: &Lake,
    make: impl FnOnce(&Snapshot, &Ledger) -> Result<Vec<Act>, CasesError>,
) -> Result<(Option<Committed>, Ledger), CasesError> {
    let mut after = None;
    let committed = lake.write_on(|snapshot| {
        let mut ledger = ledger(snapshot).map_err(Stop::Failed)?;
        let acts = make(snapshot, &ledger).map_err(Stop::Failed)?;
        if acts.is_empty() {
            return Err(Stop::Nothing(Box::new(ledger)));
        }
        let mut new = Vec::with_capacity(acts.len());
        for act in acts {
            let event = follow(ledger.last(), act);
            ledger.apply(event.clone()).map_err(|refusal| Stop::Failed(refusal.into()))?;
            new.push(event);
        }
        let change = change(&new)?;
        after = Some(ledger);
        Ok::<_, Stop>(change)
    });
    match committed {
        Ok(committed) => Ok((Some(committed), after.unwrap_or_default())),
        Err(Stop::Nothing(ledger)) => Ok((None, *ledger)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn change(events: &[Event]) -> Result<Change, LakeError> {
    let head = events.last();
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for event in events {
        *kinds.entry(event.act.kind.id()).or_default() += 1;
    }
    let told = |e: &Event| serde_json::json!({ "event": e.event, "kind": e.act.kind, "case": e.act.case });
    let told: Vec<_> = if events.len() <= TOLD { events.iter().map(told).collect() } else { Vec::new() };
    Ok(Change {
        kind: TRANSACTION.to_owned(),
        // A second record of the chain: whoever changes the table has to change this one too.
        summary: serde_json::json!({
            "count": events.len(), "kinds": kinds, "events": told, "head": head.map(|e| e.event), "hash": head.map(|e| e.hash.as_str()),
        }),
        tables: vec![TableChange::Append { table: CASES.to_owned(), frame: frame(events)? }],
    })
}

/// Every place at which the table is not as it was written, by itself and by the lake's list of transactions.
///
/// # Errors
/// [`LakeError`] if the lake can't be read.
pub fn broken(lake: &Lake, snapshot: &Snapshot) -> Result<(Vec<Event>, Vec<Break>), LakeError> {
    let events = events(snapshot)?;
    let mut found = breaks(&events);
    for transaction in lake.history()?.iter().filter(|t| t.number <= snapshot.version) {
        if let Some((number, hash)) = head(transaction)
            && !events.iter().any(|e| e.event == number && e.hash == hash)
        {
            found.push(Break { event: number, what: "transactions" });
        }
    }
    found.sort_by_key(|b| b.event);
    Ok((events, found))
}

/// The last event of a transaction, and its hash.
fn head(transaction: &Transaction) -> Option<(u64, &str)> {
    if transaction.kind != TRANSACTION {
        return None;
    }
    Some((transaction.summary.get("head")?.as_u64()?, transaction.summary.get("hash")?.as_str()?))
}

fn event(rows: Rows<'_>, row: usize) -> Result<Event, LakeError> {
    let missing = |column: &str| LakeError::Broken(format!("{CASES}, row {row}: {column}"));
    let text = |column: &str| rows.text(column, row);
    let must = |column: &str| text(column)?.ok_or_else(|| missing(column));
    let whole = |column: &str| -> PolarsResult<Option<u64>> { Ok(rows.integer(column, row)?.and_then(|n| u64::try_from(n).ok())) };
    let kind = must("kind")?;
    let department = match (text("department_zh")?, text("department_en")?) {
        (Some(zh), Some(en)) => Some(Said { zh, en }),
        _ => None,
    };
    let attachment = match text("attachment_sha256")? {
        Some(sha256) => Some(Attachment {
            sha256,
            bytes: whole("attachment_bytes")?.ok_or_else(|| missing("attachment_bytes"))?,
            media_type: must("attachment_type")?,
            name: must("attachment_name")?,
        }),
        None => None,
    };
    Ok(Event {
        event: whole("event")?.ok_or_else(|| missing("event"))?,
        act: Act {
            kind: Kind::by_id(&kind).ok_or_else(|| missing(&kind))?,
            case: whole("case_no")?.ok_or_else(|| missing("case_no"))?,
            person: must("person")?,
            at: rows.instant("at", row)?.ok_or_else(|| missing("at"))?,
            reason: text("reason")?,
            finding: text("finding")?,
            department,
            responsible: text("responsible")?,
            due: rows.day("due", row)?,
            document: text("document")?,
            attachment,
        },
        previous: must("previous")?,
        hash: must("hash")?,
    })
}

/// Events as the table keeps them.
fn frame(events: &[Event]) -> Result<DataFrame, LakeError> {
    let text = |of: &dyn Fn(&Act) -> Option<String>| events.iter().map(|e| of(&e.act)).collect::<Vec<Option<String>>>();
    let file = |of: &dyn Fn(&Attachment) -> String| text(&|a| a.attachment.as_ref().map(of));
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let frame = df!(
        "event" => events.iter().map(|e| whole(e.event)).collect::<Vec<_>>(),
        "case_no" => events.iter().map(|e| whole(e.act.case)).collect::<Vec<_>>(),
        "kind" => events.iter().map(|e| e.act.kind.id()).collect::<Vec<_>>(),
        "person" => text(&|a| Some(a.person.clone())),
        "at" => events.iter().map(|e| e.act.at.timestamp_micros()).collect::<Vec<_>>(),
        "reason" => text(&|a| a.reason.clone()),
        "finding" => text(&|a| a.finding.clone()),
        "department_zh" => text(&|a| a.department.as_ref().map(|d| d.zh.clone())),
        "department_en" => text(&|a| a.department.as_ref().map(|d| d.en.clone())),
        "responsible" => text(&|a| a.responsible.clone()),
        "due" => events.iter().map(|e| e.act.due.map(crate::records::time::days_of)).collect::<Vec<Option<i32>>>(),
        "document" => text(&|a| a.document.clone()),
        "attachment_sha256" => file(&|f| f.sha256.clone()),
        "attachment_bytes" => events.iter().map(|e| e.act.attachment.as_ref().map(|f| whole(f.bytes))).collect::<Vec<Option<i64>>>(),
        "attachment_type" => file(&|f| f.media_type.clone()),
        "attachment_name" => file(&|f| f.name.clone()),
        "previous" => events.iter().map(|e| e.previous.clone()).collect::<Vec<_>>(),
        "hash" => events.iter().map(|e| e.hash.clone()).collect::<Vec<_>>(),
    )?;
    let instant = col("at").cast(DataType::Datetime(TimeUnit::Microseconds, None));
    Ok(frame.lazy().with_columns([instant, col("due").cast(DataType::Date)]).collect()?)
}

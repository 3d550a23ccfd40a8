//! Where do the events stand? In the Delta table `bulletins`, appended under the lake's lock, so that two writers never build on the same last one.

use super::PublicationError;
use super::event::{Act, Break, Event, Kind, breaks, follow};
use super::ledger::{Ledger, fold};
use crate::engine::Rows;
use crate::lake::{BULLETINS, Change, Committed, Lake, LakeError, Snapshot, TableChange, Transaction};
use polars::prelude::*;

/// Kind of the lake transactions that put a price in force: later runs show it.
pub const PUBLISHES: &str = "publish";
/// Kind of the lake transactions that only prepare one, or enter an error in the log: no run is changed by them.
pub const PREPARES: &str = "bulletin";

/// The events of a snapshot, by number.
///
/// # Errors
/// [`LakeError`] if the table can't be read or holds what no event is.
pub fn events(snapshot: &Snapshot) -> Result<Vec<Event>, LakeError> {
    let frame = snapshot.scan(BULLETINS)?.sort(["event"], SortMultipleOptions::default()).collect()?;
    let rows = Rows::new(&frame);
    (0..frame.height()).map(|row| event(rows, row)).collect()
}

/// The ledger of a snapshot.
///
/// # Errors
/// [`PublicationError::Tampered`] if the chain is broken, [`PublicationError`] if the table can't be read.
pub fn ledger(snapshot: &Snapshot) -> Result<Ledger, PublicationError> {
    let events = events(snapshot)?;
    if let Some(broken) = breaks(&events).first() {
        return Err(PublicationError::Tampered { event: broken.event, what: broken.what });
    }
    Ok(fold(&events)?)
}

/// Appends what `make` makes of the ledger, whole or not at all; nobody else's event comes between.
///
/// # Errors
/// What `make` refuses with, [`PublicationError`] if an event does not follow or the lake can't be written.
pub fn append(
    lake: &Lake,
    make: impl FnOnce(&Snapshot, &Ledger) -> Result<Vec<Act>, PublicationError>,
) -> Result<(Committed, Ledger), PublicationError> {
    let mut after = None;
    let committed = lake.write_on(|snapshot| {
        let mut ledger = ledger(snapshot)?;
        let mut new = Vec::new();
        for act in make(snapshot, &ledger)? {
            let event = follow(ledger.last(), act);
            ledger = ledger.after(event.clone())?;
            new.push(event);
        }
        let change = change(&new)?;
        after = Some(ledger);
        Ok::<_, PublicationError>(change)
    })?;
    Ok((committed, after.unwrap_or_default()))
}

fn change(events: &[Event]) -> Result<Change, LakeError> {
    let publishes = events.iter().any(|e| e.act.kind.changes_prices());
    let head = events.last();
    let told: Vec<_> = events
        .iter()
        .map(|e| serde_json::json!({ "event": e.event, "kind": e.act.kind, "draft": e.act.draft_id, "number": e.act.number }))
        .collect();
    Ok(Change {
        kind: if publishes { PUBLISHES } else { PREPARES }.to_owned(),
        // A second record of the chain: whoever changes the table has to change this one too.
        summary: serde_json::json!({ "events": told, "head": head.map(|e| e.event), "hash": head.map(|e| e.hash.as_str()) }),
        tables: vec![TableChange::Append { table: BULLETINS.to_owned(), frame: frame(events)? }],
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
    if ![PUBLISHES, PREPARES].contains(&transaction.kind.as_str()) {
        return None;
    }
    Some((transaction.summary.get("head")?.as_u64()?, transaction.summary.get("hash")?.as_str()?))
}

fn event(rows: Rows<'_>, row: usize) -> Result<Event, LakeError> {
    let missing = |column: &str| LakeError::Broken(format!("{BULLETINS}, row {row}: {column}"));
    let text = |column: &str| rows.text(column, row);
    let must = |column: &str| text(column)?.ok_or_else(|| missing(column));
    let kind = must("kind")?;
    Ok(Event {
        event: rows.integer("event", row)?.and_then(|n| u64::try_from(n).ok()).ok_or_else(|| missing("event"))?,
        act: Act {
            kind: Kind::by_id(&kind).ok_or_else(|| missing(&kind))?,
            draft_id: must("draft_id")?,
            number: text("number")?,
            period: must("period")?,
            person: must("person")?,
            at: rows.instant("at", row)?.ok_or_else(|| missing("at"))?,
            reason: text("reason")?,
            document: text("document")?,
            kept: text("kept")?,
        },
        document_sha256: text("document_sha256")?,
        kept_sha256: text("kept_sha256")?,
        previous: must("previous")?,
        hash: must("hash")?,
    })
}

/// Events as the table keeps them.
fn frame(events: &[Event]) -> Result<DataFrame, LakeError> {
    let text = |of: &dyn Fn(&Event) -> Option<String>| events.iter().map(of).collect::<Vec<Option<String>>>();
    let frame = df!(
        "event" => events.iter().map(|e| i64::try_from(e.event).unwrap_or(i64::MAX)).collect::<Vec<_>>(),
        "kind" => events.iter().map(|e| e.act.kind.id()).collect::<Vec<_>>(),
        "draft_id" => text(&|e| Some(e.act.draft_id.clone())),
        "number" => text(&|e| e.act.number.clone()),
        "period" => text(&|e| Some(e.act.period.clone())),
        "person" => text(&|e| Some(e.act.person.clone())),
        "at" => events.iter().map(|e| e.act.at.timestamp_micros()).collect::<Vec<_>>(),
        "reason" => text(&|e| e.act.reason.clone()),
        "document" => text(&|e| e.act.document.clone()),
        "document_sha256" => text(&|e| e.document_sha256.clone()),
        "kept" => text(&|e| e.act.kept.clone()),
        "kept_sha256" => text(&|e| e.kept_sha256.clone()),
        "previous" => text(&|e| Some(e.previous.clone())),
        "hash" => text(&|e| Some(e.hash.clone())),
    )?;
    Ok(frame.lazy().with_column(col("at").cast(DataType::Datetime(TimeUnit::Microseconds, None))).collect()?)
}

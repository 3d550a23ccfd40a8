//! What became of a file's rows? read = accepted + known + quarantined, for every sheet.

use super::LakeError;
use super::load_rows::Tally;
use crate::ingest::{FileCount, IngestError};
use crate::records::Table;
use crate::text::Said;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The file name of a summary that speaks of all files of a call.
pub const NO_FILE: &str = "-";

/// What became of a sheet (or of a file without sheets).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSummary {
    /// File name.
    pub file: String,
    /// Sheet, if the file has sheets.
    pub sheet: Option<String>,
    /// Table; `None`: the sheet is no table and was not read.
    pub table: Option<String>,
    /// Rows read: accepted + known + quarantined, always.
    pub read: u64,
    /// Stored now.
    pub accepted: u64,
    /// The same content was stored before, or stands earlier in the file.
    pub known: u64,
    /// Can't be read as records; kept in quarantine.
    pub quarantined: u64,
    /// Of the accepted ones: the same key as another record, with other content.
    pub conflicting: u64,
    /// Of the accepted ones: 作废 and 更正 rows.
    pub corrections: u64,
    /// Blank rows.
    pub blank: u64,
    /// Total rows, footers and repeated headers.
    pub totals: u64,
    /// What a user should know.
    pub notes: Vec<Said>,
    /// Why the file was refused; then nothing of it is stored.
    pub refused: Option<String>,
    /// The lake's version that holds it.
    pub version: u64,
}

/// The name under which a file is known.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

/// A file of which nothing is stored.
pub(super) fn refused(path: &Path, refusal: &IngestError) -> FileSummary {
    FileSummary { file: name_of(path), refused: Some(refusal.to_string()), ..FileSummary::default() }
}

/// One summary a sheet; the accounts must close.
pub(super) fn summaries(
    counts: Vec<FileCount>,
    tallies: &BTreeMap<(Table, Option<String>), Tally>,
    version: u64,
) -> Result<Vec<FileSummary>, LakeError> {
    counts.into_iter().map(|count| summary(count, tallies, version)).collect()
}

fn summary(count: FileCount, tallies: &BTreeMap<(Table, Option<String>), Tally>, version: u64) -> Result<FileSummary, LakeError> {
    let tally = count.table.and_then(|t| tallies.get(&(t, count.sheet.clone()))).copied().unwrap_or_default();
    if count.read != tally.accepted + tally.known + count.quarantined {
        return Err(LakeError::Broken(format!(
            "{} {}: read {} ≠ accepted {} + known {} + quarantined {}",
            count.file,
            count.sheet.as_deref().unwrap_or(""),
            count.read,
            tally.accepted,
            tally.known,
            count.quarantined
        )));
    }
    let mut notes = count.notes;
    if tally.idle > 0 {
        notes.push(Said::new(
            format!("{} 行更正/作废没有找到同号的记录；若原始记录在其他文件中，请在其导入后再导入本文件", tally.idle),
            format!(
                "{} corrections or voids found no record of their number; ingest this file again after the one that has it",
                tally.idle
            ),
        ));
    }
    Ok(FileSummary {
        file: count.file,
        sheet: count.sheet,
        table: count.table.map(|t| t.name().to_owned()),
        read: count.read,
        accepted: tally.accepted,
        known: tally.known,
        quarantined: count.quarantined,
        conflicting: tally.conflicting,
        corrections: tally.corrections,
        blank: count.blank,
        totals: count.totals,
        notes,
        refused: None,
        version,
    })
}

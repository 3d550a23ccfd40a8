//! How does a register take new rows? Rows of the same key are replaced; keys are unique afterwards.

use super::LakeError;
use super::identity::{content_columns, hashes, key_columns};
use crate::records::TableSpec;
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A register after new rows, and what became of these.
pub(super) struct Merged {
    /// The register, sorted by key.
    pub(super) frame: DataFrame,
    /// For each new row whether its content was there already.
    pub(super) known: Vec<bool>,
    /// New rows that share a key with another new row of other content; the last one counts.
    pub(super) conflicting: u64,
    /// Whether the register changes at all.
    pub(super) changed: bool,
}

/// `old` with the rows of `new` in place of those of the same key.
pub(super) fn merge(old: &DataFrame, new: &DataFrame, spec: &TableSpec) -> Result<Merged, LakeError> {
    let content = content_columns(spec);
    let (old_content, new_content) = (hashes(old, &content)?, hashes(new, &content)?);
    let (old_keys, new_keys) = (hashes(old, &key_columns(spec))?, hashes(new, &key_columns(spec))?);
    let mut seen: BTreeSet<u128> = old_content.iter().copied().collect();
    let known: Vec<bool> = new_content.iter().map(|h| !seen.insert(*h)).collect();
    let mut last: BTreeMap<u128, usize> = BTreeMap::new();
    let mut conflicting = 0;
    for (row, key) in new_keys.iter().enumerate() {
        if let Some(before) = last.insert(*key, row)
            && new_content[before] != new_content[row]
        {
            conflicting += 1;
        }
    }
    // A row whose content is there already stays as it was, with where it first came from.
    let old_by_key: BTreeMap<u128, usize> = old_keys.iter().enumerate().map(|(row, key)| (*key, row)).collect();
    let same = |key: &u128, row: usize| old_by_key.get(key).is_some_and(|o| old_content[*o] == new_content[row]);
    let take: BooleanChunked = new_keys.iter().enumerate().map(|(row, key)| last.get(key) == Some(&row) && !same(key, row)).collect();
    let keep: BooleanChunked = old_keys.iter().map(|key| last.get(key).is_none_or(|row| same(key, *row))).collect();
    let changed = take.any() || !keep.all();
    let frame = old.filter(&keep)?.vstack(&new.filter(&take)?)?;
    Ok(Merged { frame: sorted(frame, spec)?, known, conflicting, changed })
}

/// The register without the rows whose keys are not in `mentioned`; and how many went.
pub(super) fn retain(old: &DataFrame, mentioned: &BTreeSet<u128>, spec: &TableSpec) -> Result<(DataFrame, u64), LakeError> {
    let keep: BooleanChunked = hashes(old, &key_columns(spec))?.iter().map(|key| mentioned.contains(key)).collect();
    let frame = old.filter(&keep)?;
    let gone = old.height() - frame.height();
    Ok((frame, gone as u64))
}

fn sorted(frame: DataFrame, spec: &TableSpec) -> PolarsResult<DataFrame> {
    let options = SortMultipleOptions::default().with_nulls_last(true).with_maintain_order(true);
    frame.sort(key_columns(spec), options)
}

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
    /// For each new row whether its content was there already (of a void: whether there was nothing to take out).
    pub(super) known: Vec<bool>,
    /// New rows that a later new row of the same key and other content replaces; the last one counts.
    pub(super) conflicting: Vec<bool>,
    /// Whether the register changes at all.
    pub(super) changed: bool,
}

/// `old` with the rows of `new` in place of those of the same key; `voids` tells which of them only take a row out.
pub(super) fn merge(old: &DataFrame, new: &DataFrame, voids: &[bool], spec: &TableSpec) -> Result<Merged, LakeError> {
    let content = content_columns(spec);
    let (old_content, new_content) = (hashes(old, &content)?, hashes(new, &content)?);
    let (old_keys, new_keys) = (hashes(old, &key_columns(spec))?, hashes(new, &key_columns(spec))?);
    let void = |row: usize| voids.get(row) == Some(&true);
    let mut seen: BTreeSet<u128> = old_content.iter().copied().collect();
    let mut last: BTreeMap<u128, usize> = BTreeMap::new();
    let old_by_key: BTreeMap<u128, usize> = old_keys.iter().enumerate().map(|(row, key)| (*key, row)).collect();
    let mut known = Vec::with_capacity(new_keys.len());
    let mut conflicting = vec![false; new_keys.len()];
    for (row, (key, content)) in new_keys.iter().zip(&new_content).enumerate() {
        let before = last.insert(*key, row);
        if void(row) {
            known.push(before.map_or(!old_by_key.contains_key(key), void));
            continue;
        }
        known.push(!seen.insert(*content));
        if let Some(before) = before.filter(|b| !void(*b) && new_content.get(*b) != Some(content)) {
            conflicting[before] = true;
        }
    }
    // A row whose content is there already stays as it was, with where it first came from.
    let same = |key: &u128, row: usize| !void(row) && old_by_key.get(key).is_some_and(|o| old_content[*o] == new_content[row]);
    let take: BooleanChunked =
        new_keys.iter().enumerate().map(|(row, key)| last.get(key) == Some(&row) && !void(row) && !same(key, row)).collect();
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

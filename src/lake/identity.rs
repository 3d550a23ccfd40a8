//! When are two records the same? When their whole typed content is, wherever it came from.
//!
//! The hash is stable: it is kept in the table `superseded`, so this file must not change what it gives.

use crate::records::{MONTH, PROVENANCE, TableSpec};
use polars::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

/// An odd 128-bit multiplier (the one of PCG's 128-bit generator).
const MULTIPLIER: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;
/// Stands for a missing value: no cell hash of an `Int32`, and unlikely for the others.
const MISSING: u64 = 0x9e37_79b9_7f4a_7c15;

/// Columns that came into the records after hashes had been kept: where one is missing, the hash is what it was before.
const LATER: [&str; 4] = ["rb2o_ppm", "cs2o_ppm", "ta2o5_ppm", "fe2o3_ppm"];

/// The columns that make a record's content: all but where it came from and what follows from the others.
#[must_use]
pub fn content_columns(spec: &TableSpec) -> Vec<String> {
    spec.columns()
        .into_iter()
        .map(|c| c.0)
        .filter(|name| {
            let derived = spec.derived.iter().chain(&PROVENANCE).any(|c| c.name == name);
            !derived && (name != MONTH || spec.input(MONTH).is_some())
        })
        .collect()
}

/// The stored columns of the key.
#[must_use]
pub fn key_columns(spec: &TableSpec) -> Vec<String> {
    spec.key.iter().filter_map(|k| spec.input(k)).map(|i| i.column_name()).collect()
}

/// A 128-bit hash of these columns for every row. Two given different records share one with probability 2^-64 at most: texts
/// go in by 64 bits each.
///
/// # Errors
/// If a column is missing or has a type that the lake does not keep.
pub fn hashes(frame: &DataFrame, columns: &[String]) -> PolarsResult<Vec<u128>> {
    let mut state = vec![MULTIPLIER; frame.height()];
    for name in columns {
        let column = frame.column(name)?.as_materialized_series().rechunk();
        if let Some(place) = (1u8..).zip(LATER).find_map(|(place, later)| (later == name).then_some(place)) {
            mix_present(&mut state, place, column.i32()?);
            continue;
        }
        match column.dtype() {
            DataType::String => mix(&mut state, column.str()?.iter().map(|v| v.map(|v| xxh3_64(v.as_bytes())))),
            DataType::Boolean => mix(&mut state, column.bool()?.iter().map(|v| v.map(u64::from))),
            DataType::Float64 => mix(&mut state, column.f64()?.iter().map(|v| v.map(|v| (v + 0.0).to_bits()))),
            DataType::Int64 => mix(&mut state, column.i64()?.iter().map(|v| v.map(i64::cast_unsigned))),
            DataType::Int32 => mix(&mut state, column.i32()?.iter().map(|v| v.map(|v| i64::from(v).cast_unsigned()))),
            DataType::Date => mix(&mut state, column.date()?.physical().iter().map(|v| v.map(|v| i64::from(v).cast_unsigned()))),
            DataType::Datetime(..) => mix(&mut state, column.datetime()?.physical().iter().map(|v| v.map(i64::cast_unsigned))),
            other => polars_bail!(SchemaMismatch: "column {name} has type {other}, which is not hashed"),
        }
    }
    Ok(state)
}

fn mix(state: &mut [u128], cells: impl Iterator<Item = Option<u64>>) {
    for (state, cell) in state.iter_mut().zip(cells) {
        // A missing value is no value: its own constant, and a bit that no present value sets.
        let cell = cell.map_or((u128::from(MISSING) << 64) | 1, |cell| u128::from(cell) << 1);
        let mixed = (*state ^ cell).wrapping_mul(MULTIPLIER);
        *state = mixed ^ (mixed >> 67);
    }
}

/// Only the values that are there, each with its column's place.
fn mix_present(state: &mut [u128], place: u8, cells: &Int32Chunked) {
    if cells.null_count() == cells.len() {
        return;
    }
    for (state, cell) in state.iter_mut().zip(cells.iter()) {
        let Some(cell) = cell else { continue };
        let cell = u128::from(place) << 72 | u128::from(i64::from(cell).cast_unsigned()) << 1;
        let mixed = (*state ^ cell).wrapping_mul(MULTIPLIER);
        *state = mixed ^ (mixed >> 67);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_is_not_zero_and_columns_do_not_run_together() {
        let frame = df!("a" => [Some(0i64), None, Some(1), Some(2)], "b" => [None, Some(0i64), Some(2), Some(1)]).unwrap();
        let hashes = hashes(&frame, &["a".to_owned(), "b".to_owned()]).unwrap();
        let distinct: std::collections::BTreeSet<_> = hashes.iter().collect();
        assert_eq!(distinct.len(), 4);
    }

    #[test]
    fn the_hash_never_changes() {
        let frame = df!("t" => ["P-1"], "n" => [31_520i64]).unwrap();
        let hashes = hashes(&frame, &["t".to_owned(), "n".to_owned()]).unwrap();
        insta::assert_snapshot!(format!("{:032x}", hashes[0]), @"21aad6339355330e902040f6be195901");
    }

    #[test]
    fn a_column_that_came_later_changes_no_hash_where_it_is_missing() {
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let before = hashes(&df!("t" => ["P-1", "P-1", "P-1"]).unwrap(), &names(&["t"])).unwrap();
        let frame =
            df!("t" => ["P-1", "P-1", "P-1"], "rb2o_ppm" => [None, Some(5i32), None], "cs2o_ppm" => [None, None, Some(5i32)]).unwrap();
        let after = hashes(&frame, &names(&["t", "rb2o_ppm", "cs2o_ppm"])).unwrap();
        assert_eq!(after[0], before[0]);
        assert!(after[1] != before[1] && after[2] != before[2] && after[1] != after[2]);
    }
}

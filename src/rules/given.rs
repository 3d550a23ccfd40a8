//! Which tables do rules see that are no records? What other rooms work out, and what the first pass of rules has found.

use polars::prelude::*;

/// Evidence of the rules that ran before: what a rule with `after: findings` sees.
pub const FOUND: &str = "first_pass";

/// Guide prices in force by product, period and grade class; the price room gives them.
pub const GUIDE_PRICES: &str = "guide_prices";

/// Sales with their normalised price beside the guide price of their class and period; the price room gives them.
pub const PRICED_SALES: &str = "priced_sales";

const TEXT: DataType = DataType::String;
const WHOLE: DataType = DataType::Int64;
const DAY: DataType = DataType::Date;

const FOUND_COLUMNS: [(&str, DataType); 12] = [
    ("rule", TEXT),
    ("certainty", TEXT),
    ("subject_kind", TEXT),
    ("subject", TEXT),
    ("period", TEXT),
    ("ticket", TEXT),
    ("source_file", TEXT),
    ("source_sheet", TEXT),
    ("source_row", DataType::Int32),
    ("quantity_kg", WHOLE),
    ("observed", WHOLE),
    ("allowed", WHOLE),
];

const GUIDE_PRICE_COLUMNS: [(&str, DataType); 9] = [
    ("product", TEXT),
    ("first_day", DAY),
    ("last_day", DAY),
    ("class", TEXT),
    // Of the dry matter; missing: open. A grade of `to_ppm` is the next class's.
    ("from_ppm", WHOLE),
    ("to_ppm", WHOLE),
    // Fen a dry tonne on the basis of the price policy.
    ("lower_fen_per_t", WHOLE),
    ("guide_fen_per_t", WHOLE),
    ("upper_fen_per_t", WHOLE),
];

const PRICED_SALE_COLUMNS: [(&str, DataType); 18] = [
    ("source_file", TEXT),
    ("source_sheet", TEXT),
    ("source_row", DataType::Int32),
    ("contract_no", TEXT),
    ("date", DAY),
    ("month", DAY),
    ("seller", TEXT),
    ("seller_company", TEXT),
    ("buyer", TEXT),
    ("buyer_company", TEXT),
    ("product", TEXT),
    ("li2o_ppm", WHOLE),
    ("dry_kg", WHOLE),
    ("wet_kg", WHOLE),
    // Normalised to the basis of the guide price, fen a dry tonne.
    ("price_fen_per_t", WHOLE),
    ("lower_fen_per_t", WHOLE),
    ("guide_fen_per_t", WHOLE),
    ("upper_fen_per_t", WHOLE),
];

/// The columns of such a table; `None`: there is none of that name.
#[must_use]
pub fn schema(table: &str) -> Option<Schema> {
    let columns: &[(&str, DataType)] = match table {
        FOUND => &FOUND_COLUMNS,
        GUIDE_PRICES => &GUIDE_PRICE_COLUMNS,
        PRICED_SALES => &PRICED_SALE_COLUMNS,
        _ => return None,
    };
    Some(columns.iter().map(|(name, dtype)| Field::new((*name).into(), dtype.clone())).collect())
}

/// Such a table without rows.
#[must_use]
pub fn empty(table: &str) -> DataFrame {
    DataFrame::empty_with_schema(&schema(table).unwrap_or_default())
}

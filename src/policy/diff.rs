//! What do two policies say differently, key by key, and what does it change?

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// What a changed key changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Guide prices, their limits, or which sales they rest on.
    Prices,
    /// Findings, or how urgent they are and who leads.
    Rules,
    /// Neither: how prices are published, how cases are kept, or a key that the mechanism chosen does not read.
    Nothing,
}

/// A key that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The key: `price.product.lepidolite_concentrate.cost[2024-01-01].recovery_pct`.
    pub key: String,
    /// Its value in the first policy; `None`: not there.
    pub old: Option<Value>,
    /// Its value in the second.
    pub new: Option<Value>,
    /// What it changes.
    pub effect: Effect,
}

/// The keys by which two whole policies (defaults filled in) differ, in the order of their names. Tables in arrays are compared by
/// their `id` or `from`, dates in lists one by one; numbers are equal whether written `5` or `5.0`.
#[must_use]
pub fn diff(a: &Table, b: &Table) -> Vec<Change> {
    let mut found = Vec::new();
    tables("", a, b, &mut found);
    found.into_iter().map(|(key, old, new)| Change { effect: effect(&key, a, b), key, old, new }).collect()
}

type Found = Vec<(String, Option<Value>, Option<Value>)>;

fn tables(at: &str, a: &Table, b: &Table, found: &mut Found) {
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for key in keys {
        let key_at = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        values(&key_at, a.get(key), b.get(key), found);
    }
}

fn values(at: &str, a: Option<&Value>, b: Option<&Value>, found: &mut Found) {
    match (a, b) {
        (Some(Value::Table(a)), Some(Value::Table(b))) => tables(at, a, b, found),
        (Some(Value::Array(a)), Some(Value::Array(b))) => arrays(at, a, b, found),
        (Some(a), Some(b)) if equal(a, b) => {}
        (None, None) => {}
        (a, b) => found.push((at.to_owned(), a.cloned(), b.cloned())),
    }
}

fn arrays(at: &str, a: &[Value], b: &[Value], found: &mut Found) {
    if a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)) {
        return;
    }
    let (Some(named_a), Some(named_b)) = (named(a), named(b)) else {
        found.push((at.to_owned(), Some(Value::Array(a.to_vec())), Some(Value::Array(b.to_vec()))));
        return;
    };
    let before = found.len();
    let names: BTreeSet<&String> = named_a.keys().chain(named_b.keys()).collect();
    for name in names {
        values(&format!("{at}[{name}]"), named_a.get(name).copied(), named_b.get(name).copied(), found);
    }
    if found.len() == before {
        // The same entries in another order, which may matter.
        found.push((at.to_owned(), Some(Value::Array(a.to_vec())), Some(Value::Array(b.to_vec()))));
    }
}

/// The entries of an array by name: a table's `id` or `from`, a date's own text. `None`: they have none, or one stands twice.
fn named(array: &[Value]) -> Option<BTreeMap<String, &Value>> {
    let mut names = BTreeMap::new();
    for value in array {
        let name = match value {
            Value::Table(table) => text(table.get("id").or_else(|| table.get("from"))?)?,
            Value::Datetime(date) => date.to_string(),
            _ => return None,
        };
        if names.insert(name, value).is_some() {
            return None;
        }
    }
    Some(names)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Datetime(date) => Some(date.to_string()),
        _ => None,
    }
}

/// Whether two values mean the same.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        #[expect(clippy::cast_precision_loss, reason = "quantities of policy are far below 2^53")]
        (Value::Integer(whole), Value::Float(float)) | (Value::Float(float), Value::Integer(whole)) => *whole as f64 == *float,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Table(a), Value::Table(b)) => a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b))),
        (a, b) => a == b,
    }
}

/// What a key changes, where the first policy becomes the second.
fn effect(key: &str, a: &Table, b: &Table) -> Effect {
    let path: Vec<&str> = key.split(['.', '[']).collect();
    let says = |keys: &[&str], word: &str| [a, b].iter().any(|table| at(table, keys).and_then(Value::as_str) == Some(word));
    match path.as_slice() {
        ["rules", ..] => Effect::Rules,
        // Which findings become cases, and when they are due, changes neither.
        ["cases", ..] => Effect::Nothing,
        ["price", "publication", ..] => Effect::Nothing,
        // Only windows of business days begin somewhere and have a length.
        ["price", "calendar", "start" | "business_days"] if !says(&["price", "calendar", "kind"], "ten_business_days") => Effect::Nothing,
        // How far the table reaches warns, and counts no day.
        ["price", "calendar", "table_from" | "table_to"] => Effect::Nothing,
        ["price", "product", product, mode @ ("formula" | "benchmark"), ..] => {
            let assessed = says(&["price", "product", product, "assessed_by"], mode);
            let bounds = *mode == "benchmark" && says(&["price", "product", product, "band", "fixed", "around"], mode);
            if assessed || bounds { Effect::Prices } else { Effect::Nothing }
        }
        _ => Effect::Prices,
    }
}

fn at<'a>(table: &'a Table, keys: &[&str]) -> Option<&'a Value> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(*key))
}

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::*;

    /// The changes from the defaults to the defaults with these keys: `key: old → new effect`.
    fn from_builtin(keys: &str) -> Vec<String> {
        let builtin = Policy::builtin().unwrap();
        let other = builtin.with(&keys.parse().unwrap()).unwrap();
        let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        diff(builtin.table(), other.table())
            .iter()
            .map(|c| format!("{}: {} → {} {:?}", c.key, shown(&c.old), shown(&c.new), c.effect))
            .collect()
    }

    const X: &str = "price.product.lepidolite_concentrate";

    #[test]
    fn a_changed_number_is_told_with_what_it_was() {
        assert_eq!(
            from_builtin(&format!("[{X}.mechanism]\nmax_step = \"none\"\n")),
            [format!("{X}.mechanism.max_step: \"8 %\" → \"none\" Prices")]
        );
        assert_eq!(from_builtin("[rules.severity.lead]\nmedium_kg = 5\n"), ["rules.severity.lead.medium_kg: 1000000 → 5 Rules"]);
        assert_eq!(from_builtin("[cases]\nattachment_max_mb = 5\n"), ["cases.attachment_max_mb: 200 → 5 Nothing"]);
        assert_eq!(from_builtin("[price.publication]\ncatalogue = \"x\"\n"), ["price.publication.catalogue: \"\" → \"x\" Nothing"]);
    }

    #[test]
    fn the_same_number_written_differently_is_no_change() {
        assert_eq!(from_builtin(&format!("[{X}.mechanism]\ntick_yuan_per_t = 5\n")), Vec::<String>::new());
    }

    #[test]
    fn entries_of_a_list_are_compared_by_their_date_of_effect_or_id() {
        let terms = "[[price.terms]]\nfrom = 2018-05-01\nvat_goods_pct = 16.0\nvat_freight_pct = 10.0\ncredit_rate_pct = 4.5
[[price.terms]]\nfrom = 2019-04-01\nvat_goods_pct = 12\nvat_freight_pct = 9.0\ncredit_rate_pct = 4.5\n";
        let changes = from_builtin(terms);
        assert_eq!(changes.len(), 2, "{changes:?}");
        assert!(changes[0].starts_with("price.terms[2013-08-01]: {") && changes[0].ends_with("} → - Prices"), "{}", changes[0]);
        assert_eq!(changes[1], "price.terms[2019-04-01].vat_goods_pct: 13.0 → 12 Prices");
    }

    #[test]
    fn a_holiday_more_is_one_change() {
        let builtin = Policy::builtin().unwrap();
        let mut days = builtin.table()["price"]["calendar"]["holidays"].as_array().unwrap().clone();
        days.push(Value::Datetime("2024-02-09".parse().unwrap()));
        let days: Vec<String> = days.iter().map(ToString::to_string).collect();
        let changes = from_builtin(&format!("[price.calendar]\nholidays = [{}]\n", days.join(", ")));
        assert_eq!(changes, ["price.calendar.holidays[2024-02-09]: - → 2024-02-09 Prices"]);
    }

    #[test]
    fn a_key_that_the_mechanism_does_not_read_changes_nothing() {
        assert_eq!(from_builtin("[price.calendar]\nbusiness_days = 5\n"), ["price.calendar.business_days: 10 → 5 Nothing"]);
        let windows = from_builtin("[price.calendar]\nkind = \"ten_business_days\"\nbusiness_days = 5\n");
        assert!(windows[0].ends_with("Prices") && windows[1].ends_with("Prices"), "{windows:?}");
        let formula =
            format!("[{X}.formula]\nfactor_pct = 80.0\nat_grade_pct = 2.5\nfactor_pct_per_grade_pct = 10.0\nmoisture_pct = 0.0\n");
        assert!(from_builtin(&formula)[0].ends_with("Nothing"));
        let used = from_builtin(&format!("[{X}]\nassessed_by = \"formula\"\n{formula}"));
        assert!(used.iter().all(|c| c.ends_with("Prices")), "{used:?}");
    }

    #[test]
    fn a_policy_does_not_differ_from_itself_and_differences_turn_round() {
        let a = Policy::builtin().unwrap();
        let b = a.with(&format!("[{X}.centre]\ntrim = 0.4\n[price.product.feldspar]\nassay = \"dry\"\n").parse().unwrap()).unwrap();
        assert!(diff(a.table(), a.table()).is_empty());
        let there = diff(a.table(), b.table());
        let back: Vec<Change> = diff(b.table(), a.table()).into_iter().map(|c| Change { old: c.new, new: c.old, ..c }).collect();
        assert_eq!((there.len(), there), (2, back));
    }
}

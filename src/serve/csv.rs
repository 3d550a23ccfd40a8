//! How does a list become a CSV that Excel opens rightly and that can't run formulas?

use serde_json::Value;

/// Excel takes a CSV for UTF-8 only with this in front.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Rows as CSV (RFC 4180) under exactly these columns.
///
/// A column `a_b` is the field `b` of the object `a`, or a field called `a_b`. If `explode` names a field with a list of
/// objects, each of them becomes a row of its own that repeats the rest; its fields are columns `<explode>_<field>`.
pub(super) fn csv(items: &[Value], columns: &[&str], explode: Option<&str>) -> String {
    let mut text = String::from(BYTE_ORDER_MARK);
    line(&mut text, columns.iter().map(|c| (*c).to_owned()));
    for item in items {
        for row in rows(item, explode) {
            let flat = flat(&row);
            line(&mut text, columns.iter().map(|c| flat.iter().find(|(name, _)| name == c).map(|(_, v)| cell(v)).unwrap_or_default()));
        }
    }
    text
}

fn rows(item: &Value, explode: Option<&str>) -> Vec<Value> {
    let list = explode.and_then(|field| item.get(field)).and_then(Value::as_array);
    match (explode, list) {
        (Some(field), Some(list)) if !list.is_empty() => list
            .iter()
            .map(|element| {
                let mut row = item.clone();
                if let Some(object) = row.as_object_mut() {
                    object.insert(field.to_owned(), element.clone());
                }
                row
            })
            .collect(),
        _ => vec![item.clone()],
    }
}

fn flat(row: &Value) -> Vec<(String, &Value)> {
    let mut cells = Vec::new();
    for (name, value) in row.as_object().into_iter().flatten() {
        match value {
            Value::Object(inner) => cells.extend(inner.iter().map(|(field, value)| (format!("{name}_{field}"), value))),
            _ => cells.push((name.clone(), value)),
        }
    }
    cells
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => harmless(text),
        Value::Array(list) if list.is_empty() => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) | Value::Object(_) => harmless(&value.to_string()),
    }
}

/// A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection); numbers are
/// written by us and stay numbers.
fn harmless(text: &str) -> String {
    let formula = text
        .trim_start_matches([' ', '\u{a0}', '\u{3000}', '"'])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_formula_is_text_and_a_negative_number_a_number() {
        let items = [json!({ "name": "=cmd|' /C calc'!A0", "kg": -5, "says": { "zh": "甲,乙", "en": " +1" }, "list": [] })];
        let text = csv(&items, &["name", "kg", "says_zh", "says_en", "list"], None);
        assert_eq!(text, "\u{feff}name,kg,says_zh,says_en,list\r\n'=cmd|' /C calc'!A0,-5,\"甲,乙\",' +1,\r\n");
    }

    #[test]
    fn a_list_of_objects_becomes_rows_and_an_empty_one_keeps_its_row() {
        let items = [json!({ "id": "a", "months": [{ "kg": 1 }, { "kg": null }] }), json!({ "id": "b", "months": [] })];
        assert_eq!(csv(&items, &["id", "months_kg"], Some("months")), "\u{feff}id,months_kg\r\na,1\r\na,\r\nb,\r\n");
    }
}

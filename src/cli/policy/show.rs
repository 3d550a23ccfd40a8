//! `lepid policy show`: which numbers are in force, and which of them did the user set?

use super::super::{CliError, Global};
use super::{json_of, user_table};
use crate::policy::Policy;
use crate::policy::keys::leaves;
use crate::text::Lang;
use serde_json::json;
use std::process::ExitCode;
use toml::{Table, Value};

pub(super) fn run(global: &Global) -> Result<ExitCode, CliError> {
    let user = user_table(global)?;
    let defaults = Policy::builtin()?;
    let policy = defaults.with(&user)?;
    if global.json {
        let values: Vec<serde_json::Value> = leaves(policy.table(), policy.table())
            .iter()
            .map(|leaf| {
                let from = if is_set(&user, &leaf.path) { "file" } else { "default" };
                let default = lookup(defaults.table(), &leaf.path).map(json_of);
                json!({ "key": leaf.key(), "value": json_of(&leaf.value), "from": from, "default": default })
            })
            .collect();
        let report = json!({ "sha256": policy.hash(), "file": global.policy, "values": values });
        out!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(ExitCode::SUCCESS);
    }
    let zh = global.lang == Lang::Zh;
    out!("# sha256 {}", policy.hash());
    match &global.policy {
        Some(file) if zh => out!("# 注明“文件”的值来自 {}，其余为内置默认值；规则的参数见 lepid rules show ID", file.display()),
        Some(file) => {
            out!(
                "# values marked \"file\" come from {}, the others are built in; parameters of rules: lepid rules show ID",
                file.display()
            );
        }
        None if zh => out!("# 全部为内置默认值；规则的参数见 lepid rules show ID"),
        None => out!("# all values are built in; parameters of rules: lepid rules show ID"),
    }
    out!("{}", annotated(&policy.to_toml(), &user, if zh { "文件" } else { "file" }));
    Ok(ExitCode::SUCCESS)
}

/// The policy's own text, with a word behind each key that the user's file sets. It stays TOML.
fn annotated(text: &str, user: &Table, word: &str) -> String {
    let mut section: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        // The printer writes each header and each key on a line of its own, so that the line is TOML by itself.
        let only = line.parse::<Table>().ok().and_then(|table| only_path(&table));
        match (line.starts_with('['), only) {
            (true, Some(path)) => section = path,
            (false, Some(path)) if is_set(user, &[section.as_slice(), path.as_slice()].concat()) => {
                lines.push(format!("{line}  # {word}"));
                continue;
            }
            _ => {}
        }
        lines.push(line.to_owned());
    }
    lines.join("\n")
}

/// The way to the innermost table or key of a line.
fn only_path(table: &Table) -> Option<Vec<String>> {
    let (key, value) = table.iter().next()?;
    let mut path = vec![key.clone()];
    if let Value::Table(inner) = value {
        path.extend(only_path(inner).unwrap_or_default());
    }
    Some(path)
}

/// Whether a file sets a key: it names the key itself, or the list that the key stands in.
fn is_set(user: &Table, path: &[String]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    match user.get(first) {
        None => false,
        Some(Value::Table(inner)) => rest.is_empty() || is_set(inner, rest),
        Some(_) => true,
    }
}

fn lookup<'a>(table: &'a Table, path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(first)?, |value, key| value.get(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_still_the_policy_and_marks_the_keys_of_the_file() {
        let user: Table =
            "[price.product.lepidolite_concentrate.mechanism]\ntrigger = \"50 yuan/t\"\n[price.publication]\ncatalogue = \"a # b\"\n\
                           [[price.terms]]\nfrom = 2013-08-01\nvat_goods_pct = 13.0\nvat_freight_pct = 9.0\ncredit_rate_pct = 4.5\n"
                .parse()
                .unwrap();
        let policy = Policy::builtin().unwrap().with(&user).unwrap();
        let shown = annotated(&policy.to_toml(), &user, "file");
        assert_eq!(&shown.parse::<Table>().unwrap(), policy.table());
        let mut marked: Vec<&str> = shown.lines().filter_map(|l| l.strip_suffix("  # file")).collect();
        marked.sort_unstable();
        let expected = [
            "catalogue = \"a # b\"",
            "credit_rate_pct = 4.5",
            "from = 2013-08-01",
            "trigger = \"50 yuan/t\"",
            "vat_freight_pct = 9.0",
            "vat_goods_pct = 13.0",
        ];
        assert_eq!(marked, expected);
    }
}

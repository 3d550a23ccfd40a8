//! `lepid policy diff [A] B`: what does another policy say differently, and does it change prices or rules?

use super::super::{CliError, Global};
use super::json_of;
use crate::policy::Policy;
use crate::policy::diff::{Change, Effect, diff};
use crate::price::policy::PricePolicy;
use crate::rules::rule::Rule;
use crate::text::{Lang, Text};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use toml::{Table, Value};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 一个文件：与内置默认值比；两个文件：前者为旧、后者为新 / one file: against the built-in defaults; two: from the first to the second
    #[arg(required = true, num_args = 1..=2, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let rules = crate::rules::load(None)?;
    let (a, b) = match args.files.as_slice() {
        [a, b] => (Some(a.as_path()), Some(b.as_path())),
        files => (None, files.first().map(PathBuf::as_path)),
    };
    let (old, new) = (checked(a, &rules)?, checked(b, &rules)?);
    let changes = diff(&with_rules(&old, &rules), &with_rules(&new, &rules));
    if global.json {
        let side = |file: Option<&Path>, policy: &Policy| json!({ "file": file, "sha256": policy.hash() });
        let list: Vec<_> = changes.iter().map(|c| as_json(c, &rules)).collect();
        let report = json!({ "a": side(a, &old), "b": side(b, &new), "changes": list });
        out!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&changes, (a, &old), (b, &new), &rules, global.lang);
    }
    Ok(ExitCode::SUCCESS)
}

/// A policy that can be used.
fn checked(file: Option<&Path>, rules: &[Rule]) -> Result<Policy, CliError> {
    let of = |error: CliError| match file {
        Some(file) => CliError(format!("{}: {}", file.display(), error.0)),
        None => error,
    };
    let policy = Policy::load(file)?;
    PricePolicy::load(&policy).map_err(|e| of(e.into()))?;
    crate::cases::settings::CasesPolicy::read(&policy).map_err(|e| of(e.into()))?;
    crate::rules::check(&policy, rules).map_err(|e| of(e.into()))?;
    Ok(policy)
}

/// The policy with a table for every rule, so that a parameter is compared by itself.
fn with_rules(policy: &Policy, rules: &[Rule]) -> Table {
    let mut table = policy.table().clone();
    if let Some(Value::Table(section)) = table.get_mut("rules") {
        for rule in rules {
            section.entry(rule.id.clone()).or_insert_with(|| Value::Table(Table::new()));
        }
    }
    table
}

/// The value that a rule's head declares for a parameter that a policy leaves out.
fn declared(key: &str, rules: &[Rule]) -> Option<String> {
    let (rule, parameter) = key.strip_prefix("rules.")?.split_once('.')?;
    let parameter = rules.iter().find(|r| r.id == rule)?.parameters.iter().find(|p| p.name == parameter)?;
    Some(parameter.default.shown(parameter.kind))
}

fn as_json(change: &Change, rules: &[Rule]) -> serde_json::Value {
    let value = |side: &Option<Value>| side.as_ref().map(json_of).or_else(|| declared(&change.key, rules).map(Into::into));
    json!({ "key": change.key, "old": value(&change.old), "new": value(&change.new), "changes": change.effect })
}

const fn effect(effect: Effect) -> Text {
    match effect {
        Effect::Prices => Text { zh: "改变价格", en: "changes prices" },
        Effect::Rules => Text { zh: "改变规则", en: "changes rules" },
        Effect::Nothing => Text { zh: "价格、规则均不变", en: "changes neither" },
    }
}

type Side<'a> = (Option<&'a Path>, &'a Policy);

fn print(changes: &[Change], old: Side<'_>, new: Side<'_>, rules: &[Rule], lang: Lang) {
    let zh = lang == Lang::Zh;
    for (sign, (file, policy)) in [("-", old), ("+", new)] {
        let builtin = if zh { "内置默认值" } else { "built-in defaults" };
        let name = file.map_or_else(|| builtin.to_owned(), |f| f.display().to_string());
        out!("{sign} {name}  sha256 {}", policy.hash());
    }
    if changes.is_empty() {
        out!("{}", if zh { "没有不同" } else { "no difference" });
        return;
    }
    for kind in [Effect::Prices, Effect::Rules, Effect::Nothing] {
        let these: Vec<&Change> = changes.iter().filter(|c| c.effect == kind).collect();
        if these.is_empty() {
            continue;
        }
        out!("\n{} {}", effect(kind).get(lang), these.len());
        for change in these {
            let value = |side: &Option<Value>| match (side, declared(&change.key, rules)) {
                (Some(value), _) => value.to_string(),
                (None, Some(default)) => format!("{default}{}", if zh { "（默认）" } else { " (default)" }),
                (None, None) => (if zh { "（无）" } else { "(none)" }).to_owned(),
            };
            out!("  {}  {} → {}", change.key, value(&change.old), value(&change.new));
        }
    }
}

//! How are the findings handed over? As a policy file with only the keys that would change, each with its reasons.

use super::super::Market;
use super::super::policy::PricePolicy;
use super::compare::{Comparison, Foresight};
use super::row::{Row, What};
use super::{Estimates, ProductCalibration};
use crate::policy::{Policy, PolicyError};
use crate::text::Lang;
use chrono::NaiveDate;
use toml::{Table, Value};

/// The file and how many numbers it changes. It has been loaded over the policy in force, so that it can be used as it is.
///
/// # Errors
/// [`PolicyError`] if that fails, which would be a fault of the proposal.
pub fn propose(
    policy: &Policy,
    price: &PricePolicy,
    market: &Market,
    estimates: &Estimates,
    comparisons: &[Comparison],
) -> Result<(String, usize), PolicyError> {
    let written: Table = policy.section("price")?;
    let mut file = File { text: String::new(), changes: 0, from: next_period(market) };
    file.head(policy, comparisons);
    if let Some(row) = &estimates.credit {
        let key = price.product.values().next().and_then(|product| What::CreditRate.key(product));
        file.entries("price.terms", written.get("terms"), key, row, &all_days(estimates));
    }
    for found in &estimates.products {
        file.product(price, &written, found);
    }
    if file.changes == 0 {
        file.line("# 没有要改的：现行各数与历史相符，或历史不足。/ Nothing to change: the present numbers agree with history, or it is too short.");
    }
    let proposed: Table =
        file.text.parse().map_err(|e: toml::de::Error| PolicyError::Section { section: "price".to_owned(), message: e.to_string() })?;
    PricePolicy::load(&policy.with(&proposed)?)?;
    Ok((file.text, file.changes))
}

/// The day from which dated entries would be in force: after the last period of the market. History is never priced again by them.
fn next_period(market: &Market) -> Option<NaiveDate> {
    market.periods.last()?.to.succ_opt()
}

/// First and last day of all sales that the estimates rest on.
fn all_days(estimates: &Estimates) -> String {
    let days = || estimates.products.iter().filter_map(|p| p.days);
    let (from, to) = (days().map(|(from, _)| from).min(), days().map(|(_, to)| to).max());
    from.zip(to).map(span).unwrap_or_default()
}

fn span((from, to): (NaiveDate, NaiveDate)) -> String {
    format!("{from} – {to}")
}

struct File {
    text: String,
    changes: usize,
    from: Option<NaiveDate>,
}

impl File {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn head(&mut self, policy: &Policy, comparisons: &[Comparison]) {
        self.line("# 校准建议：由历史成交估计，只含要改的键。它不会自动生效：审阅后用 --policy 指定本文件；已有自己的政策文件时，把这些键抄进去。");
        self.line("# A proposal estimated from the sales of the lake: only keys that change. It never takes effect by itself: read it, then name this");
        self.line("# file with --policy; if you have a policy file of your own, copy these keys into it.");
        self.line(&format!("# 所依据的政策 / estimated under the policy: sha256 {}", policy.hash()));
        self.line("#");
        self.line("# 前后对比（一步预测）：现行 → 建议。建议的各数视为自始施行。");
        self.line("# Before → after, one step ahead, with the proposed numbers in force from the beginning.");
        for comparison in comparisons {
            for lang in [Lang::Zh, Lang::En] {
                self.line(&format!("# {}: {}", comparison.product, comparison_line(comparison, lang)));
            }
        }
        self.line("");
    }

    fn product(&mut self, price: &PricePolicy, written: &Table, found: &ProductCalibration) {
        let (id, Some(policy)) = (found.product.as_str(), price.product.get(&found.product)) else { return };
        let days = found.days.map(span).unwrap_or_default();
        let state = found.rows.iter().filter(|r| matches!(r.what, What::Icc | What::DealSd | What::LevelSd) && r.proposed.is_some());
        let state: Vec<&Row> = state.collect();
        if !state.is_empty() {
            self.line(&format!("[price.product.{id}.state]"));
        }
        for row in &state {
            if let (Some(key), Some(value)) = (row.what.key(policy), row.proposed) {
                self.reasons(row, &days);
                self.line(&format!("{key} = {}", number(value, row.what)));
                self.changes += 1;
            }
        }
        if !state.is_empty() {
            self.line("");
        }
        if let Some(row) = found.rows.iter().find(|r| r.what == What::Cost) {
            let array = if policy.ore_of.is_some() { "ore_cost" } else { "cost" };
            let entries = written.get("product").and_then(|p| p.get(id)).and_then(|p| p.get(array));
            self.entries(&format!("price.product.{id}.{array}"), entries, row.what.key(policy), row, &days);
        }
    }

    /// An array with all its entries, since a file replaces it as a whole, and a new one at the end.
    fn entries(&mut self, path: &str, entries: Option<&Value>, key: Option<&str>, row: &Row, days: &str) {
        let (Some(Value::Array(entries)), Some(key), Some(value)) = (entries, key, row.proposed) else { return };
        let Some(Value::Table(last)) = entries.last() else { return };
        let after_last = last.get("from").and_then(day).and_then(|day| day.succ_opt());
        let Some(from) = self.from.max(after_last) else { return };
        let Ok(from) = from.to_string().parse::<toml::value::Datetime>() else { return };
        for entry in entries {
            self.line(&format!("[[{path}]]"));
            self.line(&entry_lines(entry));
        }
        let mut next = last.clone();
        next.insert("from".to_owned(), Value::Datetime(from));
        next.insert(key.to_owned(), Value::Float(number(value, row.what).parse().unwrap_or(value)));
        self.reasons(row, days);
        self.line(&format!("[[{path}]]"));
        self.line(&entry_lines(&Value::Table(next)));
        self.changes += 1;
    }

    fn reasons(&mut self, row: &Row, days: &str) {
        let value = |v: Option<f64>| v.map_or_else(|| "-".to_owned(), |v| format!("{v:.*}", row.what.digits()));
        let (estimate, error, now) = (value(row.estimate), value(row.error), value(row.now));
        for lang in [Lang::Zh, Lang::En] {
            let (title, meaning) = (row.what.title().get(lang), row.meaning.get(lang));
            let line = match lang {
                Lang::Zh => format!("# {title}：现值 {now}，估计 {estimate} ± {error}（标准误），n = {}，{days}。{meaning}。", row.n),
                Lang::En => {
                    format!("# {title}: now {now}, estimate {estimate} ± {error} (standard error), n = {}, {days}. {meaning}.", row.n)
                }
            };
            self.line(&line);
        }
    }
}

/// A number with the digits that are proposed, and always a point: it stays a TOML float.
fn number(value: f64, what: What) -> String {
    format!("{value:.*}", what.proposed_digits().max(1))
}

fn day(value: &Value) -> Option<NaiveDate> {
    match value {
        Value::Datetime(date) => date.to_string().parse().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn entry_lines(entry: &Value) -> String {
    match entry {
        // A date may come as a text from the policy in force; it is written as the date that it is.
        Value::Table(table) => table
            .iter()
            .map(|(key, value)| match day(value) {
                Some(day) => format!("{key} = {day}\n"),
                None => format!("{key} = {value}\n"),
            })
            .collect(),
        other => other.to_string(),
    }
}

/// One comparison in words.
#[must_use]
pub fn comparison_line(comparison: &Comparison, lang: Lang) -> String {
    let periods = comparison.periods.as_ref().map(|(from, to)| format!("{from} – {to}")).unwrap_or_default();
    let (b, a) = (&comparison.before, &comparison.after);
    let error = |f: &Foresight| f.median_error.map_or_else(|| "-".to_owned(), |e| format!("{:.2} %", e * 100.0));
    let share = |part: u32, whole: u32| {
        if whole == 0 { "-".to_owned() } else { format!("{:.1} %", f64::from(part) / f64::from(whole) * 100.0) }
    };
    let inside = |f: &Foresight| share(f.inside, f.sales);
    let moves = |f: &Foresight| format!("{}/{}", f.moves, f.decisions);
    let worse = comparison.held_out && a.median_error > b.median_error;
    let warning = match lang {
        Lang::Zh if worse => "；在未参与估计的各期中误差变大，请慎重",
        Lang::En if worse => "; the error grew in the periods that were kept out: be careful",
        _ => "",
    };
    match lang {
        Lang::Zh => format!(
            "{periods}（{}）：误差中位数 {} → {}；落在区间内 {} → {}（{} → {} 笔）；调价次数 {} → {}{warning}",
            if comparison.held_out { "只用此前各期估计" } else { "与估计同一段历史" },
            error(b),
            error(a),
            inside(b),
            inside(a),
            b.sales,
            a.sales,
            moves(b),
            moves(a)
        ),
        Lang::En => format!(
            "{periods} ({}): median error {} → {}; inside the band {} → {} ({} → {} sales); moves {} → {}{warning}",
            if comparison.held_out { "estimated from the periods before" } else { "the history it was estimated from" },
            error(b),
            error(a),
            inside(b),
            inside(a),
            b.sales,
            a.sales,
            moves(b),
            moves(a)
        ),
    }
}

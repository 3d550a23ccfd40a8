//! `lepid policy check`: which keys are wrong, and how far does the table of holidays reach?

use super::super::{CliError, Global};
use super::user_table;
use crate::cases::settings::CasesPolicy;
use crate::engine::Engine;
use crate::lake::{AsOf, Lake};
use crate::policy::keys::wrong_alone;
use crate::policy::{Policy, PolicyError, Wrong};
use crate::price::Market;
use crate::price::policy::PricePolicy;
use crate::records::time::beijing;
use crate::risk::policy::RiskPolicy;
use crate::rules::rule::Rule;
use crate::rules::settings::Settings;
use crate::text::{Lang, Said};
use chrono::NaiveDate;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;
use toml::Table;

pub(super) fn run(global: &Global) -> Result<ExitCode, CliError> {
    let user = user_table(global)?;
    let rules = crate::rules::load(None)?;
    let (policy, wrong) = judge(&user, &rules)?;
    let price = policy.as_ref().filter(|_| wrong.is_empty()).map(PricePolicy::load).transpose()?;
    let today = chrono::Utc::now().with_timezone(&beijing()).date_naive();
    let warnings = price.map(|price| warnings(&price, global, today)).unwrap_or_default();
    if global.json {
        let sha256 = policy.as_ref().map(Policy::hash);
        let report = json!({ "ok": wrong.is_empty(), "sha256": sha256, "wrong": wrong, "warnings": warnings });
        out!("{}", serde_json::to_string_pretty(&report)?);
    } else if let (Some(policy), true) = (&policy, wrong.is_empty()) {
        out!("{}", policy.hash());
        let label = if global.lang == Lang::Zh { "警告：" } else { "warning: " };
        warnings.iter().for_each(|warning| out!("{label}{}", warning.get(global.lang)));
    } else {
        return Err(PolicyError::Keys(wrong).into());
    }
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The policy, if its keys are all known and of the right type, and every key that is wrong.
fn judge(user: &Table, rules: &[Rule]) -> Result<(Option<Policy>, Vec<Wrong>), CliError> {
    let defaults = Policy::builtin()?;
    let read = |policy: &Policy| -> Result<PricePolicy, PolicyError> {
        Settings::of(policy, rules)?;
        CasesPolicy::read(policy)?;
        RiskPolicy::load(policy)?;
        PricePolicy::read(policy)
    };
    let whole = defaults.with(user).and_then(|policy| Ok((read(&policy)?, policy)));
    let (price, policy) = match whole {
        Ok(whole) => whole,
        Err(error) => {
            let alone = wrong_alone(&defaults, user, &|policy| read(policy).map(drop));
            return Ok((None, if alone.is_empty() { vec![of_error(error)] } else { alone }));
        }
    };
    let mut wrong = price.wrongs();
    if let Err(error) = crate::rules::check(&policy, rules) {
        wrong.push(Wrong { key: "rules".to_owned(), message: error.to_string() });
    }
    Ok((Some(policy), wrong))
}

fn of_error(error: PolicyError) -> Wrong {
    match error {
        PolicyError::Section { section, message } => Wrong { key: section, message },
        other => Wrong { key: "policy".to_owned(), message: other.to_string() },
    }
}

/// What the table of holidays does not cover: today's period and its due day, and the periods of the lake if there is one.
fn warnings(price: &PricePolicy, global: &Global, today: NaiveDate) -> Vec<Said> {
    let now = price.calendar.period_of(today);
    let mut warnings: Vec<Said> = price.calendar.uncovered(now.from, now.due).into_iter().collect();
    if !Path::new(&global.lake).is_dir() {
        return warnings;
    }
    match lake_periods(price, &global.lake) {
        Ok(Some((first, last))) => warnings.extend(price.calendar.uncovered(first, last)),
        Ok(None) => {}
        Err(CliError(error)) => {
            let lake = &global.lake;
            warnings.push(Said::new(
                format!("数据湖 {lake} 读不出，未核对其各期是否在节假日表内：{error}"),
                format!("the lake {lake} can't be read, so its periods were not compared with the table of holidays: {error}"),
            ));
        }
    }
    warnings.dedup();
    warnings
}

/// First day of the first period of the lake, and the day on which the last one is due.
fn lake_periods(price: &PricePolicy, lake: &str) -> Result<Option<(NaiveDate, NaiveDate)>, CliError> {
    let engine = Engine::new(&Lake::open(lake)?.snapshot(&AsOf::Latest)?)?;
    let periods = Market::read(&engine, price)?.periods;
    Ok(periods.first().zip(periods.last()).map(|(first, last)| (first.from, last.due)))
}

//! What the tests of cases share: findings, a ledger that grows event by event, and a lake in which a run has left findings.

use chrono::{DateTime, Duration, Utc};
use lepid::cases::event::{Act, Kind, follow};
use lepid::cases::found::Found;
use lepid::cases::{Ledger, Refusal, Settings};
use lepid::lake::{Change, Lake, TableChange};
use lepid::policy::Policy;
use lepid::rules::finding::{Certainty, Finding, Severity, SubjectKind};
use lepid::rules::{digest, findings_frame, load};
use lepid::text::Said;

/// A Wednesday; the next business days are Thursday, Friday and Monday.
pub(crate) const NOW: &str = "2026-11-25T02:00:00Z";

pub(crate) fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

/// So many days after [`NOW`].
pub(crate) fn days(days: i64) -> DateTime<Utc> {
    now() + Duration::days(days)
}

/// A proven finding of medium severity.
pub(crate) fn finding(rule: &str, subject: &str, period: &str, tonnes: i64) -> Finding {
    Finding {
        id: format!("{rule}:{subject}:{period}"),
        rule: rule.to_owned(),
        title: Said::new("月度超规模开采", "over scale in a month"),
        family: "over-scale".to_owned(),
        certainty: Certainty::Proven,
        severity: Severity::Medium,
        department: Said::new("自然资源部门", "natural resources"),
        basis: Said::new("《矿产资源法》", "Mineral Resources Law"),
        subject_kind: SubjectKind::Site,
        subject: subject.to_owned(),
        subject_name: format!("{subject}号矿"),
        period: period.to_owned(),
        quantity_kg: Some(tonnes * 1000),
        observed: Some(tonnes * 2000),
        allowed: Some(tonnes * 1000),
        unit: "kg".to_owned(),
        evidence: 3,
        says: Said::new(format!("{subject}号矿 {period} 超出 {tonnes} 吨。"), format!("{subject} was {tonnes} t over in {period}.")),
        clears: Said::new("核减产量", "less output"),
    }
}

pub(crate) fn found(rule: &str, subject: &str, period: &str, tonnes: i64) -> Found {
    Found::from(&finding(rule, subject, period, tonnes))
}

pub(crate) fn settings() -> Settings {
    settings_with("")
}

pub(crate) fn settings_with(keys: &str) -> Settings {
    Settings::load(&Policy::builtin().unwrap().with(&keys.parse().unwrap()).unwrap()).unwrap()
}

/// Appends an act to a ledger.
pub(crate) fn add(ledger: &mut Ledger, act: Act) -> Result<(), Refusal> {
    let event = follow(ledger.last(), act);
    ledger.apply(event)
}

/// The act that a person's step of this kind makes, on a case, so many days after [`NOW`].
pub(crate) fn step(kind: Kind, case: u64, day: i64) -> Act {
    let mut act = Act::new(kind, case, "李局", days(day));
    let due = |business: i64| Some(days(day + business).date_naive());
    match kind {
        Kind::Assigned => {
            act.department = Some(Said::new("自然资源部门", "natural resources"));
            act.responsible = Some("张三".to_owned());
            act.due = due(14);
        }
        Kind::Verified | Kind::Accepted => act.due = due(7),
        Kind::Planned => {
            let until = days(day + 30).date_naive();
            act.due = Some(until);
            act.document = Some(format!(r#"{{"measure":[{{"what":"核减产量","due":"{until}","person":"王五"}}]}}"#));
        }
        Kind::Reopened => {
            act.reason = Some("又发现".to_owned());
            act.due = due(2);
        }
        Kind::Unfounded | Kind::Noted => act.reason = Some("已看现场".to_owned()),
        _ => {}
    }
    act
}

/// The act that opens a case.
pub(crate) fn opening(case: u64, finding: &Found, day: i64) -> Act {
    let mut act = about(Kind::Opened, case, finding, day);
    act.due = Some(days(day + 2).date_naive());
    act
}

/// An act about a finding.
pub(crate) fn about(kind: Kind, case: u64, finding: &Found, day: i64) -> Act {
    let mut act = Act::new(kind, case, "lepid", days(day));
    act.finding = Some(finding.id.clone());
    act.document = Some(serde_json::to_string(finding).unwrap());
    act
}

/// Leaves findings in a lake as a run with the built-in rules does.
pub(crate) fn run_found(lake: &Lake, findings: &[Finding]) {
    let change = Change {
        kind: "run".to_owned(),
        summary: serde_json::json!({ "rules_sha256": digest(&load(None).unwrap()) }),
        tables: vec![TableChange::Replace { table: "findings".to_owned(), frame: findings_frame(findings).unwrap() }],
    };
    lake.write(change).unwrap();
}

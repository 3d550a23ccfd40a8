//! `/api/v1/findings`: what was found, with every sentence in both languages.

use super::listing::{Columns, list, one};
use crate::rules::finding::{Certainty, Finding, Severity, SubjectKind};
use crate::serve::AppState;
use crate::serve::asked::Asked;
use crate::serve::params::{Params, within};
use crate::serve::problem::Problem;
use crate::serve::words;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;

const KEYS: [&str; 7] = ["rule", "severity", "certainty", "subject_kind", "subject", "department", "month"];

pub(super) const COLUMNS: Columns = Columns {
    file: "findings",
    names: &[
        "id",
        "rule",
        "title_zh",
        "title_en",
        "family",
        "certainty",
        "severity",
        "department_zh",
        "department_en",
        "basis_zh",
        "basis_en",
        "subject_kind",
        "subject",
        "subject_name",
        "period",
        "quantity_kg",
        "observed",
        "allowed",
        "unit",
        "evidence",
        "says_zh",
        "says_en",
        "clears_zh",
        "clears_en",
    ],
    explode: None,
};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/findings", get(all)).route("/api/v1/findings/{id}", get(single))
}

async fn all(asked: Asked) -> Response {
    list(&asked, &KEYS, &COLUMNS, |run, params| {
        let wanted = Wanted::of(params)?;
        Ok(run.contents.findings.iter().filter(|f| wanted.takes(f)).collect())
    })
}

async fn single(Path(id): Path<String>, asked: Asked) -> Response {
    one(&asked, |run| run.finding(&id).ok_or_else(|| Problem::no_such(words::FINDING, &id)))
}

/// Which findings are wanted; `None` is any.
struct Wanted<'a> {
    rule: Option<&'a str>,
    severity: Option<&'a str>,
    certainty: Option<&'a str>,
    subject_kind: Option<&'a str>,
    subject: Option<&'a str>,
    department: Option<&'a str>,
    month: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn of(params: &Params<'a>) -> Result<Self, Problem> {
        Ok(Self {
            rule: params.get("rule"),
            severity: params.one_of("severity", &[Severity::High, Severity::Medium, Severity::Low].map(words::severity_id))?,
            certainty: params.one_of("certainty", &[Certainty::Proven, Certainty::Strong, Certainty::Lead].map(words::certainty_id))?,
            subject_kind: params.one_of(
                "subject_kind",
                &[SubjectKind::Site, SubjectKind::Place, SubjectKind::Plate, SubjectKind::Ticket, SubjectKind::Company]
                    .map(words::subject_kind_id),
            )?,
            subject: params.get("subject"),
            department: params.get("department"),
            month: params.period("month")?,
        })
    }

    fn takes(&self, finding: &Finding) -> bool {
        let same = |wanted: Option<&str>, is: &str| wanted.is_none_or(|w| w == is);
        same(self.rule, &finding.rule)
            && same(self.severity, words::severity_id(finding.severity))
            && same(self.certainty, words::certainty_id(finding.certainty))
            && same(self.subject_kind, words::subject_kind_id(finding.subject_kind))
            && same(self.subject, &finding.subject)
            && self.department.is_none_or(|d| d == finding.department.zh || d == finding.department.en)
            && self.month.is_none_or(|m| within(&finding.period, m))
    }
}

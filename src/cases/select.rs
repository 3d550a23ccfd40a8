//! Which cases does somebody want to see?

use super::case::Case;
use super::state::State;
use crate::rules::finding::Severity;
use chrono::NaiveDate;

/// What is asked of the list; what is not given does not matter.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// States, any of them.
    pub states: Vec<State>,
    /// Only those that are open.
    pub open: bool,
    /// Only those whose next step was due before this day.
    pub overdue_on: Option<NaiveDate>,
    /// The department's name in either language.
    pub department: Option<String>,
    /// Id or name of the subject.
    pub subject: Option<String>,
    /// Id of the rule.
    pub rule: Option<String>,
    /// How urgent.
    pub severity: Option<Severity>,
    /// The responsible person.
    pub responsible: Option<String>,
}

impl Wanted {
    /// Whether a case is one of those.
    #[must_use]
    pub fn keeps(&self, case: &Case) -> bool {
        let is = |wanted: &Option<String>, values: &[&str]| wanted.as_deref().is_none_or(|w| values.contains(&w));
        (self.states.is_empty() || self.states.contains(&case.state))
            && (!self.open || case.state.is_open())
            && self.overdue_on.is_none_or(|today| case.is_overdue(today))
            && is(&self.department, &[&case.department.zh, &case.department.en])
            && is(&self.subject, &[&case.key.subject, case.subject_name()])
            && is(&self.rule, &[&case.key.rule])
            && self.severity.is_none_or(|s| s == case.severity())
            && self
                .responsible
                .as_ref()
                .is_none_or(|w| case.responsible.as_ref().is_some_and(|name| crate::price::publication::person::same(name, w)))
    }
}

/// The order in which cases are worked on: the open ones first, the overdue ones of them by their deadline, then by severity,
/// deadline and number.
#[must_use]
pub fn by_urgency(cases: &[Case], wanted: &Wanted, today: NaiveDate) -> Vec<Case> {
    let mut kept: Vec<Case> = cases.iter().filter(|c| wanted.keeps(c)).cloned().collect();
    kept.sort_by_key(|c| (!c.state.is_open(), !c.is_overdue(today), c.severity(), c.due.unwrap_or(NaiveDate::MAX), c.number));
    kept
}

//! How are the cases getting on? Counts, and how long it takes, with what exactly is counted.

use super::case::Case;
use super::state::State;
use crate::price::backtest::score::median;
use crate::rules::finding::Severity;
use crate::text::Said;
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;

/// Counts of some cases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All of them.
    pub cases: u64,
    /// Those that are neither closed nor unfounded.
    pub open: u64,
    /// Those of the open ones whose next step was due before the day asked for.
    pub overdue: u64,
    /// Those that are closed 已销号.
    pub closed: u64,
    /// Those that were found to be unfounded 查否.
    pub unfounded: u64,
}

/// The statistics of a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stats {
    /// The Beijing day for which overdue is counted.
    pub today: NaiveDate,
    /// Of all cases.
    pub all: Counts,
    /// By state, in the order of the states; a state without cases too.
    pub by_state: Vec<(State, u64)>,
    /// By the department that has them, by its Chinese name.
    pub by_department: Vec<(Said, Counts)>,
    /// By severity, most urgent first; a severity without cases too.
    pub by_severity: Vec<(Severity, Counts)>,
    /// Median of the calendar days from the day of the first opening to that of the last closing, over the cases that are closed
    /// now; a case that was opened again counts from its first opening. `None`: none is closed.
    pub median_days_to_close: Option<f64>,
    /// Cases that were opened again at least once.
    pub reopened: u64,
    /// Share of the closed cases that were closed in time, ppm: none of their steps since they were last opened was taken after the
    /// day on which it was due. `None`: none is closed.
    pub closed_in_time_ppm: Option<i64>,
    /// Open cases none of whose findings is found any more: to be looked at and settled.
    pub gone: u64,
}

/// The statistics of cases.
#[must_use]
pub fn stats(cases: &[Case], today: NaiveDate) -> Stats {
    let mut all = Counts::default();
    let mut departments: BTreeMap<&str, (&Said, Counts)> = BTreeMap::new();
    let mut severities = [Severity::High, Severity::Medium, Severity::Low].map(|severity| (severity, Counts::default()));
    for case in cases {
        all.add(case, today);
        departments.entry(&case.department.zh).or_insert_with(|| (&case.department, Counts::default())).1.add(case, today);
        severities.iter_mut().filter(|(severity, _)| *severity == case.severity()).for_each(|(_, counts)| counts.add(case, today));
    }
    let closed: Vec<&Case> = cases.iter().filter(|c| c.state == State::Closed).collect();
    let count = |keep: &dyn Fn(&Case) -> bool| cases.iter().filter(|c| keep(c)).count() as u64;
    Stats {
        today,
        all,
        by_state: State::ALL.map(|state| (state, count(&|c| c.state == state))).to_vec(),
        by_department: departments.into_values().map(|(department, counts)| (department.clone(), counts)).collect(),
        by_severity: severities.to_vec(),
        median_days_to_close: median_days(&closed),
        reopened: count(&|c| c.reopened > 0),
        closed_in_time_ppm: in_time_ppm(&closed),
        gone: count(&|c| c.state.is_open() && c.is_gone()),
    }
}

impl Counts {
    fn add(&mut self, case: &Case, today: NaiveDate) {
        self.cases += 1;
        self.open += u64::from(case.state.is_open());
        self.overdue += u64::from(case.is_overdue(today));
        self.closed += u64::from(case.state == State::Closed);
        self.unfounded += u64::from(case.state == State::Unfounded);
    }
}

fn median_days(closed: &[&Case]) -> Option<f64> {
    let days = closed.iter().filter_map(|c| Some((c.settled_on()? - c.opened_on()).num_days()));
    let mut days: Vec<f64> = days.filter_map(|d| i32::try_from(d).ok()).map(f64::from).collect();
    days.sort_by(f64::total_cmp);
    median(&days)
}

fn in_time_ppm(closed: &[&Case]) -> Option<i64> {
    let all = i64::try_from(closed.len()).ok().filter(|n| *n > 0)?;
    let in_time = i64::try_from(closed.iter().filter(|c| !c.late).count()).ok()?;
    Some(in_time * 1_000_000 / all)
}

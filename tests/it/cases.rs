//! Does the ledger of cases allow what it should and nothing else, lose no event, and follow what the runs find?

use crate::cases_support::{about, add, days, found, now, opening, settings, settings_with, step};
use lepid::cases::event::{Act, Event, Kind, breaks, follow};
use lepid::cases::found::Found;
use lepid::cases::ledger::fold;
use lepid::cases::stats::stats;
use lepid::cases::sync::{Seen, acts};
use lepid::cases::{Case, Ledger, Refusal, Settings, State};
use lepid::rules::finding::{Certainty, Severity};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The course of a case as people are told it: state, step, state after it. Whatever is not here is refused.
const COURSE: &str = "
new        assigned  assigned
reopened   assigned  assigned
assigned   assigned  assigned
verified   assigned  verified
rectifying assigned  rectifying
assigned   verified  verified
reopened   verified  verified
assigned   unfounded unfounded
reopened   unfounded unfounded
verified   unfounded unfounded
verified   planned   rectifying
rectifying planned   rectifying
rectifying accepted  accepted
accepted   closed    closed
accepted   reopened  reopened
closed     reopened  reopened
unfounded  reopened  reopened
new        noted     new
assigned   noted     assigned
verified   noted     verified
rectifying noted     rectifying
accepted   noted     accepted
reopened   noted     reopened
";

const STEPS: [Kind; 8] =
    [Kind::Assigned, Kind::Verified, Kind::Unfounded, Kind::Planned, Kind::Accepted, Kind::Closed, Kind::Reopened, Kind::Noted];

fn after(state: State, kind: Kind) -> Option<&'static str> {
    let rows = COURSE.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.into_iter().find(|row| row.len() == 3 && row[0] == state.id() && row[1] == kind.id()).map(|row| row[2])
}

/// What a case says, without its place in the chain.
fn said(case: &Case) -> impl PartialEq + std::fmt::Debug + use<> {
    let kinds: Vec<Kind> = case.events.iter().map(|e| e.act.kind).collect();
    let who = (case.department.clone(), case.responsible.clone(), case.verified_by.clone(), case.accepted_by.clone());
    let how = (case.due, case.plan.clone(), case.note.clone(), case.late, case.reopened, case.settled_at);
    (case.key.clone(), case.state, case.findings.clone(), who, how, kinds)
}

/// Steps that a case can take one after the other, chosen by numbers.
fn legal(choices: &[usize]) -> Vec<Kind> {
    let mut state = State::New;
    let mut kinds = Vec::new();
    for choice in choices {
        let possible: Vec<Kind> = state.possible().filter(|k| *k != Kind::Attached).collect();
        let kind = possible[choice % possible.len()];
        state = state.after(kind).unwrap();
        kinds.push(kind);
    }
    kinds
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_state_is_reached_by_the_steps_of_the_course_alone(choices in prop::collection::vec(0..STEPS.len(), 1..40)) {
        let mut ledger = Ledger::default();
        add(&mut ledger, opening(1, &found("over-scale-month", "M1", "2026-10", 1), 0)).unwrap();
        for (day, choice) in (0..).zip(choices) {
            let (before, state) = (ledger.clone(), ledger.cases()[0].state);
            let kind = STEPS[choice];
            let outcome = add(&mut ledger, step(kind, 1, day));
            match after(state, kind) {
                Some(next) => {
                    prop_assert_eq!(outcome, Ok(()));
                    prop_assert_eq!(ledger.cases()[0].state.id(), next);
                    prop_assert_eq!(ledger.cases()[0].events.len(), before.cases()[0].events.len() + 1);
                }
                None => {
                    prop_assert_eq!(outcome, Err(Refusal::NotNow { id: "2026-0001".to_owned(), state, kind }));
                    prop_assert_eq!(&ledger, &before, "a refused step leaves nothing behind");
                }
            }
        }
    }

    /// Writers wait for each other, in any order; what becomes of a case is decided by its own events alone, and all of them are there.
    #[test]
    fn cases_worked_on_at_once_become_what_they_would_alone(
        scripts in prop::collection::vec(prop::collection::vec(0..9usize, 0..12), 1..5),
        order in prop::collection::vec(any::<prop::sample::Index>(), 60),
    ) {
        let scripts: Vec<Vec<Kind>> = scripts.iter().map(|choices| legal(choices)).collect();
        let start = || {
            let mut ledger = Ledger::default();
            for number in 1..=scripts.len() as u64 {
                add(&mut ledger, opening(number, &found("over-scale-month", &format!("M{number}"), "2026-10", 1), 0)).unwrap();
            }
            ledger
        };
        let mut alone = start();
        for (number, script) in (1..).zip(&scripts) {
            for kind in script {
                add(&mut alone, step(*kind, number, 0)).unwrap();
            }
        }
        let (mut mixed, mut left, mut all) = (start(), scripts.clone(), Vec::new());
        for index in order {
            let waiting: Vec<usize> = (0..left.len()).filter(|at| !left[*at].is_empty()).collect();
            if waiting.is_empty() {
                break;
            }
            let at = waiting[index.index(waiting.len())];
            add(&mut mixed, step(left[at].remove(0), at as u64 + 1, 0)).unwrap();
        }
        for (a, b) in alone.cases().iter().zip(mixed.cases()) {
            prop_assert_eq!(said(a), said(b));
        }
        for case in mixed.cases() {
            all.extend(case.events.iter().cloned());
        }
        all.sort_by_key(|e: &Event| e.event);
        prop_assert_eq!(all.len(), scripts.len() + scripts.iter().map(Vec::len).sum::<usize>());
        prop_assert!(breaks(&all).is_empty());
        prop_assert_eq!(fold(all).unwrap(), mixed, "the table says what its writers saw");
    }

    /// Whatever the runs find, the ledger agrees with the last one, a second synchronisation does nothing, and nobody but people closes.
    #[test]
    fn cases_follow_the_runs_and_a_second_time_nothing_happens(
        runs in prop::collection::vec(prop::collection::btree_set((0..3u8, 0..4u8, 1..4i64), 0..8), 1..6),
        settle in prop::collection::vec(any::<bool>(), 6),
    ) {
        let settings = settings();
        let mut ledger = Ledger::default();
        for (day, (run, settle)) in (0..).zip(runs.iter().zip(settle)) {
            let seen = seen(run.iter().map(|(subject, month, t)| found("over-scale-month", &format!("M{subject}"), &format!("2026-{:02}", month + 1), *t)));
            sync(&mut ledger, &seen, &settings, day);
            let present: BTreeSet<&str> =
                ledger.cases().iter().flat_map(|c| &c.findings).filter(|f| f.present).map(|f| f.found.id.as_str()).collect();
            prop_assert_eq!(present, seen.findings.iter().map(|f| f.id.as_str()).collect::<BTreeSet<&str>>());
            prop_assert!(acts(&ledger, &seen, &settings, days(day), "lepid").unwrap().is_empty());
            if settle {
                let open: Vec<u64> = ledger.cases().iter().filter(|c| c.state.is_open()).map(|c| c.number).collect();
                for number in open {
                    add(&mut ledger, step(Kind::Assigned, number, day)).unwrap();
                    add(&mut ledger, step(Kind::Unfounded, number, day)).unwrap();
                }
            }
        }
    }
}

/// A run of the rule over-scale-month.
fn seen(found: impl Iterator<Item = Found>) -> Seen {
    // A finding stands in a run once, whatever its tonnes.
    let mut findings: Vec<Found> = Vec::new();
    for finding in found {
        if findings.iter().all(|f| f.id != finding.id) {
            findings.push(finding);
        }
    }
    Seen { findings, rules: BTreeSet::from(["over-scale-month".to_owned()]) }
}

fn sync(ledger: &mut Ledger, seen: &Seen, settings: &Settings, day: i64) -> Vec<Kind> {
    let acts = acts(ledger, seen, settings, days(day), "lepid").unwrap();
    let kinds = acts.iter().map(|a| a.kind).collect();
    for act in acts {
        add(ledger, act).unwrap();
    }
    kinds
}

fn month(period: &str, tonnes: i64) -> Found {
    found("over-scale-month", "M1", period, tonnes)
}

/// A ledger with one case of one finding, closed on the day on which it was opened.
fn closed() -> Ledger {
    let mut ledger = Ledger::default();
    assert_eq!(sync(&mut ledger, &seen([month("2026-09", 5)].into_iter()), &settings(), 0), [Kind::Opened]);
    for kind in [Kind::Assigned, Kind::Verified, Kind::Planned, Kind::Accepted, Kind::Closed] {
        add(&mut ledger, step(kind, 1, 0)).unwrap();
    }
    assert_eq!(ledger.cases()[0].state, State::Closed);
    ledger
}

#[test]
fn the_months_of_one_mine_are_one_case_and_its_rules_are_others() {
    let mut ledger = Ledger::default();
    let more = found("licence-none", "M1", "2026-09", 9);
    let three = [month("2026-10", 2), month("2026-09", 1), month("2026-11", 3), more, found("over-scale-month", "M2", "2026-09", 1)];
    sync(&mut ledger, &seen(three.into_iter()), &settings(), 0);
    let told: Vec<(u64, &str, &str, usize)> =
        ledger.cases().iter().map(|c| (c.number, c.key.rule.as_str(), c.key.subject.as_str(), c.findings.len())).collect();
    assert_eq!(told, [(1, "licence-none", "M1", 1), (2, "over-scale-month", "M1", 3), (3, "over-scale-month", "M2", 1)]);
    let case = &ledger.cases()[1];
    assert_eq!((case.leading().unwrap().period.as_str(), case.due.unwrap().to_string().as_str()), ("2026-11", "2026-11-27"));
    assert_eq!(case.department.zh, "自然资源部门");
}

#[test]
fn the_most_urgent_get_the_first_numbers() {
    let mut ledger = Ledger::default();
    let urgent = Found { severity: Severity::High, ..found("over-scale-month", "M9", "2026-09", 9) };
    sync(&mut ledger, &seen([month("2026-09", 1), urgent].into_iter()), &settings(), 0);
    assert_eq!(ledger.cases()[0].key.subject, "M9");
}

#[test]
fn a_closed_case_stays_closed_while_its_finding_stays_what_it_was() {
    let mut ledger = closed();
    assert_eq!(sync(&mut ledger, &seen([month("2026-09", 5)].into_iter()), &settings(), 1), []);
    // Less than before is told and opens nothing; other words are no change.
    assert_eq!(sync(&mut ledger, &seen([month("2026-09", 4)].into_iter()), &settings(), 2), [Kind::FindingChanged]);
    let reworded = Found { says: lepid::text::Said::new("换了说法", "other words"), ..month("2026-09", 4) };
    assert_eq!(sync(&mut ledger, &seen([reworded].into_iter()), &settings(), 3), []);
    assert_eq!(ledger.cases()[0].state, State::Closed);
}

#[test]
fn a_new_month_more_tonnes_or_a_finding_that_comes_back_opens_a_closed_case_again() {
    let both = || seen([month("2026-09", 5), month("2026-10", 1)].into_iter());
    let mut ledger = closed();
    assert_eq!(sync(&mut ledger, &both(), &settings(), 1), [Kind::FindingJoined, Kind::Reopened]);
    let case = &ledger.cases()[0];
    assert_eq!((case.state, case.reopened, case.plan.is_none(), case.accepted_by.as_deref()), (State::Reopened, 1, true, None));
    assert_eq!(case.due.unwrap().to_string(), "2026-11-30", "Thursday and two business days");
    assert!(case.events.last().unwrap().act.reason.as_ref().unwrap().contains("线索并入 2026-10"));

    let mut ledger = closed();
    let more = seen([month("2026-09", 6)].into_iter());
    assert_eq!(sync(&mut ledger, &more, &settings(), 1), [Kind::FindingChanged, Kind::Reopened]);

    let mut ledger = closed();
    assert_eq!(sync(&mut ledger, &seen([].into_iter()), &settings(), 1), [Kind::FindingGone]);
    assert!(ledger.cases()[0].state == State::Closed && ledger.cases()[0].is_gone());
    assert_eq!(sync(&mut ledger, &seen([month("2026-09", 5)].into_iter()), &settings(), 2), [Kind::FindingReturned, Kind::Reopened]);
}

#[test]
fn a_finding_is_gone_only_if_its_rule_was_run() {
    let mut ledger = closed();
    let other = Seen { findings: Vec::new(), rules: BTreeSet::from(["overload".to_owned()]) };
    assert_eq!(sync(&mut ledger, &other, &settings(), 1), []);
    assert_eq!(sync(&mut ledger, &Seen::default(), &settings(), 1), []);
}

#[test]
fn findings_below_the_policy_open_nothing_and_join_what_is_open() {
    let lead = |period: &str| Found { certainty: Certainty::Lead, ..month(period, 1) };
    let mut ledger = Ledger::default();
    assert_eq!(sync(&mut ledger, &seen([lead("2026-08")].into_iter()), &settings(), 0), []);
    assert_eq!(
        sync(&mut ledger, &seen([lead("2026-08")].into_iter()), &settings_with("[cases.open]\nlead = \"medium\"\n"), 0),
        [Kind::Opened]
    );
    assert_eq!(sync(&mut ledger, &seen([lead("2026-08"), lead("2026-09")].into_iter()), &settings(), 1), [Kind::FindingJoined]);
    add(&mut ledger, step(Kind::Assigned, 1, 1)).unwrap();
    add(&mut ledger, step(Kind::Unfounded, 1, 1)).unwrap();
    let three = || seen([lead("2026-08"), lead("2026-09"), lead("2026-10")].into_iter());
    assert_eq!(sync(&mut ledger, &three(), &settings(), 2), [], "a settled case is opened only by what could open it");
}

#[test]
fn a_step_made_on_what_is_no_longer_so_is_told_what_has_happened() {
    let mut ledger = Ledger::default();
    add(&mut ledger, opening(1, &month("2026-09", 5), 0)).unwrap();
    add(&mut ledger, step(Kind::Assigned, 1, 0)).unwrap();
    let case = ledger.case("1").unwrap();
    assert_eq!((case.is_still(Some(2)), case.is_still(None)), (Ok(()), Ok(())));
    let told = case.is_still(Some(1)).unwrap_err().to_string();
    assert!(told.contains("第 2 条 李局 分办（2026-11-25 10:00）") && told.contains("event 2: assigned by 李局"), "{told}");
    assert_eq!(case.is_still(Some(9)), Err(Refusal::NoSuchEvent { id: "2026-0001".to_owned(), on: 9 }));
    assert_eq!([ledger.case("2026-0001").is_ok(), ledger.case("2025-0001").is_ok(), ledger.case("2").is_ok()], [true, false, false]);
}

#[test]
fn events_that_do_not_follow_are_refused() {
    let mut ledger = Ledger::default();
    let first = month("2026-09", 5);
    assert!(add(&mut ledger, opening(2, &first, 0)).is_err(), "numbers leave no gap");
    add(&mut ledger, opening(1, &first, 0)).unwrap();
    assert!(add(&mut ledger, opening(2, &month("2026-10", 1), 0)).is_err(), "one case a problem");
    assert!(add(&mut ledger, about(Kind::FindingJoined, 1, &first, 0)).is_err(), "no finding twice");
    assert!(add(&mut ledger, about(Kind::FindingJoined, 1, &found("overload", "M1", "2026-09", 1), 0)).is_err(), "of another rule");
    assert!(add(&mut ledger, about(Kind::FindingReturned, 1, &first, 0)).is_err(), "it was never gone");
    assert!(add(&mut ledger, about(Kind::FindingGone, 1, &month("2026-10", 1), 0)).is_err(), "it was never there");
    let nobody = Act { person: "…".to_owned(), ..step(Kind::Noted, 1, 0) };
    assert_eq!(add(&mut ledger, nobody), Err(Refusal::Nobody { given: "…".to_owned() }));
    let silent = Act { reason: Some(" ".to_owned()), ..step(Kind::Noted, 1, 0) };
    assert_eq!(add(&mut ledger, silent), Err(Refusal::EmptyNote));
    add(&mut ledger, step(Kind::Assigned, 1, 0)).unwrap();
    let why = Act { reason: None, ..step(Kind::Unfounded, 1, 0) };
    assert_eq!(add(&mut ledger, why), Err(Refusal::NoReason { kind: Kind::Unfounded }));
    assert_eq!(ledger.cases()[0].events.len(), 2);
}

#[test]
fn every_change_of_an_event_breaks_the_chain() {
    let mut events: Vec<Event> = Vec::new();
    for act in [opening(1, &month("2026-09", 5), 0), step(Kind::Assigned, 1, 0), step(Kind::Noted, 1, 1)] {
        let last = events.last().map(lepid::cases::event::Head::of);
        events.push(follow(last.as_ref(), act));
    }
    assert!(breaks(&events).is_empty());
    let changes: [fn(&mut Act); 9] = [
        |a| a.kind = Kind::Closed,
        |a| a.case = 2,
        |a| a.person = "别人".to_owned(),
        |a| a.at = days(9),
        |a| a.reason = Some("别的".to_owned()),
        |a| a.finding = Some("x".to_owned()),
        |a| a.responsible = Some("别人".to_owned()),
        |a| a.due = Some(days(99).date_naive()),
        |a| a.document = Some("{}".to_owned()),
    ];
    for (at, change) in (0..events.len()).flat_map(|at| changes.map(|change| (at, change))) {
        let mut changed = events.clone();
        change(&mut changed[at].act);
        assert_eq!(breaks(&changed).first().map(|b| (b.event, b.what)), Some((at as u64 + 1, "hash")));
    }
    let mut shorter = events;
    shorter.remove(1);
    assert!(!breaks(&shorter).is_empty());
}

#[test]
fn a_step_after_its_day_makes_the_case_late_until_it_is_opened_again() {
    let mut ledger = Ledger::default();
    add(&mut ledger, opening(1, &month("2026-09", 5), 0)).unwrap();
    let on = |day: &str| day.parse().unwrap();
    let case = &ledger.cases()[0];
    assert_eq!([case.is_overdue(on("2026-11-27")), case.is_overdue(on("2026-11-28"))], [false, true], "due on the 27th");
    add(&mut ledger, step(Kind::Noted, 1, 9)).unwrap();
    assert!(!ledger.cases()[0].late, "a note is no step that was due");
    add(&mut ledger, step(Kind::Assigned, 1, 9)).unwrap();
    assert!(ledger.cases()[0].late);
    for kind in [Kind::Unfounded, Kind::Reopened] {
        add(&mut ledger, step(kind, 1, 9)).unwrap();
    }
    assert!(!ledger.cases()[0].late);
    assert!(!ledger.cases()[0].is_overdue(on("2026-12-05")), "a new day was set");
}

#[test]
fn statistics_count_what_they_say() {
    let mut ledger = Ledger::default();
    for number in 1..=5 {
        let finding = found("over-scale-month", &format!("M{number}"), "2026-09", 1);
        add(&mut ledger, opening(number, &finding, 0)).unwrap();
    }
    let whole = [Kind::Assigned, Kind::Verified, Kind::Planned, Kind::Accepted, Kind::Closed];
    // Closed on the day; after four days, the first step two days late; after eleven, in time but the second time only.
    for kind in whole {
        add(&mut ledger, step(kind, 1, 0)).unwrap();
    }
    for kind in whole {
        add(&mut ledger, step(kind, 2, 4)).unwrap();
    }
    for kind in whole {
        add(&mut ledger, step(kind, 3, 5)).unwrap();
    }
    add(&mut ledger, step(Kind::Reopened, 3, 10)).unwrap();
    for kind in whole {
        add(&mut ledger, step(kind, 3, 11)).unwrap();
    }
    add(&mut ledger, step(Kind::Assigned, 4, 11)).unwrap();
    add(&mut ledger, step(Kind::Unfounded, 4, 11)).unwrap();
    let stats = stats(ledger.cases(), days(11).date_naive());
    assert_eq!((stats.all.cases, stats.all.open, stats.all.overdue, stats.all.closed, stats.all.unfounded), (5, 1, 1, 3, 1));
    assert_eq!((stats.median_days_to_close, stats.closed_in_time_ppm, stats.reopened), (Some(4.0), Some(666_666), 1));
    assert_eq!(stats.by_department.len(), 1);
    let medium = stats.by_severity.iter().find(|(s, _)| *s == Severity::Medium).unwrap();
    assert_eq!(medium.1, stats.all);
    assert_eq!(lepid::cases::stats::stats(&[], now().date_naive()).median_days_to_close, None);
}

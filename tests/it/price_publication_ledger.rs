//! Does any order of events lead to legal states only, and is a changed event found?

use lepid::price::bulletin::Bulletin;
use lepid::price::publication::{Ledger, State, event, ledger, number, person};
use proptest::prelude::*;

/// After the periods.
const NOW: &str = "2024-07-02T01:30:00Z";

/// A small document that the ledger can be folded over without a lake.
fn document_of(period: &str, from: &str, to: &str, corrects: Option<&str>) -> Bulletin {
    let text = serde_json::json!({
        "number": null, "corrects": corrects.map(|n| serde_json::json!({ "number": n, "reason": "错" })),
        "title": { "zh": "", "en": "" }, "issuer": "某中心", "notice": { "zh": "", "en": "" }, "period": period, "from": from, "to": to,
        "due": to, "published_on": null, "products": [], "judgements": [], "method": [], "changes_of_method": [],
        "made_from": { "program": "", "lake_version": 0, "inputs_sha256": "", "policy_sha256": "" }
    });
    serde_json::from_value(text).unwrap()
}

const PERIODS: [(&str, &str, &str); 5] = [
    ("2024-01", "2024-01-01", "2024-01-31"),
    ("2024-02", "2024-02-01", "2024-02-29"),
    ("2024-03", "2024-03-01", "2024-03-31"),
    ("2024-04", "2024-04-01", "2024-04-30"),
    ("2024-05", "2024-05-01", "2024-05-31"),
];

/// Below this a person tries what is next, else anything.
const SENSIBLE: usize = 10;

/// What people try, the way to a bulletin more often than the others.
const TRIED: [event::Kind; 12] = {
    use event::Kind::{Corrected, Drafted, ErrorLogged, Published, Rejected, Reviewed, WithdrawnDraft};
    [Drafted, Reviewed, Published, Reviewed, Published, Corrected, Drafted, Reviewed, Corrected, Rejected, WithdrawnDraft, ErrorLogged]
};

/// An event that somebody tries, whether it is legal or not.
fn attempt(ledger: &Ledger, (kind, what, person, right): (usize, usize, usize, bool)) -> event::Act {
    let kind = TRIED[kind % TRIED.len()];
    let by = ["张三", "李四", " 张 三"][person % 3].to_owned();
    let next = if what < SENSIBLE { ledger.in_force().len() } else { what };
    let (period, from, to) = PERIODS[next % PERIODS.len()];
    let drafts = ledger.drafts().len();
    let chosen = if what < SENSIBLE { drafts.saturating_sub(1) } else { what % drafts.max(1) };
    let in_force = ledger.published().get(what % 4).map(|p| p.number.clone());
    let mut act = event::Act {
        kind,
        draft_id: ledger.drafts().get(chosen).map(|d| d.id.clone()).unwrap_or_default(),
        number: None,
        period: period.to_owned(),
        person: by,
        at: NOW.parse().unwrap(),
        reason: right.then(|| "理由".to_owned()),
        document: None,
        kept: Some("{}".to_owned()),
    };
    match kind {
        event::Kind::Drafted => {
            let corrected = ledger.published().get(what % 4).filter(|_| what % 4 == 3 || what >= SENSIBLE);
            let corrects = corrected.map(|p| p.number.as_str());
            let (period, from, to) = corrected.map_or((period, from, to), |p| (&p.document.period, &p.document.from, &p.document.to));
            act.period = period.to_owned();
            let document = document_of(period, from, to, corrects);
            act.draft_id = ledger.next_draft_id(period, corrects.is_some());
            act.document = Some(serde_json::to_string(&document).unwrap());
        }
        event::Kind::Published | event::Kind::Corrected => {
            if let Some(draft) = ledger.drafts().iter().find(|d| d.id == act.draft_id) {
                let ordinal = number::next(ledger, "某中心", 2024) + u32::from(!right);
                let text = format!("〔2024〕{ordinal}号");
                let document =
                    Bulletin { number: Some(text.clone()), published_on: Some("2024-07-02".to_owned()), ..draft.document.clone() };
                act.period.clone_from(&document.period);
                act.document = Some(serde_json::to_string(&document).unwrap());
                act.number = Some(text);
            }
        }
        event::Kind::ErrorLogged => {
            act.number = in_force.clone();
            let entry = serde_json::json!({ "number": in_force.unwrap_or_default(), "period": period, "found_on": "2024-07-02", "reason": "错", "largest_ppm": 1, "prices": [] });
            act.document = Some(entry.to_string());
        }
        _ => {}
    }
    act
}

/// What holds of a ledger whatever was tried.
fn assert_legal(ledger: &Ledger) {
    let published = ledger.published();
    let ordinals: Vec<u32> = published.iter().map(|p| number::parse(&p.number).unwrap().1).collect();
    assert_eq!(ordinals, (1..=u32::try_from(published.len()).unwrap()).collect::<Vec<_>>(), "numbers without gaps");
    for p in published {
        assert!(!person::same(&p.drafted_by, &p.reviewed_by), "two persons: {p:?}");
        assert!(p.corrected_by.iter().all(|by| published.iter().any(|q| q.number == *by)));
    }
    let in_force = ledger.in_force();
    for pair in in_force.windows(2) {
        let next = pair[0].document.to.parse::<chrono::NaiveDate>().unwrap().succ_opt().unwrap();
        assert_eq!(next.to_string(), pair[1].document.from, "one bulletin a period, none left out");
    }
    for period in PERIODS {
        assert!(ledger.drafts().iter().filter(|d| d.is_open() && d.document.period == period.0).count() <= 1);
    }
    let from_drafts = ledger.drafts().iter().filter(|d| matches!(d.state, State::Published { .. })).count();
    assert_eq!(from_drafts, published.len(), "nothing is published twice");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_attempts_folds_to_legal_states_only(tries in prop::collection::vec((0usize..12, 0usize..14, 0usize..3, prop::bool::weighted(0.9)), 1..200)) {
        let mut ledger = Ledger::default();
        let mut events = Vec::new();
        for attempted in tries {
            let event = event::follow(ledger.last(), attempt(&ledger, attempted));
            let Ok(after) = ledger.clone().after(event.clone()) else { continue };
            ledger = after;
            events.push(event);
            assert_legal(&ledger);
        }
        prop_assert!(event::breaks(&events).is_empty());
        let folded = ledger::fold(&events).unwrap();
        prop_assert_eq!(folded.published(), ledger.published());
        prop_assert_eq!(folded.drafts(), ledger.drafts());
    }

    #[test]
    fn a_changed_event_breaks_the_chain(at in 0usize..6, what in 0usize..6) {
        let mut ledger = Ledger::default();
        let mut events: Vec<event::Event> = Vec::new();
        // Draft, review, publish; and the same of the next period.
        for (kind, draft, person) in [(0, 0, 0), (1, 0, 1), (2, 0, 0), (0, 1, 0), (1, 1, 1), (2, 1, 0)] {
            let event = event::follow(ledger.last(), attempt(&ledger, (kind, draft, person, true)));
            ledger = ledger.after(event.clone()).unwrap();
            events.push(event);
        }
        let event = &mut events[at];
        match what {
            0 => event.act.person.push('x'),
            1 => event.act.reason = Some("别的理由".to_owned()),
            2 => event.act.document = Some("{}".to_owned()),
            3 => event.act.at += chrono::TimeDelta::microseconds(1),
            4 => event.act.number = Some("〔2024〕7号".to_owned()),
            _ => event.act.kept = None,
        }
        prop_assert!(!event::breaks(&events).is_empty());
    }
}

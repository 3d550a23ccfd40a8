//! What does a program get to see of a case? Its own fields, and what follows from them on a day.

use super::case::Case;
use super::state::STEPS;
use chrono::NaiveDate;
use serde_json::{Value, json};

/// A case without its events.
#[must_use]
pub fn row(case: &Case, today: NaiveDate) -> Value {
    let mut value = serde_json::to_value(case).unwrap_or_default();
    let possible: Vec<&str> =
        case.state.possible().filter_map(|kind| STEPS.iter().find(|(k, ..)| *k == kind)).map(|(_, command, _)| *command).collect();
    let more = json!({
        "title": case.title(),
        "subject_name": case.subject_name(),
        "severity": case.severity(),
        "certainty": case.certainty(),
        "opened_on": case.opened_on(),
        "settled_on": case.settled_on(),
        "overdue": case.is_overdue(today),
        "gone": case.is_gone(),
        "last_event": case.last_event(),
        "possible": possible,
    });
    if let (Some(fields), Value::Object(more)) = (value.as_object_mut(), more) {
        fields.extend(more);
    }
    value
}

/// A case with all that happened.
#[must_use]
pub fn whole(case: &Case, today: NaiveDate) -> Value {
    let mut value = row(case, today);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("events".to_owned(), serde_json::to_value(&case.events).unwrap_or_default());
    }
    value
}

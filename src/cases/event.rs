//! What happened to a case, and can anybody have changed the record of it? A chain of events, each with the hash of the one before.

use crate::text::Said;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A finding opened the case.
    Opened,
    /// Another finding of the same rule and subject came to it: mostly a further period.
    FindingJoined,
    /// A finding of the case has other numbers than before.
    FindingChanged,
    /// A finding of the case is found no more: its records were corrected, or its rule says something else. No closure.
    FindingGone,
    /// A finding that was gone is found again.
    FindingReturned,
    /// A department and a person got it.
    Assigned,
    /// It is so.
    Verified,
    /// It is not so.
    Unfounded,
    /// A plan of rectification 一矿一策 was set, or set anew.
    Planned,
    /// The rectification was accepted 验收.
    Accepted,
    /// It was struck off 销号.
    Closed,
    /// It is open again.
    Reopened,
    /// Somebody noted something.
    Noted,
    /// Somebody attached evidence.
    Attached,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 14] = [
        Kind::Opened,
        Kind::FindingJoined,
        Kind::FindingChanged,
        Kind::FindingGone,
        Kind::FindingReturned,
        Kind::Assigned,
        Kind::Verified,
        Kind::Unfounded,
        Kind::Planned,
        Kind::Accepted,
        Kind::Closed,
        Kind::Reopened,
        Kind::Noted,
        Kind::Attached,
    ];

    /// As stored.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Kind::Opened => "opened",
            Kind::FindingJoined => "finding-joined",
            Kind::FindingChanged => "finding-changed",
            Kind::FindingGone => "finding-gone",
            Kind::FindingReturned => "finding-returned",
            Kind::Assigned => "assigned",
            Kind::Verified => "verified",
            Kind::Unfounded => "unfounded",
            Kind::Planned => "planned",
            Kind::Accepted => "accepted",
            Kind::Closed => "closed",
            Kind::Reopened => "reopened",
            Kind::Noted => "noted",
            Kind::Attached => "attached",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }
}

/// A file that was attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// SHA-256 of its content, hex; it names the file in the lake.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Media type, by its content.
    pub media_type: String,
    /// Name of the file as it was given, without its folder.
    pub name: String,
}

/// An event without its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Act {
    /// What happened.
    pub kind: Kind,
    /// Number of the case.
    #[serde(rename = "case_no")]
    pub case: u64,
    /// Who.
    pub person: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, or what somebody noted.
    pub reason: Option<String>,
    /// Id of the finding that it is about.
    pub finding: Option<String>,
    /// The department that has the case from now on.
    pub department: Option<Said>,
    /// The person who is responsible from now on.
    pub responsible: Option<String>,
    /// The day until which the next step is due from now on; `None`: as before, or nothing is due any more.
    pub due: Option<NaiveDate>,
    /// JSON: the finding as it was ([`super::found::Found`]), or the plan ([`super::plan::Plan`]).
    #[serde(serialize_with = "nested")]
    pub document: Option<String>,
    /// The evidence that was attached.
    pub attachment: Option<Attachment>,
}

impl Act {
    /// An act that says nothing yet but who does what when.
    #[must_use]
    pub fn new(kind: Kind, case: u64, person: &str, at: DateTime<Utc>) -> Self {
        Self {
            kind,
            case,
            person: person.trim().to_owned(),
            at,
            reason: None,
            finding: None,
            department: None,
            responsible: None,
            due: None,
            document: None,
            attachment: None,
        }
    }
}

/// A document as the JSON that it is.
fn nested<S: Serializer>(document: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    let value: Option<serde_json::Value> = document.as_deref().and_then(|text| serde_json::from_str(text).ok());
    value.serialize(serializer)
}

/// An event as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Number, from 1, over all cases.
    pub event: u64,
    /// What happened.
    #[serde(flatten)]
    pub act: Act,
    /// Hash of the event before; empty for the first.
    pub previous: String,
    /// Hash of this event.
    pub hash: String,
}

/// The last event of a chain: what the next one follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub event: u64,
    /// Its instant.
    pub at: DateTime<Utc>,
    /// Its hash.
    pub hash: String,
}

impl Head {
    /// An event as the last one.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        Self { event: event.event, at: event.act.at, hash: event.hash.clone() }
    }
}

/// Where a chain is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Break {
    /// The event.
    pub event: u64,
    /// `number`, `previous`, `hash`, `transactions`.
    pub what: &'static str,
}

/// The event that follows `last`. Its instant is not before that of `last`, whatever the clock does.
#[must_use]
pub fn follow(last: Option<&Head>, mut act: Act) -> Event {
    let micros = act.at.timestamp_micros();
    let micros = last.map_or(micros, |l| micros.max(l.at.timestamp_micros()));
    act.at = DateTime::from_timestamp_micros(micros).unwrap_or(act.at);
    let previous = last.map(|l| l.hash.clone()).unwrap_or_default();
    let mut event = Event { event: last.map_or(1, |l| l.event + 1), previous, hash: String::new(), act };
    event.hash = hash(&event);
    event
}

/// Every place at which events, by number, are not as they were written.
#[must_use]
pub fn breaks(events: &[Event]) -> Vec<Break> {
    let mut found = Vec::new();
    let mut last: Option<&Event> = None;
    for event in events {
        let mut wrong = |what| found.push(Break { event: event.event, what });
        if event.event != last.map_or(1, |l| l.event + 1) {
            wrong("number");
        }
        if event.previous != last.map(|l| l.hash.as_str()).unwrap_or_default() {
            wrong("previous");
        }
        if event.hash != hash(event) {
            wrong("hash");
        }
        last = Some(event);
    }
    found
}

/// Over everything that is stored of an event, each part with its length, so that none runs into the next.
fn hash(event: &Event) -> String {
    let act = &event.act;
    let file = act.attachment.as_ref();
    let text = |number: u64| number.to_string();
    let parts = [
        Some(text(event.event)),
        Some(text(act.case)),
        Some(act.kind.id().to_owned()),
        Some(act.person.clone()),
        Some(act.at.to_rfc3339_opts(SecondsFormat::Micros, true)),
        act.reason.clone(),
        act.finding.clone(),
        act.department.as_ref().map(|d| d.zh.clone()),
        act.department.as_ref().map(|d| d.en.clone()),
        act.responsible.clone(),
        act.due.map(|d| d.to_string()),
        act.document.clone(),
        file.map(|f| f.sha256.clone()),
        file.map(|f| text(f.bytes)),
        file.map(|f| f.media_type.clone()),
        file.map(|f| f.name.clone()),
        Some(event.previous.clone()),
    ];
    let mut digest = Sha256::new();
    for part in &parts {
        // What is missing is told from what is empty.
        digest.update(part.as_ref().map_or(u64::MAX, |p| p.len() as u64).to_le_bytes());
        digest.update(part.as_deref().unwrap_or_default().as_bytes());
    }
    digest.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

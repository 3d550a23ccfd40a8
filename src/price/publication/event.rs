//! What happened to a bulletin, and can anybody have changed the record of it? A chain of events, each with the hash of the one before.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A draft was made.
    Drafted,
    /// A second person agreed to it.
    Reviewed,
    /// A second person refused it.
    Rejected,
    /// A draft was taken back.
    WithdrawnDraft,
    /// A regular bulletin was published.
    Published,
    /// A bulletin that corrects another one was published.
    Corrected,
    /// An error too small for a correction was entered in the public log.
    ErrorLogged,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 7] =
        [Kind::Drafted, Kind::Reviewed, Kind::Rejected, Kind::WithdrawnDraft, Kind::Published, Kind::Corrected, Kind::ErrorLogged];

    /// As stored.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Kind::Drafted => "drafted",
            Kind::Reviewed => "reviewed",
            Kind::Rejected => "rejected",
            Kind::WithdrawnDraft => "withdrawn-draft",
            Kind::Published => "published",
            Kind::Corrected => "corrected",
            Kind::ErrorLogged => "error-logged",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// Whether it puts a price in force: later runs show it.
    #[must_use]
    pub const fn changes_prices(self) -> bool {
        matches!(self, Kind::Published | Kind::Corrected)
    }
}

/// An event without its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// What happened.
    pub kind: Kind,
    /// The draft; empty for an entry of the error log.
    pub draft_id: String,
    /// Number of the bulletin that was published, or in which an error was found.
    pub number: Option<String>,
    /// Period id.
    pub period: String,
    /// Who.
    pub person: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Option<String>,
    /// What is public: the `Bulletin` as JSON; an `ErrorEntry` for the error log.
    pub document: Option<String>,
    /// What is kept internally, JSON: policy, every sale of the period with its code, the periods as computed.
    pub kept: Option<String>,
}

/// An event as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Number, from 1.
    pub event: u64,
    /// What happened.
    pub act: Act,
    /// SHA-256 of the document, hex.
    pub document_sha256: Option<String>,
    /// SHA-256 of what is kept, hex.
    pub kept_sha256: Option<String>,
    /// Hash of the event before; empty for the first.
    pub previous: String,
    /// Hash of this event.
    pub hash: String,
}

/// Where a chain is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Break {
    /// The event.
    pub event: u64,
    /// `number`, `previous`, `hash`, `document`, `kept`, `transactions`.
    pub what: &'static str,
}

/// The event that follows `last`. Its instant is not before that of `last`, whatever the clock does.
#[must_use]
pub fn follow(last: Option<&Event>, mut act: Act) -> Event {
    let micros = act.at.timestamp_micros();
    let micros = last.map_or(micros, |l| micros.max(l.act.at.timestamp_micros()));
    act.at = DateTime::from_timestamp_micros(micros).unwrap_or(act.at);
    let mut event = Event {
        event: last.map_or(1, |l| l.event + 1),
        document_sha256: act.document.as_deref().map(sha256),
        kept_sha256: act.kept.as_deref().map(sha256),
        previous: last.map(|l| l.hash.clone()).unwrap_or_default(),
        hash: String::new(),
        act,
    };
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
        if event.document_sha256 != event.act.document.as_deref().map(sha256) {
            wrong("document");
        }
        if event.kept_sha256 != event.act.kept.as_deref().map(sha256) {
            wrong("kept");
        }
        if event.hash != hash(event) {
            wrong("hash");
        }
        last = Some(event);
    }
    found
}

/// Over everything but the texts themselves, which their own hashes stand for; each part with its length, so that none runs into
/// the next.
fn hash(event: &Event) -> String {
    let act = &event.act;
    let at = act.at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let number = event.event.to_string();
    let parts = [
        Some(number.as_str()),
        Some(act.kind.id()),
        Some(act.draft_id.as_str()),
        act.number.as_deref(),
        Some(act.period.as_str()),
        Some(act.person.as_str()),
        Some(at.as_str()),
        act.reason.as_deref(),
        event.document_sha256.as_deref(),
        event.kept_sha256.as_deref(),
        Some(event.previous.as_str()),
    ];
    let mut digest = Sha256::new();
    for part in parts {
        // What is missing is told from what is empty.
        digest.update(part.map_or(u64::MAX, |p| p.len() as u64).to_le_bytes());
        digest.update(part.unwrap_or_default().as_bytes());
    }
    digest.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Hex.
pub(super) fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

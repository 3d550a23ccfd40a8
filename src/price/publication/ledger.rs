//! Which drafts are open and which bulletins in force? The fold of the events; only legal steps lead from one state to the next.

use super::event::{Event, Kind};
use super::number;
use super::person;
use super::refusal::Refusal;
use super::words::ISSUER_NOT_SET;
use crate::price::bulletin::Bulletin;
use crate::records::time::beijing;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// How far a draft has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum State {
    /// Waits for a second person.
    Open,
    /// A second person agrees.
    Reviewed {
        /// Who.
        by: String,
    },
    /// A second person refused.
    Rejected {
        /// Who.
        by: String,
    },
    /// Taken back, or replaced by a later draft of the period.
    Withdrawn,
    /// It is a bulletin.
    Published {
        /// Its number.
        number: String,
    },
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// Who made it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How far it has come.
    #[serde(flatten)]
    pub state: State,
    /// What it says.
    pub document: Bulletin,
    /// What is kept with it internally, JSON.
    #[serde(skip)]
    pub kept: String,
}

impl Draft {
    /// Whether it may still become a bulletin.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, State::Open | State::Reviewed { .. })
    }
}

/// A published bulletin.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Published {
    /// Its number.
    pub number: String,
    /// The draft that it was.
    pub draft_id: String,
    /// Who drafted it.
    pub drafted_by: String,
    /// Who reviewed it.
    pub reviewed_by: String,
    /// Who published it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The bulletin that corrects it.
    pub corrected_by: Option<String>,
    /// What it says.
    pub document: Bulletin,
    /// SHA-256 of its text as stored, hex.
    pub sha256: String,
    /// What is kept with it internally, JSON.
    #[serde(skip)]
    pub kept: String,
}

/// A price that was published wrongly, and what it should have been; fen a dry tonne.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongPrice {
    /// Product id.
    pub product: String,
    /// Grade class.
    pub class: String,
    /// As published; `None`: suspended.
    pub published_fen_per_t: Option<i64>,
    /// As it should have been.
    pub right_fen_per_t: Option<i64>,
}

/// An entry of the public error log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorEntry {
    /// The bulletin in which the error is.
    pub number: String,
    /// Its period.
    pub period: String,
    /// The Beijing day on which it was found.
    pub found_on: String,
    /// What was wrong.
    pub reason: String,
    /// Largest error of a guide price, ppm of it.
    pub largest_ppm: i64,
    /// The prices that are wrong; none where only the evidence was shown wrongly.
    pub prices: Vec<WrongPrice>,
}

/// The state after all events.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    drafts: Vec<Draft>,
    published: Vec<Published>,
    errors: Vec<ErrorEntry>,
    last: Option<Event>,
}

/// The ledger of stored events, by number.
///
/// # Errors
/// [`Refusal::Stored`] for an event that does not follow from those before it: somebody has changed the table.
pub fn fold(events: &[Event]) -> Result<Ledger, Refusal> {
    let mut ledger = Ledger::default();
    for event in events {
        ledger = ledger.after(event.clone()).map_err(|refusal| Refusal::Stored { event: event.event, what: refusal.to_string() })?;
    }
    Ok(ledger)
}

impl Ledger {
    /// The drafts, in the order in which they were made.
    #[must_use]
    pub fn drafts(&self) -> &[Draft] {
        &self.drafts
    }

    /// The bulletins, in the order in which they were published.
    #[must_use]
    pub fn published(&self) -> &[Published] {
        &self.published
    }

    /// The public error log.
    #[must_use]
    pub fn errors(&self) -> &[ErrorEntry] {
        &self.errors
    }

    /// The last event.
    #[must_use]
    pub const fn last(&self) -> Option<&Event> {
        self.last.as_ref()
    }

    /// The bulletins in force, one a period, by the first day of their period.
    #[must_use]
    pub fn in_force(&self) -> Vec<&Published> {
        let mut in_force: Vec<&Published> = self.published.iter().filter(|p| p.corrected_by.is_none()).collect();
        in_force.sort_by(|a, b| a.document.from.cmp(&b.document.from));
        in_force
    }

    /// A draft.
    ///
    /// # Errors
    /// [`Refusal::NoSuchDraft`].
    pub fn draft(&self, id: &str) -> Result<&Draft, Refusal> {
        self.drafts.iter().find(|d| d.id == id).ok_or_else(|| Refusal::NoSuchDraft { id: id.to_owned() })
    }

    /// A bulletin by its number as people type it.
    ///
    /// # Errors
    /// [`Refusal::NoSuchBulletin`].
    pub fn bulletin(&self, typed: &str) -> Result<&Published, Refusal> {
        let wanted = number::as_stored(typed);
        let found = self.published.iter().find(|p| p.number == wanted);
        found.ok_or_else(|| Refusal::NoSuchBulletin { number: typed.to_owned() })
    }

    /// The same, if it is in force.
    ///
    /// # Errors
    /// [`Refusal::NoSuchBulletin`], [`Refusal::CorrectedAlready`].
    pub fn bulletin_in_force(&self, typed: &str) -> Result<&Published, Refusal> {
        let found = self.bulletin(typed)?;
        match &found.corrected_by {
            Some(by) => Err(Refusal::CorrectedAlready { number: found.number.clone(), by: by.clone() }),
            None => Ok(found),
        }
    }

    /// The draft of a period that may still become a bulletin.
    #[must_use]
    pub fn open_draft(&self, period: &str) -> Option<&Draft> {
        self.drafts.iter().find(|d| d.is_open() && d.document.period == period)
    }

    /// The id of the next draft of a period: `D2023-06-1`, of a correction `C2023-06-2`.
    #[must_use]
    pub fn next_draft_id(&self, period: &str, correction: bool) -> String {
        let before = self.drafts.iter().filter(|d| d.document.period == period).count();
        format!("{}{period}-{}", if correction { 'C' } else { 'D' }, before + 1)
    }

    /// Whether a regular bulletin of this period may come next.
    ///
    /// # Errors
    /// [`Refusal::PeriodPublished`], [`Refusal::EarlierUnpublished`], [`Refusal::BeforeFirst`].
    pub fn may_come_next(&self, period: &str, from: &str) -> Result<(), Refusal> {
        let in_force = self.in_force();
        let (Some(first), Some(last)) = (in_force.first(), in_force.last()) else { return Ok(()) };
        if let Some(same) = in_force.iter().find(|p| p.document.period == period) {
            return Err(Refusal::PeriodPublished { period: period.to_owned(), number: same.number.clone() });
        }
        if from < first.document.from.as_str() {
            return Err(Refusal::BeforeFirst { period: period.to_owned(), first: first.document.period.clone() });
        }
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        if day(&last.document.to).and_then(|to| to.succ_opt()) == day(from) {
            return Ok(());
        }
        Err(Refusal::EarlierUnpublished { period: period.to_owned(), after: last.document.period.clone() })
    }

    /// The bulletin in force of the period just before the one that begins on `from`.
    #[must_use]
    pub fn before(&self, from: &str) -> Option<&Published> {
        self.in_force().into_iter().rfind(|p| p.document.from.as_str() < from)
    }

    /// The ledger after one more event.
    ///
    /// # Errors
    /// [`Refusal`] if the event does not follow.
    pub fn after(mut self, event: Event) -> Result<Self, Refusal> {
        if person::identity(&event.act.person).is_none() {
            return Err(Refusal::Nobody { given: event.act.person.clone() });
        }
        match event.act.kind {
            Kind::Drafted => self.drafted(&event)?,
            Kind::Reviewed => self.reviewed(&event)?,
            Kind::Rejected => self.rejected(&event)?,
            Kind::WithdrawnDraft => self.withdrawn(&event)?,
            Kind::Published | Kind::Corrected => self.publish(&event)?,
            Kind::ErrorLogged => self.error_logged(&event)?,
        }
        self.last = Some(event);
        Ok(self)
    }

    /// An instant that is not before the last event, whatever the clock does.
    #[must_use]
    pub fn not_before_last(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        self.last.as_ref().map_or(at, |last| at.max(last.act.at))
    }

    /// Whether a document may be drafted or published now.
    fn fits(&self, document: &Bulletin) -> Result<(), Refusal> {
        match &document.corrects {
            None => self.may_come_next(&document.period, &document.from),
            Some(correction) => {
                let corrected = self.bulletin_in_force(&correction.number)?;
                if corrected.document.period != document.period {
                    return Err(Refusal::NoSuchBulletin { number: format!("{} ({})", correction.number, document.period) });
                }
                Ok(())
            }
        }
    }

    fn drafted(&mut self, event: &Event) -> Result<(), Refusal> {
        let act = &event.act;
        let document = document(event)?;
        if document.number.is_some() || document.published_on.is_some() || document.period != act.period {
            return Err(stored(event, "a draft with a number, or of another period"));
        }
        if act.draft_id != self.next_draft_id(&act.period, document.corrects.is_some()) || self.open_draft(&act.period).is_some() {
            return Err(stored(event, "a draft beside an open one of its period, or without its own id"));
        }
        self.fits(&document)?;
        let kept = act.kept.clone().unwrap_or_default();
        self.drafts.push(Draft { id: act.draft_id.clone(), by: act.person.clone(), at: act.at, state: State::Open, document, kept });
        Ok(())
    }

    fn reviewed(&mut self, event: &Event) -> Result<(), Refusal> {
        let by = event.act.person.clone();
        let draft = self.open(event)?;
        if let State::Reviewed { by } = &draft.state {
            return Err(Refusal::Reviewed { id: draft.id.clone(), person: by.clone() });
        }
        second_person(draft, &by)?;
        draft.state = State::Reviewed { by };
        Ok(())
    }

    fn rejected(&mut self, event: &Event) -> Result<(), Refusal> {
        needs_reason(event)?;
        let by = event.act.person.clone();
        let draft = self.open(event)?;
        second_person(draft, &by)?;
        draft.state = State::Rejected { by };
        Ok(())
    }

    fn withdrawn(&mut self, event: &Event) -> Result<(), Refusal> {
        needs_reason(event)?;
        self.open(event)?.state = State::Withdrawn;
        Ok(())
    }

    /// The draft that an event is about, if something can still be done to it.
    fn open(&mut self, event: &Event) -> Result<&mut Draft, Refusal> {
        let id = &event.act.draft_id;
        let draft = self.drafts.iter_mut().find(|d| d.id == *id).ok_or_else(|| Refusal::NoSuchDraft { id: id.clone() })?;
        still_open(draft)?;
        Ok(draft)
    }

    fn publish(&mut self, event: &Event) -> Result<(), Refusal> {
        let act = &event.act;
        let (draft, reviewed_by) = self.publishable(&act.draft_id)?;
        let document = document(event)?;
        let number = self.checked_number(event, &draft, &document)?;
        if let Some(correction) = &document.corrects
            && let Some(old) = self.published.iter_mut().find(|p| p.number == correction.number)
        {
            old.corrected_by = Some(number.clone());
        }
        self.published.push(Published {
            number: number.clone(),
            draft_id: draft.id.clone(),
            drafted_by: draft.by.clone(),
            reviewed_by,
            by: act.person.clone(),
            at: act.at,
            corrected_by: None,
            document,
            sha256: event.document_sha256.clone().unwrap_or_default(),
            kept: draft.kept.clone(),
        });
        if let Some(draft) = self.drafts.iter_mut().find(|d| d.id == draft.id) {
            draft.state = State::Published { number };
        }
        Ok(())
    }

    /// A draft that may be published, and who reviewed it.
    ///
    /// # Errors
    /// [`Refusal`] with what has to be done first.
    pub fn publishable(&self, id: &str) -> Result<(Draft, String), Refusal> {
        let draft = self.draft(id)?;
        still_open(draft)?;
        let State::Reviewed { by } = &draft.state else { return Err(Refusal::NotReviewed { id: draft.id.clone() }) };
        second_person(draft, by)?;
        self.fits(&draft.document)?;
        if draft.document.issuer == ISSUER_NOT_SET {
            return Err(Refusal::NoIssuer);
        }
        Ok((draft.clone(), by.clone()))
    }

    /// The number of an event that publishes, if it is the next one and the document is that of the draft.
    fn checked_number(&self, event: &Event, draft: &Draft, document: &Bulletin) -> Result<String, Refusal> {
        let act = &event.act;
        let number = act.number.clone().ok_or_else(|| stored(event, "no number"))?;
        if self.published.iter().any(|p| p.number == number) {
            return Err(Refusal::NumberTaken { number });
        }
        let year = beijing_day(act.at).year();
        if number::parse(&number) != Some((year, number::next(self, &document.issuer, year))) {
            return Err(stored(event, "a number that is not the next one"));
        }
        let as_published =
            Bulletin { number: Some(number.clone()), published_on: Some(beijing_day(act.at).to_string()), ..draft.document.clone() };
        let corrects = draft.document.corrects.is_some();
        if *document != as_published || corrects != (act.kind == Kind::Corrected) || act.period != document.period {
            return Err(stored(event, "another document than that of the draft"));
        }
        Ok(number)
    }

    fn error_logged(&mut self, event: &Event) -> Result<(), Refusal> {
        needs_reason(event)?;
        let text = event.act.document.as_deref().unwrap_or_default();
        let entry: ErrorEntry = serde_json::from_str(text).map_err(|e| stored(event, &e.to_string()))?;
        if event.act.number.as_ref() != Some(&entry.number) {
            return Err(stored(event, "an entry about another bulletin"));
        }
        self.bulletin(&entry.number)?;
        self.errors.push(entry);
        Ok(())
    }
}

/// The Beijing day of an instant.
#[must_use]
pub fn beijing_day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&beijing()).date_naive()
}

fn still_open(draft: &Draft) -> Result<(), Refusal> {
    let id = draft.id.clone();
    match &draft.state {
        State::Open | State::Reviewed { .. } => Ok(()),
        State::Published { number } => Err(Refusal::DraftPublished { id, number: number.clone() }),
        State::Rejected { .. } | State::Withdrawn => Err(Refusal::DraftClosed { id }),
    }
}

fn second_person(draft: &Draft, by: &str) -> Result<(), Refusal> {
    if person::same(&draft.by, by) {
        return Err(Refusal::OwnDraft { id: draft.id.clone(), person: by.to_owned() });
    }
    Ok(())
}

fn needs_reason(event: &Event) -> Result<(), Refusal> {
    let given = event.act.reason.as_deref().is_some_and(|r| !r.trim().is_empty());
    if given { Ok(()) } else { Err(Refusal::NoReason) }
}

fn document(event: &Event) -> Result<Bulletin, Refusal> {
    serde_json::from_str(event.act.document.as_deref().unwrap_or_default()).map_err(|e| stored(event, &e.to_string()))
}

fn stored(event: &Event, what: &str) -> Refusal {
    Refusal::Stored { event: event.event, what: what.to_owned() }
}

//! What do people do? They draft, review, publish and correct; each step is checked and stored as one.

use super::document::{Parts, document, wrong_prices};
use super::event::{Act, Kind};
use super::inputs::Inputs;
use super::judge::{self, Asked};
use super::ledger::{Draft, ErrorEntry, Ledger, Published, WrongPrice, beijing_day};
use super::{PublicationError, Refusal, anchors, method, number, person, store};
use crate::engine::Engine;
use crate::lake::{AsOf, Lake, Snapshot};
use crate::policy::Policy;
use crate::price::bands::{Period, PricedSale, ProductBands};
use crate::price::bulletin::{Bulletin, Correction, Judgement, MadeFrom};
use crate::price::mechanism::Limit;
use crate::price::policy::PricePolicy;
use crate::records::units::PPM;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Who does something, and when.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// The person.
    pub by: &'a str,
    /// The instant.
    pub at: DateTime<Utc>,
}

/// What is kept with a draft internally: enough to see each sale's code, and to make the document again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// The policy in force, as TOML.
    pub policy: String,
    /// Each product's period as computed.
    pub periods: Vec<(String, Period)>,
    /// Every sale of the period, with its code.
    pub sales: Vec<(String, PricedSale)>,
    /// Of a correction: the prices that were wrong.
    #[serde(default)]
    pub wrong: Vec<WrongPrice>,
}

/// What a correction led to.
#[derive(Clone, Debug)]
pub enum Correcting {
    /// The error is above the policy's limit: a draft that a second person has to review.
    Draft(Box<Draft>),
    /// It is not: an entry in the public error log.
    Logged(ErrorEntry),
}

/// What a document is to be made of.
struct Ask<'a> {
    period: &'a str,
    judgements: Judgements<'a>,
    corrects: Option<Correction>,
    /// `None`: the first business day after the period.
    due: Option<NaiveDate>,
}

enum Judgements<'a> {
    /// Those of a document that is made again.
    Given(&'a [Judgement]),
    /// Those that a person asks for now, on top of those that stand.
    Asked { by: &'a str, asked: &'a [Asked], reason: Option<&'a str>, standing: &'a [Judgement] },
}

/// A document that is ready, with what is kept beside it.
struct Made {
    document: Bulletin,
    kept: Kept,
    bands: Vec<ProductBands>,
}

/// Drafts the bulletin of a period; an open draft of the period is withdrawn for it.
///
/// # Errors
/// [`PublicationError::Refused`] with what has to be done first.
pub fn draft(
    lake: &Lake,
    policy: &Policy,
    period: &str,
    asked: &[Asked],
    reason: Option<&str>,
    who: Who<'_>,
) -> Result<Draft, PublicationError> {
    named_person(who.by)?;
    let ask = || Ask { period, judgements: Judgements::Asked { by: who.by, asked, reason, standing: &[] }, corrects: None, due: None };
    let base = lake.snapshot(&AsOf::Latest)?;
    let make_on =
        |snapshot: &Snapshot, ledger: &Ledger| -> Result<Made, PublicationError> { make(policy, snapshot, ledger, &ask(), Some(who.at)) };
    let ready = make_on(&base, &store::ledger(&base)?)?;
    let (_, ledger) = store::append(lake, |snapshot, ledger| {
        let made = if snapshot.version == base.version { ready } else { make_on(snapshot, ledger)? };
        drafting(ledger, &made, who)
    })?;
    last_draft(&ledger, period)
}

/// A second person agrees to a draft.
///
/// # Errors
/// [`PublicationError::Refused`] if that person made it, or it is no longer open.
pub fn review(lake: &Lake, id: &str, reason: Option<&str>, who: Who<'_>) -> Result<Draft, PublicationError> {
    on_draft(lake, Kind::Reviewed, id, reason, who)
}

/// A second person refuses a draft.
///
/// # Errors
/// As [`review`]; and without a reason.
pub fn reject(lake: &Lake, id: &str, reason: &str, who: Who<'_>) -> Result<Draft, PublicationError> {
    on_draft(lake, Kind::Rejected, id, Some(reason), who)
}

/// A draft is taken back.
///
/// # Errors
/// [`PublicationError::Refused`] without a reason, or if it is no longer open.
pub fn withdraw(lake: &Lake, id: &str, reason: &str, who: Who<'_>) -> Result<Draft, PublicationError> {
    on_draft(lake, Kind::WithdrawnDraft, id, Some(reason), who)
}

fn on_draft(lake: &Lake, kind: Kind, id: &str, reason: Option<&str>, who: Who<'_>) -> Result<Draft, PublicationError> {
    named_person(who.by)?;
    let (_, ledger) = store::append(lake, |_, ledger| {
        let draft = ledger.draft(id)?;
        Ok(vec![act(kind, &draft.id, &draft.document.period, reason, who)])
    })?;
    Ok(ledger.draft(id)?.clone())
}

/// Publishes a reviewed draft under the next number, if it still comes out the same from what the lake holds.
///
/// # Errors
/// [`PublicationError::Refused`] with what has to be done first.
pub fn publish(lake: &Lake, policy: &Policy, id: &str, who: Who<'_>) -> Result<Published, PublicationError> {
    named_person(who.by)?;
    let base = lake.snapshot(&AsOf::Latest)?;
    check_again(policy, &base, &store::ledger(&base)?, id)?;
    let (_, ledger) = store::append(lake, |snapshot, ledger| {
        if snapshot.version != base.version {
            check_again(policy, snapshot, ledger, id)?;
        }
        let (draft, _) = ledger.publishable(id)?;
        let on = beijing_day(ledger.not_before_last(who.at));
        let word = PricePolicy::load(policy)?.publication.number_word;
        let number = number::number(&word, on.year(), number::next(ledger, &draft.document.issuer, on.year()));
        let kind = if draft.document.corrects.is_some() { Kind::Corrected } else { Kind::Published };
        let document = Bulletin { number: Some(number.clone()), published_on: Some(on.to_string()), ..draft.document };
        let mut act = act(kind, id, &document.period, None, who);
        act.document = Some(serde_json::to_string(&document)?);
        act.number = Some(number);
        Ok(vec![act])
    })?;
    ledger.published().iter().find(|p| p.draft_id == id).cloned().ok_or_else(|| Refusal::NoSuchDraft { id: id.to_owned() }.into())
}

/// Whether a draft may be published now: it is reviewed, and it comes out the same.
fn check_again(policy: &Policy, snapshot: &Snapshot, ledger: &Ledger, id: &str) -> Result<(), PublicationError> {
    let (draft, _) = ledger.publishable(id)?;
    let was = &draft.document.made_from;
    let policy = policy_for(policy, ledger, draft.document.corrects.as_ref())?;
    if policy.hash() != was.policy_sha256 {
        return Err(Refusal::PolicyChanged { id: draft.id }.into());
    }
    if program() != was.program {
        return Err(Refusal::ProgramChanged { id: draft.id, now: program(), then: was.program.clone() }.into());
    }
    let again = remake(&policy, snapshot, ledger, &draft.document)?;
    let now = &again.made_from;
    if now.inputs_sha256 != was.inputs_sha256 {
        let short = |hash: &str| hash.chars().take(12).collect::<String>();
        return Err(Refusal::InputsChanged { id: draft.id, now: short(&now.inputs_sha256), then: short(&was.inputs_sha256) }.into());
    }
    let made_from = was.clone();
    if serde_json::to_string(&Bulletin { made_from, ..again })? == serde_json::to_string(&draft.document)? {
        Ok(())
    } else {
        Err(Refusal::NotReproduced { id: draft.id }.into())
    }
}

/// Looks what the price of a bulletin's period is by the lake's present records, with the policy and the published prices of then.
/// An error above the policy's limit becomes the draft of a correction, due so many business days from now; a smaller one an entry
/// of the public error log.
///
/// # Errors
/// [`PublicationError::Refused`] if the bulletin is right, is corrected already, or the error is in the log already.
pub fn correct(
    lake: &Lake,
    policy: &Policy,
    typed: &str,
    asked: &[Asked],
    reason: &str,
    who: Who<'_>,
) -> Result<Correcting, PublicationError> {
    named_person(who.by)?;
    let base = lake.snapshot(&AsOf::Latest)?;
    let ready = correcting(policy, &base, &store::ledger(&base)?, typed, asked, reason, who)?;
    let mut period = String::new();
    let mut logged = None;
    let (_, ledger) = store::append(lake, |snapshot, ledger| {
        let found = match snapshot.version == base.version {
            true => ready,
            false => correcting(policy, snapshot, ledger, typed, asked, reason, who)?,
        };
        match found {
            Found::Large(made) => {
                period.clone_from(&made.document.period);
                drafting(ledger, &made, who)
            }
            Found::Small(entry) => {
                let mut act = act(Kind::ErrorLogged, "", &entry.period, Some(&entry.reason), who);
                act.number = Some(entry.number.clone());
                act.document = Some(serde_json::to_string(&entry)?);
                logged = Some(entry);
                Ok(vec![act])
            }
        }
    })?;
    match logged {
        Some(entry) => Ok(Correcting::Logged(entry)),
        None => Ok(Correcting::Draft(Box::new(last_draft(&ledger, &period)?))),
    }
}

/// What was found out about an error.
enum Found {
    Large(Box<Made>),
    Small(ErrorEntry),
}

fn correcting(
    policy: &Policy,
    snapshot: &Snapshot,
    ledger: &Ledger,
    typed: &str,
    asked: &[Asked],
    reason: &str,
    who: Who<'_>,
) -> Result<Found, PublicationError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::NoReason.into());
    }
    let old = ledger.bulletin_in_force(typed)?;
    let correction = Correction { number: old.number.clone(), reason: reason.to_owned() };
    let policy = policy_for(policy, ledger, Some(&correction))?;
    let price = PricePolicy::load(&policy)?;
    let found_on = beijing_day(ledger.not_before_last(who.at));
    let due = price.calendar.business_day_after(found_on, price.publication.correct_within_business_days);
    let judgements = Judgements::Asked { by: who.by, asked, reason: Some(reason), standing: &old.document.judgements };
    let ask = Ask { period: &old.document.period, judgements, corrects: Some(correction), due: Some(due) };
    let mut made = make(&policy, snapshot, ledger, &ask, None)?;
    no_names(reason, &made.bands)?;
    let prices = wrong_prices(&old.document, &made.document);
    if prices.is_empty() && serde_json::to_string(&old.document.products)? == serde_json::to_string(&made.document.products)? {
        return Err(Refusal::NothingToCorrect { number: old.number.clone() }.into());
    }
    if prices.iter().any(|w| exceeds(price.publication.correct_above, w)) {
        made.kept.wrong = prices;
        return Ok(Found::Large(Box::new(made)));
    }
    let number = old.number.clone();
    if ledger.errors().iter().any(|e| e.number == number && e.prices == prices) {
        return Err(Refusal::Logged { number }.into());
    }
    let largest_ppm = prices.iter().filter_map(error_ppm).max().unwrap_or(0);
    let period = old.document.period.clone();
    Ok(Found::Small(ErrorEntry { number, period, found_on: found_on.to_string(), reason: reason.to_owned(), largest_ppm, prices }))
}

/// Whether an error is above a limit; a price that is missing, or should be, always is.
fn exceeds(limit: Limit, wrong: &WrongPrice) -> bool {
    let (Some(was), Some(is)) = (wrong.published_fen_per_t, wrong.right_fen_per_t) else { return true };
    let error = i128::from((is - was).abs());
    match limit {
        Limit::SharePpm(ppm) => error * i128::from(PPM) > i128::from(ppm) * i128::from(was),
        Limit::Amount(fen) => error > i128::from(fen),
        Limit::None => false,
    }
}

/// The error of a price, ppm of it, rounded up.
fn error_ppm(wrong: &WrongPrice) -> Option<i64> {
    let (was, is) = (wrong.published_fen_per_t?, wrong.right_fen_per_t?);
    let (error, whole) = (i128::from((is - was).abs()) * i128::from(PPM), i128::from(was.max(1)));
    i64::try_from((error + whole - 1) / whole).ok()
}

/// The events of a new draft: an open one of the period goes.
fn drafting(ledger: &Ledger, made: &Made, who: Who<'_>) -> Result<Vec<Act>, PublicationError> {
    let document = &made.document;
    let id = ledger.next_draft_id(&document.period, document.corrects.is_some());
    let mut acts = Vec::new();
    if let Some(old) = ledger.open_draft(&document.period) {
        let reason = format!("由 {id} 取代 / replaced by {id}");
        acts.push(act(Kind::WithdrawnDraft, &old.id, &document.period, Some(&reason), who));
    }
    let mut drafted = act(Kind::Drafted, &id, &document.period, None, who);
    drafted.document = Some(serde_json::to_string(document)?);
    drafted.kept = Some(serde_json::to_string(&made.kept)?);
    acts.push(drafted);
    Ok(acts)
}

/// A document made again as it was asked for.
pub(super) fn remake(policy: &Policy, snapshot: &Snapshot, ledger: &Ledger, was: &Bulletin) -> Result<Bulletin, PublicationError> {
    let ask = Ask {
        period: &was.period,
        judgements: Judgements::Given(&was.judgements),
        corrects: was.corrects.clone(),
        due: was.due.parse().ok(),
    };
    Ok(make(policy, snapshot, ledger, &ask, None)?.document)
}

/// Makes a document from a snapshot and the bulletins in it. `now`: it is a new one, whose turn it must be by then.
fn make(
    policy: &Policy,
    snapshot: &Snapshot,
    ledger: &Ledger,
    ask: &Ask<'_>,
    now: Option<DateTime<Utc>>,
) -> Result<Made, PublicationError> {
    let price = PricePolicy::load(policy)?;
    let engine = Engine::new(snapshot)?;
    let inputs = Inputs::read(&engine, &price, ask.period)?;
    let inputs = inputs.map_err(|known| Refusal::NoSuchPeriod { period: ask.period.to_owned(), known })?;
    let (from, to) = (inputs.span().from, inputs.span().to);
    if let Some(now) = now {
        if beijing_day(now) <= to {
            return Err(Refusal::NotEnded { period: ask.period.to_owned(), to: to.to_string() }.into());
        }
        ledger.may_come_next(ask.period, &from.to_string())?;
    }
    let before = ledger.before(&from.to_string());
    if let Some(before) = before.filter(|_| ask.corrects.is_none()) {
        method::check(policy, &price, (from, to), &before.document, &kept(&before.kept)?.policy)?;
    }
    // Only the period before bears on this one: a correction of an older one leaves it as it is.
    let anchors = before.map(|b| anchors(&[b])).unwrap_or_default();
    let bands = inputs.bands(&price, &anchors);
    let judgements = judged(ask, &bands)?;
    let changes =
        if ask.corrects.is_some() { Vec::new() } else { method::announced(&price.publication, from, before.map(|b| &b.document)) };
    let document = document(&Parts {
        price: &price,
        notice: crate::price::notice(policy)?,
        period: ask.period,
        bands: &bands,
        before: before.map(|b| &b.document),
        judgements,
        corrects: ask.corrects.clone(),
        due: ask.due.unwrap_or(inputs.span().due),
        changes,
        made_from: MadeFrom {
            program: program(),
            lake_version: snapshot.version,
            inputs_sha256: inputs.hash(&bands, &anchors),
            policy_sha256: policy.hash().to_owned(),
        },
    })?;
    let kept = keeping(policy, ask.period, &bands);
    Ok(Made { document, kept, bands })
}

fn judged(ask: &Ask<'_>, bands: &[ProductBands]) -> Result<Vec<Judgement>, Refusal> {
    match ask.judgements {
        Judgements::Given(given) => Ok(given.to_vec()),
        Judgements::Asked { by, asked, reason, standing } => {
            let new = judge::judgements(asked, by, reason, bands)?;
            new.iter().try_for_each(|j| no_names(&j.reason, bands))?;
            // What is judged now stands before what was judged then.
            let replaced = |old: &&Judgement| !new.iter().any(|n| n.product == old.product && n.class == old.class);
            let standing: Vec<Judgement> = standing.iter().filter(replaced).cloned().collect();
            Ok(new.into_iter().chain(standing).collect())
        }
    }
}

fn keeping(policy: &Policy, period: &str, bands: &[ProductBands]) -> Kept {
    let periods = bands.iter().flat_map(|b| b.periods.iter().map(move |p| (b, p))).filter(|(_, p)| p.period == period);
    let sales = bands.iter().flat_map(|b| b.sales.iter().map(move |s| (b, s))).filter(|(_, s)| s.period == period);
    Kept {
        policy: policy.to_toml(),
        periods: periods.map(|(b, p)| (b.product.clone(), p.clone())).collect(),
        sales: sales.map(|(b, s)| (b.product.clone(), s.clone())).collect(),
        wrong: Vec::new(),
    }
}

/// What is kept with a bulletin.
pub(super) fn kept(text: &str) -> Result<Kept, PublicationError> {
    Ok(serde_json::from_str(text)?)
}

/// The policy by which a document is made: the one in force; for a correction the method of then, because old periods are not
/// recomputed by a new one, with who publishes now.
pub(super) fn policy_for(now: &Policy, ledger: &Ledger, corrects: Option<&Correction>) -> Result<Policy, PublicationError> {
    let Some(correction) = corrects else { return Ok(now.clone()) };
    let then = policy_of(&kept(&ledger.bulletin(&correction.number)?.kept)?)?;
    let present: toml::Table = now.to_toml().parse().unwrap_or_default();
    let publication = present.get("price").and_then(|p| p.get("publication")).cloned();
    let price: toml::Table = publication.into_iter().map(|p| ("publication".to_owned(), p)).collect();
    Ok(then.with(&toml::Table::from_iter([("price".to_owned(), toml::Value::Table(price))]))?)
}

/// The policy that was kept.
pub(super) fn policy_of(kept: &Kept) -> Result<Policy, PublicationError> {
    let table: toml::Table = kept.policy.parse().unwrap_or_default();
    Ok(Policy::builtin()?.with(&table)?)
}

/// Name and version of this program.
pub(super) fn program() -> String {
    format!("lepid {}", env!("CARGO_PKG_VERSION"))
}

fn act(kind: Kind, draft_id: &str, period: &str, reason: Option<&str>, who: Who<'_>) -> Act {
    Act {
        kind,
        draft_id: draft_id.to_owned(),
        number: None,
        period: period.to_owned(),
        person: who.by.trim().to_owned(),
        at: who.at,
        reason: reason.map(|r| r.trim().to_owned()),
        document: None,
        kept: None,
    }
}

fn named_person(name: &str) -> Result<(), Refusal> {
    person::identity(name).map(drop).ok_or_else(|| Refusal::Nobody { given: name.to_owned() })
}

fn no_names(reason: &str, bands: &[ProductBands]) -> Result<(), Refusal> {
    judge::named(reason, bands).map_or(Ok(()), |named| Err(Refusal::NamesSomebody { named }))
}

fn last_draft(ledger: &Ledger, period: &str) -> Result<Draft, PublicationError> {
    let last = ledger.drafts().iter().rfind(|d| d.document.period == period);
    last.cloned().ok_or_else(|| Refusal::NoSuchDraft { id: period.to_owned() }.into())
}

//! Was a bulletin wrong, and by how much? A correction to be reviewed, or an entry of the public error log.

use super::document::wrong_prices;
use super::event::Kind;
use super::judge::Asked;
use super::ledger::{Draft, ErrorEntry, Ledger, WrongPrice, beijing_day};
use super::work::{Ask, Judgements, Made, Who, act, drafting, last_draft, make, named_person, no_names, policy_for};
use super::{PublicationError, Refusal, store};
use crate::lake::{AsOf, Lake, Snapshot};
use crate::policy::Policy;
use crate::price::bulletin::Correction;
use crate::price::mechanism::Limit;
use crate::price::policy::PricePolicy;
use crate::records::units::PPM;

/// What a correction led to.
#[derive(Clone, Debug)]
pub enum Correcting {
    /// The error is above the policy's limit: a draft that a second person has to review.
    Draft(Box<Draft>),
    /// It is not: an entry in the public error log.
    Logged(ErrorEntry),
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

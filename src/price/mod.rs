//! What is the ore worth? normalise → screen → centre → assess → mechanism → band.
//!
//! The rooms stand in the statistician's order: [`policy`] (which numbers), [`calendar`] (which periods), [`sale`] (what the
//! snapshot holds), [`carbonate`] (the quotation of a day), [`normalise`], [`netback`], [`screen`], [`centre`], [`mechanism`],
//! [`band`], [`formula`] and [`benchmark`] (prices by formula instead of sales), [`assess`] (the course of the periods), [`bands`] (what it says).
//! Only [`sale`] asks the engine; everything after it is a function of its arguments. [`assess`] prices from a period's own
//! centre or a carried one; the uncertainty of a centre ([`uncertainty`], [`student`]) and the state through thin periods
//! ([`level`], [`deviation`], [`state`]) stand beside it, sections 5 and 6 of the method.

pub mod assess;
pub mod band;
pub mod bands;
pub mod benchmark;
pub mod bulletin;
pub mod calendar;
pub mod carbonate;
pub mod centre;
pub mod deviation;
pub mod formula;
pub mod hint;
pub mod level;
pub mod mechanism;
pub mod netback;
pub mod normalise;
pub mod policy;
mod policy_check;
mod policy_units;
mod root;
pub mod sale;
pub mod screen;
pub mod state;
pub mod student;
pub mod uncertainty;

use crate::engine::{Engine, EngineError};
use crate::policy::{Policy, PolicyError};
use crate::text::Said;

/// Why there is no price.
#[derive(Debug, thiserror::Error)]
pub enum PriceError {
    /// The sales can't be read.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A parameter is wrong.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

/// Guide prices of every product in policy, by product id, over all months from the first to the last sale or quotation of the
/// snapshot; no periods where it holds neither.
///
/// # Errors
/// [`PriceError`] if a parameter is wrong or the snapshot can't be read. A sale that can't be priced is no error: it has a code.
pub fn bands(engine: &Engine, policy: &Policy) -> Result<Vec<bands::ProductBands>, PriceError> {
    let price = policy::PricePolicy::load(policy)?;
    let quotes = sale::quotes(engine, &price.carbonate.series)?;
    let mut products = Vec::with_capacity(price.product.len());
    for (id, product) in &price.product {
        products.push((id, product, sale::sales(engine, id)?));
    }
    let days = products.iter().flat_map(|(_, _, sales)| [sales.first(), sales.last()]).flatten().map(|s| s.date);
    let days: Vec<_> = days.chain(quotes.span().into_iter().flat_map(|(first, last)| [first, last])).collect();
    let periods = match (days.iter().min(), days.iter().max()) {
        (Some(first), Some(last)) => price.calendar.periods(*first, *last),
        _ => Vec::new(),
    };
    Ok(products.iter().map(|(id, product, sales)| assess::assess(id, &price, product, sales, &quotes, &periods)).collect())
}

/// What the prices may be called: the catalogue entry that allows a guide price (价格法, articles 19 and 20), else a non-binding
/// reference range. Stands on every output.
///
/// # Errors
/// [`PolicyError`] if the section is wrong.
pub fn notice(policy: &Policy) -> Result<Said, PolicyError> {
    let catalogue = policy::PricePolicy::load(policy)?.publication.catalogue;
    Ok(if catalogue.is_empty() {
        Said::new("参考/指导区间（不具约束力）", "reference / guidance range (non-binding)")
    } else {
        Said::new(format!("指导价区间，依据：{catalogue}"), format!("guide price range under: {catalogue}"))
    })
}

//! What is the ore worth? normalise → screen → centre → assess → mechanism → band.
//!
//! The rooms stand in the statistician's order: [`policy`] (which numbers), [`calendar`] (which periods), [`sale`] (what the
//! snapshot holds), [`carbonate`] (the quotation of a day), [`normalise`], [`netback`], [`screen`], [`centre`], [`mechanism`],
//! [`band`], [`formula`] and [`benchmark`] (prices by formula instead of sales), [`assess`] (the course of the periods), [`bands`] (what it says).
//! Only [`sale`] asks the engine; everything after it is a function of its arguments. [`assess`] prices from a period's own
//! centre or a carried one; the uncertainty of a centre ([`uncertainty`], [`student`]) and the state through thin periods
//! ([`level`], [`deviation`], [`state`]) stand beside it, sections 5 and 6 of the method.
//! [`band`], [`formula`] (prices by formula instead of sales), [`assess`] (the course of the periods), [`bands`] (what it says).
//! Only [`sale`] asks the engine; everything after it is a function of its arguments. The uncertainty of a centre is
//! [`uncertainty`] and [`student`]; the state through thin periods [`level`], [`deviation`], [`state`] and [`ladder`]; trust is
//! [`trust`] and [`influence`]; [`anchors`] are prices that a [`bulletin`] has put in force, [`publication`] the way to one.

mod absence;
pub mod anchors;
pub mod assess;
mod attack;
pub mod backtest;
pub mod band;
pub mod bands;
pub mod benchmark;
pub mod bulletin;
pub mod calendar;
pub mod calibrate;
pub mod carbonate;
pub mod centre;
mod class_price;
pub mod course;
pub mod coverage;
pub mod deviation;
pub mod formula;
pub mod given;
mod ground;
pub mod hint;
pub mod influence;
pub mod ladder;
pub mod level;
pub mod mechanism;
pub mod netback;
pub mod normalise;
pub mod policy;
mod policy_check;
pub mod policy_state;
mod policy_units;
pub mod publication;
mod rank;
mod root;
pub mod sale;
pub mod screen;
pub mod state;
pub mod student;
mod tables;
pub mod trust;
pub mod uncertainty;
pub mod words;
pub mod yardstick;

use crate::engine::{Engine, EngineError};
use crate::policy::{Policy, PolicyError};
use crate::text::Said;
use rayon::prelude::*;

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

/// Guide prices of every product in policy, by product id, over all periods from the first to the last sale or quotation of the
/// snapshot; no periods where it holds neither.
///
/// # Errors
/// [`PriceError`] if a parameter is wrong or the snapshot can't be read. A sale that can't be priced is no error: it has a code.
pub fn bands(engine: &Engine, policy: &Policy) -> Result<Vec<bands::ProductBands>, PriceError> {
    bands_with(engine, policy, &anchors::Anchors::default())
}

/// [`bands`] with the guide prices that were published in the place of the computed ones.
///
/// # Errors
/// [`PriceError`] as [`bands`].
pub fn bands_with(engine: &Engine, policy: &Policy, anchors: &anchors::Anchors) -> Result<Vec<bands::ProductBands>, PriceError> {
    let price = policy::PricePolicy::load(policy)?;
    let market = Market::read(engine, &price)?;
    let assess = |(id, sales): &(String, Vec<sale::Sale>)| {
        let product = price.product.get(id)?;
        Some(assess::assess(id, &price, product, sales, &market.quotes, &market.periods, anchors))
    };
    Ok(market.products.par_iter().filter_map(assess).collect())
}

/// What a snapshot holds for the prices.
#[derive(Clone, Debug, Default)]
pub struct Market {
    /// The quotations of carbonate.
    pub quotes: carbonate::Quotes,
    /// The sales of each product of the policy, by product id; sorted by (date, id).
    pub products: Vec<(String, Vec<sale::Sale>)>,
    /// The periods from the first to the last sale or quotation.
    pub periods: Vec<calendar::Span>,
}

impl Market {
    /// Reads it.
    ///
    /// # Errors
    /// [`EngineError`] if the snapshot can't be read.
    pub fn read(engine: &Engine, price: &policy::PricePolicy) -> Result<Self, EngineError> {
        let quotes = sale::quotes(engine, &price.carbonate.series)?;
        let mut products = Vec::with_capacity(price.product.len());
        for id in price.product.keys() {
            products.push((id.clone(), sale::sales(engine, id)?));
        }
        let days = products.iter().flat_map(|(_, sales)| [sales.first(), sales.last()]).flatten().map(|s| s.date);
        let days: Vec<_> = days.chain(quotes.span().into_iter().flat_map(|(first, last)| [first, last])).collect();
        let periods = match (days.iter().min(), days.iter().max()) {
            (Some(first), Some(last)) => price.calendar.periods(*first, *last),
            _ => Vec::new(),
        };
        Ok(Self { quotes, products, periods })
    }
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

//! What is the ore worth? normalise → screen → estimate → band → mechanism.

pub mod bands;

use crate::engine::{Engine, EngineError};
use crate::policy::{Policy, PolicyError};

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

/// Guide prices of every product in policy, over all periods of the snapshot.
///
/// # Errors
/// [`PriceError`].
pub fn bands(_engine: &Engine, _policy: &Policy) -> Result<Vec<bands::ProductBands>, PriceError> {
    Ok(Vec::new())
}

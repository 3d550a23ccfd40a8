//! One binary for all integration tests: each binary links Polars again.

mod price;
mod price_properties;
mod price_state_vectors;
mod price_vectors;

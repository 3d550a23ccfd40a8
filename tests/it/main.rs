//! One binary for all integration tests: each binary links Polars again.

mod house;
mod engine;
mod kill;
mod lake;
mod lake_changes;
mod lake_support;
mod price;
mod price_properties;
mod price_state_vectors;
mod price_vectors;
mod rules;
mod simulate;
mod report;
mod demo;
mod serve;
mod ingest;
mod nasty;
mod quarantine;

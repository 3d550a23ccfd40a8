//! One binary for all integration tests: each binary links Polars again.

mod demo;
mod engine;
mod house;
mod ingest;
mod kill;
mod lake;
mod lake_changes;
mod lake_open;
mod lake_support;
mod nasty;
mod price;
mod price_properties;
mod price_state_vectors;
mod price_vectors;
mod quarantine;
mod report;
mod rules;
mod serve;
mod simulate;

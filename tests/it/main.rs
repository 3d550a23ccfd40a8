//! One binary for all integration tests: each binary links Polars again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, reason = "all of it is tests")]

mod bulletin;
mod cases;
mod cases_paper;
mod cases_program;
mod cases_support;
mod demo;
mod dossier;
mod engine;
mod golden;
mod house;
mod ingest;
mod kill;
mod lake;
mod lake_changes;
mod lake_open;
mod lake_support;
mod measured;
mod nasty;
mod policy;
mod power;
mod price;
mod price_backtest;
mod price_bad_input;
mod price_calibrate;
mod price_calibrate_vectors;
mod price_influence;
mod price_policies;
mod price_properties;
mod price_publication;
mod price_publication_ledger;
mod price_state_vectors;
mod price_trust;
mod price_vectors;
mod price_whole;
mod quarantine;
mod readme;
mod report;
mod rules;
mod rules_run;
mod serve;
mod simulate;

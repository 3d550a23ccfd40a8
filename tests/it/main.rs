//! One binary for all integration tests: each binary links Polars again.

mod ingest;
mod nasty;
mod quarantine;

//! One binary for all integration tests: each binary links Polars again.

mod nasty;

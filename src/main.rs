//! Parses the command line and calls; everything else is in the library.

use std::process::ExitCode;

/// Polars allocates much and from several threads; measured on this work mimalloc is the faster one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    lepid::cli::main()
}

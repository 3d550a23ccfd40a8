//! Parses the command line and calls; everything else is in the library.

fn main() {}

//! Lepid 锂资源供应链与价格监测: what do a lithium district's own records say about its prices, its output and its ore?
//!
//! The modules stand in the order in which the data passes through them; a module imports only from modules above it.

pub mod balance;
pub mod cases;
pub mod chart;
pub mod cli;
pub mod engine;
pub mod ingest;
pub mod lake;
pub mod policy;
pub mod price;
pub mod records;
pub mod report;
pub mod risk;
pub mod rules;
pub mod serve;
pub mod simulate;
pub mod text;

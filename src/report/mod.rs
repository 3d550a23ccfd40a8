//! What does a run write? JSON for machines, CSV and XLSX for people, charts, and one self-contained page.

pub mod contents;
pub mod quarantine;

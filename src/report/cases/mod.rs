//! How does the ledger of cases 问题台账 look on paper? One row a case, in three formats, so that none says something else.

mod columns;
mod csv;
mod html;
mod xlsx;

pub use csv::csv;
pub use html::html;
pub use xlsx::xlsx;

use crate::balance::Site;
use crate::cases::Case;
use crate::text::{Lang, Text};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What a ledger is made from.
pub struct Sheet<'a> {
    /// Its cases, in their order.
    pub cases: &'a [Case],
    /// The registered sites, by id: whose they are, and in which county.
    pub sites: &'a BTreeMap<String, Site>,
    /// The day for which it is said what is overdue.
    pub today: NaiveDate,
    /// Its language.
    pub lang: Lang,
}

const TITLE: Text = Text { zh: "锂资源专项整治问题台账", en: "Ledger of cases" };

/// Stands on every ledger.
const LEAD: Text = Text {
    zh: "线索供核查，不是结论；以现场核实和法定程序为准。",
    en: "A finding is a lead for inspection, not a verdict; what counts is what was verified on site and decided by law.",
};

impl Sheet<'_> {
    /// Its day, how many cases, open and overdue.
    fn subtitle(&self) -> String {
        let open = self.cases.iter().filter(|c| c.state.is_open()).count();
        let overdue = self.cases.iter().filter(|c| c.is_overdue(self.today)).count();
        let (all, today) = (self.cases.len(), self.today);
        match self.lang {
            Lang::Zh => format!("截至 {today} · 共 {all} 件，未办结 {open} 件，逾期 {overdue} 件"),
            Lang::En => format!("as of {today} · {all} cases, {open} open, {overdue} overdue"),
        }
    }
}

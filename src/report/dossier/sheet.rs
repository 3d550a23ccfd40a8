//! What stands in a dossier, whatever it is written in? Facts, texts, tables and pictures; every format draws these and nothing else.

use crate::text::Lang;

/// What stands where nothing is known.
pub(super) const NONE: &str = "—";

/// A dossier in one language, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Language.
    pub lang: Lang,
    /// Name of the site.
    pub title: String,
    /// What it is: `一矿一档 · M01 · 矿山`.
    pub kicker: String,
    /// What must be known first: that records are made up, that a finding is a lead.
    pub warnings: Vec<String>,
    /// Register and run.
    pub facts: Vec<(String, String)>,
    /// The figures that are read first: what, how much, and a level (`high`, `medium`, `low` or empty).
    pub key: Vec<(String, String, &'static str)>,
    /// Sections in their order.
    pub sections: Vec<Section>,
    /// The last day that the records speak of, ISO 8601: the date of the document.
    pub day: Option<String>,
    /// The line at the foot of every page.
    pub foot: String,
    /// Stays the same for the same dossier and differs between two.
    pub identity: String,
}

/// A section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its anchor.
    pub id: &'static str,
    /// Its heading.
    pub title: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A sentence.
    Text(String),
    /// A table.
    Table(Table),
    /// A picture: its title and its SVG.
    Picture(String, String),
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Title.
    pub caption: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Cells.
    pub rows: Vec<Vec<String>>,
    /// Whether the last row is a sum.
    pub summed: bool,
    /// Below it, small.
    pub note: Option<String>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Head.
    pub head: String,
    /// Its share of the width on paper.
    pub width: u32,
    /// Numbers stand to the right.
    pub number: bool,
}

/// A column of text.
pub(super) fn text(head: &str, width: u32) -> Column {
    Column { head: head.to_owned(), width, number: false }
}

/// A column of numbers.
pub(super) fn number(head: &str, width: u32) -> Column {
    Column { head: head.to_owned(), width, number: true }
}

impl Table {
    /// A table without sums or note.
    pub(super) fn new(caption: &str, columns: Vec<Column>, rows: Vec<Vec<String>>) -> Self {
        Self { caption: caption.to_owned(), columns, rows, summed: false, note: None }
    }

    /// With a last row that is a sum.
    pub(super) fn summed(mut self, row: Vec<String>) -> Self {
        self.rows.push(row);
        self.summed = true;
        self
    }

    /// With a note below.
    pub(super) fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// Says in the language of the sheet.
#[derive(Clone, Copy)]
pub(super) struct Say(pub(super) Lang);

impl Say {
    pub(super) fn of<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self.0 {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

//! What can be wrong with a cell? Names follow the Frictionless data-quality errors where one fits.

use crate::text::Said;

/// What is wrong with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// A required cell is empty.
    Required,
    /// Not of the column's type.
    Type,
    /// Of the type, but outside its bounds.
    Constraint,
    /// A word that the column's list does not have.
    Enum,
    /// An identifier whose form or check character is wrong.
    Identifier,
    /// More cells than the header has.
    ExtraCell,
    /// Bytes that are no text in the file's encoding.
    Encoding,
    /// A formula that gave an error in Excel (`#REF!`).
    Formula,
}

impl Code {
    /// All codes.
    pub const ALL: [Code; 8] =
        [Code::Required, Code::Type, Code::Constraint, Code::Enum, Code::Identifier, Code::ExtraCell, Code::Encoding, Code::Formula];

    /// As stored and printed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Code::Required => "constraint-required",
            Code::Type => "type-error",
            Code::Constraint => "constraint-error",
            Code::Enum => "constraint-enum",
            Code::Identifier => "identifier-error",
            Code::ExtraCell => "extra-cell",
            Code::Encoding => "encoding-error",
            Code::Formula => "formula-error",
        }
    }
}

/// A cell that can't be read: what is wrong and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bad {
    pub(super) code: Code,
    pub(super) hint: Said,
}

impl Bad {
    pub(super) fn new(code: Code, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, hint: Said::new(zh, en) }
    }
}

//! What can be wrong with a cell? Names follow the Frictionless data-quality errors where one fits.

use crate::text::{Said, Text};
use serde::{Deserialize, Serialize};

/// What is wrong with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Code {
    /// A required cell is empty.
    #[serde(rename = "constraint-required")]
    Required,
    /// Not of the column's type.
    #[serde(rename = "type-error")]
    Type,
    /// Of the type, but outside its bounds.
    #[serde(rename = "constraint-error")]
    Constraint,
    /// A word that the column's list does not have.
    #[serde(rename = "constraint-enum")]
    Enum,
    /// An identifier whose form or check character is wrong.
    #[serde(rename = "identifier-error")]
    Identifier,
    /// More cells than the header has.
    #[serde(rename = "extra-cell")]
    ExtraCell,
    /// Bytes that are no text in the file's encoding.
    #[serde(rename = "encoding-error")]
    Encoding,
    /// A formula that gave an error in Excel (`#REF!`), or a cell that Excel wrote as `####`.
    #[serde(rename = "formula-error")]
    Formula,
    /// A row that can't be taken apart: a lost quotation mark, a line that is no JSON.
    #[serde(rename = "row-error")]
    Row,
}

impl Code {
    /// All codes.
    pub const ALL: [Code; 9] = [
        Code::Required,
        Code::Type,
        Code::Constraint,
        Code::Enum,
        Code::Identifier,
        Code::ExtraCell,
        Code::Encoding,
        Code::Formula,
        Code::Row,
    ];

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
            Code::Row => "row-error",
        }
    }

    /// What it means, for people.
    #[must_use]
    pub const fn meaning(self) -> Text {
        let (zh, en) = match self {
            Code::Required => ("必填单元格为空", "a required cell is empty"),
            Code::Type => ("类型不对：不是数字、日期、坐标等", "not of the column's type: no number, no date, no position"),
            Code::Constraint => ("类型对，但超出合理范围（常见原因：单位写错）", "of the type, but out of bounds; often a mistaken unit"),
            Code::Enum => ("不在可选项之中", "a word that the column's list does not have"),
            Code::Identifier => ("编号的位数、字符或校验位不对", "an identifier whose length, characters or check character is wrong"),
            Code::ExtraCell => ("单元格多于表头", "more cells than the header has"),
            Code::Encoding => ("乱码或控制字符", "bytes that are no text in the file's encoding"),
            Code::Formula => {
                ("Excel 公式出错（#REF! 等），或列太窄写成了 ####", "a formula that failed in Excel (#REF!), or a cell written as ####")
            }
            Code::Row => ("整行无法拆分：缺少引号，或不是 JSON", "a row that can't be taken apart: a lost quotation mark, no JSON"),
        };
        Text { zh, en }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_have_names_and_meanings_of_their_own() {
        let names: BTreeSet<&str> = Code::ALL.iter().map(|c| c.name()).collect();
        let meanings: BTreeSet<&str> = Code::ALL.iter().map(|c| c.meaning().zh).collect();
        assert_eq!((names.len(), meanings.len()), (Code::ALL.len(), Code::ALL.len()));
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
    }
}

//! What is a record: which tables, which columns, under which headers, in which unit, within which bounds?
//!
//! One file a table. A table is declared once, here; ingestion, the lake, the engine and the simulator read the declaration.

mod companies;
mod licences;
mod market_prices;
mod production;
mod roads;
mod sales;
mod shipments;
mod sites;
mod utilities;
mod vehicles;
mod waybills;

pub mod decimal;
pub mod ids;
pub mod product;
pub mod time;
pub mod units;

use crate::text::Text;

/// A table of the lake that users' files fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// 企业名录
    Companies,
    /// 场所名录
    Sites,
    /// 许可证
    Licences,
    /// 车辆
    Vehicles,
    /// 道路里程
    Roads,
    /// 准运证
    Waybills,
    /// 过磅单
    Shipments,
    /// 月报
    Production,
    /// 用电用水炸药
    Utilities,
    /// 销售台账
    Sales,
    /// 市场价格
    MarketPrices,
}

impl Table {
    /// All tables, registers first, in the order in which users see them.
    pub const ALL: [Table; 11] = [
        Table::Companies,
        Table::Sites,
        Table::Licences,
        Table::Vehicles,
        Table::Roads,
        Table::Waybills,
        Table::Shipments,
        Table::Production,
        Table::Utilities,
        Table::Sales,
        Table::MarketPrices,
    ];

    /// The declaration of this table.
    #[must_use]
    pub fn spec(self) -> &'static TableSpec {
        match self {
            Table::Companies => &companies::SPEC,
            Table::Sites => &sites::SPEC,
            Table::Licences => &licences::SPEC,
            Table::Vehicles => &vehicles::SPEC,
            Table::Roads => &roads::SPEC,
            Table::Waybills => &waybills::SPEC,
            Table::Shipments => &shipments::SPEC,
            Table::Production => &production::SPEC,
            Table::Utilities => &utilities::SPEC,
            Table::Sales => &sales::SPEC,
            Table::MarketPrices => &market_prices::SPEC,
        }
    }

    /// The table's name in the lake and in SQL.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// The table with this name in the lake.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Table> {
        Table::ALL.into_iter().find(|t| t.name() == name)
    }
}

/// How a table is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// Small; replaced as a whole, history kept by the lake.
    Register,
    /// Append-only; partitioned by the Beijing month of `column`.
    Facts {
        /// The stored column whose Beijing month is the partition.
        time: &'static str,
    },
}

/// The declaration of a table.
#[derive(Debug)]
pub struct TableSpec {
    /// Which table.
    pub table: Table,
    /// Name in the lake and in SQL.
    pub name: &'static str,
    /// Title for people.
    pub title: Text,
    /// Register or facts.
    pub keeping: Keeping,
    /// Inputs whose values name a record; two records with the same key and other content are in conflict.
    pub key: &'static [&'static str],
    /// The columns that a file may have, in the order in which people see them.
    pub inputs: &'static [Input],
    /// Columns that ingestion derives, after the inputs' columns and before the provenance columns.
    pub derived: &'static [Column],
}

/// A column of an incoming file.
#[derive(Debug)]
pub struct Input {
    /// English header and name of the input.
    pub name: &'static str,
    /// Other headers under which it comes, Chinese first; the first is the title shown to people.
    pub headers: &'static [&'static str],
    /// What its cells hold.
    pub kind: Kind,
    /// Whether a record without it is no record.
    pub required: bool,
}

/// What the cells of an input hold; decides parsing, bounds, the stored type and the name of the stored column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Free text, trimmed.
    Text,
    /// 统一社会信用代码, check character verified (GB 32100-2015).
    CreditCode,
    /// 许可证号: `C` or `T` and digits.
    LicenceNo,
    /// 车牌: upper case, separators dropped.
    Plate,
    /// A product or one of its aliases.
    Product,
    /// Products that a licence covers, separated by `;`, `；` or `、`; stored as canonical ids joined by `;`, unknown words kept.
    Minerals,
    /// A site by id or name; stored as written (trimmed, width-folded), resolved when read.
    SiteRef,
    /// One of a few words.
    Choice(&'static [Choice]),
    /// Mass. Stored in kg.
    Mass {
        /// Smallest plausible value besides zero, kg: below it the unit is probably mistaken.
        min_kg: i64,
        /// Largest plausible value, kg.
        max_kg: i64,
    },
    /// Mass a year (生产规模, 年处理能力). Stored in kg a year.
    MassPerYear,
    /// Li2O, ppm by mass; 0..=80 300 (pure spodumene).
    Grade,
    /// Water, ppm by mass; 0..1 000 000, the upper end excluded.
    Moisture,
    /// Yuan a tonne. Stored in fen a tonne.
    UnitPrice {
        /// Largest plausible value, fen a tonne.
        max_fen: i64,
    },
    /// A whole number within bounds.
    Whole {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// A quantity counted in whole units (kWh, m3); decimals are rounded half to even.
    Count {
        /// Largest plausible value.
        max: i64,
    },
    /// Date and time of day, Beijing unless it says otherwise. Stored as UTC microseconds.
    Instant,
    /// A day.
    Day,
    /// A month; stored as its first day.
    Month,
    /// Degrees, WGS-84.
    Degrees {
        /// 90 or 180.
        limit: f64,
    },
    /// 是/否.
    YesNo,
    /// A boundary as written: WKT or a list of corners, in degrees or in metres of a grid; read by `rules::boundary`.
    Wkt,
}

/// A word of a choice: its id and the words that mean it.
#[derive(Debug, PartialEq)]
pub struct Choice {
    /// As stored.
    pub id: &'static str,
    /// As written; the first is the Chinese title.
    pub words: &'static [&'static str],
}

/// A type of the lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// UTF-8.
    Text,
    /// 32-bit integer.
    Int32,
    /// 64-bit integer.
    Int64,
    /// 64-bit float; positions only.
    Float64,
    /// True or false.
    Bool,
    /// Day.
    Date,
    /// UTC, microseconds.
    Instant,
}

/// A column of a table of the lake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name; the unit stands last.
    pub name: &'static str,
    /// Type.
    pub stored: Stored,
    /// Whether a value may be missing.
    pub nullable: bool,
}

impl Kind {
    /// The type in the lake.
    #[must_use]
    pub const fn stored(self) -> Stored {
        match self {
            Kind::Text
            | Kind::CreditCode
            | Kind::LicenceNo
            | Kind::Plate
            | Kind::Product
            | Kind::Minerals
            | Kind::SiteRef
            | Kind::Choice(_)
            | Kind::Wkt => Stored::Text,
            Kind::Mass { .. } | Kind::MassPerYear | Kind::UnitPrice { .. } | Kind::Count { .. } => Stored::Int64,
            Kind::Grade | Kind::Moisture | Kind::Whole { .. } => Stored::Int32,
            Kind::Instant => Stored::Instant,
            Kind::Day | Kind::Month => Stored::Date,
            Kind::Degrees { .. } => Stored::Float64,
            Kind::YesNo => Stored::Bool,
        }
    }

    /// What stands behind the input's name in the name of the stored column: the unit.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Kind::Mass { .. } => "_kg",
            Kind::MassPerYear => "_kg_per_year",
            Kind::Grade | Kind::Moisture => "_ppm",
            Kind::UnitPrice { .. } => "_fen_per_t",
            _ => "",
        }
    }
}

impl Input {
    /// The name of the stored column: the input's name with its unit (`net` → `net_kg`).
    #[must_use]
    pub fn column_name(&self) -> String {
        format!("{}{}", self.name.trim_end_matches("_kg"), self.kind.suffix())
    }
}

/// The columns that say where a record comes from; they are no part of its content.
pub const PROVENANCE: [Column; 3] = [
    Column { name: "source_file", stored: Stored::Text, nullable: false },
    Column { name: "source_sheet", stored: Stored::Text, nullable: true },
    Column { name: "source_row", stored: Stored::Int32, nullable: false },
];

/// The partition column of facts: the first day of the Beijing month.
pub const MONTH: &str = "month";

impl TableSpec {
    /// The input of this name.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<&'static Input> {
        self.inputs.iter().find(|i| i.name == name)
    }

    /// All stored columns with their types: inputs, derived, provenance, and for facts the partition column `month` last
    /// (unless an input of that name is stored already).
    #[must_use]
    pub fn columns(&self) -> Vec<(String, Stored, bool)> {
        let mut columns: Vec<(String, Stored, bool)> =
            self.inputs.iter().map(|i| (i.column_name(), i.kind.stored(), !i.required)).collect();
        columns.extend(self.derived.iter().chain(&PROVENANCE).map(|c| (c.name.to_owned(), c.stored, c.nullable)));
        if matches!(self.keeping, Keeping::Facts { .. }) && !columns.iter().any(|c| c.0 == MONTH) {
            columns.push((MONTH.to_owned(), Stored::Date, false));
        }
        columns
    }

    /// Whether the table is append-only.
    #[must_use]
    pub const fn is_facts(&self) -> bool {
        matches!(self.keeping, Keeping::Facts { .. })
    }
}

const fn required(name: &'static str, headers: &'static [&'static str], kind: Kind) -> Input {
    Input { name, headers, kind, required: true }
}

const fn optional(name: &'static str, headers: &'static [&'static str], kind: Kind) -> Input {
    Input { name, headers, kind, required: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_columns_of_a_table_share_a_name_or_a_header() {
        for table in Table::ALL {
            let spec = table.spec();
            assert_eq!(spec.table, table);
            let mut names = BTreeSet::new();
            for (name, _, _) in spec.columns() {
                assert!(names.insert(name.clone()), "{}: column {name} twice", spec.name);
            }
            let mut headers = BTreeSet::new();
            for input in spec.inputs {
                for header in input.headers.iter().chain([&input.name]) {
                    assert!(headers.insert(*header), "{}: header {header} twice", spec.name);
                }
            }
            assert!(spec.key.iter().all(|k| spec.input(k).is_some()), "{}: key names no input", spec.name);
        }
    }

    #[test]
    fn units_stand_last_in_names() {
        let net = Table::Shipments.spec().input("net").map(Input::column_name);
        assert_eq!(net.as_deref(), Some("net_kg"));
        let explosives = Table::Utilities.spec().input("explosives_kg").map(Input::column_name);
        assert_eq!(explosives.as_deref(), Some("explosives_kg"));
    }
}

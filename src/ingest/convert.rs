//! How do rows of text become a frame of typed columns, and which rows do not?

use super::code::{Bad, Code};
use super::columns::{Column, Derive, dates};
use super::header::{Layout, Role};
use super::total::is_total;
use super::value::{self, Cell};
use super::{Mark, QUARANTINE_ID, Quarantined, when};
use crate::records::{Input, Kind, MONTH, units};
use crate::text::Said;
use polars::prelude::*;
use std::borrow::Cow;

/// What a stretch of rows gave. Row numbers count from the first row given.
pub(super) struct Converted {
    pub(super) frame: DataFrame,
    pub(super) marks: Vec<Mark>,
    pub(super) quarantined: Vec<Quarantined>,
    pub(super) read: u64,
    pub(super) blank: u64,
    pub(super) totals: u64,
}

impl Converted {
    /// Adds `base` to every row number.
    pub(super) fn shift(&mut self, base: u32) -> PolarsResult<()> {
        if base == 0 {
            return Ok(());
        }
        let rows = self.frame.column("source_row")?.i32()? + i32::try_from(base).unwrap_or(i32::MAX);
        self.frame.with_column(rows.with_name("source_row".into()).into_column())?;
        for row in &mut self.quarantined {
            row.row = row.row.saturating_add(base);
        }
        Ok(())
    }
}

/// What the dress of a file says about its cells.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dressed {
    /// Numbers are the dates of the 1904 calendar.
    pub(super) from_1904: bool,
    /// A cell shown as `0.42%` comes as `0.0042`, and nothing tells which cells are shown so.
    pub(super) percent_unknown: bool,
    /// Cells beyond the header are somebody's remarks, not a comma too many.
    pub(super) margins: bool,
}

/// Turns rows of text into typed columns.
pub(super) struct Converter<'a> {
    layout: &'a Layout,
    file: &'a str,
    sheet: Option<&'a str>,
    dressed: Dressed,
    /// Place in the file of each input; `None`: the file does not have it.
    places: Vec<Option<(usize, Option<units::Scale>)>>,
    correction: Option<usize>,
    void: Option<usize>,
    quarantine_id: Option<usize>,
    inputs: Vec<Column>,
    rows: Vec<i32>,
    fixes: Vec<Option<String>>,
    marks: Vec<Mark>,
    derive: Derive,
    quarantined: Vec<Quarantined>,
    read: u64,
    blank: u64,
    totals: u64,
    /// Words of products already looked up: a file has few of them.
    products: Vec<(String, &'static str)>,
}

/// A bad cell: its place in the row.
type Fault = (usize, Bad);

impl<'a> Converter<'a> {
    pub(super) fn new(layout: &'a Layout, file: &'a str, sheet: Option<&'a str>) -> Self {
        Self::with_room(layout, file, sheet, 1024)
    }

    /// For so many rows.
    pub(super) fn with_room(layout: &'a Layout, file: &'a str, sheet: Option<&'a str>, rows: usize) -> Self {
        let spec = layout.spec;
        let mut places = vec![None; spec.inputs.len()];
        let (mut correction, mut void, mut quarantine_id) = (None, None, None);
        for (place, role) in layout.roles.iter().enumerate() {
            match role {
                Role::Input(index, scale) => {
                    if let Some(input) = places.get_mut(*index) {
                        *input = Some((place, *scale));
                    }
                }
                Role::Correction => correction = Some(place),
                Role::Void => void = Some(place),
                Role::QuarantineId => quarantine_id = Some(place),
                Role::Ignored => {}
            }
        }
        Self {
            layout,
            file,
            sheet,
            dressed: Dressed::default(),
            places,
            correction,
            void,
            quarantine_id,
            inputs: spec.inputs.iter().map(|i| Column::new(&i.column_name(), i.kind, rows)).collect(),
            rows: Vec::new(),
            fixes: Vec::new(),
            marks: Vec::new(),
            derive: Derive::new(spec),
            quarantined: Vec::new(),
            read: 0,
            blank: 0,
            totals: 0,
            products: Vec::new(),
        }
    }

    /// For cells that are dressed in a way of their own.
    pub(super) fn dressed(self, dressed: Dressed) -> Self {
        Self { dressed, ..self }
    }

    /// Takes one row; `row` is its number as Excel shows it, or relative to a base that is added later.
    pub(super) fn push<S: AsRef<str>>(&mut self, row: u32, cells: &[S]) {
        if cells.iter().all(|c| is_blank(c.as_ref())) {
            self.blank += 1;
        } else if is_total(cells, self.layout) {
            self.totals += 1;
        } else {
            self.read += 1;
            if let Err(faults) = self.accept(row, cells) {
                self.hold_back(row, cells, faults);
            }
        }
    }

    /// Takes a row that can't be taken apart: it is held back, whole, whatever its cells say.
    pub(super) fn push_damaged<S: AsRef<str>>(&mut self, row: u32, cells: &[S], place: usize, bad: Bad) {
        self.read += 1;
        self.hold_back(row, cells, vec![(place, bad)]);
    }

    /// Blank rows that the file does not even write down.
    pub(super) fn push_blank(&mut self, rows: u64) {
        self.blank += rows;
    }

    fn accept<S: AsRef<str>>(&mut self, row: u32, cells: &[S]) -> Result<(), Vec<Fault>> {
        let mut faults = Vec::new();
        if !self.dressed.margins
            && let Some(extra) = cells.get(self.layout.titles.len()..)
            && let Some((place, cell)) = extra.iter().map(AsRef::as_ref).enumerate().find(|(_, c)| !is_blank(c))
        {
            faults.push((self.layout.titles.len() + place, extra_cell(cell)));
        }
        let mut typed: Vec<Cell> = Vec::with_capacity(self.places.len());
        for (index, (input, place)) in self.layout.spec.inputs.iter().zip(&self.places).enumerate() {
            let (place, scale, raw) = match (place, self.layout.implied) {
                (Some((place, scale)), _) => (*place, *scale, cells.get(*place).map_or("", AsRef::as_ref)),
                (None, Some((implied, word))) if implied == index => (0, None, word),
                (None, _) => (0, None, ""),
            };
            let cell = match input.kind {
                Kind::Product => product(&mut self.products, raw),
                kind => read(kind, scale, raw, self.dressed),
            };
            match cell {
                Ok(Cell::Missing) if input.required => faults.push((place, missing(input))),
                Ok(cell) => typed.push(cell),
                Err(bad) => faults.push((place, bad)),
            }
        }
        let mark = self.mark(cells).unwrap_or_else(|fault| {
            faults.push(fault);
            Mark::New
        });
        if !faults.is_empty() {
            return Err(faults);
        }
        let fixes = self.fixes_of(cells);
        self.derive.push(&typed);
        for (column, cell) in self.inputs.iter_mut().zip(typed) {
            column.push(cell);
        }
        self.rows.push(i32::try_from(row).unwrap_or(i32::MAX));
        self.fixes.push(fixes);
        self.marks.push(mark);
        Ok(())
    }

    fn mark<S: AsRef<str>>(&self, cells: &[S]) -> Result<Mark, Fault> {
        let yes = |place: Option<usize>| -> Result<bool, Fault> {
            let Some(place) = place else { return Ok(false) };
            let cell = cells.get(place).map_or("", AsRef::as_ref);
            match value::read(Kind::YesNo, None, cell) {
                Ok(Cell::Flag(flag)) => Ok(flag),
                Ok(_) => Ok(false),
                // People write the word of the column itself.
                Err(_) if matches!(&*value::fold(cell), "作废" | "更正" | "已作废" | "已更正") => Ok(true),
                Err(bad) => Err((place, bad)),
            }
        };
        Ok(if yes(self.void)? {
            Mark::Void
        } else if yes(self.correction)? {
            Mark::Correction
        } else {
            Mark::New
        })
    }

    fn fixes_of<S: AsRef<str>>(&self, cells: &[S]) -> Option<String> {
        let text = cells.get(self.quarantine_id?)?.as_ref().trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Keeps a row as it is, with all that is wrong with it, from left to right.
    fn hold_back<S: AsRef<str>>(&mut self, row: u32, cells: &[S], mut faults: Vec<Fault>) {
        faults.sort_by_key(|(place, _)| *place);
        let titles = &self.layout.titles;
        let cell = |place: usize| cells.get(place).map_or("", AsRef::as_ref);
        // A row shorter than the header has all the columns, so that its export is a table again.
        let cells_with_titles =
            (0..titles.len().max(cells.len())).map(|place| (title(titles, place), self.as_kept(place, cell(place)))).collect();
        let fixes = self.fixes_of(cells);
        let faults: Vec<super::Fault> = faults
            .into_iter()
            .map(|(place, bad)| super::Fault { place, column: title(titles, place), code: bad.code, hint: bad.hint })
            .collect();
        let Some(first) = faults.first() else { return };
        self.quarantined.push(Quarantined {
            table: self.layout.spec.table,
            file: self.file.to_owned(),
            sheet: self.sheet.map(str::to_owned),
            row,
            column: first.column.clone(),
            value: cell(first.place).to_owned(),
            code: first.code,
            hint: all_hints(&faults),
            cells: cells_with_titles,
            faults,
            fixes,
        });
    }

    /// A cell as it reads outside of its workbook: the serials of 1904 are dates of that workbook alone.
    fn as_kept(&self, place: usize, cell: &str) -> String {
        let role = self.layout.roles.get(place).filter(|_| self.dressed.from_1904);
        let is_time = matches!(role, Some(Role::Input(index, _)) if self.layout.spec.inputs.get(*index)
            .is_some_and(|i| matches!(i.kind, Kind::Instant | Kind::Day | Kind::Month)));
        if is_time { when::from_1904(cell).unwrap_or_else(|| cell.to_owned()) } else { cell.to_owned() }
    }

    /// The frame so far.
    pub(super) fn finish(mut self) -> PolarsResult<Converted> {
        let height = self.rows.len();
        let mut columns: Vec<polars::prelude::Column> = Vec::new();
        for (input, column) in self.layout.spec.inputs.iter().zip(self.inputs) {
            columns.push(column.finish(input.kind)?);
        }
        for derived in self.layout.spec.derived {
            columns.push(match derived.name {
                "day" => dates("day", std::mem::take(&mut self.derive.day)),
                "dry_kg" => Int64Chunked::from_iter_options("dry_kg".into(), self.derive.dry_kg.iter().copied()).into_column(),
                "li2o_g" => Int64Chunked::from_iter_options("li2o_g".into(), self.derive.li2o_g.iter().copied()).into_column(),
                other => polars_bail!(SchemaMismatch: "no way to derive {other}"),
            });
        }
        columns.push(polars::prelude::Column::new_scalar("source_file".into(), Scalar::from(PlSmallStr::from_str(self.file)), height));
        let sheet = self.sheet.map_or_else(|| Scalar::null(DataType::String), |s| Scalar::from(PlSmallStr::from_str(s)));
        columns.push(polars::prelude::Column::new_scalar("source_sheet".into(), sheet, height));
        columns.push(polars::prelude::Column::new("source_row".into(), self.rows));
        if self.layout.spec.is_facts() && self.layout.spec.input(MONTH).is_none() {
            columns.push(dates(MONTH, self.derive.month));
        }
        if self.quarantine_id.is_some() {
            columns.push(StringChunked::from_iter_options(QUARANTINE_ID.into(), self.fixes.into_iter()).into_column());
        }
        let marks = if self.marks.iter().all(|m| *m == Mark::New) { Vec::new() } else { self.marks };
        Ok(Converted {
            frame: DataFrame::new(height, columns)?,
            marks,
            quarantined: self.quarantined,
            read: self.read,
            blank: self.blank,
            totals: self.totals,
        })
    }
}

fn is_blank(cell: &str) -> bool {
    // Most cells begin with what can't be blank.
    !matches!(cell.as_bytes().first(), Some(b'!'..=b'~')) && value::fold(cell).is_empty()
}

fn title(titles: &[String], place: usize) -> String {
    titles.get(place).map_or_else(|| format!("#{}", place + 1), Clone::clone)
}

/// The hint of a row: that of its bad cell; where several are bad, of each with its column.
fn all_hints(faults: &[super::Fault]) -> Said {
    if let [only] = faults {
        return only.hint.clone();
    }
    let join = |of: fn(&super::Fault) -> &str, colon: &str, stop: &str| {
        faults.iter().map(|f| format!("{}{colon}{}", f.column.trim(), of(f))).collect::<Vec<_>>().join(stop)
    };
    Said::new(
        format!("{} 处有误：{}", faults.len(), join(|f| &f.hint.zh, "：", "；")),
        format!("{} bad cells: {}", faults.len(), join(|f| &f.hint.en, ": ", "; ")),
    )
}

fn extra_cell(cell: &str) -> Bad {
    Bad::new(
        Code::ExtraCell,
        format!("比表头多出的单元格“{cell}”，可能是数字中的逗号没有加引号"),
        format!("a cell beyond the header: \"{cell}\"; an unquoted comma in a number?"),
    )
}

fn missing(input: &Input) -> Bad {
    Bad::new(
        Code::Required,
        format!("“{}”不能为空", input.headers.first().unwrap_or(&input.name)),
        format!("\"{}\" must not be empty", input.name),
    )
}

/// Reads a cell as its dress wants it.
fn read<'c>(kind: Kind, scale: Option<units::Scale>, raw: &'c str, dressed: Dressed) -> Result<Cell<'c>, Bad> {
    if dressed.from_1904
        && matches!(kind, Kind::Instant | Kind::Day | Kind::Month)
        && let Some(serial) = when::from_1904(raw)
    {
        return match value::read(kind, scale, &serial)? {
            Cell::Whole(n) => Ok(Cell::Whole(n)),
            _ => Ok(Cell::Missing),
        };
    }
    let cell = value::read(kind, scale, raw)?;
    if dressed.percent_unknown
        && let Cell::Whole(ppm) = cell
        && !raw.contains('%')
        && maybe_percent(kind, ppm)
    {
        return Err(Bad::new(
            Code::Constraint,
            format!("“{raw}”低得不合常理：这一列在 Excel 中是不是“百分比”格式？请改写成 0.42% 或另存为 .xlsx"),
            format!("\"{raw}\" is implausibly low: is the column formatted as a percentage? Write 0.42% or save the file as .xlsx"),
        ));
    }
    Ok(cell)
}

/// A share that would be plausible a hundred times as large: up to 8.03 % Li2O, up to 50 % water.
fn maybe_percent(kind: Kind, ppm: i64) -> bool {
    match kind {
        Kind::Grade => (1..=803).contains(&ppm),
        Kind::Moisture => (1..=5_000).contains(&ppm),
        _ => false,
    }
}

fn product<'c>(seen: &mut Vec<(String, &'static str)>, raw: &'c str) -> Result<Cell<'c>, Bad> {
    if let Some((_, id)) = seen.iter().find(|(word, _)| word == raw) {
        return Ok(Cell::Text(Cow::Borrowed(id)));
    }
    let cell = value::read(Kind::Product, None, raw)?;
    if let Cell::Text(Cow::Borrowed(id)) = &cell
        && seen.len() < 64
        && let Some(product) = crate::records::product::by_id(id)
    {
        seen.push((raw.to_owned(), product.id));
    }
    Ok(cell)
}

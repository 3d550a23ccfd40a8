//! How do rows of text become a frame of typed columns, and which rows do not?

use super::code::{Bad, Code};
use super::header::{Layout, Role};
use super::value::{self, Cell};
use super::{Mark, QUARANTINE_ID, Quarantined};
use crate::records::time::{beijing_day, date_of, days_of, month_of};
use crate::records::{Kind, MONTH, Stored, units};
use crate::text::Said;
use polars::prelude::*;
use std::borrow::Cow;

/// A column being built.
enum Column {
    Text(StringChunkedBuilder),
    Int32(PrimitiveChunkedBuilder<Int32Type>),
    Int64(PrimitiveChunkedBuilder<Int64Type>),
    Float64(PrimitiveChunkedBuilder<Float64Type>),
    Bool(BooleanChunkedBuilder),
}

/// What a stretch of rows gave. Row numbers count from the first row given.
pub(super) struct Converted {
    pub(super) frame: DataFrame,
    pub(super) marks: Vec<Mark>,
    pub(super) quarantined: Vec<Quarantined>,
    pub(super) read: u64,
    pub(super) blank: u64,
    pub(super) totals: u64,
}

/// Turns rows of text into typed columns.
pub(super) struct Converter<'a> {
    layout: &'a Layout,
    file: &'a str,
    sheet: Option<&'a str>,
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

/// What follows from the other columns of the row.
struct Derive {
    time: Option<usize>,
    mass: Option<usize>,
    moisture: Option<usize>,
    grade: Option<usize>,
    day: Vec<i32>,
    month: Vec<i32>,
    dry_kg: Vec<Option<i64>>,
    li2o_g: Vec<Option<i64>>,
}

impl<'a> Converter<'a> {
    pub(super) fn new(layout: &'a Layout, file: &'a str, sheet: Option<&'a str>) -> Self {
        let spec = layout.spec;
        let mut places = vec![None; spec.inputs.len()];
        let (mut correction, mut void, mut quarantine_id) = (None, None, None);
        for (place, role) in layout.roles.iter().enumerate() {
            match role {
                Role::Input(index, scale) => places[*index] = Some((place, *scale)),
                Role::Correction => correction = Some(place),
                Role::Void => void = Some(place),
                Role::QuarantineId => quarantine_id = Some(place),
                Role::Ignored => {}
            }
        }
        let at = |test: &dyn Fn(&str) -> bool| spec.inputs.iter().position(|i| test(i.name));
        let time = match spec.keeping {
            crate::records::Keeping::Facts { time } => at(&|n| n == time),
            crate::records::Keeping::Register => None,
        };
        let derive = Derive {
            time,
            mass: at(&|n| n == "net" || n == "wet"),
            moisture: at(&|n| n == "moisture"),
            grade: at(&|n| n == "li2o"),
            day: Vec::new(),
            month: Vec::new(),
            dry_kg: Vec::new(),
            li2o_g: Vec::new(),
        };
        let inputs = spec.inputs.iter().map(|i| builder(&i.column_name(), i.kind)).collect();
        Self {
            layout,
            file,
            sheet,
            places,
            correction,
            void,
            quarantine_id,
            inputs,
            rows: Vec::new(),
            fixes: Vec::new(),
            marks: Vec::new(),
            derive,
            quarantined: Vec::new(),
            read: 0,
            blank: 0,
            totals: 0,
            products: Vec::new(),
        }
    }

    /// Takes one row; `row` is its number as Excel shows it, or relative to a base that is added later.
    pub(super) fn push(&mut self, row: u32, cells: &[&str]) {
        if cells.iter().all(|c| c.trim().is_empty() || value::fold(c).is_empty()) {
            self.blank += 1;
            return;
        }
        if self.is_total(cells) {
            self.totals += 1;
            return;
        }
        self.read += 1;
        if let Err((bads, more)) = self.accept(row, cells) {
            let first = self.quarantine(row, cells, bads, &more);
            self.quarantined.push(first);
        }
    }

    /// 合计 rows, the header once more, and what stands below a table (制表人 …).
    fn is_total(&self, cells: &[&str]) -> bool {
        let mut filled = cells.iter().filter(|c| !c.trim().is_empty());
        let Some(first) = filled.next() else { return false };
        // Ticket numbers and the like are ASCII: nothing to recognise there, unless it is an English total.
        if cells.iter().take(4).all(|c| c.is_ascii() && !c.trim_start().get(..5).is_some_and(|t| t.eq_ignore_ascii_case("total"))) {
            return self.is_header(cells);
        }
        let word = |cell: &str| -> String {
            value::fold(cell).chars().filter(|c| !c.is_whitespace()).collect::<String>().trim_end_matches([':', '：']).to_owned()
        };
        let total = cells.iter().take(4).any(|c| {
            matches!(
                word(c).to_lowercase().as_str(),
                "合计"
                    | "总计"
                    | "小计"
                    | "共计"
                    | "累计"
                    | "本页合计"
                    | "本月合计"
                    | "本页小计"
                    | "本月累计"
                    | "本年累计"
                    | "当日合计"
                    | "日计"
                    | "月计"
                    | "total"
                    | "subtotal"
                    | "grandtotal"
            )
        });
        let first = word(first);
        let footer = filled.count() < 4
            && [
                "制表",
                "审核",
                "填表",
                "填报",
                "备注:",
                "备注：",
                "说明:",
                "说明：",
                "注:",
                "注：",
                "单位负责人",
                "打印时间",
                "打印日期",
                "统计时间",
            ]
            .iter()
            .any(|w| first.starts_with(w));
        total || footer || self.is_header(cells)
    }

    fn is_header(&self, cells: &[&str]) -> bool {
        let matching = cells.iter().zip(&self.layout.folded).filter(|(c, t)| !t.is_empty() && c.trim() == t.as_str()).count();
        matching >= 3 && matching * 2 > self.layout.folded.iter().filter(|t| !t.is_empty()).count()
    }

    fn accept(&mut self, row: u32, cells: &[&str]) -> Result<(), (Vec<(usize, Bad)>, Vec<String>)> {
        let mut bads = Vec::new();
        let mut more = Vec::new();
        if let Some((place, cell)) = cells.iter().enumerate().skip(self.layout.titles.len()).find(|(_, c)| !c.trim().is_empty()) {
            bads.push((
                place,
                Bad::new(
                    Code::ExtraCell,
                    format!("比表头多出的单元格“{cell}”，可能是数字中的逗号没有加引号"),
                    format!("a cell beyond the header: \"{cell}\"; an unquoted comma in a number?"),
                ),
            ));
        }
        let mut typed: Vec<Cell> = Vec::with_capacity(self.places.len());
        for (input, place) in self.layout.spec.inputs.iter().zip(&self.places) {
            let raw = place.and_then(|(p, _)| cells.get(p)).copied().unwrap_or("");
            let cell = match input.kind {
                Kind::Product => product(&mut self.products, raw),
                kind => value::read(kind, place.and_then(|(_, s)| s), raw),
            };
            match cell {
                Ok(Cell::Missing) if input.required => bads.push((
                    place.map_or(0, |(p, _)| p),
                    Bad::new(
                        Code::Required,
                        format!("“{}”不能为空", input.headers.first().unwrap_or(&input.name)),
                        format!("\"{}\" must not be empty", input.name),
                    ),
                )),
                Ok(cell) => typed.push(cell),
                Err(bad) => bads.push((place.map_or(0, |(p, _)| p), bad)),
            }
        }
        let mark = match self.mark(cells) {
            Ok(mark) => mark,
            Err((place, bad)) => {
                bads.push((place, bad));
                Mark::New
            }
        };
        if !bads.is_empty() {
            more.extend(bads.iter().skip(1).map(|(place, _)| self.layout.titles.get(*place).cloned().unwrap_or_default()));
            bads.sort_by_key(|(place, _)| *place);
            return Err((bads, more));
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

    fn mark(&self, cells: &[&str]) -> Result<Mark, (usize, Bad)> {
        let yes = |place: Option<usize>| -> Result<bool, (usize, Bad)> {
            let Some(place) = place else { return Ok(false) };
            match value::read(Kind::YesNo, None, cells.get(place).copied().unwrap_or("")) {
                Ok(Cell::Flag(flag)) => Ok(flag),
                Ok(_) => Ok(false),
                // People write the word of the column itself.
                Err(_) if matches!(cells.get(place).map(|c| c.trim()), Some("作废" | "更正" | "已作废" | "已更正")) => Ok(true),
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

    fn fixes_of(&self, cells: &[&str]) -> Option<String> {
        let text = cells.get(self.quarantine_id?)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn quarantine(&self, row: u32, cells: &[&str], bads: Vec<(usize, Bad)>, more: &[String]) -> Quarantined {
        let (place, bad) = bads.into_iter().next().unwrap_or((0, Bad::new(Code::Type, "", "")));
        let mut hint = bad.hint;
        if !more.is_empty() {
            hint = Said::new(format!("{}；另有 {} 处", hint.zh, more.len()), format!("{}; and {} more", hint.en, more.len()));
        }
        let title = |place: usize| self.layout.titles.get(place).map_or_else(|| format!("#{}", place + 1), Clone::clone);
        Quarantined {
            table: self.layout.spec.table,
            file: self.file.to_owned(),
            sheet: self.sheet.map(str::to_owned),
            row,
            column: title(place),
            value: cells.get(place).copied().unwrap_or("").to_owned(),
            code: bad.code,
            hint,
            cells: cells.iter().enumerate().map(|(place, cell)| (title(place), (*cell).to_owned())).collect(),
            fixes: self.fixes_of(cells),
        }
    }

    /// The frame so far; `base` is added to every row number.
    pub(super) fn finish(self, base: u32) -> PolarsResult<Converted> {
        let height = self.rows.len();
        let mut columns: Vec<polars::prelude::Column> = Vec::new();
        for (input, column) in self.layout.spec.inputs.iter().zip(self.inputs) {
            columns.push(column.finish(input.kind)?);
        }
        for derived in self.layout.spec.derived {
            columns.push(match derived.name {
                "day" => dates("day", self.derive.day.clone()),
                "dry_kg" => Int64Chunked::from_iter_options("dry_kg".into(), self.derive.dry_kg.iter().copied()).into_column(),
                "li2o_g" => Int64Chunked::from_iter_options("li2o_g".into(), self.derive.li2o_g.iter().copied()).into_column(),
                other => polars_bail!(SchemaMismatch: "no way to derive {other}"),
            });
        }
        columns.push(polars::prelude::Column::new_scalar("source_file".into(), Scalar::from(PlSmallStr::from_str(self.file)), height));
        let sheet = self.sheet.map_or_else(|| Scalar::null(DataType::String), |s| Scalar::from(PlSmallStr::from_str(s)));
        columns.push(polars::prelude::Column::new_scalar("source_sheet".into(), sheet, height));
        let base_i32 = i32::try_from(base).unwrap_or(i32::MAX);
        let rows: Vec<i32> = self.rows.iter().map(|r| r.saturating_add(base_i32)).collect();
        columns.push(polars::prelude::Column::new("source_row".into(), rows));
        if self.layout.spec.is_facts() && self.layout.spec.input(MONTH).is_none() {
            columns.push(dates(MONTH, self.derive.month));
        }
        if self.quarantine_id.is_some() {
            columns.push(StringChunked::from_iter_options(QUARANTINE_ID.into(), self.fixes.into_iter()).into_column());
        }
        let marks = if self.marks.iter().all(|m| *m == Mark::New) { Vec::new() } else { self.marks };
        let mut quarantined = self.quarantined;
        for row in &mut quarantined {
            row.row += base;
        }
        Ok(Converted {
            frame: DataFrame::new(height, columns)?,
            marks,
            quarantined,
            read: self.read,
            blank: self.blank,
            totals: self.totals,
        })
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

impl Derive {
    fn push(&mut self, cells: &[Cell]) {
        let whole = |at: Option<usize>| at.and_then(|at| if let Some(Cell::Whole(n)) = cells.get(at) { Some(*n) } else { None });
        if let Some(time) = whole(self.time) {
            // Instants are microseconds, days are days: only an instant is ever beyond the range of days.
            let day = i32::try_from(time).unwrap_or_else(|_| beijing_day(time));
            self.day.push(day);
            self.month.push(date_of(day).map_or(day, |d| days_of(month_of(d))));
        }
        let ppm = |at| whole(at).and_then(|n| i32::try_from(n).ok());
        let dry = whole(self.mass).zip(ppm(self.moisture)).map(|(mass, moisture)| units::dry_kg(mass, moisture));
        self.li2o_g.push(dry.zip(ppm(self.grade)).map(|(dry, grade)| units::li2o_g(dry, grade)));
        self.dry_kg.push(dry);
    }
}

fn builder(name: &str, kind: Kind) -> Column {
    const ROWS: usize = 1024;
    let name = PlSmallStr::from_str(name);
    match kind.stored() {
        Stored::Text => Column::Text(StringChunkedBuilder::new(name, ROWS)),
        Stored::Int32 | Stored::Date => Column::Int32(PrimitiveChunkedBuilder::new(name, ROWS)),
        Stored::Int64 | Stored::Instant => Column::Int64(PrimitiveChunkedBuilder::new(name, ROWS)),
        Stored::Float64 => Column::Float64(PrimitiveChunkedBuilder::new(name, ROWS)),
        Stored::Bool => Column::Bool(BooleanChunkedBuilder::new(name, ROWS)),
    }
}

impl Column {
    fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Column::Text(b), Cell::Text(t)) => b.append_value(t),
            (Column::Text(b), _) => b.append_null(),
            (Column::Int32(b), Cell::Whole(n)) => b.append_option(i32::try_from(n).ok()),
            (Column::Int32(b), _) => b.append_null(),
            (Column::Int64(b), Cell::Whole(n)) => b.append_value(n),
            (Column::Int64(b), _) => b.append_null(),
            (Column::Float64(b), Cell::Float(f)) => b.append_value(f),
            (Column::Float64(b), _) => b.append_null(),
            (Column::Bool(b), Cell::Flag(f)) => b.append_value(f),
            (Column::Bool(b), _) => b.append_null(),
        }
    }

    fn finish(self, kind: Kind) -> PolarsResult<polars::prelude::Column> {
        let series = match self {
            Column::Text(b) => b.finish().into_series(),
            Column::Int32(b) => b.finish().into_series(),
            Column::Int64(b) => b.finish().into_series(),
            Column::Float64(b) => b.finish().into_series(),
            Column::Bool(b) => b.finish().into_series(),
        };
        Ok(match kind.stored() {
            Stored::Date => series.cast(&DataType::Date)?,
            Stored::Instant => series.cast(&DataType::Datetime(TimeUnit::Microseconds, None))?,
            _ => series,
        }
        .into_column())
    }
}

fn dates(name: &str, days: Vec<i32>) -> polars::prelude::Column {
    Int32Chunked::from_vec(name.into(), days).into_date().into_column()
}

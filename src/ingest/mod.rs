//! How does a file in any dress become typed columns and a quarantine?
//!
//! decode → sheet → header → value. One bad row never stops a file; a file that is no table at all is refused whole.
//! For every sheet: read = good + quarantined; blank rows, total rows and footers are recognised, left out and counted beside.

mod code;
mod columns;
mod convert;
mod csv;
mod decode;
mod delimited;
mod excel;
mod header;
mod heading;
mod quick;
mod structured;
mod total;
mod value;
mod when;

pub use code::Code;

use crate::records::Table;
use crate::text::Said;
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Column of a file that carries the number of a quarantined row which this row puts right.
pub const QUARANTINE_ID: &str = "quarantine_id";

/// Columns that an export of quarantined rows adds to theirs; a file that has them is read as if it had only the first.
pub const EXPORT_COLUMNS: [&str; 5] = [QUARANTINE_ID, "问题", "文件", "工作表", "行号"];

/// How to read.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Which table the files hold, if the user says so; else the header decides.
    pub forced: Option<Table>,
    /// Told how far the reading is.
    pub progress: &'a dyn Progress,
}

/// Told how far the reading is.
pub trait Progress: Sync {
    /// A file begins.
    fn start(&self, file: &str, bytes: u64);
    /// Bytes of it are done.
    fn advance(&self, bytes: u64);
    /// It is done.
    fn finish(&self);
}

/// Says nothing.
pub struct Quiet;

impl Progress for Quiet {
    fn start(&self, _file: &str, _bytes: u64) {}
    fn advance(&self, _bytes: u64) {}
    fn finish(&self) {}
}

/// What a row is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A record.
    New,
    /// 更正: a record that replaces those of the same key.
    Correction,
    /// 作废: the records of the same key no longer count.
    Void,
}

/// Takes what a file gives, in the order of the file.
pub trait Sink {
    /// Typed rows: exactly the table's stored columns, then `quarantine_id` (text, may be missing) if the file has it.
    /// `marks` is empty where all rows are [`Mark::New`], else one a row.
    ///
    /// # Errors
    /// [`SinkError`] stops the reading.
    fn rows(&mut self, table: Table, rows: DataFrame, marks: Vec<Mark>) -> Result<(), SinkError>;

    /// Rows that can't be read as records.
    ///
    /// # Errors
    /// [`SinkError`] stops the reading.
    fn quarantined(&mut self, rows: Vec<Quarantined>) -> Result<(), SinkError>;
}

/// Why a sink takes no more.
#[derive(Debug)]
pub struct SinkError(pub String);

/// A row that can't be read as a record, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// The table of its sheet.
    pub table: Table,
    /// File name.
    pub file: String,
    /// Sheet, if the file has sheets.
    pub sheet: Option<String>,
    /// Row as Excel shows it, from 1.
    pub row: u32,
    /// Header of the first bad cell, as written.
    pub column: String,
    /// That cell.
    pub value: String,
    /// What is wrong with it.
    pub code: Code,
    /// What to do about it; where several cells are bad, about each of them.
    pub hint: Said,
    /// The row: header and cell, as wide as the header at least.
    pub cells: Vec<(String, String)>,
    /// All bad cells, from left to right.
    pub faults: Vec<Fault>,
    /// The quarantined row that this one was meant to put right.
    pub fixes: Option<String>,
}

/// A bad cell of a row in quarantine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Its place in the row, from 0.
    pub place: usize,
    /// Its header, as written.
    pub column: String,
    /// What is wrong with it.
    pub code: Code,
    /// What to do about it.
    pub hint: Said,
}

/// What a sheet gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCount {
    /// File name.
    pub file: String,
    /// Sheet, if the file has sheets.
    pub sheet: Option<String>,
    /// Its table; `None`: no table was recognised and nothing was read (a note says so).
    pub table: Option<Table>,
    /// Rows read as records or attempts at them.
    pub read: u64,
    /// Those that are records.
    pub good: u64,
    /// Those that are not.
    pub quarantined: u64,
    /// Blank rows below the header.
    pub blank: u64,
    /// Total rows (合计), repeated headers and footers.
    pub totals: u64,
    /// What a user should know: units that were assumed, columns that were not used.
    pub notes: Vec<Said>,
}

impl FileCount {
    fn new(file: &str, sheet: Option<&str>, layout: Option<&header::Layout>) -> Self {
        Self {
            file: file.to_owned(),
            sheet: sheet.map(str::to_owned),
            table: layout.map(|l| l.spec.table),
            read: 0,
            good: 0,
            quarantined: 0,
            blank: 0,
            totals: 0,
            notes: layout.map(|l| l.notes.clone()).unwrap_or_default(),
        }
    }

    /// Counts what a stretch of rows gave and hands it to the sink.
    fn hand_over(&mut self, converted: convert::Converted, sink: &mut dyn Sink) -> Result<(), SinkError> {
        self.read += converted.read;
        self.blank += converted.blank;
        self.totals += converted.totals;
        self.good += converted.frame.height() as u64;
        self.quarantined += converted.quarantined.len() as u64;
        if let Some(table) = self.table.filter(|_| converted.frame.height() > 0) {
            sink.rows(table, converted.frame, converted.marks)?;
        }
        if converted.quarantined.is_empty() { Ok(()) } else { sink.quarantined(converted.quarantined) }
    }
}

/// Why a file is refused; nothing of it is stored.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// It can't be opened or read.
    #[error("读取 {path} 失败：{source} / cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is empty.
    #[error("{file} 是空文件，没有可读的内容 / {file} is empty")]
    Empty {
        /// The file.
        file: String,
    },
    /// It is something else.
    #[error(
        "{file} 不是表格（{what}）；请提供 Excel、CSV、TSV、NDJSON 或 Parquet 文件 / {file} is no table ({what}); give an Excel, CSV, TSV, NDJSON or Parquet file"
    )]
    NotATable {
        /// The file.
        file: String,
        /// What it is.
        what: String,
    },
    /// It is damaged or protected.
    #[error("{file} 打不开：{why}；请在 Excel 中另存为 .xlsx 后重试 / {file} can't be opened: {why}; save it again as .xlsx")]
    Damaged {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
    /// No sheet has a header that is known.
    #[error(
        "{file} 中没有认得出的表头（{seen}）；磅单至少要有 磅单号、货物名称、车牌号、发货单位、收货单位、出场时间、净重 / no known header in {file} ({seen}); a ticket needs at least ticket_no, product, plate, origin, destination, loaded_at, net"
    )]
    NoHeader {
        /// The file.
        file: String,
        /// What came closest.
        seen: String,
    },
    /// The sink takes no more.
    #[error("{0}")]
    Sink(String),
    /// Polars can't.
    #[error("{file}：{source} / {file}: {source}")]
    Polars {
        /// The file.
        file: String,
        /// Why.
        source: polars::error::PolarsError,
    },
}

impl From<SinkError> for IngestError {
    fn from(error: SinkError) -> Self {
        Self::Sink(error.0)
    }
}

/// Reads one file into a sink; one count a sheet.
///
/// # Errors
/// [`IngestError`]: the file is refused, and what the sink has been given of it must not be stored.
pub fn read_file(path: &Path, options: &Options, sink: &mut dyn Sink) -> Result<Vec<FileCount>, IngestError> {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    let read = |source| IngestError::Read { path: path.to_owned(), source };
    let bytes = std::fs::metadata(path).map_err(read)?.len();
    if bytes == 0 {
        return Err(IngestError::Empty { file: name });
    }
    options.progress.start(&name, bytes);
    let counts = match decode::sniff(path, &name)? {
        decode::Dress::Workbook => excel::read(path, &name, options, sink),
        decode::Dress::Delimited => delimited::read(path, &name, options, sink),
        decode::Dress::Ndjson => structured::read_ndjson(path, &name, options, sink),
        decode::Dress::Parquet => structured::read_parquet(path, &name, options, sink),
    };
    options.progress.finish();
    let counts = counts?;
    if counts.iter().all(|c| c.table.is_none()) {
        let seen = counts.iter().flat_map(|c| &c.notes).map(|n| n.zh.clone()).collect::<Vec<_>>().join("；");
        return Err(IngestError::NoHeader { file: name, seen });
    }
    Ok(counts)
}

/// The files meant by paths: a file itself, of a folder all files below it that may be tables, by name.
///
/// Hidden files, Excel's lock files (`~$…`), and `.json`, `.md`, `.txt`-notes beside the data are left alone in folders.
///
/// # Errors
/// [`IngestError::Read`] if a path is not there.
pub fn files_in(paths: &[PathBuf]) -> Result<Vec<PathBuf>, IngestError> {
    const TABLES: [&str; 12] = ["csv", "tsv", "txt", "xlsx", "xlsm", "xlsb", "xls", "ods", "ndjson", "jsonl", "parquet", "et"];
    let mut files = Vec::new();
    for path in paths {
        let read = |source| IngestError::Read { path: path.clone(), source };
        if std::fs::metadata(path).map_err(read)?.is_file() {
            files.push(path.clone());
            continue;
        }
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(path).map_err(read)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>().map_err(read)?;
        entries.sort();
        for entry in entries {
            let name = entry.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with('.') || name.starts_with("~$") {
                continue;
            }
            let extension = entry.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
            if entry.is_dir() || TABLES.contains(&extension.as_str()) {
                files.extend(files_in(&[entry])?);
            }
        }
    }
    Ok(files)
}

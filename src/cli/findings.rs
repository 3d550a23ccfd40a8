//! `lepid findings`: what was found, and every ticket behind it?

use super::grid::Grid;
use super::{CliError, Global};
use crate::lake::{AsOf, Lake, Snapshot};
use crate::rules::finding::{Finding, Severity};
use crate::rules::{EVIDENCE, evidence_of_frame, findings_of_frame, say};
use crate::text::Lang;
use polars::prelude::*;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows of evidence that are written at once.
const BATCH_ROWS: usize = 65_536;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(flatten)]
    filter: Filter,
    /// 以 CSV 输出 / print as CSV
    #[arg(long)]
    csv: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Args)]
struct Filter {
    /// 规则编号 / id of a rule
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// 对象：编号、名称、车牌或磅单号 / subject: id, name, plate or ticket number
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// 紧迫程度 / how urgent
    #[arg(long, value_enum, value_name = "LEVEL")]
    severity: Option<Level>,
    /// 月份或年份 / month or year
    #[arg(long, value_name = "2023-06")]
    month: Option<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Level {
    High,
    Medium,
    Low,
}

#[derive(clap::Subcommand)]
enum What {
    /// 线索背后的每一张磅单，一张不少 / every ticket behind the findings, none left out
    Evidence(Wanted),
}

#[derive(clap::Args)]
struct Wanted {
    /// 规则编号 / id of a rule
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// 线索编号 / id of a finding
    #[arg(long, value_name = "ID")]
    finding: Option<String>,
    /// 格式 / format
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// 写入文件 / write to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Csv,
    Json,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let snapshot = Lake::open(&global.lake)?.snapshot(&AsOf::Latest)?;
    match &args.what {
        Some(What::Evidence(wanted)) => evidence(&snapshot, wanted, global)?,
        None => list(&snapshot, args, global)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A table that `lepid run` writes.
fn table(snapshot: &Snapshot, name: &str) -> Result<LazyFrame, CliError> {
    if snapshot.tables.contains_key(name) {
        return Ok(snapshot.scan(name)?);
    }
    Err(CliError("数据湖中还没有线索，请先运行 lepid run / the lake holds no findings yet: run `lepid run` first".to_owned()))
}

fn list(snapshot: &Snapshot, args: &Args, global: &Global) -> Result<(), CliError> {
    let frame = table(snapshot, "findings")?.collect()?;
    let mut findings = findings_of_frame(&frame)?;
    findings.retain(|f| args.filter.keeps(f));
    if global.json {
        out!("{}", serde_json::to_string_pretty(&findings)?);
    } else if args.csv {
        let mut bytes = Vec::new();
        CsvWriter::new(&mut bytes).finish(&mut crate::rules::findings_frame(&findings)?)?;
        out!("{}", String::from_utf8_lossy(&bytes).trim_end());
    } else {
        print(&findings, global.lang);
    }
    Ok(())
}

impl Filter {
    fn keeps(&self, finding: &Finding) -> bool {
        let is = |wanted: &Option<String>, values: &[&str]| wanted.as_deref().is_none_or(|w| values.contains(&w));
        let severity = self.severity.is_none_or(|level| {
            finding.severity
                == match level {
                    Level::High => Severity::High,
                    Level::Medium => Severity::Medium,
                    Level::Low => Severity::Low,
                }
        });
        severity
            && is(&self.rule, &[&finding.rule])
            && is(&self.subject, &[&finding.subject, &finding.subject_name])
            && self.month.as_deref().is_none_or(|month| finding.period.starts_with(month))
    }
}

fn print(findings: &[Finding], lang: Lang) {
    let zh = lang == Lang::Zh;
    let titles = if zh {
        ["编号", "程度", "规则", "对象", "时段", "数量(吨)", "证据(行)", "说明"]
    } else {
        ["id", "severity", "rule", "subject", "period", "t", "rows", "says"]
    };
    let mut grid = Grid::new(&titles).align_right(&[5, 6]);
    for finding in findings {
        let severity = match (finding.severity, zh) {
            (Severity::High, true) => "高",
            (Severity::Medium, true) => "中",
            (Severity::Low, true) => "低",
            (Severity::High, false) => "high",
            (Severity::Medium, false) => "medium",
            (Severity::Low, false) => "low",
        };
        grid.push(vec![
            finding.id.clone(),
            severity.to_owned(),
            finding.rule.clone(),
            finding.subject_name.clone(),
            finding.period.clone(),
            finding.quantity_kg.map_or_else(|| "—".to_owned(), say::tonnes),
            crate::text::grouped(i64::try_from(finding.evidence).unwrap_or(i64::MAX)),
            finding.says.get(lang).to_owned(),
        ]);
    }
    out!("{grid}");
    match zh {
        true => out!("{} 条线索（供核查，不是结论）；每条的全部磅单：lepid findings evidence --finding 编号", findings.len()),
        false => out!("{} findings (leads, not verdicts); every ticket of one: lepid findings evidence --finding ID", findings.len()),
    }
}

/// Streams the rows to their place, batch by batch: never more than a few batches are in memory.
fn evidence(snapshot: &Snapshot, wanted: &Wanted, global: &Global) -> Result<(), CliError> {
    let mut rows = table(snapshot, "evidence")?.select(EVIDENCE.map(|(name, _)| col(name)));
    for (column, value) in [("rule", &wanted.rule), ("finding", &wanted.finding)] {
        if let Some(value) = value {
            rows = rows.filter(col(column).eq(lit(value.clone())));
        }
    }
    let format = if global.json { Format::Json } else { wanted.format };
    let file = wanted.out.as_ref().map(File::create).transpose()?;
    let to_file = file.is_some();
    let place: Box<dyn Write + Send> = match file {
        Some(file) => Box::new(BufWriter::new(file)),
        None => Box::new(BufWriter::new(std::io::stdout())),
    };
    let writer = Arc::new(Mutex::new(Writer { place, format, rows: 0, closed: false }));
    locked(&writer).begin(to_file)?;
    let sink = Arc::clone(&writer);
    let write = move |batch: DataFrame| locked(&sink).batch(&batch);
    let chunk = std::num::NonZeroUsize::new(BATCH_ROWS);
    rows.sink_batches(PlanCallback::new(write), true, chunk)?.collect_with_engine(Engine::Streaming)?;
    let mut writer = locked(&writer);
    writer.end()?;
    if let Some(path) = &wanted.out {
        let rows = crate::text::grouped(i64::try_from(writer.rows).unwrap_or(i64::MAX));
        match global.lang {
            Lang::Zh => out!("{rows} 行证据写入 {}", path.display()),
            Lang::En => out!("{rows} rows of evidence written to {}", path.display()),
        }
    }
    Ok(())
}

fn locked(writer: &Mutex<Writer>) -> std::sync::MutexGuard<'_, Writer> {
    writer.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where evidence is written, and how far it is.
struct Writer {
    place: Box<dyn Write + Send>,
    format: Format,
    rows: u64,
    /// The reader has gone away (`lepid … | head`): no error, nothing more to do.
    closed: bool,
}

impl Writer {
    fn begin(&mut self, to_file: bool) -> std::io::Result<()> {
        match self.format {
            Format::Json => self.bytes(b"["),
            Format::Csv => {
                // Spreadsheets read a CSV file as UTF-8 only with this mark; a pipe is better without.
                if to_file {
                    self.bytes("\u{feff}".as_bytes())?;
                }
                let header = EVIDENCE.map(|(name, _)| name).join(",");
                self.bytes(format!("{header}\n").as_bytes())
            }
        }
    }

    /// Whether nobody reads any more.
    fn batch(&mut self, batch: &DataFrame) -> PolarsResult<bool> {
        let mut bytes = Vec::new();
        match self.format {
            Format::Csv => CsvWriter::new(&mut bytes).include_header(false).finish(&mut batch.clone())?,
            Format::Json => {
                for (i, row) in evidence_of_frame(batch)?.iter().enumerate() {
                    bytes.extend_from_slice(if self.rows == 0 && i == 0 { b"\n  " } else { b",\n  " });
                    serde_json::to_writer(&mut bytes, row).map_err(|e| PolarsError::ComputeError(e.to_string().into()))?;
                }
            }
        }
        self.rows += batch.height() as u64;
        self.bytes(&bytes)?;
        Ok(self.closed)
    }

    fn end(&mut self) -> std::io::Result<()> {
        if self.format == Format::Json {
            self.bytes(b"\n]\n")?;
        }
        let flushed = self.place.flush();
        self.unless_gone(flushed)
    }

    fn bytes(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let written = self.place.write_all(bytes);
        self.unless_gone(written)
    }

    fn unless_gone(&mut self, result: std::io::Result<()>) -> std::io::Result<()> {
        match result {
            Err(e) if e.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }
}

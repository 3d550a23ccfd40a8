//! `lepid ingest`: what became of the rows of these files?

use super::{CliError, Global, complain};
use crate::ingest::{Options, Progress, Quiet};
use crate::lake::Lake;
use crate::lake::load::{FileSummary, LoadOptions, NO_FILE, ingest};
use crate::records::Table;
use crate::text::Lang;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 文件或文件夹 / files or folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// 指定数据表（默认由表头判断）/ the table that the files hold; by default their headers tell
    #[arg(long, value_name = "TABLE", value_parser = table)]
    table: Option<Table>,
    /// 全部作为更正：替换同号的记录 / all rows are corrections: they replace records of the same number
    #[arg(long)]
    correct: bool,
}

/// A table by its name in the lake or its Chinese title.
fn table(text: &str) -> Result<Table, String> {
    Table::ALL.into_iter().find(|t| t.name() == text || t.spec().title.zh == text).ok_or_else(|| {
        let names: Vec<&str> = Table::ALL.into_iter().map(Table::name).collect();
        format!("没有这个表；可选 / no such table; one of: {}", names.join(", "))
    })
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let lake = Lake::open(&global.lake)?;
    let bar = (!global.json && std::io::stderr().is_terminal()).then(Bar::new);
    let progress: &dyn Progress = bar.as_ref().map_or(&Quiet, |bar| bar);
    let options = LoadOptions { ingest: Options { forced: args.table, progress }, correct: args.correct };
    let mut printer = Printer { lang: global.lang, json: global.json, printed: 0 };
    if global.json {
        out!("[");
    }
    let result = ingest(&lake, &args.paths, &options, &mut |summaries| {
        if let Some(bar) = &bar {
            bar.clear();
        }
        summaries.iter().for_each(|summary| printer.print(summary));
    });
    if let Some(bar) = &bar {
        bar.clear();
    }
    if global.json {
        out!("]");
    }
    let summaries = result?;
    if summaries.is_empty() {
        complain("没有找到可读的文件（csv tsv txt xlsx xls ods ndjson parquet）/ no files to read were found");
        return Ok(ExitCode::FAILURE);
    }
    if !global.json {
        printer.total(&summaries);
    }
    let refused = summaries.iter().any(|s| s.refused.is_some());
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Says what is stored, a sheet a line, as soon as it is stored.
struct Printer {
    lang: Lang,
    json: bool,
    printed: usize,
}

impl Printer {
    fn print(&mut self, summary: &FileSummary) {
        if self.json {
            let comma = if self.printed > 0 { "," } else { "" };
            match serde_json::to_string(summary) {
                Ok(text) => out!("{comma}{text}"),
                Err(error) => tracing::error!("{error}"),
            }
        } else {
            lines(summary, self.lang).iter().for_each(|line| out!("{line}"));
        }
        self.printed += 1;
    }

    /// All files together, if they were several.
    fn total(&self, summaries: &[FileSummary]) {
        let sum = |of: &dyn Fn(&FileSummary) -> u64| summaries.iter().map(of).sum::<u64>();
        let (read, accepted, known) = (sum(&|s| s.read), sum(&|s| s.accepted), sum(&|s| s.known));
        let (quarantined, refused) = (sum(&|s| s.quarantined), summaries.iter().filter(|s| s.refused.is_some()).count());
        if summaries.len() > 1 {
            out!(
                "{}",
                match self.lang {
                    Lang::Zh => format!("合计：读入 {read} = 新增 {accepted} + 已有 {known} + 隔离 {quarantined}；拒收文件 {refused}"),
                    Lang::En => format!(
                        "in all: read {read} = accepted {accepted} + known {known} + quarantined {quarantined}; files refused {refused}"
                    ),
                }
            );
        }
        if quarantined > 0 {
            out!(
                "{}",
                match self.lang {
                    Lang::Zh => "隔离的行可用 `lepid quarantine` 查看和导出",
                    Lang::En => "`lepid quarantine` lists and exports the quarantined rows",
                }
            );
        }
    }
}

/// A summary for people: the account, then what they should know.
fn lines(summary: &FileSummary, lang: Lang) -> Vec<String> {
    let place = summary.sheet.as_ref().map_or_else(|| summary.file.clone(), |sheet| format!("{} [{sheet}]", summary.file));
    if let Some(why) = &summary.refused {
        return vec![match lang {
            Lang::Zh => format!("✗ {place}：拒收，未存入任何内容。{why}"),
            Lang::En => format!("✗ {place}: refused, nothing of it is stored. {why}"),
        }];
    }
    let mut lines = Vec::new();
    if let Some(table) = summary.table.as_deref().and_then(Table::by_name) {
        let title = table.spec().title.get(lang);
        let s = summary;
        lines.push(match lang {
            Lang::Zh => format!("✓ {place}（{title}）：读入 {} = 新增 {} + 已有 {} + 隔离 {}", s.read, s.accepted, s.known, s.quarantined),
            Lang::En => {
                format!(
                    "✓ {place} ({title}): read {} = accepted {} + known {} + quarantined {}",
                    s.read, s.accepted, s.known, s.quarantined
                )
            }
        });
        lines.extend(beside(summary, lang));
    } else if summary.file != NO_FILE {
        lines.push(format!("· {place}"));
    }
    lines.extend(summary.notes.iter().map(|note| format!("    {}", note.get(lang))));
    lines
}

/// Counts that are not zero, beside the account.
fn beside(summary: &FileSummary, lang: Lang) -> Option<String> {
    let s = summary;
    let counts = [
        (s.blank, "空行", "blank rows"),
        (s.totals, "合计、页脚和重复表头行", "total rows, footers and repeated headers"),
        (s.conflicting, "同号不同内容", "same number, other content"),
        (s.corrections, "更正或作废", "corrections or voids"),
    ];
    let said: Vec<String> = counts
        .iter()
        .filter(|(count, _, _)| *count > 0)
        .map(|(count, zh, en)| match lang {
            Lang::Zh => format!("{zh} {count}"),
            Lang::En => format!("{en} {count}"),
        })
        .collect();
    let (left, between) = match lang {
        Lang::Zh => ("另：", "，"),
        Lang::En => ("beside: ", ", "),
    };
    (!said.is_empty()).then(|| format!("    {left}{}", said.join(between)))
}

/// A bar on standard error.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
        // The template is a constant; if it were wrong the bar would look plain.
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn start(&self, file: &str, bytes: u64) {
        self.0.reset();
        self.0.set_length(bytes);
        self.0.set_message(file.to_owned());
        self.0.enable_steady_tick(Duration::from_millis(500));
    }

    fn advance(&self, bytes: u64) {
        let rest = self.0.length().unwrap_or(0).saturating_sub(self.0.position());
        self.0.inc(bytes.min(rest));
    }

    fn finish(&self) {
        self.0.disable_steady_tick();
        self.0.finish_and_clear();
    }
}

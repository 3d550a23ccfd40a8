//! `lepid lake`: what does the lake hold, and since when?

use super::grid::{Grid, beijing};
use super::{CliError, Global};
use crate::cases::store::TRANSACTION;
use crate::lake::load::FileSummary;
use crate::lake::{AsOf, Compacted, Lake, TableAt, Transaction};
use crate::price::publication::store::{PREPARES, PUBLISHES};
use crate::records::Table;
use crate::text::{Lang, Said};
use serde_json::json;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,
    /// 某一版本或时刻（默认最新）/ at a version or instant (now by default)
    #[arg(long, global = true, value_name = "VERSION|INSTANT", default_value = "latest")]
    as_of: AsOf,
}

#[derive(clap::Subcommand)]
enum What {
    /// 各表的版本、文件、行数和大小 / tables with version, files, rows and bytes
    Show,
    /// 每次写入了什么、何时 / what was stored, and when
    History,
    /// 合并小文件；内容和历史不变 / merge small files; content and history stay
    Compact,
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let lake = Lake::open_existing(&global.lake)?;
    match args.what {
        None | Some(What::Show) => show(&lake, &args.as_of, global)?,
        Some(What::History) => history(&lake, &args.as_of, global)?,
        Some(What::Compact) => compact(&lake, global)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn show(lake: &Lake, as_of: &AsOf, global: &Global) -> Result<(), CliError> {
    let tables = lake.tables(as_of)?;
    if global.json {
        let rows: Vec<serde_json::Value> = tables
            .iter()
            .map(|(name, at)| {
                json!({"table": name, "path": name, "version": at.version, "files": at.files.len(), "rows": rows(at), "bytes": bytes(at)})
            })
            .collect();
        out!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    let titles = match global.lang {
        Lang::Zh => ["表", "名称", "版本", "文件", "行", "字节"],
        Lang::En => ["table", "title", "version", "files", "rows", "bytes"],
    };
    let mut grid = Grid::new(&titles);
    for (name, at) in &tables {
        let title = Table::by_name(name).map_or("", |t| t.spec().title.get(global.lang)).to_owned();
        let numbers = [at.version, at.files.len() as u64, rows(at), bytes(at)].map(|n| n.to_string());
        grid.push([name.clone(), title].into_iter().chain(numbers).collect());
    }
    out!("{}", grid.align_right(&[2, 3, 4, 5]));
    Ok(())
}

fn rows(at: &TableAt) -> u64 {
    at.files.iter().map(|f| f.rows).sum()
}

fn bytes(at: &TableAt) -> u64 {
    at.files.iter().map(|f| f.bytes).sum()
}

fn history(lake: &Lake, as_of: &AsOf, global: &Global) -> Result<(), CliError> {
    let mut history = lake.history()?;
    let last = lake.snapshot(as_of)?.version;
    history.retain(|t| t.number <= last);
    if global.json {
        let rows: Vec<serde_json::Value> = history
            .iter()
            .map(|t| json!({"version": t.number, "at": beijing(t.at), "kind": t.kind, "tables": t.versions, "summary": t.summary}))
            .collect();
        out!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    let titles = match global.lang {
        Lang::Zh => ["版本", "时刻", "类别", "内容"],
        Lang::En => ["version", "instant", "kind", "what"],
    };
    let mut grid = Grid::new(&titles);
    for transaction in &history {
        let number = transaction.number.to_string();
        grid.push(vec![number, beijing(transaction.at), transaction.kind.clone(), what(transaction, global.lang)]);
    }
    out!("{}", grid.align_right(&[0]));
    Ok(())
}

/// What a transaction did, in a few words.
fn what(transaction: &Transaction, lang: Lang) -> String {
    let summary = &transaction.summary;
    let said: Option<Vec<String>> = match transaction.kind.as_str() {
        "ingest" => serde_json::from_value::<Vec<FileSummary>>(summary.clone()).ok().map(|files| {
            files
                .iter()
                .map(|s| {
                    let sheet = s.sheet.as_ref().map(|sheet| format!(" [{sheet}]")).unwrap_or_default();
                    format!("{}{sheet} → {} +{}", s.file, s.table.as_deref().unwrap_or("-"), s.accepted)
                })
                .collect()
        }),
        "register" => {
            serde_json::from_value::<Vec<Said>>(summary.clone()).ok().map(|notes| notes.iter().map(|n| n.get(lang).to_owned()).collect())
        }
        PUBLISHES | PREPARES => summary["events"].as_array().map(|events| {
            let told = |e: &serde_json::Value, key: &str| e[key].as_str().unwrap_or_default().to_owned();
            events.iter().map(|e| [told(e, "kind"), told(e, "draft"), told(e, "number")].join(" ").trim().to_owned()).collect()
        }),
        TRANSACTION => summary["kinds"].as_object().map(|kinds| kinds.iter().map(|(kind, n)| format!("{kind} {n}")).collect()),
        "compact" => summary.as_array().map(|tables| {
            tables.iter().map(|t| format!("{} {} → {}", t["table"].as_str().unwrap_or_default(), t["merged"], t["into"])).collect()
        }),
        _ => None,
    };
    said.map_or_else(|| transaction.versions.keys().cloned().collect::<Vec<_>>().join(" "), |said| said.join("; "))
}

fn compact(lake: &Lake, global: &Global) -> Result<(), CliError> {
    let done: Vec<Compacted> = lake.compact()?.map(|(_, done)| done).unwrap_or_default();
    if global.json {
        out!("{}", serde_json::to_string_pretty(&done)?);
        return Ok(());
    }
    if done.is_empty() {
        out!(
            "{}",
            match global.lang {
                Lang::Zh => "没有可合并的小文件",
                Lang::En => "there are no small files to merge",
            }
        );
    }
    for table in &done {
        let (bytes, after) = (table.bytes_before, table.bytes_after);
        out!(
            "{}",
            match global.lang {
                Lang::Zh =>
                    format!("{}：{} 个文件合并为 {} 个，{} 行，{bytes} → {after} 字节", table.table, table.merged, table.into, table.rows),
                Lang::En =>
                    format!("{}: {} files became {}, {} rows, {bytes} → {after} bytes", table.table, table.merged, table.into, table.rows),
            }
        );
    }
    Ok(())
}

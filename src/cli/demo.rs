//! `lepid demo`: what does the whole way look like on a small basin? Records in, prices and findings out, in a browser.

mod stage;
mod tables;

use super::{CliError, Global};
use crate::ingest::{Options, Quiet, files_in};
use crate::lake::Lake;
use crate::lake::load::{FileSummary, LoadOptions, ingest};
use crate::policy::Policy;
use crate::report::contents::Contents;
use crate::serve::{AppState, bind};
use crate::text::Lang;
use indicatif::{ProgressBar, ProgressStyle};
use stage::Folders;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// The lake of a command that names none; the demo keeps away from it.
const USERS_LAKE: &str = "./lake";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 只运行，不启动网页服务 / do not serve the pages afterwards
    #[arg(long)]
    no_serve: bool,
    /// 报告目录；缺省为 ./lepid-demo/reports，数据湖缺省为 ./lepid-demo/lake（从不动 ./lake）/ folder of reports, by default ./lepid-demo/reports; the lake is ./lepid-demo/lake by default, never ./lake
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// 监听地址，只限本机 / address to listen on, this machine only
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: String,
}

/// What the steps gave.
struct Done {
    sample: PathBuf,
    files: Vec<FileSummary>,
    contents: Contents,
    seconds: [f64; 3],
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    // Taken first: an address that is taken should not cost the user the whole way.
    let bound = if args.no_serve { None } else { Some(bind(&args.listen)?) };
    let named = (global.lake != USERS_LAKE).then_some(global.lake.as_str());
    let folders = stage::folders(named, args.out.as_deref())?;
    let policy = Policy::load(global.policy.as_deref())?;
    let done = whole_way(&folders, &policy, global)?;
    if global.json {
        let address = bound.as_ref().map(crate::serve::Bound::url);
        out!("{}", summary(&done, &folders, address.as_deref()));
    } else {
        show(&done, &folders, global.lang);
    }
    if let Some(bound) = bound {
        if !global.json {
            super::serve::announce(&bound, &folders.reports, global.lang);
        }
        bound.run(AppState::with_lake(&folders.reports, &folders.lake, chrono::Utc::now))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The three steps, each told of before it begins and timed.
fn whole_way(folders: &Folders, policy: &Policy, global: &Global) -> Result<Done, CliError> {
    let say = |zh: String, en: String| {
        if !global.json {
            out!("{}", if global.lang == Lang::Zh { zh } else { en });
        }
    };
    say("1/3 准备示例数据 ……".to_owned(), "1/3 Getting the sample records …".to_owned());
    let (sample, sample_s) = timed(stage::sample)?;
    let from = sample.folder().display();
    say(format!("    {from}（模拟数据，{sample_s:.1} 秒）"), format!("    {from} (synthetic, {sample_s:.1} s)"));

    let to = &folders.lake;
    say(format!("2/3 导入数据湖 {to} ……"), format!("2/3 Loading them into the lake {to} …"));
    let lake = Lake::open(to)?;
    let (files, ingest_s) = timed(|| load(&lake, sample.folder()))?;
    let count = tables::Count::of(&files);
    say(count.said(Lang::Zh, ingest_s), count.said(Lang::En, ingest_s));

    let to = folders.reports.display();
    say(format!("3/3 核对规则、测算指导价，报告写入 {to} ……"), format!("3/3 Rules, guide prices, reports into {to} …"));
    let (contents, run_s) = timed(|| stage::make_reports(&lake, policy, &folders.reports, global.lang))?;
    let (n, id) = (contents.findings.len(), &contents.run.run_id);
    say(format!("    运行 {id}：{n} 条线索（{run_s:.1} 秒）"), format!("    run {id}: {n} findings ({run_s:.1} s)"));
    Ok(Done { sample: sample.folder().to_owned(), files, contents, seconds: [sample_s, ingest_s, run_s] })
}

/// What a step gives, and the seconds that it took.
fn timed<T>(step: impl FnOnce() -> Result<T, CliError>) -> Result<(T, f64), CliError> {
    let clock = Instant::now();
    let outcome = step()?;
    Ok((outcome, clock.elapsed().as_secs_f64()))
}

/// Every file of the folder into the lake, with a bar if somebody sees it.
fn load(lake: &Lake, folder: &Path) -> Result<Vec<FileSummary>, CliError> {
    let options = LoadOptions { ingest: Options { forced: None, progress: &Quiet }, correct: false };
    let paths = [folder.to_owned()];
    let bar = ProgressBar::new(files_in(&paths)?.len() as u64);
    bar.set_style(ProgressStyle::with_template("    [{pos}/{len}] {bar:30} {wide_msg}")?);
    let files = ingest(lake, &paths, &options, &mut |stored| {
        bar.set_message(stored.first().map(|s| s.file.clone()).unwrap_or_default());
        bar.inc(1);
    })?;
    bar.finish_and_clear();
    Ok(files)
}

/// Prices and findings for people, and where everything lies.
fn show(done: &Done, folders: &Folders, lang: Lang) {
    let zh = lang == Lang::Zh;
    out!("");
    out!(
        "{}",
        if zh {
            "指导价（参考区间，元/干吨，出厂，不含税）"
        } else {
            "Guide prices (reference bands, yuan per dry tonne, ex works, without VAT)"
        }
    );
    out!("{}", tables::prices(&done.contents, lang));
    out!(
        "{}",
        if zh {
            "最紧要的线索（须经现场核实，不是结论）"
        } else {
            "Most urgent findings (leads to be verified, not verdicts)"
        }
    );
    out!("{}", tables::findings(&done.contents, lang));
    let (lake, reports) = (&folders.lake, folders.reports.display());
    match lang {
        Lang::Zh => out!("数据湖 {lake} · 报告 {reports} · 合计 {:.1} 秒", done.seconds.iter().sum::<f64>()),
        Lang::En => out!("lake {lake} · reports {reports} · {:.1} s in all", done.seconds.iter().sum::<f64>()),
    }
}

fn summary(done: &Done, folders: &Folders, address: Option<&str>) -> serde_json::Value {
    let count = tables::Count::of(&done.files);
    let [sample_s, ingest_s, run_s] = done.seconds;
    serde_json::json!({
        "sample": path(&done.sample),
        "lake": folders.lake,
        "reports": path(&folders.reports),
        "files": done.files,
        "read": count.read,
        "accepted": count.accepted,
        "known": count.known,
        "quarantined": count.quarantined,
        "run": done.contents.run,
        "findings": done.contents.findings.len(),
        "seconds": { "sample": sample_s, "ingest": ingest_s, "run": run_s },
        "address": address,
    })
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

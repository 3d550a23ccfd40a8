//! What does a backtest leave? JSON for machines, one self-contained page, and its pictures.

use super::contents::mostly_made_up;
use super::write::write_file;
use super::{ReportError, page, words};
use crate::chart::backtest_attack::{self, Attack};
use crate::chart::backtest_error::{self, Panel};
use crate::chart::backtest_time::{self, Line};
use crate::lake::Snapshot;
use crate::price::backtest::Backtest;
use crate::price::backtest::attack::{Collusion, Target, Worst};
use crate::price::backtest::forecast::Forecast;
use crate::price::sale::Sale;
use crate::text::{Lang, Said};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A backtest of several products, and from what it was made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BacktestReport {
    /// What the prices may be called.
    pub notice: Said,
    /// The program.
    pub program: String,
    /// Last transaction of the lake in it.
    pub lake_version: u64,
    /// When that was committed, RFC 3339.
    pub lake_at: Option<String>,
    /// Hash of the policy.
    pub policy_sha256: String,
    /// Whether the records say of themselves that they are made up.
    pub synthetic: bool,
    /// The products.
    pub products: Vec<Backtest>,
}

impl BacktestReport {
    /// From what the backtest read.
    #[must_use]
    pub fn new(notice: Said, snapshot: &Snapshot, policy_sha256: &str, sales: &[&Sale], products: Vec<Backtest>) -> Self {
        let parties: BTreeSet<&str> = sales.iter().flat_map(|s| [s.seller.name.as_str(), s.buyer.name.as_str()]).collect();
        Self {
            notice,
            program: format!("lepid {}", env!("CARGO_PKG_VERSION")),
            lake_version: snapshot.version,
            lake_at: snapshot.at.map(|at| at.to_rfc3339()),
            policy_sha256: policy_sha256.to_owned(),
            synthetic: mostly_made_up(&parties),
            products,
        }
    }
}

/// A picture: its file below the folder, its title, its SVG.
pub(super) struct Picture {
    pub(super) file: String,
    pub(super) product: String,
    pub(super) about: About,
    pub(super) title: Said,
    pub(super) svg: String,
}

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Errors,
    Attacks,
}

/// Writes `backtest.json`, `backtest.html` and `charts/backtest-*.svg`; pictures of an earlier backtest that this one does not have go.
///
/// # Errors
/// [`ReportError`] if the folder can't be written.
pub fn write(dir: &Path, report: &BacktestReport, lang: Lang) -> Result<(), ReportError> {
    let charts = dir.join("charts");
    std::fs::create_dir_all(&charts).map_err(|source| ReportError::Io { path: charts.clone(), source })?;
    let files = files(report, lang)?;
    for (name, bytes) in &files {
        write_file(&dir.join(name), bytes)?;
    }
    remove_stale(&charts, &files)
}

/// Pictures of an earlier backtest go; those of a run, which may stand in the same folder, stay.
fn remove_stale(charts: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), ReportError> {
    let io = |source| ReportError::Io { path: charts.to_owned(), source };
    for entry in std::fs::read_dir(charts).map_err(io)? {
        let entry = entry.map_err(io)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with("backtest-") && name.ends_with(".svg") && !files.contains_key(&format!("charts/{name}")) {
            std::fs::remove_file(entry.path()).map_err(io)?;
        }
    }
    Ok(())
}

/// Every file of a backtest by its path below the folder.
///
/// # Errors
/// [`ReportError`] if a result can't be written as JSON.
pub fn files(report: &BacktestReport, lang: Lang) -> Result<BTreeMap<String, Vec<u8>>, ReportError> {
    let pictures = pictures(report, lang);
    let mut json = serde_json::to_vec_pretty(report)?;
    json.push(b'\n');
    let mut files = BTreeMap::from([
        ("backtest.json".to_owned(), json),
        ("backtest.html".to_owned(), page::backtest(report, &pictures, lang).into_bytes()),
    ]);
    files.extend(pictures.into_iter().map(|picture| (picture.file, picture.svg.into_bytes())));
    Ok(files)
}

fn pictures(report: &BacktestReport, lang: Lang) -> Vec<Picture> {
    let mut all = Vec::new();
    for b in &report.products {
        let name = words::product(&b.product);
        let mut add = |kind: &str, about, zh: &str, en: &str, draw: &dyn Fn(&str) -> String| {
            let title = Said::new(format!("{}：{zh}", name.zh), format!("{}: {en}", name.en));
            let svg = draw(title.get(lang));
            all.push(Picture { file: format!("charts/backtest-{kind}-{}.svg", b.product), product: b.product.clone(), about, title, svg });
        };
        if b.scored > 0 {
            add("error", About::Errors, "预测误差", "forecast errors", &|title| error_svg(b, title, lang));
            add("time", About::Errors, "逐期误差", "errors period by period", &|title| time_svg(b, title, lang));
        }
        if let Some(study) = &b.attacks {
            let worst = |of: fn(&Collusion) -> &[Worst]| study.collusion.iter().map(|c| (c.sellers, of(c))).collect::<Vec<_>>();
            let shock = worst(|c| &c.shock);
            let sustained = worst(|c| &c.sustained);
            add("attack", About::Attacks, "一期内串通操纵的最坏情形", "worst collusion in one period", &|t| {
                attack_svg(&shock, t, lang)
            });
            add("sustained", About::Attacks, "长期串通操纵的最坏情形", "worst collusion in all periods", &|t| {
                attack_svg(&sustained, t, lang)
            });
        }
    }
    all
}

/// A logarithmic number in millionths, as pictures take it.
#[expect(clippy::cast_possible_truncation, reason = "logarithms of ratios of prices are small; `as` saturates")]
fn millionths(value: f64) -> i64 {
    (value * 1e6).round() as i64
}

fn error_svg(b: &Backtest, title: &str, lang: Lang) -> String {
    let panel = |moved: bool, says: Said| {
        let rows = b.errors.iter().filter(|row| row.class.is_none() && row.moved == moved);
        let rows = rows.map(|row| backtest_error::Row {
            name: row.forecast.title().get(lang).to_owned(),
            own: !row.forecast.is_rival(),
            median: millionths(row.error.median),
            p90: millionths(row.error.p90),
        });
        Panel { says: says.get(lang).to_owned(), rows: rows.collect() }
    };
    let panels = [
        panel(false, Said::new("按期末所定", "as they stood at the end of the period")),
        panel(true, Said::new("随成交当日净回值移动", "moved with the netback of the day of the sale")),
    ];
    backtest_error::svg(title, &panels, b.scored, lang)
}

fn time_svg(b: &Backtest, title: &str, lang: Lang) -> String {
    let shown = [Forecast::Guide, Forecast::Assessed, Forecast::Vwap, Forecast::Netback];
    let panel = |moved: bool| {
        let of = |row: &crate::price::backtest::forecast::PeriodRow, f: Forecast| {
            let medians = if moved { &row.moved } else { &row.as_stood };
            medians.get(f.id()).copied().map(millionths)
        };
        let line = |f: Forecast| Line { name: f.title().get(lang).to_owned(), values: b.by_period.iter().map(|row| of(row, f)).collect() };
        shown.into_iter().map(line).collect::<Vec<_>>()
    };
    let periods: Vec<String> = b.by_period.iter().map(|row| row.period.clone()).collect();
    let panels = [
        (Said::new("按期末所定", "as they stood at the end of the period").get(lang).to_owned(), panel(false)),
        (Said::new("随成交当日净回值移动", "moved with the netback of the day of the sale").get(lang).to_owned(), panel(true)),
    ];
    backtest_time::svg(title, &periods, &panels, lang)
}

fn attack_svg(all: &[(u32, &[Worst])], title: &str, lang: Lang) -> String {
    let of = |worst: &[Worst], target: Target| {
        let found = worst.iter().find(|w| w.target == target);
        found.map_or((0, 0), |w| (millionths(w.largest), millionths(w.median)))
    };
    let rows = Target::ALL.map(|target| backtest_attack::Row {
        name: target.title().get(lang).to_owned(),
        own: matches!(target, Target::Guide | Target::Assessed),
        moves: all.iter().map(|(sellers, worst)| (*sellers, of(worst, target))).collect(),
    });
    backtest_attack::svg(&Attack { title: title.to_owned(), rows: rows.to_vec() }, lang)
}

/// A logarithmic number in per cent.
fn pct(value: f64) -> String {
    format!("{:.2}%", value * 100.0)
}

/// What must be said of a backtest in words: whether the replay holds, and where a rival is better.
#[must_use]
pub fn says(b: &Backtest) -> Vec<Said> {
    let mut says = Vec::new();
    match (b.check, b.lag_days) {
        (Some(check), _) if check.agree == check.periods => says.push(Said::new(
            format!("时点复算：{} 期逐期用截至期末的数据重算，与整段计算逐位一致。", check.periods),
            format!("Point in time: all {} periods, computed anew from data cut at their ends, agree with the whole run to the last digit.", check.periods),
        )),
        (Some(check), _) => says.push(Said::new(
            format!("警告：{} 期中只有 {} 期的时点复算与整段计算一致；历史价格随后来的数据变动，不得采用。", check.periods, check.agree),
            format!("WARNING: only {} of {} periods computed from data cut at their ends agree with the whole run; history moves with later data and must not be used.", check.agree, check.periods),
        )),
        (None, Some(days)) => says.push(Said::new(
            format!("成交按晚 {days} 天为人所知计；迟到的成交改变以后各期，不改变已定的价格。"),
            format!("Sales count as known {days} days after their date; late ones change what follows, not what stood."),
        )),
        (None, None) => says.push(Said::new("各期用数据湖在期末实际持有的记录计算。", "Each period is computed from what the lake held at its end.")),
    }
    says.push(scored(b));
    if let Some(e) = &b.only_lepid {
        says.push(Said::new(
            format!("另有 {} 笔成交所属品级此前没有成交，各对照方法无价可报；评估价（移动）误差中位 {}。", e.n, pct(e.median)),
            format!(
                "{} more sales are of classes without a sale before: no rival had a price; median error of the assessed price, moved: {}.",
                e.n,
                pct(e.median)
            ),
        ));
    }
    if b.unforetold > 0 {
        says.push(Said::new(
            format!("{} 笔成交之前没有指导价可比。", b.unforetold),
            format!("{} sales had no guide price before them.", b.unforetold),
        ));
    }
    says.extend(better(b));
    says
}

fn scored(b: &Backtest) -> Said {
    if b.scored == 0 {
        return Said::new(
            "没有可评分的成交：须有采信成交，且其前一期已有该品级的价格和对照价格。",
            "No sale can be scored: it takes admitted sales whose class had a price and rival prices at the end of the period before.",
        );
    }
    let acts = &b.acts;
    Said::new(
        format!(
            "评分 {} 期 {} 笔成交；{} 次定价中不调 {} 次、限幅 {} 次、足额调整 {} 次。",
            b.periods, b.scored, acts.steps, acts.held, acts.limited, acts.adjusted
        ),
        format!(
            "{} and {} scored; of {} prices {} were held, {} limited, {} followed in full.",
            counted(b.periods, "period"),
            counted(b.scored, "sale"),
            acts.steps,
            acts.held,
            acts.limited,
            acts.adjusted
        ),
    )
}

/// Where a rival is better, plainly; and where none is.
fn better(b: &Backtest) -> Vec<Said> {
    if b.scored == 0 {
        return Vec::new();
    }
    let measure = |id: &str| match id {
        "median" => ("误差中位", "median error"),
        "mean" => ("平均误差", "mean error"),
        "rmse" => ("均方根误差", "RMSE"),
        _ => ("九成误差", "90 % error"),
    };
    let mut says = Vec::new();
    for moved in [false, true] {
        let own = if moved { Forecast::Assessed } else { Forecast::Guide }.title();
        let (zh_how, en_how) =
            if moved { ("随净回值移动时", "moved with the netback") } else { ("按期末所定", "as they stood") };
        let found: Vec<_> = b.better.iter().filter(|better| better.moved == moved).collect();
        if found.is_empty() {
            says.push(Said::new(
                format!("{zh_how}，没有一种对照方法在任何一项误差上优于{}。", own.zh),
                format!("{en_how}, no rival is better than the {} in any measure of error.", own.en),
            ));
            continue;
        }
        let list = |zh: bool| {
            let one = |better: &&crate::price::backtest::Better| {
                let (measure, rival) = (measure(better.measure), better.rival.title());
                let (name, measure) = if zh { (rival.zh, measure.0) } else { (rival.en, measure.1) };
                format!("{name} {measure} {} < {}", pct(better.value), pct(better.lepid))
            };
            found.iter().map(one).collect::<Vec<_>>().join(if zh { "；" } else { "; " })
        };
        says.push(Said::new(
            format!("{zh_how}，以下对照方法优于{}：{}。", own.zh, list(true)),
            format!("{en_how}, these rivals are BETTER than the {}: {}.", own.en, list(false)),
        ));
    }
    says
}

/// `1 seller`, `2 sellers`.
#[must_use]
pub fn counted(n: u32, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

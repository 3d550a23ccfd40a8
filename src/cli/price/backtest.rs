//! `lepid price backtest`: how good would the guide price have been, and what could strategic sellers have done to it?

use super::print_table;
use crate::cli::{CliError, Global};
use crate::engine::Engine;
use crate::lake::{AsOf, Lake};
use crate::policy::Policy;
use crate::price::Market;
use crate::price::backtest::attack::{Collusion, Target, Worst};
use crate::price::backtest::forecast::ErrorRow;
use crate::price::backtest::replay::Known;
use crate::price::backtest::score::Share;
use crate::price::backtest::{Backtest, Question, backtest};
use crate::price::calendar::Span;
use crate::price::course::Subject;
use crate::price::policy::PricePolicy;
use crate::price::sale::{self, Sale};
use crate::records::product;
use crate::report::backtest::{BacktestReport, counted, says, write};
use crate::text::{Lang, Said, Text};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 从这一期起评分 / score from this period on
    #[arg(long, value_name = "YYYY-MM", value_parser = period)]
    from: Option<String>,
    /// 评分到这一期为止 / score up to this period
    #[arg(long, value_name = "YYYY-MM", value_parser = period)]
    to: Option<String>,
    /// 把 backtest.json、backtest.html 和图写入此目录 / write backtest.json, backtest.html and pictures into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// 另做操纵试算：一至三个卖方、虚假成交 / study attacks too: one to three sellers, fabricated trades
    #[arg(long)]
    attacks: bool,
    /// 成交在若干天之后才为人所知（迟报）/ sales become known so many days after their date
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "as_filed")]
    lag_days: u32,
    /// 用数据湖在各期末实际持有的记录 / from what the lake held at the end of each period
    #[arg(long)]
    as_filed: bool,
}

fn period(text: &str) -> Result<String, String> {
    let month = text.get(..7).unwrap_or(text);
    super::month(month).map(|_| text.to_owned())
}

pub(super) fn run(args: &Args, product: Option<&str>, as_of: &AsOf, global: &Global) -> Result<ExitCode, CliError> {
    let policy = Policy::load(global.policy.as_deref())?;
    let price = PricePolicy::load(&policy)?;
    let lake = Lake::open(&global.lake)?;
    let snapshot = lake.snapshot(as_of)?;
    let market = Market::read(&Engine::new(&snapshot)?, &price)?;
    check_periods(args, &market.periods)?;
    let mut products = Vec::new();
    for (id, sales) in market.products.iter().filter(|(id, _)| product.is_none_or(|only| only == id)) {
        let Some(section) = price.product.get(id) else { continue };
        let known = if args.as_filed { as_filed(&lake, id, &market.periods)? } else { Known::AfterDays(args.lag_days) };
        let question = Question { known, from: args.from.clone(), to: args.to.clone(), attacks: args.attacks };
        let subject = Subject { id, price: &price, product: section, quotes: &market.quotes };
        products.push(backtest(subject, sales, &market.periods, &question));
    }
    if products.is_empty() {
        let id = product.unwrap_or_default();
        return Err(CliError(format!(
            "政策没有为产品 {id} 定价；在 [price.product.{id}] 中给出参数 / the policy does not price {id}; give its parameters in [price.product.{id}]"
        )));
    }
    let parties: Vec<&Sale> = market.products.iter().flat_map(|(_, sales)| sales).collect();
    let report = BacktestReport::new(crate::price::notice(&policy)?, &snapshot, policy.hash(), &parties, products);
    if let Some(dir) = &args.out {
        write(dir, &report, global.lang)?;
    }
    if global.json {
        out!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        report.products.iter().for_each(|b| print(b, &report.notice, global.lang));
        if let Some(dir) = &args.out {
            let text = Text { zh: "已写入", en: "written to" };
            out!("{} {}", text.get(global.lang), dir.display());
        }
    }
    Ok(if report.products.iter().all(Backtest::holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A lake without records can't be replayed, and a wish for periods that it does not have is a mistake.
fn check_periods(args: &Args, periods: &[Span]) -> Result<(), CliError> {
    let (Some(first), Some(last)) = (periods.first(), periods.last()) else {
        return Err(CliError(
            "数据湖中没有销售或报价，无从回测；用 lepid ingest 导入销售台账和市场价格 / the lake holds no sale or quotation to replay; load sales and market prices with lepid ingest".to_owned(),
        ));
    };
    let question = Question { known: Known::AfterDays(0), from: args.from.clone(), to: args.to.clone(), attacks: false };
    if periods.iter().any(|span| question.asks(&span.id)) {
        return Ok(());
    }
    Err(CliError(format!(
        "所要的期数不在数据湖中；数据湖有 {} 至 {} / no such periods; the lake has those from {} to {}",
        first.id, last.id, first.id, last.id
    )))
}

/// The sales of a product as the lake held them at the end of each period.
fn as_filed(lake: &Lake, product: &str, periods: &[Span]) -> Result<Known, CliError> {
    let history = lake.history()?;
    let mut lists: Vec<Vec<Sale>> = Vec::with_capacity(periods.len());
    let mut read: Option<u64> = None;
    for span in periods {
        let end: AsOf = span.to.to_string().parse()?;
        let AsOf::Instant(instant) = end else { continue };
        let version = history.iter().rfind(|t| t.at <= instant).map_or(0, |t| t.number);
        let known = match (version, read) {
            (0, _) => Vec::new(),
            (version, Some(before)) if version == before => lists.last().cloned().unwrap_or_default(),
            (version, _) => sale::sales(&Engine::new(&lake.snapshot(&AsOf::Version(version))?)?, product)?,
        };
        read = Some(version);
        lists.push(known);
    }
    // The last period has no sales after it that it could foretell.
    if lists.iter().rev().skip(1).all(Vec::is_empty) {
        let filled = history.first().map(|t| t.at.with_timezone(&crate::records::time::beijing()).format("%Y-%m-%d").to_string());
        let (filled, last) = (filled.unwrap_or_else(|| "-".to_owned()), periods.last().map_or("-", |span| span.id.as_str()));
        return Err(CliError(format!(
            "数据湖自 {filled} 起才有记录，{last} 以前各期末它还没有 {product} 的成交，无法按当时所存回测；请去掉 --as-filed，必要时用 --lag-days 表示迟报 / \
             the lake was filled from {filled} on and held no sale of {product} at the end of any period before {last}; leave out --as-filed, and say with --lag-days how late returns come"
        )));
    }
    Ok(Known::AsFiled(lists))
}

fn print(b: &Backtest, notice: &Said, lang: Lang) {
    let title = product::by_id(&b.product).map_or(b.product.as_str(), |p| p.title.get(lang));
    let dash = "-".to_owned();
    let (from, to) = (b.from.as_ref().unwrap_or(&dash), b.to.as_ref().unwrap_or(&dash));
    let head = Text { zh: "回测", en: "backtest" };
    out!("{title} · {} · {} {from} – {to}", notice.get(lang), head.get(lang));
    for sentence in says(b) {
        out!("  {}", sentence.get(lang));
    }
    if b.scored > 0 {
        print_errors(b, lang);
        print_coverage(b, lang);
        print_moves(b, lang);
    }
    print_attacks(b, lang);
    out!();
}

const ERROR_HEADER: [Text; 7] = [
    Text { zh: "对下一期成交（%，对数）", en: "next sales (%, log)" },
    Text { zh: "误差中位", en: "median" },
    Text { zh: "均值", en: "mean" },
    Text { zh: "均方根", en: "RMSE" },
    Text { zh: "偏差", en: "bias" },
    Text { zh: "九成以内", en: "90 %" },
    Text { zh: "本法更近", en: "ours nearer" },
];

fn header(texts: &[Text], lang: Lang) -> Vec<String> {
    texts.iter().map(|t| t.get(lang).to_owned()).collect()
}

/// A share or a log difference in per cent, without its sign of per cent.
fn pct(value: f64) -> String {
    format!("{:.2}", value * 100.0)
}

fn maybe(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), pct)
}

fn print_errors(b: &Backtest, lang: Lang) {
    for (moved, says) in [
        (false, Text { zh: "按期末所定：", en: "as they stood at the end of the period:" }),
        (true, Text { zh: "随成交当日净回值移动：", en: "moved with the netback of the day of the sale:" }),
    ] {
        out!("  {}", says.get(lang));
        let rows = b.errors.iter().filter(|row| row.moved == moved && row.class.is_none()).map(|row| error_row(row, lang));
        print_table(&std::iter::once(header(&ERROR_HEADER, lang)).chain(rows).collect::<Vec<_>>());
    }
}

fn error_row(row: &ErrorRow, lang: Lang) -> Vec<String> {
    let e = &row.error;
    let numbers = [e.median, e.mean, e.rmse, e.bias, e.p90].map(pct);
    let name = row.forecast.title().get(lang).to_owned();
    std::iter::once(name).chain(numbers).chain(std::iter::once(maybe(row.lepid_nearer))).collect()
}

fn print_coverage(b: &Backtest, lang: Lang) {
    let c = &b.coverage;
    let row =
        |says: Text, share: Share| vec![says.get(lang).to_owned(), share.inside.to_string(), share.of.to_string(), maybe(share.fraction())];
    let head =
        [Text { zh: "覆盖率", en: "coverage" }, Text { zh: "在内", en: "inside" }, Text { zh: "共", en: "of" }, Text { zh: "%", en: "%" }];
    print_table(&[
        header(&head, lang),
        row(Text { zh: "成交在公布的区间内", en: "sales within the band as printed" }, c.as_printed),
        row(Text { zh: "成交在随净回值移动的区间内", en: "sales within the band, moved" }, c.moved),
        row(Text { zh: "成交在评估价±半宽内，移动", en: "sales within the half-width of the assessed price, moved" }, c.around_assessed),
        row(Text { zh: "下期中心在评估价 80% 区间内", en: "next centres within the 80 % interval" }, c.centre),
        row(
            Text {
                zh: "下期中心在预测区间内（另加水平变动与中心误差）", en: "next centres within the interval of the forecast"
            },
            c.centre_forecast,
        ),
        row(Text { zh: "成交在评估价 80% 区间内，移动", en: "sales within the 80 % interval, moved" }, c.sales),
    ]);
    out!(
        "  {} ±{} %{} ±{} %",
        Text { zh: "平均半宽：区间", en: "mean half-width: band" }.get(lang),
        maybe(c.half_width),
        Text { zh: "，80% 区间", en: ", 80 % interval" }.get(lang),
        maybe(c.interval_half_width)
    );
}

const MOVES_HEADER: [Text; 6] = [
    Text { zh: "变动", en: "moves" },
    Text { zh: "期次", en: "steps" },
    Text { zh: "变动次数", en: "moved" },
    Text { zh: "平均 %", en: "mean %" },
    Text { zh: "最大 %", en: "largest %" },
    Text { zh: "折返", en: "reversals" },
];

fn print_moves(b: &Backtest, lang: Lang) {
    let rows = b.moves.iter().map(|row| {
        let m = &row.moves;
        let name = row.series.title().get(lang).to_owned();
        vec![name, m.steps.to_string(), m.moved.to_string(), pct(m.mean), pct(m.largest), m.reversals.to_string()]
    });
    print_table(&std::iter::once(header(&MOVES_HEADER, lang)).chain(rows).collect::<Vec<_>>());
}

const ATTACK_HEADER: [Text; 7] = [
    Text { zh: "操纵（%，最大/中位）", en: "attack (%, largest/median)" },
    Text { zh: "指导价", en: "guide" },
    Text { zh: "评估价", en: "assessed" },
    Text { zh: "最近价", en: "last" },
    Text { zh: "加权均价", en: "VWAP" },
    Text { zh: "中位数", en: "median" },
    Text { zh: "4%过滤", en: "4 % filter" },
];

fn print_attacks(b: &Backtest, lang: Lang) {
    let Some(study) = &b.attacks else { return };
    let mut rows = vec![header(&ATTACK_HEADER, lang)];
    let mut row = |says: Said, all: &[Worst]| {
        let cell = |target: Target| {
            let worst = all.iter().find(|w| w.target == target);
            worst.map_or_else(|| "-".to_owned(), |w| format!("{:.1}/{:.1}", w.largest * 100.0, w.median * 100.0))
        };
        rows.push(std::iter::once(says.get(lang).to_owned()).chain(Target::ALL.map(cell)).collect());
    };
    let sellers = |c: &Collusion, zh: &str, en: &str| {
        Said::new(format!("{} 个卖方，{zh}", c.sellers), format!("{}, {en}", counted(c.sellers, "seller")))
    };
    for collusion in &study.collusion {
        row(sellers(collusion, "一期", "one period"), &collusion.shock);
        row(sellers(collusion, "各期", "all periods"), &collusion.sustained);
    }
    for shell in &study.wash.shells {
        let (s, n) = (shell.sellers, shell.lots);
        row(Said::new(format!("{s} 个空壳卖方各 {n} 笔"), format!("{}, {} each", counted(s, "shell"), counted(n, "lot"))), &shell.worst);
    }
    for own in &study.wash.own_account {
        row(Said::new(format!("一个卖方虚增 {} 笔", own.lots), format!("one seller, {}", counted(own.lots, "false lot"))), &own.worst);
    }
    row(Said::new("一个卖方拆分批次", "one seller splits its lots"), &study.wash.split);
    row(Said::new("拆分并定价", "splits and prices them"), &study.wash.split_and_priced);
    print_table(&rows);
}

//! `lepid price`: what is the guide price, and how does each sale bear on it?

mod backtest;
mod bulletins;
mod calibrate;
mod correct;
mod draft;
mod notice;
mod publish;
mod review;

use crate::cli::{CliError, Global};
use crate::engine::Engine;
use crate::lake::{AsOf, Lake};
use crate::policy::Policy;
use crate::price::assess::{CARRIED, INDICATIVE, NONE};
use crate::price::bands::{ClassPrice, Period, PricedSale, ProductBands};
use crate::price::calendar;
use crate::price::hint::{hint, shown_ratio};
use crate::price::screen::Code;
use crate::price::words;
use crate::records::product;
use crate::report::trusted::{range, short_of, why};
use crate::text::{Lang, Said, Text};
use serde_json::json;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 只看一种产品 / only this product, by id or name
    #[arg(long, global = true, value_name = "PRODUCT", value_parser = product_id)]
    product: Option<String>,
    /// 只看一个月 / only this month
    #[arg(long, global = true, value_name = "YYYY-MM", value_parser = month)]
    month: Option<String>,
    /// 只看一期：编号如 2023-06、2023-06-1h、2023-06-05；写 2023 或 2023-06 则为其中各期 / only this period, by its id; a year or a month: the periods that begin in it
    #[arg(long, global = true, value_name = "ID", value_parser = period, conflicts_with = "month")]
    period: Option<String>,
    /// 以数据湖当时的内容计算：版本号或时刻 / the lake as it was: a version or an instant
    #[arg(long, global = true, value_name = "WHEN", default_value = "latest")]
    as_of: AsOf,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// 逐笔列出销售：折算价、净回值、采用或不采用的原因 / each sale with its normalised price and its code
    Sales,
    /// 由历史成交估计参数，写成建议的政策文件；不会自动生效 / estimate parameters from history as a proposed policy; never applied by itself
    Calibrate(calibrate::Args),
    /// 回测：按当时所知重演历史，对照简单方法，并试算操纵 / replay history with what was known then, against rivals and attacks
    Backtest(backtest::Args),
    /// 拟稿：某一期的价格通告草案 / draft the bulletin of a period
    Draft(draft::Args),
    /// 复核草案（须为另一人）/ a second person reviews a draft
    Review(review::Args),
    /// 发布已复核的草案，编号后不得改动 / publish a reviewed draft; numbered, it never changes
    Publish(publish::Args),
    /// 更正已发布的通告 / correct a published bulletin
    Correct(correct::Args),
    /// 通告、草案、差错记录与核验 / bulletins, drafts, the error log, verification
    Bulletins(bulletins::Args),
}

fn product_id(word: &str) -> Result<String, String> {
    let known = || product::PRODUCTS.iter().map(|p| p.id).collect::<Vec<_>>().join(", ");
    product::by_word(word).map(|p| p.id.to_owned()).ok_or_else(|| format!("没有这个产品，可用 / no such product, known are: {}", known()))
}

fn month(text: &str) -> Result<String, String> {
    format!("{text}-01")
        .parse::<chrono::NaiveDate>()
        .map(|day| day.format("%Y-%m").to_string())
        .map_err(|_| "须写作 2023-06 / write it as 2023-06".to_owned())
}

fn period(text: &str) -> Result<String, String> {
    let wrong = || "须写作 2023-06、2023-06-1h 或 2023-06-05 / write it as 2023-06, 2023-06-1h or 2023-06-05".to_owned();
    calendar::is_period(text).then(|| text.to_owned()).ok_or_else(wrong)
}

/// Whether a period is asked for.
fn wanted(period: &str, asked: Option<&str>) -> bool {
    asked.is_none_or(|asked| calendar::within(period, asked))
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    match &args.what {
        Some(What::Calibrate(asked)) => calibrate::run(asked, args.product.as_deref(), &args.as_of, global),
        Some(What::Backtest(asked)) => backtest::run(asked, args.product.as_deref(), &args.as_of, global),
        Some(What::Draft(args)) => draft::run(args, global),
        Some(What::Review(args)) => review::run(args, global),
        Some(What::Publish(args)) => publish::run(args, global),
        Some(What::Correct(args)) => correct::run(args, global),
        Some(What::Bulletins(args)) => bulletins::run(args, global),
        Some(What::Sales) => show(args, true, global),
        None => show(args, false, global),
    }
}

/// Prints the prices, or the sales behind them.
fn show(args: &Args, sales: bool, global: &Global) -> Result<ExitCode, CliError> {
    let policy = Policy::load(global.policy.as_deref())?;
    let notice = crate::price::notice(&policy)?;
    let snapshot = Lake::open(&global.lake)?.snapshot(&args.as_of)?;
    let in_force = crate::price::publication::published(&snapshot)?;
    let mut bands = crate::price::bands_with(&Engine::new(&snapshot)?, &policy, &in_force)?;
    if let Some(product) = &args.product {
        bands.retain(|b| b.product == *product);
        if bands.is_empty() {
            return Err(CliError(format!(
                "政策没有为产品 {product} 定价；在 [price.product.{product}] 中给出参数 / the policy does not price {product}; give its parameters in [price.product.{product}]"
            )));
        }
    }
    let asked = args.period.as_deref().or(args.month.as_deref());
    for product in &mut bands {
        product.sales.retain(|s| wanted(&s.period, asked));
    }
    match (sales, global.json) {
        (false, true) => {
            bands.iter_mut().for_each(|b| b.periods.retain(|p| wanted(&p.period, asked)));
            print_json(&json!({ "notice": notice, "bands": bands }))?;
        }
        (true, true) => {
            let sales: Vec<_> = bands.iter().map(|b| json!({ "product": b.product, "sales": b.sales, "hints": hints(b) })).collect();
            print_json(&json!({ "notice": notice, "products": sales }))?;
        }
        (false, false) => bands.iter().for_each(|b| print_bands(b, asked, &notice, global.lang)),
        (true, false) => bands.iter().for_each(|b| print_sales(b, &notice, global.lang)),
    }
    Ok(ExitCode::SUCCESS)
}

fn print_json(value: &impl serde::Serialize) -> Result<(), CliError> {
    out!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

fn print_heading(bands: &ProductBands, notice: &Said, lang: Lang) {
    let title = product::by_id(&bands.product).map_or(bands.product.as_str(), |p| p.title.get(lang));
    let unit = Text { zh: "元/干吨，出厂，不含税，现款", en: "yuan a dry tonne, ex works, without VAT, cash" };
    out!("{title} · {} · {}", notice.get(lang), unit.get(lang));
}

fn print_nothing(lang: Lang) {
    let text = Text {
        zh: "  数据湖中没有这期间的销售或报价；用 lepid ingest 导入销售台账和市场价格",
        en: "  the lake holds no sale or quotation of this time; load sales and market prices with lepid ingest",
    };
    out!("{}", text.get(lang));
}

const BAND_HEADER: [Text; 14] = [
    Text { zh: "月份", en: "month" },
    Text { zh: "品位", en: "grade" },
    Text { zh: "指导价", en: "guide" },
    Text { zh: "下限", en: "lower" },
    Text { zh: "上限", en: "upper" },
    Text { zh: "每度", en: "per du" },
    Text { zh: "环比", en: "change" },
    Text { zh: "机制", en: "mechanism" },
    Text { zh: "结转", en: "carry" },
    Text { zh: "80%区间", en: "80% interval" },
    Text { zh: "等级", en: "tier" },
    Text { zh: "卖方影响", en: "influence" },
    Text { zh: "阶梯", en: "ladder" },
    Text { zh: "依据", en: "rests on" },
];

/// Prints every period, or those asked for; the change is always that to the period before.
fn print_bands(bands: &ProductBands, asked: Option<&str>, notice: &Said, lang: Lang) {
    print_heading(bands, notice, lang);
    let mut before: Option<&Period> = None;
    let mut carried = 0;
    if !bands.periods.iter().any(|p| wanted(&p.period, asked)) {
        print_nothing(lang);
    }
    for period in &bands.periods {
        carried = if period.theta.is_some() { 0 } else { carried + 1 };
        if wanted(&period.period, asked) {
            print_period(bands, period, before, carried, lang);
            if asked.is_some() {
                print_moves(period, lang);
            }
        }
        before = Some(period);
    }
    out!();
}

/// Prints one period; `carried` is how many periods old its centre is.
fn print_period(bands: &ProductBands, period: &Period, before: Option<&Period>, carried: u32, lang: Lang) {
    out!("\n{}", period_line(period, lang));
    if period.trust.tier != "-" {
        out!("  {}", trust_line(bands, period, lang));
    }
    if !period.excluded.is_empty() {
        out!("{}", excluded_line(period, lang));
    }
    if period.classes.iter().all(|c| c.guide_fen_per_t.is_none()) {
        out!(
            "{}",
            Text {
                zh: "  没有价格：依据不足，或无碳酸锂报价", en: "  no price: too little evidence, or no carbonate quotation"
            }
            .get(lang)
        );
        return;
    }
    let mut header: Vec<String> = BAND_HEADER.iter().map(|t| t.get(lang).to_owned()).collect();
    if let (Some(first), false) = (header.first_mut(), period.period.len() == "2023-06".len()) {
        Text { zh: "定价期", en: "period" }.get(lang).clone_into(first);
    }
    let rows = period.classes.iter().map(|class| {
        let before = before.and_then(|b| b.classes.iter().find(|c| c.class == class.class)).and_then(|c| c.guide_fen_per_t);
        band_row(period, class, before, carried, lang)
    });
    print_table(&std::iter::once(header).chain(rows).collect::<Vec<_>>());
}

fn period_line(period: &Period, lang: Lang) -> String {
    let carbonate = yuan(period.carbonate_fen_per_t);
    let age = period.carbonate_age_days.map_or_else(|| "-".to_owned(), |d| d.to_string());
    let (n, sellers, buyers, band) = (period.n, period.sellers, period.buyers, period.band * 100.0);
    match lang {
        Lang::Zh => format!(
            "{}  采用 {n} 笔，卖方 {sellers}，买方 {buyers}；碳酸锂 {carbonate} 元/吨（距期末 {age} 天）；区间半宽 {band:.1} %",
            period.period
        ),
        Lang::En => format!(
            "{}  {n} sales, {sellers} sellers, {buyers} buyers; carbonate {carbonate} yuan/t ({age} d before the end); half-width {band:.1} %",
            period.period
        ),
    }
}

/// The tier, what it goes by, and what is short of the next better one.
fn trust_line(bands: &ProductBands, period: &Period, lang: Lang) -> String {
    let trust = &period.trust;
    let shown = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), words::percent);
    let (top, sale) = (shown(trust.top_share), shown(trust.sale_influence));
    let together = trust.breakdown_sellers.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let (tier, n_eff) = (words::tier(&trust.tier), trust.n_eff);
    let short = short_of(bands, period).map(|said| said.get(lang).to_owned()).unwrap_or_default();
    match lang {
        Lang::Zh => format!("可信程度 {}；有效笔数 {n_eff:.1}，最大卖方 {top}，单笔影响 {sale}，合谋门槛 {together} 家。{short}", tier.zh),
        Lang::En => format!(
            "{}; {n_eff:.1} effective deals, largest seller {top}, influence of one sale {sale}, breakdown {together} sellers. {short}",
            tier.en
        )
        .trim_end()
        .to_owned(),
    }
}

/// Why each class moved.
fn print_moves(period: &Period, lang: Lang) {
    for price in &period.classes {
        if let Some(said) = why(price) {
            out!("  {} %  {}", price.class, said.get(lang));
        }
    }
}

fn excluded_line(period: &Period, lang: Lang) -> String {
    let title = |id: &str| Code::by_id(id).map_or("", |code| code.title().get(lang));
    let parts: Vec<String> = period.excluded.iter().map(|(id, n)| format!("{id} {} {n}", title(id))).collect();
    let label = Text { zh: "  未采用：", en: "  left out: " };
    format!("{}{}", label.get(lang), parts.join(if lang == Lang::Zh { "；" } else { "; " }))
}

fn band_row(period: &Period, class: &ClassPrice, before: Option<i64>, carried: u32, lang: Lang) -> Vec<String> {
    let change = class.guide_fen_per_t.zip(before).map_or_else(|| "-".to_owned(), |(now, before)| signed_yuan(now - before));
    vec![
        period.period.clone(),
        format!("{} %", class.class),
        yuan(class.guide_fen_per_t),
        yuan(class.lower_fen_per_t),
        yuan(class.upper_fen_per_t),
        yuan(class.per_du_fen),
        change,
        act(&class.act, lang),
        class.carry_fen_per_t.map_or_else(|| "-".to_owned(), signed_yuan),
        range(class.assessed_low_fen_per_t, class.assessed_high_fen_per_t).map_or_else(|| "-".to_owned(), |r| r.replace(',', "")),
        period.trust.tier.clone(),
        period.trust.seller_influence.map_or_else(|| "-".to_owned(), words::percent),
        class.ladder.clone(),
        basis(&class.basis, carried, lang),
    ]
}

fn act(act: &str, lang: Lang) -> String {
    let (what, bound) = act.strip_suffix("+bound").map_or((act, ""), |what| (what, Text { zh: "+界", en: "+bound" }.get(lang)));
    let text = match what {
        "init" => Text { zh: "首期", en: "init" },
        "hold" => Text { zh: "不调", en: "hold" },
        "adjust" => Text { zh: "调整", en: "adjust" },
        "maxstep" => Text { zh: "限幅", en: "maxstep" },
        "published" => Text { zh: "已公布", en: "published" },
        _ => Text { zh: "-", en: "-" },
    };
    format!("{}{bound}", text.get(lang))
}

/// On what a price rests, and how many periods old the level is that was carried on.
fn basis(basis: &str, carried: u32, lang: Lang) -> String {
    match (basis, lang) {
        (NONE, _) => "-".to_owned(),
        (CARRIED, Lang::Zh) => format!("{carried} 期前水平随净回值"),
        (CARRIED, Lang::En) => format!("carried {carried}, netback of today"),
        (INDICATIVE, Lang::Zh) => format!("{carried} 期前水平，仅供参考"),
        (INDICATIVE, Lang::En) => format!("carried {carried}, indicative"),
        _ => words::basis(basis).get(lang).to_owned(),
    }
}

const SALE_HEADER: [Text; 10] = [
    Text { zh: "日期", en: "date" },
    Text { zh: "合同号", en: "contract" },
    Text { zh: "卖方", en: "seller" },
    Text { zh: "买方", en: "buyer" },
    Text { zh: "品级", en: "class" },
    Text { zh: "干吨", en: "dry t" },
    Text { zh: "折算价", en: "normalised" },
    Text { zh: "净回值", en: "netback" },
    Text { zh: "比值", en: "ratio" },
    Text { zh: "结果", en: "result" },
];

fn print_sales(bands: &ProductBands, notice: &Said, lang: Lang) {
    print_heading(bands, notice, lang);
    if bands.sales.is_empty() {
        return print_nothing(lang);
    }
    let header = SALE_HEADER.iter().map(|t| t.get(lang).to_owned()).collect();
    let rows = bands.sales.iter().map(|sale| sale_row(sale, lang));
    print_table(&std::iter::once(header).chain(rows).collect::<Vec<_>>());
    out!();
}

fn sale_row(sale: &PricedSale, lang: Lang) -> Vec<String> {
    let title = Code::by_id(&sale.code).map_or("", |code| code.title().get(lang));
    let looks_like = hint_of(sale).map(|said| format!("{}{}", if lang == Lang::Zh { "；" } else { "; " }, said.get(lang)));
    let dash = || "-".to_owned();
    vec![
        sale.date.clone(),
        sale.contract_no.clone(),
        sale.seller.clone(),
        sale.buyer.clone(),
        sale.class.clone().unwrap_or_else(dash),
        sale.dry_kg.map_or_else(dash, |kg| format!("{}.{:03}", kg / 1000, kg % 1000)),
        yuan(sale.dry_fen_per_t),
        yuan(sale.netback_fen_per_t),
        ratio(sale).map_or_else(dash, shown_ratio),
        format!("{} {title}{}", sale.code, looks_like.unwrap_or_default()),
    ]
}

/// Price over netback.
fn ratio(sale: &PricedSale) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "prices in fen are far below 2^53")]
    sale.dry_fen_per_t.zip(sale.netback_fen_per_t).filter(|(_, n)| *n > 0).map(|(p, n)| p as f64 / n as f64)
}

/// What a price outside of the corridor looks like.
fn hint_of(sale: &PricedSale) -> Option<Said> {
    ratio(sale).filter(|_| sale.code == Code::Corridor.id()).and_then(hint)
}

/// The hints for machines, by id of the sale.
fn hints(bands: &ProductBands) -> Vec<serde_json::Value> {
    let hinted = bands.sales.iter().filter_map(|s| Some((s, ratio(s)?, hint_of(s)?)));
    hinted.map(|(sale, ratio, said)| json!({ "id": sale.id, "ratio": ratio, "hint": said })).collect()
}

/// Fen as yuan, exact.
fn yuan(fen: Option<i64>) -> String {
    let Some(fen) = fen else { return "-".to_owned() };
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

fn signed_yuan(fen: i64) -> String {
    let plus = if fen > 0 { "+" } else { "" };
    format!("{plus}{}", yuan(Some(fen)))
}

/// Columns two blanks apart: numbers to the right, words to the left; a Chinese character is two wide.
fn print_table(rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|r| r.get(column)).map(|cell| display_width(cell)).max().unwrap_or(0);
    let number = |cell: &str| cell == "-" || cell.parse::<f64>().is_ok();
    let right = |column: usize| rows.iter().skip(1).filter_map(|r| r.get(column)).all(|cell| number(cell));
    let layout: Vec<(usize, bool)> = (0..columns).map(|c| (width(c), right(c))).collect();
    for row in rows {
        let cells = row.iter().zip(&layout).map(|(cell, (width, right))| {
            let blanks = " ".repeat(width.saturating_sub(display_width(cell)));
            if *right { format!("{blanks}{cell}") } else { format!("{cell}{blanks}") }
        });
        out!("  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

fn display_width(text: &str) -> usize {
    // East Asian wide and full-width characters begin with the Hangul jamo (U+1100) as far as our texts go.
    text.chars().map(|c| if c >= '\u{1100}' { 2 } else { 1 }).sum()
}

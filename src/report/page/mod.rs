//! What does a person read first? One page with everything in it: no script, no request to anywhere.

mod backtest;
mod findings;
mod key;
mod output;
mod prices;
mod trust;

pub(super) use backtest::page as backtest;

use super::contents::{ChartInfo, Contents, RunInfo, SYNTHETIC};
use crate::text::{Lang, Said};
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// `report.html`: `lang` stands first, the other language beside it. `drawn` are the pictures of the run in `lang`.
#[must_use]
pub fn page(contents: &Contents, drawn: &[(ChartInfo, String)], lang: Lang) -> String {
    let title = Said::new("锂资源供应链与价格监测报告", "Lithium supply chain and price report");
    let pictures = Pictures { drawn, lang };
    let body = html! {
        (head(contents, &title, lang))
        main {
            (key::section(contents, lang))
            (prices::section(contents, &pictures, lang))
            (output::section(contents, &pictures, lang))
            (findings::section(contents, lang))
            (method(contents, lang))
        }
        footer { p { "Lepid · " (contents.run.program) " · " code { (contents.run.run_id) } } }
    };
    document(&title, &body, lang)
}

/// A page that asks nobody for anything: its style stands in it.
pub(in crate::report) fn document(title: &Said, body: &Markup, lang: Lang) -> String {
    html! {
        (DOCTYPE)
        html lang=(code(lang)) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title.get(lang)) }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body { (body) }
        }
    }
    .into_string()
}

/// The pictures of a run, ready to stand in a page.
struct Pictures<'a> {
    drawn: &'a [(ChartInfo, String)],
    lang: Lang,
}

impl Pictures<'_> {
    /// The pictures of a kind whose subject is one of these.
    fn of(&self, kind: &str, about: impl Fn(&str) -> bool) -> Vec<Markup> {
        let fits = |chart: &ChartInfo| chart.kind == kind && about(&chart.about);
        self.drawn.iter().filter(|(chart, _)| fits(chart)).map(|(chart, svg)| self.figure(chart, svg)).collect()
    }

    fn figure(&self, chart: &ChartInfo, svg: &str) -> Markup {
        let label = chart.title.get(self.lang);
        // Newest at the right: that end is what a phone shows first.
        let newest = matches!(chart.kind.as_str(), "band" | "origin" | "carbonate" | "coverage");
        html! {
            figure.newest[newest].narrow[is_narrow(&chart.kind)] {
                figcaption { (label) }
                div.pic tabindex="0" role="group" aria-label=(label) { (PreEscaped(svg)) }
            }
        }
    }
}

/// Kinds of pictures that stand side by side and fit a phone.
#[must_use]
pub fn is_narrow(kind: &str) -> bool {
    matches!(kind, "waterfall" | "influence" | "grade")
}

/// As HTML names it.
const fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh-CN",
        Lang::En => "en",
    }
}

const fn other(lang: Lang) -> Lang {
    match lang {
        Lang::Zh => Lang::En,
        Lang::En => Lang::Zh,
    }
}

/// A sentence with its translation small beside it.
fn both(said: &Said, lang: Lang) -> Markup {
    let beside = said.get(other(lang));
    html! {
        (said.get(lang))
        @if !beside.is_empty() && beside != said.get(lang) { " " span.alt lang=(code(other(lang))) { (beside) } }
    }
}

/// A sentence with its translation small below it.
fn stacked(said: &Said, lang: Lang) -> Markup {
    let beside = said.get(other(lang));
    html! {
        (said.get(lang))
        @if !beside.is_empty() && beside != said.get(lang) { span class="alt block" lang=(code(other(lang))) { (beside) } }
    }
}

fn bi(zh: &str, en: &str, lang: Lang) -> Markup {
    both(&Said::new(zh, en), lang)
}

/// A table that scrolls in its own box.
fn table(caption: &Said, lang: Lang, heads: &[(&str, &str, bool)], body: &Markup) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption.get(lang)) {
            table {
                caption { (both(caption, lang)) }
                thead { tr {
                    @for (zh, en, number) in heads {
                        th scope="col" class=[number.then_some("n")] { (stacked(&Said::new(*zh, *en), lang)) }
                    }
                } }
                tbody { (body) }
            }
        }
    }
}

/// A number, or a dash where there is none.
fn cell(text: Option<String>) -> Markup {
    html! { td.n { (text.unwrap_or_else(|| "—".to_owned())) } }
}

fn head(contents: &Contents, title: &Said, lang: Lang) -> Markup {
    let run = &contents.run;
    html! {
        header {
            h1 { (stacked(title, lang)) }
            (made_from(run, lang))
            @if contents.is_synthetic() { p.note role="note" { strong { (bi(SYNTHETIC.zh, SYNTHETIC.en, lang)) } } }
            p.note role="note" { (bi(LEAD.0, LEAD.1, lang)) }
            nav aria-label=(Said::new("目录", "contents").get(lang)) {
                a href="#key" { (Said::new("要点", "Key figures").get(lang)) }
                a href="#prices" { (Said::new("参考指导价", "Guide prices").get(lang)) }
                a href="#output" { (Said::new("产量与来源", "Output and origin").get(lang)) }
                a href="#findings" { (Said::new("线索", "Findings").get(lang)) }
                a href="#method" { (Said::new("方法说明", "Method").get(lang)) }
            }
        }
    }
}

fn made_from(run: &RunInfo, lang: Lang) -> Markup {
    let days = match (&run.from, &run.to) {
        (Some(from), Some(to)) => format!("{from} – {to}"),
        _ => "—".to_owned(),
    };
    let rows: Vec<String> = run
        .rows
        .iter()
        .map(|(table, rows)| {
            format!("{} {}", table_name(table, lang), crate::chart::number::grouped(i64::try_from(*rows).unwrap_or(i64::MAX)))
        })
        .collect();
    html! {
        dl.facts {
            dt { (bi("数据起止", "days", lang)) } dd { (days) }
            dt { (bi("数据湖版本", "lake version", lang)) } dd { (run.lake_version) @if let Some(at) = &run.lake_at { " · " (beijing(at)) } }
            dt { (bi("记录", "records", lang)) } dd { (if rows.is_empty() { "—".to_owned() } else { rows.join(" · ") }) }
            dt { (bi("政策", "policy", lang)) } dd { code { "sha256 " (run.policy_sha256.get(..16).unwrap_or(&run.policy_sha256)) "…" } }
            dt { (bi("程序", "program", lang)) } dd { (run.program) " · " (Said::new("运行", "run").get(lang)) " " code { (run.run_id) } }
        }
    }
}

fn table_name(table: &str, lang: Lang) -> &str {
    crate::records::Table::by_name(table).map_or(table, |t| t.spec().title.get(lang))
}

/// An instant as Beijing reads it, to the minute.
fn beijing(at: &str) -> String {
    chrono::DateTime::parse_from_rfc3339(at)
        .map_or_else(|_| at.to_owned(), |t| t.with_timezone(&crate::records::time::beijing()).format("%Y-%m-%d %H:%M UTC+8").to_string())
}

const LEAD: (&str, &str) = (
    "线索是请人去核查的理由，不是结论；每条线索都列出依据、证据和销号条件。",
    "A finding is a lead for an inspector, never a verdict; each names its basis, its evidence and what would clear it.",
);

/// What must be known to read the numbers; also a sheet of the workbook.
pub(super) fn notes(contents: &Contents) -> Vec<Said> {
    let mut notes = vec![
        Said::new(LEAD.0, LEAD.1),
        Said::new(
            "价格为参考价、指导区间，不具约束力，也不是政府指导价；单位为元/干吨，不含税、出厂、现款。",
            "Prices are reference prices and guide ranges, not binding and no government guide price; yuan a dry tonne, ex VAT, ex works, cash.",
        ),
        Said::new(
            "指导价取各卖方限额后的 35% 截尾均值（对同期碳酸锂净回值的对数比），至少 3 个不同卖方；再经浮动机制调整。被剔除的成交都有原因代码，没有删除。",
            "The guide price is the 35 % trimmed mean of the log ratio to the netback of the day's carbonate, sellers capped, at least three distinct sellers; then the floating mechanism. Every sale left out has a reason code; none is deleted.",
        ),
        Said::new(
            "可信等级按成交、卖方和买方数量、最大卖方占比和单一卖方的最大影响评定，A 最高、D 最低；最大影响是把该卖方各笔成交改为许可范围内的任意价格后，价格最多变动多少。依据阶梯 L1–L6 逐级放宽，L5 仅供参考，L6 暂停。",
            "The tier of trust goes by the number of sales, sellers and buyers, the share of the largest seller and the largest influence of one; A is best, D least. Influence is the most that a price moves if a seller's sales took any admissible price. The ladder L1 to L6 says on what a price rests; L5 is indicative, L6 suspended.",
        ),
        Said::new(
            "“为什么变动”把指导价的变动不留余数地分为四部分：碳酸锂（净回值）、成交水平、品级偏离、浮动机制（保持、限幅、取整）。",
            "“Why it moved” splits the change of a guide price without a rest: carbonate (netback), level of the sales, deviation of the class, mechanism (held, limited, rounded).",
        ),
        Said::new(
            "核定规模按许可在期天数折算到当年；申报产量取互相矛盾的月报中最小者；是否超规模由规则按计量误差判定，图中只高出而无线索者不在其列。",
            "The approved scale is pro rata for the days in force; of monthly returns that contradict each other the smallest counts; whether a mine is over scale is decided by the rules with measurement error, not by the picture.",
        ),
        Said::new(
            "缺失的数据保持缺失：没有水分、品位、定位或许可规模的记录不据以推定任何事。",
            "What is missing stays missing: nothing is inferred from a record without moisture, grade, position or approved scale.",
        ),
        Said::new(
            "数量均以整数千克计算；同一数据版本、同一政策得到逐字节相同的结果：lepid reproduce run.json。",
            "Quantities are whole kilograms; the same records and policy give the same bytes: lepid reproduce run.json.",
        ),
    ];
    if contents.is_synthetic() {
        notes.insert(0, Said::new(SYNTHETIC.zh, SYNTHETIC.en));
    }
    notes
}

fn method(contents: &Contents, lang: Lang) -> Markup {
    html! {
        section.sheet id="method" {
            h2 { (bi("方法说明", "Method", lang)) }
            ul { @for note in notes(contents) { li { (stacked(&note, lang)) } } }
        }
    }
}

//! How good would the guide price have been? The page of a backtest: one file with everything in it.

use super::{beijing, bi, both, document, stacked, table};
use crate::chart::number::grouped;
use crate::price::backtest::Backtest;
use crate::price::backtest::attack::{AttackStudy, MOST_SETS, MOST_SUSTAINED, Target, Worst};
use crate::price::backtest::forecast::ErrorRow;
use crate::price::backtest::rivals::NEAR;
use crate::price::backtest::score::Share;
use crate::price::backtest::wash::{Case, Circle, MOST_PIECES};
use crate::report::backtest::{About, BacktestReport, Picture, counted, says};
use crate::report::contents::SYNTHETIC;
use crate::report::words;
use crate::text::{Lang, Said};
use maud::{Markup, PreEscaped, html};

/// `backtest.html`: `lang` stands first, the other language beside it.
pub(in crate::report) fn page(report: &BacktestReport, pictures: &[Picture], lang: Lang) -> String {
    let title = Said::new("指导价回测报告", "Backtest of the guide price");
    let body = html! {
        (head(report, &title, lang))
        main {
            @for b in &report.products { (product(b, pictures, lang)) }
            (definitions(report, lang))
        }
        footer { p { "Lepid · " (report.program) } }
    };
    document(&title, &body, lang)
}

fn head(report: &BacktestReport, title: &Said, lang: Lang) -> Markup {
    html! {
        header {
            h1 { (stacked(title, lang)) }
            dl.facts {
                dt { (bi("名称", "name", lang)) } dd { (both(&report.notice, lang)) }
                dt { (bi("数据湖版本", "lake version", lang)) } dd { (report.lake_version) @if let Some(at) = &report.lake_at { " · " (beijing(at)) } }
                dt { (bi("政策", "policy", lang)) } dd { code { "sha256 " (report.policy_sha256.get(..16).unwrap_or(&report.policy_sha256)) "…" } }
            }
            @if report.synthetic { p.note role="note" { strong { (bi(SYNTHETIC.zh, SYNTHETIC.en, lang)) } } }
            nav aria-label=(Said::new("目录", "contents").get(lang)) {
                @for b in &report.products { a href=(format!("#{}", b.product)) { (words::product(&b.product).get(lang)) } }
                a href="#definitions" { (Said::new("定义", "Definitions").get(lang)) }
            }
        }
    }
}

fn product(b: &Backtest, pictures: &[Picture], lang: Lang) -> Markup {
    let name = words::product(&b.product);
    let dash = "—".to_owned();
    let figures = |about: About| {
        html! { @for p in pictures.iter().filter(|p| p.product == b.product && p.about == about) { (figure(p, lang)) } }
    };
    html! {
        section.sheet id=(b.product) {
            h2 { (both(&name, lang)) " " span.alt { (b.from.as_ref().unwrap_or(&dash)) " – " (b.to.as_ref().unwrap_or(&dash)) } }
            ul { @for sentence in says(b) { li { (stacked(&sentence, lang)) } } }
            @if b.scored > 0 {
                h3 { (bi("误差", "Errors", lang)) }
                (figures(About::Errors))
                (errors(b, false, lang))
                (errors(b, true, lang))
                (by_class(b, lang))
                h3 { (bi("覆盖率", "Coverage", lang)) }
                (coverage(b, lang))
                h3 { (bi("变动", "Moves", lang)) }
                (moves(b, lang))
            }
            @if let Some(study) = &b.attacks {
                h3 { (bi("操纵试算", "Attacks", lang)) }
                (figures(About::Attacks))
                (attacks(study, lang))
            }
        }
    }
}

fn figure(picture: &Picture, lang: Lang) -> Markup {
    let label = picture.title.get(lang);
    html! {
        figure {
            figcaption { (label) }
            div.pic tabindex="0" role="group" aria-label=(label) { (PreEscaped(&picture.svg)) }
        }
    }
}

/// A logarithmic number in per cent.
fn pct(value: f64) -> String {
    format!("{:.2}", value * 100.0)
}

fn maybe(value: Option<f64>) -> Markup {
    html! { td.n { (value.map_or_else(|| "—".to_owned(), pct)) } }
}

const ERROR_HEADS: [(&str, &str, bool); 6] = [
    ("误差中位", "median |r|", true),
    ("均值", "mean |r|", true),
    ("均方根", "RMSE", true),
    ("偏差", "bias", true),
    ("九成以内", "90th percentile", true),
    ("本法更近的成交", "sales ours is nearer to", true),
];

fn error_cells(row: &ErrorRow) -> Markup {
    let e = &row.error;
    html! {
        @for value in [e.median, e.mean, e.rmse, e.bias, e.p90] { td.n { (pct(value)) } }
        (maybe(row.lepid_nearer))
    }
}

fn errors(b: &Backtest, moved: bool, lang: Lang) -> Markup {
    let mut heads = vec![("方法", "method", false)];
    heads.extend(ERROR_HEADS);
    let rows = html! { @for row in b.errors.iter().filter(|r| r.class.is_none() && r.moved == moved) { tr {
        th scope="row" { (forecast(row, lang)) }
        (error_cells(row))
    } } };
    let caption = if moved {
        Said::new(
            format!("随成交当日净回值移动后的误差（{} 笔，%）", b.scored),
            format!("Errors of forecasts moved with the netback of the day of the sale ({} sales, %)", b.scored),
        )
    } else {
        Said::new(
            format!("按期末所定价格的误差（{} 笔，%）", b.scored),
            format!("Errors of forecasts as they stood ({} sales, %)", b.scored),
        )
    };
    table(&caption, lang, &heads, &rows)
}

fn forecast(row: &ErrorRow, lang: Lang) -> Markup {
    let title = row.forecast.title();
    html! { @if row.forecast.is_rival() { (bi(title.zh, title.en, lang)) } @else { strong { (bi(title.zh, title.en, lang)) } } }
}

fn by_class(b: &Backtest, lang: Lang) -> Markup {
    let mut heads = vec![("品级", "class", false), ("方法", "method", false), ("成交", "sales", true)];
    heads.extend(ERROR_HEADS);
    let body = |moved: bool| {
        html! { @for row in b.errors.iter().filter(|r| r.moved == moved) { @if let Some(class) = &row.class { tr {
            th scope="row" { (class) " %" }
            td { (forecast(row, lang)) }
            td.n { (row.error.n) }
            (error_cells(row))
        } } } }
    };
    html! {
        details {
            summary { (bi("分品级", "By grade class", lang)) }
            (table(&Said::new("分品级误差，按期末所定（%）", "Errors by class, as they stood (%)"), lang, &heads, &body(false)))
            (table(&Said::new("分品级误差，随净回值移动（%）", "Errors by class, moved (%)"), lang, &heads, &body(true)))
        }
    }
}

/// A line of coverage: what in Chinese and English, how many, the nominal share, the mean half-width.
type Covered = (&'static str, &'static str, Share, Option<f64>, Option<f64>);

fn coverage(b: &Backtest, lang: Lang) -> Markup {
    let c = &b.coverage;
    let rows: [Covered; 6] = [
        ("下期成交在公布的上下限内", "next sales within the limits as printed", c.as_printed, None, c.half_width),
        ("下期成交在随净回值移动的上下限内", "next sales within the limits, moved", c.moved, None, c.half_width),
        (
            "下期成交在评估价 ± 半宽内（移动）：区间即按此设定",
            "next sales within the half-width of the assessed price, moved: so the band is made",
            c.around_assessed,
            Some(c.nominal),
            c.half_width,
        ),
        (
            "下期中心在评估价的 80% 区间内",
            "next centres within the 80 % interval of the assessed price",
            c.centre,
            None,
            c.interval_half_width,
        ),
        (
            "下期中心在预测区间内：80% 区间加上水平变动与中心自身的误差",
            "next centres within the interval of the forecast: with the move of the level and the error of the centre",
            c.centre_forecast,
            Some(0.8),
            None,
        ),
        ("下期成交在评估价的 80% 区间内（移动）", "next sales within the 80 % interval, moved", c.sales, None, c.interval_half_width),
    ];
    let heads = [
        ("内容", "what", false),
        ("在内", "inside", true),
        ("共", "of", true),
        ("覆盖率 %", "coverage %", true),
        ("应有 %", "nominal %", true),
        ("平均半宽 %", "mean half-width %", true),
    ];
    let body = html! { @for (zh, en, share, nominal, width) in rows { tr {
        th scope="row" style="white-space:normal" { (stacked(&Said::new(zh, en), lang)) }
        td.n { (share.inside) }
        td.n { (share.of) }
        (maybe(share.fraction()))
        (maybe(nominal))
        (maybe(width))
    } } };
    table(&Said::new("区间的覆盖率", "Coverage of band and interval"), lang, &heads, &body)
}

fn moves(b: &Backtest, lang: Lang) -> Markup {
    let heads = [
        ("价格", "price", false),
        ("相邻两期", "steps", true),
        ("变动次数", "moves", true),
        ("平均幅度 %", "mean size %", true),
        ("最大 %", "largest %", true),
        ("折返次数", "reversals", true),
    ];
    let body = html! { @for row in &b.moves { tr {
        th scope="row" { (bi(row.series.title().zh, row.series.title().en, lang)) }
        @for n in [row.moves.steps, row.moves.moved] { td.n { (n) } }
        @for v in [row.moves.mean, row.moves.largest] { td.n { (pct(v)) } }
        td.n { (row.moves.reversals) }
    } } };
    let a = &b.acts;
    let share = |n: u32| Share { inside: n, of: a.steps }.fraction().map_or_else(|| "—".to_owned(), |f| format!("{:.0}%", f * 100.0));
    let (held, limited, adjusted) = (share(a.held), share(a.limited), share(a.adjusted));
    let acts = Said::new(
        format!(
            "浮动机制：{} 次定价中不调 {held}、限幅 {limited}、足额调整 {adjusted}；首期 {} 次，无价 {} 次（按有成交的品级计）。",
            a.steps, a.first, a.none
        ),
        format!(
            "Mechanism: of {} prices {held} held, {limited} limited, {adjusted} followed in full; {} first prices, {} times no price (classes that had a sale).",
            a.steps, a.first, a.none
        ),
    );
    html! {
        p { (stacked(&acts, lang)) }
        (table(&Said::new("价格变动的次数与幅度（有成交的品级合计）", "Number and size of moves (all classes that had a sale)"), lang, &heads, &body))
    }
}

fn attack_heads() -> Vec<(&'static str, &'static str, bool)> {
    let mut heads = vec![("情形", "case", false)];
    heads.extend(Target::ALL.map(|t| (t.title().zh, t.title().en, true)));
    heads
}

fn worst_cells(worst: &[Worst]) -> Markup {
    html! { @for target in Target::ALL {
        td.n { @match worst.iter().find(|w| w.target == target) {
            Some(w) => {
                (pct(w.largest)) " / " (pct(w.median))
                @if let (Target::Guide | Target::Assessed, Some(period), Some(class), Some(n)) = (target, &w.period, &w.class, w.class_sales) {
                    span class="alt block" { (period) " · " (class) "% · n " (n) }
                }
            },
            None => { "—" },
        } }
    } }
}

fn attacks(study: &AttackStudy, lang: Lang) -> Markup {
    let row = |says: Said, worst: &[Worst]| html! { tr { th scope="row" style="white-space:normal" { (stacked(&says, lang)) } (worst_cells(worst)) } };
    let collusion = html! { @for c in &study.collusion {
        (row(Said::new(format!("{} 个卖方串通，一期", c.sellers), format!("{}, one period", counted(c.sellers, "seller"))), &c.shock))
        (row(Said::new(format!("{} 个卖方串通，自始至终", c.sellers), format!("{}, all periods", counted(c.sellers, "seller"))), &c.sustained))
    } };
    let wash = html! {
        @for f in &study.wash.shells {
            (row(Said::new(format!("{} 个空壳卖方，各 {} 笔", f.sellers, f.lots), format!("{} with {} each", counted(f.sellers, "shell"), counted(f.lots, "lot"))), &f.worst))
        }
        @for f in &study.wash.own_account {
            (row(Said::new(format!("一个现有卖方虚增 {} 笔", f.lots), format!("a known seller adds {}", counted(f.lots, "false lot"))), &f.worst))
        }
        (row(Said::new("一个卖方拆分批次，价格不变", "one seller splits its lots at their own prices"), &study.wash.split))
        (row(Said::new("一个卖方拆分批次并操纵价格", "one seller splits its lots and sets their price"), &study.wash.split_and_priced))
    };
    html! {
        ul { @for sentence in reached(study) { li { (stacked(&sentence, lang)) } } }
        (table(&Said::new("串通操纵：价格最大变动（%，各期最大 / 各期中位）", "Collusion: largest move of a price (%, largest / median over the periods)"), lang, &attack_heads(), &collusion))
        (table(&Said::new(
            format!("虚假成交与拆分：每笔 {} 干吨（%，各期最大 / 各期中位）", grouped(whole(study.wash.lot_t))),
            format!("Fabricated trades and splits: {} dry t a lot (%, largest / median over the periods)", grouped(whole(study.wash.lot_t))),
        ), lang, &attack_heads(), &wash))
        (circles(&study.wash.circles, lang))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "tonnes of a lot; `as` saturates")]
fn whole(tonnes: f64) -> i64 {
    tonnes.round() as i64
}

fn reached(study: &AttackStudy) -> Vec<Said> {
    let one = |c: &crate::price::backtest::attack::Collusion| {
        let all = if c.exhaustive { ("全部组合", "all sets") } else { ("权重最大者的组合", "sets of the largest sellers") };
        let always =
            if c.sustained_exhaustive { ("全部组合", "all sets") } else { ("权重最大者的组合", "sets of the largest sellers") };
        Said::new(
            format!(
                "{} 个卖方：一期内试算 {} 个组合（{}），长期试算{}；有中心的 {} 期中，{} 期能把中心带出其余卖方的价格范围。",
                c.sellers, c.sets, all.0, always.0, c.centres, c.escaped
            ),
            format!(
                "{}: {} sets tried in single periods ({}), {} over all periods; in {} of {} periods with a centre they could take it outside the range of the other sellers.",
                counted(c.sellers, "seller"),
                c.sets,
                all.1,
                always.1,
                c.escaped,
                c.centres
            ),
        )
    };
    let mut says: Vec<Said> = study.collusion.iter().map(one).collect();
    says.push(Said::new(
        "评估价和指导价下方的小字：最大变动所在的期、品级，以及该品级当期真实采信的成交笔数 n；n 为 0 时，该品级的价格本来只由其他品级推得。",
        "The small line below the method's numbers: period and class of the largest move, and the sales n that this class really had; where n is 0 its price came from the other classes alone.",
    ));
    says
}

fn circles(circles: &[Circle], lang: Lang) -> Markup {
    let heads = [
        ("情形", "case", false),
        ("间隔天数", "days between", true),
        ("试算期数", "periods", true),
        ("指导价", "guide price", true),
        ("评估价", "assessed price", true),
        ("评估价，下一期", "assessed, next period", true),
    ];
    let name = |case: Case| match case {
        Case::Inside => ("期内折返，在互卖天数之内", "back in the period, within the days of a circle"),
        Case::Outside => ("期内折返，比互卖天数多一天", "back in the period, one day later than that"),
        Case::Across => ("跨期折返，在互卖天数之内", "back in the next period, within the days of a circle"),
    };
    let body = html! { @for c in circles { @let (zh, en) = name(c.case); tr {
        th scope="row" style="white-space:normal" { (stacked(&Said::new(zh, en), lang)) }
        td.n { (c.gap_days) }
        td.n { (c.periods) }
        @for (largest, median) in [c.guide, c.assessed, c.assessed_next] { td.n { (pct(largest)) " / " (pct(median)) } }
    } } };
    table(&Said::new("两个空壳互卖 A→B→A（%，最大 / 中位）", "A circle A→B→A of two shells (%, largest / median)"), lang, &heads, &body)
}

fn definitions(report: &BacktestReport, lang: Lang) -> Markup {
    let mut notes = vec![
        Said::new(
            "时点：每期价格只用成交日（或加上迟报天数）不晚于期末的成交、不晚于期末的报价计算；各期用截至期末的数据重新计算，并与整段计算逐位核对。",
            "Point in time: a period is priced from sales dated (or, with a lag, known) by its end and quotations of its days; each is computed anew from data cut at its end and compared with the whole run to the last digit.",
        ),
        Said::new(
            "误差：某期采信的成交，与前一期期末其品级的价格相比，r = ln(成交折算价) − ln(预测价)；折算价为出厂、不含税、现款、每干吨。每笔成交计一次，不按数量加权。偏差为 r 的均值，大于 0 表示预测偏低。",
            "Error: a sale admitted in a period against the price that stood for its class at the end of the period before, r = ln(normalised price) − ln(forecast), ex works, without VAT, cash, a dry tonne. Every sale counts once, not by mass. Bias is the mean of r; above zero the forecast was too low.",
        ),
        Said::new(
            "移动：预测价乘以该笔成交品位、当日的净回值与预测期末品级净回值之比。各对照方法同样移动，使碳酸锂价格的变动不偏向任何一方。",
            "Moved: the forecast times the netback of the sale's own grade and day over the netback of its class at the end of the period of the forecast. Rivals are moved likewise, so that none has the carbonate price for itself.",
        ),
        Said::new(
            format!(
                "对照方法用同一批采信成交、按品级计算：最近一笔；按干吨加权的均价；中位数；距前次均价 ±{:.0}% 以内成交的加权均价；仅净回值。该品级当期无成交时沿用前值。它们没有卖方限额、截尾和限幅。",
                NEAR * 100.0
            ),
            format!(
                "Rivals come from the same admitted sales by class: the last; the mean weighted by dry tonnes; the median; the weighted mean of sales within ±{:.0} % of the preceding mean; the netback alone. A class without a sale keeps what it had. They have no cap of sellers, no trimming and no limit on a step.",
                NEAR * 100.0
            ),
        ),
        Said::new(
            "所有方法只在同一批成交上比较：每种方法在期末都有价的成交。",
            "All methods are compared on the same sales: those for which every one of them had a price.",
        ),
        Said::new(
            "覆盖率：区间按评估价（移动）设定，应覆盖政策所定的比例；公布的上下限围绕指导价，还要承受机制压住的差额和碳酸锂价格的变动。80% 区间说的是水平本身，不含下一期水平的变化和下期中心自身的误差。",
            "Coverage: the band is made around the assessed price, moved, and should cover the share that policy names; the printed limits stand around the guide price and also bear what the mechanism held back and what carbonate did. The 80 % interval is of the level itself, without its move to the next period and the error of the next centre.",
        ),
    ];
    if report.products.iter().any(|b| b.attacks.is_some()) {
        notes.extend(attack_definitions());
    }
    html! {
        section.sheet id="definitions" {
            h2 { (bi("定义", "Definitions", lang)) }
            ul { @for note in notes { li { (stacked(&note, lang)) } } }
        }
    }
}

fn attack_definitions() -> Vec<Said> {
    vec![
        Said::new(
            format!(
                "串通：一至三个卖方把当期全部采信成交定在同一比值（与净回值之比，取筛查范围两端或政策 search_steps 各档），价格都能通过筛查；逐期找最坏的组合和比值。组合多于 {MOST_SETS} 个（长期 {MOST_SUSTAINED} 个）时只取权重最大的卖方。所列为任一品级价格相对于未受操纵时的最大对数变动。"
            ),
            format!(
                "Collusion: one to three sellers set all their admitted sales of a period to one ratio to the netback (an end of the corridor or a step of the policy's search_steps), so that every price passes the screens; the worst set and ratio are searched period by period. Beyond {MOST_SETS} sets ({MOST_SUSTAINED} over all periods) only the sellers with the largest weights are tried. Shown is the largest logarithmic move of a price of any class against the price without the attack."
            ),
        ),
        Said::new(
            format!(
                "虚假成交：此前无人知道、未申报关联的空壳卖方，每笔按计权上限的数量，品级和比值取最坏；拆分：把一个卖方的每批拆成不低于最小批量的若干笔（至多 {MOST_PIECES} 笔）。"
            ),
            format!(
                "Fabricated trades: shells that nobody knew and that are not declared related, lots of the largest mass that counts, the worst class and ratio; splits: every lot of one seller written as pieces not below the smallest lot (at most {MOST_PIECES})."
            ),
        ),
        Said::new("试算说的是方法，不是任何人的行为。", "The study is about the method; it says nothing of what anybody did."),
    ]
}

//! How does a bulletin read on a terminal?

use crate::cli::grid::Grid;
use crate::price::bulletin::{Bulletin, ClassBulletin, ProductBulletin};
use crate::price::screen::Code;
use crate::text::{Lang, Said, grouped};

/// Prints a bulletin or a draft.
pub(crate) fn print(of: &Bulletin, lang: Lang) {
    let zh = lang == Lang::Zh;
    out!("{}", of.title.get(lang));
    let number = of.number.as_deref().unwrap_or(if zh { "（草案，未编号）" } else { "(draft, no number)" });
    out!("{number}  {}", of.issuer);
    out!("{}  {} – {}  {}", of.period, of.from, of.to, of.notice.get(lang));
    match (&of.published_on, zh) {
        (Some(on), true) => out!("发布 {on}"),
        (Some(on), false) => out!("published {on}"),
        (None, true) => out!("应于 {} 发布", of.due),
        (None, false) => out!("due {}", of.due),
    }
    if let Some(correction) = &of.corrects {
        match zh {
            true => out!("更正 {}：{}", correction.number, correction.reason),
            false => out!("corrects {}: {}", correction.number, correction.reason),
        }
    }
    for product in &of.products {
        print_product(product, lang);
    }
    for j in &of.judgements {
        let target = j.class.as_ref().map_or_else(|| j.product.clone(), |class| format!("{}/{class}", j.product));
        out!("{} {target} {}: {}  {}", if zh { "判断" } else { "judgement" }, j.what, j.by, j.reason);
    }
    print_list(if zh { "方法变动" } else { "Changes of method" }, &of.changes_of_method, lang);
    print_list(if zh { "方法说明" } else { "Method" }, &of.method, lang);
    let made = &of.made_from;
    out!("{}  lake {}  inputs {}  policy {}", made.program, made.lake_version, short(&made.inputs_sha256), short(&made.policy_sha256));
}

fn print_list(title: &str, paragraphs: &[Said], lang: Lang) {
    if paragraphs.is_empty() {
        return;
    }
    out!("\n{title}");
    for (i, paragraph) in paragraphs.iter().enumerate() {
        out!("  {}. {}", i + 1, paragraph.get(lang));
    }
    out!();
}

fn print_product(of: &ProductBulletin, lang: Lang) {
    let zh = lang == Lang::Zh;
    let count = |n: Option<u32>| n.map_or_else(|| "*".to_owned(), |n| n.to_string());
    let (n, sellers, buyers) = (count(of.n), count(of.sellers), count(of.buyers));
    let (was, now) = (yuan(of.carbonate_before_fen_per_t), yuan(of.carbonate_fen_per_t));
    match zh {
        true => out!(
            "\n{}  可信等级 {}  采用 {n} 笔，卖方 {sellers}，买方 {buyers}；碳酸锂 {now} 元/吨（上期 {was}）；区间半宽 {:.1} %",
            of.title.zh,
            of.tier,
            of.band * 100.0
        ),
        false => out!(
            "\n{}  tier {}  {n} sales, {sellers} sellers, {buyers} buyers; carbonate {now} yuan/t (before: {was}); half-width {:.1} %",
            of.title.en,
            of.tier,
            of.band * 100.0
        ),
    }
    if !of.excluded.is_empty() {
        let parts =
            of.excluded.iter().map(|(id, n)| format!("{} {}", Code::by_id(id).map_or(id.as_str(), |c| c.title().get(lang)), count(*n)));
        out!("{}{}", if zh { "未采用：" } else { "left out: " }, parts.collect::<Vec<_>>().join(if zh { "；" } else { "; " }));
    }
    let mut grid = Grid::new(&if zh {
        ["品级", "价格", "下限", "上限", "每度", "上期", "依据", "原因"]
    } else {
        ["class", "price", "lower", "upper", "per du", "before", "rung", "reason"]
    });
    for class in &of.classes {
        grid.push(row(class, lang));
    }
    out!("{}", grid.align_right(&[1, 2, 3, 4, 5]));
}

fn row(c: &ClassBulletin, lang: Lang) -> Vec<String> {
    let numbers = [c.guide_fen_per_t, c.lower_fen_per_t, c.upper_fen_per_t, c.per_du_fen, c.before_fen_per_t].map(yuan);
    let class = std::iter::once(format!("{} %", c.class));
    class.chain(numbers).chain([c.ladder.clone(), c.reason.get(lang).to_owned()]).collect()
}

fn yuan(fen: Option<i64>) -> String {
    fen.map_or_else(|| "-".to_owned(), |fen| format!("{}.{:02}", grouped(fen / 100), fen % 100))
}

/// Millionths as per cent with two decimals, rounded up: an error is not made smaller.
pub(crate) fn ppm_as_percent(ppm: i64) -> String {
    let hundredths = (ppm + 99) / 100;
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

//! Which tables has a bulletin? The prices of each product; in the annex the evidence, the sales left out, what it was made from.

use super::compose::said;
use super::paper::{Align, Block, Cell, Column, Number, Table, clean, decimals};
use super::words;
use crate::chart::number::percent_tenths;
use crate::price::bulletin::{Bulletin, ClassBulletin, ProductBulletin};
use crate::text::{Lang, Text};

fn column(head: Text, width: u32, align: Align, lang: Lang) -> Column {
    Column { head: head.get(lang).to_owned(), width, align, fine: false, pair: None }
}

/// A column of long text.
fn fine(head: Text, width: u32, lang: Lang) -> Column {
    Column { fine: true, ..column(head, width, Align::Left, lang) }
}

/// The prices of a product, a line a grade class.
pub(super) fn prices(at: usize, product: &ProductBulletin, lang: Lang) -> Table {
    use Align::{Centre, Right};
    let mut columns = vec![
        column(words::CLASS, 120, Centre, lang),
        column(words::GUIDE, 155, Right, lang),
        column(words::LOWER, 150, Right, lang),
        column(words::UPPER, 150, Right, lang),
        column(words::PER_DU, 200, Right, lang),
        column(words::CHANGE, 165, Right, lang),
        column(words::BASIS, 160, Centre, lang),
        fine(words::REASON, 460, lang),
    ];
    if let Some(change) = columns.get_mut(5) {
        change.pair = Some((words::CHANGE_YUAN.get(lang).to_owned(), words::CHANGE_PERCENT.get(lang).to_owned()));
    }
    let title = said(&product.title, lang);
    let caption = match lang {
        Lang::Zh => format!("表{at}　{title}（{}）", words::UNIT.zh),
        Lang::En => format!("Table {at}. {title} ({})", words::UNIT.en),
    };
    let keep = Keep::of(&product.classes);
    let rows = product.classes.iter().map(|class| price_row(class, keep, lang)).collect();
    Table { sheet: title, caption, columns, rows, notes: price_notes(&product.classes, lang) }
}

/// Decimals of the columns of money.
#[derive(Clone, Copy)]
struct Keep {
    price: u32,
    per_du: u32,
    change: u32,
}

impl Keep {
    fn of(classes: &[ClassBulletin]) -> Self {
        let prices = classes.iter().flat_map(|c| [c.guide_fen_per_t, c.lower_fen_per_t, c.upper_fen_per_t]).flatten();
        Self {
            price: decimals(prices),
            per_du: decimals(classes.iter().filter_map(|c| c.per_du_fen)),
            change: decimals(classes.iter().filter_map(|c| Some(c.guide_fen_per_t?.saturating_sub(c.before_fen_per_t?)))),
        }
    }
}

fn price_row(class: &ClassBulletin, keep: Keep, lang: Lang) -> Vec<Cell> {
    let price = |fen: Option<i64>| Cell::number(fen.map(|fen| Number::yuan(fen, keep.price)));
    let reason = said(&class.reason, lang);
    let reason = if reason.is_empty() { said(&crate::price::words::act(&class.act), lang) } else { reason };
    vec![
        Cell::Text(crate::report::words::percent_of_ppm(class.grade_ppm)),
        price(class.guide_fen_per_t),
        price(class.lower_fen_per_t),
        price(class.upper_fen_per_t),
        Cell::number(class.per_du_fen.map(|fen| Number::yuan(fen, keep.per_du))),
        change(class, keep.change),
        basis(class, lang),
        Cell::Text(words::sentence(&reason, lang)),
    ]
}

/// Against the guide price of the period before, in yuan and in per cent.
fn change(class: &ClassBulletin, keep: u32) -> Cell {
    let (Some(now), Some(before)) = (class.guide_fen_per_t, class.before_fen_per_t) else { return Cell::Blank };
    let step = now.saturating_sub(before);
    let share = percent_tenths(step, before).map(|tenths| Number::percent(tenths).signed());
    Cell::Pair(Number::yuan(step, keep).signed(), share)
}

/// The rung of the ladder, and whether the price is one to settle on.
fn basis(class: &ClassBulletin, lang: Lang) -> Cell {
    let rung = if class.ladder == "-" { words::BY_FORMULA.get(lang).to_owned() } else { clean(&class.ladder) };
    let force = match (class.guide_fen_per_t, class.indicative) {
        (None, _) => Some(words::SUSPENDED),
        (_, true) => Some(words::INDICATIVE),
        _ => None,
    };
    Cell::Lines(std::iter::once(rung).chain(force.map(|f| f.get(lang).to_owned())).collect())
}

/// What the codes of this table mean; those that do not occur are left out.
fn price_notes(classes: &[ClassBulletin], lang: Lang) -> Vec<String> {
    let mut used: Vec<&str> = classes.iter().map(|c| c.ladder.as_str()).collect();
    used.sort_unstable();
    used.dedup();
    let means = |id: &&str| words::rung(id).map(|text| format!("{id} {}", text.get(lang)));
    let rungs: Vec<String> = used.iter().filter_map(means).collect();
    let mut notes = vec![words::DU_NOTE.get(lang).to_owned()];
    if !rungs.is_empty() {
        let (colon, semicolon) = if lang == Lang::Zh { ("：", "；") } else { (": ", "; ") };
        notes.push(words::sentence(&format!("{}{colon}{}", words::BASIS.get(lang), rungs.join(semicolon)), lang));
    }
    notes
}

/// The annex.
pub(super) fn annex(bulletin: &Bulletin, lang: Lang) -> Vec<Block> {
    let mut blocks = vec![Block::Table(evidence(&bulletin.products, lang))];
    let parts = parts(&bulletin.products, lang);
    if !parts.rows.is_empty() {
        blocks.push(Block::Table(parts));
    }
    let excluded = excluded(&bulletin.products, lang);
    if excluded.rows.is_empty() {
        blocks.push(Block::Paragraph(words::NOTHING_EXCLUDED.get(lang).to_owned()));
    } else {
        blocks.push(Block::Table(excluded));
    }
    blocks.push(Block::Table(made_from(bulletin, lang)));
    blocks
}

/// `附表1　…`.
fn caption(at: usize, title: Text, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("附表{at}　{}", title.zh),
        Lang::En => format!("Table A{at}. {}", title.en),
    }
}

fn evidence(products: &[ProductBulletin], lang: Lang) -> Table {
    use Align::{Centre, Left, Right};
    let columns = vec![
        column(words::PRODUCT, 250, Left, lang),
        column(words::TIER, 100, Centre, lang),
        column(words::SALES, 105, Right, lang),
        column(words::SELLERS, 125, Right, lang),
        column(words::BUYERS, 125, Right, lang),
        column(words::BAND, 115, Right, lang),
        column(words::COVERAGE, 155, Right, lang),
        column(words::INFLUENCE, 115, Right, lang),
        column(words::CARBONATE, 190, Right, lang),
        column(words::CARBONATE_BEFORE, 175, Right, lang),
        column(words::AGE, 105, Right, lang),
    ];
    let carbonate = |p: &ProductBulletin| [p.carbonate_fen_per_t, p.carbonate_before_fen_per_t];
    let keep = decimals(products.iter().flat_map(carbonate).flatten());
    let rows = products.iter().map(|product| evidence_row(product, keep, lang)).collect();
    let notes = words::EVIDENCE_NOTES.map(|n| n.get(lang).to_owned()).to_vec();
    Table { sheet: words::EVIDENCE.get(lang).to_owned(), caption: caption(1, words::EVIDENCE, lang), columns, rows, notes }
}

fn evidence_row(product: &ProductBulletin, keep: u32, lang: Lang) -> Vec<Cell> {
    let count = |n: Option<u32>| Cell::number(n.map(|n| Number::count(i64::from(n))));
    let share = |share: Option<f64>| Cell::number(share.and_then(tenths).map(Number::percent));
    let yuan = |fen: Option<i64>| Cell::number(fen.map(|fen| Number::yuan(fen, keep)));
    let tier = clean(&product.tier);
    vec![
        Cell::Text(said(&product.title, lang)),
        if tier.is_empty() || tier == "-" { Cell::Blank } else { Cell::Text(tier) },
        count(product.n),
        count(product.sellers),
        count(product.buyers),
        share(Some(product.band)),
        share(product.coverage),
        share(product.seller_influence),
        yuan(product.carbonate_fen_per_t),
        yuan(product.carbonate_before_fen_per_t),
        Cell::number(product.carbonate_age_days.map(Number::count)),
    ]
}

/// A share in tenths of a per cent; `None` for what is no number.
#[expect(clippy::cast_possible_truncation, reason = "the bound keeps it far inside i64")]
fn tenths(share: f64) -> Option<i64> {
    let tenths = (share * 1000.0).round();
    (tenths.abs() < 1e9).then_some(tenths as i64)
}

/// Why each price moved, in yuan; the parts sum to the change.
fn parts(products: &[ProductBulletin], lang: Lang) -> Table {
    use Align::{Left, Right};
    let mut columns = vec![column(words::PRODUCT, 320, Left, lang), column(words::CLASS, 140, Left, lang)];
    let numbers = [words::BEFORE, words::BY_CARBONATE, words::BY_EVIDENCE, words::BY_GRADE, words::BY_MECHANISM, words::NOW];
    columns.extend(numbers.map(|head| column(head, 183, Right, lang)));
    let row = |product: &ProductBulletin, class: &ClassBulletin| {
        let why = class.why?;
        let parts = [why.carbonate_fen_per_t, why.evidence_fen_per_t, why.deviation_fen_per_t, why.mechanism_fen_per_t];
        let mut cells = vec![
            Cell::Text(said(&product.title, lang)),
            Cell::Text(crate::report::words::percent_of_ppm(class.grade_ppm)),
            Cell::number(Some(Number::yuan(why.from_fen_per_t, 2))),
        ];
        cells.extend(parts.map(|fen| Cell::number(Some(Number::yuan(fen, 2).signed()))));
        cells.push(Cell::number(Some(Number::yuan(why.to_fen_per_t, 2))));
        Some(cells)
    };
    let rows = products.iter().flat_map(|p| p.classes.iter().filter_map(move |c| row(p, c))).collect();
    let notes = vec![words::PARTS_NOTE.get(lang).to_owned()];
    Table { sheet: words::PARTS_SHEET.get(lang).to_owned(), caption: caption(2, words::PARTS, lang), columns, rows, notes }
}

fn excluded(products: &[ProductBulletin], lang: Lang) -> Table {
    use Align::{Left, Right};
    let columns = vec![
        column(words::PRODUCT, 400, Left, lang),
        column(words::CODE, 360, Left, lang),
        column(words::WHY, 600, Left, lang),
        column(words::COUNT, 200, Right, lang),
    ];
    let row = |product: &ProductBulletin, code: &str, count: Option<u32>| {
        vec![
            Cell::Text(said(&product.title, lang)),
            Cell::Text(clean(code)),
            Cell::Text(said(&crate::report::words::code(code), lang)),
            Cell::number(count.map(|n| Number::count(i64::from(n)))),
        ]
    };
    let rows = products.iter().flat_map(|p| p.excluded.iter().map(move |(code, count)| row(p, code, *count))).collect();
    Table { sheet: words::EXCLUDED.get(lang).to_owned(), caption: caption(3, words::EXCLUDED, lang), columns, rows, notes: Vec::new() }
}

fn made_from(bulletin: &Bulletin, lang: Lang) -> Table {
    let columns = vec![column(words::ITEM, 320, Align::Left, lang), fine(words::VALUE, 1240, lang)];
    let made = &bulletin.made_from;
    let lines = [
        (words::PROGRAM, clean(&made.program)),
        (words::LAKE, made.lake_version.to_string()),
        (words::INPUTS, clean(&made.inputs_sha256)),
        (words::POLICY, clean(&made.policy_sha256)),
    ];
    let rows = lines.into_iter().map(|(name, value)| vec![Cell::Text(name.get(lang).to_owned()), Cell::Text(value)]).collect();
    Table { sheet: words::MADE_FROM.get(lang).to_owned(), caption: caption(4, words::MADE_FROM, lang), columns, rows, notes: Vec::new() }
}

//! Where was ore loaded, and how much of it, against what is licensed? The map and the years.

use super::data::Dossier;
use super::pictures;
use super::sheet::{Block, NONE, Say, Section, Table, number, text};
use crate::balance::MineOutput;
use crate::chart::number::{percent, whole_tonnes};
use crate::text::Lang;

/// The section with the map.
pub(super) fn place(dossier: &Dossier, s: Say) -> Section {
    let (title, svg) = pictures::map(dossier, s.0);
    let outside: u64 = dossier.facts.spots.iter().filter(|spot| spot.outside).map(|spot| spot.tickets).sum();
    let says = match (outside, s.0) {
        (0, Lang::Zh) => "没有磅单被线索列为在范围外装车。".to_owned(),
        (0, Lang::En) => "No finding says that a ticket was loaded outside.".to_owned(),
        (n, Lang::Zh) => format!("线索 outside-boundary 列出 {n} 张磅单在范围外装车，超出定位误差；图中以另一种颜色标出。"),
        (n, Lang::En) => format!(
            "Findings of outside-boundary say that {n} tickets were loaded outside, beyond the error of positions; they stand out on the map."
        ),
    };
    Section { id: "place", title: s.of("位置", "Place").to_owned(), blocks: vec![Block::Picture(title, svg), Block::Text(says)] }
}

/// A section of the years with raw ore; none for a place without any.
pub(super) fn years(dossier: &Dossier, s: Say) -> Option<Section> {
    if dossier.output.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    for output in &dossier.output {
        let (title, svg) = pictures::year(dossier, output, s.0);
        blocks.push(Block::Picture(title, svg));
        blocks.push(Block::Table(months(dossier, output, s)));
    }
    Some(Section { id: "output", title: s.of("产量与规模", "Output and scale").to_owned(), blocks })
}

fn months(dossier: &Dossier, output: &MineOutput, s: Say) -> Table {
    let columns = vec![
        text(s.of("月份", "month"), 20),
        number(s.of("申报", "declared"), 24),
        number(s.of("过磅发运", "tickets out"), 24),
        number(s.of("库存变动", "stock change"), 24),
        number(s.of("核对产量", "reconciled"), 24),
        number(s.of("过磅占年规模", "tickets of scale"), 26),
    ];
    let tonnes = |kg: Option<i64>| kg.map_or_else(|| NONE.to_owned(), whole_tonnes);
    let share = |kg: i64| output.approved_kg.and_then(|all| percent(kg, all)).unwrap_or_else(|| NONE.to_owned());
    let rows = output.months.iter().map(|m| {
        let measure = dossier.facts.measures.iter().find(|measure| measure.month == m.month);
        vec![
            m.month.get(..7).unwrap_or(&m.month).to_owned(),
            tonnes(m.declared_kg),
            whole_tonnes(m.dispatched_kg),
            tonnes(measure.and_then(|x| x.stock_change_kg)),
            tonnes(measure.and_then(|x| x.reconciled_kg)),
            share(m.dispatched_kg),
        ]
    });
    let of_year: Vec<_> = dossier.facts.measures.iter().filter(|m| m.month.starts_with(&output.year.to_string())).collect();
    // A sum of some months would look like the sum of all.
    let whole = |of: fn(&super::Measure) -> Option<i64>| of_year.iter().map(|m| of(m)).sum::<Option<i64>>();
    let sum = vec![
        s.of("全年至今", "year so far").to_owned(),
        tonnes(output.declared_kg),
        whole_tonnes(output.dispatched_kg),
        tonnes(whole(|m| m.stock_change_kg)),
        tonnes(whole(|m| m.reconciled_kg)),
        share(output.dispatched_kg),
    ];
    let caption = match s.0 {
        Lang::Zh => format!("{} 年原矿（湿吨），核定规模 {}", output.year, tonnes(output.approved_kg)),
        Lang::En => format!("Raw ore {} (wet t), approved scale {}", output.year, tonnes(output.approved_kg)),
    };
    Table::new(&caption, columns, rows.collect()).summed(sum).noted(s.of(
        "核对产量：申报与“过磅＋期末库存－期初库存”按计量误差（政策所列）的方差倒数加权；缺月报或库存的月份没有，缺一个月则不给全年数。互相矛盾的月报取最小者。",
        "Reconciled: declared output and tickets + closing - opening stock, each weighed by the inverse of its variance (errors of policy); none without return or stock, and no sum of the year where a month is missing. Of contradicting returns the smallest counts.",
    ))
}

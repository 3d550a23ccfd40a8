//! What do the registers, tickets, sales and utilities of a site say, and what do they lack?

use super::data::Dossier;
use super::facts::{Gaps, SaleMonth, Utility};
use super::sheet::{Block, Column, NONE, Say, Section, Table, number, text};
use crate::balance::Flow;
use crate::chart::number::{grouped, percent, scaled, whole_tonnes, yuan};
use crate::records::{Kind, Table as Records, product::ORE};
use crate::report::words;
use crate::text::Lang;
use std::collections::{BTreeMap, BTreeSet};

/// So many trucks are shown; the rest is counted.
const MOST_TRUCKS: usize = 40;

/// So many partners of a flow are shown in a year; the rest is one row.
const MOST_PARTNERS: usize = 16;

/// The first word for a choice of the register of licences; an unknown id stands for itself.
fn choice(column: &str, id: &str, s: Say) -> String {
    let zh = match Records::Licences.spec().input(column).map(|i| i.kind) {
        Some(Kind::Choice(choices)) => choices.iter().find(|c| c.id == id).and_then(|c| c.words.first()).copied(),
        _ => None,
    };
    match s.0 {
        Lang::Zh => zh.unwrap_or(id).to_owned(),
        Lang::En => id.replace('_', " "),
    }
}

fn count(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Licences and rights.
pub(super) fn rights(dossier: &Dossier, s: Say) -> Section {
    let title = s.of("许可与矿权", "Licences and rights").to_owned();
    if dossier.facts.rights.is_empty() {
        let none = s.of("没有登记许可证。", "No licence is registered.").to_owned();
        return Section { id: "rights", title, blocks: vec![Block::Text(none)] };
    }
    let columns = vec![
        text(s.of("证号", "number"), 44),
        text(s.of("种类、矿种", "kind, minerals"), 32),
        number(s.of("规模（吨/年）", "scale, t/year"), 24),
        text(s.of("有效期", "valid"), 26),
        text(s.of("状态", "status"), 24),
        text(s.of("登记号及期限、开采方式", "right, its term, method"), 36),
    ];
    let rows = dossier.facts.rights.iter().map(|r| {
        let minerals = r
            .minerals
            .as_deref()
            .map(|m| m.split(';').map(|m| words::product(m.trim()).get(s.0).to_owned()).collect::<Vec<_>>().join(s.of("、", ", ")));
        let kind = [Some(choice("kind", &r.kind, s)), minerals].into_iter().flatten().collect::<Vec<_>>().join(s.of("；", "; "));
        let since = r.status_since.as_ref().map(|day| format!("{}{day}", s.of("，自", ", since "))).unwrap_or_default();
        let term = r.right_from.as_ref().zip(r.right_to.as_ref()).map(|(from, to)| format!("{from} – {to}"));
        let right = [r.right_no.clone(), term, r.method.as_deref().map(|m| choice("method", m, s))];
        let right: Vec<String> = right.into_iter().flatten().collect();
        vec![
            r.licence_no.clone(),
            kind,
            r.approved_scale_kg_per_year.map_or_else(|| NONE.to_owned(), whole_tonnes),
            format!("{} – {}", r.valid_from, r.valid_to),
            format!("{}{since}", choice("status", &r.status, s)),
            if right.is_empty() { NONE.to_owned() } else { right.join(s.of("；", "; ")) },
        ]
    });
    let table = Table::new(s.of("登记的许可证（每次变更一行）", "Registered licences (a row each change)"), columns, rows.collect());
    Section { id: "rights", title, blocks: vec![Block::Table(table)] }
}

/// A partner of a flow: product and name.
type Way<'a> = (&'a str, &'a str);

/// One side of what moves: its title, its flows, and the other end's name.
type Side<'a> = (&'a str, &'a [&'a Flow], fn(&Flow) -> &str);

/// Tonnes by destination and month, a table a year; and where goods came from.
pub(super) fn flows(dossier: &Dossier, s: Say) -> Section {
    let mut blocks = Vec::new();
    let sides: [Side; 2] = [
        (s.of("去向", "Where it goes"), &dossier.sent, |f| &f.destination_name),
        (s.of("来源", "Where it comes from"), &dossier.received, |f| &f.origin_name),
    ];
    for (name, flows, partner) in sides {
        let years: BTreeSet<&str> = flows.iter().filter_map(|f| f.month.get(..4)).collect();
        for year in years {
            let of_year: Vec<&Flow> = flows.iter().copied().filter(|f| f.month.starts_with(year)).collect();
            blocks.push(Block::Table(by_month(&format!("{name} {year}{}", s.of("（净重，湿吨）", " (net, wet t)")), &of_year, partner, s)));
        }
    }
    if blocks.is_empty() {
        blocks.push(Block::Text(s.of("没有磅单。", "No tickets.").to_owned()));
    }
    Section { id: "flows", title: s.of("流向", "Flows").to_owned(), blocks }
}

fn by_month(caption: &str, flows: &[&Flow], partner: fn(&Flow) -> &str, s: Say) -> Table {
    let mut ways: BTreeMap<Way, [i64; 12]> = BTreeMap::new();
    let mut sums = [0_i64; 12];
    for flow in flows {
        let month = flow.month.get(5..7).and_then(|m| m.parse::<usize>().ok()).and_then(|m| m.checked_sub(1)).unwrap_or(0);
        let way = ways.entry((&flow.product, partner(flow))).or_default();
        for months in [way, &mut sums] {
            if let Some(kg) = months.get_mut(month) {
                *kg += flow.net_kg;
            }
        }
    }
    let mut ways: Vec<(Way, [i64; 12])> = ways.into_iter().collect();
    // Stable: ways of the same mass stay in the order of their names.
    ways.sort_by_key(|(_, months)| std::cmp::Reverse(months.iter().sum::<i64>()));
    let rest = ways.split_off(ways.len().min(MOST_PARTNERS));
    let cells = |name: String, months: &[i64; 12]| {
        let cell = |kg: i64| if kg == 0 { String::new() } else { whole_tonnes(kg) };
        let mut row = vec![name];
        row.extend(months.iter().map(|kg| cell(*kg)));
        row.push(whole_tonnes(months.iter().sum()));
        row
    };
    let mut rows: Vec<Vec<String>> =
        ways.iter().map(|((product, name), months)| cells(format!("{name} · {}", words::product(product).get(s.0)), months)).collect();
    if !rest.is_empty() {
        let mut months = [0_i64; 12];
        rest.iter().flat_map(|(_, of)| of.iter().enumerate()).for_each(|(at, kg)| {
            if let Some(sum) = months.get_mut(at) {
                *sum += kg;
            }
        });
        let name = if s.0 == Lang::Zh { format!("其余 {} 条", rest.len()) } else { format!("{} others", rest.len()) };
        rows.push(cells(name, &months));
    }
    let mut columns: Vec<Column> = vec![text(s.of("对方 · 产品", "other side · product"), 36)];
    columns.extend((1..=12).map(|m| number(&if s.0 == Lang::Zh { format!("{m}月") } else { format!("{m:02}") }, 10)));
    columns.push(number(s.of("合计", "sum"), 13));
    Table::new(caption, columns, rows).summed(cells(s.of("合计", "sum").to_owned(), &sums))
}

/// Trucks: trips, tonnes, and what findings say of them here.
pub(super) fn trucks(dossier: &Dossier, s: Say) -> Section {
    let facts = dossier.facts;
    let mut blocks = Vec::new();
    if facts.trucks.is_empty() {
        blocks.push(Block::Text(s.of("没有车辆。", "No trucks.").to_owned()));
    } else {
        let mut trucks: Vec<_> = facts.trucks.iter().collect();
        // Those with findings first, then by trips.
        trucks.sort_by_key(|t| std::cmp::Reverse((t.flagged.values().sum::<u64>(), t.loaded + t.delivered)));
        let columns = vec![
            text(s.of("车牌", "plate"), 26),
            number(s.of("装车次数", "loaded"), 16),
            number(s.of("装车（吨）", "loaded, t"), 20),
            number(s.of("卸车次数", "unloaded"), 16),
            number(s.of("卸车（吨）", "unloaded, t"), 20),
            number(s.of("超限次数", "overloads"), 16),
            text(s.of("在此装车被线索列出的磅单", "tickets loaded here that findings name"), 56),
        ];
        let title =
            |rule: &str| dossier.of_trucks.iter().find(|f| f.rule == rule).map_or_else(|| rule.to_owned(), |f| f.title.get(s.0).to_owned());
        let row = |t: &&super::Truck| {
            let named: Vec<String> = t.flagged.iter().map(|(rule, n)| format!("{} {n}", title(rule))).collect();
            vec![
                t.plate.clone(),
                count(t.loaded),
                whole_tonnes(t.loaded_kg),
                count(t.delivered),
                whole_tonnes(t.delivered_kg),
                t.flagged.get("overload").map_or_else(|| NONE.to_owned(), |n| count(*n)),
                if named.is_empty() { NONE.to_owned() } else { named.join(s.of("；", "; ")) },
            ]
        };
        let rows: Vec<Vec<String>> = trucks.iter().take(MOST_TRUCKS).map(row).collect();
        let shown = rows.len() as u64;
        let caption = match s.0 {
            Lang::Zh => format!("车辆（共 {} 辆，列出 {shown} 辆：有线索的在前，再按车次）", count(facts.truck_count)),
            Lang::En => format!("Trucks ({} in all, {shown} shown: those with findings first, then by trips)", count(facts.truck_count)),
        };
        blocks.push(Block::Table(Table::new(&caption, columns, rows)));
    }
    Section { id: "trucks", title: s.of("车辆", "Trucks").to_owned(), blocks }
}

/// Sales and purchases of the company.
pub(super) fn sales(dossier: &Dossier, s: Say) -> Section {
    let facts = dossier.facts;
    let mut blocks = Vec::new();
    if facts.company_sites > 1 {
        blocks.push(Block::Text(match s.0 {
            Lang::Zh => format!("销售台账按企业登记；该企业有 {} 处场所，下列数字是企业的。", facts.company_sites),
            Lang::En => format!("Sales are those of the company, which has {} sites.", facts.company_sites),
        }));
    }
    for (zh, en, lines) in [("销售", "Sales", &facts.sold), ("采购", "Purchases", &facts.bought)] {
        if !lines.is_empty() {
            blocks.push(Block::Table(sales_table(s.of(zh, en), lines, s)));
        }
    }
    if facts.sold.is_empty() && facts.bought.is_empty() {
        blocks.push(Block::Text(s.of("没有其企业的销售或采购记录。", "No sales or purchases of its company.").to_owned()));
    }
    Section { id: "sales", title: s.of("销售与品位", "Sales and grades").to_owned(), blocks }
}

fn sales_table(caption: &str, lines: &[SaleMonth], s: Say) -> Table {
    let columns = vec![
        text(s.of("月份", "month"), 18),
        text(s.of("产品", "product"), 30),
        number(s.of("笔数", "sales"), 14),
        number(s.of("对方", "partners"), 14),
        number(s.of("湿吨", "wet t"), 20),
        number(s.of("平均品位", "mean Li2O"), 20),
        number(s.of("均价（元/干吨）", "mean, yuan/dry t"), 28),
        number(s.of("最低–最高", "low–high"), 32),
    ];
    let money = |fen: i64| yuan((fen + 50).div_euclid(100) * 100);
    let row = |line: &SaleMonth| {
        let range = line.low_fen_per_t.zip(line.high_fen_per_t).map(|(low, high)| format!("{}–{}", money(low), money(high)));
        vec![
            line.month.get(..7).unwrap_or(&line.month).to_owned(),
            words::product(&line.product).get(s.0).to_owned(),
            count(line.sales),
            count(line.partners),
            whole_tonnes(line.wet_kg),
            line.li2o_ppm.map_or_else(|| NONE.to_owned(), |ppm| format!("{}%", scaled(ppm, 4, 2))),
            line.mean_fen_per_t.map_or_else(|| NONE.to_owned(), money),
            range.unwrap_or_else(|| NONE.to_owned()),
        ]
    };
    Table::new(caption, columns, lines.iter().map(row).collect()).noted(s.of(
        "价格已折算为不含税、出厂、现款的元/干吨；缺水分、含税或交货方式的成交没有折算价。品位按干重加权。",
        "Prices are normalised: yuan a dry tonne, ex VAT, ex works, cash; a sale without moisture, VAT or delivery terms has none. Grades are weighed by dry mass.",
    ))
}

/// Utilities a tonne of what is declared.
pub(super) fn utilities(dossier: &Dossier, s: Say) -> Section {
    let title = s.of("能耗", "Utilities").to_owned();
    if dossier.facts.utilities.is_empty() {
        let none = s.of("没有能耗月报。", "No returns of utilities.").to_owned();
        return Section { id: "utilities", title, blocks: vec![Block::Text(none)] };
    }
    let columns = vec![
        text(s.of("月份", "month"), 18),
        number(s.of("用电（千瓦时）", "kWh"), 24),
        number(s.of("炸药（千克）", "explosives, kg"), 22),
        number(s.of("用水（立方米）", "water, m³"), 22),
        number(s.of("申报产出（吨）", "declared, t"), 22),
        number(s.of("千瓦时/吨", "kWh/t"), 18),
        number(s.of("克炸药/吨", "g explosives/t"), 20),
        number(s.of("炸药克/过磅吨", "g/t of tickets"), 24),
    ];
    let rows = dossier.facts.utilities.iter().map(|u| utility(dossier, u)).collect();
    let table = Table::new(s.of("能耗月报与单耗", "Utilities, and a tonne of output"), columns, rows).noted(s.of(
        "申报产出：矿山为原矿，其他场所为全部产出。单耗明显低于往常，可能有未申报的产量；反之亦然：只是请人去看的理由。",
        "Declared output: raw ore of a mine, all products of other sites. A figure far from its own past is a reason to look, no more.",
    ));
    Section { id: "utilities", title, blocks: vec![Block::Table(table)] }
}

fn utility(dossier: &Dossier, u: &Utility) -> Vec<String> {
    let whole = |number: Option<i64>| number.map_or_else(|| NONE.to_owned(), grouped);
    let mine = dossier.facts.returns.iter().any(|r| r.product == ORE && r.role == "produced");
    let produced = dossier.facts.returns.iter().filter(|r| r.month == u.month && r.role == "produced" && (!mine || r.product == ORE));
    let declared: Option<i64> = produced.map(|r| r.wet_kg).reduce(|a, b| a + b);
    let tickets = dossier.facts.measures.iter().find(|m| m.month == u.month).map(|m| m.tickets_kg);
    // Amount × factor a tonne, to two decimals, half away from zero.
    let per_t = |amount: Option<i64>, kg: Option<i64>, factor: i128| {
        let hundredths = amount.zip(kg.filter(|kg| *kg > 0)).map(|(amount, kg)| {
            let (amount, kg) = (i128::from(amount) * factor * 100_000, i128::from(kg));
            (amount * 2 + kg) / (kg * 2)
        });
        hundredths.and_then(|h| i64::try_from(h).ok()).map_or_else(|| NONE.to_owned(), |h| scaled(h, 2, 2))
    };
    vec![
        u.month.get(..7).unwrap_or(&u.month).to_owned(),
        whole(u.electricity_kwh),
        whole(u.explosives_kg),
        whole(u.water_m3),
        declared.map_or_else(|| NONE.to_owned(), whole_tonnes),
        per_t(u.electricity_kwh, declared, 1),
        per_t(u.explosives_kg, declared, 1000),
        per_t(u.explosives_kg, tickets, 1000),
    ]
}

/// What the records lack.
pub(super) fn quality(dossier: &Dossier, s: Say) -> Section {
    let facts = dossier.facts;
    let mut blocks = Vec::new();
    if facts.gaps.tickets > 0 {
        let columns =
            vec![text(s.of("磅单缺什么", "tickets without"), 70), number(s.of("张", "tickets"), 30), number(s.of("占比", "share"), 30)];
        let rows = gaps(facts.gaps, s);
        let caption = match s.0 {
            Lang::Zh => format!("由此装车的磅单 {} 张", count(facts.gaps.tickets)),
            Lang::En => format!("{} tickets loaded here", count(facts.gaps.tickets)),
        };
        blocks.push(Block::Table(Table::new(&caption, columns, rows)));
    }
    let twice: Vec<&str> = facts.returns.iter().filter(|r| r.lines > 1).map(|r| r.month.get(..7).unwrap_or(&r.month)).collect();
    if !twice.is_empty() {
        let months = twice.into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(s.of("、", ", "));
        blocks.push(Block::Text(format!(
            "{}{months}",
            s.of("同月同产品有多份月报（取最小者）：", "Several returns of one month and product (the smallest counts): ")
        )));
    }
    let missing: Vec<&str> =
        facts.measures.iter().filter(|m| m.declared_kg.is_none()).map(|m| m.month.get(..7).unwrap_or(&m.month)).collect();
    if !missing.is_empty() {
        blocks.push(Block::Text(format!(
            "{}{}",
            s.of("有磅单而没有月报的月份：", "Months with tickets but no return: "),
            missing.join(s.of("、", ", "))
        )));
    }
    if facts.held.is_empty() {
        blocks.push(Block::Text(s.of("隔离区没有写明它的行。", "No row in quarantine names it.").to_owned()));
    } else {
        let columns = vec![text(s.of("表", "table"), 50), text(s.of("问题", "fault"), 60), number(s.of("行", "rows"), 20)];
        let row = |h: &super::HeldRows| {
            let table = Records::by_name(&h.table).map_or(h.table.as_str(), |t| t.spec().title.get(s.0));
            vec![table.to_owned(), h.code.clone(), count(h.rows)]
        };
        let table =
            Table::new(s.of("隔离区中写明它的行", "Rows in quarantine that name it"), columns, facts.held.iter().map(row).collect());
        blocks.push(Block::Table(table.noted(s.of("改正：lepid quarantine export", "To put right: lepid quarantine export"))));
    }
    Section { id: "quality", title: s.of("数据质量", "Data quality").to_owned(), blocks }
}

fn gaps(gaps: Gaps, s: Say) -> Vec<Vec<String>> {
    let lines = [
        ("毛重或皮重", "gross or tare mass", gaps.no_gross_or_tare),
        ("品位", "grade", gaps.no_li2o),
        ("水分", "moisture", gaps.no_moisture),
        ("装车坐标", "loading position", gaps.no_position),
        ("准运证号", "waybill", gaps.no_waybill),
        ("收货净重", "mass received", gaps.no_received),
    ];
    let share = |n: u64| percent(i64::try_from(n).ok()?, i64::try_from(gaps.tickets).ok()?);
    lines.map(|(zh, en, n)| vec![s.of(zh, en).to_owned(), count(n), share(n).unwrap_or_else(|| NONE.to_owned())]).to_vec()
}

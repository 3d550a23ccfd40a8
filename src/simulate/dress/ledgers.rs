//! How do returns, sales and prices look? A workbook a month from the mines, one a plant, ledgers a quarter.

use super::sheet::{Cell, Dates, Encoding, Sheet};
use super::{Users, header, percent, tonnes};
use crate::records::product;
use crate::simulate::basin::Kind;
use crate::simulate::market::BATTERY;
use crate::simulate::months::{Return, Utility};
use crate::simulate::plain::party;
use crate::simulate::sales::Sale;
use crate::simulate::{SimulateError, World};

/// Monthly returns with power, explosives and water.
pub(super) fn returns(users: &Users, world: &World) -> Result<(), SimulateError> {
    let kind = |place: usize| world.basin.places[place].kind;
    for month in 0..world.calendar.months {
        let rows: Vec<&Return> = users.returns.iter().filter(|r| r.month == month && kind(r.place) == Kind::Mine).collect();
        let used: Vec<&Utility> = users.utilities.iter().filter(|u| u.month == month && kind(u.place) == Kind::Mine).collect();
        let (year, number) = world.calendar.month(month);
        let title = format!("{year}年{number}月矿山生产月报");
        book(users, world, &format!("月报/矿山/{year}年{number:02}月_矿山生产月报.xlsx"), &title, &rows, &used)?;
    }
    for place in 0..world.basin.places.len() {
        if kind(place) == Kind::Mine {
            continue;
        }
        let rows: Vec<&Return> = users.returns.iter().filter(|r| r.place == place).collect();
        let used: Vec<&Utility> = users.utilities.iter().filter(|u| u.place == place).collect();
        let name = &world.basin.places[place].name;
        book(users, world, &format!("月报/工厂与堆场/{name}_生产月报.xlsx"), &format!("{name}生产月报"), &rows, &used)?;
    }
    Ok(())
}

fn book(users: &Users, world: &World, file: &str, title: &str, rows: &[&Return], used: &[&Utility]) -> Result<(), SimulateError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut sheets = vec![production(world, title, rows)];
    if !used.is_empty() {
        sheets.push(utilities(world, title, used));
    }
    users.put_book(file, &sheets, Dates::Excel)
}

fn production(world: &World, title: &str, rows: &[&Return]) -> Sheet {
    let optional = |kg: Option<i64>| kg.map_or(Cell::Empty, tonnes);
    let row = |r: &&Return| {
        vec![
            Cell::text(&world.basin.places[r.place].name),
            month(world, r.month),
            Cell::text(product_word(r.product)),
            Cell::text(if r.produced { "产出" } else { "投入" }),
            tonnes(r.wet_kg),
            percent(r.moisture_ppm),
            percent(r.li2o_ppm),
            optional(r.opening_kg),
            optional(r.closing_kg),
        ]
    };
    Sheet {
        name: "生产".to_owned(),
        above: vec![title.to_owned(), "单位：吨".to_owned()],
        header: header(&["填报单位", "月份", "产品名称", "投入产出", "数量", "水分(%)", "品位(%)", "期初库存", "期末库存"]),
        rows: rows.iter().map(row).collect(),
        below: vec![vec![Cell::text("填报人：统计员")]],
    }
}

fn utilities(world: &World, title: &str, used: &[&Utility]) -> Sheet {
    let optional = |n: Option<i64>| n.map_or(Cell::Empty, |n| Cell::Decimal(n, 0));
    let row = |u: &&Utility| {
        vec![
            Cell::text(&world.basin.places[u.place].name),
            month(world, u.month),
            optional(u.electricity_kwh),
            optional(u.explosives_kg),
            optional(u.water_m3),
        ]
    };
    Sheet {
        name: "能耗".to_owned(),
        above: vec![format!("{title}（能耗）")],
        header: header(&["填报单位", "月份", "用电量(kWh)", "炸药用量(kg)", "用水量(m3)"]),
        rows: used.iter().map(row).collect(),
        below: Vec::new(),
    }
}

fn month(world: &World, index: u32) -> Cell {
    let (year, month) = world.calendar.month(index);
    Cell::Text(format!("{year}年{month}月"))
}

pub(super) fn product_word(product: &str) -> &str {
    crate::records::product::by_id(product).map_or(product, |p| p.title.zh)
}

/// Sales ledgers: ore in workbooks, concentrate in texts; rows for the quarantine.
pub(super) fn sales(users: &Users, world: &World) -> Result<u64, SimulateError> {
    let mut quarantined = 0;
    for quarter in 0..world.calendar.months.div_ceil(3) {
        let (year, first) = world.calendar.month(quarter * 3);
        let of = |product: &str| -> Vec<&Sale> {
            users.sales.iter().filter(|(m, s)| m / 3 == quarter && s.product == product).map(|(_, s)| s).collect()
        };
        let name = format!("{year}年第{}季度", first.div_ceil(3));
        let mut ore = ledger(world, &of(product::ORE));
        ore.above = vec![format!("{name}原矿销售台账"), "（合成数据）".to_owned()];
        if let (0, Some(mut row)) = (quarter, ore.rows.first().cloned()) {
            // A contract whose price is still open is no record.
            row[0] = Cell::text("HT-BAD-1");
            row[8] = Cell::text("面议");
            ore.rows.push(row);
            quarantined += 1;
        }
        if !ore.rows.is_empty() {
            users.put_book(&format!("销售/{name}_原矿销售台账.xlsx"), &[ore], Dates::Excel)?;
        }
        let concentrate = ledger(world, &of(product::CONCENTRATE));
        if concentrate.rows.is_empty() {
            continue;
        }
        users.put_csv(&format!("销售/{name}_精矿销售台账.csv"), &concentrate, Dates::Chinese, Encoding::Utf8Bom)?;
    }
    Ok(quarantined)
}

fn ledger(world: &World, sales: &[&Sale]) -> Sheet {
    let yes = |flag: Option<bool>| Cell::text(flag.map_or("", |f| if f { "是" } else { "否" }));
    let row = |s: &&Sale| {
        vec![
            Cell::text(&s.contract_no),
            Cell::Day(s.date),
            Cell::text(party(world, s.seller)),
            Cell::text(party(world, s.buyer)),
            Cell::text(product_word(s.product)),
            percent(s.li2o_ppm),
            tonnes(s.wet_kg),
            percent(s.moisture_ppm),
            Cell::Decimal(s.fen_per_t / 100, 0),
            yes(s.vat_included),
            Cell::text(if s.delivered { "送到" } else { "自提" }),
            s.freight_fen_per_t.map_or(Cell::Empty, |fen| Cell::Decimal(fen / 100, 0)),
            s.credit_days.map_or(Cell::Empty, |d| Cell::Decimal(d, 0)),
            yes(s.related),
        ]
    };
    Sheet {
        name: "销售".to_owned(),
        above: Vec::new(),
        header: header(&[
            "合同号",
            "签订日期",
            "卖方",
            "买方",
            "产品",
            "品位(%)",
            "数量(吨)",
            "水分(%)",
            "单价(元/吨)",
            "含税",
            "交货方式",
            "运费(元/吨)",
            "账期(天)",
            "关联交易",
        ]),
        rows: sales.iter().map(row).collect(),
        below: Vec::new(),
    }
}

/// The carbonate series.
pub(super) fn prices(users: &Users, world: &World) -> Result<(), SimulateError> {
    let row = |p: &crate::simulate::market::MarketPrice| {
        let word = if p.series == BATTERY { "电池级碳酸锂" } else { "工业级碳酸锂" };
        vec![Cell::Day(p.date), Cell::text(word), Cell::Decimal(p.fen_per_t / 100, 0)]
    };
    let sheet =
        Sheet {
            header: header(&["日期", "品种", "均价(元/吨)"]), rows: world.prices.iter().map(row).collect(), ..Sheet::default()
        };
    users.put_csv("行情/碳酸锂价格_合成.csv", &sheet, Dates::Slash, Encoding::Gb18030)
}

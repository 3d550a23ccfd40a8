//! How do the registers look? Workbooks with titles in merged cells; the trucks in a text from another office.

use super::ledgers::product_word;
use super::sheet::{Cell, Dates, Encoding, Sheet};
use super::{Users, header, tonnes};
use crate::simulate::basin::Kind;
use crate::simulate::fleet::Fleet;
use crate::simulate::licences::wkt;
use crate::simulate::passes::{Permit, printed};
use crate::simulate::registers::roads as roads_of;
use crate::simulate::{SimulateError, World, names};

/// Companies, sites and licences.
pub(super) fn write(users: &Users, world: &World) -> Result<(), SimulateError> {
    users.put_book("登记/企业名录.xlsx", &[companies(world)], Dates::Excel)?;
    users.put_book("登记/场所名录.xlsx", &[sites(world)], Dates::Excel)?;
    users.put_book("登记/许可证台账.xlsx", &[licences(world)], Dates::Excel)
}

fn companies(world: &World) -> Sheet {
    let rows = world
        .basin
        .companies
        .iter()
        .map(|c| vec![Cell::text(&c.credit_code), Cell::text(&c.name), Cell::text(c.group.as_deref().unwrap_or(""))]);
    Sheet {
        name: "企业".to_owned(),
        above: vec!["涉锂企业名录（合成数据）".to_owned()],
        header: header(&["统一社会信用代码", "企业名称", "集团/实际控制人"]),
        rows: rows.collect(),
        below: Vec::new(),
    }
}

fn sites(world: &World) -> Sheet {
    let rows = world.basin.places.iter().filter(|p| p.kind.id().is_some()).map(|place| {
        let credit_code = place.company.and_then(|c| world.basin.companies.get(c)).map_or("", |c| c.credit_code.as_str());
        vec![
            Cell::text(&place.code),
            Cell::text(&place.name),
            Cell::text(kind_word(place.kind)),
            Cell::text(credit_code),
            Cell::text(names::COUNTIES[place.county].0),
            Cell::Decimal(i64::from(place.at.lat_e5), 5),
            Cell::Decimal(i64::from(place.at.lon_e5), 5),
            place.capacity_kg_per_year.map_or(Cell::Empty, |kg| Cell::Decimal(kg / 1_000_000, 1)),
            Cell::text(match place.green {
                Some("yes") => "是",
                Some("building") => "在建",
                Some(_) => "否",
                None => "",
            }),
        ]
    });
    Sheet {
        name: "场所".to_owned(),
        above: vec!["矿山、堆场与加工场所名录（合成数据）".to_owned(), "填报口径：全市涉锂场所".to_owned()],
        header: header(&["编号", "名称", "类型", "统一社会信用代码", "县市区", "纬度", "经度", "年处理能力(万吨/年)", "绿色矿山"]),
        rows: rows.collect(),
        below: Vec::new(),
    }
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Mine => "矿山",
        Kind::Exploration => "探矿区",
        Kind::Construction => "工程建设",
        Kind::Restoration => "生态修复",
        Kind::Stockyard => "堆场",
        Kind::Concentrator => "选矿厂",
        Kind::Smelter => "锂盐厂",
        Kind::Trader => "贸易商",
        Kind::SlagUser => "锂渣利用",
        Kind::Unknown | Kind::Outside => "",
    }
}

fn licences(world: &World) -> Sheet {
    let rows = world.licences.iter().map(|l| {
        let place = &world.basin.places[l.place];
        let holder = place.company.and_then(|c| world.basin.companies.get(c)).map_or("", |c| c.credit_code.as_str());
        vec![
            Cell::text(&l.number),
            Cell::text(&place.code),
            Cell::text(holder),
            Cell::text(if l.mining { "采矿" } else { "探矿" }),
            Cell::text(l.minerals.unwrap_or("")),
            l.scale_kg.map_or(Cell::Empty, |kg| Cell::Decimal(kg / 10_000, 3)),
            Cell::Day(l.from),
            Cell::Day(l.to),
            Cell::text(match l.status {
                "suspended" => "停产整顿",
                "revoked" => "吊销",
                "closed" => "关闭",
                _ => "有效",
            }),
            l.since.map_or(Cell::Empty, Cell::Day),
            Cell::text(match l.underground {
                Some(true) => "地下开采",
                Some(false) => "露天开采",
                None => "",
            }),
            Cell::text(&l.boundary.as_deref().map(wkt).unwrap_or_default()),
        ]
    });
    Sheet {
        name: "许可证".to_owned(),
        above: vec!["采矿、探矿许可证台账（合成数据）".to_owned()],
        header: header(&[
            "许可证号",
            "矿山编号",
            "权利人",
            "证照类型",
            "开采矿种",
            "生产规模（万吨/年）",
            "有效期起",
            "有效期止",
            "状态",
            "状态日期",
            "开采方式",
            "矿区范围",
        ]),
        rows: rows.collect(),
        below: Vec::new(),
    }
}

/// Trucks, as another office exports them.
pub(super) fn vehicles(users: &Users, fleet: &Fleet) -> Result<(), SimulateError> {
    let rows = fleet.trucks.iter().filter(|t| t.registered()).map(|t| {
        let kg = t.registered_kg();
        vec![
            Cell::text(&t.plate),
            Cell::text(t.class()),
            Cell::Decimal(i64::from(t.registered_axles()), 0),
            Cell::text(t.registered_articulated().map_or("", |yes| if yes { "是" } else { "否" })),
            kg.map_or(Cell::Empty, |k| Cell::Decimal(k.0, 0)),
            kg.map_or(Cell::Empty, |k| Cell::Decimal(k.1, 0)),
        ]
    });
    let sheet = Sheet {
        header: header(&["号牌号码", "车辆类型", "轴数", "汽车列车", "整备质量(kg)", "总质量(kg)"]),
        rows: rows.collect(),
        ..Sheet::default()
    };
    users.put_csv("登记/车辆.csv", &sheet, Dates::Slash, Encoding::Gb18030)
}

/// Roads, as the carriers' office keeps them.
pub(super) fn roads(users: &Users, world: &World) -> Result<(), SimulateError> {
    let place = |i: usize| Cell::text(&world.basin.places[i].written);
    let whole = |n: Option<i64>| n.map_or(Cell::Empty, |n| Cell::Decimal(n, 0));
    let rows = roads_of(world).into_iter().map(|r| vec![place(r.from), place(r.to), whole(r.distance_m), whole(r.minutes)]);
    let sheet = Sheet {
        name: "道路".to_owned(),
        above: vec!["矿区道路里程表（合成数据）".to_owned()],
        header: header(&["起点", "终点", "公路里程米", "最短用时分钟"]),
        rows: rows.collect(),
        below: vec![vec![Cell::text("制表：运输科")]],
    };
    users.put_book("登记/道路里程.xlsx", &[sheet], Dates::Excel)
}

/// Passes of ten days, as the office that issues them lists them.
pub(super) fn waybills(users: &Users, world: &World) -> Result<(), SimulateError> {
    let row = |p: &Permit| {
        vec![
            Cell::text(&printed(world, p.from, p.month, p.pass)),
            Cell::text(&world.basin.places[p.from].written),
            Cell::text(p.product.map_or("", product_word)),
            tonnes(p.allowed_kg),
            Cell::Day(p.first),
            Cell::Day(p.last),
        ]
    };
    let sheet = Sheet {
        header: header(&["准运证号", "发货单位", "货物名称", "准运量(吨)", "有效期起", "有效期止"]),
        rows: users.permits.iter().map(row).collect(),
        ..Sheet::default()
    };
    users.put_csv("登记/准运证.csv", &sheet, Dates::Slash, Encoding::Utf8Bom)
}

#[cfg(test)]
mod tests {
    use crate::simulate::licences::degrees;

    #[test]
    fn degrees_are_written_alike_in_both_dresses() {
        assert_eq!(degrees(11_455_012), "114.55012");
        assert_eq!(super::super::sheet::decimal(11_455_012, 5), degrees(11_455_012));
    }
}

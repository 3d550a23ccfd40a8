//! What was sold, by whom, to whom, at what price and on what terms? 销售台账

use super::{Choice, Column, Keeping, Kind, Stored, Table, TableSpec, optional, required};
use crate::text::Text;

const DELIVERY: &[Choice] =
    &[Choice { id: "ex_works", words: &["自提", "出厂", "厂提"] }, Choice { id: "delivered", words: &["送到", "到厂", "送货"] }];

/// Highest unit price that is read, fen a tonne: 10 million yuan, above any lithium product.
const MAX_PRICE_FEN: i64 = 1_000_000_000;
/// Largest contract line that is read, kg: 10 million tonnes.
const MAX_LINE_KG: i64 = 10_000_000_000;

pub(super) static SPEC: TableSpec = TableSpec {
    table: Table::Sales,
    name: "sales",
    title: Text { zh: "销售台账", en: "sales" },
    keeping: Keeping::Facts { time: "date" },
    key: &["contract_no", "date", "seller", "buyer", "product"],
    inputs: &[
        required("contract_no", &["合同号", "合同编号"], Kind::Text),
        required("date", &["日期", "签订日期", "销售日期", "合同日期"], Kind::Day),
        required("seller", &["卖方", "销售方", "供方", "卖方名称"], Kind::Text),
        required("buyer", &["买方", "购买方", "需方", "买方名称"], Kind::Text),
        required("product", &["产品", "产品名称", "品名", "物料"], Kind::Product),
        optional("li2o", &["品位", "Li2O", "氧化锂", "Li2O品位"], Kind::Grade),
        required("wet", &["数量", "湿重", "重量"], Kind::Mass { min_kg: 0, max_kg: MAX_LINE_KG }),
        optional("moisture", &["水分", "含水率", "水份"], Kind::Moisture),
        required("price", &["单价", "价格", "合同单价"], Kind::UnitPrice { max_fen: MAX_PRICE_FEN }),
        optional("vat_included", &["含税", "是否含税"], Kind::YesNo),
        optional("delivery", &["交货方式", "提货方式", "交付方式"], Kind::Choice(DELIVERY)),
        optional("freight", &["运费"], Kind::UnitPrice { max_fen: 1_000_000 }),
        optional("credit_days", &["账期", "信用期"], Kind::Whole { min: 0, max: 1000 }),
        optional("related_party", &["关联交易", "是否关联交易"], Kind::YesNo),
    ],
    derived: &[Column { name: "dry_kg", stored: Stored::Int64, nullable: true }],
};

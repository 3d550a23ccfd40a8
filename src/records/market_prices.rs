//! What did lithium carbonate cost on the market? 市场价格

use super::{Choice, Keeping, Kind, Table, TableSpec, required};
use crate::text::Text;

const SERIES: &[Choice] = &[
    Choice { id: "lithium_carbonate_battery", words: &["电池级碳酸锂", "电碳"] },
    Choice { id: "lithium_carbonate_industrial", words: &["工业级碳酸锂", "工碳"] },
    Choice { id: "lithium_hydroxide", words: &["氢氧化锂", "电池级氢氧化锂"] },
    Choice { id: "spodumene_concentrate", words: &["锂辉石精矿", "锂辉石"] },
    Choice { id: "lepidolite_concentrate", words: &["锂云母精矿", "锂云母"] },
];

pub(super) static SPEC: TableSpec = TableSpec {
    table: Table::MarketPrices,
    name: "market_prices",
    title: Text { zh: "市场价格", en: "market prices" },
    keeping: Keeping::Facts { time: "date" },
    key: &["date", "series"],
    inputs: &[
        required("date", &["日期", "报价日期"], Kind::Day),
        required("series", &["品种", "指标", "名称"], Kind::Choice(SERIES)),
        // Yuan a tonne incl. VAT, as quoted. 10 million yuan is above any price ever quoted.
        required("price", &["价格", "均价", "报价"], Kind::UnitPrice { max_fen: 1_000_000_000 }),
    ],
    derived: &[],
};

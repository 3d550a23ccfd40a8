//! Which places mine, hold, process or trade ore? 场所名录

use super::{Choice, Keeping, Kind, Table, TableSpec, optional, required};
use crate::text::Text;

const KINDS: &[Choice] = &[
    Choice { id: "mine", words: &["矿山", "采矿", "矿场"] },
    Choice { id: "exploration", words: &["探矿区", "探矿", "勘查区"] },
    Choice { id: "construction", words: &["工程建设", "建设工程", "工地"] },
    Choice { id: "restoration", words: &["生态修复", "修复治理"] },
    Choice { id: "stockyard", words: &["堆场", "货场", "堆料场"] },
    Choice { id: "concentrator", words: &["选矿厂", "选厂"] },
    Choice { id: "smelter", words: &["锂盐厂", "冶炼厂", "盐厂"] },
    Choice { id: "trader", words: &["贸易商", "贸易"] },
    Choice { id: "slag_user", words: &["锂渣利用", "锂渣综合利用"] },
];

const GREEN: &[Choice] = &[
    Choice { id: "yes", words: &["是", "已建成", "y"] },
    Choice { id: "no", words: &["否", "n"] },
    Choice { id: "building", words: &["在建", "建设中"] },
];

pub(super) static SPEC: TableSpec = TableSpec {
    table: Table::Sites,
    name: "sites",
    title: Text { zh: "场所名录", en: "sites" },
    keeping: Keeping::Register,
    key: &["site_id"],
    inputs: &[
        required("site_id", &["编号", "场所编号", "矿山编号"], Kind::Text),
        required("name", &["名称", "场所名称", "矿山名称"], Kind::Text),
        required("kind", &["类型", "场所类型", "类别"], Kind::Choice(KINDS)),
        optional("company_id", &["统一社会信用代码", "社会信用代码", "信用代码"], Kind::CreditCode),
        optional("county", &["县市区", "县区", "区县", "所在县"], Kind::Text),
        optional("lat", &["纬度"], Kind::Degrees { limit: 90.0 }),
        optional("lon", &["经度"], Kind::Degrees { limit: 180.0 }),
        optional("annual_capacity", &["年处理能力", "年产能", "处理能力"], Kind::MassPerYear),
        optional("green_mine", &["绿色矿山"], Kind::Choice(GREEN)),
    ],
    derived: &[],
};

//! Who may dig what, where, how much and until when? 许可证

use super::{Choice, Keeping, Kind, Table, TableSpec, optional, required};
use crate::text::Text;

const KINDS: &[Choice] = &[
    Choice { id: "mining", words: &["采矿", "采矿许可证", "采矿证"] },
    Choice { id: "exploration", words: &["探矿", "勘查许可证", "探矿许可证", "探矿证"] },
];

const STATUS: &[Choice] = &[
    Choice { id: "valid", words: &["有效", "在期", "正常"] },
    Choice { id: "suspended", words: &["停产整顿", "停产", "暂停"] },
    Choice { id: "revoked", words: &["吊销"] },
    Choice { id: "closed", words: &["关闭", "注销"] },
];

const METHODS: &[Choice] =
    &[Choice { id: "open_pit", words: &["露天", "露天开采"] }, Choice { id: "underground", words: &["地下", "地下开采", "井工"] }];

pub(super) static SPEC: TableSpec = TableSpec {
    table: Table::Licences,
    name: "licences",
    title: Text { zh: "许可证", en: "licences" },
    keeping: Keeping::Register,
    // One licence may have several rows: for several sites, and for a scale or a status that changed within its life, each with its dates.
    key: &["licence_no", "site_id", "valid_from", "status_since"],
    inputs: &[
        required("licence_no", &["许可证号", "采矿许可证号", "证号"], Kind::LicenceNo),
        required("site_id", &["矿山编号", "场所编号", "编号"], Kind::SiteRef),
        optional("holder_id", &["权利人", "采矿权人", "持证人"], Kind::Text),
        required("kind", &["证照类型", "许可证类型", "类型"], Kind::Choice(KINDS)),
        optional("minerals", &["开采矿种", "矿种"], Kind::Minerals),
        optional("approved_scale", &["生产规模", "核定规模", "批准规模"], Kind::MassPerYear),
        required("valid_from", &["有效期起", "有效期自", "起始日期"], Kind::Day),
        required("valid_to", &["有效期止", "有效期至", "截止日期"], Kind::Day),
        required("status", &["状态", "证照状态"], Kind::Choice(STATUS)),
        optional("status_since", &["状态日期", "状态起始日期"], Kind::Day),
        optional("boundary", &["矿区范围", "拐点坐标"], Kind::Wkt),
        optional("method", &["开采方式"], Kind::Choice(METHODS)),
        optional("right_no", &["采矿权登记号", "登记号"], Kind::Text),
        optional("right_from", &["采矿权起", "登记期起"], Kind::Day),
        optional("right_to", &["采矿权止", "登记期止"], Kind::Day),
    ],
    derived: &[],
};

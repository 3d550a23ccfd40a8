//! Which passes were issued, to whom and for how much? 准运证

use super::{Keeping, Kind, Table, TableSpec, optional, required};
use crate::text::Text;

/// Largest mass that one pass may allow, kg: a pass for a quarter of a large mine's output.
const MAX_PASS_KG: i64 = 1_000_000_000;

pub(super) static SPEC: TableSpec = TableSpec {
    table: Table::Waybills,
    name: "waybills",
    title: Text { zh: "准运证", en: "passes" },
    keeping: Keeping::Register,
    key: &["waybill_no"],
    inputs: &[
        required("waybill_no", &["准运证号", "运单号", "电子运单号"], Kind::Text),
        optional("origin", &["发货单位", "发货地", "矿点"], Kind::SiteRef),
        optional("product", &["货物名称", "品名", "产品"], Kind::Product),
        optional("allowed", &["准运量", "核准数量", "准运重量"], Kind::Mass { min_kg: 200, max_kg: MAX_PASS_KG }),
        optional("valid_from", &["有效期起", "生效日期"], Kind::Day),
        optional("valid_to", &["有效期止", "失效日期"], Kind::Day),
    ],
    derived: &[],
};

//! Who are the companies? 企业名录

use super::{Keeping, Kind, Table, TableSpec, optional, required};
use crate::text::Text;

pub(super) static SPEC: TableSpec = TableSpec {
    table: Table::Companies,
    name: "companies",
    title: Text { zh: "企业名录", en: "companies" },
    keeping: Keeping::Register,
    key: &["company_id"],
    inputs: &[
        required("company_id", &["统一社会信用代码", "社会信用代码", "信用代码"], Kind::CreditCode),
        required("name", &["企业名称", "公司名称", "单位名称", "名称"], Kind::Text),
        optional("group_id", &["集团", "实际控制人", "集团/实际控制人", "控股集团"], Kind::Text),
    ],
    derived: &[],
};

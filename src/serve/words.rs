//! Which words do people use for what is stored as an id?

use crate::records::{Table, product};
use crate::rules::finding::{Certainty, Severity, SubjectKind};
use crate::text::{Lang, Text};

/// A finding, as a word inside a sentence.
pub(super) const FINDING: Text = Text { zh: "线索", en: "finding" };
/// A site, as a word inside a sentence.
pub(super) const SITE: Text = Text { zh: "场所", en: "site" };

pub(super) fn severity(severity: Severity) -> Text {
    match severity {
        Severity::High => Text { zh: "高", en: "High" },
        Severity::Medium => Text { zh: "中", en: "Medium" },
        Severity::Low => Text { zh: "低", en: "Low" },
    }
}

/// What a severity asks for.
pub(super) fn urgency(severity: Severity) -> Text {
    match severity {
        Severity::High => Text { zh: "立即到场核查", en: "visit now" },
        Severity::Medium => Text { zh: "本周内核查", en: "visit this week" },
        Severity::Low => Text { zh: "下次到场时核查", en: "when next there" },
    }
}

/// As stored and as filters name it.
pub(super) const fn severity_id(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
    }
}

pub(super) fn certainty(certainty: Certainty) -> Text {
    match certainty {
        Certainty::Proven => Text { zh: "记录相互矛盾", en: "records contradict" },
        Certainty::Strong => Text { zh: "统计检验显著", en: "statistically significant" },
        Certainty::Lead => Text { zh: "异常提示", en: "odd, worth a look" },
    }
}

/// As stored and as filters name it.
pub(super) const fn certainty_id(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Proven => "proven",
        Certainty::Strong => "strong",
        Certainty::Lead => "lead",
    }
}

pub(super) fn subject_kind(kind: SubjectKind) -> Text {
    match kind {
        SubjectKind::Site => Text { zh: "场所", en: "site" },
        SubjectKind::Place => Text { zh: "未登记地点", en: "unregistered place" },
        SubjectKind::Plate => Text { zh: "车辆", en: "truck" },
        SubjectKind::Ticket => Text { zh: "磅单", en: "ticket" },
        SubjectKind::Company => Text { zh: "企业", en: "company" },
    }
}

/// As stored and as filters name it.
pub(super) const fn subject_kind_id(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Site => "site",
        SubjectKind::Place => "place",
        SubjectKind::Plate => "plate",
        SubjectKind::Ticket => "ticket",
        SubjectKind::Company => "company",
    }
}

/// The title of a product; an id that nobody knows stands for itself.
pub(super) fn product(id: &str, lang: Lang) -> &str {
    product::by_id(id).map_or(id, |p| p.title.get(lang))
}

/// A fixed list of ids with their words; an unknown id stands for itself.
fn word<'a>(list: &[(&str, Text)], id: &'a str, lang: Lang) -> &'a str {
    list.iter().find(|(known, _)| *known == id).map_or(id, |(_, text)| text.get(lang))
}

pub(super) fn site_kind(id: &str, lang: Lang) -> &str {
    const KINDS: [(&str, Text); 9] = [
        ("mine", Text { zh: "矿山", en: "mine" }),
        ("exploration", Text { zh: "勘查区", en: "exploration area" }),
        ("construction", Text { zh: "工程建设工地", en: "construction site" }),
        ("restoration", Text { zh: "生态修复工地", en: "restoration site" }),
        ("stockyard", Text { zh: "堆场", en: "stockyard" }),
        ("concentrator", Text { zh: "选矿厂", en: "concentrator" }),
        ("smelter", Text { zh: "冶炼厂", en: "smelter" }),
        ("trader", Text { zh: "贸易商", en: "trader" }),
        ("slag_user", Text { zh: "锂渣利用企业", en: "slag user" }),
    ];
    word(&KINDS, id, lang)
}

pub(super) fn licence_kind(id: &str, lang: Lang) -> &str {
    const KINDS: [(&str, Text); 2] = [
        ("mining", Text { zh: "采矿许可证", en: "mining licence" }),
        ("exploration", Text { zh: "勘查许可证", en: "exploration licence" }),
    ];
    word(&KINDS, id, lang)
}

pub(super) fn licence_status(id: &str, lang: Lang) -> &str {
    const STATES: [(&str, Text); 4] = [
        ("valid", Text { zh: "有效", en: "valid" }),
        ("suspended", Text { zh: "停产", en: "suspended" }),
        ("revoked", Text { zh: "吊销", en: "revoked" }),
        ("closed", Text { zh: "关闭", en: "closed" }),
    ];
    word(&STATES, id, lang)
}

/// Families of rules.
pub(super) fn family(id: &str, lang: Lang) -> &str {
    const FAMILIES: [(&str, Text); 3] = [
        ("over-scale", Text { zh: "超规模", en: "over scale" }),
        ("illegal-source", Text { zh: "非法来源", en: "illegal source" }),
        ("tickets", Text { zh: "磅单与车辆", en: "tickets and trucks" }),
    ];
    word(&FAMILIES, id, lang)
}

/// What became of a sale.
pub(super) fn sale_code(id: &str, lang: Lang) -> &str {
    const CODES: [(&str, Text); 12] = [
        ("OK", Text { zh: "采用", en: "admitted" }),
        ("S1_DUPLICATE", Text { zh: "重复登记", en: "registered twice" }),
        ("S2_RELATED", Text { zh: "关联方、同一控制人或循环买卖", en: "related parties, one control group, or a circle" }),
        ("S3_MINLOT", Text { zh: "低于最小批量", en: "below the minimum lot" }),
        ("S4_SPEC", Text { zh: "品位或水分不在规格内", en: "grade or moisture off specification" }),
        ("S5_CORRIDOR", Text { zh: "偏离净回值过大，待核对单据", en: "too far from the netback, held for documents" }),
        ("M_MOISTURE", Text { zh: "缺水分", en: "no moisture" }),
        ("M_GRADE", Text { zh: "缺品位", en: "no grade" }),
        ("M_TERMS", Text { zh: "未写明含税、交货方式或账期", en: "VAT, delivery or credit not stated" }),
        ("M_FREIGHT", Text { zh: "送到价缺运费，或运费为负", en: "delivered, the freight missing or negative" }),
        ("M_CARBONATE", Text { zh: "缺当时的碳酸锂报价", en: "no carbonate quotation of the time" }),
        ("M_COST", Text { zh: "当日尚无成本参数", en: "no cost parameters in force" }),
    ];
    word(&CODES, id, lang)
}

/// The title of a table of records; a name that nobody knows stands for itself.
pub(super) fn table(id: &str, lang: Lang) -> &str {
    Table::by_name(id).map_or(id, |t| t.spec().title.get(lang))
}

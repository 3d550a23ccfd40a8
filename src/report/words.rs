//! What are ids called by people? Products, kinds of places, screening codes. Of prices: `price/words.rs`.

use crate::price::bands::GradeClass;
use crate::records::{Kind, Table, product};
use crate::rules::finding::{Certainty, Severity, SubjectKind};
use crate::text::{Said, Text};

const fn text(zh: &'static str, en: &'static str) -> Text {
    Text { zh, en }
}

/// A product.
pub(super) fn product(id: &str) -> Said {
    product::by_id(id).map_or_else(|| Said::new(id, id), |p| Said::new(p.title.zh, p.title.en))
}

/// The grade that stands for a class: `2.5% Li2O`.
pub(super) fn grade(class: &GradeClass) -> String {
    format!("{} Li2O", percent_of_ppm(class.grade_ppm))
}

/// Parts per million as per cent with at least one decimal: `2.5%`, `0.42%`.
pub(super) fn percent_of_ppm(ppm: i32) -> String {
    let (whole, rest) = (ppm / 10_000, ppm % 10_000);
    let mut decimals = format!("{rest:04}");
    while decimals.len() > 1 && decimals.ends_with('0') {
        decimals.pop();
    }
    format!("{whole}.{decimals}%")
}

/// A kind of place; `None`: a place in no register.
pub(super) fn kind(id: Option<&str>) -> Said {
    let Some(id) = id else { return Said::new("未登记", "in no register") };
    let zh = match Table::Sites.spec().input("kind").map(|i| i.kind) {
        Some(Kind::Choice(choices)) => choices.iter().find(|c| c.id == id).and_then(|c| c.words.first()).copied(),
        _ => None,
    };
    Said::new(zh.unwrap_or(id), id.replace('_', " "))
}

/// Why a sale is left out.
pub(super) fn code(code: &str) -> Said {
    let known = match code {
        "OK" => text("采信", "admitted"),
        "S1_DUPLICATE" => text("重复", "duplicate"),
        "S2_RELATED" => text("关联交易或循环交易", "related party or circle"),
        "S3_MINLOT" => text("低于最小批量", "below the minimum lot"),
        "S4_SPEC" => text("品级或水分不符", "off specification"),
        "S5_CORRIDOR" => text("价格离谱，待核单据", "outside the corridor, documents wanted"),
        "M_MOISTURE" => text("缺水分", "moisture missing"),
        "M_GRADE" => text("缺品位", "grade missing"),
        "M_TERMS" => text("缺含税或交货方式", "VAT or delivery terms missing"),
        "M_FREIGHT" => text("缺运费，或运费为负", "freight missing or negative"),
        "M_CARBONATE" => text("缺碳酸锂报价", "carbonate quotation missing"),
        "M_COST" => text("缺成本参数", "cost parameter missing"),
        other => return Said::new(other, other),
    };
    Said::new(known.zh, known.en)
}

/// How urgent.
pub(crate) const fn severity(severity: Severity) -> Text {
    match severity {
        Severity::High => text("高", "high"),
        Severity::Medium => text("中", "medium"),
        Severity::Low => text("低", "low"),
    }
}

/// How sure.
pub(crate) const fn certainty(certainty: Certainty) -> Text {
    match certainty {
        Certainty::Proven => text("记录直接矛盾", "proven by the records"),
        Certainty::Strong => text("统计显著", "statistically strong"),
        Certainty::Lead => text("异常，待查", "odd, worth a look"),
    }
}

/// What a finding is about.
pub(crate) const fn subject_kind(kind: SubjectKind) -> Text {
    match kind {
        SubjectKind::Site => text("场所", "site"),
        SubjectKind::Place => text("未登记地点", "place in no register"),
        SubjectKind::Plate => text("车辆", "truck"),
        SubjectKind::Ticket => text("磅单", "ticket"),
        SubjectKind::Company => text("企业", "company"),
    }
}

/// A family of rules.
pub(super) fn family(id: &str) -> Said {
    match id {
        "over-scale" => Said::new("超规模", "over scale"),
        "illegal-source" => Said::new("非法来源", "illegal source"),
        "tickets" => Said::new("磅单与车辆", "tickets and trucks"),
        other => Said::new(other, other),
    }
}

/// The unit of `observed` and `allowed`.
pub(super) fn unit(id: &str) -> Said {
    match id {
        "" | "none" => Said::default(),
        "kg" => Said::new("千克", "kg"),
        "kg_per_year" => Said::new("千克/年", "kg a year"),
        "m" => Said::new("米", "m"),
        "day" => Said::new("天", "days"),
        "ticket" => Said::new("张磅单", "tickets"),
        "axles" => Said::new("轴", "axles"),
        other => Said::new(other, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_named_by_its_grade() {
        let class = |ppm| GradeClass { id: String::new(), grade_ppm: ppm, from_ppm: 0, to_ppm: 0 };
        assert_eq!(grade(&class(25_000)), "2.5% Li2O");
        assert_eq!(grade(&class(20_000)), "2.0% Li2O");
        assert_eq!(grade(&class(4_200)), "0.42% Li2O");
    }

    #[test]
    fn words_are_found_and_unknown_ids_stay_readable() {
        assert_eq!(kind(Some("concentrator")).zh, "选矿厂");
        assert_eq!(code("M_MOISTURE").zh, "缺水分");
        assert_eq!(code("S9_NEW").zh, "S9_NEW");
    }
}

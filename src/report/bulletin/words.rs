//! Which words does a bulletin use? Dates, sections, heads of columns, what stands for a code.

use crate::text::{Lang, Said, Text};
use chrono::{Datelike, NaiveDate};

const fn text(zh: &'static str, en: &'static str) -> Text {
    Text { zh, en }
}

pub(super) const DRAFT: Text = text("草案", "DRAFT");
pub(super) const DRAFT_LINE: Text =
    text("草案（DRAFT）：尚未发布，不得引用或据以结算", "DRAFT (草案): not published; not to be quoted or settled on");
pub(super) const NO_NUMBER: Text = text("（编号待发布时确定）", "(number to be given on publication)");
pub(super) const ANNEX: Text = text("附件", "Annex");
pub(super) const ANNEX_TITLE: Text = text("价格依据与数据来源", "Evidence and sources");
pub(super) const PRICES: Text = text("价格", "Prices");
pub(super) const JUDGEMENTS: Text = text("人工判断", "Judgements");
pub(super) const METHOD: Text = text("方法说明", "Method");
pub(super) const CHANGES: Text = text("方法变更", "Changes of method");
pub(super) const NO_JUDGEMENT: Text = text("本期没有以人工判断改变的价格。", "No price of this period was changed by a judgement.");
pub(super) const NO_CHANGE: Text = text("本期没有方法变更。", "The method has not changed in this period.");
pub(super) const NO_PRODUCT: Text = text("本期没有可以公布的价格。", "There is no price to publish in this period.");
pub(super) const NOTHING_EXCLUDED: Text = text("本期没有被剔除的成交。", "No sale of this period was left out.");
pub(super) const UNIT: Text = text("元/干吨，出厂、不含税、现款", "yuan a dry tonne, ex works, ex VAT, cash");

/// Heads of the table of prices.
pub(super) const CLASS: Text = text("品位", "Grade Li2O");
pub(super) const GUIDE: Text = text("价格", "Price");
pub(super) const LOWER: Text = text("下限", "Lower limit");
pub(super) const UPPER: Text = text("上限", "Upper limit");
pub(super) const PER_DU: Text = text("每度价", "Per 1% Li2O");
pub(super) const CHANGE: Text = text("较上期", "Change");
pub(super) const CHANGE_YUAN: Text = text("较上期（元）", "Change, yuan");
pub(super) const CHANGE_PERCENT: Text = text("较上期（%）", "Change, %");
pub(super) const BASIS: Text = text("依据", "Basis");
pub(super) const REASON: Text = text("变动原因", "Reason");
pub(super) const SUSPENDED: Text = text("暂停", "suspended");
pub(super) const INDICATIVE: Text = text("仅供参考", "indicative");
pub(super) const BY_FORMULA: Text = text("公式", "formula");
pub(super) const DU_NOTE: Text = text(
    "每度价指每 1% 氧化锂（Li2O）含量的价格；“较上期”下行为变动百分比。",
    "The price per 1% Li2O (度) is the guide price over the grade; the second line of a change is in per cent.",
);

/// Heads of the annex.
pub(super) const PRODUCT: Text = text("产品", "Product");
pub(super) const TIER: Text = text("可信等级", "Tier");
pub(super) const SALES: Text = text("采信笔数", "Sales");
pub(super) const SELLERS: Text = text("卖方数", "Sellers");
pub(super) const BUYERS: Text = text("买方数", "Buyers");
pub(super) const BAND: Text = text("区间半宽", "Half band");
pub(super) const COVERAGE: Text = text("覆盖率", "Coverage");
pub(super) const INFLUENCE: Text = text("单一卖方影响", "One seller");
pub(super) const CARBONATE: Text = text("碳酸锂价", "Carbonate");
pub(super) const CARBONATE_BEFORE: Text = text("上期价", "Before");
pub(super) const AGE: Text = text("距今天数", "Age, days");
pub(super) const EVIDENCE: Text = text("价格依据", "Evidence");
pub(super) const PARTS: Text = text("变动分解（元/干吨）", "Parts of the change (yuan a dry tonne)");
pub(super) const PARTS_SHEET: Text = text("变动分解", "Parts of the change");
pub(super) const BEFORE: Text = text("上期", "Before");
pub(super) const NOW: Text = text("本期", "Now");
pub(super) const BY_CARBONATE: Text = text("碳酸锂", "Carbonate");
pub(super) const BY_EVIDENCE: Text = text("成交水平", "Deals");
pub(super) const BY_GRADE: Text = text("品级差异", "Grade");
pub(super) const BY_MECHANISM: Text = text("浮动机制", "Mechanism");
pub(super) const PARTS_NOTE: Text = text(
    "上期价格加各部分即为本期价格；浮动机制含未达幅度的结转、单期限幅、取整和经判断的维持。",
    "The price before and the parts sum to the price now; the mechanism: what is carried below the trigger, the largest step, rounding, and what a judgement kept.",
);
pub(super) const EXCLUDED: Text = text("未采信的成交", "Sales left out");
pub(super) const MADE_FROM: Text = text("数据与程序", "Records and program");
pub(super) const CODE: Text = text("代码", "Code");
pub(super) const WHY: Text = text("原因", "Why");
pub(super) const COUNT: Text = text("笔数", "Sales");
pub(super) const ITEM: Text = text("项目", "Item");
pub(super) const VALUE: Text = text("内容", "Value");
pub(super) const PROGRAM: Text = text("程序", "Program");
pub(super) const LAKE: Text = text("数据版本", "Version of the records");
pub(super) const INPUTS: Text = text("输入数据 SHA-256", "SHA-256 of the inputs");
pub(super) const POLICY: Text = text("政策文件 SHA-256", "SHA-256 of the policy");

/// How to read the annex.
pub(super) const EVIDENCE_NOTES: [Text; 4] = [
    text(
        "“—”表示没有数据，或数量过少、公布后可能识别交易方，故不列出。",
        "A dash: none, or so few that the parties could be recognised; such a count is not shown.",
    ),
    text(
        "可信等级由高到低为 A、B、C、D；D 级价格未经记录在案的批准不得变动。",
        "Tiers run from A (most trusted) to D; a price of tier D moves only with a recorded approval.",
    ),
    text(
        "区间半宽与单一卖方影响为对数值，以百分数表示；单一卖方影响指一个卖方在可采信的报价范围内最多能使价格变动的幅度。",
        "Half band and one seller are logarithmic, in per cent; one seller: the most that a single seller could have moved a price within the admissible prices.",
    ),
    text(
        "覆盖率为最近各期（期数见政策）成交落在事先公布区间内的比例；碳酸锂价及其上期价为电池级，元/吨，含税；距今天数指所用报价距期末的天数。",
        "Coverage: share of the sales of the last periods (as many as the policy says) that fell within the range announced before them. Carbonate, and before it: battery grade, yuan a tonne incl. VAT.",
    ),
];

/// A rung of the ladder on which a price rests.
pub(super) fn rung(ladder: &str) -> Option<Text> {
    Some(match ladder {
        "L1" => text("本级本期成交", "the class's own sales of the period"),
        "L2" => text("本级近几期成交，越近权重越大", "the class's sales of the last periods, the newest weighing most"),
        "L3" => text("相邻品位的成交", "sales of other grades"),
        "L4" => text("此前水平随碳酸锂净回值变动", "the earlier level, moved with the netback of carbonate"),
        "L5" => text(
            "此前水平已久未得到成交印证，仅供参考，不作结算依据",
            "the earlier level, too long without sales: indicative, not for settlement",
        ),
        "L6" => text("依据不足，暂停公布", "too little to go by: suspended"),
        _ => return None,
    })
}

/// What a person decided.
pub(super) fn decision(what: &str) -> Said {
    let known = match what {
        "approve-move" => text("批准调价", "move approved"),
        "hold" => text("维持上期价格", "price held"),
        "exclude-sale" => text("剔除一笔成交", "a sale left out"),
        "admit-sale" => text("采信一笔成交", "a sale admitted"),
        other => return Said::new(other, other),
    };
    Said::new(known.zh, known.en)
}

/// `2023-07-03`, if it is a day.
pub(super) fn day(iso: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(iso, "%Y-%m-%d").ok()
}

/// A day as people write it: `2023年7月3日`, `3 July 2023`; what is no day stays as it is.
pub(super) fn date(iso: &str, lang: Lang) -> String {
    let Some(day) = day(iso) else { return super::paper::clean(iso) };
    match lang {
        Lang::Zh => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Lang::En => day.format("%-d %B %Y").to_string(),
    }
}

/// The number of a section: `一、` or `1. `.
pub(super) fn section(number: usize, lang: Lang) -> String {
    const ZH: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    match (lang, number.checked_sub(1).and_then(|n| ZH.get(n))) {
        (Lang::Zh, Some(zh)) => format!("{zh}、"),
        _ => format!("{number}. "),
    }
}

/// Names in a row: `甲、乙和丙`, `A, B and C`.
pub(super) fn listed(names: &[String], lang: Lang) -> String {
    let (comma, and) = if lang == Lang::Zh { ("、", "和") } else { (", ", " and ") };
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}{and}{last}", first.join(comma)),
    }
}

/// A sentence that ends with its full stop, once.
pub(super) fn sentence(text: &str, lang: Lang) -> String {
    let text = text.trim().trim_end_matches(['。', '.', ';', '；']);
    let ended = text.ends_with(['！', '？', '!', '?']);
    match (ended, lang) {
        _ if text.is_empty() => String::new(),
        (true, _) => text.to_owned(),
        (false, Lang::Zh) => format!("{text}。"),
        (false, Lang::En) => format!("{text}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_as_people_write_it() {
        assert_eq!(date("2023-07-03", Lang::Zh), "2023年7月3日");
        assert_eq!(date("2023-07-03", Lang::En), "3 July 2023");
        assert_eq!(date("七月", Lang::Zh), "七月");
    }

    #[test]
    fn sections_and_names_are_counted_as_in_a_notice() {
        assert_eq!((section(2, Lang::Zh), section(2, Lang::En)), ("二、".to_owned(), "2. ".to_owned()));
        let names = ["甲", "乙", "丙"].map(str::to_owned);
        assert_eq!(listed(&names, Lang::Zh), "甲、乙和丙");
        assert_eq!(sentence("漏记一笔。", Lang::Zh), "漏记一笔。");
    }

    #[test]
    fn every_rung_has_words() {
        assert!(["L1", "L2", "L3", "L4", "L5", "L6"].iter().all(|l| rung(l).is_some()));
        assert_eq!(rung("-"), None);
    }
}

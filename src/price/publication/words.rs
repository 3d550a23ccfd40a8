//! How is it said in an official notice? Title, reasons and amounts, in plain Chinese with English beside.

use crate::price::bands::Why;
use crate::price::mechanism::{Limit, Mechanism};
use crate::records::product;
use crate::text::{Said, grouped};
use chrono::{Datelike, NaiveDate};

/// Who publishes while the policy does not say.
pub(super) const ISSUER_NOT_SET: &str = "（发布单位未设定）/ issuer not set";

/// What one price is called: a guide price only where a pricing catalogue allows it.
pub(super) fn price_word(catalogue: &str) -> Said {
    if catalogue.is_empty() { Said::new("参考价", "reference price") } else { Said::new("指导价", "guide price") }
}

/// `关于发布2023年6月含锂瓷土原矿、锂云母精矿参考价格区间的通告`.
pub(super) fn title(from: NaiveDate, to: NaiveDate, products: &[String], catalogue: &str, correction: bool) -> Said {
    let when = period(from, to);
    let titles: Vec<_> = products.iter().filter_map(|id| product::by_id(id)).map(|p| p.title).collect();
    let zh = titles.iter().map(|t| t.zh).collect::<Vec<_>>().join("、");
    let en = titles.iter().map(|t| t.en).collect::<Vec<_>>().join(" and ");
    let range = if catalogue.is_empty() {
        Said::new("参考价格区间", "reference price ranges")
    } else {
        Said::new("指导价格区间", "guide price ranges")
    };
    let verb = if correction { Said::new("更正", "Correction of") } else { Said::new("发布", "Notice of") };
    Said::new(format!("关于{}{}{zh}{}的通告", verb.zh, when.zh, range.zh), format!("{} the {} of {en} for {}", verb.en, range.en, when.en))
}

/// `2023年6月`, `2023年6月上半月`, or the days.
pub(super) fn period(from: NaiveDate, to: NaiveDate) -> Said {
    let one_month = (from.year(), from.month()) == (to.year(), to.month());
    let ends = to.succ_opt().is_some_and(|next| next.month() != to.month());
    let month = Said::new(format!("{}年{}月", from.year(), from.month()), from.format("%B %Y").to_string());
    match (from.day(), to.day()) {
        (1, _) if one_month && ends => month,
        (1, 15) if one_month => Said::new(format!("{}上半月", month.zh), format!("the first half of {}", month.en)),
        (16, _) if one_month && ends => Said::new(format!("{}下半月", month.zh), format!("the second half of {}", month.en)),
        _ => Said::new(format!("{}至{}", day_zh(from), day_zh(to)), format!("{from} to {to}")),
    }
}

pub(super) fn day_zh(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// Fen as yuan, decimals only where there are any: `1,850`, `1,850.50`.
pub(super) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "−" } else { "" };
    let (whole, rest) = (fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
    let whole = grouped(i64::try_from(whole).unwrap_or(i64::MAX));
    if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:02}") }
}

/// With its sign.
fn signed(fen: i64) -> String {
    if fen > 0 { format!("+{}", yuan(fen)) } else { yuan(fen) }
}

/// `part / whole` in per cent with two decimals and its sign, half away from zero.
fn signed_percent(part: i64, whole: i64) -> String {
    let (part, whole) = (i128::from(part), i128::from(whole.max(1)));
    let hundredths = (part.abs() * 10_000 + whole / 2) / whole;
    let sign = if part < 0 { "−" } else { "+" };
    format!("{sign}{}.{:02} %", hundredths / 100, hundredths % 100)
}

/// Millionths as per cent without needless zeros: `2 %`, `0.5 %`.
pub(super) fn percent(ppm: i64) -> String {
    let (whole, rest) = (ppm / 10_000, ppm % 10_000);
    let rest = format!("{rest:04}");
    let rest = rest.trim_end_matches('0');
    if rest.is_empty() { format!("{whole} %") } else { format!("{whole}.{rest} %") }
}

/// A share as per cent, to the hundredth.
pub(super) fn share(of: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "shares of the policy lie within 0 and 1")]
    let ppm = (of * 1e4).round() as i64 * 100;
    percent(ppm)
}

/// A bound on a move.
pub(super) fn limit(of: Limit) -> Option<Said> {
    match of {
        Limit::SharePpm(ppm) => Some(Said::new(percent(ppm), percent(ppm))),
        Limit::Amount(fen) => Some(Said::new(format!("{}元", yuan(fen)), format!("{} yuan", yuan(fen)))),
        Limit::None => None,
    }
}

/// How a class came to its price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// The first price, or the first one after a suspension.
    First,
    /// No price: too little evidence.
    Suspended,
    /// No price: tier D, not approved, and nothing to keep.
    NotApproved,
    /// The price of the period before is kept: tier D, not approved.
    KeptNotApproved,
    /// The price of the period before is kept by a judgement.
    KeptByJudgement(String),
    /// The mechanism says what the price is; with the reason of an approval.
    Mechanism(Option<String>),
}

/// What a reason is made of.
#[derive(Clone, Debug)]
pub(super) struct Reason<'a> {
    pub(super) course: Course,
    pub(super) act: &'a str,
    pub(super) before: Option<i64>,
    pub(super) guide: Option<i64>,
    pub(super) why: Option<Why>,
    pub(super) indicative: bool,
    pub(super) mechanism: &'a Mechanism,
}

/// Why a price moved, or why not.
pub(super) fn reason(r: &Reason<'_>) -> Said {
    let said = match &r.course {
        Course::First => Said::new(
            "首次发布（或暂停后恢复发布），按评估价取整。",
            "First price (or the first after a suspension): the assessed price, rounded.",
        ),
        Course::Suspended => Said::new("依据不足，暂停发布价格。", "Too little evidence: the price is suspended."),
        Course::NotApproved => {
            Said::new("可信等级为 D 级，价格未经批准，本期不发布。", "Tier D and no recorded approval: no price in this period.")
        }
        Course::KeptNotApproved => Said::new(
            "可信等级为 D 级，调价未经批准，维持上期价格。",
            "Tier D and no recorded approval of a move: the price of the period before is kept.",
        ),
        Course::KeptByJudgement(why) => {
            Said::new(format!("经判断维持上期价格：{why}"), format!("Kept at the price of the period before by judgement: {why}"))
        }
        Course::Mechanism(approved) => {
            let moved = moved(r);
            let Some(why) = approved else { return finish(moved, r) };
            Said::new(format!("{}D 级调价经批准：{why}", moved.zh), format!("{} Tier D, the move was approved: {why}", moved.en))
        }
    };
    finish(said, r)
}

fn finish(mut said: Said, r: &Reason<'_>) -> Said {
    if r.indicative && r.guide.is_some() {
        said.zh.push_str("依据已久，仅供参考，不作结算依据。");
        said.en.push_str(" The evidence is old: an indication, not for settlement.");
    }
    said
}

fn moved(r: &Reason<'_>) -> Said {
    let (Some(before), Some(guide)) = (r.before, r.guide) else { return Said::default() };
    let change = guide - before;
    let head = if change == 0 && r.act.starts_with("hold") {
        match limit(r.mechanism.trigger) {
            Some(trigger) => Said::new(
                format!("较上期变动未达调价幅度（{}），价格不变。", trigger.zh),
                format!("The move stays below the trigger ({}): held.", trigger.en),
            ),
            None => Said::new("价格不变。", "Unchanged."),
        }
    } else if change == 0 {
        Said::new("价格不变。", "Unchanged.")
    } else {
        let (zh, en) = if change > 0 { ("上调", "Raised") } else { ("下调", "Lowered") };
        let (amount, pct) = (yuan(change.abs()), signed_percent(change, before));
        let head = Said::new(format!("较上期{zh}{amount}元（{pct}）"), format!("{en} by {amount} yuan ({pct})"));
        with_causes(head, r)
    };
    with_bounds(head, r)
}

/// The two parts that moved a price most; all parts stand in the annex.
fn with_causes(head: Said, r: &Reason<'_>) -> Said {
    let Some(why) = r.why else { return Said::new(format!("{}。", head.zh), format!("{}.", head.en)) };
    let mut parts = [
        (why.carbonate_fen_per_t, "碳酸锂价格", "carbonate"),
        (why.evidence_fen_per_t, "成交水平", "level of the deals"),
        (why.deviation_fen_per_t, "品级差异", "difference of the grade"),
        (why.mechanism_fen_per_t, "结转、限幅与取整", "carry, step limit and rounding"),
    ];
    parts.sort_by_key(|(fen, _, _)| std::cmp::Reverse(fen.abs()));
    let causes: Vec<_> = parts.into_iter().take(2).filter(|(fen, _, _)| *fen != 0).collect();
    let zh: Vec<String> = causes.iter().map(|(fen, name, _)| format!("{name}{}元", signed(*fen))).collect();
    let en: Vec<String> = causes.iter().map(|(fen, _, name)| format!("{name} {}", signed(*fen))).collect();
    Said::new(format!("{}：主要因{}。", head.zh, zh.join("、")), format!("{}: mainly {} yuan.", head.en, en.join(", ")))
}

/// What the mechanism held back or bounded; the parts of a change stand in the annex.
fn with_bounds(mut said: Said, r: &Reason<'_>) -> Said {
    let (act, bound) = r.act.strip_suffix("+bound").map_or((r.act, false), |act| (act, true));
    if let ("maxstep", Some(most)) = (act, limit(r.mechanism.max_step)) {
        said.zh.push_str(&format!("单期以 {} 为限，余额结转。", most.zh));
        said.en.push_str(&format!(" A period moves at most {}; the rest is carried.", most.en));
    }
    if bound {
        said.zh.push_str("受上下限约束。");
        said.en.push_str(" Bound by floor or ceiling.");
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn products() -> Vec<String> {
        vec![product::ORE.to_owned(), product::CONCENTRATE.to_owned()]
    }

    #[test]
    fn the_title_is_that_of_a_notice_and_says_guide_price_only_where_a_catalogue_allows_it() {
        let said = title(day("2023-06-01"), day("2023-06-30"), &products(), "", false);
        assert_eq!(said.zh, "关于发布2023年6月含锂瓷土原矿、锂云母精矿参考价格区间的通告");
        let bound = title(day("2023-06-01"), day("2023-06-30"), &products(), "江西省定价目录", true);
        assert_eq!(bound.zh, "关于更正2023年6月含锂瓷土原矿、锂云母精矿指导价格区间的通告");
        assert!(!said.zh.contains("指导") && !said.en.contains("guide"));
    }

    #[test]
    fn a_period_is_named_as_people_name_it() {
        let zh = |from: &str, to: &str| period(day(from), day(to)).zh;
        assert_eq!(zh("2024-02-01", "2024-02-29"), "2024年2月");
        assert_eq!(zh("2024-02-01", "2024-02-15"), "2024年2月上半月");
        assert_eq!(zh("2024-02-16", "2024-02-29"), "2024年2月下半月");
        assert_eq!(zh("2024-02-16", "2024-02-28"), "2024年2月16日至2024年2月28日");
        assert_eq!(zh("2023-12-29", "2024-01-12"), "2023年12月29日至2024年1月12日");
    }

    #[test]
    fn amounts_have_no_needless_zeros_and_shares_their_sign() {
        assert_eq!((yuan(185_000), yuan(-5_005)), ("1,850".into(), "−50.05".into()));
        assert_eq!((percent(20_000), percent(5_000), percent(12_345)), ("2 %".into(), "0.5 %".into(), "1.2345 %".into()));
        assert_eq!((signed_percent(7_000, 176_000), signed_percent(-1, 3)), ("+3.98 %".into(), "−33.33 %".into()));
        assert_eq!(share(0.35), "35 %");
    }
}

//! What do tier, ladder, act and basis mean, and why did a price move? The same words for pages, commands and bulletins.

use super::bands::{Period, Why};
use super::yardstick::TierNeeds;
use crate::text::{Said, grouped};

/// A tier by its name: `A 级`.
#[must_use]
pub fn tier(id: &str) -> Said {
    match id {
        "A" | "B" | "C" | "D" => Said::new(format!("{id} 级"), format!("tier {id}")),
        "-" => Said::new("不分级", "no tier"),
        other => Said::new(other, other),
    }
}

/// What a tier means for who uses the price.
#[must_use]
pub fn tier_means(id: &str) -> Said {
    match id {
        "A" => Said::new(
            "成交多、卖方和买方分散，任何一家卖方都难以左右价格。",
            "Many sales, sellers and buyers: no single seller could have moved the price far.",
        ),
        "B" => Said::new(
            "依据充分，但成交、买卖方数量或分散程度还达不到最高一级。",
            "Well founded, though with fewer or less spread sales than the best tier asks for.",
        ),
        "C" => Said::new(
            "依据勉强够用：成交少，或单一卖方的影响偏大，使用时须留意区间。",
            "Just enough to go by: few sales, or one seller weighs much; mind the range.",
        ),
        "D" => Said::new(
            "依据不足：指导价须经有记录的批准方可变动。",
            "Too little to go by: the guide price may move only with a recorded approval.",
        ),
        "-" => Said::new("没有价格，或价格由公式或基准得出，不分等级。", "No price, or one by a formula or a benchmark: it has no tier."),
        other => Said::new(other, other),
    }
}

/// What a tier needs, in numbers.
#[must_use]
pub fn needs(needs: &TierNeeds) -> Said {
    let mut zh = vec![format!("至少 {} 笔成交", needs.sales), format!("{} 个卖方", needs.sellers)];
    let mut en = vec![format!("at least {} sales", needs.sales), format!("{} sellers", needs.sellers)];
    if needs.buyers > 0 {
        zh.push(format!("{} 个买方", needs.buyers));
        en.push(format!("{} buyers", needs.buyers));
    }
    if let Some(share) = needs.top_share {
        zh.push(format!("最大卖方占比不超过 {}", percent(share)));
        en.push(format!("largest seller at most {}", percent(share)));
    }
    if let Some(influence) = needs.influence {
        zh.push(format!("单一卖方影响不超过 {}", percent(influence)));
        en.push(format!("influence of one seller at most {}", percent(influence)));
    }
    Said::new(zh.join("、"), en.join(", "))
}

/// What a period lacks for a tier, each with what it has; empty: it has all that the tier asks for.
#[must_use]
pub fn lacks(period: &Period, needs: &TierNeeds) -> Vec<Said> {
    let mut lacks = Vec::new();
    let mut count = |has: u32, least: u32, zh: &str, en: &str| {
        if has < least {
            lacks.push(Said::new(format!("{zh} {has}（须 {least}）"), format!("{has} {en} of {least}")));
        }
    };
    count(period.n, needs.sales, "成交", "sales");
    count(period.sellers, needs.sellers, "卖方", "sellers");
    count(period.buyers, needs.buyers, "买方", "buyers");
    let mut share = |has: Option<f64>, most: Option<f64>, zh: &str, en: &str| {
        if let Some(most) = most
            && has.is_none_or(|has| has > most)
        {
            let has = has.map_or_else(|| Said::new("未知", "not known"), |has| Said::new(percent(has), percent(has)));
            let most = percent(most);
            lacks.push(Said::new(format!("{zh} {}（至多 {most}）", has.zh), format!("{en} {} (at most {most})", has.en)));
        }
    };
    share(period.trust.top_share, needs.top_share, "最大卖方占比", "largest seller");
    share(period.trust.seller_influence, needs.influence, "单一卖方影响", "influence of one seller");
    lacks
}

/// A rung of the ladder by its name: `L2 近几期成交`.
#[must_use]
pub fn ladder(id: &str) -> Said {
    let (zh, en) = match id {
        "L1" => ("L1 本期自身成交", "L1 own sales of the period"),
        "L2" => ("L2 近几期成交", "L2 sales of the last periods"),
        "L3" => ("L3 其他品级", "L3 other grade classes"),
        "L4" => ("L4 沿用水平", "L4 level carried on"),
        "L5" => ("L5 仅供参考", "L5 indicative"),
        "L6" => ("L6 暂停", "L6 suspended"),
        "-" => ("公式或基准", "formula or benchmark"),
        other => (other, other),
    };
    Said::new(zh, en)
}

/// What a rung means for who uses the price.
#[must_use]
pub fn ladder_means(id: &str) -> Said {
    let (zh, en) = match id {
        "L1" => ("价格由该品级本期的成交得出。", "The price comes from the class's own sales of the period."),
        "L2" => (
            "本期该品级自身成交不足：水平取本期全部品级的成交，品级差取该品级近几期的成交（越早权重越小）。",
            "Too few sales of the class this period: the level comes from all classes, its deviation from its own sales of the last periods (older ones count less).",
        ),
        "L3" => (
            "该品级近期没有足够成交：价格由其他品级的成交推得。",
            "The class has too few recent sales: its price is derived from the other grade classes.",
        ),
        "L4" => (
            "本期卖方不足，没有新的水平：沿用往期水平，按当期碳酸锂净回值计算。",
            "Too few sellers for a level of the period: the level before, with today's netback.",
        ),
        "L5" => (
            "沿用的水平已经过久：价格仅供参考，不用于结算。",
            "The level carried on is too old: the price is an indication, not for settlement.",
        ),
        "L6" => (
            "暂停发布：没有依据，或依据过久，或没有碳酸锂报价。",
            "Suspended: no evidence, or none that is young enough, or no carbonate quotation.",
        ),
        "-" => ("价格由公式或基准得出，不取决于成交。", "The price comes from a formula or a benchmark, not from sales."),
        other => (other, other),
    };
    Said::new(zh, en)
}

/// What the mechanism did.
#[must_use]
pub fn act(act: &str) -> Said {
    let (what, bound) = act.split_once('+').map_or((act, false), |(what, _)| (what, true));
    let (zh, en) = match what {
        "init" => ("首期", "first period"),
        "hold" => ("变动未达启动线，不调", "below the trigger, held"),
        "adjust" => ("调整", "adjusted"),
        "maxstep" => ("调整，受单期限幅", "adjusted, limited to the largest step"),
        "published" => ("以已公布的价格为准", "the published price is in force"),
        "none" => ("无价", "no price"),
        other => (other, other),
    };
    match bound {
        true => Said::new(format!("{zh}，触及上下界"), format!("{en}, at a bound")),
        false => Said::new(zh, en),
    }
}

/// On what a price rests.
#[must_use]
pub fn basis(basis: &str) -> Said {
    let (zh, en) = match basis {
        "own-period" => ("本期自身成交", "own sales of the period"),
        "decayed-window" => ("近几期成交", "sales of the last periods"),
        "sister-grades" => ("其他品级的成交", "sales of other grade classes"),
        "carried-netback" => ("沿用水平，随净回值变动", "level carried on, moved with netback"),
        "indicative" => ("沿用过久，仅供参考，不用于结算", "carried too long: indicative, not for settlement"),
        "formula" => ("公式定价", "formula"),
        "benchmark" => ("基准价加浮动", "benchmark and float"),
        "none" => ("无依据", "none"),
        other => (other, other),
    };
    Said::new(zh, en)
}

/// Why a guide price moved, or why not: the whole change and every part of it that is not nought; `act` is what the mechanism did.
#[must_use]
pub fn moved(why: &Why, act_id: &str) -> Said {
    let change = why.to_fen_per_t - why.from_fen_per_t;
    let share = share_of(change, why.from_fen_per_t);
    let (size, share_zh, share_en) = (yuan(change.abs()), wrap(&share, "（", "）"), wrap(&share, " (", ")"));
    let whole = match change.signum() {
        1 => Said::new(format!("较上期上调 {size} 元/干吨{share_zh}"), format!("Up {size} yuan a dry tonne{share_en}")),
        -1 => Said::new(format!("较上期下调 {size} 元/干吨{share_zh}"), format!("Down {size} yuan a dry tonne{share_en}")),
        _ => Said::new("与上期持平", "Unchanged"),
    };
    let parts = [
        (why.carbonate_fen_per_t, "碳酸锂（净回值）", "carbonate (netback)"),
        (why.evidence_fen_per_t, "成交水平", "level of the sales"),
        (why.deviation_fen_per_t, "品级偏离", "deviation of the class"),
        (why.mechanism_fen_per_t, "浮动机制", "mechanism"),
    ];
    let some: Vec<_> = parts.iter().filter(|(fen, _, _)| *fen != 0).collect();
    let done = act(act_id);
    if some.is_empty() {
        return Said::new(
            format!("{}，各项均无变动（{}）。", whole.zh, done.zh),
            format!("{}; none of its parts moved ({}).", whole.en, done.en),
        );
    }
    let zh = some.iter().map(|(fen, zh, _)| format!("{zh} {}", signed(*fen))).collect::<Vec<_>>().join("，");
    let en = some.iter().map(|(fen, _, en)| format!("{en} {}", signed(*fen))).collect::<Vec<_>>().join(", ");
    Said::new(format!("{}：{zh}；机制本期：{}。", whole.zh, done.zh), format!("{}: {en}; mechanism this period: {}.", whole.en, done.en))
}

fn wrap(text: &Option<String>, before: &str, after: &str) -> String {
    text.as_ref().map(|t| format!("{before}{t}{after}")).unwrap_or_default()
}

/// A share of a price with its sign and one decimal: `-4.2%`.
fn share_of(change: i64, of: i64) -> Option<String> {
    if of <= 0 || change == 0 {
        return None;
    }
    let tenths = (i128::from(change.abs()) * 2000 + i128::from(of)) / (i128::from(of) * 2);
    Some(format!("{}{}.{}%", if change < 0 { "-" } else { "+" }, tenths / 10, tenths % 10))
}

/// A share, or a logarithmic distance, as per cent with one decimal.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// Fen as yuan, decimals only where there are any.
fn yuan(fen: i64) -> String {
    let (whole, rest) = (grouped(fen / 100), fen.abs() % 100);
    match rest {
        0 => whole,
        tens if tens % 10 == 0 => format!("{whole}.{}", tens / 10),
        _ => format!("{whole}.{rest:02}"),
    }
}

fn signed(fen: i64) -> String {
    format!("{}{}", if fen < 0 { "-" } else { "+" }, yuan(fen.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::bands::Trust;

    fn period(n: u32, sellers: u32, buyers: u32, top_share: Option<f64>, seller_influence: Option<f64>) -> Period {
        Period {
            period: "2023-06".to_owned(),
            from: "2023-06-01".to_owned(),
            to: "2023-06-30".to_owned(),
            carbonate_fen_per_t: None,
            carbonate_age_days: None,
            n,
            sellers,
            buyers,
            theta: None,
            state: None,
            band: 0.06,
            foretold: 0,
            inside: 0,
            excluded: Vec::new(),
            trust: Trust { top_share, seller_influence, ..Trust::default() },
            classes: Vec::new(),
        }
    }

    const fn why(carbonate: i64, evidence: i64, deviation: i64, mechanism: i64) -> Why {
        Why {
            from_fen_per_t: 412_500,
            to_fen_per_t: 412_500 + carbonate + evidence + deviation + mechanism,
            carbonate_fen_per_t: carbonate,
            evidence_fen_per_t: evidence,
            deviation_fen_per_t: deviation,
            mechanism_fen_per_t: mechanism,
        }
    }

    #[test]
    fn a_move_is_told_with_its_parts_and_what_did_nothing_is_left_out() {
        let said = moved(&why(-31_250, 9_150, 0, 4_600), "maxstep");
        insta::assert_snapshot!(said.zh, @"较上期下调 175 元/干吨（-4.2%）：碳酸锂（净回值） -312.5，成交水平 +91.5，浮动机制 +46；机制本期：调整，受单期限幅。");
        insta::assert_snapshot!(said.en, @"Down 175 yuan a dry tonne (-4.2%): carbonate (netback) -312.5, level of the sales +91.5, mechanism +46; mechanism this period: adjusted, limited to the largest step.");
    }

    #[test]
    fn a_price_that_was_held_says_what_was_held_back() {
        let said = moved(&why(1_203, -3, 0, -1_200), "hold");
        insta::assert_snapshot!(said.zh, @"与上期持平：碳酸锂（净回值） +12.03，成交水平 -0.03，浮动机制 -12；机制本期：变动未达启动线，不调。");
        insta::assert_snapshot!(moved(&why(0, 0, 0, 0), "hold+bound").en, @"Unchanged; none of its parts moved (below the trigger, held, at a bound).");
    }

    #[test]
    fn what_keeps_a_price_from_a_tier_is_said_with_what_it_has() {
        let needs_a = TierNeeds { tier: "A".to_owned(), sales: 12, sellers: 5, buyers: 3, top_share: Some(0.4), influence: Some(0.03) };
        let zh = |p: &Period| lacks(p, &needs_a).into_iter().map(|s| s.zh).collect::<Vec<_>>().join("；");
        assert_eq!(zh(&period(12, 5, 3, Some(0.4), Some(0.03))), "", "exactly at the limits is enough");
        assert_eq!(
            zh(&period(11, 5, 2, Some(0.41), Some(0.031))),
            "成交 11（须 12）；买方 2（须 3）；最大卖方占比 41.0%（至多 40.0%）；单一卖方影响 3.1%（至多 3.0%）"
        );
        assert_eq!(zh(&period(12, 5, 3, Some(0.2), None)), "单一卖方影响 未知（至多 3.0%）", "what is not known meets no need");
        insta::assert_snapshot!(needs(&needs_a).zh, @"至少 12 笔成交、5 个卖方、3 个买方、最大卖方占比不超过 40.0%、单一卖方影响不超过 3.0%");
    }

    #[test]
    fn every_id_of_the_results_has_words_in_both_languages_and_unknown_ones_stay_readable() {
        type Words = fn(&str) -> Said;
        let all: [(Words, &[&str]); 6] = [
            (tier, &["A", "B", "C", "D", "-"]),
            (tier_means, &["A", "B", "C", "D", "-"]),
            (ladder, &["L1", "L2", "L3", "L4", "L5", "L6", "-"]),
            (ladder_means, &["L1", "L2", "L3", "L4", "L5", "L6", "-"]),
            (act, &["init", "hold", "adjust", "maxstep", "maxstep+bound", "published", "none"]),
            (basis, &["own-period", "decayed-window", "sister-grades", "carried-netback", "indicative", "formula", "benchmark", "none"]),
        ];
        for (words, ids) in all {
            for id in ids {
                let said = words(id);
                assert!(said.zh.chars().any(|c| c >= '\u{4E00}') && said.en.is_ascii(), "{id}: {said:?}");
            }
            assert_eq!(words("X9").zh, "X9");
        }
    }
}

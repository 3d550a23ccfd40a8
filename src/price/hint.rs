//! What kind of mistake does a price far from its netback look like?

use crate::text::Said;

/// A mistake that is common in ledgers: by what it multiplies the price, and what to ask for.
struct Mistake {
    factor: f64,
    says: &'static str,
    zh: &'static str,
    en: &'static str,
}

/// Yuan in a US dollar, roughly the middle of 2019 to 2026 (6.3 to 7.3): it only has to be told from 1 and from 100.
const YUAN_PER_USD: f64 = 7.0;

/// Units first; a number that stands between two of them is the nearer one's, in proportion.
const MISTAKES: [Mistake; 8] = [
    Mistake { factor: 1e-4, says: "1/10000", zh: "单价是否以万元计", en: "is the price in 10 000 yuan?" },
    Mistake {
        factor: 1e-3, says: "1/1000", zh: "单价是否以千元计，或为每公斤价", en: "is the price in 1000 yuan, or a kilogram?"
    },
    Mistake {
        factor: 1e-2,
        says: "1/100",
        zh: "单价是否以百元计，或小数点错了两位",
        en: "is the price in 100 yuan, or its point two places off?",
    },
    Mistake { factor: 1.0 / YUAN_PER_USD, says: "1/7", zh: "单价是否为美元", en: "is the price in US dollars?" },
    Mistake { factor: YUAN_PER_USD, says: "7", zh: "美元价是否折算了两次", en: "was a price in US dollars converted twice?" },
    Mistake {
        factor: 1e2, says: "100", zh: "单价是否以分计，或小数点错了两位", en: "is the price in fen, or its point two places off?"
    },
    Mistake {
        factor: 1e3,
        says: "1000",
        zh: "数量与单价的单位是否混淆（公斤与吨）",
        en: "are the units of quantity and price mixed up (kg and t)?",
    },
    Mistake {
        factor: 1e4,
        says: "10000",
        zh: "元是否误标为万元，或总价填成了单价",
        en: "are yuan headed as 10 000 yuan, or is the total written as the price?",
    },
];

/// Farther than this from every mistake, in proportion, it looks like none of them: the market itself pays about so much more or
/// less than the netback.
const REACH: f64 = 2.7;

/// Up to this far from the netback, in proportion, no unit is mistaken: then it is the terms of the contract.
const NEAR: f64 = 3.0;

/// What the ratio of a price to its netback looks like; for sales outside of the corridor. `None`: like no mistake that is known.
///
/// ```text
/// 0.00009 → 约 1/10000：单价是否以万元计？
/// ```
#[must_use]
pub fn hint(ratio: f64) -> Option<Said> {
    if !ratio.is_finite() {
        return None;
    }
    if ratio <= 0.0 {
        return Some(Said::new("不大于零：运费是否高于单价？", "not above zero: is the freight above the price?"));
    }
    if (1.0 / NEAR..=NEAR).contains(&ratio) {
        return Some(near_the_netback(ratio));
    }
    let apart = |m: &Mistake| libm::log(ratio / m.factor).abs();
    let nearest = MISTAKES.iter().min_by(|a, b| apart(a).total_cmp(&apart(b))).filter(|m| apart(m) <= libm::log(REACH))?;
    Some(Said::new(format!("约 {}：{}？", nearest.says, nearest.zh), format!("about {}: {}", nearest.says, nearest.en)))
}

/// Too small a factor for a unit: the terms of the contract.
fn near_the_netback(ratio: f64) -> Said {
    if ratio > 1.0 {
        return Said::new(
            format!("约 {ratio:.2} 倍：含税价（1.13）是否填成不含税，干基价是否按湿吨又折算一次，或送到价未填运费？"),
            format!("about {ratio:.2}: is VAT (1.13) in it, is it a dry price divided by the dry share again, or the freight not stated?"),
        );
    }
    Said::new(
        format!("约 {ratio:.2} 倍：不含税价（1/1.13）是否填成含税，湿基价是否填成干基，或品位填高？"),
        format!("about {ratio:.2}: was VAT (1.13) taken out twice, is the moisture left out, or the grade written too high?"),
    )
}

/// The ratio of a price to its netback as people read it: three digits that say something, however small it is.
#[must_use]
pub fn shown_ratio(ratio: f64) -> String {
    let size = ratio.abs();
    if size == 0.0 || size >= 0.1 {
        return format!("{ratio:.3}");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a logarithm of a float, at most 324")]
    let places = (2.0 - libm::floor(libm::log10(size))).clamp(3.0, 12.0) as usize;
    format!("{ratio:.places$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ratio: f64, zh: &str) {
        let said = hint(ratio);
        assert!(said.as_ref().is_some_and(|s| s.zh.contains(zh)), "{ratio}: {said:?}");
    }

    #[test]
    fn a_mistake_of_unit_is_recognised_whatever_the_market_pays_of_the_netback() {
        // A true ratio of 0.6 to 1.5 behind each mistake.
        for real in [0.6, 0.9, 1.5] {
            check(real / 10_000.0, "万元");
            check(real / 1000.0, "千元");
            check(real / 100.0, "百元");
            check(real / 7.2, "美元");
            check(real * 100.0, "分");
            check(real * 10_000.0, "总价");
        }
    }

    #[test]
    fn a_price_that_is_just_outside_is_a_matter_of_terms_and_others_are_not_explained() {
        check(1.9, "1.13");
        check(0.38, "1/1.13");
        check(0.34, "1/1.13");
        check(-0.2, "运费");
        for odd in [3e-6, 30.0, 1e6, f64::NAN, f64::INFINITY] {
            assert_eq!(hint(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_ratio_keeps_the_digits_that_say_something() {
        assert_eq!(
            [0.87, 1.9, 0.0871, 0.000_087, 0.0, -0.5].map(shown_ratio),
            ["0.870", "1.900", "0.0871", "0.0000870", "0.000", "-0.500"]
        );
    }
}

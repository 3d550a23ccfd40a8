//! By which method, and has it changed? Notes with the policy's own parameters; a change needs an announcement in force.

use super::refusal::Refusal;
use super::words::{day_zh, limit, price_word, share, yuan};
use crate::policy::Policy;
use crate::price::band::Around;
use crate::price::bulletin::Bulletin;
use crate::price::policy::{AssessedBy, PricePolicy, ProductPolicy, Publication};
use crate::price::policy_state::Tier;
use crate::records::product;
use crate::text::Said;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// How many keys that differ are named.
const NAMED: usize = 5;

/// The notes of a bulletin on these products.
pub(super) fn notes(price: &PricePolicy, products: &[String]) -> Vec<Said> {
    let word = price_word(&price.publication.catalogue);
    let mut notes = vec![Said::new(
        format!("价格口径：每干吨、出厂、不含增值税、现款；每度价为{}除以品位（1 % Li2O 为一度）。", word.zh),
        format!(
            "Prices are for a dry tonne, ex works, without VAT, cash; the price per du is the {} over the grade (1 % Li2O is one du).",
            word.en
        ),
    )];
    let of = |id: &String| Some((product::by_id(id)?.title, price.product.get(id)?));
    let of: Vec<_> = products.iter().filter_map(of).collect();
    for note in [evidence, state, mechanism, band, tiers] {
        let of = of.iter().filter(|(_, product)| note(product) != Said::default());
        notes.extend(alike(&of.map(|(title, product)| (Said::new(title.zh, title.en), note(product))).collect::<Vec<_>>()));
    }
    notes.push(rules(&price.publication));
    notes
}

/// One note where all products have the same; else one each, with its name.
fn alike(notes: &[(Said, Said)]) -> Vec<Said> {
    match notes {
        [] => Vec::new(),
        [(_, first), rest @ ..] if rest.iter().all(|(_, note)| note == first) => vec![first.clone()],
        _ => notes.iter().map(|(name, note)| Said::new(format!("{}：{}", name.zh, note.zh), format!("{}: {}", name.en, note.en))).collect(),
    }
}

fn evidence(of: &ProductPolicy) -> Said {
    match of.assessed_by {
        AssessedBy::Market => {}
        AssessedBy::Formula => {
            return Said::new(
                "评估价由政策所载公式按碳酸锂报价计算。",
                "The assessed price follows the policy's formula from the quotation of lithium carbonate.",
            );
        }
        AssessedBy::Benchmark => {
            return Said::new(
                "评估价由政策所载基准价与报价加权计算。",
                "The assessed price is the policy's benchmark and the quotation, weighted.",
            );
        }
    }
    let (trim, cap, least) = (share(of.centre.trim), share(of.centre.seller_cap), of.centre.min_sellers);
    let (low, high) = (of.screen.corridor_low, of.screen.corridor_high);
    let lot = of.screen.min_lot_kg / 1000;
    Said::new(
        format!(
            "评估价以申报成交为依据：折为干基、出厂、不含税、现款后与净回值相比；重复登记、关联交易、低于 {lot} 干吨、规格不符及低于净回值 {low:.2} 倍或高于 {high:.2} 倍的成交不采用。两端各截去 {trim} 后取加权均值，单一卖方的权重不超过 {cap}（卖方少时为家数的倒数），少于 {least} 家卖方不单独估价。"
        ),
        format!(
            "The assessed price rests on reported deals, normalised to dry, ex works, without VAT, cash and compared with the netback; duplicates, related parties, lots below {lot} dry t, deals off specification and those outside {low:.2} to {high:.2} times the netback are left out. It is the weighted mean after trimming {trim} at each end; one seller weighs at most {cap} (where there are few: the inverse of their number); fewer than {least} sellers give no estimate of their own."
        ),
    )
}

fn state(of: &ProductPolicy) -> Said {
    if of.assessed_by != AssessedBy::Market {
        return Said::default();
    }
    let (carry, indicative) = (of.ladder.carry_periods, of.ladder.indicative_periods);
    Said::new(
        format!(
            "依据等级：L1 本期本品级成交；L2 近期成交；L3 其他品级；L4 本期无足够成交，以既有水平乘当期净回值，至多 {carry} 期；L5 其后 {indicative} 期，仅供参考、不作结算依据；L6 暂停发布。"
        ),
        format!(
            "Rungs: L1 deals of the class in the period; L2 its recent deals; L3 other classes; L4 too few deals: the known level with today's netback, at most {carry} periods; L5 the same for {indicative} more, an indication and not for settlement; L6 suspended."
        ),
    )
}

fn mechanism(of: &ProductPolicy) -> Said {
    let m = &of.mechanism;
    let trigger = limit(m.trigger)
        .map(|l| Said::new(format!("变动不足 {} 的不调整，差额结转；", l.zh), format!("a move below {} is held and carried; ", l.en)));
    let most = limit(m.max_step).map(|l| Said::new(format!("单期调整不超过 {}；", l.zh), format!("no move exceeds {} a period; ", l.en)));
    let (trigger, most) = (trigger.unwrap_or_default(), most.unwrap_or_default());
    let tick = yuan(m.tick);
    Said::new(
        format!("浮动机制：{}{}价格取整到 {tick} 元。", trigger.zh, most.zh),
        format!("Mechanism: {}{}prices are multiples of {tick} yuan.", trigger.en, most.en),
    )
}

fn band(of: &ProductPolicy) -> Said {
    let b = &of.band;
    if let Some(fixed) = &b.fixed {
        let (below, above) = (limit(fixed.below).unwrap_or_default(), limit(fixed.above).unwrap_or_default());
        let around = match fixed.around {
            Around::Guide => Said::new("公布价格", "the published price"),
            Around::Benchmark => Said::new("该品位的基准价", "the benchmark of the grade"),
        };
        return Said::new(
            format!("区间固定：{}下浮 {}、上浮 {}。", around.zh, below.zh, above.zh),
            format!("The range is fixed: {} below and {} above {}.", below.en, above.en, around.en),
        );
    }
    let (covered, min, max, default) = (share(1.0 - b.alpha), share(b.min), share(b.max), share(b.default));
    let window = b.window;
    Said::new(
        format!(
            "区间半宽取最近 {window} 笔成交对事前预期的偏差的 {covered} 分位数，限于 {min} 至 {max}，样本不足时为 {default}；为对数幅度。区间反映成交水平的不确定性，不含公布之后碳酸锂行情的变动。"
        ),
        format!(
            "The half-width of the range is the {covered} quantile of the last {window} deals' deviations from what was expected before them, within {min} and {max}, {default} before there are enough; logarithmic. It speaks of the level of deals, not of how carbonate moves after publication."
        ),
    )
}

fn tiers(of: &ProductPolicy) -> Said {
    if of.assessed_by != AssessedBy::Market {
        return Said::new("不以成交评估的价格不评可信等级。", "A price that is not assessed from sales has no tier of trust.");
    }
    let (a, b, c) = (&of.trust.a, &of.trust.b, &of.trust.c);
    let at_most = |tier: &Tier| {
        let mut said = Said::default();
        if tier.top_share < 1.0 {
            said.zh.push_str(&format!("、最大卖方占比不超过 {}", share(tier.top_share)));
            said.en.push_str(&format!(", largest seller at most {}", share(tier.top_share)));
        }
        if tier.influence.is_finite() {
            said.zh.push_str(&format!("、单一卖方影响不超过 {}", share(tier.influence)));
            said.en.push_str(&format!(", influence of one seller at most {}", share(tier.influence)));
        }
        said
    };
    let (ia, ib) = (at_most(a), at_most(b));
    Said::new(
        format!(
            "可信等级：A 不少于 {} 笔、{} 家卖方、{} 家买方{}；B 不少于 {} 笔、{} 家卖方{}；C 不少于 {} 笔、{} 家卖方；不足者为 D，D 级价格未经记录在案的批准不作变动。",
            a.sales, a.sellers, a.buyers, ia.zh, b.sales, b.sellers, ib.zh, c.sales, c.sellers
        ),
        format!(
            "Tiers: A at least {} deals, {} sellers, {} buyers{}; B {} deals, {} sellers{}; C {} deals, {} sellers; less is D, and a price of tier D moves only with a recorded approval.",
            a.sales, a.sellers, a.buyers, ia.en, b.sales, b.sellers, ib.en, c.sales, c.sellers
        ),
    )
}

fn rules(of: &Publication) -> Said {
    let (least, days) = (of.min_shown, of.correct_within_business_days);
    let above = limit(of.correct_above).unwrap_or_default();
    Said::new(
        format!(
            "为免辨认出某一企业，小于 {least} 的笔数和家数以及可据以推算的数不公布。误差超过 {} 的，自发现起 {days} 个工作日内发布更正通告；其余记入公开差错记录。已发布的通告不作改动。",
            above.zh
        ),
        format!(
            "Counts below {least}, and those from which one could be worked out, are not shown, so that no company is made out. An error above {} is corrected by a bulletin within {days} business days of its discovery, any other goes into the public error log. A published bulletin never changes.",
            above.en
        ),
    )
}

/// What a bulletin of a period says of changes of method: those that came into force since the period before, and those to come.
pub(super) fn announced(of: &Publication, from: NaiveDate, before: Option<&Bulletin>) -> Vec<Said> {
    let since = before.and_then(|b| b.from.parse::<NaiveDate>().ok()).unwrap_or(from);
    let changes = of.change.iter().filter(|c| c.from > since);
    changes.map(|c| Said::new(format!("自{}起施行：{}", day_zh(c.from), c.zh), format!("In force from {}: {}", c.from, c.en))).collect()
}

/// Whether the method is that of the bulletin before, or an announced change is in force.
///
/// # Errors
/// [`Refusal::MethodChanged`] with the keys that differ.
pub(super) fn check(
    policy: &Policy,
    price: &PricePolicy,
    (from, to): (NaiveDate, NaiveDate),
    before: &Bulletin,
    kept: &str,
) -> Result<(), Refusal> {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
    let (was_from, was_to) = (day(&before.from), day(&before.to));
    let was = kept.parse::<Table>().map(|table| parameters(&table, was_to)).unwrap_or_default();
    let now = policy.to_toml().parse::<Table>().map(|table| parameters(&table, to)).unwrap_or_default();
    let keys: std::collections::BTreeSet<&String> = was.keys().chain(now.keys()).collect();
    let keys: Vec<&str> = keys.into_iter().filter(|key| was.get(*key) != now.get(*key)).map(String::as_str).collect();
    let in_force = price.publication.change.iter().any(|c| was_from < c.from && c.from <= from);
    if keys.is_empty() || in_force {
        return Ok(());
    }
    let more = if keys.len() > NAMED { " …" } else { "" };
    let named = keys.get(..NAMED.min(keys.len())).unwrap_or_default().join(", ");
    Err(Refusal::MethodChanged { keys: format!("{named}{more}"), after: was_from.to_string(), from: from.to_string() })
}

/// The parameters of the method in force on a day, by key.
fn parameters(policy: &Table, day: NaiveDate) -> BTreeMap<String, Value> {
    let mut flat = BTreeMap::new();
    if let Some(Value::Table(price)) = policy.get("price") {
        flatten(price, "", day, &mut flat);
    }
    // Who publishes, which days are holidays, and how parameters are estimated is no method of a price.
    const NO_METHOD: [&str; 4] = ["calendar.holidays", "calendar.workdays", "calendar.table_from", "calendar.table_to"];
    let of_sections = |key: &str| key.starts_with("publication.") || key.starts_with("calibration.");
    flat.retain(|key, _| !of_sections(key) && !NO_METHOD.contains(&key.as_str()));
    flat
}

fn flatten(table: &Table, at: &str, day: NaiveDate, flat: &mut BTreeMap<String, Value>) {
    for (key, value) in table {
        let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        match value {
            Value::Table(table) => flatten(table, &path, day, flat),
            // Entries with dates of effect: what is not in force yet is no method yet.
            Value::Array(entries) if entries.iter().any(|e| from(e).is_some()) => {
                let in_force = entries.iter().filter(|e| from(e).is_some_and(|from| from <= day));
                flat.insert(path, Value::Array(in_force.cloned().collect()));
            }
            _ => {
                flat.insert(path, value.clone());
            }
        }
    }
}

/// The date of effect of an entry.
fn from(entry: &Value) -> Option<NaiveDate> {
    match entry.get("from")? {
        Value::Datetime(date) => date.to_string().parse().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

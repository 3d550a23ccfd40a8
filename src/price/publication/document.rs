//! What does the bulletin of a period say? Prices by class from the published ones before, the judgements, and no count that names anybody.

use super::judge::{self, APPROVE_MOVE, HOLD};
use super::ledger::WrongPrice;
use super::refusal::Refusal;
use super::shown::{Counts, shown};
use super::words::{self, Course, Reason};
use super::{method, number_of_periods};
use crate::price::band::{bounded, limits_of};
use crate::price::bands::{ClassPrice, Period, ProductBands, Why};
use crate::price::bulletin::{Bulletin, ClassBulletin, Correction, Judgement, MadeFrom, ProductBulletin};
use crate::price::class_price::per_du;
use crate::price::mechanism::step;
use crate::price::policy::{Class, PricePolicy, ProductPolicy};
use crate::records::product;
use crate::text::Said;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The tier in which a price moves only with an approval.
const NEEDS_APPROVAL: &str = "D";
/// The rung that is not for settlement.
const INDICATIVE: &str = "L5";

/// What a document is made of.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    /// The section `[price]`.
    pub price: &'a PricePolicy,
    /// What the price may be called.
    pub notice: Said,
    /// Period id.
    pub period: &'a str,
    /// The course of the prices up to the period.
    pub bands: &'a [ProductBands],
    /// The bulletin in force of the period before.
    pub before: Option<&'a Bulletin>,
    /// What was judged.
    pub judgements: Vec<Judgement>,
    /// What it corrects.
    pub corrects: Option<Correction>,
    /// The day on which it is due.
    pub due: NaiveDate,
    /// Changes of method that it announces.
    pub changes: Vec<Said>,
    /// From what it is made.
    pub made_from: MadeFrom,
}

/// The document of a draft.
///
/// # Errors
/// [`Refusal::NothingToPublish`], [`Refusal::NothingToApprove`], [`Refusal::NothingToHold`].
pub fn document(parts: &Parts<'_>) -> Result<Bulletin, Refusal> {
    let mut products = Vec::new();
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut span = None;
    for of in parts.bands {
        let at = of.periods.iter().position(|p| p.period == parts.period);
        let (Some(policy), Some((at, period))) = (parts.price.product.get(&of.product), at.and_then(|at| Some((at, of.periods.get(at)?))))
        else {
            continue;
        };
        span = span.or_else(|| Some((period.from.clone(), period.to.clone())));
        let before = parts.before.and_then(|b| b.products.iter().find(|p| p.product == of.product));
        if is_bare(period) && before.is_none_or(|b| b.classes.iter().all(|c| c.guide_fen_per_t.is_none())) {
            continue;
        }
        products.push(product_bulletin(parts, policy, of, at, period, before, &mut used));
    }
    check_judgements(parts, &used)?;
    let nothing = || Refusal::NothingToPublish { period: parts.period.to_owned() };
    let (from, to) = span.filter(|_| !products.is_empty()).ok_or_else(nothing)?;
    let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
    let ids: Vec<String> = products.iter().map(|p| p.product.clone()).collect();
    let publication = &parts.price.publication;
    Ok(Bulletin {
        number: None,
        corrects: parts.corrects.clone(),
        title: words::title(day(&from), day(&to), &ids, &publication.catalogue, parts.corrects.is_some()),
        issuer: if publication.issuer.is_empty() { words::ISSUER_NOT_SET.to_owned() } else { publication.issuer.clone() },
        notice: parts.notice.clone(),
        period: parts.period.to_owned(),
        from,
        to,
        due: parts.due.to_string(),
        published_on: None,
        method: method::notes(parts.price, &ids),
        products,
        judgements: parts.judgements.clone(),
        changes_of_method: parts.changes.clone(),
        made_from: parts.made_from.clone(),
    })
}

/// Whether a period says nothing of a product: no price, no sale.
fn is_bare(period: &Period) -> bool {
    period.n == 0 && period.excluded.is_empty() && period.classes.iter().all(|c| c.assessed_fen_per_t.is_none())
}

/// A judgement that decided nothing is none.
fn check_judgements(parts: &Parts<'_>, used: &BTreeSet<usize>) -> Result<(), Refusal> {
    // A correction takes over what was judged for the bulletin that it corrects, whether that still decides anything or not.
    if parts.corrects.is_some() {
        return Ok(());
    }
    let idle = parts.judgements.iter().enumerate().find(|(i, _)| !used.contains(i));
    let Some((_, judgement)) = idle else { return Ok(()) };
    let what = judgement.class.as_ref().map_or_else(|| judgement.product.clone(), |class| format!("{}/{class}", judgement.product));
    Err(if judgement.what == HOLD { Refusal::NothingToHold { what } } else { Refusal::NothingToApprove { what } })
}

fn product_bulletin(
    parts: &Parts<'_>,
    policy: &ProductPolicy,
    of: &ProductBands,
    at: usize,
    period: &Period,
    before: Option<&ProductBulletin>,
    used: &mut BTreeSet<usize>,
) -> ProductBulletin {
    let counts =
        Counts { n: period.n, sellers: period.sellers, buyers: period.buyers, excluded: period.excluded.iter().cloned().collect() };
    let counts = shown(&counts, parts.price.publication.min_shown);
    let title = product::by_id(&of.product).map(|p| Said::new(p.title.zh, p.title.en)).unwrap_or_default();
    let classes = policy.class.iter().zip(&period.classes).map(|(class, price)| {
        let before = before.and_then(|b| b.classes.iter().find(|c| c.class == class.id)).and_then(|c| c.guide_fen_per_t);
        class_bulletin(&At { parts, policy, product: &of.product, period, class, price, before }, used)
    });
    let classes = classes.collect();
    ProductBulletin {
        product: of.product.clone(),
        title,
        carbonate_fen_per_t: period.carbonate_fen_per_t,
        carbonate_before_fen_per_t: at.checked_sub(1).and_then(|i| of.periods.get(i)).and_then(|p| p.carbonate_fen_per_t),
        carbonate_age_days: period.carbonate_age_days,
        tier: period.trust.tier.clone(),
        n: counts.n,
        sellers: counts.sellers,
        buyers: counts.buyers,
        band: to_millionth(period.band),
        coverage: coverage(parts, of, at),
        seller_influence: period.trust.seller_influence.map(to_millionth),
        excluded: counts.excluded,
        classes,
    }
}

/// Share of the foretold sales of the last periods that lay within the band announced before them.
fn coverage(parts: &Parts<'_>, of: &ProductBands, at: usize) -> Option<f64> {
    let publication = &parts.price.publication;
    let first = (at + 1).saturating_sub(number_of_periods(publication.coverage_periods));
    let periods = of.periods.get(first..=at)?;
    let foretold: u32 = periods.iter().map(|p| p.foretold).sum();
    let inside: u32 = periods.iter().map(|p| p.inside).sum();
    (foretold >= publication.coverage_min_sales).then(|| to_millionth(f64::from(inside) / f64::from(foretold)))
}

/// To six decimals: what is published reads back as it was written.
fn to_millionth(of: f64) -> f64 {
    (of * 1e6).round() / 1e6
}

/// Where a class stands.
struct At<'a> {
    parts: &'a Parts<'a>,
    policy: &'a ProductPolicy,
    product: &'a str,
    period: &'a Period,
    class: &'a Class,
    price: &'a ClassPrice,
    before: Option<i64>,
}

/// A guide price and how it came about.
struct Decided {
    guide: Option<i64>,
    act: String,
    course: Course,
}

fn class_bulletin(at: &At<'_>, used: &mut BTreeSet<usize>) -> ClassBulletin {
    let decided = decide(at, used);
    let indicative = at.price.ladder == INDICATIVE;
    let why = at.price.why.filter(|why| at.before == Some(why.from_fen_per_t)).zip(decided.guide);
    // What a judgement keeps back is the mechanism's part: the others are what they are.
    let why = why.map(|(why, to)| Why { to_fen_per_t: to, mechanism_fen_per_t: why.mechanism_fen_per_t + to - why.to_fen_per_t, ..why });
    let limits = decided.guide.map(|guide| limits_of(at.policy, at.class.grade_ppm, guide, at.period.band));
    let reason = words::reason(&Reason {
        course: decided.course,
        act: &decided.act,
        before: at.before,
        guide: decided.guide,
        why,
        indicative,
        mechanism: &at.policy.mechanism,
    });
    ClassBulletin {
        class: at.class.id.clone(),
        grade_ppm: at.class.grade_ppm,
        guide_fen_per_t: decided.guide,
        lower_fen_per_t: limits.map(|(lower, _)| lower),
        upper_fen_per_t: limits.map(|(_, upper)| upper),
        per_du_fen: decided.guide.and_then(|guide| per_du(guide, at.class.grade_ppm)),
        before_fen_per_t: at.before,
        ladder: at.price.ladder.clone(),
        indicative: indicative && decided.guide.is_some(),
        act: decided.act,
        reason,
        why,
    }
}

/// The mechanism from the *published* price before; then what a person decided, and what nobody did in tier D.
fn decide(at: &At<'_>, used: &mut BTreeSet<usize>) -> Decided {
    let none = |course: Course| Decided { guide: None, act: "none".to_owned(), course };
    let Some(assessed) = at.price.assessed_fen_per_t else { return none(Course::Suspended) };
    let moved = step(&bounded(at.policy, at.class.grade_ppm), at.before, assessed);
    let as_computed = |course: Course| Decided { guide: Some(moved.guide), act: moved.says(), course };
    let kept = |before: i64, course: Course| Decided { guide: Some(before), act: "hold".to_owned(), course };
    let normal = |approved: Option<String>| match at.before {
        Some(_) => as_computed(Course::Mechanism(approved)),
        None => as_computed(Course::First),
    };
    if at.before == Some(moved.guide) {
        return normal(None);
    }
    if let (Some(judgement), Some(before)) = (asked(at, HOLD, used), at.before) {
        return kept(before, Course::KeptByJudgement(judgement.reason.clone()));
    }
    if at.period.trust.tier != NEEDS_APPROVAL {
        return normal(None);
    }
    match (asked(at, APPROVE_MOVE, used), at.before) {
        (Some(judgement), _) => normal(Some(judgement.reason.clone())),
        (None, Some(before)) => kept(before, Course::KeptNotApproved),
        (None, None) => none(Course::NotApproved),
    }
}

/// The judgement on this class that decides something.
fn asked<'a>(at: &At<'a>, what: &str, used: &mut BTreeSet<usize>) -> Option<&'a Judgement> {
    if what == HOLD && at.before.is_none() {
        return None;
    }
    let judgements: &'a [Judgement] = &at.parts.judgements;
    let found = judge::on(judgements, what, at.product, &at.class.id)?;
    used.extend(judgements.iter().position(|j| j == found));
    Some(found)
}

/// The guide prices of `published` that are not those of `right`.
#[must_use]
pub fn wrong_prices(published: &Bulletin, right: &Bulletin) -> Vec<WrongPrice> {
    let prices = |of: &Bulletin| -> std::collections::BTreeMap<(String, String), Option<i64>> {
        let classes = of.products.iter().flat_map(|p| p.classes.iter().map(move |c| (p, c)));
        classes.map(|(p, c)| ((p.product.clone(), c.class.clone()), c.guide_fen_per_t)).collect()
    };
    let (was, is) = (prices(published), prices(right));
    let keys: BTreeSet<&(String, String)> = was.keys().chain(is.keys()).collect();
    let wrong = keys.into_iter().map(|key| WrongPrice {
        product: key.0.clone(),
        class: key.1.clone(),
        published_fen_per_t: was.get(key).copied().flatten(),
        right_fen_per_t: is.get(key).copied().flatten(),
    });
    wrong.filter(|w| w.published_fen_per_t != w.right_fen_per_t).collect()
}

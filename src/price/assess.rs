//! How do sales become guide prices, period after period? normalise → screen → centre → state → assess → mechanism → band.
//!
//! Assessed price of a class: `exp(level + deviation) × Nref(grade of the class, carbonate today)`, not falling with grade. Where a
//! period has no centre of its own the state serves, moved with today's netback, for the policy's number of periods (ladder
//! L4, then L5); after that there is no price (L6), and the first price that follows is an initial one again: nothing is in
//! force that it could be measured against. A stale price is never repeated without the move of the netback.

use super::anchors::Anchors;
use super::bands::{GradeClass, Period, PricedSale, ProductBands, SellerTrust, StateView, Trust};
use super::calendar::Span;
use super::carbonate::Quotes;
use super::course::{Intake, Runner, Stand, Subject, intakes, seller_names};
use super::influence::{Influence, Market, grid, search};
use super::mechanism::round_to_integer;
use super::normalise::count;
use super::policy::{AssessedBy, Class, PricePolicy, ProductPolicy};
use super::sale::Sale;
use super::screen::{Code, Screened, screen};
use super::state::{After, Evidence};
use super::trust::{self, Facts};
use super::yardstick::Yardstick;
use crate::records::units::dry_kg;
use std::collections::{BTreeMap, BTreeSet};

/// L1: the class's own sales of the period.
pub const OWN_PERIOD: &str = "own-period";
/// L2: its sales of the last periods, with the level of this one.
pub const WINDOW: &str = "decayed-window";
/// L3: other classes.
pub const SISTERS: &str = "sister-grades";
/// L4: the state with today's netback.
pub const CARRIED: &str = "carried-netback";
/// L5: the same, too old for settlement.
pub const INDICATIVE: &str = "indicative";
/// The formula of the policy.
pub const FORMULA: &str = "formula";
/// The benchmark of the policy and the quotation.
pub const BENCHMARK: &str = "benchmark";
/// An act: the price in force is that of a bulletin, and the mechanism by itself would give another one.
pub const PUBLISHED: &str = "published";
/// L6: no price.
pub const NONE: &str = "none";

/// The bands of one product over the periods; `sales` are sorted by (date, id). A published guide price in `anchors` stands in
/// the place of the computed one.
#[must_use]
pub fn assess(
    id: &str,
    price: &PricePolicy,
    product: &ProductPolicy,
    sales: &[Sale],
    quotes: &Quotes,
    periods: &[Span],
    anchors: &Anchors,
) -> ProductBands {
    let subject = Subject { id, price, product, quotes };
    let screened = screen(sales, quotes, price, product);
    let names = seller_names(sales, product);
    let screen = &product.screen;
    let grid = grid(screen.corridor_low, screen.corridor_high, &product.trust.search_steps);
    let mut runner = Runner::new(subject);
    let mut at = 0;
    let mut done = Vec::with_capacity(periods.len());
    for (span, intake) in periods.iter().zip(intakes(subject, sales, &screened, periods)) {
        let to = at + sales.get(at..).unwrap_or_default().partition_point(|s| s.date <= span.to);
        let own = sales.get(at..to).unwrap_or_default().iter().zip(screened.get(at..to).unwrap_or_default());
        let after = runner.state().peek(&intake.evidence, &product.centre);
        let influence = influence(&runner, &intake, &after, product, &grid);
        let stand = runner.accept(&span.id, &intake, &intake.evidence, after, anchors);
        done.push(period(product, span, &own.collect::<Vec<_>>(), &intake, stand, &influence, &names));
        at = to;
    }
    let classes = product.class.iter().map(grade_class).collect();
    let sales = sales.iter().zip(&screened).map(|(sale, s)| priced(price, product, sale, s)).collect();
    ProductBands { product: id.to_owned(), classes, periods: done, sales, yardstick: Yardstick::of(price, product) }
}

/// What one seller or one sale could have done; nothing where no sale decides the price.
fn influence(runner: &Runner<'_>, intake: &Intake, after: &After, product: &ProductPolicy, grid: &[f64]) -> Influence {
    match &intake.netbacks {
        Some(netbacks) if product.assessed_by == AssessedBy::Market => search(&Market {
            before: runner.state(),
            evidence: &intake.evidence,
            centre: &product.centre,
            netbacks,
            prices: &after.prices(netbacks),
            grid,
        }),
        _ => Influence::default(),
    }
}

/// Everything that is said of a period.
fn period(
    product: &ProductPolicy,
    span: &Span,
    own: &[(&Sale, &Screened)],
    intake: &Intake,
    stand: Stand,
    influence: &Influence,
    names: &[String],
) -> Period {
    let evidence = &intake.evidence;
    let by_market = product.assessed_by == AssessedBy::Market;
    let facts = Facts {
        sales: count(evidence.len()),
        sellers: count(evidence.iter().map(|e| e.seller).collect::<BTreeSet<_>>().len()),
        buyers: count(buyers(own, product)),
        top_share: trust::top_share(evidence),
        influence: influence.largest(),
    };
    let mut classes = stand.classes;
    for (class, range) in classes.iter_mut().zip(&influence.without_one) {
        let priced = range.filter(|_| class.assessed_fen_per_t.is_some());
        class.without_one_low_fen_per_t = priced.map(|(low, _)| round_to_integer(low));
        class.without_one_high_fen_per_t = priced.map(|(_, high)| round_to_integer(high));
    }
    Period {
        period: span.id.clone(),
        from: span.from.to_string(),
        to: span.to.to_string(),
        carbonate_fen_per_t: intake.quotation.map(|q| q.fen_per_t),
        carbonate_age_days: intake.quotation.map(|q| q.age_days),
        n: facts.sales,
        sellers: facts.sellers,
        buyers: facts.buyers,
        theta: stand.after.own.map(|own| own.theta),
        state: by_market.then(|| view(&stand.after)),
        band: stand.band,
        foretold: stand.foretold,
        inside: stand.inside,
        excluded: excluded(own),
        trust: trust(product, &stand.after, evidence, &facts, influence, names),
        classes,
    }
}

fn trust(product: &ProductPolicy, after: &After, evidence: &[Evidence], facts: &Facts, influence: &Influence, names: &[String]) -> Trust {
    if product.assessed_by != AssessedBy::Market {
        return Trust { tier: "-".to_owned(), top_share: facts.top_share, ..Trust::default() };
    }
    let shares = trust::capped_shares(evidence, &product.centre);
    let by_seller = influence.sellers.iter().map(|s| SellerTrust {
        seller: names.get(s.seller).cloned().unwrap_or_default(),
        share: shares.get(s.seller).copied().unwrap_or(0.0),
        influence: s.influence,
        without: s.without,
    });
    Trust {
        tier: trust::tier(facts, &product.trust).to_owned(),
        n_eff: after.own.map_or(0.0, |own| own.n_eff),
        top_share: facts.top_share,
        seller_influence: facts.influence,
        sale_influence: influence.sale,
        breakdown_sellers: after.own.and_then(|_| trust::breakdown(evidence, &product.centre)),
        by_seller: by_seller.collect(),
    }
}

fn view(after: &After) -> StateView {
    StateView {
        sd: after.own.map(|own| own.sd),
        surprise: after.surprise_gain.map(|(surprise, _)| surprise),
        gain: after.surprise_gain.map(|(_, gain)| gain),
        level: after.level.m,
        level_variance: after.level.p,
        between: after.between,
    }
}

fn buyers(own: &[(&Sale, &Screened)], product: &ProductPolicy) -> usize {
    let admitted = own.iter().filter(|(_, s)| s.code == Code::Ok);
    admitted.map(|(sale, _)| sale.buyer.identity(product.centre.seller_is)).collect::<BTreeSet<_>>().len()
}

fn excluded(own: &[(&Sale, &Screened)]) -> Vec<(String, u32)> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for (_, s) in own.iter().filter(|(_, s)| s.code != Code::Ok) {
        *counts.entry(s.code.id()).or_default() += 1;
    }
    counts.into_iter().map(|(code, n)| (code.to_owned(), n)).collect()
}

fn grade_class(class: &Class) -> GradeClass {
    GradeClass { id: class.id.clone(), grade_ppm: class.grade_ppm, from_ppm: class.from_ppm, to_ppm: class.to_ppm }
}

fn priced(price: &PricePolicy, product: &ProductPolicy, sale: &Sale, s: &Screened) -> PricedSale {
    PricedSale {
        id: sale.id.clone(),
        contract_no: sale.contract_no.clone(),
        date: sale.date.to_string(),
        period: price.calendar.period_of(sale.date).id,
        seller: sale.seller.name.clone(),
        buyer: sale.buyer.name.clone(),
        class: s.class.and_then(|i| product.class.get(i)).map(|c| c.id.clone()),
        dry_kg: s.dry_mg.and(sale.moisture_ppm).map(|moisture| dry_kg(sale.wet_kg, moisture)),
        dry_fen_per_t: s.dry_fen_per_t.map(round_to_integer),
        netback_fen_per_t: s.netback_fen_per_t.map(round_to_integer),
        code: s.code.id().to_owned(),
        struck_on: s.struck_on.map(|day| day.to_string()),
    }
}

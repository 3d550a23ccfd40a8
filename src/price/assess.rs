//! How do sales become guide prices, period after period? normalise → screen → centre → state → assess → mechanism → band.
//!
//! Assessed price of a class: `exp(level + deviation) × Nref(grade of the class, carbonate today)`, not falling with grade. Where a
//! period has no centre of its own the state serves, moved with today's netback, for the policy's number of periods (ladder
//! L4, then L5); after that there is no price (L6), and the first price that follows is an initial one again: nothing is in
//! force that it could be measured against. A stale price is never repeated without the move of the netback.

use super::anchors::Anchors;
use super::band::{half_width, shown_half_width};
use super::bands::{GradeClass, Period, PricedSale, ProductBands, SellerTrust, StateView, Trust};
use super::calendar::Span;
use super::carbonate::{Quotation, Quotes};
use super::class_price::{Assessed, Before, ClassAt, class_price};
use super::influence::{Influence, Market, grid, search};
use super::ladder::{Rung, rung};
use super::mechanism::round_to_integer;
use super::netback::Costs;
use super::normalise::float;
use super::policy::{AssessedBy, Class, PricePolicy, ProductPolicy};
use super::sale::Sale;
use super::screen::{Code, Screened, screen};
use super::state::{After, Evidence, State};
use super::trust::{self, Facts};
use super::yardstick::Yardstick;
use super::{benchmark, formula};
use crate::records::units::{PPM, dry_kg};
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
    let screened = screen(sales, quotes, price, product);
    let mut course = Course::new(id, price, product, quotes, anchors, Names::of(sales, product));
    let mut at = 0;
    let mut done = Vec::with_capacity(periods.len());
    for (i, span) in periods.iter().enumerate() {
        let to = at + sales.get(at..).unwrap_or_default().partition_point(|s| s.date <= span.to);
        let own = sales.get(at..to).unwrap_or_default().iter().zip(screened.get(at..to).unwrap_or_default());
        let later = periods.get(i..).unwrap_or_default();
        done.push(course.period(span, later, &own.collect::<Vec<_>>()));
        at = to;
    }
    let classes = product.class.iter().map(grade_class).collect();
    let sales = sales.iter().zip(&screened).map(|(sale, s)| priced(price, product, sale, s)).collect();
    ProductBands { product: id.to_owned(), classes, periods: done, sales, yardstick: Yardstick::of(price, product) }
}

/// Sellers by number, in the order of what tells them apart, the same in all periods; and what people call them.
struct Names<'a> {
    numbers: BTreeMap<&'a str, usize>,
    names: Vec<String>,
}

impl<'a> Names<'a> {
    fn of(sales: &'a [Sale], product: &ProductPolicy) -> Self {
        let level = product.centre.seller_is;
        let ids: BTreeSet<&str> = sales.iter().map(|s| s.seller.identity(level)).collect();
        // A controller is a name; a company's number is none, so that it goes by the name on its first sale.
        let mut called: BTreeMap<&str, &str> = BTreeMap::new();
        for seller in sales.iter().map(|s| &s.seller) {
            let id = seller.identity(level);
            called.entry(id).or_insert(if seller.company.as_deref() == Some(id) { &seller.name } else { id });
        }
        let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
        for name in called.values() {
            *shared.entry(name).or_default() += 1;
        }
        let name = |id: &&str| {
            let name = called.get(id).copied().unwrap_or(id);
            // Two companies of one name stay two.
            if shared.get(name).is_some_and(|n| *n > 1) && name != *id { format!("{name} ({id})") } else { name.to_owned() }
        };
        Self { names: ids.iter().map(name).collect(), numbers: ids.iter().enumerate().map(|(number, id)| (*id, number)).collect() }
    }
}

/// What one period hands to the next.
struct Course<'a> {
    id: &'a str,
    price: &'a PricePolicy,
    product: &'a ProductPolicy,
    quotes: &'a Quotes,
    anchors: &'a Anchors,
    names: Names<'a>,
    grid: Vec<f64>,
    state: State,
    /// Periods since the last one with a centre of its own; `None`: there was none yet.
    age: Option<u32>,
    /// One-step-ahead |residuals|, in the order of the sales.
    residuals: Vec<f64>,
    /// Half-width of the band of the period before.
    band: Option<f64>,
    /// What stood at the end of the period before, by class.
    before: Vec<Option<Before>>,
}

impl<'a> Course<'a> {
    fn new(
        id: &'a str,
        price: &'a PricePolicy,
        product: &'a ProductPolicy,
        quotes: &'a Quotes,
        anchors: &'a Anchors,
        names: Names<'a>,
    ) -> Self {
        let screen = &product.screen;
        Self {
            id,
            price,
            product,
            quotes,
            anchors,
            names,
            grid: grid(screen.corridor_low, screen.corridor_high, &product.trust.search_steps),
            state: State::new(product.state.rules(), product.class.len()),
            age: None,
            residuals: Vec::new(),
            band: None,
            before: vec![None; product.class.len()],
        }
    }

    /// Prices a period; `later` are the periods from this one on.
    fn period(&mut self, span: &Span, later: &[Span], own: &[(&Sale, &Screened)]) -> Period {
        let admitted: Vec<(&Sale, &Screened)> = own.iter().copied().filter(|(_, s)| s.code == Code::Ok).collect();
        let evidence = self.evidence(&admitted, later);
        let (foretold, inside) = self.foretell(&evidence);
        let quotation = self.quotes.at(span.to, &self.price.carbonate, &self.price.calendar);
        let netbacks = self.netbacks(span, quotation);
        let after = self.state.peek(&evidence, &self.product.centre);
        self.age = if after.own.is_some() { Some(0) } else { self.age.map(|age| age.saturating_add(1)) };
        let band = half_width(&self.residuals, &self.product.band);
        let assessed = self.assessed(&after, netbacks.as_deref(), quotation);
        let by_market = self.product.assessed_by == AssessedBy::Market;
        let influence = match (&netbacks, by_market) {
            (Some(netbacks), true) => search(&Market {
                before: &self.state,
                evidence: &evidence,
                centre: &self.product.centre,
                netbacks,
                prices: &after.prices(netbacks),
                grid: &self.grid,
            }),
            _ => Influence::default(),
        };
        self.state.accept(&evidence, &after);
        let classes = self.classes(span, &after, &evidence, netbacks.as_deref(), &assessed, &influence, band);
        let limits = classes.iter().filter_map(|c| c.lower_fen_per_t.zip(c.upper_fen_per_t));
        let band = shown_half_width(self.product, limits, band);
        self.band = Some(band);
        let buyers = buyers(&admitted, self.product);
        let sellers = evidence.iter().map(|e| e.seller).collect::<BTreeSet<_>>().len();
        let facts = Facts {
            sales: count(evidence.len()),
            sellers: count(sellers),
            buyers: count(buyers),
            top_share: trust::top_share(&evidence),
            influence: influence.largest(),
        };
        Period {
            period: span.id.clone(),
            from: span.from.to_string(),
            to: span.to.to_string(),
            carbonate_fen_per_t: quotation.map(|q| q.fen_per_t),
            carbonate_age_days: quotation.map(|q| q.age_days),
            n: facts.sales,
            sellers: facts.sellers,
            buyers: facts.buyers,
            theta: after.own.map(|own| own.theta),
            state: by_market.then(|| view(&after)),
            band,
            foretold,
            inside,
            excluded: excluded(own),
            trust: self.trust(&after, &evidence, &facts, &influence, by_market),
            classes,
        }
    }

    fn evidence(&self, admitted: &[(&Sale, &Screened)], later: &[Span]) -> Vec<Evidence> {
        let cap_mg = self.product.centre.lot_cap_kg.saturating_mul(PPM);
        let now = self.state.next_period();
        let evidence = admitted.iter().filter_map(|(sale, s)| {
            let struck_in = s.struck_on.map(|day| now + count(later.partition_point(|span| span.to < day)));
            Some(Evidence {
                y: s.y?,
                // In tonnes: only the ratios of weights matter.
                weight: float(s.dry_mg?.min(cap_mg)) / 1e9,
                seller: *self.names.numbers.get(sale.seller.identity(self.product.centre.seller_is))?,
                class: s.class?,
                struck_in,
            })
        });
        evidence.collect()
    }

    /// Compares the sales with the price that stood before them: how many were foretold, and how many lay within the band.
    fn foretell(&mut self, evidence: &[Evidence]) -> (u32, u32) {
        let (Some(_), Some(band)) = (self.age, self.band) else { return (0, 0) };
        let residuals: Vec<f64> =
            evidence.iter().filter_map(|e| self.state.expected(e.class).map(|expected| (e.y - expected).abs())).collect();
        let inside = residuals.iter().filter(|r| **r <= band).count();
        self.residuals.extend(&residuals);
        (count(residuals.len()), count(inside))
    }

    /// Netbacks of the classes, fen/t; `None`: no quotation that is young enough, or no costs yet.
    fn netbacks(&self, span: &Span, quotation: Option<Quotation>) -> Option<Vec<f64>> {
        let costs = Costs::on(self.price, self.product, span.to)?;
        let carbonate = quotation?.fen_per_t;
        Some(self.product.class.iter().map(|class| costs.reference_fen_per_t(class.grade_ppm, carbonate)).collect())
    }

    /// Assessed prices of the classes, exact, fen/t.
    fn assessed(&self, after: &After, netbacks: Option<&[f64]>, quotation: Option<Quotation>) -> Vec<Option<f64>> {
        let none = || vec![None; self.product.class.len()];
        match self.product.assessed_by {
            AssessedBy::Formula => {
                let price = |class: &Class| {
                    let fen = formula::price(&self.product.formula?, class.grade_ppm, quotation?.fen_per_t)?;
                    Some(float(fen))
                };
                self.product.class.iter().map(price).collect()
            }
            AssessedBy::Benchmark => {
                let price = |class: &Class| {
                    let fen = benchmark::price(&self.product.benchmark?, class.grade_ppm, quotation?.fen_per_t)?;
                    Some(float(fen))
                };
                self.product.class.iter().map(price).collect()
            }
            AssessedBy::Market => match netbacks {
                Some(netbacks) if self.rung(false, false) != Rung::Suspended => after.prices(netbacks).into_iter().map(Some).collect(),
                _ => none(),
            },
        }
    }

    fn rung(&self, own: bool, estimated: bool) -> Rung {
        rung(self.age, own, estimated, &self.product.ladder)
    }

    #[expect(clippy::too_many_arguments, reason = "everything that a period found out")]
    fn classes(
        &mut self,
        span: &Span,
        after: &After,
        evidence: &[Evidence],
        netbacks: Option<&[f64]>,
        assessed: &[Option<f64>],
        influence: &Influence,
        band: f64,
    ) -> Vec<super::bands::ClassPrice> {
        let least = usize::try_from(self.product.centre.min_sellers).unwrap_or(usize::MAX);
        let mut classes = Vec::with_capacity(self.product.class.len());
        for (i, class) in self.product.class.iter().enumerate() {
            let deviation = after.deviations.get(i).copied().unwrap_or_default();
            let sellers: BTreeSet<usize> = evidence.iter().filter(|e| e.class == i).map(|e| e.seller).collect();
            let market = (self.product.assessed_by == AssessedBy::Market)
                .then(|| (after.level, deviation, self.rung(sellers.len() >= least, deviation.estimated)));
            let at = ClassAt {
                class,
                netback: netbacks.and_then(|n| n.get(i)).copied(),
                assessed: assessed.get(i).copied().flatten().map(|exact| Assessed { exact, fen: round_to_integer(exact) }),
                market,
                without_one: influence.without_one.get(i).copied().flatten(),
                band,
                anchor: self.anchors.guide(self.id, &span.id, &class.id),
            };
            let before = self.before.get(i).copied().flatten();
            let (price, stands) = class_price(&at, before, self.product);
            if let Some(slot) = self.before.get_mut(i) {
                *slot = stands;
            }
            classes.push(price);
        }
        classes
    }

    fn trust(&self, after: &After, evidence: &[Evidence], facts: &Facts, influence: &Influence, by_market: bool) -> Trust {
        if !by_market {
            return Trust { tier: "-".to_owned(), top_share: facts.top_share, ..Trust::default() };
        }
        let shares = trust::capped_shares(evidence, &self.product.centre);
        let by_seller = influence.sellers.iter().map(|s| SellerTrust {
            seller: self.names.names.get(s.seller).cloned().unwrap_or_default(),
            share: shares.get(s.seller).copied().unwrap_or(0.0),
            influence: s.influence,
            without: s.without,
        });
        Trust {
            tier: trust::tier(facts, &self.product.trust).to_owned(),
            n_eff: after.own.map_or(0.0, |own| own.n_eff),
            top_share: facts.top_share,
            seller_influence: facts.influence,
            sale_influence: influence.sale,
            breakdown_sellers: after.own.and_then(|_| trust::breakdown(evidence, &self.product.centre)),
            by_seller: by_seller.collect(),
        }
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

fn buyers(admitted: &[(&Sale, &Screened)], product: &ProductPolicy) -> usize {
    admitted.iter().map(|(sale, _)| sale.buyer.identity(product.centre.seller_is)).collect::<BTreeSet<_>>().len()
}

fn excluded(own: &[(&Sale, &Screened)]) -> Vec<(String, u32)> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for (_, s) in own.iter().filter(|(_, s)| s.code != Code::Ok) {
        *counts.entry(s.code.id()).or_default() += 1;
    }
    counts.into_iter().map(|(code, n)| (code.to_owned(), n)).collect()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
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

//! What stands at the end of each period? The course of the periods: evidence in, prices by class out, one state handed on.
//!
//! [`assess`](super::assess) adds to it what makes a price trusted; a backtest runs it on other evidence many thousand times.

use super::anchors::Anchors;
use super::band::{half_width, shown_half_width};
use super::bands::ClassPrice;
use super::calendar::Span;
use super::carbonate::{Quotation, Quotes};
use super::class_price::{Assessed, Before, ClassAt, class_price};
use super::ladder::{Rung, rung};
use super::level::Level;
use super::mechanism::round_to_integer;
use super::netback::Costs;
use super::normalise::{count, float};
use super::policy::{AssessedBy, Class, PricePolicy, ProductPolicy};
use super::sale::Sale;
use super::screen::{Code, Screened, screen};
use super::state::{After, Deviation, Evidence, State};
use super::{benchmark, formula};
use crate::records::units::PPM;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// One product, and by what it is priced.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Product id.
    pub id: &'a str,
    /// The price policy.
    pub price: &'a PricePolicy,
    /// Its section of the product.
    pub product: &'a ProductPolicy,
    /// Quotations of carbonate.
    pub quotes: &'a Quotes,
}

/// An admitted sale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sold {
    /// Day.
    pub date: NaiveDate,
    /// Index of the grade class.
    pub class: usize,
    /// Number of the seller, as in the evidence.
    pub seller: usize,
    /// Fen a dry tonne.
    pub price: f64,
    /// Netback at its grade and day, fen a dry tonne.
    pub netback: f64,
    /// Dry tonnes, not capped.
    pub dry_t: f64,
}

/// What a period takes in.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    /// The admitted sales, by (date, id).
    pub sold: Vec<Sold>,
    /// The same as the state sees them, one each.
    pub evidence: Vec<Evidence>,
    /// Netbacks of the classes at the end of the period, fen/t.
    pub netbacks: Option<Vec<f64>>,
    /// The quotation of the end of the period.
    pub quotation: Option<Quotation>,
}

/// What a period says.
#[derive(Clone, Debug)]
pub struct Stand {
    /// The state after it.
    pub after: After,
    /// Half-width of the band, logarithmic.
    pub band: f64,
    /// Sales that were foretold: there was a level before.
    pub foretold: u32,
    /// Of those, how many fell within the band of the period before.
    pub inside: u32,
    /// Prices by class, lowest grade first; nothing of the search of influence.
    pub classes: Vec<ClassPrice>,
}

/// A period with what it took in, what it says, and what stood before it.
#[derive(Clone, Debug)]
pub struct Step {
    /// The period.
    pub span: Span,
    /// What it took in.
    pub intake: Intake,
    /// The state before it.
    pub before: State,
    /// Guide prices in force before it, fen/t.
    pub guides_before: Vec<Option<i64>>,
    /// What it says.
    pub stand: Stand,
}

/// The course over the periods; `sales` are sorted by (date, id).
#[must_use]
pub fn course(subject: Subject<'_>, sales: &[Sale], periods: &[Span], anchors: &Anchors) -> Vec<Step> {
    let mut runner = Runner::new(subject);
    let mut steps: Vec<Step> = Vec::with_capacity(periods.len());
    let screened = screen(sales, subject.quotes, subject.price, subject.product);
    for (span, intake) in periods.iter().zip(intakes(subject, sales, &screened, periods)) {
        let before = runner.state.clone();
        let guides_before = match steps.last() {
            Some(step) => step.stand.classes.iter().map(|c| c.guide_fen_per_t).collect(),
            None => vec![None; subject.product.class.len()],
        };
        let stand = runner.period(&span.id, &intake, &intake.evidence, anchors);
        steps.push(Step { span: span.clone(), intake, before, guides_before, stand });
    }
    steps
}

/// What tells the sellers apart, in order: the place of one is its number in the evidence, the same in all periods.
fn seller_ids<'a>(sales: &'a [Sale], product: &ProductPolicy) -> BTreeSet<&'a str> {
    sales.iter().map(|s| s.seller.identity(product.centre.seller_is)).collect()
}

/// What people call the sellers, by number. A controller is a name; a company's number is none, so that it goes by the name on
/// its first sale. Two companies of one name stay two.
#[must_use]
pub fn seller_names(sales: &[Sale], product: &ProductPolicy) -> Vec<String> {
    let mut called: BTreeMap<&str, &str> = BTreeMap::new();
    for seller in sales.iter().map(|s| &s.seller) {
        let id = seller.identity(product.centre.seller_is);
        called.entry(id).or_insert(if seller.company.as_deref() == Some(id) { &seller.name } else { id });
    }
    let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
    for name in called.values() {
        *shared.entry(name).or_default() += 1;
    }
    let name = |id: &str| {
        let name = called.get(id).copied().unwrap_or(id);
        if shared.get(name).is_some_and(|n| *n > 1) && name != id { format!("{name} ({id})") } else { name.to_owned() }
    };
    seller_ids(sales, product).into_iter().map(name).collect()
}

/// What each period takes in, of sales sorted by (date, id).
#[must_use]
pub fn intakes(subject: Subject<'_>, sales: &[Sale], screened: &[Screened], periods: &[Span]) -> Vec<Intake> {
    let level = subject.product.centre.seller_is;
    let ids = seller_ids(sales, subject.product);
    let numbers: BTreeMap<&str, usize> = ids.into_iter().enumerate().map(|(number, name)| (name, number)).collect();
    let mut at = 0;
    let mut intakes = Vec::with_capacity(periods.len());
    for (i, span) in periods.iter().enumerate() {
        let to = at + sales.get(at..).unwrap_or_default().partition_point(|s| s.date <= span.to);
        let own = sales.get(at..to).unwrap_or_default().iter().zip(screened.get(at..to).unwrap_or_default());
        let later = periods.get(i..).unwrap_or_default();
        let admitted = own.filter(|(_, s)| s.code == Code::Ok);
        let pairs = admitted.filter_map(|(sale, s)| {
            let seller = *numbers.get(sale.seller.identity(level))?;
            let struck_in = s.struck_on.map(|day| count(i + 1 + later.partition_point(|span| span.to < day)));
            entry(subject.product, sale, s, seller, struck_in)
        });
        let (sold, evidence) = pairs.unzip();
        let quotation = subject.quotes.at(span.to, &subject.price.carbonate, &subject.price.calendar);
        intakes.push(Intake { sold, evidence, netbacks: netbacks(subject, span, quotation), quotation });
        at = to;
    }
    intakes
}

fn entry(product: &ProductPolicy, sale: &Sale, s: &Screened, seller: usize, struck_in: Option<u32>) -> Option<(Sold, Evidence)> {
    let cap_mg = product.centre.lot_cap_kg.saturating_mul(PPM);
    let (class, dry_mg) = (s.class?, s.dry_mg?);
    // Weights in tonnes: only their ratios matter.
    let sold = Sold { date: sale.date, class, seller, price: s.dry_fen_per_t?, netback: s.netback_fen_per_t?, dry_t: float(dry_mg) / 1e9 };
    Some((sold, Evidence { y: s.y?, weight: float(dry_mg.min(cap_mg)) / 1e9, seller, class, struck_in }))
}

/// Netbacks of the classes, fen/t; `None`: no quotation that is young enough, or no costs yet.
fn netbacks(subject: Subject<'_>, span: &Span, quotation: Option<Quotation>) -> Option<Vec<f64>> {
    let costs = Costs::on(subject.price, subject.product, span.to)?;
    let carbonate = quotation?.fen_per_t;
    Some(subject.product.class.iter().map(|class| costs.reference_fen_per_t(class.grade_ppm, carbonate)).collect())
}

/// What one period hands to the next.
#[derive(Clone, Debug)]
pub struct Runner<'a> {
    subject: Subject<'a>,
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

impl<'a> Runner<'a> {
    /// Before the first period.
    #[must_use]
    pub fn new(subject: Subject<'a>) -> Self {
        let classes = subject.product.class.len();
        let state = State::new(subject.product.state.rules(), classes);
        Self { subject, state, age: None, residuals: Vec::new(), band: None, before: vec![None; classes] }
    }

    /// The state before the next period.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Prices a period from this evidence, which need not be that of the intake.
    pub fn period(&mut self, id: &str, intake: &Intake, evidence: &[Evidence], anchors: &Anchors) -> Stand {
        let after = self.state.peek(evidence, &self.subject.product.centre);
        self.accept(id, intake, evidence, after, anchors)
    }

    /// [`Runner::period`] with what [`State::peek`] said of this evidence.
    pub fn accept(&mut self, id: &str, intake: &Intake, evidence: &[Evidence], after: After, anchors: &Anchors) -> Stand {
        let product = self.subject.product;
        let (foretold, inside) = self.foretell(evidence);
        self.state.accept(evidence, &after);
        self.age = if after.own.is_some() { Some(0) } else { self.age.map(|age| age.saturating_add(1)) };
        let quantile = half_width(&self.residuals, &product.band);
        let assessed = self.assessed(&after, intake);
        let mut classes = Vec::with_capacity(product.class.len());
        for (i, (class, exact)) in product.class.iter().zip(assessed).enumerate() {
            let at = ClassAt {
                class,
                netback: intake.netbacks.as_ref().and_then(|n| n.get(i)).copied(),
                assessed: exact.map(|exact| Assessed { exact, fen: round_to_integer(exact) }),
                market: self.market(i, &after, evidence),
                band: quantile,
                anchor: anchors.of(self.subject.id, id, &class.id),
            };
            let (price, stands) = class_price(&at, self.before.get(i).copied().flatten(), product);
            if let Some(slot) = self.before.get_mut(i) {
                *slot = stands;
            }
            classes.push(price);
        }
        let limits = classes.iter().filter_map(|c| c.lower_fen_per_t.zip(c.upper_fen_per_t));
        let band = shown_half_width(product, limits, quantile);
        self.band = Some(band);
        Stand { after, band, foretold, inside, classes }
    }

    /// Compares the sales with the price that stood before them: how many were foretold, and how many lay within the band.
    /// Nothing was foretold before the first centre.
    fn foretell(&mut self, evidence: &[Evidence]) -> (u32, u32) {
        let (Some(_), Some(band)) = (self.age, self.band) else { return (0, 0) };
        let state = &self.state;
        let residual = |e: &Evidence| state.expected(e.class).map(|expected| (e.y - expected).abs());
        let residuals: Vec<f64> = evidence.iter().filter_map(residual).collect();
        let inside = residuals.iter().filter(|r| **r <= band).count();
        self.residuals.extend(&residuals);
        (count(residuals.len()), count(inside))
    }

    /// The state of a class and its rung; `None`: no sale decides its price.
    fn market(&self, class: usize, after: &After, evidence: &[Evidence]) -> Option<(Level, Deviation, Rung)> {
        let product = self.subject.product;
        if product.assessed_by != AssessedBy::Market {
            return None;
        }
        let deviation = after.deviations.get(class).copied().unwrap_or_default();
        let sellers: BTreeSet<usize> = evidence.iter().filter(|e| e.class == class).map(|e| e.seller).collect();
        let least = usize::try_from(product.centre.min_sellers).unwrap_or(usize::MAX);
        Some((after.level, deviation, rung(self.age, sellers.len() >= least, deviation.estimated, &product.ladder)))
    }

    /// Assessed prices of the classes, exact, fen/t.
    fn assessed(&self, after: &After, intake: &Intake) -> Vec<Option<f64>> {
        let product = self.subject.product;
        let each = |price: &dyn Fn(&Class, i64) -> Option<i64>| {
            let at = |class| intake.quotation.and_then(|quotation| price(class, quotation.fen_per_t)).map(float);
            product.class.iter().map(at).collect()
        };
        match (product.assessed_by, &intake.netbacks) {
            (AssessedBy::Formula, _) => each(&|class, fen| formula::price(&product.formula?, class.grade_ppm, fen)),
            (AssessedBy::Benchmark, _) => each(&|class, fen| benchmark::price(&product.benchmark?, class.grade_ppm, fen)),
            (AssessedBy::Market, Some(netbacks)) if rung(self.age, false, false, &product.ladder) != Rung::Suspended => {
                after.prices(netbacks).into_iter().map(Some).collect()
            }
            (AssessedBy::Market, _) => vec![None; product.class.len()],
        }
    }
}

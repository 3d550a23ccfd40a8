//! What stood at the end of each period? The course of [`assess`](super::super::assess) without its search of influence, open to other evidence.
//!
//! An attack is tried many thousand times, and a replay prices every period from data of its own: both need prices alone. That
//! this course says what `assess` says, to the last bit, is tested.

use crate::price::anchors::Anchors;
use crate::price::band::half_width;
use crate::price::bands::ClassPrice;
use crate::price::calendar::Span;
use crate::price::carbonate::{Quotation, Quotes};
use crate::price::class_price::{Assessed, Before, ClassAt, class_price};
use crate::price::formula;
use crate::price::ladder::{Rung, rung};
use crate::price::level::Level;
use crate::price::mechanism::round_to_integer;
use crate::price::netback::Costs;
use crate::price::normalise::float;
use crate::price::policy::{AssessedBy, PricePolicy, ProductPolicy};
use crate::price::sale::Sale;
use crate::price::screen::{Code, Screened, screen};
use crate::price::state::{After, Deviation, Evidence, State};
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
    quotation: Option<Quotation>,
}

/// What a period says.
#[derive(Clone, Debug)]
pub struct Stand {
    /// The state after it.
    pub after: After,
    /// Half-width of the band, logarithmic.
    pub band: f64,
    /// Prices by class, lowest grade first.
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
    for (span, intake) in periods.iter().zip(intakes(subject, sales, periods)) {
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

/// What each period takes in.
#[must_use]
pub fn intakes(subject: Subject<'_>, sales: &[Sale], periods: &[Span]) -> Vec<Intake> {
    let screened = screen(sales, subject.quotes, subject.price, subject.product);
    let level = subject.product.centre.seller_is;
    let names: BTreeSet<&str> = sales.iter().map(|s| s.seller.identity(level)).collect();
    let numbers: BTreeMap<&str, usize> = names.into_iter().enumerate().map(|(number, name)| (name, number)).collect();
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
    age: Option<u32>,
    residuals: Vec<f64>,
    before: Vec<Option<Before>>,
}

impl<'a> Runner<'a> {
    /// Before the first period.
    #[must_use]
    pub fn new(subject: Subject<'a>) -> Self {
        let classes = subject.product.class.len();
        let state = State::new(subject.product.state.rules(), classes);
        Self { subject, state, age: None, residuals: Vec::new(), before: vec![None; classes] }
    }

    /// Prices a period from this evidence, which need not be that of the intake.
    pub fn period(&mut self, id: &str, intake: &Intake, evidence: &[Evidence], anchors: &Anchors) -> Stand {
        let product = self.subject.product;
        // Nothing was foretold before the first centre.
        if self.age.is_some() {
            let state = &self.state;
            self.residuals.extend(evidence.iter().filter_map(|e| state.expected(e.class).map(|expected| (e.y - expected).abs())));
        }
        let after = self.state.advance(evidence, &product.centre);
        self.age = if after.own.is_some() { Some(0) } else { self.age.map(|age| age.saturating_add(1)) };
        let band = half_width(&self.residuals, &product.band);
        let assessed = self.assessed(&after, intake);
        let mut classes = Vec::with_capacity(product.class.len());
        for (i, exact) in assessed.into_iter().enumerate() {
            let Some(class) = product.class.get(i) else { continue };
            let at = ClassAt {
                class,
                netback: intake.netbacks.as_ref().and_then(|n| n.get(i)).copied(),
                assessed: exact.map(|exact| Assessed { exact, fen: round_to_integer(exact) }),
                market: self.market(i, &after, evidence),
                without_one: None,
                band,
                anchor: anchors.guide(self.subject.id, id, &class.id),
            };
            let (price, stands) = class_price(&at, self.before.get(i).copied().flatten(), product);
            if let Some(slot) = self.before.get_mut(i) {
                *slot = stands;
            }
            classes.push(price);
        }
        Stand { after, band, classes }
    }

    fn market(&self, class: usize, after: &After, evidence: &[Evidence]) -> Option<(Level, Deviation, Rung)> {
        let product = self.subject.product;
        if product.assessed_by == AssessedBy::Formula {
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
        if product.assessed_by == AssessedBy::Formula {
            let fen = |grade_ppm| formula::price(&product.formula?, grade_ppm, intake.quotation?.fen_per_t);
            return product.class.iter().map(|class| fen(class.grade_ppm).map(float)).collect();
        }
        match &intake.netbacks {
            Some(netbacks) if rung(self.age, false, false, &product.ladder) != Rung::Suspended => {
                after.prices(netbacks).into_iter().map(Some).collect()
            }
            _ => vec![None; product.class.len()],
        }
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

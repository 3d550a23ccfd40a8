//! What could trades do that never took place? Fabricated sales, circles A→B→A, and lots that are split.
//!
//! - **Shells**: one, two or three sellers that nobody knew, not declared as related, each with so many lots of the largest mass
//!   that counts, at one value of `y` and in one grade class; the worst value and class are searched. The cap of sellers limits
//!   each; the number of shells is what matters.
//! - **Own account**: one of the period's sellers adds such lots to its own sales, which stay as they are; the worst seller is
//!   searched.
//! - **Circles** are sales on paper through the screens: back within the days of a circle, one day later than that, and across the
//!   end of a period, where the way back is not known yet.
//! - **Splits**: one seller writes each of its lots as pieces not below the smallest lot (at most [`MOST_PIECES`]), at its own
//!   prices or at one value of `y`.

use super::attack::{Scene, choices};
use super::count;
use super::rivals::Deal;
use super::score::{median, sorted};
use super::worst::{Moved, UNMOVED, Worst, WorstOf, worse, worst};
use crate::price::anchors::Anchors;
use crate::price::calendar::Span;
use crate::price::course::{Sold, Step, Subject, course};
use crate::price::mechanism::round_to_integer;
use crate::price::netback::Costs;
use crate::price::normalise::float;
use crate::price::policy::Delivery;
use crate::price::sale::{Party, Sale};
use crate::price::state::Evidence;
use chrono::{Days, NaiveDate};
use rayon::prelude::*;
use serde::Serialize;

/// Pieces that a lot is split into, at most.
pub const MOST_PIECES: u32 = 20;
/// Fabricated lots of each seller.
const LOTS: [u32; 2] = [1, 10];

/// What fabricated trades could do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WashStudy {
    /// Dry mass of a fabricated lot: the largest that counts, t.
    pub lot_t: f64,
    /// New sellers.
    pub shells: Vec<Fabricated>,
    /// A known seller, on its own account.
    pub own_account: Vec<Fabricated>,
    /// Circles.
    pub circles: Vec<Circle>,
    /// Lots in pieces at their own prices.
    pub split: Vec<Worst>,
    /// Lots in pieces at one value of `y`.
    pub split_and_priced: Vec<Worst>,
}

/// Fabricated lots.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fabricated {
    /// Sellers that fabricate.
    pub sellers: u32,
    /// Lots of each.
    pub lots: u32,
    /// What they moved.
    pub worst: Vec<Worst>,
}

/// Whether the way back of a circle is found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// Back within the days of a circle and in the same period.
    Inside,
    /// Back one day later than that.
    Outside,
    /// Back within the days of a circle, but in the next period.
    Across,
}

/// What one circle of two shells moved, `|ln|`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Circle {
    /// Which.
    pub case: Case,
    /// Days from one leg to the other.
    pub gap_days: u32,
    /// Periods in which it was tried.
    pub periods: u32,
    /// Guide price of the period of the first leg: largest and median over the periods.
    pub guide: (f64, f64),
    /// Assessed price.
    pub assessed: (f64, f64),
    /// Assessed price one period later.
    pub assessed_next: (f64, f64),
}

/// Studies them; `scenes` are the attacked periods.
pub(super) fn study(
    subject: Subject<'_>,
    sales: &[Sale],
    periods: &[Span],
    steps: &[Step],
    scenes: &[Scene<'_>],
    asked: &[bool],
) -> WashStudy {
    let lot_t = float(subject.product.centre.lot_cap_kg) / 1e3;
    let by_period = |of: &(dyn Fn(&Scene<'_>) -> Moved + Sync)| -> Vec<Worst> {
        let moved: Vec<Moved> = scenes.par_iter().map(of).collect();
        worst(&scenes.iter().zip(moved).map(|(s, moved)| WorstOf::new(s.step, moved)).collect::<Vec<_>>(), &subject.product.class)
    };
    let mut shells = Vec::new();
    for sellers in 1..=3 {
        shells.extend(LOTS.map(|lots| Fabricated { sellers, lots, worst: by_period(&|scene| by_shells(scene, sellers, lots, lot_t)) }));
    }
    let own = LOTS.map(|lots| Fabricated { sellers: 1, lots, worst: by_period(&|scene| on_own_account(scene, lots, lot_t)) });
    WashStudy {
        lot_t,
        shells,
        own_account: own.to_vec(),
        circles: [Case::Inside, Case::Outside, Case::Across].map(|case| circle(subject, sales, periods, steps, asked, case)).to_vec(),
        split: by_period(&|scene| split(scene, &[None])),
        split_and_priced: by_period(&|scene| split(scene, &choices(scene.subject).into_iter().map(Some).collect::<Vec<_>>())),
    }
}

fn by_shells(scene: &Scene<'_>, shells: u32, lots: u32, lot_t: f64) -> Moved {
    let first = scene.step.intake.evidence.iter().map(|e| e.seller + 1).max().unwrap_or(0);
    let sellers: Vec<usize> = (first..).take(usize::try_from(shells).unwrap_or(0)).collect();
    fabricate(scene, &sellers, lots, lot_t)
}

fn on_own_account(scene: &Scene<'_>, lots: u32, lot_t: f64) -> Moved {
    scene.sellers.iter().map(|seller| fabricate(scene, &[*seller], lots, lot_t)).fold(UNMOVED, worse)
}

/// The worst over values of `y` and classes when each of the sellers adds so many lots at the end of the period.
fn fabricate(scene: &Scene<'_>, sellers: &[usize], lots: u32, lot_t: f64) -> Moved {
    let mut all = UNMOVED;
    for (class, netback) in scene.netbacks.iter().enumerate() {
        for y in choices(scene.subject) {
            let mut evidence = scene.step.intake.evidence.clone();
            let mut more = Vec::new();
            for seller in sellers {
                for _ in 0..lots {
                    evidence.push(Evidence { y, weight: lot_t, seller: *seller, class, struck_in: None });
                    more.push(Deal { price: libm::exp(y) * netback, mass: lot_t });
                }
            }
            all = worse(all, scene.moved(&evidence, Some(&scene.deals_and(class, &more))));
        }
    }
    all
}

/// The worst over the sellers when one splits its lots and sells at one of these values (`None`: at its own prices).
fn split(scene: &Scene<'_>, values: &[Option<f64>]) -> Moved {
    let mut all = UNMOVED;
    for seller in &scene.sellers {
        for y in values {
            let (mut evidence, mut deals) = (Vec::new(), vec![Vec::new(); scene.netbacks.len()]);
            for (sold, own) in scene.step.intake.sold.iter().zip(&scene.step.intake.evidence) {
                let mine = sold.seller == *seller;
                let n = if mine { pieces(sold, scene.subject) } else { 1 };
                let y = y.filter(|_| mine);
                let mass = sold.dry_t / f64::from(n);
                let cap = float(scene.subject.product.centre.lot_cap_kg) / 1e3;
                let price = y.map_or(sold.price, |y| libm::exp(y) * sold.netback);
                for _ in 0..n {
                    evidence.push(Evidence { y: y.unwrap_or(own.y), weight: mass.min(cap), ..own.clone() });
                    if let Some(list) = deals.get_mut(sold.class) {
                        list.push(Deal { price, mass });
                    }
                }
            }
            all = worse(all, scene.moved(&evidence, Some(&deals)));
        }
    }
    all
}

/// Into how many pieces a lot can be written.
fn pieces(sold: &Sold, subject: Subject<'_>) -> u32 {
    let least = float(subject.product.screen.min_lot_kg.max(1)) / 1e3;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 20")]
    let n = (sold.dry_t / least).floor().clamp(1.0, f64::from(MOST_PIECES)) as u32;
    n
}

/// A sale that never took place, at `y` of the netback of its day; `None`: no netback that day.
#[must_use]
pub fn fabricated(subject: Subject<'_>, id: &str, date: NaiveDate, parties: (&str, &str), class: usize, y: f64) -> Option<Sale> {
    let grade_ppm = subject.product.class.get(class)?.grade_ppm;
    let quotation = subject.quotes.at(date, &subject.price.carbonate, &subject.price.calendar)?;
    let netback = Costs::on(subject.price, subject.product, date)?.reference_fen_per_t(grade_ppm, quotation.fen_per_t);
    let exact = libm::exp(y) * netback;
    // Rounded towards the netback, so that the end of the corridor is still in it.
    let fen = if y < 0.0 { exact.ceil() } else { exact.floor() };
    let party = |name: &str| Party { name: name.to_owned(), company: None, group: None };
    Some(Sale {
        id: id.to_owned(),
        contract_no: id.to_owned(),
        date,
        seller: party(parties.0),
        buyer: party(parties.1),
        li2o_ppm: Some(grade_ppm),
        wet_kg: subject.product.centre.lot_cap_kg,
        moisture_ppm: Some(0),
        price_fen_per_t: round_to_integer(fen),
        vat_included: Some(false),
        delivery: Some(Delivery::ExWorks),
        freight_fen_per_t: None,
        credit_days: Some(0),
        related_party: Some(false),
    })
}

/// Names that no party has.
const SHELLS: (&str, &str) = ("\u{1}A", "\u{1}B");

fn circle(subject: Subject<'_>, sales: &[Sale], periods: &[Span], steps: &[Step], asked: &[bool], case: Case) -> Circle {
    let days = subject.product.screen.circle_days;
    let gap_days = if case == Case::Outside { days + 1 } else { days };
    let attacked: Vec<usize> = (0..periods.len()).filter(|p| asked.get(*p) == Some(&true)).collect();
    let found: Vec<[f64; 3]> = attacked.par_iter().filter_map(|p| circle_in(subject, sales, periods, steps, *p, case, gap_days)).collect();
    let of = |i: usize| {
        let moves = sorted(found.iter().filter_map(|f| f.get(i).copied()));
        (moves.last().copied().unwrap_or(0.0), median(&moves).unwrap_or(0.0))
    };
    Circle { case, gap_days, periods: count(found.len()), guide: of(0), assessed: of(1), assessed_next: of(2) }
}

/// The worst over the values of `y` in the class with the most sales: guide and assessed price, and the assessed price one period later.
/// `None` where the circle doesn't fit into the period, or nothing can be priced.
fn circle_in(
    subject: Subject<'_>,
    sales: &[Sale],
    periods: &[Span],
    steps: &[Step],
    period: usize,
    case: Case,
    gap_days: u32,
) -> Option<[f64; 3]> {
    let (span, own) = (periods.get(period)?, steps.get(period)?);
    own.stand.classes.iter().find(|c| c.guide_fen_per_t.is_some())?;
    let gap = Days::new(u64::from(gap_days));
    let (out, back) = match case {
        Case::Across => (span.to, span.to.checked_add_days(gap)?),
        Case::Inside | Case::Outside => (span.to.checked_sub_days(gap).filter(|day| *day >= span.from)?, span.to),
    };
    let class = busiest(own)?;
    let until = periods.get(..(period + 2).min(periods.len()))?;
    let mut all = [0.0_f64; 3];
    for y in choices(subject) {
        let legs = [
            fabricated(subject, "\u{10FFFF}1", out, SHELLS, class, y)?,
            fabricated(subject, "\u{10FFFF}2", back, (SHELLS.1, SHELLS.0), class, y)?,
        ];
        let mut with: Vec<Sale> = sales.to_vec();
        for leg in legs {
            // Their ids stand after all others of the day.
            let at = with.partition_point(|s| s.date <= leg.date);
            with.insert(at, leg);
        }
        let attacked = course(subject, &with, until, &Anchors::default());
        let pairs = |p: usize| Some((&attacked.get(p)?.stand.classes, &steps.get(p)?.stand.classes));
        let [guide, assessed, next] = &mut all;
        if let Some((a, b)) = pairs(period) {
            *guide = guide.max(apart(a, b, |c| c.guide_fen_per_t.map(float)));
            *assessed = assessed.max(apart(a, b, |c| c.assessed_exact_fen_per_t));
        }
        if let Some((a, b)) = pairs(period + 1) {
            *next = next.max(apart(a, b, |c| c.assessed_exact_fen_per_t));
        }
    }
    Some(all)
}

/// The class with the most sales of a period; the lowest grade where several have.
fn busiest(step: &Step) -> Option<usize> {
    let sales = |class: usize| step.intake.sold.iter().filter(|s| s.class == class).count();
    (0..step.stand.classes.len()).rev().max_by_key(|class| sales(*class))
}

type Price = crate::price::bands::ClassPrice;

fn apart(a: &[Price], b: &[Price], of: impl Fn(&Price) -> Option<f64>) -> f64 {
    let moves = a.iter().zip(b).filter_map(|(a, b)| Some(libm::log(of(a)? / of(b)?).abs()));
    moves.fold(0.0, f64::max)
}

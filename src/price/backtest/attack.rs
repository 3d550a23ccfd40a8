//! What is the worst that one, two or three sellers could have done?
//!
//! Strategic sellers set the price of all their admitted sales of a period to one value of `y = ln(price / netback)`: the ends of
//! the corridor, or a step of the policy's `trust.search_steps` up or down, so that every such price passes the screens. The
//! worst set of sellers and the worst value are searched period by period:
//!
//! - all sets where they are not more than [`MOST_SETS`]; else those among as many sellers, the largest shares of the capped
//!   weights first, as make no more sets than that;
//! - a *shock* is made in one period, on the state that history left; *sustained*, the same set trades so at the same value in every
//!   period from the first on.
//!
//! Reported is the largest `|ln|` move of a price of any class against the price without the attack. The guide price moves
//! through the mechanism: with both within one largest step of the price before, it can differ by two of them at most. The rivals
//! are computed from the same manipulated sales.

use super::count;
use super::forecast::{deals, rivals_of};
use super::rivals::{Deal, Rivals};
use super::wash::{self, WashStudy};
use super::worst::{Move, Moved, UNMOVED, WorstOf, subsets, worse, worst};
pub use super::worst::{Target, Worst};
use crate::price::anchors::Anchors;
use crate::price::band::bounded;
use crate::price::calendar::Span;
use crate::price::course::{Runner, Step, Subject};
use crate::price::influence::grid;
use crate::price::mechanism::{round_to_integer, step};
use crate::price::policy::AssessedBy;
use crate::price::sale::Sale;
use crate::price::state::Evidence;
use crate::price::trust::capped_shares;
use rayon::prelude::*;
use serde::Serialize;

/// Sets of colluding sellers that are tried in a period.
pub const MOST_SETS: usize = 120;
/// Sets that are tried over the whole history.
pub const MOST_SUSTAINED: usize = 60;

/// What so many colluding sellers could do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Collusion {
    /// How many.
    pub sellers: u32,
    /// Sets tried over all periods.
    pub sets: u32,
    /// Whether these were all there are.
    pub exhaustive: bool,
    /// Attacks on one period.
    pub shock: Vec<Worst>,
    /// Attacks on all periods.
    pub sustained: Vec<Worst>,
    /// Whether the sets of the sustained attack were all there are.
    pub sustained_exhaustive: bool,
    /// Periods with a centre of their own in which a set could take it outside the range of the other sellers.
    pub escaped: u32,
    /// Periods with a centre of their own and enough sellers for such a set.
    pub centres: u32,
}

/// The study of one product.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttackStudy {
    /// Periods attacked: those that are scored and have prices.
    pub periods: u32,
    /// One, two and three sellers.
    pub collusion: Vec<Collusion>,
    /// Fabricated trades, circles and split lots.
    pub wash: WashStudy,
}

/// An attacked period: what it takes in, and what stands without an attack.
pub(super) struct Scene<'a> {
    pub(super) subject: Subject<'a>,
    pub(super) step: &'a Step,
    pub(super) netbacks: &'a [f64],
    /// Assessed prices, exact.
    prices: Vec<f64>,
    /// Deals by class, and rivals before and after the period.
    deals: Vec<Vec<Deal>>,
    rivals_before: Vec<Option<Rivals>>,
    rivals: Vec<Option<Rivals>>,
    /// Numbers of the sellers with admitted sales, the largest capped share first.
    pub(super) sellers: Vec<usize>,
    deviations_before: Vec<f64>,
}

/// Every asked period that has prices.
pub(super) fn scenes<'a>(subject: Subject<'a>, steps: &'a [Step], asked: &[bool]) -> Vec<Scene<'a>> {
    let classes = subject.product.class.len();
    let mut rivals_before = vec![None; classes];
    let mut deviations_before = vec![0.0; classes];
    let mut scenes = Vec::new();
    for (step, asked) in steps.iter().zip(asked) {
        let deals = deals(step, classes);
        let rivals = rivals_of(&deals, &rivals_before);
        let prices: Option<Vec<f64>> = step.stand.classes.iter().map(|c| c.assessed_exact_fen_per_t).collect();
        if let (true, Some(prices), Some(netbacks)) = (*asked, prices, &step.intake.netbacks) {
            scenes.push(Scene {
                subject,
                step,
                netbacks,
                prices,
                deals,
                rivals_before: rivals_before.clone(),
                rivals: rivals.clone(),
                sellers: by_share(&step.intake.evidence, subject),
                deviations_before: deviations_before.clone(),
            });
        }
        rivals_before = rivals;
        deviations_before = step.stand.after.deviations.iter().map(|d| d.delta).collect();
    }
    scenes
}

fn by_share(evidence: &[Evidence], subject: Subject<'_>) -> Vec<usize> {
    let shares = capped_shares(evidence, &subject.product.centre);
    let mut sellers: Vec<(usize, f64)> = shares.into_iter().enumerate().filter(|(_, share)| *share > 0.0).collect();
    sellers.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    sellers.into_iter().map(|(seller, _)| seller).collect()
}

impl Scene<'_> {
    /// The moves of the method's prices with other evidence. `None` for rivals means that their deals are the same.
    pub(super) fn moved(&self, evidence: &[Evidence], deals: Option<&[Vec<Deal>]>) -> Moved {
        let mut moved = UNMOVED;
        if let Some(deals) = deals {
            write_rivals(&mut moved, &rivals_of(deals, &self.rivals_before), &self.rivals);
        }
        let product = self.subject.product;
        if product.assessed_by != AssessedBy::Market {
            // No sale moves a price by formula.
            return moved;
        }
        let prices = self.step.before.peek(evidence, &product.centre).prices(self.netbacks);
        let [guide, assessed, ..] = &mut moved;
        *assessed = largest(prices.iter().copied().zip(self.prices.iter().copied()).map(Some));
        let classes = product.class.iter().zip(&self.step.guides_before).zip(&self.step.stand.classes);
        *guide = largest(prices.iter().zip(classes).map(|(price, ((class, before), stands))| {
            let attacked = step(&bounded(product, class.grade_ppm), *before, round_to_integer(*price)).guide;
            Some((fen(attacked), fen(stands.guide_fen_per_t?)))
        }));
        moved
    }

    /// The evidence and the deals when these sellers sell at `y`.
    fn tampered(&self, set: &[usize], y: f64) -> (Vec<Evidence>, Vec<Vec<Deal>>) {
        let evidence = tampered(&self.step.intake.evidence, set, y);
        let mut deals = vec![Vec::new(); self.deals.len()];
        for sold in &self.step.intake.sold {
            if let Some(own) = deals.get_mut(sold.class) {
                let price = if set.contains(&sold.seller) { libm::exp(y) * sold.netback } else { sold.price };
                own.push(Deal { price, mass: sold.dry_t });
            }
        }
        (evidence, deals)
    }

    /// The deals with some more of a class.
    pub(super) fn deals_and(&self, class: usize, more: &[Deal]) -> Vec<Vec<Deal>> {
        let mut deals = self.deals.clone();
        if let Some(own) = deals.get_mut(class) {
            own.extend_from_slice(more);
        }
        deals
    }

    /// Whether these sellers at `y` take the centre outside the range of the others; `None` without a centre or others.
    fn escapes(&self, set: &[usize], y: f64) -> Option<bool> {
        self.step.stand.after.own.filter(|_| self.subject.product.assessed_by == AssessedBy::Market)?;
        let deviation = |class: usize| self.deviations_before.get(class).copied().unwrap_or(0.0);
        let others = self.step.intake.evidence.iter().filter(|e| !set.contains(&e.seller)).map(|e| e.y - deviation(e.class));
        let (low, high) = others.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), z| (low.min(z), high.max(z)));
        if low > high {
            return None;
        }
        let centre = self.step.before.peek(&tampered(&self.step.intake.evidence, set, y), &self.subject.product.centre).own?.theta;
        // As much as sums of floats in another order may differ.
        Some(centre < low - 1e-12 || centre > high + 1e-12)
    }
}

/// Writes the moves of the rivals.
fn write_rivals(moved: &mut Moved, attacked: &[Option<Rivals>], base: &[Option<Rivals>]) {
    for (i, slot) in moved.iter_mut().skip(2).enumerate() {
        let pairs = attacked.iter().zip(base).map(|(a, b)| Some((*(*a)?.all().get(i)?, *(*b)?.all().get(i)?)));
        *slot = largest(pairs);
    }
}

fn tampered(evidence: &[Evidence], set: &[usize], y: f64) -> Vec<Evidence> {
    evidence.iter().map(|e| if set.contains(&e.seller) { Evidence { y, ..e.clone() } } else { e.clone() }).collect()
}

/// The largest |ln| of the ratios, one pair a class; of equal ones the first.
fn largest(pairs: impl Iterator<Item = Option<(f64, f64)>>) -> Move {
    let moves = pairs.enumerate().filter_map(|(class, pair)| pair.map(|(a, b)| Move { size: libm::log(a / b).abs(), class }));
    moves.fold(Move::default(), |worst, other| if other.size > worst.size { other } else { worst })
}

#[expect(clippy::cast_precision_loss, reason = "prices in fen are far below 2^53")]
fn fen(amount: i64) -> f64 {
    amount as f64
}

/// The values of `y` that a strategic seller can choose.
pub(super) fn choices(subject: Subject<'_>) -> Vec<f64> {
    let (screen, trust) = (&subject.product.screen, &subject.product.trust);
    grid(screen.corridor_low, screen.corridor_high, &trust.search_steps)
}

/// Studies all attacks; `steps` is the course over all sales, `asked` says which periods are attacked.
#[must_use]
pub fn study(subject: Subject<'_>, sales: &[Sale], periods: &[Span], steps: &[Step], asked: &[bool]) -> AttackStudy {
    let scenes = scenes(subject, steps, asked);
    let collusion = (1..=3).map(|k| collude(subject, &scenes, steps, asked, k)).collect();
    AttackStudy { periods: count(scenes.len()), collusion, wash: wash::study(subject, sales, periods, steps, &scenes, asked) }
}

fn collude(subject: Subject<'_>, scenes: &[Scene<'_>], steps: &[Step], asked: &[bool], k: usize) -> Collusion {
    let (choices, classes) = (choices(subject), subject.product.class.as_slice());
    let shocks: Vec<Shock> = scenes.par_iter().map(|scene| shock(scene, &choices, k)).collect();
    let by_period: Vec<WorstOf> = scenes.iter().zip(&shocks).map(|(s, shock)| WorstOf::new(s.step, shock.moved)).collect();
    let candidates = steady_sellers(subject, steps);
    let (sets, sustained_exhaustive) = subsets(&candidates, k, MOST_SUSTAINED);
    let sustained = sustained(subject, steps, asked, &sets, &choices);
    Collusion {
        sellers: count(k),
        sets: shocks.iter().map(|s| s.sets).sum(),
        exhaustive: shocks.iter().all(|s| s.exhaustive),
        shock: worst(&by_period, classes),
        sustained: worst(&sustained, classes),
        sustained_exhaustive,
        escaped: count(shocks.iter().filter(|s| s.escaped == Some(true)).count()),
        centres: count(shocks.iter().filter(|s| s.escaped.is_some()).count()),
    }
}

/// The worst of one period.
struct Shock {
    moved: Moved,
    sets: u32,
    exhaustive: bool,
    escaped: Option<bool>,
}

fn shock(scene: &Scene<'_>, choices: &[f64], k: usize) -> Shock {
    let (sets, exhaustive) = subsets(&scene.sellers, k, MOST_SETS);
    let mut shock = Shock { moved: UNMOVED, sets: count(sets.len()), exhaustive, escaped: None };
    for set in &sets {
        for y in choices {
            let (evidence, deals) = scene.tampered(set, *y);
            shock.moved = worse(shock.moved, scene.moved(&evidence, Some(&deals)));
        }
        // Farther out than at the ends of the corridor no seller can pull.
        for y in [choices.first(), choices.last()].into_iter().flatten() {
            shock.escaped = match (shock.escaped, scene.escapes(set, *y)) {
                (Some(a), Some(b)) => Some(a || b),
                (a, b) => a.or(b),
            };
        }
    }
    shock
}

/// The sellers of the whole history, those with the largest sum of capped shares first.
fn steady_sellers(subject: Subject<'_>, steps: &[Step]) -> Vec<usize> {
    let mut sums: Vec<f64> = Vec::new();
    for step in steps {
        for (seller, share) in capped_shares(&step.intake.evidence, &subject.product.centre).into_iter().enumerate() {
            if sums.len() <= seller {
                sums.resize(seller + 1, 0.0);
            }
            if let (Some(sum), true) = (sums.get_mut(seller), share.is_finite()) {
                *sum += share;
            }
        }
    }
    let mut sellers: Vec<(usize, f64)> = sums.into_iter().enumerate().filter(|(_, sum)| *sum > 0.0).collect();
    sellers.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    sellers.into_iter().map(|(seller, _)| seller).collect()
}

/// The worst of each asked period over all sets and choices, each held through all periods.
fn sustained(subject: Subject<'_>, steps: &[Step], asked: &[bool], sets: &[Vec<usize>], choices: &[f64]) -> Vec<WorstOf> {
    let campaigns: Vec<(&Vec<usize>, f64)> = sets.iter().flat_map(|set| choices.iter().map(move |y| (set, *y))).collect();
    let courses: Vec<Vec<Moved>> = campaigns.par_iter().map(|(set, y)| campaign(subject, steps, set, *y)).collect();
    let periods = steps
        .iter()
        .enumerate()
        .zip(asked)
        .filter(|((_, step), asked)| **asked && step.stand.classes.iter().any(|c| c.guide_fen_per_t.is_some()));
    let of = |period: usize| courses.iter().filter_map(|course| course.get(period)).fold(UNMOVED, |a, b| worse(a, *b));
    periods.map(|((period, step), _)| WorstOf::new(step, of(period))).collect()
}

/// The moves in every period when a set sells at `y` throughout.
fn campaign(subject: Subject<'_>, steps: &[Step], set: &[usize], y: f64) -> Vec<Moved> {
    let classes = subject.product.class.len();
    let anchors = Anchors::default();
    let mut runner = Runner::new(subject);
    let (mut base_rivals, mut rivals) = (vec![None; classes], vec![None; classes]);
    let mut all = Vec::with_capacity(steps.len());
    for own in steps {
        let stand = runner.period(&own.span.id, &own.intake, &tampered(&own.intake.evidence, set, y), &anchors);
        let mut attacked = vec![Vec::new(); classes];
        for sold in &own.intake.sold {
            let price = if set.contains(&sold.seller) { libm::exp(y) * sold.netback } else { sold.price };
            if let Some(list) = attacked.get_mut(sold.class) {
                list.push(Deal { price, mass: sold.dry_t });
            }
        }
        base_rivals = rivals_of(&deals(own, classes), &base_rivals);
        rivals = rivals_of(&attacked, &rivals);
        let mut moved = UNMOVED;
        let [guide, assessed, ..] = &mut moved;
        let pairs = || stand.classes.iter().zip(&own.stand.classes);
        *guide = largest(pairs().map(|(a, b)| Some((fen(a.guide_fen_per_t?), fen(b.guide_fen_per_t?)))));
        *assessed = largest(pairs().map(|(a, b)| Some((a.assessed_exact_fen_per_t?, b.assessed_exact_fen_per_t?))));
        write_rivals(&mut moved, &rivals, &base_rivals);
        all.push(moved);
    }
    all
}

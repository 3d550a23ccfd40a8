//! What is known of the level and the grade classes after each period? A filter, never smoothed: history does not move. (Section 6.)

use super::centre::Point;
use super::deviation::{isotonic, paule_mandel};
use super::level::Level;
use super::policy::Centre;
use super::uncertainty::{Estimate, Spread, estimate};

/// The parameters of the state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// Level before the first period.
    pub start: Level,
    /// What the variance of the level gains a period.
    pub variance_a_period: f64,
    /// Surprises above this many standard deviations shrink the gain.
    pub surprise_limit: f64,
    /// Periods over which class deviations look back.
    pub window: u32,
    /// Periods after which a sale counts half in them.
    pub half_life: f64,
    /// Spread of deals.
    pub spread: Spread,
}

/// An admitted sale.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// `ln(dry price / netback)`.
    pub y: f64,
    /// Weight: dry mass, at most the cap of a lot.
    pub weight: f64,
    /// Number of the seller, the same in all periods.
    pub seller: usize,
    /// Index of the grade class.
    pub class: usize,
    /// Number of the period from which on it is no evidence any more, because it turned out to be one leg of a circle.
    pub struck_in: Option<u32>,
}

/// A class's deviation from the level.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Deviation {
    /// Mean.
    pub delta: f64,
    /// Variance.
    pub variance: f64,
    /// Whether the class has an estimate of its own in the window; else it has the common one.
    pub estimated: bool,
}

/// The state after a period.
#[derive(Clone, Debug, PartialEq)]
pub struct After {
    /// The period's own estimate of the level; `None`: too few sellers.
    pub own: Option<Estimate>,
    /// Surprise and gain of the update.
    pub surprise_gain: Option<(f64, f64)>,
    /// The level.
    pub level: Level,
    /// Variance between classes.
    pub between: f64,
    /// The classes, lowest grade first.
    pub deviations: Vec<Deviation>,
}

/// Keeps a class without any uncertainty from having all the weight when prices are pooled.
const LEAST_VARIANCE: f64 = 1e-6;

impl After {
    /// Assessed prices of the classes, `exp(level + deviation) × netback`, in the unit of the netbacks, not falling with grade.
    #[must_use]
    pub fn prices(&self, netbacks: &[f64]) -> Vec<f64> {
        let prices: Vec<f64> = self.deviations.iter().zip(netbacks).map(|(d, n)| libm::exp(self.level.m + d.delta) * n).collect();
        let weights: Vec<f64> = self.deviations.iter().map(|d| 1.0 / (self.level.p + d.variance + LEAST_VARIANCE)).collect();
        isotonic(&prices, &weights)
    }
}

/// The state of one product.
#[derive(Clone, Debug)]
pub struct State {
    rules: Rules,
    level: Level,
    period: u32,
    deviations: Vec<Deviation>,
    /// The sales of the window by class, with their periods, in the order in which they came.
    history: Vec<Vec<(u32, Evidence)>>,
}

impl State {
    /// Before the first period.
    #[must_use]
    pub fn new(rules: Rules, classes: usize) -> Self {
        let (deviations, history) = (vec![Deviation::default(); classes], vec![Vec::new(); classes]);
        Self { rules, level: rules.start, period: 0, deviations, history }
    }

    /// The level that the next sales of a class are expected at; `None` for a class that there is not.
    #[must_use]
    pub fn expected(&self, class: usize) -> Option<f64> {
        self.deviations.get(class).map(|d| self.level.m + d.delta)
    }

    /// Number of the next period, counted from 1.
    #[must_use]
    pub fn next_period(&self) -> u32 {
        self.period + 1
    }

    /// Takes in a period, in the order (date, id) of its sales. No evidence: no update, the variance grows.
    pub fn advance(&mut self, evidence: &[Evidence], centre: &Centre) -> After {
        let after = self.peek(evidence, centre);
        self.accept(evidence, &after);
        after
    }

    /// Takes in a period that [`State::peek`] looked at.
    pub fn accept(&mut self, evidence: &[Evidence], after: &After) {
        self.period += 1;
        self.level = after.level;
        self.deviations.clone_from(&after.deviations);
        let (now, window) = (self.period, self.rules.window);
        for e in evidence {
            if let Some(of_class) = self.history.get_mut(e.class) {
                of_class.push((now, e.clone()));
            }
        }
        for of_class in &mut self.history {
            // What is too old, or struck, for the next period already is never looked at again.
            of_class.retain(|(t, e)| now + 1 - t < window && e.struck_in.is_none_or(|from| now + 1 < from));
        }
    }

    /// What the state would be after a period with this evidence; nothing is taken in.
    #[must_use]
    pub fn peek(&self, evidence: &[Evidence], centre: &Centre) -> After {
        let spread = &self.rules.spread;
        let own = estimate(&self.points(evidence), centre, spread);
        self.after(own, |class, level| estimate(&self.class_points(class, level, evidence), centre, spread))
    }

    /// What the state would be after a period with this estimate of the level, and with the estimates of the classes that go with a
    /// level.
    pub(super) fn after(&self, own: Option<Estimate>, class: impl Fn(usize, f64) -> Option<Estimate>) -> After {
        let before = if self.period == 0 { self.level } else { self.level.predict(self.rules.variance_a_period) };
        let update = own.map(|own| before.update(own.theta, own.sd, self.rules.surprise_limit));
        let level = update.map_or(before, |u| u.level);
        let classes: Vec<Option<Estimate>> = (0..self.deviations.len()).map(|i| class(i, level.m)).collect();
        let (between, deviations) = shrink(&classes);
        After { own, surprise_gain: update.map(|u| (u.surprise, u.gain)), level, between, deviations }
    }

    /// The parameters.
    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Deviation of a class before the period; 0 for a class that there is not.
    pub(super) fn deviation(&self, class: usize) -> f64 {
        self.deviations.get(class).map_or(0.0, |d| d.delta)
    }

    /// The period's sales with the class deviations taken out.
    pub(super) fn points(&self, evidence: &[Evidence]) -> Vec<Point> {
        evidence.iter().map(|e| Point { y: e.y - self.deviation(e.class), weight: e.weight, seller: e.seller }).collect()
    }

    /// The sales of a class in the decayed window, older ones first, over the level.
    pub(super) fn class_points(&self, class: usize, level: f64, evidence: &[Evidence]) -> Vec<Point> {
        let now = self.next_period();
        let older = self.history.get(class).into_iter().flatten().map(|(t, e)| (*t, e));
        let point = |(t, e): (u32, &Evidence)| {
            let age = f64::from(now - t);
            Point { y: e.y - level, weight: e.weight * libm::exp2(-age / self.rules.half_life), seller: e.seller }
        };
        older.chain(evidence.iter().filter(|e| e.class == class).map(|e| (now, e))).map(point).collect()
    }
}

/// The class deviations, shrunk together; a class without sellers enough has the common one.
fn shrink(classes: &[Option<Estimate>]) -> (f64, Vec<Deviation>) {
    let estimates: Vec<f64> = classes.iter().flatten().map(|e| e.theta).collect();
    let variances: Vec<f64> = classes.iter().flatten().map(|e| e.sd * e.sd).collect();
    let (between, common) = paule_mandel(&estimates, &variances).unwrap_or_default();
    let deviations = classes.iter().map(|own| match own {
        None => Deviation { delta: common, variance: between, estimated: false },
        Some(own) => {
            let variance = own.sd * own.sd;
            let kept = between / (between + variance);
            Deviation { delta: kept * own.theta + (1.0 - kept) * common, variance: kept * variance, estimated: true }
        }
    });
    (between, deviations.collect())
}

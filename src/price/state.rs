//! What is known of the level and the grade classes after each period? A filter, never smoothed: history does not move. (Section 6.)

use super::centre::Point;
use super::deviation::paule_mandel;
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
}

/// A class's deviation from the level.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Deviation {
    /// Mean.
    pub delta: f64,
    /// Variance.
    pub variance: f64,
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

/// The state of one product.
#[derive(Clone, Debug)]
pub struct State {
    rules: Rules,
    level: Level,
    period: u32,
    deviations: Vec<Deviation>,
    history: Vec<(u32, Evidence)>,
}

impl State {
    /// Before the first period.
    #[must_use]
    pub fn new(rules: Rules, classes: usize) -> Self {
        Self { rules, level: rules.start, period: 0, deviations: vec![Deviation::default(); classes], history: Vec::new() }
    }

    /// The level that the next sales of a class are expected at; `None` for a class that there is not.
    #[must_use]
    pub fn expected(&self, class: usize) -> Option<f64> {
        self.deviations.get(class).map(|d| self.level.m + d.delta)
    }

    /// Takes in a period, in the order (date, id) of its sales. No evidence: no update, the variance grows.
    pub fn advance(&mut self, evidence: &[Evidence], centre: &Centre) -> After {
        let deviation = |class: usize| self.deviations.get(class).map_or(0.0, |d| d.delta);
        let points: Vec<Point> =
            evidence.iter().map(|e| Point { y: e.y - deviation(e.class), weight: e.weight, seller: e.seller }).collect();
        let before = if self.period == 0 { self.level } else { self.level.predict(self.rules.variance_a_period) };
        let own = estimate(&points, centre, &self.rules.spread);
        let update = own.map(|own| before.update(own.theta, own.sd, self.rules.surprise_limit));
        self.level = update.map_or(before, |u| u.level);
        self.period += 1;
        self.history.extend(evidence.iter().map(|e| (self.period, e.clone())));
        let (since, window) = (self.period, self.rules.window);
        self.history.retain(|(t, _)| since - t < window);
        let between = self.deviate(centre);
        let deviations = self.deviations.clone();
        After { own, surprise_gain: update.map(|u| (u.surprise, u.gain)), level: self.level, between, deviations }
    }

    /// The class deviations from the decayed window, shrunk together; a class without sellers enough has the common one.
    fn deviate(&mut self, centre: &Centre) -> f64 {
        let own: Vec<Option<Estimate>> = (0..self.deviations.len()).map(|class| self.class_estimate(class, centre)).collect();
        let known: Vec<Estimate> = own.iter().flatten().copied().collect();
        let estimates: Vec<f64> = known.iter().map(|e| e.theta).collect();
        let variances: Vec<f64> = known.iter().map(|e| e.sd * e.sd).collect();
        let (between, common) = paule_mandel(&estimates, &variances).unwrap_or_default();
        self.deviations = own
            .into_iter()
            .map(|own| match own {
                None => Deviation { delta: common, variance: between },
                Some(own) => {
                    let variance = own.sd * own.sd;
                    let kept = between / (between + variance);
                    Deviation { delta: kept * own.theta + (1.0 - kept) * common, variance: kept * variance }
                }
            })
            .collect();
        between
    }

    fn class_estimate(&self, class: usize, centre: &Centre) -> Option<Estimate> {
        let points: Vec<Point> = self
            .history
            .iter()
            .filter(|(_, e)| e.class == class)
            .map(|(t, e)| {
                let age = f64::from(self.period - t);
                Point { y: e.y - self.level.m, weight: e.weight * libm::exp2(-age / self.rules.half_life), seller: e.seller }
            })
            .collect();
        estimate(&points, centre, &self.rules.spread)
    }
}

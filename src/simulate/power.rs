//! How small a violation does a rule still find? Basins in which only that rule's violations are planted, at several strengths.

use super::delay::found;
use super::score::{ScoreError, compare, read_truth};
use super::{Dress, Options, Plan, simulate};
use crate::engine::Engine;
use crate::ingest::{Options as Reading, Quiet};
use crate::lake::load::{LoadOptions, ingest};
use crate::lake::{AsOf, Lake};
use crate::policy::Policy;
use crate::rules::rule::{Pass, Rule};
use crate::rules::{RulesError, registry};
use serde::Serialize;
use std::path::Path;

/// One basin: what was planted in it, and what was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Basin {
    /// Strength as written.
    pub strength: String,
    /// Seed.
    pub seed: u64,
    /// Violations of the rule in the truth.
    pub planted: usize,
    /// Of those, found.
    pub found: usize,
    /// Findings of the rule that are in no truth.
    pub false_findings: usize,
    /// Mass of the planted violations, kg.
    pub planted_kg: i64,
    /// Mass of those found, kg.
    pub found_kg: i64,
}

/// All basins of one strength.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Strength as written.
    pub strength: String,
    /// Basins.
    pub basins: usize,
    /// Violations, and those found.
    pub planted: usize,
    /// Found.
    pub found: usize,
    /// False findings.
    pub false_findings: usize,
    /// Mean mass of a violation, kg.
    pub mean_kg: i64,
    /// Share of the planted mass that was found.
    pub mass_found: Option<f64>,
    /// Found of planted.
    pub recall: Option<f64>,
    /// Its 95 % interval (Wilson 1927).
    pub interval: Option<(f64, f64)>,
}

/// Simulates a basin in which only the rule's violations are planted, takes it into a lake below `work` as a user's files come, and
/// runs the rule.
///
/// # Errors
/// [`ScoreError`] if there is no such rule, or a room fails.
pub fn basin(rule: &str, strength: &str, options: &Options, work: &Path, policy: &Policy) -> Result<Basin, ScoreError> {
    let rules = rules_for(rule)?;
    let files = work.join("files");
    let planted = format!("{rule}={strength}");
    let options = Options { plan: Plan::only([planted.as_str()])?, ..options.clone() };
    simulate(&options, Dress::Plain, &files)?;
    let truth = read_truth(&files.join("truth.json"))?;
    let lake = Lake::open(&work.join("lake").to_string_lossy())?;
    let reading = LoadOptions { ingest: Reading { forced: None, progress: &Quiet }, correct: false };
    ingest(&lake, &[files], &reading, &mut |_| {})?;
    let engine = Engine::new(&lake.snapshot(&AsOf::Latest)?)?;
    let score = compare(&truth.violations, found(&engine, policy, &rules)?.into_iter());
    let of_rule = score.rules.into_iter().find(|r| r.rule == rule).ok_or_else(|| ScoreError::NoRule(rule.to_owned()))?;
    Ok(Basin {
        strength: strength.to_owned(),
        seed: options.seed,
        planted: of_rule.planted,
        found: of_rule.right,
        false_findings: of_rule.false_findings.len(),
        planted_kg: of_rule.planted_kg,
        found_kg: of_rule.right_kg,
    })
}

/// The rule alone, or all if it looks at what others found.
fn rules_for(id: &str) -> Result<Vec<Rule>, ScoreError> {
    let all = registry::builtin().map_err(RulesError::from)?;
    let rule = all.iter().find(|r| r.id == id).ok_or_else(|| ScoreError::NoRule(id.to_owned()))?;
    Ok(if rule.pass == Pass::Findings { all } else { vec![rule.clone()] })
}

/// The basins by strength, in the order in which strengths are first met.
#[must_use]
pub fn points(basins: &[Basin]) -> Vec<Point> {
    let mut strengths: Vec<&str> = Vec::new();
    for basin in basins {
        if !strengths.contains(&basin.strength.as_str()) {
            strengths.push(&basin.strength);
        }
    }
    strengths.into_iter().map(|strength| point(strength, basins)).collect()
}

fn point(strength: &str, basins: &[Basin]) -> Point {
    let of = || basins.iter().filter(|b| b.strength == strength);
    let (planted, found): (usize, usize) = (of().map(|b| b.planted).sum(), of().map(|b| b.found).sum());
    let (planted_kg, found_kg): (i64, i64) = (of().map(|b| b.planted_kg).sum(), of().map(|b| b.found_kg).sum());
    let count = i64::try_from(planted).unwrap_or(i64::MAX);
    #[expect(clippy::cast_precision_loss, reason = "counts and kilograms of simulated basins")]
    let share = |part: i64, of: i64| (of > 0).then(|| part as f64 / of as f64);
    Point {
        strength: strength.to_owned(),
        basins: of().count(),
        planted,
        found,
        false_findings: of().map(|b| b.false_findings).sum(),
        mean_kg: planted_kg / count.max(1),
        mass_found: share(found_kg, planted_kg),
        recall: share(i64::try_from(found).unwrap_or(i64::MAX), count),
        interval: wilson(found, planted),
    }
}

/// 95 % score interval of a share (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927).
#[must_use]
pub fn wilson(found: usize, of: usize) -> Option<(f64, f64)> {
    const Z: f64 = 1.959_963_985;
    #[expect(clippy::cast_precision_loss, reason = "counts of simulated violations")]
    let (found, n) = (found as f64, of as f64);
    let share = found / n;
    let middle = share + Z * Z / (2.0 * n);
    let half = Z * libm::sqrt(share * (1.0 - share) / n + Z * Z / (4.0 * n * n));
    let whole = 1.0 + Z * Z / n;
    (of > 0).then(|| (((middle - half) / whole).max(0.0), ((middle + half) / whole).min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basin(strength: &str, seed: u64, planted: usize, found: usize) -> Basin {
        let kg = |count: usize| i64::try_from(count).unwrap() * 1_000;
        Basin { strength: strength.to_owned(), seed, planted, found, false_findings: 1, planted_kg: kg(planted), found_kg: kg(found) }
    }

    #[test]
    fn basins_of_one_strength_are_one_point() {
        let points = points(&[basin("0.5", 1, 10, 4), basin("1", 1, 10, 10), basin("0.5", 2, 10, 6)]);
        assert_eq!(points.iter().map(|p| p.strength.as_str()).collect::<Vec<_>>(), ["0.5", "1"]);
        assert_eq!((points[0].planted, points[0].found, points[0].false_findings, points[0].mean_kg), (20, 10, 2, 1_000));
        assert_eq!((points[0].recall, points[1].recall), (Some(0.5), Some(1.0)));
        assert_eq!(super::points(&[basin("1", 1, 0, 0)])[0].recall, None);
    }

    /// Brown, Cai and DasGupta 2001, and R's prop.test(10, 20, correct = FALSE): 0.2993, 0.7007.
    #[test]
    fn an_interval_of_ten_in_twenty_is_the_published_one() {
        let (low, high) = wilson(10, 20).unwrap();
        assert!((low - 0.299_3).abs() < 1e-4 && (high - 0.700_7).abs() < 1e-4, "{low} {high}");
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(20, 20).map(|(_, high)| high), Some(1.0));
    }
}

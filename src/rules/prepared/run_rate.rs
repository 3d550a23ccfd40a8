//! When will a mine have passed its scale, and how sure is that? Months of output in, dates out.
//!
//! A month's output is its season times the mine's rate times chance: `x = S·r`. The rate is the mean of this year's `r`: a
//! licence or contract can change it from one year to the next. Its scatter comes from this year's months and those of the year
//! before, each around its own year's mean: how even a mine works does not change so soon. What the days ahead bring together is
//! then Student-t around `rate·A` with the scale `s·√(Q + A²/n)`, where A is the sum and Q the sum of squares of the seasons
//! ahead: `Q` is chance to come, `A²/n` the rate that n months tell only so well. Output never goes back, so the sum has passed a
//! mark by a day exactly if it is above it on that day: the day's chance follows from the sum, and the dates from the days.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Twelve seasons with mean 1.
pub(super) type Seasons = [f64; 12];

/// No seasons: every month like every other.
pub(super) const EVEN: Seasons = [1.0; 12];

/// A season below this is a standstill that no rate can be told from.
const LEAST_SEASON: f64 = 0.05;

/// How fast a mine digs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rate {
    /// kg a month of season 1.
    mean: f64,
    /// Standard deviation of a month, kg.
    sd: f64,
    /// Degrees of freedom of the standard deviation.
    freedom: f64,
    /// Months of this year.
    months: f64,
}

/// What is ahead: the days after the last one known, in order, each with its month and its share of that month.
pub(super) type Ahead = [(usize, f64)];

/// When the mark is passed: days after the last one known, from 1; `None`: not within the days ahead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Passage {
    /// Chance of having passed at the end of the days ahead.
    pub(super) chance: f64,
    /// Days by which it is passed with the lower share, one half and the upper share.
    pub(super) days: [Option<usize>; 3],
    /// Expected output ahead, kg.
    pub(super) ahead_kg: f64,
}

/// The rate of this year, `(month from 0, kg)`, and of the year before.
pub(super) fn rate(
    this: &[(usize, f64)],
    before: &[(usize, f64)],
    seasons: &Seasons,
    least_months: usize,
    least_scatter: f64,
) -> Option<Rate> {
    let (mean, away, n) = year(this, seasons)?;
    if this.len() < least_months || mean <= 0.0 {
        return None;
    }
    let (more, more_n) = year(before, seasons).filter(|(mean, ..)| *mean > 0.0).map_or((0.0, 0.0), |(_, away, n)| (away, n - 1.0));
    let freedom = n - 1.0 + more_n;
    if freedom < 1.0 {
        return None;
    }
    let relative = libm::sqrt((away + more) / freedom).max(least_scatter);
    Some(Rate { mean, sd: relative * mean, freedom, months: n })
}

/// Mean rate of a year's months, sum of squared relative distances from it, and number of months.
fn year(months: &[(usize, f64)], seasons: &Seasons) -> Option<(f64, f64, f64)> {
    let rates: Vec<f64> = months.iter().filter_map(|(month, kg)| Some(kg / seasons.get(*month)?.max(LEAST_SEASON))).collect();
    if rates.is_empty() {
        return None;
    }
    let n = count(rates.len());
    let mean = rates.iter().sum::<f64>() / n;
    let away = if mean > 0.0 { rates.iter().map(|r| (r / mean - 1.0) * (r / mean - 1.0)).sum() } else { 0.0 };
    Some((mean, away, n))
}

impl Rate {
    /// When `left_kg` more will have been dug; `shares` are the chances of the three dates, rising.
    pub(super) fn passage(&self, left_kg: f64, ahead: &Ahead, seasons: &Seasons, shares: [f64; 3]) -> Option<Passage> {
        let student = StudentsT::new(0.0, 1.0, self.freedom).ok()?;
        let mut months = [0.0; 12];
        let mut passage = Passage { chance: 0.0, days: [None; 3], ahead_kg: 0.0 };
        for ((month, share), day) in ahead.iter().zip(1usize..) {
            let season = seasons.get(*month)?.max(LEAST_SEASON);
            *months.get_mut(*month)? += share * season;
            let sum: f64 = months.iter().sum();
            let squares: f64 = months.iter().map(|w| w * w).sum();
            passage.ahead_kg = self.mean * sum;
            let scale = self.sd * libm::sqrt(squares + sum * sum / self.months);
            passage.chance = passage.chance.max(1.0 - student.cdf((left_kg - passage.ahead_kg) / scale));
            for (date, least) in passage.days.iter_mut().zip(shares) {
                if date.is_none() && passage.chance >= least {
                    *date = Some(day);
                }
            }
        }
        Some(passage)
    }
}

/// The seasons of a district: the median over mines and years of a month's share of its year, from years of twelve months.
pub(super) fn seasons(years: &[[f64; 12]], least: usize) -> Option<Seasons> {
    let shares: Vec<Seasons> = years
        .iter()
        .filter_map(|year| {
            let sum: f64 = year.iter().sum();
            (sum > 0.0).then(|| year.map(|kg| 12.0 * kg / sum))
        })
        .collect();
    if shares.len() < least.max(1) {
        return None;
    }
    let mut seasons = EVEN;
    for (month, season) in seasons.iter_mut().enumerate() {
        let mut of_month: Vec<f64> = shares.iter().filter_map(|s| s.get(month).copied()).collect();
        of_month.sort_by(f64::total_cmp);
        let upper = *of_month.get(of_month.len() / 2)?;
        let lower = *of_month.get((of_month.len() - 1) / 2)?;
        *season = f64::midpoint(lower, upper);
    }
    let mean = seasons.iter().sum::<f64>() / 12.0;
    (mean > 0.0).then(|| seasons.map(|s| (s / mean).max(LEAST_SEASON)))
}

#[expect(clippy::cast_precision_loss, reason = "numbers of months")]
const fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

    /// Seasons of the simulated basin: quiet weeks around the spring festival.
    const SEASONS: Seasons = [0.92, 0.72, 1.04, 1.05, 1.05, 1.03, 1.02, 1.02, 1.05, 1.04, 1.05, 1.01];
    const SHARES: [f64; 3] = [0.1, 0.5, 0.9];
    const LEAST: f64 = 0.003;

    fn normal(rng: &mut ChaCha8Rng) -> f64 {
        let unit = |rng: &mut ChaCha8Rng| ((rng.next_u64() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0;
        libm::sqrt(-2.0 * libm::log(unit(rng))) * libm::cos(2.0 * core::f64::consts::PI * unit(rng))
    }

    /// The simulator's month: its season, 5 % of chance held within 10 %.
    fn month(rate: f64, m: usize, rng: &mut ChaCha8Rng) -> f64 {
        rate * SEASONS[m % 12] * (1.0 + (0.05 * normal(rng)).clamp(-0.1, 0.1))
    }

    /// Months ahead of thirty days each.
    fn ahead(known: usize, months: usize) -> Vec<(usize, f64)> {
        (known..known + months).flat_map(|m| (0..30).map(move |_| (m % 12, 1.0 / 30.0))).collect()
    }

    /// How far the 80 % interval covers the true day, drawn from a mine that knows `known` months of its year: 1, 0, or one half on
    /// the first and last day of the interval, because dates are rounded outwards to whole days.
    fn covered(rng: &mut ChaCha8Rng, known: usize, seasons: &Seasons, before: bool, mark: f64) -> f64 {
        let rate_kg = 1_000.0 * (1.0 + 0.2 * normal(rng).abs());
        let year_before: Vec<(usize, f64)> = if before { (0..12).map(|m| (m, month(800.0, m, rng))).collect() } else { Vec::new() };
        let this: Vec<(usize, f64)> = (0..known).map(|m| (m, month(rate_kg, m, rng))).collect();
        let left = mark * rate_kg;
        let ahead = ahead(known, 12);
        let passage = rate(&this, &year_before, seasons, 3, LEAST).unwrap().passage(left, &ahead, seasons, SHARES).unwrap();
        let daily = (known..known + 12).flat_map(|m| vec![month(rate_kg, m, rng) / 30.0; 30]);
        let sums = daily.scan(0.0, |sum, kg| {
            *sum += kg;
            Some(*sum)
        });
        let truth = sums.zip(1..).find(|(sum, _)| *sum >= left).map_or(usize::MAX, |(_, day)| day);
        let (early, late) = (passage.days[0].unwrap(), passage.days[2].unwrap_or(usize::MAX));
        match truth {
            day if day < early || day > late => 0.0,
            day if day == early || day == late => 0.5,
            _ => 1.0,
        }
    }

    fn coverage(seed: u64, known: usize, seasons: &Seasons, before: bool, mark: f64) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mines = 3_000;
        (0..mines).map(|_| covered(&mut rng, known, seasons, before, mark)).sum::<f64>() / count(mines)
    }

    /// 3 000 mines: the standard error of a coverage of 0.8 is 0.0073, and the bounds are 3.6 of them.
    #[test]
    fn the_interval_covers_as_often_as_it_says_where_seasons_are_known() {
        for (known, mark) in [(3, 4.3), (4, 6.2), (6, 4.4), (6, 5.5), (9, 2.2)] {
            for before in [false, true] {
                let share = coverage(7, known, &SEASONS, before, mark);
                assert!((0.774..0.826).contains(&share), "known {known}, mark {mark}, before {before}: {share}");
            }
        }
    }

    /// Without an earlier year nobody knows the season: the months' own scatter has to stand for it.
    #[test]
    fn without_seasons_the_interval_still_covers_most_passings() {
        for (known, mark) in [(4, 6.2), (6, 4.4), (6, 5.5), (9, 2.2)] {
            let share = coverage(8, known, &EVEN, false, mark);
            assert!(share > 0.75, "known {known}, mark {mark}: {share}");
        }
    }

    #[test]
    fn an_even_mine_passes_when_arithmetic_says_so() {
        let this: Vec<(usize, f64)> = (0..6).map(|m| (m, 30.0)).collect();
        let rate = rate(&this, &[], &EVEN, 3, LEAST).unwrap();
        let passage = rate.passage(60.0, &ahead(6, 6), &EVEN, SHARES).unwrap();
        assert_eq!(passage.days[1], Some(60));
        assert!(passage.chance > 0.999 && (passage.ahead_kg - 180.0).abs() < 1e-9);
        let never = rate.passage(200.0, &ahead(6, 6), &EVEN, SHARES).unwrap();
        assert!(never.chance < 0.001 && never.days == [None; 3]);
    }

    #[test]
    fn two_months_are_too_few_and_a_mine_at_rest_has_no_rate() {
        assert_eq!(rate(&[(0, 1.0), (1, 1.0)], &[], &EVEN, 3, LEAST), None);
        assert_eq!(rate(&[(0, 0.0), (1, 0.0), (2, 0.0)], &[], &EVEN, 3, LEAST), None);
    }

    #[test]
    fn seasons_come_from_whole_years_of_several_mines_whatever_one_of_them_does() {
        let year = |factor: f64| SEASONS.map(|s| s * factor);
        let mut years = vec![year(3.0), year(500.0), year(7.0)];
        years.push([9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        let found = seasons(&years, 4).unwrap();
        assert!(found.iter().zip(SEASONS).all(|(a, b)| (a - b).abs() < 0.03), "{found:?}");
        assert_eq!(seasons(&years, 5), None);
    }
}

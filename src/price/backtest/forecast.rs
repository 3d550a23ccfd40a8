//! What stood at the end of a period for the sales of the next, and how far off was it?

use super::count;
use super::rivals::{Deal, Rivals, rivals};
use super::score::{Error, error, median, number, sorted};
use crate::price::calendar::Span;
use crate::price::course::Step;
use crate::price::policy::Class;
use crate::text::Text;
use serde::Serialize;
use std::collections::BTreeMap;

/// A forecast of the next period's prices of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forecast {
    /// The guide price, after the mechanism.
    Guide,
    /// The assessed price, before it.
    Assessed,
    /// The price of the last admitted sale.
    Last,
    /// The mean weighted by mass.
    Vwap,
    /// The median.
    Median,
    /// The mean weighted by mass of the sales within 4 % of the preceding mean.
    VwapNear,
    /// The netback alone.
    Netback,
}

impl Forecast {
    /// All of them; the method first.
    pub const ALL: [Forecast; 7] =
        [Forecast::Guide, Forecast::Assessed, Forecast::Last, Forecast::Vwap, Forecast::Median, Forecast::VwapNear, Forecast::Netback];

    /// Whether it is not the method's.
    #[must_use]
    pub const fn is_rival(self) -> bool {
        !matches!(self, Forecast::Guide | Forecast::Assessed)
    }

    /// As stored.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Forecast::Guide => "guide",
            Forecast::Assessed => "assessed",
            Forecast::Last => "last",
            Forecast::Vwap => "vwap",
            Forecast::Median => "median",
            Forecast::VwapNear => "vwap-near",
            Forecast::Netback => "netback",
        }
    }

    /// For people.
    #[must_use]
    pub const fn title(self) -> Text {
        match self {
            Forecast::Guide => Text { zh: "指导价", en: "guide price" },
            Forecast::Assessed => Text { zh: "评估价", en: "assessed price" },
            Forecast::Last => Text { zh: "最近一笔成交价", en: "last price" },
            Forecast::Vwap => Text { zh: "加权均价", en: "VWAP" },
            Forecast::Median => Text { zh: "中位数", en: "median" },
            Forecast::VwapNear => Text { zh: "加权均价（±4% 过滤）", en: "VWAP, 4 % filter" },
            Forecast::Netback => Text { zh: "仅净回值", en: "netback only" },
        }
    }
}

/// One number for each of [`Forecast::ALL`].
pub(super) type Each<T> = [T; 7];

/// What stood at the end of each period for each class.
#[derive(Clone, Debug)]
pub(super) struct Forecasts {
    /// By period and class, fen/t.
    stood: Vec<Vec<Each<Option<f64>>>>,
}

impl Forecasts {
    pub(super) fn of(steps: &[Step], classes: usize) -> Self {
        let mut before: Vec<Option<Rivals>> = vec![None; classes];
        let mut stood = Vec::with_capacity(steps.len());
        for step in steps {
            before = rivals_of(&deals(step, classes), &before);
            stood.push((0..classes).map(|class| each(step, class, before.get(class).copied().flatten())).collect());
        }
        Self { stood }
    }

    fn at(&self, period: usize, class: usize) -> Option<&Each<Option<f64>>> {
        self.stood.get(period)?.get(class)
    }

    pub(super) fn classes(&self) -> usize {
        self.stood.first().map_or(0, Vec::len)
    }

    /// Whether a class ever had an admitted sale.
    pub(super) fn traded(&self, class: usize) -> bool {
        let last = self.stood.last().and_then(|classes| classes.get(class));
        last.is_some_and(|each| each.get(Forecast::Last as usize).is_some_and(Option::is_some))
    }

    /// A forecast of a class over the periods that are asked for and the one before them, from which the first moves.
    pub(super) fn series(&self, forecast: Forecast, class: usize, asked: &[bool]) -> Vec<Option<f64>> {
        let wanted = |period: &usize| [*period, period + 1].iter().any(|p| asked.get(*p) == Some(&true));
        let periods = (0..self.stood.len()).filter(wanted);
        periods.map(|period| self.at(period, class).and_then(|each| each.get(forecast as usize).copied().flatten())).collect()
    }
}

/// The rivals of every class after a period.
pub(super) fn rivals_of(deals: &[Vec<Deal>], before: &[Option<Rivals>]) -> Vec<Option<Rivals>> {
    deals.iter().zip(before).map(|(deals, before)| rivals(deals, *before)).collect()
}

/// The admitted sales of a period by class.
pub(super) fn deals(step: &Step, classes: usize) -> Vec<Vec<Deal>> {
    let mut deals = vec![Vec::new(); classes];
    for sold in &step.intake.sold {
        if let Some(own) = deals.get_mut(sold.class) {
            own.push(Deal { price: sold.price, mass: sold.dry_t });
        }
    }
    deals
}

#[expect(clippy::cast_precision_loss, reason = "prices in fen are far below 2^53")]
fn each(step: &Step, class: usize, rivals: Option<Rivals>) -> Each<Option<f64>> {
    let price = step.stand.classes.get(class);
    let netback = step.intake.netbacks.as_ref().and_then(|n| n.get(class)).copied();
    let [last, vwap, median, near] = rivals.map_or([None; 4], |r| r.all().map(Some));
    let guide = price.and_then(|p| p.guide_fen_per_t).map(|fen| fen as f64);
    [guide, price.and_then(|p| p.assessed_exact_fen_per_t), last, vwap, median, near, netback]
}

/// A sale with its residuals, one for each of [`Forecast::ALL`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scored {
    period: usize,
    class: usize,
    as_stood: Each<f64>,
    moved: Each<f64>,
}

/// All sales that came after a forecast.
#[derive(Clone, Debug, Default)]
pub(super) struct Scores {
    /// Those with every forecast.
    pub(super) sales: Vec<Scored>,
    /// Residuals of the assessed price, moved, of those with a price and without rivals.
    pub(super) only_lepid: Vec<f64>,
    /// Those without a price of the method.
    pub(super) unforetold: u32,
}

/// Compares the sales of each asked period with what stood at the end of the period before.
pub(super) fn score(stood: &[Step], whole: &[Step], forecasts: &Forecasts, asked: &[bool]) -> Scores {
    let mut scores = Scores::default();
    for (period, step) in whole.iter().enumerate().filter(|(period, _)| asked.get(*period) == Some(&true)) {
        let Some(before) = period.checked_sub(1).filter(|before| *before < stood.len()) else {
            scores.unforetold += count(step.intake.sold.len());
            continue;
        };
        for sold in &step.intake.sold {
            let Some(each) = forecasts.at(before, sold.class) else { continue };
            let (assessed, netback) = (of(each, Forecast::Assessed), of(each, Forecast::Netback));
            let (Some(assessed), Some(netback)) = (assessed, netback) else {
                scores.unforetold += 1;
                continue;
            };
            let moved = libm::log(sold.netback / netback);
            let residual = |forecast: f64| libm::log(sold.price / forecast);
            match all(each) {
                Some(all) => scores.sales.push(Scored {
                    period,
                    class: sold.class,
                    as_stood: all.map(residual),
                    moved: all.map(|forecast| residual(forecast) - moved),
                }),
                None => scores.only_lepid.push(residual(assessed) - moved),
            }
        }
    }
    scores
}

fn of(each: &Each<Option<f64>>, forecast: Forecast) -> Option<f64> {
    each.get(forecast as usize).copied().flatten()
}

fn all(each: &Each<Option<f64>>) -> Option<Each<f64>> {
    let mut all = [0.0; 7];
    for (slot, forecast) in all.iter_mut().zip(each) {
        *slot = (*forecast)?;
    }
    Some(all)
}

/// The error of one forecast.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ErrorRow {
    /// Which.
    pub forecast: Forecast,
    /// Whether it is moved with the netback of the sale's grade and day.
    pub moved: bool,
    /// The class; `None`: all.
    pub class: Option<String>,
    /// Its error.
    pub error: Error,
    /// Share of the sales to which the method was nearer (the guide price as it stood, the assessed price where moved); `None`
    /// for the method itself.
    pub lepid_nearer: Option<f64>,
}

/// Errors of every forecast, as it stood and moved, over all classes and by class.
pub(super) fn rows(sales: &[Scored], classes: &[Class]) -> Vec<ErrorRow> {
    let mut rows = Vec::new();
    let everything = std::iter::once((None, None));
    for (number, id) in everything.chain(classes.iter().enumerate().map(|(i, class)| (Some(i), Some(class.id.clone())))) {
        let own: Vec<&Scored> = sales.iter().filter(|s| number.is_none_or(|n| s.class == n)).collect();
        for moved in [false, true] {
            rows.extend(Forecast::ALL.into_iter().filter_map(|forecast| row(&own, forecast, moved, id.clone())));
        }
    }
    rows
}

fn row(sales: &[&Scored], forecast: Forecast, moved: bool, class: Option<String>) -> Option<ErrorRow> {
    let own = if moved { Forecast::Assessed } else { Forecast::Guide };
    let residuals: Vec<f64> = sales.iter().map(|s| s.residual(forecast, moved)).collect();
    let nearer = sales.iter().filter(|s| s.residual(own, moved).abs() < s.residual(forecast, moved).abs()).count();
    let lepid_nearer = (forecast.is_rival() && !sales.is_empty()).then(|| number(nearer) / number(sales.len()));
    Some(ErrorRow { forecast, moved, class, error: error(&residuals)?, lepid_nearer })
}

impl Scored {
    fn residual(&self, forecast: Forecast, moved: bool) -> f64 {
        let each = if moved { &self.moved } else { &self.as_stood };
        each.get(forecast as usize).copied().unwrap_or(f64::NAN)
    }
}

/// The errors of the sales of one period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PeriodRow {
    /// Period id.
    pub period: String,
    /// Scored sales.
    pub n: u32,
    /// Median `|r|` by forecast, as it stood.
    pub as_stood: BTreeMap<&'static str, f64>,
    /// The same, moved.
    pub moved: BTreeMap<&'static str, f64>,
}

/// Errors period by period; periods without scored sales are left out.
pub(super) fn by_period(sales: &[Scored], periods: &[Span]) -> Vec<PeriodRow> {
    let rows = periods.iter().enumerate().filter_map(|(number, span)| {
        let own: Vec<&Scored> = sales.iter().filter(|s| s.period == number).collect();
        let medians = |moved: bool| {
            let of = |f: Forecast| Some((f.id(), median(&sorted(own.iter().map(|s| s.residual(f, moved).abs())))?));
            Forecast::ALL.into_iter().filter_map(of).collect::<BTreeMap<_, _>>()
        };
        (!own.is_empty()).then(|| PeriodRow {
            period: span.id.clone(),
            n: count(own.len()),
            as_stood: medians(false),
            moved: medians(true),
        })
    });
    rows.collect()
}

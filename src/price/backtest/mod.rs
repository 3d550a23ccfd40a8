//! How good would the guide price have been? History replayed with what was known then, against simple rivals and strategic sellers.
//!
//! - **Point in time.** For every period the price is computed from sales dated (or, with a lag, known) by its end and from
//!   quotations of its days ([`replay`]). That a replay from data cut at the end of a period says what the whole run says of that
//!   period is checked each time and counted in [`Check`].
//! - **Error.** A sale admitted in a period is compared with the prices that stood at the end of the period before for its grade
//!   class: `r = ln(price paid) - ln(forecast)`, both a dry tonne ex works without VAT in cash. Once with the forecast as it stood,
//!   once *moved*: times the netback of the sale's own grade and day over the netback of its class at the end of the period of the
//!   forecast. Rivals are moved likewise, so that none has the carbonate price for itself ([`forecast`]).
//! - **Coverage** of the band and of the 80 % interval ([`coverage`]); **moves** of the published series ([`moves`]).
//! - **Attacks**: what strategic sellers ([`attack`]) and fabricated trades ([`wash`]) could have done.

pub mod attack;
pub mod coverage;
pub mod forecast;
pub mod moves;
pub mod replay;
pub mod rivals;
pub mod score;
pub mod wash;
pub mod worst;

use super::anchors::Anchors;
use super::assess::assess;
use super::calendar::Span;
use super::sale::Sale;
use crate::price::course::{Step, Subject, course};
use crate::price::normalise::count;
use attack::AttackStudy;
use coverage::Coverage;
use forecast::{ErrorRow, Forecast, Forecasts, PeriodRow};
use moves::{Moves, moves, together};
use replay::{Known, agreeing, replay};
use score::{Error, error};
use serde::Serialize;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// When sales are known.
    pub known: Known,
    /// First period that is scored, by id; `None`: the first.
    pub from: Option<String>,
    /// Last period that is scored.
    pub to: Option<String>,
    /// Whether attacks are studied.
    pub attacks: bool,
}

impl Question {
    /// Whether a period is scored. A month as an end takes in the periods that begin with its name.
    #[must_use]
    pub fn asks(&self, period: &str) -> bool {
        self.from.as_deref().is_none_or(|from| from <= period) && self.to.as_deref().is_none_or(|to| period <= to || period.starts_with(to))
    }
}

/// What a backtest of one product says. Errors, moves and widths are logarithmic.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Backtest {
    /// Product id.
    pub product: String,
    /// First scored period.
    pub from: Option<String>,
    /// Last scored period.
    pub to: Option<String>,
    /// Scored periods.
    pub periods: u32,
    /// Days after which a sale is known; `None`: as the lake held it.
    pub lag_days: Option<u32>,
    /// Whether the replay says what the whole run says; `None` where it may not, because sales were known late.
    pub check: Option<Check>,
    /// Sales with every forecast; all rows of `errors` are over them.
    pub scored: u32,
    /// Sales that the method foretold (assessed price, moved) and no rival could, because its class had no sale before.
    pub only_lepid: Option<Error>,
    /// Sales that the method did not foretell: no price stood before them.
    pub unforetold: u32,
    /// Errors by forecast.
    pub errors: Vec<ErrorRow>,
    /// Where a rival is better.
    pub better: Vec<Better>,
    /// How many sales and centres fell where they were announced to fall.
    pub coverage: Coverage,
    /// What the mechanism did.
    pub acts: Acts,
    /// Moves by series, over all classes that had a sale.
    pub moves: Vec<MovesRow>,
    /// Errors period by period.
    pub by_period: Vec<PeriodRow>,
    /// What strategic sellers could have done; `None`: not asked.
    pub attacks: Option<AttackStudy>,
}

impl Backtest {
    /// Whether the replay says what the whole run says, as far as it has to.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.check.is_none_or(|check| check.agree == check.periods)
    }
}

/// The replay against the whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Periods compared.
    pub periods: u32,
    /// Those that agree in every price, to the last digit.
    pub agree: u32,
}

/// A measure in which a rival is better than the method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Better {
    /// Whether forecasts are moved with the netback.
    pub moved: bool,
    /// The rival.
    pub rival: Forecast,
    /// `median`, `mean`, `rmse` or `p90`.
    pub measure: &'static str,
    /// Its value for the rival.
    pub value: f64,
    /// For the method: the guide price as it stood, the assessed price where forecasts are moved.
    pub lepid: f64,
}

/// What the mechanism did over all classes that had a sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Acts {
    /// Guide prices with one before them.
    pub steps: u32,
    /// Held below the trigger.
    pub held: u32,
    /// Limited to the largest step.
    pub limited: u32,
    /// Followed in full.
    pub adjusted: u32,
    /// First prices, also after a suspension.
    pub first: u32,
    /// Class and period without a price.
    pub none: u32,
}

/// The moves of one series of prices.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MovesRow {
    /// Which.
    pub series: Forecast,
    /// Its moves.
    pub moves: Moves,
}

/// Replays the history of one product; `sales` are sorted by (date, id), `periods` are all of them from the first.
#[must_use]
pub fn backtest(subject: Subject<'_>, sales: &[Sale], periods: &[Span], question: &Question) -> Backtest {
    let stood = replay(subject, sales, periods, &question.known);
    // What was sold is judged by the screens with everything that is known now, at the end of each sale's own period.
    let whole = course(subject, sales, periods, &Anchors::default());
    let asked: Vec<bool> = periods.iter().map(|span| question.asks(&span.id)).collect();
    let forecasts = Forecasts::of(&stood, subject.product.class.len());
    let scored = forecast::score(&stood, &whole, &forecasts, &asked);
    let errors = forecast::rows(&scored.sales, &subject.product.class);
    let ids: Vec<&str> = periods.iter().zip(&asked).filter(|(_, asked)| **asked).map(|(span, _)| span.id.as_str()).collect();
    let at_once = matches!(question.known, Known::AfterDays(0));
    Backtest {
        product: subject.id.to_owned(),
        from: ids.first().map(|id| (*id).to_owned()),
        to: ids.last().map(|id| (*id).to_owned()),
        periods: count(ids.len()),
        lag_days: match &question.known {
            Known::AfterDays(days) => Some(*days),
            Known::AsFiled(_) => None,
        },
        check: at_once.then(|| check(subject, sales, periods, &stood)),
        scored: count(scored.sales.len()),
        only_lepid: error(&scored.only_lepid),
        unforetold: scored.unforetold,
        better: better(&errors),
        errors,
        coverage: coverage::coverage(&stood, &whole, &asked, subject.product),
        acts: acts(&stood, &forecasts, &asked),
        moves: all_moves(&forecasts, &asked),
        by_period: forecast::by_period(&scored.sales, periods),
        attacks: question.attacks.then(|| attack::study(subject, sales, periods, &whole, &asked)),
    }
}

fn check(subject: Subject<'_>, sales: &[Sale], periods: &[Span], stood: &[Step]) -> Check {
    let whole = assess(subject.id, subject.price, subject.product, sales, subject.quotes, periods, &Anchors::default());
    Check { periods: count(periods.len()), agree: agreeing(stood, &whole) }
}

/// Every measure over all classes in which a rival's error is smaller than that of the method.
fn better(errors: &[ErrorRow]) -> Vec<Better> {
    let mut better = Vec::new();
    for row in errors.iter().filter(|row| row.class.is_none() && row.forecast.is_rival()) {
        let own = if row.moved { Forecast::Assessed } else { Forecast::Guide };
        let Some(lepid) = errors.iter().find(|r| r.class.is_none() && r.moved == row.moved && r.forecast == own) else { continue };
        let measures = |e: &Error| [("median", e.median), ("mean", e.mean), ("rmse", e.rmse), ("p90", e.p90)];
        for ((measure, value), (_, lepid)) in measures(&row.error).into_iter().zip(measures(&lepid.error)) {
            if value < lepid {
                better.push(Better { moved: row.moved, rival: row.forecast, measure, value, lepid });
            }
        }
    }
    better
}

fn acts(stood: &[Step], forecasts: &Forecasts, asked: &[bool]) -> Acts {
    let mut acts = Acts::default();
    for (step, _) in stood.iter().zip(asked).filter(|(_, asked)| **asked) {
        for (_, price) in step.stand.classes.iter().enumerate().filter(|(class, _)| forecasts.traded(*class)) {
            let slot = match price.act.split('+').next().unwrap_or_default() {
                "hold" => &mut acts.held,
                "maxstep" => &mut acts.limited,
                "adjust" => &mut acts.adjusted,
                "init" => &mut acts.first,
                _ => &mut acts.none,
            };
            *slot += 1;
        }
    }
    Acts { steps: acts.held + acts.limited + acts.adjusted, ..acts }
}

fn all_moves(forecasts: &Forecasts, asked: &[bool]) -> Vec<MovesRow> {
    let of = |series: Forecast| {
        let classes = (0..forecasts.classes()).filter(|class| forecasts.traded(*class));
        let all: Vec<Moves> = classes.map(|class| moves(&forecasts.series(series, class, asked))).collect();
        MovesRow { series, moves: together(&all) }
    };
    Forecast::ALL.into_iter().map(of).collect()
}

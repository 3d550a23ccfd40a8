//! What would have been said at the end of each period, from what was known then?
//!
//! Every period is priced anew from data cut at its end: sales that were known by then, quotations of its days. The guide prices
//! of the periods before are those that the replay itself gave then, as if each had been published: a late sale changes what
//! follows, never what stood.

use crate::price::anchors::{Anchors, InForce};
use crate::price::bands::{ClassPrice, Period, ProductBands};
use crate::price::calendar::Span;
use crate::price::course::{Step, Subject, course};
use crate::price::sale::Sale;
use chrono::{Days, NaiveDate};

/// When is a sale known?
#[derive(Clone, Debug)]
pub enum Known {
    /// So many days after its date.
    AfterDays(u32),
    /// As the lake held it at the end of each period: the sales of the product, one list a period.
    AsFiled(Vec<Vec<Sale>>),
}

impl Known {
    /// The sales known at the end of a period.
    fn at<'a>(&'a self, number: usize, span: &Span, sales: &'a [Sale]) -> &'a [Sale] {
        let (sales, last) = match self {
            Known::AfterDays(days) => (sales, span.to.checked_sub_days(Days::new(u64::from(*days))).unwrap_or(NaiveDate::MIN)),
            Known::AsFiled(lists) => (lists.get(number).map(Vec::as_slice).unwrap_or_default(), span.to),
        };
        sales.get(..sales.partition_point(|s| s.date <= last)).unwrap_or_default()
    }
}

/// Each period as it stood at its own end; `sales` are sorted by (date, id). A replay costs as many periods again as there are
/// before it.
#[must_use]
pub fn replay(subject: Subject<'_>, sales: &[Sale], periods: &[Span], known: &Known) -> Vec<Step> {
    let mut anchors = Anchors::default();
    let mut stood = Vec::with_capacity(periods.len());
    for (i, span) in periods.iter().enumerate() {
        let quotes = subject.quotes.until(span.to);
        let cut = known.at(i, span, sales);
        let so_far = periods.get(..=i).unwrap_or_default();
        let Some(step) = course(Subject { quotes: &quotes, ..subject }, cut, so_far, &anchors).pop() else { continue };
        for class in &step.stand.classes {
            if let Some((guide, limits)) = class.guide_fen_per_t.zip(class.lower_fen_per_t.zip(class.upper_fen_per_t)) {
                anchors.0.insert((subject.id.to_owned(), span.id.clone(), class.class.clone()), Some(InForce { guide, limits }));
            }
        }
        stood.push(step);
    }
    stood
}

/// In how many periods the replay says what the whole run says, exactly: prices, carry, acts, ladder, band and level.
#[must_use]
pub fn agreeing(replayed: &[Step], whole: &ProductBands) -> u32 {
    let same = replayed.iter().zip(&whole.periods).filter(|(step, period)| agrees(step, period)).count();
    u32::try_from(same).unwrap_or(u32::MAX)
}

fn agrees(step: &Step, period: &Period) -> bool {
    let stand = &step.stand;
    let level = period.state.is_none_or(|state| state.level == stand.after.level.m && state.level_variance == stand.after.level.p);
    let classes = stand.classes.len() == period.classes.len() && stand.classes.iter().zip(&period.classes).all(|(a, b)| *a == plain(b));
    step.span.id == period.period && stand.band == period.band && stand.after.own.map(|o| o.theta) == period.theta && level && classes
}

/// A price without what only the search of influence finds.
fn plain(price: &ClassPrice) -> ClassPrice {
    ClassPrice { without_one_low_fen_per_t: None, without_one_high_fen_per_t: None, ..price.clone() }
}

//! How did a class's guide price and its limits move, how far can it be trusted, and on which sales does it rest?

mod shapes;
mod words;

use super::axis::{Scale, Span, Time};
use super::number::yuan;
use super::style::{Canvas, LEFT, WIDTH};
use super::trust::{Rung, Tier};
use super::{Key, empty};
use crate::text::Lang;

/// The picture's data: one product and grade class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// Title for people.
    pub title: String,
    /// Periods, earliest first.
    pub periods: Vec<Step>,
    /// Sales, earliest first.
    pub sales: Vec<Dot>,
    /// Sales that can't be placed: no moisture, no grade, no quotation.
    pub unplaced: u32,
}

/// A period's price, fen a dry tonne.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub span: Span,
    /// Guide price, lower and upper limit; `None`: no price.
    pub guide: Option<(i64, i64, i64)>,
    /// Assessed price, before the mechanism limits its move.
    pub assessed: Option<i64>,
    /// Evidence of this very class in this very period.
    pub evidence: u32,
    /// Whether the largest step kept the guide price from the assessed price.
    pub limited: bool,
    /// How far the prices of the period can be trusted; `None`: a price by formula, or none.
    pub tier: Option<Tier>,
    /// On what the price rests; `None`: on a formula.
    pub rung: Option<Rung>,
}

/// A sale at its price moved to the class's grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dot {
    /// Days since 1970.
    pub day: i32,
    /// Fen a dry tonne.
    pub fen_per_t: i64,
    /// Dry mass, kg.
    pub dry_kg: i64,
    /// `None`: evidence; else why it is left out.
    pub excluded: Option<String>,
    /// What it says when pointed at.
    pub says: String,
}

/// Height of the plot, pixels.
const PLOT: i32 = 258;
/// What the two rows of tier and ladder need below the plot.
const RAILS: i32 = 64;
const RIGHT: i32 = WIDTH - 112;

/// Where prices and days stand.
struct Frame {
    time: Time,
    fen: Scale,
    /// Whether tier or ladder have something to show.
    rails: bool,
}

impl Frame {
    /// The plot's extent: every price and all evidence; sales left out do not stretch it. `None`: nothing to show.
    fn new(band: &Band, top: i32) -> Option<Self> {
        let prices = band.periods.iter().filter_map(|p| p.guide).flat_map(|(guide, low, high)| [guide, low, high]);
        let evidence = band.sales.iter().filter(|d| d.excluded.is_none()).map(|d| d.fen_per_t);
        let assessed = band.periods.iter().filter_map(|p| p.assessed);
        let fen = Scale::around(prices.chain(evidence).chain(assessed), (top + PLOT, top), 6)?;
        let time = Time::over(band.periods.iter().map(|p| &p.span), (LEFT, RIGHT))?;
        let rails = band.periods.iter().any(|p| p.tier.is_some() || p.rung.is_some_and(|r| r != Rung::L1));
        Some(Self { time, fen, rails })
    }

    fn y(&self, fen: i64) -> i32 {
        self.fen.at(fen)
    }

    fn shows(&self, dot: &Dot) -> bool {
        self.fen.holds(dot.fen_per_t)
    }

    const fn top(&self) -> i32 {
        self.fen.pixels().1
    }

    const fn bottom(&self) -> i32 {
        self.fen.pixels().0
    }

    /// The baseline of the months.
    const fn months(&self) -> i32 {
        self.bottom() + if self.rails { RAILS } else { 0 } + 18
    }

    /// The height of the assessed price where it stands apart from the guide price on the sheet.
    fn apart(&self, period: &Step) -> Option<i32> {
        let (assessed, (guide, _, _)) = (period.assessed?, period.guide?);
        let y = self.y(assessed);
        ((y - self.y(guide)).abs() > 2).then_some(y)
    }
}

/// Guide price as steps over its band, sales as dots whose area is their tonnage, tier and ladder in rows below.
#[must_use]
pub fn svg(band: &Band, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let nothing = || empty(&band.title, if zh { "没有指导价，也没有可用的成交" } else { "no guide price and no usable sale" });
    // The legend asks the frame what there is to explain, the frame begins below the legend.
    let Some(first) = Frame::new(band, 0) else { return nothing() };
    let says = words::keys(band, &first, zh);
    let keys: Vec<Key> = says.iter().map(|(colour, mark, says)| Key { colour: *colour, mark: *mark, says }).collect();
    let mut canvas = Canvas::new(WIDTH, 0, &band.title, &words::describes(band, zh));
    canvas.heading(&band.title, if zh { "元/干吨，不含税、出厂、现款" } else { "yuan a dry tonne, ex VAT, ex works, cash" });
    let (marks, below) = canvas.legend(66, &keys);
    let Some(frame) = Frame::new(band, below + 8) else { return nothing() };
    frame.fen.words(&mut canvas, LEFT, yuan);
    words::rails(&mut canvas, band, &frame, zh);
    frame.time.words(&mut canvas, frame.months(), band.periods.iter().map(|p| &p.span), lang);
    words::last_values(&mut canvas, band, &frame, zh);
    let mut y = frame.months() + 36;
    for note in words::notes(band, &frame, zh) {
        y = canvas.note(y, &note);
    }
    canvas.grow(y - 4);
    words::tips(&mut canvas, band, &frame, zh);
    canvas.finish(|pen| {
        frame.fen.grid(pen, LEFT, RIGHT)?;
        shapes::areas(pen, band, &frame)?;
        shapes::dots(pen, band, &frame)?;
        shapes::assessments(pen, band, &frame)?;
        shapes::guides(pen, band, &frame)?;
        shapes::rails(pen, band, &frame)?;
        pen.marks(&marks)
    })
}

/// Neighbouring periods of which the same can be said: where they begin and end, and what it is.
fn runs<T: Copy + PartialEq>(band: &Band, frame: &Frame, of: impl Fn(&Step) -> Option<T>) -> Vec<(i32, i32, T)> {
    let mut runs: Vec<(i32, i32, T)> = Vec::new();
    for period in &band.periods {
        let Some(what) = of(period) else { continue };
        let (from, to) = frame.time.of(&period.span);
        match runs.last_mut() {
            Some((_, end, last)) if *end == from && *last == what => *end = to,
            _ => runs.push((from, to, what)),
        }
    }
    runs
}

/// The rung where it is not the first: what a reader must be told of.
fn told(period: &Step) -> Option<Rung> {
    period.rung.filter(|rung| *rung != Rung::L1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(month: i32, rung: Rung, tier: Option<Tier>) -> Step {
        let from_day = 19_358 + month * 30;
        let span =
            Span { period: format!("2023-{:02}", month + 1), from: format!("2023-{:02}-01", month + 1), from_day, to_day: from_day + 29 };
        let guide = (rung != Rung::L6).then_some((300_000, 282_000, 318_000));
        Step {
            span,
            guide,
            assessed: guide.map(|_| 301_000),
            evidence: u32::from(rung == Rung::L1),
            limited: false,
            tier,
            rung: Some(rung),
        }
    }

    fn band(rungs: &[(Rung, Option<Tier>)]) -> Band {
        let periods = (0..).zip(rungs).map(|(month, (rung, tier))| step(month, *rung, *tier)).collect();
        Band { title: "锂云母精矿 2.5% Li2O 参考指导价".to_owned(), periods, sales: Vec::new(), unplaced: 0 }
    }

    #[test]
    fn every_rung_below_the_first_and_every_tier_is_named_on_the_sheet() {
        let tiers = [Tier::A, Tier::B, Tier::C, Tier::D];
        let all = [Rung::L1, Rung::L2, Rung::L3, Rung::L4, Rung::L5, Rung::L6];
        let rungs: Vec<_> = all.iter().zip(tiers.iter().map(|t| Some(*t)).chain([Some(Tier::D), None])).map(|(r, t)| (*r, t)).collect();
        for lang in [Lang::Zh, Lang::En] {
            let svg = svg(&band(&rungs), lang);
            for says in [">L2<", ">L3<", ">L4<", ">L5<", ">L6<", ">A<", ">B<", ">C<", ">D<"] {
                assert!(svg.contains(says), "{says}");
            }
            assert!(!svg.contains(">L1<"), "a price of its own sales needs no mark");
        }
        let chinese = svg(&band(&rungs), Lang::Zh);
        for says in ["暂停", "仅供参考，不用于结算", "沿用水平，随净回值移动"] {
            assert!(chinese.contains(says), "{says}");
        }
    }

    #[test]
    fn a_suspended_period_has_no_line_and_no_band_through_it() {
        let rungs = [(Rung::L1, Some(Tier::B)), (Rung::L6, None), (Rung::L1, Some(Tier::B))];
        let whole = band(&rungs);
        let frame = Frame::new(&whole, 100).unwrap();
        let (from, to) = frame.time.of(&whole.periods[1].span);
        let svg = svg(&whole, Lang::En);
        let blue = "#0072B2";
        for line in svg.lines().filter(|l| l.contains("<line") && l.contains(blue) && !l.contains("y1=\"66\"")) {
            let number = |name: &str| line.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse::<i32>().unwrap();
            assert!(number("x2") <= from || number("x1") >= to, "{line}");
        }
        assert!(svg.contains("2023-02 no guide price"));
    }

    #[test]
    fn prices_of_own_sales_without_tiers_need_no_rows_below() {
        let plain = band(&[(Rung::L1, None), (Rung::L1, None)]);
        assert!(!Frame::new(&plain, 0).unwrap().rails);
        assert!(!svg(&plain, Lang::Zh).contains("可信等级"));
    }

    #[test]
    fn neighbours_of_one_tier_are_one_run() {
        let whole = band(&[(Rung::L1, Some(Tier::A)), (Rung::L1, Some(Tier::A)), (Rung::L2, Some(Tier::B)), (Rung::L1, Some(Tier::A))]);
        let frame = Frame::new(&whole, 0).unwrap();
        let tiers: Vec<Tier> = runs(&whole, &frame, |p| p.tier).into_iter().map(|(_, _, tier)| tier).collect();
        assert_eq!(tiers, [Tier::A, Tier::B, Tier::A]);
    }
}

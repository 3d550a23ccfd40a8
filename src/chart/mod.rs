//! How does it look? One file a picture: data in, SVG text out, nothing computed but layout.

pub mod axis;
pub mod backtest_attack;
pub mod backtest_error;
pub mod backtest_time;
pub mod band;
pub mod carbonate;
pub mod coverage;
pub mod grade;
pub mod influence;
pub mod map;
pub mod months;
pub mod number;
pub mod origin;
pub mod output;
pub mod power;
mod style;
pub mod trust;
pub mod waterfall;

use plotters::style::RGBColor;
use style::{Canvas, Line, Weight};

/// A picture that says that there is nothing to show.
fn empty(title: &str, says: &str) -> String {
    let mut canvas = Canvas::new(style::WIDTH, 140, title, says);
    canvas.heading(title, "");
    canvas.text(style::WIDTH / 2, 92, says, Line { anchor: "middle", size: 15, colour: style::MUTED, weight: Weight::Normal });
    canvas.finish(|_| Ok(()))
}

/// An entry of a legend: its mark and its words.
struct Key<'a> {
    colour: RGBColor,
    mark: Mark,
    says: &'a str,
}

/// The mark of a legend's entry.
#[derive(Clone, Copy)]
enum Mark {
    Box,
    Line,
    Dashes,
    Tick,
    Dot,
    Ring,
    Dots,
    Hatch,
    Diamond,
    Whisker,
}

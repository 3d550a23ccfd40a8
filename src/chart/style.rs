//! How do all pictures look alike? Colours, type, axes, and the sheet that they are drawn on.
//!
//! Shapes come from plotters' SVG backend; text, hover titles and the dark variant are written beside it, because
//! plotters measures Chinese text wrongly and knows neither `<title>` nor style sheets.

use super::{Key, Mark};
use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::{Color, RGBColor, ShapeStyle};
use std::fmt::Write as _;

/// Width of every picture; readable from 640 px on, below that a page scrolls it in its box.
pub(super) const WIDTH: i32 = 760;
/// Width of pictures without a time axis: they stand side by side on a desk and need no scrolling on a phone.
pub(super) const NARROW: i32 = 400;
/// Where the plot begins and ends.
pub(super) const LEFT: i32 = 66;

// Okabe and Ito's palette (Color Universal Design, 2008) on white; the second value is what dark pages show instead.
pub(super) const INK: RGBColor = RGBColor(0x1B, 0x1F, 0x24);
pub(super) const MUTED: RGBColor = RGBColor(0x57, 0x60, 0x6A);
pub(super) const GRID: RGBColor = RGBColor(0xD8, 0xDE, 0xE4);
pub(super) const PAPER: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);
pub(super) const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
/// The blue of a line that rests on less.
pub(super) const FAINT: RGBColor = RGBColor(0x6F, 0x9E, 0xBD);
pub(super) const PALE: RGBColor = RGBColor(0xCF, 0xE4, 0xF2);
pub(super) const PALEST: RGBColor = RGBColor(0xEA, 0xF2, 0xF8);
pub(super) const NAVY: RGBColor = RGBColor(0x0B, 0x3C, 0x5D);
pub(super) const VERMILION: RGBColor = RGBColor(0xD5, 0x5E, 0x00);
pub(super) const AMBER: RGBColor = RGBColor(0xE6, 0x9F, 0x00);
pub(super) const GREEN: RGBColor = RGBColor(0x00, 0x7A, 0x5A);
pub(super) const GREY: RGBColor = RGBColor(0x8C, 0x95, 0x9F);
pub(super) const SLATE: RGBColor = RGBColor(0x4A, 0x4E, 0x57);
const DARK: [(RGBColor, &str); 14] = [
    (INK, "#E6E8EB"),
    (MUTED, "#A9B1BA"),
    (GRID, "#343B43"),
    (PAPER, "#15191E"),
    (BLUE, "#4AA8E0"),
    (FAINT, "#5F93B4"),
    (PALE, "#1D4058"),
    (PALEST, "#182A37"),
    (NAVY, "#CFE8F8"),
    (VERMILION, "#FF8A3D"),
    (AMBER, "#F2BC4B"),
    (GREEN, "#3DC79E"),
    (GREY, "#7D8590"),
    (SLATE, "#B9BFC8"),
];

/// Fonts that every desktop has one of; they all hold Chinese.
const FONTS: &str = "\"Noto Sans CJK SC\",\"Microsoft YaHei\",\"PingFang SC\",\"Source Han Sans SC\",sans-serif";

/// Whether a shape could be drawn; writing to a string never fails, so this is only passed on.
pub(super) type Drawn = Result<(), String>;

/// How text stands.
#[derive(Clone, Copy)]
pub(super) struct Line {
    /// `start`, `middle` or `end`.
    pub(super) anchor: &'static str,
    pub(super) size: i32,
    pub(super) colour: RGBColor,
    pub(super) weight: Weight,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Normal,
    Bold,
}

/// Axis labels and notes.
pub(super) const SMALL: Line = Line { anchor: "start", size: 12, colour: MUTED, weight: Weight::Normal };

/// The sheet: collects text and hover titles, then has the shapes drawn below them.
pub(super) struct Canvas {
    width: i32,
    height: i32,
    head: String,
    areas: String,
    texts: String,
    tips: String,
}

impl Canvas {
    /// A sheet with a title and a description for those who hear it instead of seeing it.
    pub(super) fn new(width: i32, height: i32, title: &str, describes: &str) -> Self {
        let head = format!("<title>{}</title><desc>{}</desc>", escaped(title), escaped(describes));
        Self { width, height, head, areas: String::new(), texts: String::new(), tips: String::new() }
    }

    /// Sets the height, once it is known what stands on the sheet.
    pub(super) const fn grow(&mut self, height: i32) {
        self.height = height;
    }

    /// Title and the line below it (what is measured, in which unit).
    pub(super) fn heading(&mut self, title: &str, unit: &str) {
        self.text(12, 24, title, Line { anchor: "start", size: 16, colour: INK, weight: Weight::Bold });
        self.text(12, 44, unit, SMALL);
    }

    /// Title in as many lines as it needs and the line below it; returns the y below them.
    pub(super) fn narrow_heading(&mut self, title: &str, unit: &str) -> i32 {
        let mut y = 22;
        for line in super::axis::wrapped(title, 15, self.width - 24) {
            self.text(12, y, &line, Line { anchor: "start", size: 15, colour: INK, weight: Weight::Bold });
            y += 20;
        }
        self.note(y, unit)
    }

    /// A note in as many lines as it needs from a baseline on; returns the baseline below it.
    pub(super) fn note(&mut self, y: i32, says: &str) -> i32 {
        let lines = super::axis::wrapped(says, 12, self.width - 24);
        let mut at = y;
        for line in lines {
            self.text(12, at, &line, SMALL);
            at += 17;
        }
        at
    }

    /// Text at a baseline.
    pub(super) fn text(&mut self, x: i32, y: i32, text: &str, line: Line) {
        if text.is_empty() {
            return;
        }
        let anchor = if line.anchor == "start" { String::new() } else { format!(" text-anchor=\"{}\"", line.anchor) };
        let weight = if line.weight == Weight::Bold { " font-weight=\"700\"" } else { "" };
        let _ = writeln!(
            self.texts,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\" fill=\"{}\"{anchor}{weight}>{}</text>",
            line.size,
            hex(line.colour),
            escaped(text)
        );
    }

    /// A filled area below all other shapes; rings inside others are holes (even-odd).
    pub(super) fn area(&mut self, rings: &[Vec<(i32, i32)>], fill: RGBColor, edge: RGBColor) {
        let mut path = String::new();
        for ring in rings {
            for (at, (x, y)) in ring.iter().enumerate() {
                let _ = write!(path, "{}{x} {y}", if at == 0 { "M" } else { "L" });
            }
            path.push('Z');
        }
        let (fill, edge) = (hex(fill), hex(edge));
        let _ = writeln!(
            self.areas,
            "<path d=\"{path}\" fill=\"{fill}\" fill-rule=\"evenodd\" stroke=\"{edge}\" stroke-width=\"2\" stroke-linejoin=\"round\"/>"
        );
    }

    /// What a rectangle of the picture says when pointed at.
    pub(super) fn tip(&mut self, from: (i32, i32), to: (i32, i32), says: &str) {
        let (width, height) = ((to.0 - from.0).max(4), (to.1 - from.1).max(4));
        let _ = writeln!(
            self.tips,
            "<rect x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\" fill=\"transparent\"><title>{}</title></rect>",
            from.0,
            from.1,
            escaped(says)
        );
    }

    /// A legend in lines, from `(12, y)` on; returns the marks to draw and the y below it.
    pub(super) fn legend<'a>(&mut self, y: i32, keys: &'a [Key<'a>]) -> (Vec<(i32, i32, &'a Key<'a>)>, i32) {
        let (mut x, mut y) = (12, y);
        let mut marks = Vec::new();
        for key in keys {
            let wide = 24 + width(key.says, 12) + 18;
            if x > 12 && x + wide > self.width - 8 {
                (x, y) = (12, y + 20);
            }
            marks.push((x, y, key));
            self.text(x + 24, y + 4, key.says, Line { colour: INK, ..SMALL });
            x += wide;
        }
        (marks, y + 16)
    }

    /// The whole picture; `draw` draws the shapes.
    pub(super) fn finish(self, draw: impl FnOnce(&mut Pen) -> Drawn) -> String {
        let mut shapes = String::new();
        {
            let size = (self.width.unsigned_abs(), self.height.unsigned_abs());
            let mut pen = Pen { backend: SVGBackend::with_string(&mut shapes, size) };
            // The backend writes to a string: it has no way to fail that could be answered here.
            let drawn = draw(&mut pen).and_then(|()| said(pen.backend.present()));
            if let Err(error) = drawn {
                tracing::warn!("{error}");
            }
        }
        let shapes = shapes.split_once('>').map_or("", |(_, rest)| rest);
        let shapes = shapes.trim().trim_end_matches("</svg>").replace(" opacity=\"1\"", "");
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"lepid-chart\" role=\"img\" viewBox=\"0 0 {w} {h}\">\n{}\n<style>{}</style>\n\
             <rect width=\"{w}\" height=\"{h}\" fill=\"{}\"/>\n{}{}\n{}{}</svg>\n",
            self.head,
            style_sheet(),
            hex(PAPER),
            self.areas,
            shapes.trim(),
            self.texts,
            self.tips,
            w = self.width,
            h = self.height
        )
    }
}

/// Draws shapes on plotters' backend.
pub(super) struct Pen<'a> {
    backend: SVGBackend<'a>,
}

impl Pen<'_> {
    pub(super) fn rect(&mut self, from: (i32, i32), to: (i32, i32), colour: RGBColor) -> Drawn {
        if to.0 <= from.0 || to.1 <= from.1 {
            return Ok(());
        }
        said(self.backend.draw_rect(from, to, &ink(colour, 1.0, 1), true))
    }

    pub(super) fn line(&mut self, from: (i32, i32), to: (i32, i32), colour: RGBColor, wide: u32) -> Drawn {
        said(self.backend.draw_line(from, to, &ink(colour, 1.0, wide)))
    }

    pub(super) fn path(&mut self, points: Vec<(i32, i32)>, colour: RGBColor, wide: u32) -> Drawn {
        if points.len() < 2 {
            return Ok(());
        }
        said(self.backend.draw_path(points, &ink(colour, 1.0, wide)))
    }

    /// A horizontal dashed line.
    pub(super) fn dashes(&mut self, from: (i32, i32), to_x: i32, colour: RGBColor, wide: u32) -> Drawn {
        let mut x = from.0;
        while x < to_x {
            self.line((x, from.1), ((x + 5).min(to_x), from.1), colour, wide)?;
            x += 9;
        }
        Ok(())
    }

    /// Closely dotted: what is no price to settle by.
    pub(super) fn dots(&mut self, from: (i32, i32), to_x: i32, colour: RGBColor) -> Drawn {
        let mut x = from.0;
        while x < to_x {
            self.line((x, from.1), ((x + 2).min(to_x), from.1), colour, 2)?;
            x += 5;
        }
        Ok(())
    }

    /// Slanting lines over a rectangle: nothing is known there.
    pub(super) fn hatch(&mut self, from: (i32, i32), to: (i32, i32), colour: RGBColor) -> Drawn {
        let height = to.1 - from.1;
        let mut x = from.0 - height;
        while x < to.0 {
            // Clipped to the rectangle: the line runs from (x, bottom) to (x + height, top).
            let (start, end) = (x.max(from.0), (x + height).min(to.0));
            if start < end {
                self.line((start, to.1 - (start - x)), (end, to.1 - (end - x)), colour, 1)?;
            }
            x += 12;
        }
        Ok(())
    }

    /// A filled shape.
    pub(super) fn shape(&mut self, corners: Vec<(i32, i32)>, colour: RGBColor) -> Drawn {
        said(self.backend.fill_polygon(corners, &ink(colour, 1.0, 1)))
    }

    /// A diamond.
    pub(super) fn diamond(&mut self, at: (i32, i32), radius: i32, colour: RGBColor) -> Drawn {
        self.shape(vec![(at.0 - radius, at.1), (at.0, at.1 - radius), (at.0 + radius, at.1), (at.0, at.1 + radius)], colour)
    }

    pub(super) fn dot(&mut self, at: (i32, i32), radius: i32, colour: RGBColor, opacity: f64) -> Drawn {
        said(self.backend.draw_circle(at, radius.unsigned_abs(), &ink(colour, opacity, 1), true))
    }

    pub(super) fn ring(&mut self, at: (i32, i32), radius: i32, colour: RGBColor) -> Drawn {
        said(self.backend.draw_circle(at, radius.unsigned_abs(), &ink(colour, 1.0, 1), false))
    }

    /// The marks of a legend.
    pub(super) fn marks(&mut self, marks: &[(i32, i32, &Key)]) -> Drawn {
        for (x, y, key) in marks {
            match key.mark {
                Mark::Box => self.rect((*x, y - 6), (x + 16, y + 5), key.colour)?,
                Mark::Line => self.line((*x, *y), (x + 16, *y), key.colour, 3)?,
                Mark::Dashes => self.dashes((*x, *y), x + 16, key.colour, 3)?,
                Mark::Tick => self.rect((x + 7, y - 8), (x + 9, y + 7), key.colour)?,
                Mark::Dot => self.dot((x + 8, *y), 5, key.colour, 0.55)?,
                Mark::Ring => self.ring((x + 8, *y), 4, key.colour)?,
                Mark::Dots => self.dots((*x, *y), x + 16, key.colour)?,
                Mark::Hatch => self.hatch((*x, y - 6), (x + 16, y + 5), key.colour)?,
                Mark::Diamond => self.diamond((x + 8, *y), 5, key.colour)?,
                Mark::Whisker => {
                    self.line((x + 8, y - 7), (x + 8, y + 7), key.colour, 1)?;
                    self.line((x + 5, y - 7), (x + 11, y - 7), key.colour, 1)?;
                    self.line((x + 5, y + 7), (x + 11, y + 7), key.colour, 1)?;
                    self.dot((x + 8, *y), 4, key.colour, 1.0)?;
                }
            }
        }
        Ok(())
    }
}

/// Plotters' error as a sentence.
fn said<E: std::error::Error>(result: Result<(), E>) -> Drawn {
    result.map_err(|e| e.to_string())
}

fn ink(colour: RGBColor, opacity: f64, wide: u32) -> ShapeStyle {
    ShapeStyle { color: colour.mix(opacity), filled: true, stroke_width: wide }
}

/// A scale of round numbers: from, to, and the ticks between (all multiples of a step of 1, 2 or 5 times a power of ten).
pub(super) fn round_scale(from: i64, to: i64, ticks: i64) -> (i64, i64, Vec<i64>) {
    let span = (to - from).max(1);
    let mut step = 1_i64;
    'search: for power in 0..17 {
        for lead in [1, 2, 5] {
            step = lead * 10_i64.pow(power);
            if span / step <= ticks {
                break 'search;
            }
        }
    }
    let low = from.div_euclid(step) * step;
    let high = (to + step - 1).div_euclid(step) * step;
    let high = if high <= low { low + step } else { high };
    let mut at = low;
    let mut all = Vec::new();
    while at <= high {
        all.push(at);
        at += step;
    }
    (low, high, all)
}

/// Where a value stands between two pixels.
pub(super) fn place(value: i64, values: (i64, i64), pixels: (i32, i32)) -> i32 {
    let span = i128::from(values.1 - values.0).max(1);
    let along = i128::from(value - values.0) * i128::from(pixels.1 - pixels.0) * 2;
    // Rounded to the nearest pixel, also for pixel axes that run downwards.
    let pixel = (along + span).div_euclid(span * 2);
    pixels.0 + i32::try_from(pixel).unwrap_or(0)
}

/// Width of a text in pixels, never too small: a Chinese character is as wide as the font is high.
pub(super) fn width(text: &str, size: i32) -> i32 {
    let hundredths: i32 = text
        .chars()
        .map(|c| match c {
            '\u{2E80}'.. => 100,
            'm' | 'w' | 'M' | 'W' | '%' | '@' => 92,
            'A'..='Z' => 68,
            'i' | 'j' | 'l' | '.' | ',' | ' ' | ':' | ';' | '|' | '\'' => 32,
            _ => 59,
        })
        .sum();
    (hundredths * size + 99) / 100
}

/// The text, cut with an ellipsis where it would be wider than `room` pixels.
pub(super) fn fitted(text: &str, size: i32, room: i32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(&kept, size) + width("…", size) > room {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    kept
}

/// Text as XML wants it; control characters, which XML 1.0 can't hold, become blanks.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(c),
            c if c.is_control() || c == '\u{FFFE}' || c == '\u{FFFF}' => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

fn hex(colour: RGBColor) -> String {
    format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2)
}

/// The attributes hold the light colours, which every program shows; a style sheet puts the dark ones over them.
fn style_sheet() -> String {
    let mut css = format!(".lepid-chart text{{font-family:{FONTS}}}@media screen and (prefers-color-scheme:dark){{");
    for (light, dark) in DARK {
        let light = hex(light);
        let _ = write!(css, ".lepid-chart [fill=\"{light}\"]{{fill:{dark}}}.lepid-chart [stroke=\"{light}\"]{{stroke:{dark}}}");
    }
    css.push('}');
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_has_round_numbers_around_its_values() {
        assert_eq!(round_scale(0, 87, 5), (0, 100, vec![0, 20, 40, 60, 80, 100]));
        assert_eq!(round_scale(143, 187, 5), (140, 190, vec![140, 150, 160, 170, 180, 190]));
        assert_eq!(round_scale(0, 0, 5), (0, 1, vec![0, 1]));
        assert_eq!(round_scale(-3, 3, 4).0, -4);
    }

    #[test]
    fn a_value_stands_between_its_pixels() {
        assert_eq!(place(50, (0, 100), (10, 20)), 15);
        assert_eq!(place(0, (0, 100), (300, 40)), 300);
        assert_eq!(place(100, (0, 100), (300, 40)), 40);
        assert_eq!(place(25, (0, 100), (300, 40)), 235);
    }

    proptest::proptest! {
        #[test]
        fn every_value_of_a_scale_stands_on_the_sheet(from in -1_000_000_000_000_i64..1_000_000_000_000, span in 0_i64..1_000_000_000_000, share in 0_i64..=100) {
            let (low, high, ticks) = round_scale(from, from + span, 6);
            proptest::prop_assert!(low <= from && from + span <= high && low < high);
            proptest::prop_assert!(ticks.len() <= 9 && ticks.first() == Some(&low) && ticks.last() == Some(&high));
            let value = from + span / 100 * share;
            let pixel = place(value, (low, high), (350, 92));
            proptest::prop_assert!((92..=350).contains(&pixel));
        }
    }

    #[test]
    fn a_text_that_is_too_wide_is_cut_to_its_room() {
        assert_eq!(fitted("白石岭矿", 12, 48), "白石岭矿");
        assert_eq!(fitted("白石岭矿业一号", 12, 48), "白石岭…");
        assert!(width(&fitted("a long English name of a mine", 12, 80), 12) <= 80);
    }

    #[test]
    fn a_name_can_not_leave_its_text() {
        assert_eq!(escaped("<a & \"b\">\u{1}"), "&lt;a &amp; &quot;b&quot;&gt; ");
    }

    #[test]
    fn every_colour_has_a_dark_variant() {
        let sheet = style_sheet();
        for colour in [INK, MUTED, GRID, PAPER, BLUE, FAINT, PALE, PALEST, NAVY, VERMILION, AMBER, GREEN, GREY, SLATE] {
            assert!(sheet.contains(&hex(colour)), "{colour:?}");
        }
    }
}

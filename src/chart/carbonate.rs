//! Does the guide price follow lithium carbonate? Two panels over one time axis, each with its own scale and unit.

use super::axis::{Scale, Span, Time};
use super::number::yuan;
use super::style::{BLUE, Canvas, Drawn, FAINT, INK, LEFT, Line, MUTED, NAVY, PALE, Pen, WIDTH, Weight};
use super::{Key, Mark, empty};
use crate::text::Lang;

/// The picture's data: a grade class beside carbonate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carbonate {
    /// Title for people.
    pub title: String,
    /// The class for people: `2.5% Li2O`.
    pub class: String,
    /// Periods, earliest first.
    pub periods: Vec<Step>,
}

/// A period's two prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub span: Span,
    /// Guide price, lower and upper limit, fen a dry tonne; `None`: no price.
    pub guide: Option<(i64, i64, i64)>,
    /// Carbonate, fen a tonne incl. VAT; `None`: never quoted so far.
    pub quoted: Option<i64>,
    /// Age of the quotation at the end of the period, days.
    pub age_days: Option<i64>,
}

/// Days: a weekend or a holiday makes a quotation a few days old; older than a week is what a reader must see.
const STALE_DAYS: i64 = 7;

impl Step {
    fn stale(&self) -> Option<i64> {
        self.age_days.filter(|days| *days > STALE_DAYS && self.quoted.is_some())
    }
}

const TOP: i32 = 112;
const MIDDLE: i32 = 290;
const LOWER: i32 = 336;
const BOTTOM: i32 = 466;
const RIGHT: i32 = WIDTH - 84;

/// Guide price with its band above, the quotation below.
#[must_use]
pub fn svg(carbonate: &Carbonate, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let steps = &carbonate.periods;
    let guides = steps.iter().filter_map(|s| s.guide).flat_map(|(guide, lower, upper)| [guide, lower, upper]);
    let above = Scale::around(guides, (MIDDLE, TOP), 5);
    let below = Scale::around(steps.iter().filter_map(|s| s.quoted), (BOTTOM, LOWER), 4);
    let time = Time::over(steps.iter().map(|s| &s.span), (LEFT, RIGHT));
    let (Some(above), Some(below), Some(time)) = (above, below, time) else {
        return empty(&carbonate.title, if zh { "没有指导价，或没有碳酸锂报价" } else { "no guide price, or no quotation of carbonate" });
    };
    let mut canvas = Canvas::new(WIDTH, BOTTOM + 62, &carbonate.title, &describes(carbonate, zh));
    canvas.heading(
        &carbonate.title,
        if zh {
            "上下两幅共用时间轴，纵轴各自独立且不从零起"
        } else {
            "two panels over one time axis; each has its own scale, not from zero"
        },
    );
    let keys = keys(steps, zh);
    let (marks, _) = canvas.legend(66, &keys);
    let name = Line { anchor: "start", size: 13, colour: INK, weight: Weight::Bold };
    let upper = if zh {
        format!("{} 指导价，元/干吨（不含税）", carbonate.class)
    } else {
        format!("guide price of {}, yuan a dry tonne ex VAT", carbonate.class)
    };
    canvas.text(12, TOP - 14, &upper, name);
    canvas.text(
        12,
        LOWER - 16,
        if zh { "电池级碳酸锂，元/吨（含税）" } else { "battery-grade lithium carbonate, yuan a tonne incl. VAT" },
        name,
    );
    above.words(&mut canvas, LEFT, yuan);
    below.words(&mut canvas, LEFT, yuan);
    time.words(&mut canvas, BOTTOM + 20, steps.iter().map(|s| &s.span), lang);
    last_values(&mut canvas, steps, &time, (&above, &below));
    for step in steps {
        let (from, to) = time.of(&step.span);
        canvas.tip((from, TOP), (to, BOTTOM), &says(step, zh));
    }
    canvas.finish(|pen| {
        above.grid(pen, LEFT, RIGHT)?;
        below.grid(pen, LEFT, RIGHT)?;
        guides_of(pen, steps, &time, &above)?;
        quotations(pen, steps, &time, &below)?;
        pen.marks(&marks)
    })
}

fn keys(steps: &[Step], zh: bool) -> Vec<Key<'static>> {
    let mut keys = vec![
        Key { colour: BLUE, mark: Mark::Line, says: if zh { "参考指导价" } else { "guide price" } },
        Key { colour: PALE, mark: Mark::Box, says: if zh { "上下限区间" } else { "band" } },
        Key { colour: NAVY, mark: Mark::Line, says: if zh { "碳酸锂报价" } else { "carbonate" } },
    ];
    if steps.iter().any(|s| s.stale().is_some()) {
        keys.push(Key {
            colour: MUTED,
            mark: Mark::Dashes,
            says: if zh { "报价距期末一周以上" } else { "quoted more than a week before" },
        });
    }
    keys
}

fn guides_of(pen: &mut Pen, steps: &[Step], time: &Time, scale: &Scale) -> Drawn {
    for step in steps {
        if let Some((_, lower, upper)) = step.guide {
            let (from, to) = time.of(&step.span);
            pen.rect((from, scale.at(upper)), (to, scale.at(lower)), PALE)?;
        }
    }
    let guides = steps.iter().map(|s| (s, s.guide.map(|(guide, _, _)| guide)));
    steps_of(pen, guides, time, scale, |pen, _, from, to| pen.line(from, to, BLUE, 3))
}

fn quotations(pen: &mut Pen, steps: &[Step], time: &Time, scale: &Scale) -> Drawn {
    steps_of(pen, steps.iter().map(|s| (s, s.quoted)), time, scale, |pen, step, from, to| {
        if step.stale().is_some() { pen.dashes(from, to.0, MUTED, 3) } else { pen.line(from, to, NAVY, 3) }
    })
}

type Piece = fn(&mut Pen, &Step, (i32, i32), (i32, i32)) -> Drawn;

/// A level for each period, neighbours joined by a thin line; a period without a value is a gap.
fn steps_of<'a>(pen: &mut Pen, values: impl Iterator<Item = (&'a Step, Option<i64>)>, time: &Time, scale: &Scale, piece: Piece) -> Drawn {
    let mut before: Option<(i32, i32)> = None;
    for (step, value) in values {
        let ((from, to), y) = (time.of(&step.span), value.map(|v| scale.at(v)));
        if let (Some((x, last)), Some(y)) = (before, y)
            && x == from
            && last != y
        {
            pen.line((x, last), (x, y), FAINT, 1)?;
        }
        if let Some(y) = y {
            piece(pen, step, (from, y), (to, y))?;
        }
        before = y.map(|y| (to, y));
    }
    Ok(())
}

fn last_values(canvas: &mut Canvas, steps: &[Step], time: &Time, scales: (&Scale, &Scale)) {
    let x = time.pixels().1 + 8;
    let guide = steps.iter().rev().find_map(|s| s.guide.map(|(guide, _, _)| (guide, scales.0, BLUE)));
    let quoted = steps.iter().rev().find_map(|s| s.quoted.map(|fen| (fen, scales.1, NAVY)));
    for (fen, scale, colour) in guide.into_iter().chain(quoted) {
        canvas.text(x, scale.at(fen) + 5, &yuan(fen), Line { anchor: "start", size: 14, colour, weight: Weight::Bold });
    }
}

fn says(step: &Step, zh: bool) -> String {
    let name = &step.span.period;
    let guide = step.guide.map(|(guide, _, _)| yuan(guide));
    let quoted = step.quoted.map(yuan);
    let stale = step.stale();
    if zh {
        let stale = stale.map(|d| format!("（报价距期末 {d} 天）")).unwrap_or_default();
        let guide = guide.map_or_else(|| "无指导价".to_owned(), |g| format!("指导价 {g} 元/干吨"));
        format!("{name}：{guide}；碳酸锂 {}{stale}", quoted.map_or_else(|| "无报价".to_owned(), |q| format!("{q} 元/吨")))
    } else {
        let stale = stale.map(|d| format!(" (quoted {d} days before the end)")).unwrap_or_default();
        let guide = guide.map_or_else(|| "no guide price".to_owned(), |g| format!("guide {g} yuan/t dry"));
        format!("{name}: {guide}; carbonate {}{stale}", quoted.map_or_else(|| "not quoted".to_owned(), |q| format!("{q} yuan/t")))
    }
}

fn describes(carbonate: &Carbonate, zh: bool) -> String {
    carbonate.periods.last().map_or_else(String::new, |step| says(step, zh))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(month: i32, guide: Option<i64>, quoted: Option<i64>, age_days: i64) -> Step {
        let from_day = 19_358 + month * 30;
        let span =
            Span { period: format!("2023-{:02}", month + 1), from: format!("2023-{:02}-01", month + 1), from_day, to_day: from_day + 29 };
        Step { span, guide: guide.map(|g| (g, g * 94 / 100, g * 106 / 100)), quoted, age_days: quoted.map(|_| age_days) }
    }

    fn of(periods: Vec<Step>) -> Carbonate {
        Carbonate { title: "锂云母精矿与碳酸锂".to_owned(), class: "2.5% Li2O".to_owned(), periods }
    }

    #[test]
    fn each_panel_has_its_own_numbers_and_none_crosses_into_the_other() {
        let picture = of(vec![step(0, Some(400_000), Some(40_000_000), 0), step(1, Some(380_000), Some(36_000_000), 9)]);
        let svg = svg(&picture, Lang::Zh);
        for says in [">3,800<", ">360,000<", "报价距期末一周以上", "2023-02：指导价 3,800 元/干吨；碳酸锂 360,000 元/吨（报价距期末 9 天）"]
        {
            assert!(svg.contains(says), "{says}");
        }
    }

    #[test]
    fn without_a_quotation_there_is_nothing_to_compare_with() {
        let svg = svg(&of(vec![step(0, Some(400_000), None, 0)]), Lang::En);
        assert!(svg.contains("no quotation of carbonate"));
    }
}

//! What is drawn of a band? Areas, dots, the assessed and the guide price, the rows of tier and ladder.

use super::{Band, Frame, Step, runs, told};
use crate::chart::style::{BLUE, Drawn, FAINT, GREY, GRID, INK, MUTED, PALE, PALEST, Pen, VERMILION};
use crate::chart::trust::Rung;

pub(super) fn areas(pen: &mut Pen, band: &Band, frame: &Frame) -> Drawn {
    for period in &band.periods {
        let (from, to) = frame.time.of(&period.span);
        match period.guide {
            Some((_, lower, upper)) => {
                let colour = if firm(period) { PALE } else { PALEST };
                pen.rect((from, frame.y(upper)), (to, frame.y(lower)), colour)?;
            }
            None => pen.hatch((from, frame.top()), (to, frame.bottom()), GRID)?,
        }
    }
    Ok(())
}

/// Whether the price rests on what it should: the class's own sales, or a formula.
pub(super) fn firm(period: &Step) -> bool {
    period.rung.is_none_or(|rung| rung == Rung::L1)
}

pub(super) fn dots(pen: &mut Pen, band: &Band, frame: &Frame) -> Drawn {
    let heaviest = band.sales.iter().map(|d| d.dry_kg).max().unwrap_or(0).max(1);
    let (largest, opacity) = dot_size(band.sales.len());
    // Rings first, evidence over them.
    for dot in band.sales.iter().filter(|d| d.excluded.is_some() && frame.shows(d)) {
        pen.ring((frame.time.x(dot.day), frame.y(dot.fen_per_t)), radius(dot.dry_kg, heaviest, largest), GREY)?;
    }
    for dot in band.sales.iter().filter(|d| d.excluded.is_none()) {
        pen.dot((frame.time.x(dot.day), frame.y(dot.fen_per_t)), radius(dot.dry_kg, heaviest, largest), INK, opacity)?;
    }
    Ok(())
}

/// The largest radius in pixels, and how opaque dots are: every sale is drawn, and many stay apart by being small and pale.
const fn dot_size(sales: usize) -> (i64, f64) {
    match sales {
        0..=150 => (8, 0.5),
        151..=400 => (6, 0.4),
        _ => (5, 0.25),
    }
}

/// The area of a dot is its mass; the smallest stay visible.
fn radius(kg: i64, heaviest_kg: i64, largest: i64) -> i32 {
    let squared = i128::from(kg.max(0)) * i128::from(largest * largest) / i128::from(heaviest_kg);
    let root = u64::try_from(squared).unwrap_or(0).isqrt();
    i32::try_from(root).unwrap_or(2).clamp(2, 8)
}

/// Assessed prices where the mechanism kept the guide price from them.
pub(super) fn assessments(pen: &mut Pen, band: &Band, frame: &Frame) -> Drawn {
    for period in &band.periods {
        if let Some(y) = frame.apart(period) {
            let (from, to) = frame.time.of(&period.span);
            pen.line((from + 1, y), (to - 1, y), VERMILION, 2)?;
        }
    }
    Ok(())
}

pub(super) fn guides(pen: &mut Pen, band: &Band, frame: &Frame) -> Drawn {
    let mut before: Option<(i32, i32)> = None;
    for period in &band.periods {
        let Some((guide, _, _)) = period.guide else {
            before = None;
            continue;
        };
        let ((from, to), y) = (frame.time.of(&period.span), frame.y(guide));
        if let Some((x, last_y)) = before.filter(|(x, last_y)| *x == from && *last_y != y) {
            pen.path(vec![(x, last_y), (x, y)], FAINT, 1)?;
        }
        match period.rung {
            None | Some(Rung::L1) => pen.line((from, y), (to, y), BLUE, 3)?,
            Some(Rung::L2 | Rung::L3) => pen.line((from, y), (to, y), FAINT, 2)?,
            Some(Rung::L4) => pen.dashes((from, y), to, BLUE, 3)?,
            Some(Rung::L5 | Rung::L6) => pen.dots((from, y), to, MUTED)?,
        }
        before = Some((to, y));
    }
    Ok(())
}

/// Tiers as cells whose height says it as well as their colour; rungs below the first as a line under their name.
pub(super) fn rails(pen: &mut Pen, band: &Band, frame: &Frame) -> Drawn {
    let foot = frame.bottom() + 27;
    for (from, to, tier) in runs(band, frame, |p| p.tier) {
        pen.rect((from, foot - tier.height()), (to - 1, foot), tier.colour())?;
    }
    for (from, to, _) in runs(band, frame, told) {
        pen.line((from + 1, frame.bottom() + 61), (to - 2, frame.bottom() + 61), MUTED, 2)?;
    }
    Ok(())
}

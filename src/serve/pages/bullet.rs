//! How does a mine's output stand against its licence, at a glance?

use crate::balance::MineOutput;
use crate::serve::asked::Asked;
use crate::serve::numbers;
use maud::{Markup, html};

/// The bar ends here, in thousandths of the approved scale; more is cut off with a mark.
const END_PER_MILLE: i64 = 1500;
/// Width of the drawing; its height is 20.
const WIDTH: i64 = 300;

/// Two bars on one scale: declared output above, tickets out below; the line is the approved scale.
pub(super) fn bullet(asked: &Asked, output: &MineOutput) -> Markup {
    let Some(approved) = output.approved_kg else {
        return html! { span.dim { (asked.say("无许可规模", "no approved scale")) } };
    };
    let share = |kg: Option<i64>| kg.and_then(|kg| numbers::per_mille(kg, approved));
    let (declared, dispatched) = (share(output.declared_kg), share(Some(output.dispatched_kg)));
    let percent = |kg: Option<i64>| kg.and_then(|kg| numbers::percent(kg, approved)).unwrap_or_else(|| numbers::NOTHING.to_owned());
    let label = format!(
        "{} {}, {} {}",
        asked.say("申报占许可规模", "declared"),
        percent(output.declared_kg),
        asked.say("磅单占", "tickets"),
        percent(Some(output.dispatched_kg)),
    );
    html! {
        svg.bullet viewBox=(format!("0 0 {WIDTH} 20")) preserveAspectRatio="none" role="img" aria-label=(label) {
            title { (label) }
            rect.beyond x="0" y="0" width=(WIDTH) height="20" {}
            rect.within x="0" y="0" width=(at(1000)) height="20" {}
            @if let Some(declared) = declared { (bar("declared", declared, 3)) }
            @if let Some(dispatched) = dispatched { (bar("dispatched", dispatched, 11)) }
            rect.limit x=(at(1000) - 1) y="0" width="2" height="20" {}
        }
    }
}

fn bar(class: &str, per_mille: i64, y: i64) -> Markup {
    html! {
        rect class=(class) x="0" y=(y) width=(at(per_mille.clamp(0, END_PER_MILLE))) height="6" {}
        @if per_mille > END_PER_MILLE { rect.more x=(WIDTH - 4) y=(y) width="4" height="6" {} }
    }
}

/// Where a share stands, in the units of the drawing.
const fn at(per_mille: i64) -> i64 {
    per_mille * WIDTH / END_PER_MILLE
}

/// What the bars mean.
pub(super) fn legend(asked: &Asked) -> Markup {
    html! {
        p.legend {
            span { span.key.declared {} (asked.say("申报产量", "declared output")) }
            span { span.key.dispatched {} (asked.say("磅单外运", "tickets out")) }
            span { span.key.limit {} (asked.say("许可规模（按有效天数折算）", "approved scale (pro rata for the days in force)")) }
        }
    }
}

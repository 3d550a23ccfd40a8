//! What is in the map and the years of a dossier? From the data to what each picture takes.

use super::data::Dossier;
use crate::balance::MineOutput;
use crate::chart::map::{self, Area, Dot, Map};
use crate::chart::months::{self, Month, Months};
use crate::text::{Lang, Said};
use std::collections::BTreeMap;

/// Title and SVG of the map.
pub(super) fn map(dossier: &Dossier, lang: Lang) -> (String, String) {
    let title = Said::new(
        format!("{}：矿区范围与装车位置", dossier.site.name),
        format!("{}: licensed areas and loading positions", dossier.site.name),
    );
    let title = title.get(lang).to_owned();
    let (areas, without_area) = areas(dossier);
    let spots = dossier.facts.spots.iter().map(|s| Dot { at: (s.lon_e6, s.lat_e6), tickets: s.tickets, outside: s.outside }).collect();
    let e6 = |degrees: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "degrees that the register holds")]
        let e6 = (degrees * 1e6).round() as i64;
        e6
    };
    let site = dossier.site.lon.zip(dossier.site.lat).map(|(lon, lat)| (e6(lon), e6(lat)));
    let map = Map { title: title.clone(), areas, spots, site, unplaced: dossier.facts.gaps.no_position, without_area };
    (title, map::svg(&map, lang))
}

/// Corners of an outline, millionths of a degree.
type Rings = Vec<Vec<(i64, i64)>>;

/// The licensed areas as the rules read them, each outline once, and how many licences have none that can be read.
fn areas(dossier: &Dossier) -> (Vec<Area>, u64) {
    let last = dossier.run.to.as_deref().unwrap_or("9999");
    let mut areas: BTreeMap<(&str, &Rings), bool> = BTreeMap::new();
    let mut without = 0;
    for right in dossier.facts.rights.iter().filter(|r| r.kind == "mining") {
        let Some(rings) = &right.rings_e6 else {
            without += 1;
            continue;
        };
        let stopped = right.status != "valid" && right.status_since.as_deref().is_none_or(|since| since <= last);
        let in_force = !stopped && right.valid_from.as_str() <= last && right.valid_to.as_str() >= last;
        *areas.entry((&right.licence_no, rings)).or_default() |= in_force;
    }
    let area = |((name, rings), in_force): ((&str, &Rings), bool)| Area { name: name.to_owned(), in_force, rings: rings.clone() };
    (areas.into_iter().map(area).collect(), without)
}

/// Title and SVG of one year.
pub(super) fn year(dossier: &Dossier, output: &MineOutput, lang: Lang) -> (String, String) {
    let title = Said::new(
        format!("{} {} 年产量与核定规模", output.name, output.year),
        format!("{}: output and approved scale, {}", output.name, output.year),
    );
    let title = title.get(lang).to_owned();
    let flagged = dossier.findings.iter().any(|f| f.rule.starts_with("over-scale-") && f.period == output.year.to_string());
    let months = (1..=12).map(|m| month(dossier, output, &format!("{}-{m:02}-01", output.year))).collect();
    let picture = Months { title: title.clone(), months, approved_kg: output.approved_kg, flagged };
    (title, months::svg(&picture, lang))
}

fn month(dossier: &Dossier, output: &MineOutput, first: &str) -> Month {
    let known = output.months.iter().find(|m| m.month == first);
    let measure = dossier.facts.measures.iter().find(|m| m.month == first);
    Month {
        month: first.to_owned(),
        declared_kg: known.and_then(|m| m.declared_kg),
        tickets_kg: known.map(|m| m.dispatched_kg),
        reconciled_kg: measure.and_then(|m| m.reconciled_kg),
    }
}

//! Which mines will have passed their scale before the year ends, by what they mean to dig after the records end?

use super::World;
use super::basin::Kind;
use super::licences::Licence;
use super::output::{foreign_ppm, share_ppm};
use super::truth::Later;
use super::truth_case::Cases;
use super::truth_scale::{Scales, of_unit, pro_rata};
use chrono::Datelike;

/// The mines' plans for the rest of the last year, and who passes the scale by them.
pub(super) fn tell(world: &World, scales: &Scales, licences: &[Vec<Licence>], cases: &mut Cases) -> Vec<Later> {
    let calendar = &world.calendar;
    let (year, last) = calendar.month(calendar.months.saturating_sub(1));
    let rest: Vec<u32> = (calendar.months..calendar.months + 12 - last).collect();
    let mut later = Vec::new();
    let mut units: Vec<(Vec<usize>, i64)> = scales.units(world, licences).into_iter().map(|unit| (unit, 0)).collect();
    for (unit, planned_kg) in &mut units {
        for (place, month) in unit.iter().flat_map(|place| rest.iter().map(move |month| (*place, *month))) {
            let site = &world.basin.places[place];
            let Some(source) = site.source.as_ref().filter(|_| site.kind == Kind::Mine) else { continue };
            let ppm = share_ppm(site, source, world.basin.seed, calendar, month) + foreign_ppm(source, calendar, month);
            let kg = i64::try_from(i128::from(ppm) * i128::from(source.scale_kg) / 1_000_000).unwrap_or(0);
            *planned_kg += kg;
            later.push(Later { site: site.code.clone(), month: calendar.label(month), planned_kg: kg });
        }
    }
    for (unit, planned_kg) in units.iter().filter(|(_, planned_kg)| *planned_kg > 0) {
        let so_far_kg: i64 = unit.iter().map(|place| scales.year_kg(world, *place, year)).sum();
        let Some(allowed_kg) = pro_rata(&of_unit(unit, licences), year) else { continue };
        if so_far_kg > allowed_kg || so_far_kg + planned_kg <= allowed_kg {
            continue;
        }
        for place in unit {
            let key = ("over-scale-forecast", "site", world.basin.places[*place].code.clone(), format!("{year:04}"));
            let passed = passes(world, unit, allowed_kg - so_far_kg, &rest);
            cases.add(key, so_far_kg + planned_kg - allowed_kg, passed);
        }
    }
    later.sort_by(|a, b| (&a.site, &a.month).cmp(&(&b.site, &b.month)));
    later
}

/// The day on which so much more has been dug, even work within a month taken for granted.
fn passes(world: &World, unit: &[usize], mut left_kg: i64, rest: &[u32]) -> Option<chrono::NaiveDate> {
    let calendar = &world.calendar;
    for month in rest {
        let kg: i64 = unit
            .iter()
            .filter_map(|place| {
                let site = &world.basin.places[*place];
                let source = site.source.as_ref()?;
                let ppm = share_ppm(site, source, world.basin.seed, calendar, *month) + foreign_ppm(source, calendar, *month);
                i64::try_from(i128::from(ppm) * i128::from(source.scale_kg) / 1_000_000).ok()
            })
            .sum();
        if kg >= left_kg {
            let days = i64::from(calendar.last_of(*month).day());
            let day = left_kg.max(0) * days / kg.max(1);
            return calendar.first_of(*month).checked_add_days(chrono::Days::new(u64::try_from(day).unwrap_or(0)));
        }
        left_kg -= kg;
    }
    None
}

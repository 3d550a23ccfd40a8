//! Where does ore without papers come into the trade?
//!
//! A mine's tickets cover it (`plant`, `output`); a plant mills it or a yard sends it on, and no ticket says that it came. With
//! licensed cover, cloned tickets and plant excess planted together, the plant that the covering mine serves takes more than the
//! tickets say: each paper travels more than once.

use super::basin::{Basin, Kind};
use super::plant::Part;
use super::rng::{Rng, float, round};
use super::sales::Trick;
use super::tickets::Lot;

/// The rules whose violations together make the way through a legal mine's papers.
pub(super) const COMBINED: [&str; 3] = ["licensed-cover", "weights-cloned", "plant-excess-output"];

/// Recovery of a plant that takes ore without papers: with the planted excess no recovery explains its product.
const LEAST_RECOVERY: f64 = 0.66;

/// Concentrators, by rank, that lift their sales' grades over a limit, or let them lie above their tickets'.
const LIFTS: usize = 2;
const LEANS: usize = 3;
/// What the first of them makes: just below the limit of a class.
const BELOW_LIMIT_PPM: i64 = 21_900;
/// Where the grade classes of concentrate begin, ppm: those of the default price policy.
const LIMITS_PPM: [i64; 5] = [12_500, 17_500, 22_500, 27_500, 32_500];

/// Feed without papers is found out only where the plant works well enough.
pub(super) fn prepare(basin: &mut Basin) {
    let steers = basin.plan.plants("grade-steered");
    for place in &mut basin.places {
        if let (true, Kind::Concentrator, LIFTS, Some(plant)) = (steers, place.kind, place.rank, &mut place.plant) {
            plant.product_ppm = BELOW_LIMIT_PPM;
        }
    }
    for place in 0..basin.places.len() {
        if basin.places[place].kind == Kind::Concentrator
            && (1..=12).any(|month| unpapered_share(basin, place, month) > 0.0)
            && let Some(plant) = &mut basin.places[place].plant
        {
            plant.recovery = plant.recovery.max(LEAST_RECOVERY);
        }
    }
}

/// The plant that ore under the covering mine's tickets goes to.
pub(super) fn cover_plant(basin: &Basin) -> Option<usize> {
    let covers = |place: &&super::basin::Place| place.source.as_ref().is_some_and(|s| s.part == Some(Part::CoverOpen));
    basin.places.iter().find(covers).and_then(|mine| mine.to.first()).map(|(to, _)| *to)
}

/// Share of the tickets for ore of others that are copies of tickets of the mine's own trucks, under plates that were elsewhere.
pub(super) fn copied_share(basin: &Basin, place: usize) -> f64 {
    let covers = basin.places[place].source.as_ref().is_some_and(|s| s.part == Some(Part::CoverOpen));
    let combined = COMBINED.iter().all(|rule| basin.plan.plants(rule));
    if covers && combined { (0.5 * basin.plan.strength("weights-cloned").unwrap_or(0.0)).min(0.9) } else { 0.0 }
}

/// Ore or concentrate that reaches a plant, yard or trader without a ticket, as a share of what its tickets bring.
pub(super) fn unpapered_share(basin: &Basin, place: usize, month: u32) -> f64 {
    let site = &basin.places[place];
    let planted = |rule: &str| basin.plan.strength(rule).unwrap_or(0.0);
    let own = match (site.kind, site.rank, month) {
        (Kind::Concentrator, 1, 4..=9) => 0.60 * planted("plant-excess-output"),
        (Kind::Concentrator, 4, _) => 0.50 * planted("plant-excess-output"),
        (Kind::Smelter, 2, 6..=11) => 0.30 * planted("plant-excess-output"),
        (Kind::Stockyard, 1, 3..=11) => 0.35 * planted("intermediary-excess"),
        (Kind::Trader, 1, 2..=10) => 0.30 * planted("intermediary-excess"),
        _ => 0.0,
    };
    let combined = COMBINED.iter().all(|rule| basin.plan.plants(rule)) && matches!(month, 3..=10) && cover_plant(basin) == Some(place);
    if combined { own.max(0.50 * planted("licensed-cover")) } else { own }
}

/// What comes without papers in a month in which tickets brought so much.
pub(super) fn unpapered(basin: &Basin, place: usize, month: u32, received: Lot) -> Lot {
    let share = unpapered_share(basin, place, month);
    let part = |of: i64| round(float(of) * share);
    // Taken as a share of each, so that mass, water and Li2O stay together.
    Lot { wet_kg: part(received.wet_kg), dry_kg: part(received.dry_kg), li2o_g: part(received.li2o_g) }
}

/// The grade that a seller writes into a contract, and whether it is what was assayed.
pub(super) fn graded(basin: &Basin, seller: usize, assayed_ppm: i64, rng: &mut Rng) -> (i64, Option<Trick>) {
    let place = &basin.places[seller];
    let Some(strength) = basin.plan.strength("grade-steered").filter(|_| place.kind == Kind::Concentrator) else {
        return (assayed_ppm, None);
    };
    if place.rank == LEANS {
        return (round(float(assayed_ppm) * (1.0 + 0.07 * strength) / 100.0) * 100, Some(Trick::Biased));
    }
    // Nobody lifts a grade by more than a tenth, or one that a limit is far above.
    let limit = LIMITS_PPM.iter().find(|limit| **limit > assayed_ppm && (**limit - assayed_ppm) * 10 < assayed_ppm);
    match limit.filter(|_| place.rank == LIFTS && rng.unit() < 0.75 * strength) {
        Some(limit) => (limit + rng.between(0, 4) * 100, Some(Trick::Lifted)),
        None => (assayed_ppm, None),
    }
}

/// Whether a yard takes ore from places that nobody registered.
pub(super) fn weak_origin(basin: &Basin, yard: usize) -> bool {
    let serves = |place: usize| basin.places[place].to.iter().any(|(to, _)| *to == yard);
    basin.places[yard].kind == Kind::Stockyard && basin.of(Kind::Unknown).any(serves)
}

/// How much lower, logarithmic, a yard sells ore that is better not asked about; 0: at the market. Strength scales how many
/// of its sales are such.
pub(super) fn rebate(basin: &Basin, seller: usize, rng: &mut Rng) -> f64 {
    let Some(strength) = basin.plan.strength("price-too-low") else { return 0.0 };
    if weak_origin(basin, seller) && rng.unit() < 0.6 * strength { 0.6 } else { 0.0 }
}

//! Which loads lie outside of the licensed area?

use super::super::basin::offset;
use super::super::noise::gps;
use super::super::plant::rate;
use super::super::rng::Rng;
use super::super::tickets::centre_of;
use super::Scene;

/// A mine that loads outside does so with a quarter of its trucks, at least 300 m beyond its pit.
pub(super) fn outside(scene: &mut Scene, strength: f64, rng: &mut Rng) {
    let Some(source) = &scene.basin.places[scene.from].source else { return };
    if scene.orders.iter().all(|o| !o.outside) {
        return;
    }
    for i in rng.picks(scene.tickets.len(), rate::OUTSIDE * strength) {
        let ticket = &mut scene.tickets[i];
        if ticket.loaded.is_none() || !scene.orders[ticket.order as usize].outside {
            continue;
        }
        let pit = usize::try_from(rng.below(source.pits.len() as u64)).unwrap_or(0);
        let centre = if pit == 0 { scene.basin.places[scene.from].at } else { centre_of(&source.pits[pit]) };
        let beyond = source.radius_m * 1.12 + rng.range(400.0, 1_400.0);
        ticket.loaded = Some(gps(offset(centre, beyond, rng.range(0.0, 2.0 * core::f64::consts::PI)), rng));
    }
}

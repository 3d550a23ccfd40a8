//! What does a plant make of what it is fed, and what does it say of it?
//!
//! Li2O in = product + tailings or slag. Feed without papers is milled in the month in which it comes; the return knows nothing
//! of it, and its tailings and slag are those of the feed that it states: product and power are not.

use super::basin::{Kind, Plant};
use super::constants as c;
use super::measure::{self, RETURN_STEP_KG};
use super::months::{Meant, Return, Run, Utility};
use super::rng::{Rng, down, float, round};
use super::tickets::{Lot, Order};
use crate::records::product;

const OTHER: &str = "other";

/// What a month's feed became.
struct Made {
    product: Lot,
    /// Dry mass of the product, kg.
    dry_kg: i64,
}

impl Run<'_> {
    /// A plant turns feed into product.
    pub(super) fn work(&mut self, place: usize, feed: &'static str, product: &'static str, use_permille: i64) {
        let Some(plant) = &self.basin.places[place].plant else { return };
        let mut rng = self.rng("work", place);
        let opening_kg = self.state.feed[place].wet_kg - self.received[place].wet_kg;
        let consumed_kg = down(self.state.feed[place].wet_kg / 1_000 * use_permille, RETURN_STEP_KG);
        let stated = self.state.feed[place].take(consumed_kg);
        let mut eaten = stated;
        eaten.add(self.take_in(place));
        let salt = product == product::CARBONATE;
        let recovery = (plant.recovery + 0.012 * rng.normal()).clamp(0.5, 0.9);
        let grade = if salt { plant.product_ppm } else { plant.product_ppm + rng.between(-6, 6) * 100 };
        let made = plant.make(eaten, recovery, grade, salt);
        let told = plant.make(stated, recovery, grade, salt);
        self.tell(place, feed, false, stated, Some((opening_kg, self.state.feed[place].wet_kg)), &mut rng);
        let opened_kg = (self.state.stock[place].wet_kg, self.state.slag[place].wet_kg);
        self.state.stock[place].add(made.product);
        let mut orders = vec![self.order(place, product, self.state.stock[place], 90)];
        let slag = |made: &Made, of: Lot| slag(round(float(made.dry_kg) * plant.slag_per_t), of.li2o_g - made.product.li2o_g);
        if salt {
            self.state.slag[place].add(slag(&told, stated));
            orders.push(self.order(place, product::SLAG, self.state.slag[place], 70));
        }
        let sent_kg = self.send(place, &orders);
        self.state.stock[place].take(sent_kg.first().copied().unwrap_or(0));
        self.state.slag[place].take(sent_kg.get(1).copied().unwrap_or(0));
        self.tell(place, product, true, made.product, Some((opened_kg.0, self.state.stock[place].wet_kg)), &mut rng);
        if salt {
            self.tell(place, product::SLAG, true, slag(&told, stated), Some((opened_kg.1, self.state.slag[place].wet_kg)), &mut rng);
        } else {
            let kg = down(stated.dry_kg - told.product.dry_kg, RETURN_STEP_KG);
            let tailings = Lot { wet_kg: kg, dry_kg: kg, li2o_g: stated.li2o_g - told.product.li2o_g };
            self.tell(place, OTHER, true, tailings, None, &mut rng);
        }
        let per_t = if salt { made.product.wet_kg } else { eaten.wet_kg };
        self.month.utilities.push(plant.needs(place, self.month.index, per_t, &mut rng));
    }

    /// A month's order for those destinations that take the product.
    fn order(&self, place: usize, product: &'static str, heap: Lot, percent: i64) -> Order {
        let takes = |to: usize| match self.basin.places[to].kind {
            Kind::Outside => product == product::CARBONATE,
            Kind::SlagUser => product == product::SLAG,
            _ => product == product::CONCENTRATE,
        };
        let to = self.basin.places[place].to.iter().filter(|(to, _)| takes(*to)).copied().collect();
        let days = self.calendar.days(self.month.index, self.basin.places[place].kind);
        Order {
            to,
            product,
            kg: heap.wet_kg / 100 * percent,
            days,
            outside: false,
            copies: 0.0,
            quality: heap,
            deposit: None,
            foreign: false,
        }
    }

    /// A row of a plant's return, with the errors of its measurements.
    fn tell(&mut self, place: usize, product: &'static str, produced: bool, lot: Lot, heap: Option<(i64, i64)>, rng: &mut Rng) {
        let stated = heap.map(|heap| self.survey(place, product, heap, rng));
        let salt = product == product::CARBONATE;
        let kind = if produced { product } else { "feed" };
        self.month.returns.push(Return {
            place,
            month: self.month.index,
            product,
            produced,
            wet_kg: measure::declared_kg(lot.wet_kg, self.basin.seed, place, kind, rng),
            moisture_ppm: Some(measure::moisture_ppm(lot.moisture_ppm(), rng) / 100 * 100),
            // Pure carbonate is 40 % Li2O by mass: above what a column for the grade of ore may hold.
            li2o_ppm: (!salt).then(|| measure::assayed_ppm(lot.li2o_ppm(), rng)),
            opening_kg: stated.map(|s| s.0),
            closing_kg: stated.map(|s| s.1),
            meant: Meant { wet_kg: lot.wet_kg, opening_kg: heap.map(|h| h.0), closing_kg: heap.map(|h| h.1) },
        });
    }
}

impl Plant {
    /// Product of a month's feed.
    fn make(&self, eaten: Lot, recovery: f64, grade_ppm: i64, salt: bool) -> Made {
        let moisture_ppm = if salt { 0 } else { self.moisture_ppm };
        let dry_kg = round(float(eaten.li2o_g) * recovery / float(grade_ppm.max(1)) * 1_000.0);
        let wet_kg = down(round(float(dry_kg) / (1.0 - float(moisture_ppm) / 1e6)), RETURN_STEP_KG);
        Made { product: Lot::of(wet_kg, moisture_ppm, grade_ppm), dry_kg }
    }

    /// Power and water of a month.
    fn needs(&self, place: usize, month: u32, kg: i64, rng: &mut Rng) -> Utility {
        let mut used = |a_tonne: f64| Some(round((float(kg) / 1_000.0 * a_tonne * (1.0 + c::POWER_NOISE * rng.gauss())).max(0.0)));
        let (electricity_kwh, water_m3) = (used(self.kwh_per_t), used(self.m3_per_t));
        Utility { place, month, electricity_kwh, explosives_kg: None, water_m3 }
    }
}

/// Slag of a salt plant, with the Li2O that the salt does not hold.
fn slag(dry_kg: i64, li2o_g: i64) -> Lot {
    let wet_kg = down(dry_kg * 1_000 / (1_000 - c::SLAG_MOISTURE_PPM / 1_000), RETURN_STEP_KG);
    Lot { wet_kg, dry_kg, li2o_g }
}

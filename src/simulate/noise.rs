//! How far does what a truck is measured by stray from what was true? As the design says: weighbridges 0.3 % of the net mass
//! (standard error), GPS some metres, tare by fuel and mud. No fault is in any of them; `measure` has what sites measure.

use super::basin::{Point, offset};
use super::constants::DIVISION_KG;
use super::fleet::Truck;
use super::rng::{Rng, float, round};

/// Standard error of a weighbridge, of the net mass.
const SCALE: f64 = 0.003;
/// Standard error of a GPS coordinate, m, and the furthest that a position strays.
const GPS_M: (f64, f64) = (7.0, 24.0);
/// Fuel, kg around half a tank, and mud, kg (half normal, a standard deviation), twice that in the wet months.
const FUEL_KG: f64 = 160.0;
const MUD_KG: f64 = 60.0;

/// What the scales say of a load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weighed {
    pub(super) tare_kg: i64,
    /// At dispatch.
    pub(super) net_kg: i64,
    /// At receipt.
    pub(super) received_kg: i64,
}

impl Weighed {
    pub(super) const fn gross_kg(self) -> i64 {
        self.tare_kg + self.net_kg
    }
}

/// Weighs a truck that is full to `filling` of its limit, at dispatch and at receipt.
pub(super) fn weigh(truck: &Truck, filling: f64, wet: bool, rng: &mut Rng) -> Weighed {
    let tare_kg = tare(truck, wet, rng);
    let net_kg = float(truck.limit_kg()) * filling - float(tare_kg);
    Weighed { tare_kg, net_kg: scale(net_kg, rng), received_kg: scale(net_kg, rng) }
}

/// A mass as a weighbridge prints it.
pub(super) fn scale(kg: f64, rng: &mut Rng) -> i64 {
    division(kg * (1.0 + SCALE * rng.error()))
}

/// To the nearest division.
pub(super) fn division(kg: f64) -> i64 {
    round(kg / float(DIVISION_KG)) * DIVISION_KG
}

/// The empty truck on a day.
pub(super) fn tare(truck: &Truck, wet: bool, rng: &mut Rng) -> i64 {
    let mud = MUD_KG * rng.error().abs() * if wet { 2.0 } else { 1.0 };
    division(float(truck.tare_kg) + rng.range(-FUEL_KG, FUEL_KG) + mud)
}

/// A position as the ticket has it.
pub(super) fn gps(at: Point, rng: &mut Rng) -> Point {
    let strayed = (GPS_M.0 * rng.radius()).min(GPS_M.1);
    offset(at, strayed, rng.range(0.0, 2.0 * core::f64::consts::PI))
}

//! How far does each measurement stray from what was true? As the design says: weighbridges 0.3 % of the net mass (standard
//! error), assays 2 % of the grade and 0.02 % Li2O, GPS some metres, tare by fuel and mud. No fault is in any of them.

use super::basin::{Point, offset};
use super::constants::DIVISION_KG;
use super::fleet::Truck;
use super::rng::{Rng, float, round};
use super::tickets::Lot;

/// Standard error of a weighbridge, of the net mass.
const SCALE: f64 = 0.003;
/// Standard error of an assay, of the grade, and Li2O in ppm beside.
const ASSAY: (f64, f64) = (0.02, 200.0);
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

/// Moisture and grade as a party assays them on a day; a laboratory that was closed leaves both or one blank.
pub(super) fn assay(quality: Lot, rng: &mut Rng) -> (Option<i64>, Option<i64>) {
    let (moisture_ppm, li2o_ppm) = (quality.moisture_ppm(), quality.li2o_ppm());
    let moisture = round(float(moisture_ppm) * (1.0 + 0.04 * rng.normal()) / 1_000.0) * 1_000;
    let found = float(li2o_ppm) * (1.0 + ASSAY.0 * rng.error()) + ASSAY.1 * rng.error();
    let grade = round(found / 100.0) * 100;
    let (blank_moisture, blank_grade) = (rng.ppm(60_000), rng.ppm(50_000));
    let stated = !blank_grade && li2o_ppm > 0 && grade > 0 && grade <= 80_300;
    ((!blank_moisture).then_some(moisture.max(0)), stated.then_some(grade))
}

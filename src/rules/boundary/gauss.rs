//! Where on earth is a point of a Gauss–Krüger grid? By Krüger's series to the fourth power of the third flattening.
//!
//! L. Krüger, Konforme Abbildung des Erdellipsoids in der Ebene (1912), in the form of C. F. F. Karney, Transverse Mercator
//! with an accuracy of a few nanometers, J. Geodesy 85 (2011), eqs. 7–11, 14, 15, 35, 36. To n⁴ the error is below a
//! micrometre within the width of any zone.

/// An ellipsoid of revolution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ellipsoid {
    /// Semi-major axis, m.
    pub(super) a_m: f64,
    /// Flattening.
    pub(super) flattening: f64,
}

/// The ellipsoid of CGCS2000 (GB 22021-2008). It differs from that of WGS-84 by 0.1 mm at the pole; the two frames agree
/// within centimetres at the epoch 2000.0 and, as the plate moves, within about a metre today: far below the error of a
/// receiver on a truck. Degrees of the one are read as degrees of the other.
pub(super) const CGCS2000: Ellipsoid = Ellipsoid { a_m: 6_378_137.0, flattening: 1.0 / 298.257_222_101 };

/// Easting of the central meridian in China's grids, m.
pub(super) const FALSE_EASTING_M: f64 = 500_000.0;

/// A zone of a Gauss–Krüger grid: its central meridian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Zone {
    /// Degrees east.
    pub(super) central_deg: i32,
}

impl Zone {
    /// The zone that a number in front of an easting names: 25–45 are zones of 3 degrees, 13–23 of 6 degrees; in China no number
    /// means both (GB/T 17798, GB/T 13989).
    pub(super) fn of_number(number: i32) -> Option<Self> {
        match number {
            25..=45 => Some(Self { central_deg: 3 * number }),
            13..=23 => Some(Self { central_deg: 6 * number - 3 }),
            _ => None,
        }
    }

    /// All zones of 3 degrees, west to east.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (25..=45).filter_map(Self::of_number)
    }

    /// Latitude and longitude, degrees, of a northing and an easting without the zone's number, m.
    pub(super) fn degrees(self, northing_m: f64, easting_m: f64) -> (f64, f64) {
        let (lat, east) = Series::of(CGCS2000).inverse(northing_m, easting_m - FALSE_EASTING_M);
        (lat, f64::from(self.central_deg) + east)
    }
}

/// The coefficients of one ellipsoid.
#[derive(Clone, Copy, Debug)]
struct Series {
    /// Radius of the rectifying sphere, m.
    radius_m: f64,
    /// Eccentricity.
    e: f64,
    #[cfg(test)]
    alpha: [f64; 4],
    beta: [f64; 4],
}

impl Series {
    fn of(ellipsoid: Ellipsoid) -> Self {
        let f = ellipsoid.flattening;
        let n = f / (2.0 - f);
        let (n2, n3, n4) = (n * n, n * n * n, n * n * n * n);
        Self {
            radius_m: ellipsoid.a_m / (1.0 + n) * (1.0 + n2 / 4.0 + n4 / 64.0),
            e: (f * (2.0 - f)).sqrt(),
            #[cfg(test)]
            alpha: [
                n / 2.0 - 2.0 / 3.0 * n2 + 5.0 / 16.0 * n3 + 41.0 / 180.0 * n4,
                13.0 / 48.0 * n2 - 3.0 / 5.0 * n3 + 557.0 / 1440.0 * n4,
                61.0 / 240.0 * n3 - 103.0 / 140.0 * n4,
                49_561.0 / 161_280.0 * n4,
            ],
            beta: [
                n / 2.0 - 2.0 / 3.0 * n2 + 37.0 / 96.0 * n3 - n4 / 360.0,
                n2 / 48.0 + n3 / 15.0 - 437.0 / 1440.0 * n4,
                17.0 / 480.0 * n3 - 37.0 / 840.0 * n4,
                4_397.0 / 161_280.0 * n4,
            ],
        }
    }

    /// Latitude, and longitude east of the central meridian, degrees, of a point so many metres north of the equator and east
    /// of the central meridian, at scale 1.
    fn inverse(&self, north_m: f64, east_m: f64) -> (f64, f64) {
        let (xi, eta) = (north_m / self.radius_m, east_m / self.radius_m);
        let (mut xi0, mut eta0) = (xi, eta);
        for (k, beta) in (1u8..).zip(self.beta) {
            let k = 2.0 * f64::from(k);
            xi0 -= beta * libm::sin(k * xi) * libm::cosh(k * eta);
            eta0 -= beta * libm::cos(k * xi) * libm::sinh(k * eta);
        }
        let (sinh, cos) = (libm::sinh(eta0), libm::cos(xi0));
        let conformal = libm::sin(xi0) / libm::sqrt(sinh * sinh + cos * cos);
        (libm::atan(self.geographic(conformal)).to_degrees(), libm::atan2(sinh, cos).to_degrees())
    }

    /// The tangent of the latitude from that of the conformal latitude, by Newton's method: three steps reach the last digit.
    fn geographic(&self, conformal: f64) -> f64 {
        let e2 = self.e * self.e;
        let mut tau = conformal / (1.0 - e2);
        for _ in 0..4 {
            let (found, root) = (self.conformal(tau), libm::sqrt(1.0 + tau * tau));
            let slope = (1.0 - e2) * root / (1.0 + (1.0 - e2) * tau * tau) * libm::sqrt(1.0 + found * found);
            tau += (conformal - found) / slope;
        }
        tau
    }

    fn conformal(&self, tau: f64) -> f64 {
        let root = libm::sqrt(1.0 + tau * tau);
        let sigma = libm::sinh(self.e * libm::atanh(self.e * tau / root));
        tau * libm::sqrt(1.0 + sigma * sigma) - sigma * root
    }

    /// Metres north of the equator and east of the central meridian: what the inverse is tested against.
    #[cfg(test)]
    fn forward(&self, lat_deg: f64, east_deg: f64) -> (f64, f64) {
        let (tau, lambda) = (self.conformal(libm::tan(lat_deg.to_radians())), east_deg.to_radians());
        let xi0 = libm::atan2(tau, libm::cos(lambda));
        let eta0 = libm::asinh(libm::sin(lambda) / libm::hypot(tau, libm::cos(lambda)));
        let (mut xi, mut eta) = (xi0, eta0);
        for (k, alpha) in (1u8..).zip(self.alpha) {
            let k = 2.0 * f64::from(k);
            xi += alpha * libm::sin(k * xi0) * libm::cosh(k * eta0);
            eta += alpha * libm::cos(k * xi0) * libm::sinh(k * eta0);
        }
        (xi * self.radius_m, eta * self.radius_m)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A ten-millionth of a second of arc is 3 µm.
    const ARC: f64 = 1e-10;

    #[track_caller]
    fn lies_at(zone: i32, northing_m: f64, easting_m: f64, lat: f64, lon: f64) {
        let (found_lat, found_lon) = Zone::of_number(zone).unwrap().degrees(northing_m, easting_m);
        assert!((found_lat - lat).abs() < ARC && (found_lon - lon).abs() < ARC, "{found_lat:.12} {found_lon:.12}");
    }

    /// PROJ 9.5.1 (Poder and Engsager's series to n⁶), EPSG:4526 (zone 38) to EPSG:4490, and EPSG:4498 (zone 20 of 6 degrees).
    #[test]
    fn grid_points_lie_where_proj_puts_them() {
        lies_at(38, 3_098_765.12, 543_210.34, 28.002_216_182_097, 114.439_306_273_009);
        lies_at(38, 3_100_000.0, 500_000.0, 28.014_061_169_764, 114.0);
        lies_at(38, 2_847_000.5, 350_000.0, 25.723_039_104_636, 112.505_357_601_517);
        lies_at(38, 5_432_109.87, 656_789.01, 49.002_417_373_368, 116.142_924_813_461);
        lies_at(20, 3_098_765.12, 543_210.34, 28.002_216_182_097, 117.439_306_273_009);
    }

    /// PROJ 9.5.1, EPSG:4490 to EPSG:4547 (central meridian 114°E), the last two far outside of the zone.
    #[test]
    fn positions_have_the_grid_coordinates_that_proj_gives_them() {
        for (lat, east, northing_m, easting_m) in [
            (28.25, 0.9, 3_126_475.466_44, 588_322.551_27),
            (28.0, 3.0, 3_102_071.646_72, 795_161.553_20),
            (45.0, -1.5, 4_986_039.214_04, 381_729.726_00),
        ] {
            let (north, from_centre) = Series::of(CGCS2000).forward(lat, east);
            assert!((north - northing_m).abs() < 1e-5, "{north}");
            assert!((from_centre + FALSE_EASTING_M - easting_m).abs() < 1e-5, "{from_centre}");
        }
    }

    /// The worked example of the method "Transverse Mercator" in EPSG Guidance Note 7-2: OSGB36 / British National Grid on the
    /// ellipsoid Airy 1830, 50°30′N 0°30′E ↔ E 577 274.99 m, N 69 740.50 m.
    #[test]
    fn the_published_example_of_the_british_grid_is_met() {
        let series = Series::of(Ellipsoid { a_m: 6_377_563.396, flattening: 1.0 / 299.324_964_6 });
        let (scale, origin_m) = (0.999_601_271_7, series.forward(49.0, 0.0).0);
        let (north, east) = series.forward(50.5, 2.5);
        assert!(((north - origin_m) * scale - 100_000.0 - 69_740.50).abs() < 0.01);
        assert!((east * scale + 400_000.0 - 577_274.99).abs() < 0.01);
        let (lat, lon) = series.inverse((69_740.50 + 100_000.0) / scale + origin_m, (577_274.99 - 400_000.0) / scale);
        // A hundredth of a metre is 1e-7 degrees.
        assert!((lat - 50.5).abs() < 2e-7 && (lon - 2.5).abs() < 2e-7, "{lat} {lon}");
    }

    #[test]
    fn no_number_names_two_zones_and_the_meridians_are_chinas() {
        assert_eq!(Zone::of_number(38), Some(Zone { central_deg: 114 }));
        assert_eq!(Zone::of_number(20), Some(Zone { central_deg: 117 }));
        assert_eq!(Zone::of_number(24), None);
        assert_eq!(Zone::all().count(), 21);
        assert_eq!((Zone::all().next(), Zone::all().last()), (Some(Zone { central_deg: 75 }), Some(Zone { central_deg: 135 })));
    }

    proptest! {
        /// There and back again, within a thousandth of a millimetre, anywhere in China and as far as three degrees from the
        /// central meridian.
        #[test]
        fn a_position_that_goes_to_the_grid_and_back_stays_where_it_is(lat in 3.0..54.0f64, east in -3.0..3.0f64) {
            let series = Series::of(CGCS2000);
            let (north, from_centre) = series.forward(lat, east);
            let (back_lat, back_east) = series.inverse(north, from_centre);
            // A degree is about 111 km of latitude: 1e-11 degrees are a micrometre.
            prop_assert!((back_lat - lat).abs() < 1e-11 && (back_east - east).abs() < 1e-11, "{} {}", back_lat - lat, back_east - east);
        }
    }
}

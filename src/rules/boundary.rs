//! How far outside a licensed area is a position? WKT in degrees, distance in metres by a local projection.

use geo::{BoundingRect, Distance, Euclidean, MapCoords, MultiPolygon, Point, coord};
use wkt::TryFromWkt;

/// Squared eccentricity of WGS-84.
const E2: f64 = 0.006_694_379_990_14;

/// Semi-major axis of WGS-84, m.
const A_M: f64 = 6_378_137.0;

/// Why a text is no boundary.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoundaryError {
    /// No WKT, or no polygon.
    #[error("不是 WKT 多边形 / no WKT polygon: {0}")]
    Syntax(String),
    /// A ring with fewer than three corners encloses nothing.
    #[error("多边形为空或少于三个拐点 / an empty polygon, or fewer than three corners")]
    Empty,
    /// Metres instead of degrees, or latitude written first.
    #[error("坐标不是经纬度（应为先经度后纬度的度数）/ the coordinates are no degrees, longitude first")]
    Degrees,
}

/// A licensed area in degrees.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundary(MultiPolygon<f64>);

impl Boundary {
    /// Reads a `POLYGON` or `MULTIPOLYGON`, with holes.
    ///
    /// # Errors
    /// [`BoundaryError`]; what can't be read is never taken for an area without limits.
    pub fn parse(text: &str) -> Result<Self, BoundaryError> {
        let polygons = match MultiPolygon::<f64>::try_from_wkt_str(text) {
            Ok(polygons) => polygons,
            Err(error) => match geo::Polygon::<f64>::try_from_wkt_str(text) {
                Ok(polygon) => MultiPolygon::new(vec![polygon]),
                Err(_) => return Err(BoundaryError::Syntax(error.to_string())),
            },
        };
        // A closed ring of three corners has four coordinates.
        let rings = || polygons.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
        if polygons.0.is_empty() || rings().any(|ring| ring.0.len() < 4) {
            return Err(BoundaryError::Empty);
        }
        let in_degrees = |c: &geo::Coord<f64>| c.x.abs() <= 180.0 && c.y.abs() <= 90.0;
        if !rings().flat_map(|ring| &ring.0).all(in_degrees) {
            return Err(BoundaryError::Degrees);
        }
        Ok(Self(polygons))
    }

    /// The rings of its polygons, as (longitude, latitude) in degrees: of each polygon the outer one first, then its holes.
    #[must_use]
    pub fn rings(&self) -> Vec<Vec<Vec<(f64, f64)>>> {
        let ring = |ring: &geo::LineString<f64>| ring.0.iter().map(|c| (c.x, c.y)).collect();
        self.0.iter().map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect()).collect()
    }

    /// The area in metres around its own centre: a licensed area is a few kilometres wide, so a plane does.
    #[must_use]
    pub fn area(&self) -> Area {
        let centre = self.0.bounding_rect().map_or(coord! { x: 0.0, y: 0.0 }, |rect| rect.center());
        let plane = Plane::at(centre.y, centre.x);
        Area { plane, polygons: self.0.map_coords(|c| plane.metres(c.y, c.x)) }
    }
}

/// A licensed area in metres.
#[derive(Clone, Debug)]
pub struct Area {
    plane: Plane,
    polygons: MultiPolygon<f64>,
}

impl Area {
    /// Whole metres from a position to the area, rounded down; 0 inside. A hole is outside.
    #[must_use]
    pub fn outside_m(&self, lat: f64, lon: f64) -> i64 {
        let point = Point(self.plane.metres(lat, lon));
        let distance = Euclidean.distance(&point, &self.polygons).floor();
        #[expect(clippy::cast_possible_truncation, reason = "no distance on earth leaves an i64 of metres")]
        let whole = distance as i64;
        whole
    }
}

/// East and north in metres from a corner, on the ellipsoid WGS-84.
#[derive(Clone, Copy, Debug)]
struct Plane {
    lat: f64,
    lon: f64,
    east_m_per_degree: f64,
    north_m_per_degree: f64,
}

impl Plane {
    fn at(lat: f64, lon: f64) -> Self {
        let radians = lat.to_radians();
        let (sin, cos) = (libm::sin(radians), libm::cos(radians));
        let w2 = 1.0 - E2 * sin * sin;
        let degree = std::f64::consts::PI / 180.0;
        // Radii of curvature of the ellipsoid: across the meridian for east, along it for north.
        let (east, north) = (A_M / w2.sqrt() * cos, A_M * (1.0 - E2) / (w2 * w2.sqrt()));
        Self { lat, lon, east_m_per_degree: east * degree, north_m_per_degree: north * degree }
    }

    fn metres(self, lat: f64, lon: f64) -> geo::Coord<f64> {
        coord! { x: (lon - self.lon) * self.east_m_per_degree, y: (lat - self.lat) * self.north_m_per_degree }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn outside(wkt: &str, lat: f64, lon: f64) -> i64 {
        Boundary::parse(wkt).unwrap().area().outside_m(lat, lon)
    }

    /// From the standard series for the length of a degree of latitude and longitude on WGS-84,
    /// 111 132.92 - 559.82 cos 2φ + 1.175 cos 4φ and 111 412.84 cos φ - 93.5 cos 3φ + 0.118 cos 5φ.
    #[test]
    fn a_minute_of_arc_has_its_known_length() {
        let square = "POLYGON((114.5 28.0, 114.6 28.0, 114.6 28.1, 114.5 28.1, 114.5 28.0))";
        let phi = 28.05_f64.to_radians();
        let north = (111_132.92 - 559.82 * (2.0 * phi).cos() + 1.175 * (4.0 * phi).cos()) / 60.0;
        let east = (111_412.84 * phi.cos() - 93.5 * (3.0 * phi).cos() + 0.118 * (5.0 * phi).cos()) / 60.0;
        assert!((outside(square, 28.0 - 1.0 / 60.0, 114.55) as f64 - north).abs() <= 1.5);
        assert!((outside(square, 28.05, 114.5 - 1.0 / 60.0) as f64 - east).abs() <= 1.5);
        assert_eq!(outside(square, 28.05, 114.55), 0);
    }

    #[test]
    fn a_hole_is_outside_and_every_part_counts() {
        let with_hole = "POLYGON((114.5 28.0, 114.6 28.0, 114.6 28.1, 114.5 28.1, 114.5 28.0), (114.54 28.04, 114.56 28.04, 114.56 28.06, 114.54 28.06, 114.54 28.04))";
        assert!(outside(with_hole, 28.05, 114.55) > 900);
        let two = "MULTIPOLYGON(((114.5 28.0, 114.6 28.0, 114.6 28.1, 114.5 28.1, 114.5 28.0)), ((115.5 28.0, 115.6 28.0, 115.6 28.1, 115.5 28.1, 115.5 28.0)))";
        assert_eq!(outside(two, 28.05, 115.55), 0);
        assert!(outside(two, 28.05, 115.0) > 30_000);
    }

    #[test]
    fn what_is_no_area_in_degrees_is_never_read_as_one() {
        let refused = [
            "",
            "POLYGON((114.5 28.0, 114.6",
            "POINT(114.5 28.0)",
            "POLYGON EMPTY",
            "MULTIPOLYGON EMPTY",
            "POLYGON((114.5 28.0, 114.6 28.0, 114.5 28.0))",
            "POLYGON((38500000 3100000, 38500100 3100000, 38500100 3100100, 38500000 3100000))",
            "POLYGON((28.0 114.5, 28.0 114.6, 28.1 114.6, 28.0 114.5))",
            "矿区范围见附图",
        ];
        for text in refused {
            assert!(Boundary::parse(text).is_err(), "{text}");
        }
    }
}

//! How far outside an area is a position? Bounding boxes first, then the sides that they leave, in metres on a plane.

use geo::{BoundingRect, Coord, LineString, MultiPolygon, coord};

/// Squared eccentricity of WGS-84.
const E2: f64 = 0.006_694_379_990_14;

/// Semi-major axis of WGS-84, m.
const A_M: f64 = 6_378_137.0;

/// Sides that share a bounding box: few enough to test all, enough that the boxes of a long boundary are few.
const SIDES_PER_BOX: usize = 12;

/// A licensed area in metres, ready for many positions.
#[derive(Clone, Debug)]
pub struct Area {
    plane: Plane,
    parts: Vec<Part>,
}

/// A polygon with its holes.
#[derive(Clone, Debug)]
struct Part {
    bounds: Bounds,
    boxes: Vec<(Bounds, Vec<Side>)>,
}

/// From a corner to the next.
#[derive(Clone, Copy, Debug)]
struct Side {
    a: Coord<f64>,
    b: Coord<f64>,
}

#[derive(Clone, Copy, Debug)]
struct Bounds {
    min: Coord<f64>,
    max: Coord<f64>,
}

impl Area {
    /// Prepares an area that is given in degrees.
    pub(super) fn of(polygons: &MultiPolygon<f64>) -> Self {
        let centre = polygons.bounding_rect().map_or(coord! { x: 0.0, y: 0.0 }, |rect| rect.center());
        let plane = Plane::at(centre.y, centre.x);
        let parts = polygons.iter().map(|p| {
            let rings = std::iter::once(p.exterior()).chain(p.interiors());
            let boxes: Vec<_> = rings.flat_map(|ring| boxes(&sides(ring, plane))).collect();
            Part { bounds: boxes.iter().fold(Bounds::EMPTY, |all, (b, _)| all.with(*b)), boxes }
        });
        Self { plane, parts: parts.collect() }
    }

    /// Whole metres from a position to the area, rounded down; 0 inside. A hole is outside.
    #[must_use]
    pub fn outside_m(&self, lat: f64, lon: f64) -> i64 {
        let point = self.plane.metres(lat, lon);
        if self.parts.iter().any(|part| part.holds(point)) {
            return 0;
        }
        let nearest = self.parts.iter().fold(f64::INFINITY, |nearest, part| part.nearest_m2(point, nearest));
        #[expect(clippy::cast_possible_truncation, reason = "no distance on earth leaves an i64 of metres")]
        let whole = libm::sqrt(nearest).floor() as i64;
        whole
    }
}

impl Part {
    /// Whether a ray to the east crosses the rings an odd number of times.
    fn holds(&self, point: Coord<f64>) -> bool {
        if !self.bounds.holds(point) {
            return false;
        }
        let ahead = |b: &Bounds| b.min.y <= point.y && point.y <= b.max.y && b.max.x >= point.x;
        let sides = self.boxes.iter().filter(|(bounds, _)| ahead(bounds)).flat_map(|(_, sides)| sides);
        sides.filter(|side| side.crosses_east_of(point)).count() % 2 == 1
    }

    /// Square of the distance to the nearest side, or `nearest` if none is nearer.
    fn nearest_m2(&self, point: Coord<f64>, nearest: f64) -> f64 {
        if self.bounds.away_m2(point) >= nearest {
            return nearest;
        }
        self.boxes.iter().fold(nearest, |nearest, (bounds, sides)| {
            if bounds.away_m2(point) >= nearest { nearest } else { sides.iter().map(|s| s.away_m2(point)).fold(nearest, f64::min) }
        })
    }
}

impl Side {
    fn crosses_east_of(&self, p: Coord<f64>) -> bool {
        let Self { a, b } = *self;
        (a.y > p.y) != (b.y > p.y) && p.x < a.x + (b.x - a.x) * (p.y - a.y) / (b.y - a.y)
    }

    fn away_m2(&self, p: Coord<f64>) -> f64 {
        let (side, to) = (self.b - self.a, p - self.a);
        let length = side.x * side.x + side.y * side.y;
        let along = if length > 0.0 { ((to.x * side.x + to.y * side.y) / length).clamp(0.0, 1.0) } else { 0.0 };
        let away = to - side * along;
        away.x * away.x + away.y * away.y
    }
}

impl Bounds {
    const EMPTY: Self =
        Self { min: Coord { x: f64::INFINITY, y: f64::INFINITY }, max: Coord { x: f64::NEG_INFINITY, y: f64::NEG_INFINITY } };

    fn with(self, other: Self) -> Self {
        Self {
            min: coord! { x: self.min.x.min(other.min.x), y: self.min.y.min(other.min.y) },
            max: coord! { x: self.max.x.max(other.max.x), y: self.max.y.max(other.max.y) },
        }
    }

    fn holds(&self, p: Coord<f64>) -> bool {
        self.min.x <= p.x && p.x <= self.max.x && self.min.y <= p.y && p.y <= self.max.y
    }

    fn away_m2(&self, p: Coord<f64>) -> f64 {
        let (x, y) = ((self.min.x - p.x).max(p.x - self.max.x).max(0.0), (self.min.y - p.y).max(p.y - self.max.y).max(0.0));
        x * x + y * y
    }
}

fn sides(ring: &LineString<f64>, plane: Plane) -> Vec<Side> {
    ring.lines().map(|line| Side { a: plane.metres(line.start.y, line.start.x), b: plane.metres(line.end.y, line.end.x) }).collect()
}

fn boxes(sides: &[Side]) -> Vec<(Bounds, Vec<Side>)> {
    let bounds = |sides: &[Side]| {
        sides.iter().fold(Bounds::EMPTY, |all, s| all.with(Bounds { min: s.a, max: s.a }).with(Bounds { min: s.b, max: s.b }))
    };
    sides.chunks(SIDES_PER_BOX).map(|chunk| (bounds(chunk), chunk.to_vec())).collect()
}

/// Whether two sides of a ring cross, each strictly between the ends of the other; sides that only touch do no harm.
pub(super) fn crosses_itself(ring: &LineString<f64>) -> bool {
    let turn = |a: Coord<f64>, b: Coord<f64>, c: Coord<f64>| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    let apart = |s: f64, t: f64| (s > 0.0 && t < 0.0) || (s < 0.0 && t > 0.0);
    let lines: Vec<_> = ring.lines().collect();
    lines.iter().enumerate().any(|(i, s)| {
        lines.iter().skip(i + 2).any(|t| {
            apart(turn(s.start, s.end, t.start), turn(s.start, s.end, t.end))
                && apart(turn(t.start, t.end, s.start), turn(t.start, t.end, s.end))
        })
    })
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

    fn metres(self, lat: f64, lon: f64) -> Coord<f64> {
        coord! { x: (lon - self.lon) * self.east_m_per_degree, y: (lat - self.lat) * self.north_m_per_degree }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Distance, Euclidean, MapCoords, Point, Polygon};
    use proptest::prelude::*;

    /// Star-shaped around 28.05 N, 114.55 E, so that no two sides cross.
    fn star(radii: &[f64], scale: f64) -> LineString<f64> {
        let corner = |(i, radius): (usize, &f64)| {
            let angle = std::f64::consts::TAU * i as f64 / radii.len() as f64;
            coord! { x: 114.55 + scale * radius * angle.cos(), y: 28.05 + scale * radius * angle.sin() }
        };
        LineString::new(radii.iter().enumerate().map(corner).collect())
    }

    proptest! {
        /// The boxes leave nothing out: the distance is that of geo's plain search over all sides.
        #[test]
        fn boxes_change_no_distance(
            radii in proptest::collection::vec(0.01..0.03f64, 3..90), hole in any::<bool>(),
            positions in proptest::collection::vec((28.0..28.1f64, 114.5..114.6f64), 30),
        ) {
            let holes = if hole { vec![star(&radii, 0.3)] } else { Vec::new() };
            let polygons = MultiPolygon::new(vec![Polygon::new(star(&radii, 1.0), holes)]);
            let area = Area::of(&polygons);
            let plain = polygons.map_coords(|c| area.plane.metres(c.y, c.x));
            for (lat, lon) in positions {
                let expected = Euclidean.distance(&Point(area.plane.metres(lat, lon)), &plain).floor() as i64;
                prop_assert_eq!(area.outside_m(lat, lon), expected);
            }
        }

        #[test]
        fn a_regular_ring_does_not_cross_itself_and_two_corners_that_change_places_do(count in 5..40usize, at in any::<prop::sample::Index>()) {
            let radii = vec![0.02; count];
            let mut ring = star(&radii, 1.0);
            ring.close();
            prop_assert!(!crosses_itself(&ring));
            let at = 1 + at.index(radii.len() - 3);
            ring.0.swap(at, at + 1);
            prop_assert!(crosses_itself(&ring));
        }
    }
}

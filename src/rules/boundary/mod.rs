//! Which area does a licence allow? Its boundary as written, read into degrees, and how far outside a position lies.
//!
//! Written as WKT or as a list of corners, in degrees or in the metres of a Gauss–Krüger grid. What can't be read without a
//! guess is not read: the rule `boundary-unreadable` says why.

mod area;
mod corners;
mod gauss;
mod token;

pub use area::Area;

use crate::text::Said;
use corners::{Corner, Half, Ring};
use gauss::Zone;
use geo::{Contains, Coord, LineString, MultiPolygon, Point, Polygon, coord};
use wkt::TryFromWkt;

/// Why a text is no boundary.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} / {}", self.says().zh, self.says().en)]
pub enum BoundaryError {
    /// WKT that is broken, or no polygon.
    Syntax(String),
    /// A piece of a list of corners that can't be explained.
    Word(String),
    /// A coordinate without its partner.
    Pair(String),
    /// A corner's number is left out.
    Missing(u32),
    /// A ring with fewer than three corners encloses nothing.
    Empty,
    /// WKT with latitude in front, or with numbers that are neither degrees nor a grid.
    Degrees,
    /// Metres of a grid and degrees in one boundary, or some eastings with and some without a zone.
    Mixed,
    /// Corners of another reference frame.
    Frame(String),
    /// Metres without a zone, and nothing that tells it.
    Zone,
    /// Metres without a zone, and no zone puts them near the place; so many km away.
    NoZone(i64),
    /// The zone in the text and the one in front of the eastings differ.
    TwoZones,
    /// The area lies so many km away from its site.
    Far(i64),
    /// The sides of a ring cross each other: the corners are out of order.
    Crossing,
    /// A part to be taken out lies in no part of the area.
    Hole,
}

impl BoundaryError {
    /// The reason in both languages.
    #[must_use]
    pub fn says(&self) -> Said {
        let (zh, en) = match self {
            Self::Syntax(why) => (format!("WKT 有误（{why}）"), format!("the WKT is broken ({why})")),
            Self::Word(what) => (format!("看不懂“{what}”"), format!("\"{what}\" has no meaning here")),
            Self::Pair(what) => (format!("坐标“{what}”不成对"), format!("the coordinate \"{what}\" has no partner")),
            Self::Missing(number) => (format!("缺少 {number} 号拐点"), format!("corner {number} is left out")),
            Self::Empty => ("一圈拐点少于三个".to_owned(), "a ring has fewer than three corners".to_owned()),
            Self::Degrees => (
                "坐标既不是先经度后纬度的度数，也不是高斯-克吕格坐标".to_owned(),
                "the coordinates are neither degrees, longitude first, nor a Gauss-Kruger grid".to_owned(),
            ),
            Self::Mixed => (
                "度数与米、有带号与无带号的坐标混用".to_owned(),
                "degrees and metres, or eastings with and without a zone, are mixed".to_owned(),
            ),
            Self::Frame(frame) => (
                format!("坐标系（{frame}）不是 CGCS2000，没有公开的转换参数"),
                format!("the reference frame ({frame}) is not CGCS2000, and its transformation is not public"),
            ),
            Self::Zone => (
                "坐标没有带号，场所和所在县也没有登记位置，分带无法确定".to_owned(),
                "the eastings name no zone, and neither the site nor its county has a position that tells it".to_owned(),
            ),
            Self::NoZone(km) => (
                format!("坐标没有带号，按最接近的分带也离场所 {km} 公里"),
                format!("the eastings name no zone, and the nearest zone puts the area {km} km away from the site"),
            ),
            Self::TwoZones => {
                ("文字中的分带与坐标前的带号不一致".to_owned(), "the zone in the text is not the one in front of the eastings".to_owned())
            }
            Self::Far(km) => (
                format!("矿区范围离场所的登记位置 {km} 公里"),
                format!("the area lies {km} km away from the registered position of its site"),
            ),
            Self::Crossing => ("边线相交，拐点次序有误".to_owned(), "sides cross each other: the corners are out of order".to_owned()),
            Self::Hole => ("扣除的部分不在矿区范围内".to_owned(), "a part to be taken out lies outside of the area".to_owned()),
        };
        Said::new(zh, en)
    }
}

/// What is known of where a licence's site lies, latitude and longitude in degrees: it tells the zone of a grid, and an area
/// that lies elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// The registered position of the site.
    pub site: Option<(f64, f64)>,
    /// The middle of the county, from the positions of its other sites.
    pub county: Option<(f64, f64)>,
}

/// A licensed area is a few kilometres wide and its site lies in it or beside it. Fifty kilometres from it, one of the two
/// positions is wrong, and nobody may be accused by either.
const SITE_REACH_KM: f64 = 50.0;

/// A county is a hundred kilometres wide at most, neighbouring zones lie three degrees (in China 180 to 330 km) apart: within
/// this reach of a county there is one zone at most.
const COUNTY_REACH_KM: f64 = 85.0;

/// A licensed area in degrees.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundary(MultiPolygon<f64>);

impl Boundary {
    /// Reads a boundary of which nothing else is known: metres need the zone in their text.
    ///
    /// # Errors
    /// [`BoundaryError`].
    pub fn parse(text: &str) -> Result<Self, BoundaryError> {
        Self::read(text, &Place::default())
    }

    /// Reads a `POLYGON` or `MULTIPOLYGON` with holes, or a list of corners, of a site at this place.
    ///
    /// # Errors
    /// [`BoundaryError`]; what can't be read is never taken for an area without limits.
    pub fn read(text: &str, place: &Place) -> Result<Self, BoundaryError> {
        let text = text.trim();
        let wkt = text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("polygon"))
            || text.get(..12).is_some_and(|start| start.eq_ignore_ascii_case("multipolygon"));
        let polygons = if wkt { of_wkt(text, place)? } else { of_corners(text, place)? };
        let boundary = Self(polygons);
        boundary.check(place)?;
        Ok(boundary)
    }

    /// The rings of its polygons, as (longitude, latitude) in degrees: of each polygon the outer one first, then its holes.
    #[must_use]
    pub fn rings(&self) -> Vec<Vec<Vec<(f64, f64)>>> {
        let ring = |ring: &LineString<f64>| ring.0.iter().map(|c| (c.x, c.y)).collect();
        self.0.iter().map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect()).collect()
    }

    /// The area in metres around its own centre: a licensed area is a few kilometres wide, so a plane does.
    #[must_use]
    pub fn area(&self) -> Area {
        Area::of(&self.0)
    }

    fn lines(&self) -> impl Iterator<Item = &LineString<f64>> {
        self.0.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
    }

    fn check(&self, place: &Place) -> Result<(), BoundaryError> {
        // A closed ring of three corners has four coordinates.
        if self.0.0.is_empty() || self.lines().any(|ring| ring.0.len() < 4) {
            return Err(BoundaryError::Empty);
        }
        if self.lines().any(area::crosses_itself) {
            return Err(BoundaryError::Crossing);
        }
        let away = |site: (f64, f64)| {
            let corners = self.0.iter().flat_map(|p| &p.exterior().0);
            corners.map(|c| kilometres(site, (c.y, c.x))).fold(f64::INFINITY, f64::min)
        };
        match place.site.map(away) {
            Some(km) if km > SITE_REACH_KM => Err(BoundaryError::Far(whole(km))),
            _ => Ok(()),
        }
    }
}

fn of_wkt(text: &str, place: &Place) -> Result<MultiPolygon<f64>, BoundaryError> {
    let polygons = match MultiPolygon::<f64>::try_from_wkt_str(text) {
        Ok(polygons) => polygons,
        Err(error) => match Polygon::<f64>::try_from_wkt_str(text) {
            Ok(polygon) => MultiPolygon::new(vec![polygon]),
            Err(_) => return Err(BoundaryError::Syntax(error.to_string())),
        },
    };
    let coordinates = || polygons.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())).flat_map(|ring| &ring.0);
    if coordinates().all(|c| c.x.abs() <= 180.0 && c.y.abs() <= 90.0) {
        return Ok(polygons);
    }
    let corners: Vec<Corner> = coordinates().map(|c| grid_corner(*c)).collect::<Result<_, _>>()?;
    let mut degrees = in_degrees(&corners, None, place)?.into_iter();
    let mut ring = |ring: &LineString<f64>| LineString::new(degrees.by_ref().take(ring.0.len()).collect());
    let polygons = polygons.iter().map(|p| {
        let exterior = ring(p.exterior());
        Polygon::new(exterior, p.interiors().iter().map(&mut ring).collect())
    });
    Ok(MultiPolygon::new(polygons.collect()))
}

/// Northing and easting in either order: software writes both, and they are told apart by their size.
fn grid_corner(c: Coord<f64>) -> Result<Corner, BoundaryError> {
    let half = |value| corners::grid(value).ok().flatten().ok_or(BoundaryError::Degrees);
    match (half(c.x)?, half(c.y)?) {
        (Half::East(easting_m, zone), Half::North(northing_m)) | (Half::North(northing_m), Half::East(easting_m, zone)) => {
            Ok(Corner::Grid { northing_m, easting_m, zone })
        }
        _ => Err(BoundaryError::Degrees),
    }
}

fn of_corners(text: &str, place: &Place) -> Result<MultiPolygon<f64>, BoundaryError> {
    let list = corners::list(text)?;
    let corners: Vec<Corner> = list.rings.iter().flat_map(|r| r.corners.iter().copied()).collect();
    let mut degrees = in_degrees(&corners, list.zone, place)?.into_iter();
    let ring = |ring: &Ring| Polygon::new(LineString::new(degrees.by_ref().take(ring.corners.len()).collect()), Vec::new());
    let rings: Vec<Polygon<f64>> = list.rings.iter().map(ring).collect();
    let (holes, mut parts): (Vec<_>, Vec<_>) = list.rings.iter().zip(rings).partition(|(ring, _)| ring.hole);
    for (_, hole) in holes {
        let first = hole.exterior().0.first().copied().map(Point::from);
        let part = first.and_then(|first| parts.iter_mut().find(|(_, part)| part.contains(&first)));
        let (_, part) = part.ok_or(BoundaryError::Hole)?;
        part.interiors_push(hole.exterior().clone());
    }
    // A ring within another that nothing says to be taken out counts as part of the area: nobody is accused by a guess.
    Ok(MultiPolygon::new(parts.into_iter().map(|(_, part)| part).collect()))
}

/// The corners as longitude and latitude.
fn in_degrees(corners: &[Corner], written: Option<Zone>, place: &Place) -> Result<Vec<Coord<f64>>, BoundaryError> {
    let grid = |c: &Corner| match c {
        Corner::Grid { northing_m, easting_m, zone } => Some((*northing_m, *easting_m, *zone)),
        Corner::Degrees { .. } => None,
    };
    let metres: Vec<_> = corners.iter().filter_map(grid).collect();
    if metres.is_empty() {
        return Ok(corners
            .iter()
            .filter_map(|c| if let Corner::Degrees { lat, lon } = c { Some(coord! { x: *lon, y: *lat }) } else { None })
            .collect());
    }
    let with_zone = metres.iter().filter(|(_, _, zone)| zone.is_some()).count();
    if metres.len() < corners.len() || (with_zone > 0 && with_zone < metres.len()) {
        return Err(BoundaryError::Mixed);
    }
    if written.is_some_and(|w| metres.iter().any(|(_, _, zone)| zone.is_some_and(|z| z != w))) {
        return Err(BoundaryError::TwoZones);
    }
    let told = if with_zone > 0 { None } else { Some(written.map_or_else(|| zone_at(metres.first().copied(), place), Ok)?) };
    let degrees = metres.into_iter().filter_map(|(northing_m, easting_m, zone)| {
        let (lat, lon) = zone.or(told)?.degrees(northing_m, easting_m);
        Some(coord! { x: lon, y: lat })
    });
    Ok(degrees.collect())
}

/// The zone that puts a corner near its place.
fn zone_at(corner: Option<(f64, f64, Option<Zone>)>, place: &Place) -> Result<Zone, BoundaryError> {
    let (near, reach_km) = match (place.site, place.county) {
        (Some(site), _) => (site, SITE_REACH_KM),
        (None, Some(county)) => (county, COUNTY_REACH_KM),
        (None, None) => return Err(BoundaryError::Zone),
    };
    let (northing_m, easting_m, _) = corner.ok_or(BoundaryError::Empty)?;
    let away = |zone: &Zone| kilometres(near, zone.degrees(northing_m, easting_m));
    let nearest = Zone::all().map(|zone| (away(&zone), zone)).min_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((km, zone)) if km <= reach_km => Ok(zone),
        Some((km, _)) => Err(BoundaryError::NoZone(whole(km))),
        None => Err(BoundaryError::Zone),
    }
}

/// Kilometres between two positions, on a sphere of the IUGG mean radius: right within half a percent.
fn kilometres(a: (f64, f64), b: (f64, f64)) -> f64 {
    const RADIUS_KM: f64 = 6_371.008_8;
    let half = |x: f64, y: f64| libm::sin((x - y).to_radians() / 2.0);
    let (lat, lon) = (half(a.0, b.0), half(a.1, b.1));
    let h = lat * lat + libm::cos(a.0.to_radians()) * libm::cos(b.0.to_radians()) * lon * lon;
    2.0 * RADIUS_KM * libm::asin(libm::sqrt(h.min(1.0)))
}

fn whole(km: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "no distance on earth leaves an i64 of kilometres")]
    let whole = km.round() as i64;
    whole
}

#[cfg(test)]
mod tests;

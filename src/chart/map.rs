//! Where are the licensed areas of a site, and where was its ore loaded? Outlines with holes, positions, north, scale, graticule.

use super::style::{
    BLUE, Canvas, Drawn, GREY, GRID, INK, Line, MUTED, NAVY, PALE, PALEST, PAPER, Pen, SMALL, VERMILION, WIDTH, Weight, width,
};
use super::{Key, Mark, empty};
use crate::text::{Lang, grouped};

/// The picture's data. Positions are (longitude, latitude) in millionths of a degree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// Title for people.
    pub title: String,
    /// Licensed areas.
    pub areas: Vec<Area>,
    /// Loading positions.
    pub spots: Vec<Dot>,
    /// Where the register of sites puts it.
    pub site: Option<(i64, i64)>,
    /// Tickets without a position.
    pub unplaced: u64,
    /// Licences without an area, or with one that can't be read.
    pub without_area: u64,
}

/// A licensed area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Number of the licence.
    pub name: String,
    /// Whether the licence is in force on the last day of the records.
    pub in_force: bool,
    /// Rings of every polygon, outer and holes alike.
    pub rings: Vec<Vec<(i64, i64)>>,
}

/// Tickets loaded at about one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dot {
    /// Where.
    pub at: (i64, i64),
    /// Tickets.
    pub tickets: u64,
    /// A finding says: outside, beyond the error of positions.
    pub outside: bool,
}

const TOP: i32 = 112;
const LEFT: i32 = 58;
const RIGHT: i32 = WIDTH - 16;
const TALLEST: i32 = 560;
const LEAST: i32 = 220;

/// Metres of a degree of latitude at 28° north (series of WGS-84): the scale bar needs no better.
const DEGREE_M: f64 = 110_820.0;

/// From millionths of a degree to pixels: a plane whose east is shortened by the cosine of the middle latitude.
#[derive(Clone, Copy, Debug)]
struct View {
    west: f64,
    north: f64,
    per_lon: f64,
    per_lat: f64,
    bottom: i32,
}

impl View {
    fn around(points: &[(i64, i64)]) -> Option<Self> {
        let west = points.iter().map(|p| p.0).min()?;
        let east = points.iter().map(|p| p.0).max()?;
        let south = points.iter().map(|p| p.1).min()?;
        let north = points.iter().map(|p| p.1).max()?;
        let middle = (float(south) + float(north)) / 2e6;
        let shorter = libm::cos(middle.to_radians()).max(0.05);
        // A single place is shown with some 500 m around it.
        let (wide, tall) = ((float(east - west) * shorter).max(6_000.0) * 1.16, float(north - south).max(4_000.0) * 1.16);
        let per_lat = (f64::from(RIGHT - LEFT) / wide).min(f64::from(TALLEST) / tall);
        let height = whole(tall * per_lat).clamp(LEAST, TALLEST);
        let per_lon = per_lat * shorter;
        let (mid_lon, mid_lat) = ((float(west) + float(east)) / 2.0, (float(south) + float(north)) / 2.0);
        Some(Self {
            west: mid_lon - f64::from(RIGHT - LEFT) / 2.0 / per_lon,
            north: mid_lat + f64::from(height) / 2.0 / per_lat,
            per_lon,
            per_lat,
            bottom: TOP + height,
        })
    }

    fn x(&self, lon: i64) -> i32 {
        LEFT + whole((float(lon) - self.west) * self.per_lon)
    }

    fn y(&self, lat: i64) -> i32 {
        TOP + whole((self.north - float(lat)) * self.per_lat)
    }

    fn at(&self, (lon, lat): (i64, i64)) -> (i32, i32) {
        (self.x(lon), self.y(lat))
    }

    /// Metres of a pixel.
    fn metres(&self) -> f64 {
        DEGREE_M / 1e6 / self.per_lat
    }

    /// Degrees at which lines stand, millionths, over a span of pixels.
    fn lines(&self, from: f64, per: f64, pixels: i32) -> Vec<i64> {
        let span = f64::from(pixels) / per;
        let step = STEPS.iter().copied().find(|s| span / float(*s) <= 5.0).unwrap_or(1_000_000);
        let first = whole_i64(from / float(step)).saturating_add(1);
        (0..12).map(|i| (first + i) * step).take_while(|v| float(*v) < from + span).collect()
    }
}

/// Distances of lines of the graticule, millionths of a degree.
const STEPS: [i64; 12] = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 5_000_000];

fn float(value: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "millionths of degrees are far below 2^53")]
    let float = value as f64;
    float
}

fn whole(value: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "pixels; clamped to a sheet a thousand times as wide")]
    let whole = value.round().clamp(-1e6, 1e6) as i32;
    whole
}

fn whole_i64(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a count of steps in 360 degrees")]
    let whole = value.floor().clamp(-1e9, 1e9) as i64;
    whole
}

/// The map; without any position it says so.
#[must_use]
pub fn svg(map: &Map, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let rings = map.areas.iter().flat_map(|a| &a.rings).flatten().copied();
    let points: Vec<(i64, i64)> = rings.chain(map.spots.iter().map(|s| s.at)).chain(map.site).collect();
    let Some(view) = View::around(&points) else {
        return empty(
            &map.title,
            if zh {
                "没有矿区范围、装车坐标或场所坐标"
            } else {
                "no licensed area, no loading position, no position of the site"
            },
        );
    };
    let mut canvas = Canvas::new(WIDTH, view.bottom + 62, &map.title, &describes(map, zh));
    canvas.heading(&map.title, &counted(map, zh));
    let keys = keys(map, zh);
    let (marks, _) = canvas.legend(66, &keys);
    for area in &map.areas {
        let rings: Vec<Vec<(i32, i32)>> = area.rings.iter().map(|ring| ring.iter().map(|p| view.at(*p)).collect()).collect();
        let (fill, edge) = if area.in_force { (PALE, NAVY) } else { (PALEST, GREY) };
        canvas.area(&rings, fill, edge);
    }
    let (lons, lats) = graticule(&view);
    words(&mut canvas, &view, (&lons, &lats), zh);
    tips(&mut canvas, &view, map, zh);
    let mut spots = map.spots.clone();
    // What is outside is drawn last, so that nothing hides it.
    spots.sort_by_key(|s| (s.outside, s.at, s.tickets));
    canvas.finish(|pen| {
        frame(pen, &view, &lons, &lats)?;
        for spot in &spots {
            let (at, radius) = (view.at(spot.at), radius(spot.tickets));
            if spot.outside {
                pen.dot(at, radius + 1, PAPER, 1.0)?;
            }
            pen.dot(at, radius, if spot.outside { VERMILION } else { BLUE }, 1.0)?;
        }
        if let Some(site) = map.site {
            pen.diamond(view.at(site), 8, PAPER)?;
            pen.diamond(view.at(site), 6, INK)?;
        }
        scale_bar(pen, &view)?;
        north(pen, &view)?;
        pen.marks(&marks)
    })
}

/// Meridians and parallels, millionths of a degree.
fn graticule(view: &View) -> (Vec<i64>, Vec<i64>) {
    let tall = view.bottom - TOP;
    let south = view.north - f64::from(tall) / view.per_lat;
    (view.lines(view.west, view.per_lon, RIGHT - LEFT), view.lines(south, view.per_lat, tall))
}

const fn radius(tickets: u64) -> i32 {
    match tickets {
        0..=2 => 3,
        3..=20 => 4,
        21..=200 => 5,
        _ => 7,
    }
}

fn keys(map: &Map, zh: bool) -> Vec<Key<'static>> {
    let mut keys = Vec::new();
    let mut key = |there: bool, colour, mark, zh_says, en_says| {
        if there {
            keys.push(Key { colour, mark, says: if zh { zh_says } else { en_says } });
        }
    };
    key(map.areas.iter().any(|a| a.in_force), NAVY, Mark::Line, "矿区范围（在期）", "licensed area, in force");
    key(map.areas.iter().any(|a| !a.in_force), GREY, Mark::Line, "矿区范围（已到期、停用）", "licensed area, lapsed or stopped");
    key(map.spots.iter().any(|s| !s.outside), BLUE, Mark::Dot, "装车位置", "loaded");
    key(
        map.spots.iter().any(|s| s.outside),
        VERMILION,
        Mark::Dot,
        "装车位置，范围外（超出定位误差，有线索）",
        "loaded outside, beyond positioning error (finding)",
    );
    key(map.site.is_some(), INK, Mark::Diamond, "名录所载位置", "place in the register");
    keys
}

fn tickets(map: &Map, outside: bool) -> u64 {
    map.spots.iter().filter(|s| s.outside == outside).map(|s| s.tickets).sum()
}

fn count(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

fn counted(map: &Map, zh: bool) -> String {
    let (inside, outside) = (count(tickets(map, false)), count(tickets(map, true)));
    let mut says = if zh {
        format!("磅单：范围外（线索）{outside} 张，其余有坐标 {inside} 张，无坐标 {} 张", count(map.unplaced))
    } else {
        format!("tickets: {outside} outside (findings), {inside} others with a position, {} without", count(map.unplaced))
    };
    if map.without_area > 0 {
        says.push_str(&if zh {
            format!("；{} 条许可没有可读的范围", map.without_area)
        } else {
            format!("; {} licence rows without a readable area", map.without_area)
        });
    }
    says
}

fn describes(map: &Map, zh: bool) -> String {
    let areas = map.areas.len();
    if zh { format!("{areas} 个矿区范围；{}", counted(map, zh)) } else { format!("{areas} licensed areas; {}", counted(map, zh)) }
}

/// `114.52°E`, with as many decimals as the step needs.
fn degrees(e6: i64, letter: &str) -> String {
    let (whole, rest) = (e6.abs() / 1_000_000, e6.abs() % 1_000_000);
    let decimals = format!("{rest:06}");
    let mut kept = decimals.trim_end_matches('0').to_owned();
    while kept.len() < 2 {
        kept.push('0');
    }
    format!("{whole}.{kept}°{letter}")
}

fn words(canvas: &mut Canvas, view: &View, (lons, lats): (&[i64], &[i64]), zh: bool) {
    for lon in lons {
        let x = view.x(*lon);
        let label = degrees(*lon, if *lon < 0 { "W" } else { "E" });
        if x - width(&label, 12) / 2 > LEFT - 20 && x + width(&label, 12) / 2 < WIDTH {
            canvas.text(x, view.bottom + 17, &label, Line { anchor: "middle", ..SMALL });
        }
    }
    for lat in lats {
        canvas.text(
            LEFT - 6,
            view.y(*lat) + 4,
            &degrees(*lat, if *lat < 0 { "S" } else { "N" }),
            Line { anchor: "end", size: 11, ..SMALL },
        );
    }
    let (metres, pixels) = bar(view);
    let label = if metres >= 1000 {
        format!("{} {}", metres / 1000, if zh { "公里" } else { "km" })
    } else {
        format!("{metres} {}", if zh { "米" } else { "m" })
    };
    canvas.text(LEFT + pixels + 10, view.bottom + 46, &label, Line { colour: INK, ..SMALL });
    canvas.text(RIGHT - 22, TOP + 20, if zh { "北" } else { "N" }, Line { anchor: "middle", size: 13, colour: INK, weight: Weight::Bold });
    let says = if zh {
        "WGS-84；点为约 25 米格内磅单的平均位置"
    } else {
        "WGS-84; a dot is the mean position of the tickets in a cell of some 25 m"
    };
    canvas.text(RIGHT, view.bottom + 46, says, Line { anchor: "end", ..SMALL });
}

fn tips(canvas: &mut Canvas, view: &View, map: &Map, zh: bool) {
    for spot in map.spots.iter().filter(|s| s.outside) {
        let (x, y) = view.at(spot.at);
        let at = format!("{}, {}", degrees(spot.at.1, "N"), degrees(spot.at.0, "E"));
        let says = if zh {
            format!("范围外装车 {} 张：{at}", spot.tickets)
        } else {
            format!("{} tickets loaded outside: {at}", spot.tickets)
        };
        canvas.tip((x - 5, y - 5), (x + 5, y + 5), &says);
    }
}

fn frame(pen: &mut Pen, view: &View, lons: &[i64], lats: &[i64]) -> Drawn {
    for lon in lons {
        pen.line((view.x(*lon), TOP), (view.x(*lon), view.bottom), GRID, 1)?;
    }
    for lat in lats {
        pen.line((LEFT, view.y(*lat)), (RIGHT, view.y(*lat)), GRID, 1)?;
    }
    pen.path(vec![(LEFT, TOP), (RIGHT, TOP), (RIGHT, view.bottom), (LEFT, view.bottom), (LEFT, TOP)], MUTED, 1)
}

/// A round number of metres and its pixels: about a fifth of the width.
fn bar(view: &View) -> (i64, i32) {
    let most = view.metres() * f64::from(RIGHT - LEFT) / 4.0;
    let mut best = 10;
    for power in 1..7 {
        for lead in [1, 2, 5] {
            let metres = lead * 10_i64.pow(power);
            if float(metres) <= most {
                best = metres;
            }
        }
    }
    (best, whole(float(best) / view.metres()))
}

fn scale_bar(pen: &mut Pen, view: &View) -> Drawn {
    let (_, pixels) = bar(view);
    let y = view.bottom + 38;
    pen.rect((LEFT, y), (LEFT + pixels / 2, y + 6), INK)?;
    pen.path(vec![(LEFT, y), (LEFT + pixels, y), (LEFT + pixels, y + 6), (LEFT, y + 6), (LEFT, y)], INK, 1)
}

fn north(pen: &mut Pen, _: &View) -> Drawn {
    let (x, y) = (RIGHT - 22, TOP + 26);
    pen.shape(vec![(x, y), (x - 7, y + 26), (x, y + 20)], INK)?;
    pen.path(vec![(x, y), (x + 7, y + 26), (x, y + 20), (x, y)], INK, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn square() -> Area {
        let ring = |west, south, east, north| vec![(west, south), (east, south), (east, north), (west, north), (west, south)];
        Area {
            name: "C1".to_owned(),
            in_force: true,
            rings: vec![ring(114_500_000, 28_000_000, 114_520_000, 28_020_000), ring(114_508_000, 28_008_000, 114_512_000, 28_012_000)],
        }
    }

    fn map(spots: Vec<Dot>) -> Map {
        Map { title: "白石岭矿".to_owned(), areas: vec![square()], spots, site: None, unplaced: 3, without_area: 0 }
    }

    /// Even-odd rule on pixels.
    fn holds(rings: &[Vec<(i32, i32)>], (x, y): (i32, i32)) -> bool {
        let (x, y) = (f64::from(x), f64::from(y));
        let crossed = rings.iter().flat_map(|ring| ring.windows(2)).filter(|edge| {
            let ((x1, y1), (x2, y2)) = ((f64::from(edge[0].0), f64::from(edge[0].1)), (f64::from(edge[1].0), f64::from(edge[1].1)));
            (y1 > y) != (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
        });
        crossed.count() % 2 == 1
    }

    proptest! {
        #[test]
        fn a_point_inside_is_drawn_inside_and_one_in_a_hole_or_outside_is_not(lon in 114_495_000_i64..114_525_000, lat in 27_995_000_i64..28_025_000) {
            let (area, dot) = (square(), (lon, lat));
            let points: Vec<(i64, i64)> = area.rings.iter().flatten().copied().chain([dot]).collect();
            let view = View::around(&points).unwrap();
            let near = |v: i64, edges: &[i64]| edges.iter().any(|e| (v - e).abs() < 120);
            // Within a pixel of an edge the drawing can't tell.
            prop_assume!(!near(lon, &[114_500_000, 114_520_000, 114_508_000, 114_512_000]) && !near(lat, &[28_000_000, 28_020_000, 28_008_000, 28_012_000]));
            let between = |v: i64, from: i64, to: i64| (from..to).contains(&v);
            let outer = between(lon, 114_500_000, 114_520_000) && between(lat, 28_000_000, 28_020_000);
            let hole = between(lon, 114_508_000, 114_512_000) && between(lat, 28_008_000, 28_012_000);
            let rings: Vec<Vec<(i32, i32)>> = area.rings.iter().map(|r| r.iter().map(|p| view.at(*p)).collect()).collect();
            prop_assert_eq!(holds(&rings, view.at(dot)), outer && !hole);
            let (x, y) = view.at(dot);
            prop_assert!((LEFT..=RIGHT).contains(&x) && (TOP..=view.bottom).contains(&y));
        }
    }

    #[test]
    fn north_is_up_east_is_right_and_a_kilometre_is_as_long_both_ways() {
        let view = View::around(&square().rings[0]).unwrap();
        assert!(view.y(28_020_000) < view.y(28_000_000) && view.x(114_500_000) < view.x(114_520_000));
        // At 28.01° a degree of longitude is cos 28.01° = 0.883 of one of latitude.
        let (east, north) = (view.x(114_520_000) - view.x(114_500_000), view.y(28_000_000) - view.y(28_020_000));
        assert!((f64::from(east) / f64::from(north) - 0.883).abs() < 0.01, "{east} {north}");
        // 0.02 degrees of latitude are 2216 m.
        assert!((f64::from(north) * view.metres() - 2216.0).abs() < 10.0);
    }

    #[test]
    fn a_map_says_what_is_outside_and_what_has_no_position() {
        let dot = |lon, outside| Dot { at: (lon, 28_005_000), tickets: 4, outside };
        let svg = svg(&map(vec![dot(114_505_000, false), dot(114_530_000, true)]), Lang::Zh);
        assert!(svg.contains("范围外（线索）4 张，其余有坐标 4 张，无坐标 3 张") && svg.contains("fill-rule=\"evenodd\""));
        assert!(svg.contains("114.51°E") || svg.contains("114.51") && svg.contains("28.01°N"), "{svg}");
        let nothing = Map { areas: Vec::new(), spots: Vec::new(), ..map(Vec::new()) };
        assert!(super::svg(&nothing, Lang::En).contains("no licensed area"));
    }
}

//! Which companies, places and roads does the basin have?

use super::bridge::{self, Bridge};
use super::constants as c;
use super::deposit::Deposit;
use super::launder;
use super::names;
use super::output::planned;
use super::plant::{self, Part};
use super::rng::{Rng, float, round};
use super::{Calendar, Options, Plan};
use crate::records::ids::credit_code_check;

/// What a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Mine,
    Exploration,
    Construction,
    Restoration,
    Stockyard,
    Concentrator,
    Smelter,
    Trader,
    SlagUser,
    /// In no register; ore comes from it.
    Unknown,
    /// Outside the basin; buys carbonate.
    Outside,
}

impl Kind {
    /// The id of the register; `None`: in no register.
    pub(super) const fn id(self) -> Option<&'static str> {
        Some(match self {
            Self::Mine => "mine",
            Self::Exploration => "exploration",
            Self::Construction => "construction",
            Self::Restoration => "restoration",
            Self::Stockyard => "stockyard",
            Self::Concentrator => "concentrator",
            Self::Smelter => "smelter",
            Self::Trader => "trader",
            Self::SlagUser => "slag_user",
            Self::Unknown | Self::Outside => return None,
        })
    }
}

/// A company of the register.
pub(super) struct Company {
    pub(super) credit_code: String,
    pub(super) name: String,
    pub(super) group: Option<String>,
}

/// A position, 1e-5 degrees north and east: some metre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) lat_e5: i32,
    pub(super) lon_e5: i32,
}

/// A place that trucks leave or reach.
pub(super) struct Place {
    pub(super) kind: Kind,
    /// Id in the register, or a code for its tickets.
    pub(super) code: String,
    pub(super) name: String,
    /// How its own and others' tickets name it.
    pub(super) written: String,
    pub(super) company: Option<usize>,
    pub(super) county: usize,
    pub(super) at: Point,
    pub(super) capacity_kg_per_year: Option<i64>,
    pub(super) green: Option<&'static str>,
    pub(super) source: Option<Source>,
    pub(super) plant: Option<Plant>,
    /// Rank among the places of its kind by what is planned to arrive, from 0.
    pub(super) rank: usize,
    /// Where its product goes: place and weight.
    pub(super) to: Vec<(usize, u64)>,
}

/// Where ore is dug.
pub(super) struct Source {
    /// The part that a mine plays; `None`: no mine.
    pub(super) part: Option<Part>,
    /// How strongly it plays it; 0: nothing is planted here.
    pub(super) strength: f64,
    /// Number among the mines.
    pub(super) mine: usize,
    /// Annual scale, as licensed or (without licence) as it digs, kg.
    pub(super) scale_kg: i64,
    pub(super) deposit: Deposit,
    pub(super) moisture_ppm: i64,
    /// Radius of the pit, m.
    pub(super) radius_m: f64,
    /// Its pits: corners, counter-clockwise.
    pub(super) pits: Vec<Vec<Point>>,
}

/// Where ore or concentrate becomes something else.
pub(super) struct Plant {
    pub(super) recovery: f64,
    pub(super) product_ppm: i64,
    pub(super) moisture_ppm: i64,
    pub(super) slag_per_t: f64,
    pub(super) kwh_per_t: f64,
    pub(super) m3_per_t: f64,
}

/// The basin before anything moves.
pub(super) struct Basin {
    pub(super) companies: Vec<Company>,
    pub(super) places: Vec<Place>,
    /// The weighbridge of each place.
    pub(super) bridges: Vec<Bridge>,
    pub(super) seed: u64,
    pub(super) plan: Plan,
}

/// Tickets of all kinds a ticket of ore from its source; measured once on the sample's settings.
const TICKETS_PER_ORE_TICKET: f64 = 1.58;
/// Mean load, kg; measured once on the sample's settings.
const MEAN_NET_KG: f64 = 26_500.0;
/// 万t in kg.
const WAN_T: f64 = 10_000_000.0;

/// Places without a licence of their own that ship ore: nominal 万t in each of their months.
const SMALL_SOURCE_WAN_T: f64 = 0.9;

/// Lays out the basin.
pub(super) fn lay_out(options: &Options, calendar: &Calendar) -> Basin {
    let mut basin =
        Basin { companies: Vec::new(), places: Vec::new(), bridges: Vec::new(), seed: options.seed, plan: options.plan.clone() };
    let counts = [
        (Kind::Mine, options.mines),
        (Kind::Exploration, 3),
        (Kind::Construction, 1),
        (Kind::Restoration, 2),
        (Kind::Stockyard, 6),
        (Kind::Concentrator, options.concentrators),
        (Kind::Smelter, options.smelters),
        (Kind::Trader, 5),
        (Kind::SlagUser, 3),
        (Kind::Unknown, names::UNKNOWN.len()),
        (Kind::Outside, names::OUTSIDE_BUYERS.len()),
    ];
    for (kind, count) in counts {
        for n in 0..count {
            basin.add(kind, n);
        }
    }
    basin.share_licences();
    basin.scale_down(options, calendar);
    basin.connect();
    basin.join_groups();
    basin.size_plants(calendar);
    launder::prepare(&mut basin);
    basin.bridges = basin.places.iter().enumerate().map(|(n, place)| bridge::of(options.seed, n, place.kind)).collect();
    basin
}

impl Basin {
    /// Places of a kind.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = usize> + '_ {
        self.places.iter().enumerate().filter(move |(_, p)| p.kind == kind).map(|(i, _)| i)
    }

    fn add(&mut self, kind: Kind, n: usize) {
        let number = self.places.len();
        let mut rng = Rng::of(self.seed, "place", number as u64);
        let county = usize::try_from(rng.below(names::COUNTIES.len() as u64)).unwrap_or(0);
        let (_, lat, lon) = names::COUNTIES[county];
        let at = Point { lat_e5: e5(lat + rng.range(-0.11, 0.11)), lon_e5: e5(lon + rng.range(-0.13, 0.13)) };
        let (prefix, name) = title(kind, n, number);
        let code = format!("{prefix}{:02}", n + 1);
        let company = kind.id().is_some().then(|| self.company(kind));
        let written = if kind.id().is_some() && number % 7 == 3 { code.clone() } else { name.clone() };
        let green = matches!(kind, Kind::Mine).then(|| ["yes", "no", "building"][usize::try_from(rng.below(3)).unwrap_or(0)]);
        let source = source(kind, n, (self.seed, number), at, &self.plan, &mut rng);
        let plant = plant_of(kind, &mut rng);
        self.places.push(Place {
            kind,
            code,
            name,
            written,
            company,
            county,
            at,
            capacity_kg_per_year: None,
            green,
            source,
            plant,
            rank: 0,
            to: Vec::new(),
        });
    }

    fn company(&mut self, kind: Kind) -> usize {
        const TRADES: [&str; 3] = ["锂业", "新能源材料", "矿业"];
        let n = self.companies.len();
        let mut rng = Rng::of(self.seed, "company", n as u64);
        let trade = match kind {
            Kind::Mine | Kind::Exploration => "矿业",
            Kind::Stockyard | Kind::Trader => "矿产品贸易",
            Kind::Construction => "建设工程",
            Kind::Restoration => "生态环境",
            Kind::SlagUser => "建材",
            _ => TRADES[usize::try_from(rng.below(3)).unwrap_or(0)],
        };
        // Nearly half of the companies of ore and salt belong to one of six groups.
        let group = (rng.below(100) < 45 && !matches!(kind, Kind::Construction | Kind::Restoration))
            .then(|| format!("{}集团", names::brand(usize::try_from(rng.below(6)).unwrap_or(0))));
        let digits = format!("91369{}00MA{:07}", n % 10, (3_100_417 + n * 7_919) % 10_000_000);
        let stem: String = digits.chars().take(17).collect();
        let check = credit_code_check(&stem).unwrap_or('0');
        self.companies.push(Company {
            credit_code: format!("{stem}{check}"),
            // Whoever meets the name in a report sees that there is no such company.
            name: format!("{}{trade}有限公司（模拟）", names::brand(n + 6)),
            group,
        });
        n
    }

    /// A site that comes under the licence of the one before it has that one's scale.
    fn share_licences(&mut self) {
        for second in 1..self.places.len() {
            let scale_kg = self.places[second - 1].source.as_ref().map(|s| s.scale_kg);
            if let (Some(source), Some(scale_kg)) = (self.places[second].source.as_mut(), scale_kg)
                && source.part.is_some_and(Part::shares_the_licence_before)
            {
                source.scale_kg = scale_kg;
            }
        }
    }

    /// Scales every mass so that the tickets asked for carry it.
    fn scale_down(&mut self, options: &Options, calendar: &Calendar) {
        let nominal: f64 =
            self.places.iter().filter_map(|p| p.source.as_ref().map(|s| (p, s))).map(|(p, s)| planned(p, s, self.seed, calendar)).sum();
        let tickets = float(i64::try_from(options.tickets).unwrap_or(i64::MAX));
        let factor = tickets * MEAN_NET_KG / (nominal * TICKETS_PER_ORE_TICKET).max(1.0);
        for source in self.places.iter_mut().filter_map(|p| p.source.as_mut()) {
            let kg = float(source.scale_kg) * factor;
            source.scale_kg = round(kg / 10_000.0).max(20) * 10_000;
        }
    }

    /// Roads: each source serves two concentrators near it and often a yard; yards and traders serve what follows them.
    fn connect(&mut self) {
        for from in 0..self.places.len() {
            let mut to = Vec::new();
            let mut near = |kind: Kind, count: usize, weight: u64| {
                let mut reach: Vec<(i64, usize)> = self.of(kind).map(|i| (self.road_m(from, i), i)).collect();
                reach.sort_unstable();
                to.extend(reach.into_iter().take(count).enumerate().map(|(rank, (_, i))| (i, weight / (rank as u64 + 1))));
            };
            match self.places[from].kind {
                Kind::Mine => {
                    near(Kind::Concentrator, 2, 60);
                    near(Kind::Stockyard, 1, 25);
                }
                Kind::Exploration | Kind::Construction | Kind::Restoration | Kind::Unknown => {
                    near(Kind::Stockyard, 1, 60);
                    near(Kind::Concentrator, 1, 40);
                }
                Kind::Stockyard => near(Kind::Concentrator, 3, 60),
                Kind::Concentrator => {
                    near(Kind::Smelter, 3, 60);
                    near(Kind::Trader, 1, 12);
                }
                Kind::Trader => near(Kind::Smelter, 2, 60),
                Kind::Smelter => {
                    near(Kind::Outside, 3, 60);
                    near(Kind::SlagUser, 2, 60);
                }
                Kind::SlagUser | Kind::Outside => {}
            }
            self.places[from].to = to;
        }
    }

    /// Some mines and concentrators belong to the group of the plant that they serve most: their sales are related.
    fn join_groups(&mut self) {
        for kind in [Kind::Mine, Kind::Concentrator] {
            for place in self.of(kind).skip(1).step_by(4).collect::<Vec<_>>() {
                let company = |place: usize| self.places[place].company;
                let Some((own, buyer)) = company(place).zip(self.places[place].to.first().and_then(|(to, _)| company(*to))) else {
                    continue;
                };
                let group = self.companies[buyer].group.clone().unwrap_or_else(|| format!("{}集团", names::brand(buyer % 6)));
                self.companies[buyer].group = Some(group.clone());
                self.companies[own].group = Some(group);
            }
        }
    }

    /// Capacities follow from what is planned to arrive.
    fn size_plants(&mut self, calendar: &Calendar) {
        let mut arriving = vec![0.0; self.places.len()];
        for from in self.places.iter().enumerate().filter(|(_, p)| p.source.is_some()).map(|(i, _)| i).collect::<Vec<_>>() {
            let Some(source) = &self.places[from].source else { continue };
            let kg = planned(&self.places[from], source, self.seed, calendar) * 12.0 / f64::from(calendar.months.max(1));
            self.hand_on(from, kg, &mut arriving);
        }
        for kind in [Kind::Stockyard, Kind::Concentrator, Kind::Trader, Kind::Smelter] {
            for from in self.of(kind).collect::<Vec<_>>() {
                let pull = match kind {
                    Kind::Concentrator => 0.115,
                    Kind::Smelter => 0.0,
                    _ => 1.0,
                };
                self.hand_on(from, arriving[from] * pull, &mut arriving);
                self.places[from].capacity_kg_per_year = Some(round(arriving[from] * 1.3 / 1e6).max(1) * 1_000_000);
            }
            let mut by_size: Vec<usize> = self.of(kind).collect();
            by_size.sort_by_key(|i| (core::cmp::Reverse(round(arriving[*i])), *i));
            for (rank, place) in by_size.into_iter().enumerate() {
                self.places[place].rank = rank;
            }
        }
    }

    fn hand_on(&self, from: usize, kg: f64, arriving: &mut [f64]) {
        let total: u64 = self.places[from].to.iter().map(|(_, w)| *w).sum();
        for (to, weight) in &self.places[from].to {
            arriving[*to] += kg * float(i64::try_from(*weight).unwrap_or(0)) / float(i64::try_from(total.max(1)).unwrap_or(1));
        }
    }

    /// Length of the road between two places, m.
    pub(super) fn road_m(&self, from: usize, to: usize) -> i64 {
        let (a, b) = (self.places[from].at, self.places[to].at);
        let (north, east) = metres(a, b);
        (round(libm::sqrt(north * north + east * east) * c::DETOUR)).max(3_000)
    }
}

fn title(kind: Kind, n: usize, number: usize) -> (&'static str, String) {
    let word = names::place(number);
    match kind {
        Kind::Mine => ("KS", format!("{word}含锂瓷土矿")),
        Kind::Exploration => ("TK", format!("{word}锂矿普查区")),
        Kind::Construction => ("GC", format!("{word}产业园场平工程")),
        Kind::Restoration => ("XF", format!("{word}废弃矿山修复工程")),
        Kind::Stockyard => ("DC", format!("{word}矿石堆场")),
        Kind::Concentrator => ("XK", format!("{word}选矿厂")),
        Kind::Smelter => ("YC", format!("{word}锂盐厂")),
        Kind::Trader => ("MY", format!("{word}精矿仓库")),
        Kind::SlagUser => ("ZL", format!("{word}锂渣利用厂")),
        Kind::Unknown => ("WZ", names::UNKNOWN[n % names::UNKNOWN.len()].to_owned()),
        Kind::Outside => ("WS", names::OUTSIDE_BUYERS[n % names::OUTSIDE_BUYERS.len()].to_owned()),
    }
}

fn source(kind: Kind, n: usize, (seed, number): (u64, usize), at: Point, plan: &Plan, rng: &mut Rng) -> Option<Source> {
    let nominal_wan_t = match kind {
        Kind::Mine => (c::SCALE_MEDIAN_WAN_T * libm::exp(c::SCALE_SIGMA * rng.normal())).clamp(c::SCALE_WAN_T.0 * 1.6, c::SCALE_WAN_T.1),
        Kind::Exploration | Kind::Construction | Kind::Restoration | Kind::Unknown => SMALL_SOURCE_WAN_T * rng.range(0.5, 1.5),
        _ => return None,
    };
    let part = matches!(kind, Kind::Mine).then(|| plant::part(n, plan));
    let planted = |rules: &[&str]| rules.iter().find_map(|rule| plan.strength(rule)).unwrap_or(0.0);
    let strength = match kind {
        Kind::Exploration => planted(&["exploration-ore"]),
        Kind::Construction | Kind::Restoration => planted(&["construction-ore"]),
        // Cheap ore needs an origin that nobody can name.
        Kind::Unknown => planted(&["origin-unknown", "price-too-low"]),
        _ => part.and_then(|p| p.strength(plan)).unwrap_or(0.0),
    };
    let radius_m = 250.0 + 50.0 * libm::sqrt(nominal_wan_t);
    let mut pits = vec![ring(at, radius_m, rng)];
    if part == Some(Part::TwoPits) {
        let second = Point { lat_e5: at.lat_e5 + 2_900, lon_e5: at.lon_e5 + 1_700 };
        pits.push(ring(second, radius_m, rng));
    }
    Some(Source {
        part,
        strength,
        mine: n,
        scale_kg: round(nominal_wan_t * WAN_T),
        deposit: Deposit::of(seed, number, round(rng.range(c::ORE_PPM.0, c::ORE_PPM.1))),
        moisture_ppm: round(rng.range(c::ORE_MOISTURE_PPM.0, c::ORE_MOISTURE_PPM.1)),
        radius_m,
        pits,
    })
}

fn plant_of(kind: Kind, rng: &mut Rng) -> Option<Plant> {
    let range = |rng: &mut Rng, (low, high): (f64, f64)| rng.range(low, high);
    match kind {
        Kind::Concentrator => Some(Plant {
            recovery: range(rng, c::BENEFICIATION_RECOVERY),
            product_ppm: round(range(rng, c::CONCENTRATE_PPM)),
            moisture_ppm: round(range(rng, c::CONCENTRATE_MOISTURE_PPM)),
            slag_per_t: 0.0,
            kwh_per_t: range(rng, c::MILL_KWH_PER_T),
            m3_per_t: 0.8,
        }),
        Kind::Smelter => Some(Plant {
            recovery: range(rng, c::SALT_RECOVERY),
            product_ppm: c::CARBONATE_LI2O_PPM,
            moisture_ppm: 0,
            slag_per_t: range(rng, c::SLAG_PER_CARBONATE),
            kwh_per_t: range(rng, c::SALT_KWH_PER_T),
            m3_per_t: range(rng, c::SALT_M3_PER_T),
        }),
        _ => None,
    }
}

/// Eight corners around a centre, 0.88 to 1.12 of the radius away.
fn ring(centre: Point, radius_m: f64, rng: &mut Rng) -> Vec<Point> {
    (0..8)
        .map(|k| offset(centre, radius_m * rng.range(0.88, 1.12), f64::from(k) * core::f64::consts::FRAC_PI_4 + rng.range(-0.2, 0.2)))
        .collect()
}

/// The point so many metres away; `angle` counts from east to north.
pub(super) fn offset(from: Point, metres: f64, angle: f64) -> Point {
    let (north, east) = (metres * libm::sin(angle), metres * libm::cos(angle));
    let lat = f64::from(from.lat_e5) / 1e5;
    let add = |at: i32, by: f64| at + i32::try_from(round(by)).unwrap_or(0);
    Point { lat_e5: add(from.lat_e5, north / M_PER_E5), lon_e5: add(from.lon_e5, east / (M_PER_E5 * libm::cos(lat.to_radians()))) }
}

/// Metres north and east from `a` to `b`, on the plane that touches at `a`: exact to 0.1 % within a county.
pub(super) fn metres(a: Point, b: Point) -> (f64, f64) {
    let lat = f64::from(a.lat_e5) / 1e5;
    (f64::from(b.lat_e5 - a.lat_e5) * M_PER_E5, f64::from(b.lon_e5 - a.lon_e5) * M_PER_E5 * libm::cos(lat.to_radians()))
}

/// Metres of 1e-5 degrees on a sphere of 6 371 008.8 m (IUGG mean radius).
const M_PER_E5: f64 = 1.111_950_8;

fn e5(degrees: f64) -> i32 {
    i32::try_from(round(degrees * 1e5)).unwrap_or(0)
}

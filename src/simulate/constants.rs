//! Which figures is the basin made of, and where do they come from?
//!
//! The sources are those of the design's facts of the domain: [s] seen in a source that is named, [c] computed,
//! [m] remembered, an assumption of this model. They shape synthetic records only; no rule and no price reads them.

/// Li2O of raw ore by deposit, ppm: 0.28–0.60 %. Yichun ore is mostly 0.3–0.8 % [s: trade press on lepidolite
/// beneficiation]; Qiankeng 0.39–0.44 %, Jinzifeng–Zuojiali 0.31 %, Shiziling 0.51 % [s: securities press 2024–2026].
pub(super) const ORE_PPM: (f64, f64) = (2_800.0, 6_000.0);
/// Moisture of raw ore, ppm [m].
pub(super) const ORE_MOISTURE_PPM: (f64, f64) = (35_000.0, 65_000.0);
/// Li2O of concentrate by plant, ppm: 2.0–3.0 %, within 1.5–3.5 % [s: the same press].
pub(super) const CONCENTRATE_PPM: (f64, f64) = (20_500.0, 29_500.0);
/// Moisture of filtered concentrate, ppm [m].
pub(super) const CONCENTRATE_MOISTURE_PPM: (f64, f64) = (75_000.0, 105_000.0);
/// Recovery of beneficiation by plant: 0.55–0.75; 0.50–0.85 is seen [s: the same press].
pub(super) const BENEFICIATION_RECOVERY: (f64, f64) = (0.55, 0.75);
/// Recovery of salt plants: 0.75–0.88 [c, m].
pub(super) const SALT_RECOVERY: (f64, f64) = (0.78, 0.87);
/// Mass of Li2O in Li2CO3, ppm: 29.879 / 73.888 (g/mol) [c].
pub(super) const CARBONATE_LI2O_PPM: i64 = 404_382;
/// Dry slag a tonne of carbonate: 22–30 t, roasted with sulphate or limestone [m].
pub(super) const SLAG_PER_CARBONATE: (f64, f64) = (22.0, 30.0);
/// Moisture of slag, ppm [m].
pub(super) const SLAG_MOISTURE_PPM: i64 = 250_000;
/// Power of the mill, kWh a tonne of ore: 25–40 [m].
pub(super) const MILL_KWH_PER_T: (f64, f64) = (25.0, 40.0);
/// Power of the salt plant, kWh a tonne of carbonate: 6–10 MWh [m].
pub(super) const SALT_KWH_PER_T: (f64, f64) = (6_000.0, 10_000.0);
/// Water of the salt plant, m³ a tonne of carbonate: 50–120 [m].
pub(super) const SALT_M3_PER_T: (f64, f64) = (50.0, 120.0);
/// Explosives, g a tonne of ore: 0.12–0.25 kg [m].
pub(super) const EXPLOSIVES_G_PER_T: (f64, f64) = (120.0, 250.0);
/// Power of a mine, kWh a tonne of ore [m].
pub(super) const MINE_KWH_PER_T: (f64, f64) = (2.0, 5.0);

/// How much explosives a tonne differ from month to month, relative: rock and pattern change [m].
pub(super) const EXPLOSIVES_NOISE: f64 = 0.06;
/// How much power a tonne differs from month to month, relative [m].
pub(super) const POWER_NOISE: f64 = 0.05;

/// Licensed scales before the model is scaled down, 万t a year: log-normal, 5–300. Geshili Shuinan 300, the Ta-Nb mine
/// 231 [s, m]; small ones 5–30 [m].
pub(super) const SCALE_WAN_T: (f64, f64) = (5.0, 300.0);
/// Median of these scales, 万t a year [m].
pub(super) const SCALE_MEDIAN_WAN_T: f64 = 38.0;
/// Standard deviation of their logarithm [m].
pub(super) const SCALE_SIGMA: f64 = 0.85;

/// Roads are longer than the line through the air [m].
pub(super) const DETOUR: f64 = 1.35;
/// Speed of a loaded truck, m a minute: 40 km/h [m].
pub(super) const SPEED_M_PER_MINUTE: f64 = 667.0;
/// A scale's division, kg: weighbridges for road trucks print 20 kg steps (class III, 60–100 t) [m].
pub(super) const DIVISION_KG: i64 = 20;

/// Value added tax on ore and concentrate, and on freight: the rates of the design's price method, section 1.
pub(super) const VAT: f64 = 0.13;
/// On freight.
pub(super) const FREIGHT_VAT: f64 = 0.09;
/// Freight, yuan a tonne and km, incl. VAT [m].
pub(super) const FREIGHT_YUAN_PER_T_KM: f64 = 0.45;
/// Interest of credit days, a year: the price method's reference.
pub(super) const CREDIT_RATE: f64 = 0.045;
/// Li2CO3 a tonne of Li2O [c]; the next figures are those of the price method's reference, section 2.
pub(super) const LI2CO3_PER_LI2O: f64 = 2.473;
/// Recovery that the netback reckons with.
pub(super) const NETBACK_RECOVERY: f64 = 0.80;
/// Share of the carbonate price that selling costs.
pub(super) const NETBACK_SELL: f64 = 0.02;
/// Conversion cost, yuan a tonne of carbonate.
pub(super) const NETBACK_CONVERSION: f64 = 18_000.0;
/// Processing cost, yuan a tonne of concentrate.
pub(super) const NETBACK_PROCESSING: f64 = 350.0;
/// By-products, yuan a tonne.
pub(super) const NETBACK_BY_PRODUCTS: f64 = 60.0;
/// Least share of the contained carbonate's value.
pub(super) const NETBACK_GUARD: f64 = 0.15;
/// Grade of the concentrate that ore is reckoned to give.
pub(super) const ORE_CONCENTRATE_GRADE: f64 = 0.025;
/// Recovery of beneficiation in the netback of ore.
pub(super) const ORE_RECOVERY: f64 = 0.65;
/// Mining and beneficiation, yuan a tonne of ore [m].
pub(super) const ORE_COST: f64 = 105.0;
/// By-products (feldspar, tantalum, niobium), yuan a tonne of ore [m].
pub(super) const ORE_BY_PRODUCTS: f64 = 60.0;

/// Battery-grade carbonate, thousand yuan a tonne incl. VAT, at the first of each month of 2023 and of January 2024: an
/// invented path, falling from about 300 to about 222 with a rebound in summer. SYNTHETIC, and calmer than the market of
/// that year was: there the step limit of the mechanism would hold the guide price off the market for most of it.
pub(super) const CARBONATE_PATH: [f64; 13] = [300.0, 294.0, 286.0, 268.0, 248.0, 252.0, 262.0, 266.0, 258.0, 246.0, 236.0, 228.0, 222.0];

/// Limits of gross mass, kg, by axles: rigid, and articulated. 交通运输部令2016年第62号, art. 3 [s].
pub(super) const fn gross_limit_kg(axles: u8, articulated: bool) -> i64 {
    match (axles, articulated) {
        (2, _) => 18_000,
        (3, false) => 25_000,
        (3, true) => 27_000,
        (4, false) => 31_000,
        (4, true) => 36_000,
        (5, _) => 43_000,
        _ => 49_000,
    }
}

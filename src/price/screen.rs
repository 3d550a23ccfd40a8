//! Which sales are evidence, and why not the others? Nothing is deleted: each sale has a code. (Method, section 3.)

use super::carbonate::Quotes;
use super::netback::Costs;
use super::normalise::{dry_fen_per_t, dry_grade_ppm, dry_mg};
use super::policy::{PricePolicy, ProductPolicy, SellerIs, in_force};
use super::sale::Sale;
use crate::text::Text;
use chrono::NaiveDate;
use std::collections::{HashMap, HashSet};

/// What became of a sale: admitted, or why not. The order is that of the screens; a sale has the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// Admitted.
    Ok,
    /// S1: same day, parties, grade, mass and price as an earlier row.
    Duplicate,
    /// S2: related parties, one company or control group, or a circle A→B→A.
    Related,
    /// No moisture.
    Moisture,
    /// No grade.
    Grade,
    /// VAT, delivery or credit neither stated nor assumed by the policy.
    Terms,
    /// Delivered, without the freight or with a negative one.
    Freight,
    /// No carbonate quotation that is young enough.
    Carbonate,
    /// No cost parameters in force that day.
    Cost,
    /// S3: below the smallest lot.
    MinLot,
    /// S4: off specification.
    Spec,
    /// S5: far from the netback; held for documents.
    Corridor,
}

impl Code {
    /// All codes, in the order of the screens.
    pub const ALL: [Code; 12] = [
        Code::Ok,
        Code::Duplicate,
        Code::Related,
        Code::Moisture,
        Code::Grade,
        Code::Terms,
        Code::Freight,
        Code::Carbonate,
        Code::Cost,
        Code::MinLot,
        Code::Spec,
        Code::Corridor,
    ];

    /// As stored and printed.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Code::Ok => "OK",
            Code::Duplicate => "S1_DUPLICATE",
            Code::Related => "S2_RELATED",
            Code::Moisture => "M_MOISTURE",
            Code::Grade => "M_GRADE",
            Code::Terms => "M_TERMS",
            Code::Freight => "M_FREIGHT",
            Code::Carbonate => "M_CARBONATE",
            Code::Cost => "M_COST",
            Code::MinLot => "S3_MINLOT",
            Code::Spec => "S4_SPEC",
            Code::Corridor => "S5_CORRIDOR",
        }
    }

    /// The code with this id.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.id() == id)
    }

    /// For people.
    #[must_use]
    pub const fn title(self) -> Text {
        match self {
            Code::Ok => Text { zh: "采用", en: "admitted" },
            Code::Duplicate => Text { zh: "重复登记", en: "registered twice" },
            Code::Related => Text { zh: "关联方、同一控制人或互卖", en: "related parties, one control group, or a circle" },
            Code::Moisture => Text { zh: "缺水分", en: "no moisture" },
            Code::Grade => Text { zh: "缺品位", en: "no grade" },
            Code::Terms => Text { zh: "未写明含税、交货方式或账期", en: "VAT, delivery or credit not stated" },
            Code::Freight => Text { zh: "送到价缺运费，或运费为负", en: "delivered, the freight missing or negative" },
            Code::Carbonate => Text { zh: "缺当时的碳酸锂报价", en: "no carbonate quotation of the time" },
            Code::Cost => Text { zh: "当日尚无成本参数", en: "no cost parameters in force" },
            Code::MinLot => Text { zh: "低于最小批量", en: "below the smallest lot" },
            Code::Spec => Text { zh: "品位或水分不在规格内", en: "grade or moisture off specification" },
            Code::Corridor => Text { zh: "偏离净回值，待核对单据", en: "far from the netback, held for documents" },
        }
    }
}

/// A sale, normalised and screened; what can't be computed is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Screened {
    /// What became of it.
    pub code: Code,
    /// Dry mass, mg.
    pub dry_mg: Option<i64>,
    /// Index of the grade class.
    pub class: Option<usize>,
    /// Normalised price, fen a dry tonne.
    pub dry_fen_per_t: Option<f64>,
    /// Netback at its grade and day, fen a dry tonne.
    pub netback_fen_per_t: Option<f64>,
    /// `ln(dry price / netback)`; `None` where either is missing or the price is not above zero.
    pub y: Option<f64>,
    /// The day, after its period, on which an admitted sale turned out to be one leg of a circle.
    pub struck_on: Option<NaiveDate>,
}

/// Screens the sales of one product, which are sorted by (date, id): of two equal ones the later is the duplicate.
///
/// A sale is judged by what was known at the end of its own period, so that history does not move: where the way back of a
/// circle came only later, the sale stays admitted in its period and is struck from that day on.
#[must_use]
pub fn screen(sales: &[Sale], quotes: &Quotes, price: &PricePolicy, product: &ProductPolicy) -> Vec<Screened> {
    let circles = Circles::of(sales);
    let mut seen = HashSet::new();
    let mut screened = Vec::with_capacity(sales.len());
    for sale in sales {
        let (seller, buyer) = parties(sale);
        let first = seen.insert((sale.date, seller, buyer, sale.li2o_ppm, sale.wet_kg, sale.price_fen_per_t));
        let related = sale.related_party == Some(true) || seller == buyer;
        let circle = circles.closes_on(sale, product.screen.circle_days);
        let in_time = |day: NaiveDate| day <= sale.date || day <= price.calendar.period_of(sale.date).to;
        let mut result = measure(sale, quotes, price, product);
        if !first {
            result.code = Code::Duplicate;
        } else if related || circle.is_some_and(in_time) {
            result.code = Code::Related;
        } else if result.code == Code::Ok {
            result.struck_on = circle;
        }
        screened.push(result);
    }
    screened
}

/// Everything that one sale says by itself; its code as if the screens S1 and S2 had passed it.
fn measure(sale: &Sale, quotes: &Quotes, price: &PricePolicy, product: &ProductPolicy) -> Screened {
    let mass = dry_mg(sale);
    let grade = dry_grade_ppm(sale, product.assay);
    let dry = match in_force(&price.terms, |t| t.from, sale.date) {
        Some(terms) => dry_fen_per_t(sale, terms, &price.assume),
        None => Err(Code::Cost),
    };
    let netback = grade.and_then(|grade_ppm| {
        let quotation = quotes.at(sale.date, &price.carbonate, &price.calendar).ok_or(Code::Carbonate)?;
        let costs = Costs::on(price, product, sale.date).ok_or(Code::Cost)?;
        Ok(costs.reference_fen_per_t(grade_ppm, quotation.fen_per_t))
    });
    let class = grade.ok().and_then(|g| product.class.iter().position(|c| c.from_ppm <= g && g < c.to_ppm));
    let y = match (dry, netback) {
        (Ok(dry), Ok(netback)) if dry > 0.0 && netback > 0.0 => Some(libm::log(dry / netback)),
        _ => None,
    };
    let missing = [mass.err(), grade.err(), dry.err(), netback.err()].into_iter().flatten().min();
    let code = missing.unwrap_or_else(|| judge(sale, class, mass.unwrap_or(0), dry.unwrap_or(0.0), netback.unwrap_or(0.0), product));
    Screened { code, dry_mg: mass.ok(), class, dry_fen_per_t: dry.ok(), netback_fen_per_t: netback.ok(), y, struck_on: None }
}

/// The screens S3 to S5, for a sale that has everything.
fn judge(sale: &Sale, class: Option<usize>, dry_mg: i64, dry_fen: f64, netback_fen: f64, product: &ProductPolicy) -> Code {
    let screen = &product.screen;
    let moist = sale.moisture_ppm.is_none_or(|m| !(0..=screen.max_moisture_ppm).contains(&m));
    let ratio = dry_fen / netback_fen;
    if dry_mg < screen.min_lot_kg.saturating_mul(crate::records::units::PPM) {
        Code::MinLot
    } else if class.is_none() || moist {
        Code::Spec
    } else if !(screen.corridor_low..=screen.corridor_high).contains(&ratio) {
        Code::Corridor
    } else {
        Code::Ok
    }
}

/// Who sells to whom, by control: a sale within one group is a sale to oneself.
fn parties(sale: &Sale) -> (&str, &str) {
    (sale.seller.identity(SellerIs::Group), sale.buyer.identity(SellerIs::Group))
}

/// The days on which A sold to B.
struct Circles<'a> {
    days: HashMap<(&'a str, &'a str), Vec<NaiveDate>>,
}

impl<'a> Circles<'a> {
    /// Of sales sorted by date.
    fn of(sales: &'a [Sale]) -> Self {
        let mut days: HashMap<_, Vec<NaiveDate>> = HashMap::new();
        for sale in sales {
            days.entry(parties(sale)).or_default().push(sale.date);
        }
        Self { days }
    }

    /// The day on which it was known that the buyer sold to the seller within so many days, before or after: both legs of a
    /// circle are out.
    fn closes_on(&self, sale: &Sale, within_days: u32) -> Option<NaiveDate> {
        let (seller, buyer) = parties(sale);
        let back = self.days.get(&(buyer, seller))?;
        let reach = i64::from(within_days);
        let from = back.partition_point(|day| (*day - sale.date).num_days() < -reach);
        let first = back.get(from).filter(|day| (**day - sale.date).num_days() <= reach)?;
        Some(sale.date.max(*first))
    }
}

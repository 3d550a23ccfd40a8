//! How long does the price method take? Ten years, a million sales, both products, all classes, influence search included.
//!
//! ```text
//! cargo bench --bench price                # a million sales
//! cargo bench --bench price -- 200000      # as many as that
//! ```
//!
//! The sales are drawn by a fixed formula (no clock, no random source): 120 months from 2014, 40 sellers of which eight are thin, 60
//! buyers. What has to hold: the whole under 10 s on two cores, one period under 50 ms once the program is warm.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints what it measured")]

use chrono::{Days, NaiveDate};
use lepid::policy::Policy;
use lepid::price::anchors::Anchors;
use lepid::price::assess::assess;
use lepid::price::bands::ProductBands;
use lepid::price::calendar::Span;
use lepid::price::carbonate::Quotes;
use lepid::price::influence::{self, Market};
use lepid::price::netback::Costs;
use lepid::price::policy::{Delivery, PricePolicy, ProductPolicy};
use lepid::price::sale::{Party, Sale};
use lepid::price::screen::{Code, screen};
use lepid::price::state::{Evidence, State};
use rayon::prelude::*;
use std::time::Instant;

const MONTHS: u64 = 120;
const SELLERS: u64 = 40;
/// These sell one lot in thirty of what the others sell.
const THIN: u64 = 8;
const BUYERS: u64 = 60;

/// Numbers from a counter (SplitMix64's finaliser).
struct Drawn(u64);

impl Drawn {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 32) % n
    }

    /// About normal with standard deviation 1.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| (self.next() >> 11) as f64 / (1u64 << 53) as f64).sum::<f64>() - 6.0
    }

    fn seller(&mut self) -> u64 {
        loop {
            let seller = self.below(SELLERS);
            if seller >= THIN || self.below(30) == 0 {
                return seller;
            }
        }
    }
}

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2014, 1, 1).unwrap()
}

fn periods(price: &PricePolicy) -> Vec<Span> {
    let all = price.calendar.periods(first_day(), first_day() + Days::new(MONTHS * 31));
    all.into_iter().take(usize::try_from(MONTHS).unwrap()).collect()
}

/// Carbonate on every weekday, a slow wave between 60 000 and 180 000 yuan.
fn quotes(periods: &[Span]) -> Quotes {
    let last = periods.last().unwrap().to;
    let days = first_day().iter_days().take_while(|day| *day <= last).enumerate();
    Quotes::new(days.map(|(i, day)| (day, 12_000_000 + (6e6 * (i as f64 / 300.0).sin()) as i64)))
}

fn party(kind: char, number: u64) -> Party {
    Party { name: format!("{kind}{number:02}锂业有限公司"), company: Some(format!("{kind}{number:02}")), group: None }
}

fn sales(id: &str, price: &PricePolicy, quotes: &Quotes, periods: &[Span], count: u64) -> Vec<Sale> {
    let product = &price.product[id];
    let mut drawn = Drawn(id.len() as u64);
    let parties: (Vec<Party>, Vec<Party>) = ((0..SELLERS).map(|n| party('S', n)).collect(), (0..BUYERS).map(|n| party('B', n)).collect());
    let days = periods.last().unwrap().to.signed_duration_since(first_day()).num_days().unsigned_abs() + 1;
    let mut sales: Vec<Sale> = (0..count).map(|i| sale(i, &mut drawn, product, price, quotes, &parties, i * days / count)).collect();
    sales.sort_by(|a, b| (a.date, &a.id).cmp(&(b.date, &b.id)));
    sales
}

fn sale(
    i: u64,
    drawn: &mut Drawn,
    product: &ProductPolicy,
    price: &PricePolicy,
    quotes: &Quotes,
    (sellers, buyers): &(Vec<Party>, Vec<Party>),
    day: u64,
) -> Sale {
    let date = first_day() + Days::new(day);
    let class = &product.class[drawn.below(product.class.len() as u64) as usize];
    let li2o_ppm = class.from_ppm + drawn.below((class.to_ppm - class.from_ppm) as u64) as i32;
    let seller = drawn.seller();
    let quotation = quotes.at(date, &price.carbonate, &price.calendar).unwrap();
    let netback = Costs::on(price, product, date).unwrap().reference_fen_per_t(li2o_ppm, quotation.fen_per_t);
    let moisture_ppm = 80_000 + drawn.below(80_000) as i32;
    let dry = netback * (0.05 * drawn.normal() + 0.004 * (seller as f64 - 20.0) / 20.0).exp();
    let id = format!("{i:07}@sales_{}.csv:{}", 2014 + day / 366, i % 50_000);
    Sale {
        contract_no: id[..7].to_owned(),
        id,
        date,
        seller: sellers[seller as usize].clone(),
        buyer: buyers[drawn.below(BUYERS) as usize].clone(),
        li2o_ppm: Some(li2o_ppm),
        wet_kg: 80_000 + drawn.below(4_000_000) as i64,
        moisture_ppm: Some(moisture_ppm),
        price_fen_per_t: (dry * (1.0 - f64::from(moisture_ppm) / 1e6)) as i64,
        vat_included: Some(false),
        delivery: Some(Delivery::ExWorks),
        freight_fen_per_t: None,
        credit_days: Some(0),
        related_party: None,
    }
}

/// The last period of a product after six before it: screens, centre, state, search.
fn one_period(price: &PricePolicy, product: &ProductPolicy, quotes: &Quotes, periods: &[Span], sales: &[Sale]) -> f64 {
    let mut state = State::new(product.state.rules(), product.class.len());
    let trust = &product.trust;
    let grid = influence::grid(product.screen.corridor_low, product.screen.corridor_high, &trust.search_steps);
    let mut took = 0.0;
    for span in &periods[periods.len() - 7..] {
        let own: Vec<Sale> = sales.iter().filter(|s| span.from <= s.date && s.date <= span.to).cloned().collect();
        let start = Instant::now();
        let screened = screen(&own, quotes, price, product);
        let admitted = own.iter().zip(&screened).filter(|(_, s)| s.code == Code::Ok);
        let evidence: Vec<Evidence> = admitted
            .map(|(sale, s)| Evidence {
                y: s.y.unwrap(),
                weight: s.dry_mg.unwrap() as f64 / 1e9,
                seller: sale.seller.name[1..3].parse().unwrap(),
                class: s.class.unwrap(),
                struck_in: None,
            })
            .collect();
        let quotation = quotes.at(span.to, &price.carbonate, &price.calendar).unwrap();
        let costs = Costs::on(price, product, span.to).unwrap();
        let netbacks: Vec<f64> = product.class.iter().map(|c| costs.reference_fen_per_t(c.grade_ppm, quotation.fen_per_t)).collect();
        let after = state.peek(&evidence, &product.centre);
        let prices = after.prices(&netbacks);
        let market =
            Market { before: &state, evidence: &evidence, centre: &product.centre, netbacks: &netbacks, prices: &prices, grid: &grid };
        std::hint::black_box(influence::search(&market));
        state.accept(&evidence, &after);
        took = start.elapsed().as_secs_f64();
    }
    took
}

fn main() {
    let count: u64 = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    let price = PricePolicy::load(&Policy::builtin().unwrap()).unwrap();
    let periods = periods(&price);
    let quotes = quotes(&periods);
    let each = count / price.product.len() as u64;
    let products: Vec<(&String, Vec<Sale>)> = price.product.keys().map(|id| (id, sales(id, &price, &quotes, &periods, each))).collect();
    let threads = rayon::current_num_threads();
    println!("{} products, {each} sales each, {} periods, {threads} threads", products.len(), periods.len());
    let start = Instant::now();
    let bands: Vec<ProductBands> = products
        .par_iter()
        .map(|(id, sales)| assess(id, &price, &price.product[*id], sales, &quotes, &periods, &Anchors::default()))
        .collect();
    println!("whole history, from sales in memory to bands: {:.2} s", start.elapsed().as_secs_f64());
    for ((id, sales), bands) in products.iter().zip(&bands) {
        let start = Instant::now();
        std::hint::black_box(screen(sales, &quotes, &price, &price.product[*id]));
        let screens = start.elapsed().as_secs_f64();
        let last = bands.periods.last().unwrap();
        let took = one_period(&price, &price.product[*id], &quotes, &periods, sales);
        println!(
            "{id}: screens {screens:.2} s; last period of {} sales, {} sellers: {:.1} ms, tier {}, influence {:.5}",
            last.n,
            last.sellers,
            1e3 * took,
            last.trust.tier,
            last.trust.seller_influence.unwrap_or(0.0)
        );
    }
}

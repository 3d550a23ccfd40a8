//! Does the backtest replay history as it was known, measure errors as a hand would, and bound what sellers can do?

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use chrono::{Days, NaiveDate};
use insta::assert_snapshot;
use lepid::policy::Policy;
use lepid::price::anchors::Anchors;
use lepid::price::assess::assess;
use lepid::price::backtest::attack::{Target, study};
use lepid::price::backtest::forecast::{ErrorRow, Forecast};
use lepid::price::backtest::replay::{Known, agreeing, replay};
use lepid::price::backtest::wash::{Case, fabricated};
use lepid::price::backtest::{Backtest, Question, backtest};
use lepid::price::calendar::Span;
use lepid::price::carbonate::Quotes;
use lepid::price::course::{Subject, course};
use lepid::price::formula::Formula;
use lepid::price::policy::{AssessedBy, Delivery, PricePolicy};
use lepid::price::sale::{Party, Sale};
use lepid::price::screen::{Code, screen};
use proptest::prelude::*;
use std::path::Path;
use std::process::{Command, Output};

const CONCENTRATE: &str = "lepidolite_concentrate";

/// The policy as it is built in, with fewer steps of the search of influence: the replay doesn't depend on them.
fn policy(steps: &[f64]) -> PricePolicy {
    let mut price = PricePolicy::load(&Policy::builtin().unwrap()).unwrap();
    price.product.get_mut(CONCENTRATE).unwrap().trust.search_steps = steps.to_vec();
    price
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A sale ex works, without VAT, dry, in cash: its price is its normalised price.
fn sale(id: &str, date: &str, parties: (&str, &str), li2o_ppm: i32, tonnes: i64, yuan: i64) -> Sale {
    let party = |name: &str| Party { name: name.to_owned(), company: None, group: None };
    Sale {
        id: id.to_owned(),
        contract_no: id.to_owned(),
        date: day(date),
        seller: party(parties.0),
        buyer: party(parties.1),
        li2o_ppm: Some(li2o_ppm),
        wet_kg: tonnes * 1000,
        moisture_ppm: Some(0),
        price_fen_per_t: yuan * 100,
        vat_included: Some(false),
        delivery: Some(Delivery::ExWorks),
        freight_fen_per_t: None,
        credit_days: Some(0),
        related_party: Some(false),
    }
}

fn subject<'a>(price: &'a PricePolicy, quotes: &'a Quotes) -> Subject<'a> {
    Subject { id: CONCENTRATE, price, product: &price.product[CONCENTRATE], quotes }
}

fn question(known: Known) -> Question {
    Question { known, from: None, to: None, attacks: false }
}

/// Carbonate at one price on the 25th of each month.
fn steady(price: &PricePolicy) -> (Quotes, Vec<Span>) {
    let quotes = Quotes::new(["2024-02-26", "2024-03-25", "2024-04-25", "2024-05-24"].map(|d| (day(d), 11_000_000)));
    (quotes, price.calendar.periods(day("2024-03-01"), day("2024-05-31")))
}

/// Three sellers in March, two sales in April, one of a class that had none.
fn small() -> Vec<Sale> {
    vec![
        sale("1", "2024-03-04", ("甲", "丙"), 25_000, 100, 2600),
        sale("2", "2024-03-11", ("乙", "丙"), 25_000, 200, 2650),
        sale("3", "2024-03-18", ("丁", "戊"), 25_000, 300, 2720),
        sale("4", "2024-04-08", ("甲", "丙"), 25_000, 100, 2700),
        sale("5", "2024-04-15", ("乙", "戊"), 25_000, 100, 2800),
        sale("6", "2024-04-22", ("丁", "戊"), 20_000, 100, 2050),
    ]
}

fn row(b: &Backtest, forecast: Forecast, moved: bool) -> &ErrorRow {
    b.errors.iter().find(|r| r.forecast == forecast && r.moved == moved && r.class.is_none()).unwrap()
}

#[track_caller]
fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12, "{a} is not {b}");
}

#[test]
fn errors_are_what_a_hand_computes() {
    let price = policy(&[]);
    let (quotes, periods) = steady(&price);
    let b = backtest(subject(&price, &quotes), &small(), &periods, &question(Known::AfterDays(0)));
    assert_eq!((b.scored, b.unforetold, b.only_lepid.unwrap().n), (2, 3, 1), "March had no price before it; 2.0 % had no rival");
    assert_eq!(b.check.map(|c| (c.periods, c.agree)), Some((3, 3)));
    // The last sale of March, its mean by mass (2600 + 2 × 2650 + 3 × 2720) / 6, its median; the filter had no mean before it.
    let r = |forecast: f64| [(2700.0 / forecast).ln(), (2800.0 / forecast).ln()];
    for (forecast, value) in
        [(Forecast::Last, 2720.0), (Forecast::Vwap, 16_060.0 / 6.0), (Forecast::Median, 2650.0), (Forecast::VwapNear, 16_060.0 / 6.0)]
    {
        let error = row(&b, forecast, false).error;
        let [first, second] = r(value);
        near(error.mean, (first.abs() + second.abs()) / 2.0);
        near(error.median, (first.abs() + second.abs()) / 2.0);
        near(error.bias, (first + second) / 2.0);
        near(error.rmse, ((first * first + second * second) / 2.0).sqrt());
        near(error.p90, first.abs().max(second.abs()));
        // The netback has not moved, and the sales are at the grade of their class.
        assert!((row(&b, forecast, true).error.mean - error.mean).abs() < 1e-12);
    }
    let bands = assess(CONCENTRATE, &price, &price.product[CONCENTRATE], &small(), &quotes, &periods, &Anchors::default());
    let guide = bands.periods[0].classes.iter().find(|c| c.class == "2.5").unwrap().guide_fen_per_t.unwrap();
    #[expect(clippy::cast_precision_loss, reason = "a price")]
    let [first, second] = r(guide as f64 / 100.0);
    near(row(&b, Forecast::Guide, false).error.bias, (first + second) / 2.0);
}

#[test]
fn a_rival_that_is_better_is_named() {
    let price = policy(&[]);
    let (quotes, periods) = steady(&price);
    let mut sales = small();
    sales[3].price_fen_per_t = 272_000;
    sales[4].price_fen_per_t = 272_000;
    let b = backtest(subject(&price, &quotes), &sales, &periods, &question(Known::AfterDays(0)));
    let better: Vec<_> = b.better.iter().filter(|x| !x.moved).map(|x| (x.rival, x.measure)).collect();
    assert!(better.contains(&(Forecast::Last, "median")), "the last price was right: {better:?}");
    near(row(&b, Forecast::Last, false).error.p90, 0.0);
    assert_eq!(row(&b, Forecast::Last, false).lepid_nearer, Some(0.0));
}

#[test]
fn carbonate_moves_every_forecast_alike() {
    let price = policy(&[]);
    let (_, periods) = steady(&price);
    let quotes =
        Quotes::new([("2024-02-26", 11_000_000), ("2024-03-25", 11_000_000), ("2024-04-04", 8_000_000)].map(|(d, fen)| (day(d), fen)));
    let b = backtest(subject(&price, &quotes), &small(), &periods, &question(Known::AfterDays(0)));
    let shift = |f: Forecast| row(&b, f, true).error.bias - row(&b, f, false).error.bias;
    let guide = shift(Forecast::Guide);
    assert!(guide > 0.2, "the netback has fallen: {guide}");
    for forecast in Forecast::ALL {
        near(shift(forecast), guide);
    }
}

#[test]
fn a_sale_that_is_known_late_changes_what_follows_and_not_what_stood() {
    let price = policy(&[]);
    let (quotes, periods) = steady(&price);
    let (at_once, late) = (Known::AfterDays(0), Known::AfterDays(20));
    let stood = |known: &Known| -> Vec<Option<i64>> {
        let steps = replay(subject(&price, &quotes), &small(), &periods, known);
        steps.iter().map(|s| s.stand.classes[2].guide_fen_per_t).collect()
    };
    let (first, second) = (stood(&at_once), stood(&late));
    assert!(first[0].is_some());
    assert_eq!(second[0], None, "of three sellers two were known");
    assert!(second[1].is_some(), "in April all sales of March are known");
    let filed: Vec<Vec<Sale>> = (1..=3).map(|_| small()).collect();
    assert_eq!(stood(&Known::AsFiled(filed)), first, "a list that holds later sales is cut at the end of the period");
    assert_eq!(stood(&Known::AsFiled(vec![vec![], small(), small()]))[0], None);
    assert_eq!(backtest(subject(&price, &quotes), &small(), &periods, &question(late)).check, None);
}

/// A market of three months: sellers that also buy (circles), two classes, prices around the netback, sales of which some are alike.
fn market() -> impl Strategy<Value = Vec<Sale>> {
    let one = (0..92u64, 0..6usize, 0..6usize, 0..3usize, 60..4000i64, 60..140i64);
    prop::collection::vec(one, 6..26).prop_map(|rows| {
        const NAMES: [&str; 6] = ["甲", "乙", "丙", "丁", "戊", "己"];
        let mut sales: Vec<Sale> = Vec::new();
        for (i, (after, seller, buyer, class, tonnes, pct)) in rows.into_iter().enumerate() {
            let date = day("2024-03-01").checked_add_days(Days::new(after)).unwrap();
            let grade = [20_000, 25_000, 30_000][class];
            let yuan = 1100 * i64::from(grade) / 10_000 * pct / 100;
            let id = format!("{i:03}");
            sales.push(Sale { date, ..sale(&id, "2024-03-01", (NAMES[seller], NAMES[buyer]), grade, tonnes, yuan) });
        }
        sales.sort_by(|a, b| (a.date, &a.id).cmp(&(b.date, &b.id)));
        sales
    })
}

fn moving(price: &PricePolicy) -> (Vec<(NaiveDate, i64)>, Vec<Span>) {
    let quotes = [("2024-02-26", 10_500_000), ("2024-03-20", 11_000_000), ("2024-04-22", 10_000_000), ("2024-05-20", 9_000_000)];
    (quotes.map(|(d, fen)| (day(d), fen)).to_vec(), price.calendar.periods(day("2024-03-01"), day("2024-05-31")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Architecture Invariant: history does not move. What a period says from data cut at its end is what the whole run says.
    #[test]
    fn a_period_from_data_cut_at_its_end_says_what_the_whole_run_says(sales in market()) {
        let price = policy(&[]);
        let (quoted, periods) = moving(&price);
        let of = |sales: &[Sale], quotes: &Quotes, periods: &[Span]| {
            assess(CONCENTRATE, &price, &price.product[CONCENTRATE], sales, quotes, periods, &Anchors::default())
        };
        let quotes = Quotes::new(quoted.iter().copied());
        let whole = of(&sales, &quotes, &periods);
        for (i, span) in periods.iter().enumerate() {
            let cut: Vec<Sale> = sales.iter().filter(|s| s.date <= span.to).cloned().collect();
            let cut_quotes = Quotes::new(quoted.iter().copied().filter(|(d, _)| *d <= span.to));
            prop_assert_eq!(&quotes.until(span.to), &cut_quotes);
            let then = of(&cut, &cut_quotes, &periods[..=i]);
            prop_assert_eq!(&then.periods[..], &whole.periods[..=i]);
            let codes = |bands: &lepid::price::bands::ProductBands| bands.sales.iter().take(cut.len()).map(|s| s.code.clone()).collect::<Vec<_>>();
            prop_assert_eq!(codes(&then), codes(&whole));
        }
        let stood = replay(subject(&price, &quotes), &sales, &periods, &Known::AfterDays(0));
        prop_assert_eq!(agreeing(&stood, &whole), 3);
    }

    /// The method's promise (section 4): one seller can't take the centre outside the range of the others; and the mechanism
    /// (section 7) keeps two guide prices after one price within two largest steps of each other.
    #[test]
    fn one_seller_stays_within_the_range_of_the_others_and_the_mechanism_limits_all(sales in market()) {
        let price = policy(&[0.1]);
        let (quoted, periods) = moving(&price);
        let quotes = Quotes::new(quoted);
        let of = subject(&price, &quotes);
        let steps = course(of, &sales, &periods, &Anchors::default());
        let study = study(of, &sales, &periods, &steps, &[false, true, true]);
        let one = &study.collusion[0];
        prop_assert_eq!(one.escaped, 0);
        prop_assert!(one.exhaustive && one.centres <= study.periods);
        let limit = (1.08f64 / 0.92).ln() + 1e-9;
        for worst in study.collusion.iter().flat_map(|c| &c.shock).filter(|w| w.target == Target::Guide) {
            let first = steps[1].guides_before.iter().all(Option::is_none);
            prop_assert!(first || worst.largest <= limit, "{worst:?}");
        }
        let [inside, outside, across] = [&study.wash.circles[0], &study.wash.circles[1], &study.wash.circles[2]];
        prop_assert_eq!((inside.case, outside.case, across.case), (Case::Inside, Case::Outside, Case::Across));
        prop_assert_eq!(inside.assessed, (0.0, 0.0), "both legs of a circle are left out");
    }
}

#[test]
fn two_sellers_can_leave_the_range_and_a_circle_that_comes_back_late_is_not_seen() {
    let price = policy(&[0.1]);
    let (quotes, periods) = steady(&price);
    let of = subject(&price, &quotes);
    let steps = course(of, &small(), &periods, &Anchors::default());
    let study = study(of, &small(), &periods, &steps, &[true, false, false]);
    assert_eq!(study.collusion.iter().map(|c| (c.sellers, c.sets, c.centres)).collect::<Vec<_>>(), [(1, 3, 1), (2, 3, 1), (3, 1, 0)]);
    assert_eq!(study.collusion.iter().map(|c| c.escaped).collect::<Vec<_>>(), [0, 1, 0]);
    let vwap = study.collusion[0].shock.iter().find(|w| w.target == Target::Vwap).unwrap();
    let assessed = study.collusion[0].shock.iter().find(|w| w.target == Target::Assessed).unwrap();
    assert!(vwap.largest > 3.0 * assessed.largest && assessed.largest > 0.0, "{vwap:?} {assessed:?}");
    assert_eq!(study.wash.circles[0].assessed.0, 0.0);
    assert!(study.wash.circles[1].assessed.0 > 0.0 && study.wash.circles[1].assessed_next.0 > 0.0);
    assert!(study.wash.circles[2].assessed.0 > 0.0, "the way back is not known yet");
    // Three shells make up a class that nobody else sells; two have not the sellers that an estimate takes.
    let shells = |n: u32| study.wash.shells.iter().find(|s| s.sellers == n && s.lots == 1).unwrap();
    let assessed = |n: u32| shells(n).worst.iter().find(|w| w.target == Target::Assessed).unwrap();
    assert_eq!(assessed(3).class_sales, Some(0), "{:?}", assessed(3));
    assert!(assessed(3).largest > 2.0 * assessed(1).largest);
}

#[test]
fn no_sale_moves_a_price_by_formula() {
    let mut price = policy(&[0.1]);
    let product = price.product.get_mut(CONCENTRATE).unwrap();
    product.assessed_by = AssessedBy::Formula;
    product.formula = Some(Formula { factor_ppm: 900_000, at_grade_ppm: 25_000, factor_ppm_per_grade_pct: 0, moisture_ppm: 0 });
    let (quotes, periods) = steady(&price);
    let b = backtest(subject(&price, &quotes), &small(), &periods, &Question { attacks: true, ..question(Known::AfterDays(0)) });
    assert_eq!((b.check.map(|c| (c.periods, c.agree)), b.scored), (Some((3, 3)), 2));
    let study = b.attacks.unwrap();
    let largest = |target: Target| study.collusion[0].shock.iter().find(|w| w.target == target).unwrap().largest;
    assert_eq!((largest(Target::Guide), largest(Target::Assessed)), (0.0, 0.0));
    assert!(largest(Target::Vwap) > 0.1);
    assert!(study.collusion.iter().all(|c| c.centres == 0) && study.wash.circles.iter().all(|c| c.guide == (0.0, 0.0)));
}

#[test]
fn a_fabricated_sale_passes_the_screens_at_every_value_that_is_tried() {
    let price = policy(&[]);
    let (quotes, _) = steady(&price);
    let product = &price.product[CONCENTRATE];
    for y in [product.screen.corridor_low.ln(), -0.3, 0.0, 0.4, product.screen.corridor_high.ln()] {
        let made = fabricated(subject(&price, &quotes), "X", day("2024-03-20"), ("空壳一", "空壳二"), 1, y).unwrap();
        let screened = screen(&[made], &quotes, &price, product);
        assert_eq!((screened[0].code, screened[0].class), (Code::Ok, Some(1)), "{y}");
        assert!((screened[0].y.unwrap() - y).abs() < 1e-4, "{y}");
    }
    assert!(fabricated(subject(&price, &Quotes::default()), "X", day("2024-03-20"), ("空壳一", "空壳二"), 1, 0.0).is_none());
}

const QUOTES: &str = "日期,品种,价格(元/吨)
2024-02-26,电池级碳酸锂,110000
2024-03-25,电池级碳酸锂,110000
2024-04-25,电池级碳酸锂,110000
2024-05-27,电池级碳酸锂,112000
";

const SALES: &str = "合同号,日期,卖方,买方,产品,品位(%),数量(吨),水分(%),单价(元/吨),含税,交货方式,运费(元/吨),账期,关联交易
X01,2024-03-04,甲选矿,丙锂盐,锂云母精矿,2.5,100,0,2600,否,自提,,0,否
X02,2024-03-11,乙选矿,丙锂盐,锂云母精矿,2.5,200,0,2650,否,自提,,0,否
X03,2024-03-18,丁选矿,戊锂盐,锂云母精矿,2.5,300,0,2720,否,自提,,0,否
X04,2024-04-08,甲选矿,丙锂盐,锂云母精矿,2.5,100,0,2700,否,自提,,0,否
X05,2024-04-15,乙选矿,戊锂盐,锂云母精矿,2.5,100,0,2800,否,自提,,0,否
X06,2024-04-22,丁选矿,戊锂盐,锂云母精矿,2.0,100,0,2050,否,自提,,0,否
X07,2024-05-06,甲选矿,丙锂盐,锂云母精矿,2.5,100,0,2700,否,自提,,0,否
X08,2024-05-13,乙选矿,戊锂盐,锂云母精矿,2.5,100,0,2650,否,自提,,0,否
";

fn lepid(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lepid")).current_dir(folder).args(args).output().unwrap()
}

/// A folder with a lake of these sales.
fn lake() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("报价.csv"), QUOTES).unwrap();
    std::fs::write(folder.path().join("销售.csv"), SALES).unwrap();
    let read = lepid(folder.path(), &["ingest", "报价.csv", "销售.csv"]);
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    folder
}

fn stdout(folder: &Path, args: &[&str]) -> String {
    let output = lepid(folder, args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_command_says_how_good_the_price_would_have_been() {
    let folder = lake();
    assert_snapshot!(stdout(folder.path(), &["price", "backtest", "--product", "锂云母精矿"]), @r"
    锂云母精矿 · 参考/指导区间（不具约束力） · 回测 2024-02 – 2024-05
      时点复算：4 期逐期用截至期末的数据重算，与整段计算逐位一致。
      评分 4 期 4 笔成交；4 次定价中不调 0 次、限幅 0 次、足额调整 4 次。
      另有 1 笔成交所属品级此前没有成交，各对照方法无价可报；评估价（移动）误差中位 1.29%。
      3 笔成交之前没有指导价可比。
      按期末所定，以下对照方法优于指导价：加权均价 九成误差 4.50% < 5.51%；加权均价（±4% 过滤） 误差中位 1.37% < 1.96%；加权均价（±4% 过滤） 平均误差 1.81% < 2.40%；加权均价（±4% 过滤） 均方根误差 2.48% < 3.08%；加权均价（±4% 过滤） 九成误差 4.50% < 5.51%。
      随净回值移动时，以下对照方法优于评估价：加权均价 均方根误差 3.09% < 3.10%；加权均价 九成误差 4.50% < 5.51%；加权均价（±4% 过滤） 误差中位 1.37% < 2.00%；加权均价（±4% 过滤） 平均误差 1.81% < 2.44%；加权均价（±4% 过滤） 均方根误差 2.48% < 3.10%；加权均价（±4% 过滤） 九成误差 4.50% < 5.51%。
      按期末所定：
      对下一期成交（%，对数）  误差中位   均值  均方根    偏差  九成以内  本法更近
      指导价                       1.96   2.40    3.08    1.28      5.51         -
      评估价                       2.00   2.44    3.10    1.24      5.51         -
      最近一笔成交价               3.27   3.19    3.62   -1.75      5.51     50.00
      加权均价                     2.77   2.73    3.09   -0.04      4.50     50.00
      中位数                       2.79   3.23    3.57    0.46      5.51     50.00
      加权均价（±4% 过滤）         1.37   1.81    2.48    0.88      4.50      0.00
      仅净回值                    27.03  26.59   26.67  -26.59     28.90    100.00
      随成交当日净回值移动：
      对下一期成交（%，对数）  误差中位   均值  均方根    偏差  九成以内  本法更近
      指导价                       1.96   2.40    3.08    1.28      5.51         -
      评估价                       2.00   2.44    3.10    1.24      5.51         -
      最近一笔成交价               3.27   3.19    3.62   -1.75      5.51     50.00
      加权均价                     2.77   2.73    3.09   -0.04      4.50     50.00
      中位数                       2.79   3.23    3.57    0.46      5.51     50.00
      加权均价（±4% 过滤）         1.37   1.81    2.48    0.88      4.50      0.00
      仅净回值                    27.03  26.59   26.67  -26.59     28.90    100.00
      覆盖率                                          在内  共       %
      成交在公布的区间内                                 5   5  100.00
      成交在随净回值移动的区间内                         5   5  100.00
      成交在评估价±半宽内，移动                          5   5  100.00
      下期中心在评估价 80% 区间内                        2   2  100.00
      下期中心在预测区间内（另加水平变动与中心误差）     2   2  100.00
      成交在评估价 80% 区间内，移动                      4   5   80.00
      平均半宽：区间 ±6.00 %，80% 区间 ±2.39 %
      变动                  期次  变动次数  平均 %  最大 %  折返
      指导价                   4         4    2.23    2.37     0
      评估价                   4         4    2.23    2.35     0
      最近一笔成交价           3         2    4.20    5.51     1
      加权均价                 3         2    2.73    2.77     1
      中位数                   3         2    3.23    3.70     1
      加权均价（±4% 过滤）     3         2    0.90    0.93     1
      仅净回值                 6         2    2.42    2.45     0
    ");
    assert_snapshot!(stdout(folder.path(), &["--lang", "en", "price", "backtest", "--product", "lepidolite_concentrate", "--from", "2024-05"]), @r"
    lepidolite concentrate · reference / guidance range (non-binding) · backtest 2024-05 – 2024-05
      Point in time: all 4 periods, computed anew from data cut at their ends, agree with the whole run to the last digit.
      1 period and 2 sales scored; of 2 prices 0 were held, 0 limited, 2 followed in full.
      as they stood, these rivals are BETTER than the guide price: VWAP, 4 % filter median error 0.93% < 1.12%; VWAP, 4 % filter mean error 0.93% < 1.12%; VWAP, 4 % filter RMSE 1.32% < 1.46%; VWAP, 4 % filter 90 % error 1.87% < 2.05%.
      moved with the netback, these rivals are BETTER than the assessed price: VWAP, 4 % filter median error 0.93% < 1.20%; VWAP, 4 % filter mean error 0.93% < 1.20%; VWAP, 4 % filter RMSE 1.32% < 1.52%; VWAP, 4 % filter 90 % error 1.87% < 2.13%.
      as they stood at the end of the period:
      next sales (%, log)  median   mean   RMSE    bias   90 %  ours nearer
      guide price            1.12   1.12   1.46   -1.12   2.05            -
      assessed price         1.20   1.20   1.52   -1.20   2.13            -
      last price             4.57   4.57   4.67   -4.57   5.51       100.00
      VWAP                   2.77   2.77   2.92   -2.77   3.70       100.00
      median                 2.77   2.77   2.92   -2.77   3.70       100.00
      VWAP, 4 % filter       0.93   0.93   1.32   -0.93   1.87         0.00
      netback only          27.97  27.97  27.98  -27.97  28.90       100.00
      moved with the netback of the day of the sale:
      next sales (%, log)  median   mean   RMSE    bias   90 %  ours nearer
      guide price            1.12   1.12   1.46   -1.12   2.05            -
      assessed price         1.20   1.20   1.52   -1.20   2.13            -
      last price             4.57   4.57   4.67   -4.57   5.51       100.00
      VWAP                   2.77   2.77   2.92   -2.77   3.70       100.00
      median                 2.77   2.77   2.92   -2.77   3.70       100.00
      VWAP, 4 % filter       0.93   0.93   1.32   -0.93   1.87         0.00
      netback only          27.97  27.97  27.98  -27.97  28.90       100.00
      coverage                                                  inside  of       %
      sales within the band as printed                               2   2  100.00
      sales within the band, moved                                   2   2  100.00
      sales within the half-width of the assessed price, moved       2   2  100.00
      next centres within the 80 % interval                          0   0       -
      next centres within the interval of the forecast               0   0       -
      sales within the 80 % interval, moved                          2   2  100.00
      mean half-width: band ±6.00 %, 80 % interval ±2.53 %
      moves             steps  moved  mean %  largest %  reversals
      guide price           2      2    2.35       2.37          0
      assessed price        2      2    2.33       2.35          0
      last price            2      1    5.51       5.51          0
      VWAP                  2      1    2.77       2.77          0
      median                2      1    2.77       2.77          0
      VWAP, 4 % filter      2      1    0.93       0.93          0
      netback only          2      2    2.42       2.45          0
    ");
}

#[test]
fn json_page_and_pictures_are_written_and_need_nothing_from_elsewhere() {
    let folder = lake();
    let args = ["price", "backtest", "--product", "lepidolite_concentrate", "--attacks", "--out", "out", "--json"];
    let printed: serde_json::Value = serde_json::from_str(&stdout(folder.path(), &args)).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join("out").join(name)).unwrap();
    let written: serde_json::Value = serde_json::from_str(&read("backtest.json")).unwrap();
    assert_eq!(printed, written);
    let product = &written["products"][0];
    assert_eq!((&product["scored"], &product["check"]["agree"]), (&4.into(), &4.into()));
    assert_eq!(product["attacks"]["collusion"][0]["escaped"], 0);
    let page = read("backtest.html");
    assert!(page.contains("<svg") && page.contains("定义") && page.contains("Definitions"));
    let elsewhere = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!elsewhere.contains("http") && !elsewhere.contains("<script") && !elsewhere.contains("甲选矿"), "self-contained, names nobody");
    for kind in ["error", "time", "attack", "sustained"] {
        assert!(read(&format!("charts/backtest-{kind}-lepidolite_concentrate.svg")).starts_with("<svg"), "{kind}");
    }
    // A backtest without attacks takes the pictures of the earlier one away.
    stdout(folder.path(), &["price", "backtest", "--product", "lepidolite_concentrate", "--out", "out"]);
    assert!(!folder.path().join("out/charts/backtest-attack-lepidolite_concentrate.svg").exists());
}

#[test]
fn what_can_not_be_replayed_is_refused_with_what_to_do() {
    let folder = lake();
    let failed = |args: &[&str]| {
        let output = lepid(folder.path(), args);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, says) = failed(&["price", "backtest", "--as-filed"]);
    assert_eq!(code, Some(1));
    assert!(says.contains("--lag-days") && says.contains("the lake was filled from"), "{says}");
    let (code, says) = failed(&["price", "backtest", "--from", "2030-01"]);
    assert!(code == Some(1) && says.contains("2024-02") && says.contains("2024-05"), "{says}");
    let (code, says) = failed(&["--lake", "empty", "price", "backtest"]);
    assert!(code == Some(1) && says.contains("lepid ingest"), "{says}");
    for args in [["price", "backtest", "--from", "spring"].as_slice(), &["price", "backtest", "--as-filed", "--lag-days", "3"]] {
        assert_eq!(failed(args).0, Some(2), "{args:?}");
    }
}

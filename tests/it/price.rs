//! Does `lepid price` price a lake as a user fills it?

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use insta::assert_snapshot;
use lepid::engine::Engine;
use lepid::ingest::{Options, Quiet};
use lepid::lake::load::{LoadOptions, ingest};
use lepid::lake::{AsOf, Lake};
use lepid::policy::Policy;
use lepid::price::bands::ProductBands;
use std::path::Path;
use std::process::{Command, Output};

const COMPANIES: &str = "统一社会信用代码,企业名称,实际控制人
91360900MA00000015,甲选矿,某集团
91360900MA00000028,某集团锂业,某集团
";

const QUOTES: &str = "日期,品种,价格(元/吨)
2024-02-26,电池级碳酸锂,95000
2024-03-25,电池级碳酸锂,110000
2024-04-29,电池级碳酸锂,111500
";

const SALES_HEADER: &str = "合同号,日期,卖方,买方,产品,品位(%),数量(吨),水分(%),单价(元/吨),含税,交货方式,运费(元/吨),账期,关联交易\n";

const SALES: [&str; 13] = [
    "X01,2024-03-01,甲选矿,丙锂盐,锂云母精矿,2.5,300,10,2560,是,自提,,,否",
    "X02,2024-03-04,乙选矿,丙锂盐,锂云母精矿,2.45,500,8,2700,是,送到,90,30,否",
    "X03,2024-03-08,丁选矿,戊锂盐,锂云母精矿,2.1,420,12,1950,是,自提,,,否",
    "X04,2024-03-12,己选矿,戊锂盐,锂云母精矿,2.9,380,9,2880,否,自提,,60,否",
    "X05,2024-03-12,己选矿,戊锂盐,锂云母精矿,2.9,380,9,2880,否,自提,,60,否",
    "X06,2024-03-14,甲选矿,某集团锂业,锂云母精矿,2.5,200,10,1800,是,自提,,,否",
    "X07,2024-03-15,乙选矿,丙锂盐,锂云母精矿,,200,10,2500,是,自提,,,否",
    "X08,2024-03-18,乙选矿,丙锂盐,锂云母精矿,2.5,40,10,2500,是,自提,,,否",
    "X09,2024-03-20,丁选矿,丙锂盐,锂云母精矿,2.5,400,10,25.5,是,自提,,,否",
    "X10,2024-03-21,丁选矿,丙锂盐,锂云母精矿,2.5,400,10,2600,,自提,,,否",
    "K01,2024-03-05,甲选矿,乙选矿,含锂瓷土,0.4,3000,5,310,是,自提,,,否",
    "K02,2024-03-06,庚矿,乙选矿,含锂瓷土,0.42,5000,6,330,是,自提,,,否",
    "K03,2024-03-07,辛矿,丁选矿,含锂瓷土,0.31,4000,5,215,是,自提,,,否",
];

/// A folder with a lake of these sales, in this order.
fn lake_of(sales: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let files =
        [write("企业.csv", COMPANIES), write("报价.csv", QUOTES), write("销售.csv", &format!("{SALES_HEADER}{}\n", sales.join("\n")))];
    let lake = Lake::open(&folder.path().join("lake").to_string_lossy()).unwrap();
    let options = LoadOptions { ingest: Options { forced: None, progress: &Quiet }, correct: false };
    let read = ingest(&lake, &files, &options, &mut |_| {}).unwrap();
    assert!(read.iter().all(|f| f.table.is_some()), "{read:?}");
    folder
}

fn bands(folder: &Path) -> Vec<ProductBands> {
    let lake = Lake::open(&folder.join("lake").to_string_lossy()).unwrap();
    let engine = Engine::new(&lake.snapshot(&AsOf::Latest).unwrap()).unwrap();
    lepid::price::bands(&engine, &Policy::builtin().unwrap()).unwrap()
}

fn lepid(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lepid")).current_dir(folder).args(args).output().unwrap()
}

fn stdout(folder: &Path, args: &[&str]) -> String {
    let output = lepid(folder, args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_command_prints_the_bands_of_a_month() {
    let folder = lake_of(&SALES);
    assert_snapshot!(stdout(folder.path(), &["price", "--month", "2024-03"]), @r"
    锂云母精矿 · 参考/指导区间（不具约束力） · 元/干吨，出厂，不含税，现款

    2024-03  采用 4 笔，卖方 4，买方 2；碳酸锂 110000.00 元/吨（距期末 6 天）；区间半宽 6.0 %
      可信程度 C 级；有效笔数 4.0，最大卖方 31.8%，单笔影响 8.0%，合谋门槛 2 家。未达 B 级：成交 4（须 6）、单一卖方影响 8.0%（至多 5.0%）。B 级要求：至少 6 笔成交、4 个卖方、单一卖方影响不超过 5.0%。
      未采用：M_GRADE 缺品位 1；M_TERMS 未写明含税、交货方式或账期 1；S1_DUPLICATE 重复登记 1；S2_RELATED 关联方、同一控制人或互卖 1；S3_MINLOT 低于最小批量 1；S5_CORRIDOR 偏离净回值，待核对单据 1
      月份     品位    指导价     下限     上限     每度  环比  机制   结转  80%区间     等级  卖方影响  阶梯  依据
      2024-03  1.5 %  1780.00  1675.00  1890.00  1186.67     -  首期  +1.59  1743–1821  C     8.0%      L3    其他品级的成交
      2024-03  2.0 %  2460.00  2315.00  2610.00  1230.00     -  首期  +1.27  2408–2516  C     8.0%      L3    其他品级的成交
      2024-03  2.5 %  3140.00  2955.00  3335.00  1256.00     -  首期  +0.95  3073–3211  C     8.0%      L3    其他品级的成交
      2024-03  3.0 %  3820.00  3600.00  4055.00  1273.33     -  首期  +0.63  3738–3905  C     8.0%      L3    其他品级的成交
      2024-03  3.5 %  4500.00  4240.00  4780.00  1285.71     -  首期  +0.31  4403–4600  C     8.0%      L3    其他品级的成交

    含锂瓷土原矿 · 参考/指导区间（不具约束力） · 元/干吨，出厂，不含税，现款

    2024-03  采用 3 笔，卖方 3，买方 2；碳酸锂 110000.00 元/吨（距期末 6 天）；区间半宽 6.0 %
      可信程度 C 级；有效笔数 3.0，最大卖方 41.4%，单笔影响 15.5%，合谋门槛 2 家。未达 B 级：成交 3（须 6）、卖方 3（须 4）、单一卖方影响 15.5%（至多 5.0%）。B 级要求：至少 6 笔成交、4 个卖方、单一卖方影响不超过 5.0%。
      月份     品位   指导价    下限    上限    每度  环比  机制   结转  80%区间   等级  卖方影响  阶梯  依据
      2024-03  0.2 %  110.00  104.00  117.00  550.00     -  首期  -0.01  108–112  C     15.5%     L3    其他品级的成交
      2024-03  0.3 %  218.00  205.00  231.00  726.67     -  首期  -0.35  214–221  C     15.5%     L3    其他品级的成交
      2024-03  0.4 %  325.00  306.00  345.00  812.50     -  首期  +0.30  320–330  C     15.5%     L3    其他品级的成交
      2024-03  0.5 %  433.00  408.00  460.00  866.00     -  首期  -0.04  426–440  C     15.5%     L3    其他品级的成交
      2024-03  0.6 %  541.00  509.00  574.00  901.67     -  首期  -0.38  532–549  C     15.5%     L3    其他品级的成交
      2024-03  0.7 %  648.00  610.00  688.00  925.71     -  首期  +0.28  638–659  C     15.5%     L3    其他品级的成交
      2024-03  0.8 %  756.00  712.00  803.00  945.00     -  首期  -0.07  744–768  C     15.5%     L3    其他品级的成交
    ");
    assert_snapshot!(stdout(folder.path(), &["price", "--product", "锂云母精矿", "--month", "2024-04", "--lang", "en"]), @r"
    lepidolite concentrate · reference / guidance range (non-binding) · yuan a dry tonne, ex works, without VAT, cash

    2024-04  0 sales, 0 sellers, 0 buyers; carbonate 111500.00 yuan/t (1 d before the end); half-width 6.0 %
      tier D; 0.0 effective deals, largest seller -, influence of one sale -, breakdown - sellers. Short of tier C: 0 sales of 3, 0 sellers of 3. Tier C needs at least 3 sales, 3 sellers.
      month    grade    guide    lower    upper   per du  change  mechanism   carry  80% interval  tier  influence  ladder  rests on
      2024-04  1.5 %  1815.00  1710.00  1925.00  1210.00  +35.00  adjust      +0.86  1756–1878    D             -  L4      carried 1, netback of today
      2024-04  2.0 %  2460.00  2315.00  2610.00  1230.00    0.00  hold       +46.97  2424–2593    D             -  L4      carried 1, netback of today
      2024-04  2.5 %  3140.00  2955.00  3335.00  1256.00    0.00  hold       +58.07  3092–3308    D             -  L4      carried 1, netback of today
      2024-04  3.0 %  3820.00  3600.00  4055.00  1273.33    0.00  hold       +69.18  3760–4023    D             -  L4      carried 1, netback of today
      2024-04  3.5 %  4500.00  4240.00  4780.00  1285.71    0.00  hold       +80.28  4428–4737    D             -  L4      carried 1, netback of today
      1.5 %  Up 35 yuan a dry tonne (+2.0%): carbonate (netback) +34.27, mechanism +0.73; mechanism this period: adjusted.
      2.0 %  Unchanged: carbonate (netback) +45.7, mechanism -45.7; mechanism this period: below the trigger, held.
      2.5 %  Unchanged: carbonate (netback) +57.12, mechanism -57.12; mechanism this period: below the trigger, held.
      3.0 %  Unchanged: carbonate (netback) +68.55, mechanism -68.55; mechanism this period: below the trigger, held.
      3.5 %  Unchanged: carbonate (netback) +79.97, mechanism -79.97; mechanism this period: below the trigger, held.
    ");
}

#[test]
fn every_sale_is_listed_with_its_price_and_what_became_of_it() {
    let folder = lake_of(&SALES);
    let sales = stdout(folder.path(), &["price", "sales", "--product", "lepidolite_concentrate", "--month", "2024-03"]);
    assert_snapshot!(sales, @r"
    锂云母精矿 · 参考/指导区间（不具约束力） · 元/干吨，出厂，不含税，现款
      日期        合同号  卖方    买方        品级     干吨   折算价   净回值     比值  结果
      2024-03-01  X01     甲选矿  丙锂盐       2.5  270.000  2517.21  2894.70    0.870  OK 采用
      2024-03-04  X02     乙选矿  丙锂盐       2.5  460.000  2498.16  2831.00    0.882  OK 采用
      2024-03-08  X03     丁选矿  戊锂盐       2.0  369.600  1960.98  2385.15    0.822  OK 采用
      2024-03-12  X04     己选矿  戊锂盐       3.0  345.800  3141.60  3404.25    0.923  OK 采用
      2024-03-12  X05     己选矿  戊锂盐       3.0  345.800  3141.60  3404.25    0.923  S1_DUPLICATE 重复登记
      2024-03-14  X06     甲选矿  某集团锂业   2.5  180.000  1769.91  2894.70    0.611  S2_RELATED 关联方、同一控制人或互卖
      2024-03-15  X07     乙选矿  丙锂盐         -  180.000  2458.21        -        -  M_GRADE 缺品位
      2024-03-18  X08     乙选矿  丙锂盐       2.5   36.000  2458.21  2894.70    0.849  S3_MINLOT 低于最小批量
      2024-03-20  X09     丁选矿  丙锂盐       2.5  360.000    25.07  2894.70  0.00866  S5_CORRIDOR 偏离净回值，待核对单据；约 1/100：单价是否以百元计，或小数点错了两位？
      2024-03-21  X10     丁选矿  丙锂盐       2.5  360.000        -  2894.70        -  M_TERMS 未写明含税、交货方式或账期
    ");
}

#[test]
fn json_says_what_the_price_may_be_called() {
    let folder = lake_of(&SALES);
    for args in [["price", "--json", "--month", "2024-03"].as_slice(), &["price", "sales", "--json"]] {
        let value: serde_json::Value = serde_json::from_str(&stdout(folder.path(), args)).unwrap();
        assert_eq!(value["notice"]["zh"], "参考/指导区间（不具约束力）");
    }
}

#[test]
fn the_order_of_rows_in_the_file_does_not_matter() {
    let forwards = bands(lake_of(&SALES).path());
    let mut reversed = SALES;
    reversed.reverse();
    let backwards = bands(lake_of(&reversed).path());
    for (a, b) in forwards.iter().zip(&backwards) {
        assert_eq!(a.periods, b.periods);
    }
    assert!(forwards.iter().all(|b| b.periods.iter().any(|p| p.theta.is_some())), "both products are priced");
}

#[test]
fn an_empty_lake_has_no_periods_and_before_the_sales_there_is_no_price() {
    let folder = lake_of(&SALES);
    let empty = stdout(folder.path(), &["price", "--json", "--as-of", "0"]);
    let value: serde_json::Value = serde_json::from_str(&empty).unwrap();
    assert!(value["bands"].as_array().unwrap().iter().all(|b| b["periods"].as_array().unwrap().is_empty()));
    let hint = stdout(folder.path(), &["price", "--as-of", "0"]);
    assert!(hint.contains("lepid ingest"), "{hint}");
    let quotes_only = stdout(folder.path(), &["price", "--json", "--as-of", "2"]);
    assert!(quotes_only.contains("netback_fen_per_t") && !quotes_only.contains("own-period"));
}

#[test]
fn wrong_usage_is_2_and_a_wrong_policy_is_1_and_names_the_key() {
    let folder = lake_of(&SALES[..1]);
    for args in [["price", "--month", "2024-3x"], ["price", "--product", "煤"]] {
        assert_eq!(lepid(folder.path(), &args).status.code(), Some(2), "{args:?}");
    }
    let not_priced = lepid(folder.path(), &["price", "--product", "锂渣"]);
    assert_eq!(not_priced.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&not_priced.stderr).contains("price.product.lithium_slag"));
    std::fs::write(folder.path().join("policy.toml"), "[price.product.lepidolite_concentrate.mechanism]\ntick_yuan_per_t = -5\n").unwrap();
    let wrong = lepid(folder.path(), &["--policy", "policy.toml", "price"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("product.lepidolite_concentrate.mechanism.tick_yuan_per_t"));
}

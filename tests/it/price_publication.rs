//! Can two people publish from an empty folder, and is everything refused that must be?

use insta::assert_snapshot;
use lepid::engine::Engine;
use lepid::ingest::{Options, Quiet};
use lepid::lake::load::{LoadOptions, ingest};
use lepid::lake::{AsOf, Lake, TableChange};
use lepid::policy::Policy;
use lepid::price::bulletin::Bulletin;
use lepid::price::publication::judge::{APPROVE_MOVE, Asked, HOLD};
use lepid::price::publication::verify::{Again, verify};
use lepid::price::publication::{
    Correcting, Draft, Ledger, PublicationError, Published, Refusal, Who, correct, draft, publish, published, reject, review, store,
    withdraw,
};
use polars::prelude::*;
use std::path::Path;
use std::process::{Command, Output};

const HEADER: &str = "合同号,日期,卖方,买方,产品,品位(%),数量(吨),水分(%),单价(元/吨),含税,交货方式,运费(元/吨),账期,关联交易\n";
const SELLERS: [&str; 5] = ["甲山选矿", "乙水选矿", "丁岭选矿", "己坡选矿", "辛谷选矿"];
const BUYERS: [&str; 3] = ["丙锂盐厂", "戊锂盐厂", "庚锂盐厂"];
const QUOTES: &str = "日期,品种,价格(元/吨)
2024-02-26,电池级碳酸锂,95000
2024-03-27,电池级碳酸锂,110000
2024-04-28,电池级碳酸锂,111500
2024-05-29,电池级碳酸锂,118000
2024-06-27,电池级碳酸锂,121000
";
/// After all of the records.
const NOW: &str = "2024-07-02T01:30:00Z";

/// Sales of a month: so many sellers, prices at so many per cent of the usual.
fn month(month: u32, sellers: usize, pct: i64) -> String {
    let mut rows = String::new();
    for (i, seller) in SELLERS.iter().take(sellers).enumerate() {
        let price = (2600 + 20 * i as i64) * pct / 100;
        let (day, buyer) = (3 + 4 * i, BUYERS[i % 3]);
        rows.push_str(&format!(
            "HT{month:02}-{i:03},2024-{month:02}-{day:02},{seller},{buyer},锂云母精矿,2.5,300,10,{price},是,自提,,,否\n"
        ));
    }
    rows
}

struct Centre {
    folder: tempfile::TempDir,
}

impl Centre {
    fn new(sales: &str) -> Self {
        let centre = Self { folder: tempfile::tempdir().unwrap() };
        centre.load("报价.csv", QUOTES, false);
        centre.load("销售.csv", &format!("{HEADER}{sales}"), false);
        centre
    }

    /// March and April with evidence enough, May with two sellers only.
    fn usual() -> Self {
        Self::new(&[month(3, 5, 100), month(4, 5, 104), month(5, 2, 104)].concat())
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn lake(&self) -> Lake {
        Lake::open(&self.path().join("lake").to_string_lossy()).unwrap()
    }

    fn load(&self, name: &str, text: &str, correct: bool) {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        let options = LoadOptions { ingest: Options { forced: None, progress: &Quiet }, correct };
        let read = ingest(&self.lake(), &[path], &options, &mut |_| {}).unwrap();
        assert!(read.iter().all(|f| f.table.is_some() && f.quarantined == 0), "{read:?}");
    }

    fn ledger(&self) -> Ledger {
        store::ledger(&self.lake().snapshot(&AsOf::Latest).unwrap()).unwrap()
    }

    fn draft(&self, period: &str) -> Result<Draft, PublicationError> {
        draft(&self.lake(), &policy(), period, &[], None, who("张三"))
    }

    /// Draft, review and publication by three persons.
    fn publish(&self, period: &str) -> Result<Published, PublicationError> {
        let id = self.draft(period)?.id;
        review(&self.lake(), &id, None, who("李四"))?;
        publish(&self.lake(), &policy(), &id, who("王五"))
    }

    fn lepid(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_lepid")).current_dir(self.path()).args(args).output().unwrap()
    }

    #[track_caller]
    fn done(&self, args: &[&str]) -> String {
        let output = self.lepid(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn refused(&self, args: &[&str]) -> String {
        let output = self.lepid(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }
}

fn who(by: &str) -> Who<'_> {
    Who { by, at: NOW.parse().unwrap() }
}

fn policy_with(text: &str) -> Policy {
    Policy::builtin().unwrap().with(&text.parse().unwrap()).unwrap()
}

fn policy() -> Policy {
    policy_with("[price.publication]\nissuer = \"某市矿产品价格中心\"\n")
}

#[track_caller]
fn refusal<T>(result: Result<T, PublicationError>) -> Refusal {
    match result.map(drop) {
        Err(PublicationError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

fn guide(of: &Bulletin, class: &str) -> Option<i64> {
    of.products
        .iter()
        .find(|p| p.product == "lepidolite_concentrate")
        .unwrap()
        .classes
        .iter()
        .find(|c| c.class == class)
        .unwrap()
        .guide_fen_per_t
}

#[test]
fn two_people_publish_and_correct_from_an_empty_folder_by_the_command() {
    let centre = Centre { folder: tempfile::tempdir().unwrap() };
    let write = |name: &str, text: &str| std::fs::write(centre.path().join(name), text).unwrap();
    write("报价.csv", QUOTES);
    write("销售.csv", &format!("{HEADER}{}{}", month(3, 5, 100), month(4, 5, 104)));
    centre.done(&["ingest", "报价.csv", "销售.csv"]);
    assert!(centre.done(&["price", "bulletins"]).contains("lepid price draft"));

    let text = centre.done(&["price", "draft", "--period", "2024-03", "--by", "张三"]);
    assert!(text.contains("D2024-03-1") && text.contains("lepid price review"), "{text}");
    assert!(centre.refused(&["price", "publish", "D2024-03-1", "--by", "王五"]).contains("lepid price review D2024-03-1"));
    assert!(centre.refused(&["price", "review", "D2024-03-1", "--by", " 张　三 "]).contains("不能复核"));
    centre.done(&["price", "review", "D2024-03-1", "--by", "李四"]);
    assert!(centre.refused(&["price", "publish", "D2024-03-1", "--by", "王五"]).contains("issuer"));

    write("policy.toml", "[price.publication]\nissuer = \"某市矿产品价格中心\"\nnumber_word = \"某锂价\"\n");
    let with = |args: &[&str]| [&["--policy", "policy.toml", "price"], args].concat().iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    let done = |args: &[&str]| centre.done(&with(args).iter().map(String::as_str).collect::<Vec<_>>());
    let refused = |args: &[&str]| centre.refused(&with(args).iter().map(String::as_str).collect::<Vec<_>>());
    done(&["draft", "--period", "2024-03", "--by", "张三"]);
    done(&["review", "D2024-03-2", "--by", "李四"]);
    let published = done(&["publish", "D2024-03-2", "--by", "王五", "--out", "out"]);
    assert!(published.contains("某锂价〔") && published.contains("1号"), "{published}");
    assert!(refused(&["publish", "D2024-03-2", "--by", "王五"]).contains("已发布为"));
    assert!(refused(&["draft", "--period", "2024-03", "--by", "张三"]).contains("lepid price correct"));

    let list: serde_json::Value = serde_json::from_str(&done(&["bulletins", "list", "--json"])).unwrap();
    let number = list["bulletins"][0]["number"].as_str().unwrap().to_owned();
    assert!(done(&["bulletins", "show", &number]).contains("关于发布2024年3月锂云母精矿参考价格区间的通告"));
    let year = number.split_once('〔').unwrap().1.split_once('〕').unwrap().0.to_owned();
    let file = std::fs::read_to_string(centre.path().join(format!("out/bulletin-某锂价〔{year}〕1号.json"))).unwrap();
    let document: Bulletin = serde_json::from_str(&file).unwrap();
    assert_eq!(document.number.as_deref(), Some(number.as_str()));

    // A sale was reported too low: what it was replaced by moves the price.
    let right = month(3, 5, 100).replace("2600", "2990").replace("2620", "2990").replace("2640", "2990");
    write("更正.csv", &format!("{HEADER}{right}"));
    centre.done(&["ingest", "--correct", "更正.csv"]);
    let found = done(&["correct", &number, "--by", "张三", "--reason", "三笔成交单价录入有误"]);
    assert!(found.contains("C2024-03-3") && found.contains(&format!("更正 {number}")), "{found}");
    done(&["review", "C2024-03-3", "--by", "李四"]);
    done(&["publish", "C2024-03-3", "--by", "王五", "--out", "out"]);
    assert!(refused(&["correct", &number, "--by", "张三", "--reason", "再次"]).contains("已由"));
    let errors: serde_json::Value = serde_json::from_str(&done(&["bulletins", "errors", "--json"])).unwrap();
    assert_eq!(errors["corrections"][0]["number"].as_str(), Some(number.as_str()));
    assert!(done(&["bulletins", "errors"]).contains("三笔成交单价录入有误"));
    assert!(done(&["bulletins", "verify", "--recompute"]).contains("核验通过"));

    // What is in force is what the next run and `lepid price` show.
    let latest: serde_json::Value = serde_json::from_str(&done(&["bulletins", "show", &format!("某锂价〔{year}〕2号"), "--json"])).unwrap();
    let in_force = latest["products"][0]["classes"][2]["guide_fen_per_t"].as_i64().unwrap();
    let prices: serde_json::Value = serde_json::from_str(&done(&["--month", "2024-03", "--json"])).unwrap();
    assert_eq!(prices["bands"][0]["periods"][0]["classes"][2]["guide_fen_per_t"].as_i64(), Some(in_force));
    for command in [&["draft", "--by", "张三"][..], &["draft", "--period", "2024-03"], &["correct", &number, "--by", "张三"]] {
        let output = centre.lepid(&with(command).iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(2), "{command:?}");
    }
}

#[test]
fn every_refusal_says_what_to_do_next() {
    let centre = Centre::usual();
    let lake = centre.lake();
    assert_eq!(refusal(draft(&lake, &policy(), "2024-03", &[], None, who(" "))), Refusal::Nobody { given: " ".to_owned() });
    assert!(matches!(refusal(centre.draft("2025-01")), Refusal::NoSuchPeriod { known, .. } if known == "2024-02 – 2024-06"));
    let early = Who { by: "张三", at: "2024-03-31T15:59:59Z".parse().unwrap() };
    assert!(matches!(refusal(draft(&lake, &policy(), "2024-03", &[], None, early)), Refusal::NotEnded { to, .. } if to == "2024-03-31"));
    assert!(matches!(refusal(review(&lake, "D2024-03-9", None, who("李四"))), Refusal::NoSuchDraft { .. }));

    let id = centre.draft("2024-03").unwrap().id;
    for own in ["张三", " 张 三", "张\u{3000}三"] {
        assert!(matches!(refusal(review(&lake, &id, None, who(own))), Refusal::OwnDraft { .. }), "{own}");
        assert!(matches!(refusal(reject(&lake, &id, "不对", who(own))), Refusal::OwnDraft { .. }), "{own}");
    }
    assert!(matches!(refusal(publish(&lake, &policy(), &id, who("王五"))), Refusal::NotReviewed { .. }));
    assert_eq!(refusal(reject(&lake, &id, " ", who("李四"))), Refusal::NoReason);
    reject(&lake, &id, "数据不全", who("李四")).unwrap();
    assert!(matches!(refusal(review(&lake, &id, None, who("李四"))), Refusal::DraftClosed { .. }));
    let id = centre.draft("2024-03").unwrap().id;
    withdraw(&lake, &id, "重拟", who("张三")).unwrap();
    assert!(matches!(refusal(publish(&lake, &policy(), &id, who("王五"))), Refusal::DraftClosed { .. }));

    // A later draft of the period replaces the open one, with its review.
    let first = centre.draft("2024-03").unwrap().id;
    review(&lake, &first, None, who("李四")).unwrap();
    assert!(matches!(refusal(review(&lake, &first, None, who("赵六"))), Refusal::Reviewed { person, .. } if person == "李四"));
    let second = centre.draft("2024-03").unwrap().id;
    assert!(matches!(refusal(publish(&lake, &policy(), &first, who("王五"))), Refusal::DraftClosed { .. }));
    review(&lake, &second, None, who("李四")).unwrap();
    let other = policy_with("[price.publication]\nissuer = \"某市矿产品价格中心\"\nmin_shown = 4\n");
    assert!(matches!(refusal(publish(&lake, &other, &second, who("王五"))), Refusal::PolicyChanged { .. }));
    let number = publish(&lake, &policy(), &second, who("王五")).unwrap().number;
    assert_eq!(number, "〔2024〕1号");
    assert_eq!(refusal(publish(&lake, &policy(), &second, who("王五"))), Refusal::DraftPublished { id: second, number: number.clone() });
    assert!(matches!(refusal(centre.draft("2024-03")), Refusal::PeriodPublished { .. }));
    assert!(matches!(refusal(centre.draft("2024-02")), Refusal::BeforeFirst { .. }));
    assert!(matches!(refusal(centre.draft("2024-05")), Refusal::EarlierUnpublished { after, .. } if after == "2024-03"));
    assert!(matches!(refusal(correct(&lake, &policy(), "〔2024〕9号", &[], "错", who("张三"))), Refusal::NoSuchBulletin { .. }));
    assert_eq!(refusal(correct(&lake, &policy(), "[2024]1", &[], "错", who("张三"))), Refusal::NothingToCorrect { number });
    for text in [Refusal::NoIssuer.to_string(), refusal(centre.draft("2024-05")).to_string()] {
        assert!(text.contains(" / "), "Chinese and English: {text}");
    }
}

#[test]
fn a_draft_of_which_the_inputs_changed_is_not_published_and_what_came_later_changes_nothing() {
    let centre = Centre::usual();
    let lake = centre.lake();
    let reviewed = |id: &str| review(&lake, id, None, who("李四")).unwrap();
    let id = centre.draft("2024-03").unwrap().id;
    reviewed(&id);
    // A sale and a quotation of later periods.
    centre.load("六月.csv", &format!("{HEADER}{}", month(6, 5, 110)), false);
    centre.load("报价2.csv", "日期,品种,价格(元/吨)\n2024-04-29,电池级碳酸锂,99000\n", false);
    assert_eq!(publish(&lake, &policy(), &id, who("王五")).unwrap().number, "〔2024〕1号");

    for (file, text) in [
        ("补录.csv", format!("{HEADER}HT04-099,2024-04-20,壬洼选矿,丙锂盐厂,锂云母精矿,2.5,300,10,2650,是,自提,,,否\n")),
        ("报价3.csv", "日期,品种,价格(元/吨)\n2024-04-30,电池级碳酸锂,99000\n".to_owned()),
        ("企业.csv", "统一社会信用代码,企业名称,实际控制人\n91360900MA00000015,甲山选矿,某集团\n".to_owned()),
    ] {
        let id = centre.draft("2024-04").unwrap().id;
        reviewed(&id);
        centre.load(file, &text, false);
        assert!(matches!(refusal(publish(&lake, &policy(), &id, who("王五"))), Refusal::InputsChanged { .. }), "{file}");
    }
    assert_eq!(centre.publish("2024-04").unwrap().number, "〔2024〕2号");
}

#[test]
fn in_tier_d_a_price_moves_only_with_a_recorded_approval() {
    let centre = Centre::usual();
    let lake = centre.lake();
    let target = |target: &str, what| vec![Asked { target: target.to_owned(), what }];
    let asking = |period: &str, asked: &[Asked], reason: Option<&str>| draft(&lake, &policy(), period, asked, reason, who("张三"));

    // The first price of all, of tier D: none without an approval.
    let thin = Centre::new(&[month(3, 5, 100), month(4, 2, 130)].concat());
    let first = thin.draft("2024-04").unwrap().document;
    assert_eq!((first.products[0].tier.as_str(), guide(&first, "2.5")), ("D", None));
    let approve = target("锂云母精矿", APPROVE_MOVE);
    let approved = draft(&thin.lake(), &policy(), "2024-04", &approve, Some("市场调查属实"), who("张三")).unwrap().document;
    assert!(guide(&approved, "2.5").is_some());
    assert_eq!(approved.judgements[0].by, "张三");

    centre.publish("2024-03").unwrap();
    let april = asking("2024-04", &[], None).unwrap().document;
    assert_ne!(april.products[0].tier, "D");
    assert!(matches!(refusal(asking("2024-04", &approve, Some("无须"))), Refusal::NothingToApprove { .. }), "not of tier D");
    let hold = target("lepidolite_concentrate/2.5", HOLD);
    assert_eq!(refusal(asking("2024-04", &hold, None)), Refusal::NoReason);
    assert!(matches!(refusal(asking("2024-04", &target("锂渣", HOLD), Some("维持"))), Refusal::NoSuchTarget { .. }));
    let both = [hold.clone(), target("锂云母精矿", APPROVE_MOVE)].concat();
    assert!(matches!(refusal(asking("2024-04", &both, Some("维持"))), Refusal::Contrary { .. }));
    let held = asking("2024-04", &hold, Some("春节前后成交不具代表性")).unwrap().document;
    let class = |of: &Bulletin, id: &str| of.products[0].classes.iter().find(|c| c.class == id).unwrap().clone();
    assert_eq!(class(&held, "2.5").guide_fen_per_t, class(&held, "2.5").before_fen_per_t);
    assert!(class(&held, "2.5").reason.zh.contains("春节前后成交不具代表性") && class(&held, "2.5").act == "hold");
    assert_ne!(class(&held, "2.0").guide_fen_per_t, class(&held, "2.0").before_fen_per_t, "the other classes move");
    let names = |reason| refusal(asking("2024-04", &hold, Some(reason)));
    assert!(matches!(names("因甲山选矿停产"), Refusal::NamesSomebody { named } if named == "甲山选矿"));
    assert!(matches!(names("合同 ht04-001 有疑"), Refusal::NamesSomebody { .. }));

    centre.publish("2024-04").unwrap();
    let may = asking("2024-05", &[], None).unwrap().document;
    assert_eq!(may.products[0].tier, "D");
    for class in &may.products[0].classes {
        assert_eq!(class.guide_fen_per_t, class.before_fen_per_t, "{class:?}");
        assert!(class.reason.zh.contains("D 级"), "{}", class.reason.zh);
    }
    let moved = asking("2024-05", &target("锂云母精矿/2.5", APPROVE_MOVE), Some("碳酸锂上涨，已核实")).unwrap().document;
    assert_ne!(class(&moved, "2.5").guide_fen_per_t, class(&moved, "2.5").before_fen_per_t);
    assert_eq!(class(&moved, "2.0").guide_fen_per_t, class(&moved, "2.0").before_fen_per_t);
    assert!(class(&moved, "2.5").reason.zh.contains("碳酸锂上涨，已核实"));
}

#[test]
fn the_parts_of_every_move_sum_to_it_and_the_mechanism_starts_from_what_is_in_force() {
    let centre = Centre::usual();
    let march = centre.publish("2024-03").unwrap().document;
    let april = centre.publish("2024-04").unwrap().document;
    let lake = centre.lake();
    let snapshot = lake.snapshot(&AsOf::Latest).unwrap();
    let bands = lepid::price::bands_with(&Engine::new(&snapshot).unwrap(), &policy(), &published(&snapshot).unwrap()).unwrap();
    for document in [&march, &april] {
        for product in &document.products {
            let of = bands.iter().find(|b| b.product == product.product).unwrap();
            let period = of.periods.iter().find(|p| p.period == document.period).unwrap();
            for (public, inner) in product.classes.iter().zip(&period.classes) {
                assert_eq!(public.guide_fen_per_t, inner.guide_fen_per_t, "pages show what is in force");
                let Some(why) = inner.why.filter(|w| Some(w.from_fen_per_t) == public.before_fen_per_t) else { continue };
                let parts = why.carbonate_fen_per_t + why.evidence_fen_per_t + why.deviation_fen_per_t + why.mechanism_fen_per_t;
                assert_eq!(Some(why.from_fen_per_t + parts), public.guide_fen_per_t);
            }
        }
    }
    for (before, now) in march.products[0].classes.iter().zip(&april.products[0].classes) {
        assert_eq!(now.before_fen_per_t, before.guide_fen_per_t);
        assert!(now.act != "init" && before.act == "init");
    }
}

#[test]
fn a_change_of_method_needs_an_announcement_in_force() {
    let centre = Centre::usual();
    centre.publish("2024-03").unwrap();
    let lake = centre.lake();
    let issuer = "[price.publication]\nissuer = \"某市矿产品价格中心\"\n";
    let trigger = "[price.product.lepidolite_concentrate.mechanism]\ntrigger = \"3 %\"\n";
    let change =
        |from: &str| format!("[[price.publication.change]]\nfrom = {from}\nzh = \"触发幅度改为 3 %。\"\nen = \"The trigger is 3 %.\"\n");
    let april = |text: String| draft(&lake, &policy_with(&text), "2024-04", &[], None, who("张三"));
    let unannounced = refusal(april(format!("{issuer}{trigger}")));
    assert!(
        matches!(&unannounced, Refusal::MethodChanged { keys, .. } if keys == "product.lepidolite_concentrate.mechanism.trigger"),
        "{unannounced:?}"
    );
    for too_early_or_late in ["2024-03-01", "2024-04-02"] {
        assert!(matches!(refusal(april(format!("{issuer}{}{trigger}", change(too_early_or_late)))), Refusal::MethodChanged { .. }));
    }
    let announced = april(format!("{issuer}{}{trigger}", change("2024-04-01"))).unwrap().document;
    assert_eq!(announced.changes_of_method[0].zh, "自2024年4月1日起施行：触发幅度改为 3 %。");
    // Announced before it is in force: printed, with the method of before.
    let ahead = april(format!("{issuer}{}", change("2024-06-01"))).unwrap().document;
    assert_eq!(ahead.changes_of_method.len(), 1);
    // Holidays, who publishes and costs that are not in force yet are no change of method.
    let later = "[price.calendar]\nholidays = [2024-10-01]\n";
    assert!(april(format!("{issuer}number_word = \"某价\"\n{later}")).is_ok());
}

#[test]
fn a_large_error_is_corrected_by_two_people_and_a_small_one_goes_into_the_public_log() {
    let centre = Centre::usual();
    let lake = centre.lake();
    let march = centre.publish("2024-03").unwrap();
    let april = centre.publish("2024-04").unwrap();
    // Every price a little higher: the tick hides it or shows some tenths of a per cent.
    let raise = |by: i64, name: &str| {
        let rows: String = month(3, 5, 100)
            .lines()
            .map(|line| {
                let cells: Vec<&str> = line.split(',').collect();
                let price: i64 = cells[8].parse().unwrap();
                format!("{}\n", line.replace(&format!(",{price},"), &format!(",{},", price + by)))
            })
            .collect();
        centre.load(name, &format!("{HEADER}{rows}"), true);
    };
    raise(13, "小改.csv");
    let small = correct(&lake, &policy(), &march.number, &[], "单价小数位录入有误", who("张三")).unwrap();
    let Correcting::Logged(entry) = small else { panic!("{small:?}") };
    assert!(entry.largest_ppm > 0 && entry.largest_ppm <= 10_000, "{entry:?}");
    assert_eq!((entry.number.as_str(), entry.found_on.as_str()), (march.number.as_str(), "2024-07-02"));
    let again = correct(&lake, &policy(), &march.number, &[], "单价小数位录入有误", who("张三"));
    assert!(matches!(refusal(again), Refusal::Logged { .. }));
    assert_eq!(guide(&centre.ledger().in_force()[0].document, "2.5"), guide(&march.document, "2.5"), "what is published stays");

    raise(300, "大改.csv");
    let large = correct(&lake, &policy(), &march.number, &[], "单价录入有误", who("张三")).unwrap();
    let Correcting::Draft(draft) = large else { panic!("{large:?}") };
    // Tuesday, 2024-07-02: two business days later is Thursday.
    assert_eq!(draft.document.due, "2024-07-04");
    assert_eq!(draft.document.corrects.as_ref().unwrap().number, march.number);
    assert!(draft.document.title.zh.starts_with("关于更正2024年3月"));
    assert!(matches!(refusal(review(&lake, &draft.id, None, who("张三"))), Refusal::OwnDraft { .. }));
    review(&lake, &draft.id, None, who("李四")).unwrap();
    let correction = publish(&lake, &policy(), &draft.id, who("王五")).unwrap();
    assert_eq!(correction.number, "〔2024〕3号");
    assert!(guide(&correction.document, "2.5") > guide(&march.document, "2.5"));
    let ledger = centre.ledger();
    assert_eq!(ledger.bulletin(&march.number).unwrap().corrected_by.as_deref(), Some("〔2024〕3号"));
    assert_eq!(ledger.bulletin(&march.number).unwrap().document, march.document, "the old one never changes");
    assert_eq!(ledger.in_force().len(), 2);
    assert!(
        matches!(refusal(correct(&lake, &policy(), &march.number, &[], "错", who("张三"))), Refusal::CorrectedAlready { by, .. } if by == "〔2024〕3号")
    );
    // April is measured against what is in force now.
    let april_now = correct(&lake, &policy(), &april.number, &[], "上期更正", who("张三"));
    assert!(matches!(april_now, Ok(_) | Err(PublicationError::Refused(Refusal::NothingToCorrect { .. }))), "{april_now:?}");
    let anchors = published(&lake.snapshot(&AsOf::Latest).unwrap()).unwrap();
    let in_force = anchors.of("lepidolite_concentrate", "2024-03", "2.5").unwrap().unwrap();
    assert_eq!(Some(in_force.guide), guide(&correction.document, "2.5"));
    // What the pages show is what the bulletin says, limits and all, though today's band is another.
    let shown = lepid::price::bands_with(&Engine::new(&lake.snapshot(&AsOf::Latest).unwrap()).unwrap(), &policy(), &anchors).unwrap();
    for (product, document) in shown.iter().filter_map(|b| Some((b, correction.document.products.iter().find(|p| p.product == b.product)?)))
    {
        let period = product.periods.iter().find(|p| p.period == "2024-03").unwrap();
        for (shown, published) in period.classes.iter().zip(&document.classes) {
            assert_eq!(
                (shown.guide_fen_per_t, shown.lower_fen_per_t, shown.upper_fen_per_t),
                (published.guide_fen_per_t, published.lower_fen_per_t, published.upper_fen_per_t)
            );
        }
    }
    let verified = verify(&lake, true).unwrap();
    assert!(verified.is_whole() && verified.again.iter().all(|(_, again)| *again == Again::Same), "{verified:?}");
}

#[test]
fn a_correction_uses_the_method_of_then() {
    let centre = Centre::usual();
    let march = centre.publish("2024-03").unwrap();
    let other = policy_with(
        "[price.publication]\nissuer = \"某市矿产品价格中心\"\n[price.product.lepidolite_concentrate.mechanism]\ntick_yuan_per_t = 50.0\n",
    );
    let same = correct(&centre.lake(), &other, &march.number, &[], "政策变了", who("张三"));
    assert!(matches!(refusal(same), Refusal::NothingToCorrect { .. }), "another policy of today makes nothing of then wrong");
}

/// No party of a sale, no contract, no group in what is public, however few they are; counts that could point at one are not shown.
#[test]
fn nothing_in_a_public_document_names_or_points_at_anybody() {
    let centre = Centre::usual();
    centre.load("企业.csv", "统一社会信用代码,企业名称,实际控制人\n91360900MA00000015,甲山选矿,某控股集团\n", false);
    let mut texts = Vec::new();
    for period in ["2024-03", "2024-04", "2024-05"] {
        texts.push(serde_json::to_string(&centre.publish(period).unwrap().document).unwrap());
    }
    let frame = centre.lake().snapshot(&AsOf::Latest).unwrap().scan("sales").unwrap().collect().unwrap();
    let mut names: Vec<String> = vec!["某控股集团".to_owned(), "91360900MA00000015".to_owned()];
    for column in ["seller", "buyer", "contract_no", "source_file"] {
        names.extend(frame.column(column).unwrap().str().unwrap().iter().flatten().map(str::to_owned));
    }
    assert!(names.len() > 30);
    for text in &texts {
        for name in &names {
            assert!(!text.contains(name), "{name} in {text}");
        }
    }
    let may: Bulletin = serde_json::from_str(&texts[2]).unwrap();
    assert_eq!((may.products[0].n, may.products[0].sellers, may.products[0].buyers), (None, None, None), "two sales of two sellers");
    let march: Bulletin = serde_json::from_str(&texts[0]).unwrap();
    assert_eq!((march.products[0].n, march.products[0].sellers), (Some(5), Some(5)));
}

#[test]
fn a_tampered_event_is_found_wherever_it_is_changed() {
    let centre = Centre::usual();
    centre.publish("2024-03").unwrap();
    let lake = centre.lake();
    let clean = verify(&lake, false).unwrap();
    assert!(clean.is_whole() && clean.events == 3, "{clean:?}");
    let frame = lake.snapshot(&AsOf::Latest).unwrap().scan("bulletins").unwrap().sort(["event"], Default::default()).collect().unwrap();
    let put = |frame: DataFrame| {
        let change = lepid::lake::Change {
            kind: "bulletin".to_owned(),
            summary: serde_json::json!({}),
            tables: vec![TableChange::Replace { table: "bulletins".to_owned(), frame }],
        };
        lake.write(change).unwrap();
    };
    let set = |column: &str, row: usize, value: &str| {
        let cells = frame.column(column).unwrap().str().unwrap();
        let cells: Vec<Option<String>> =
            cells.iter().enumerate().map(|(i, c)| if i == row { Some(value.to_owned()) } else { c.map(str::to_owned) }).collect();
        let mut changed = frame.clone();
        changed.replace(column, Column::new(column.into(), cells)).unwrap();
        changed
    };
    let text = |column: &str, row: usize| frame.column(column).unwrap().str().unwrap().get(row).unwrap_or_default().to_owned();
    let other_price = text("document", 2).replacen("\"guide_fen_per_t\":", "\"guide_fen_per_t\":1", 1);
    for (what, changed) in [
        ("document", set("document", 2, &other_price)),
        ("who", set("person", 1, "张三")),
        ("reason", set("reason", 0, "x")),
        ("kept", set("kept", 0, "{}")),
        ("hash", set("hash", 2, &"0".repeat(64))),
        ("one less", frame.head(Some(2))),
        ("one from the middle", frame.head(Some(1)).vstack(&frame.tail(Some(1))).unwrap()),
        ("all", frame.head(Some(0))),
    ] {
        put(changed);
        let found = verify(&lake, false).unwrap();
        assert!(!found.is_whole() && !found.breaks.is_empty(), "{what}: {found:?}");
        put(frame.clone());
        assert!(verify(&lake, false).unwrap().is_whole());
    }
    put(set("document", 2, &other_price));
    assert!(matches!(centre.draft("2024-04"), Err(PublicationError::Tampered { .. })));
    assert_eq!(centre.lepid(&["price", "bulletins", "verify"]).status.code(), Some(1));
}

/// Several people publish at once, each through a lake of their own: one draft each, and one that all of them want.
#[test]
fn numbers_have_no_gap_and_no_double_under_concurrent_publishers() {
    let centre = Centre::new(&[month(3, 5, 100), month(4, 5, 104), month(5, 5, 107)].concat());
    for period in ["2024-03", "2024-04"] {
        centre.publish(period).unwrap();
    }
    let right = |m: u32| month(m, 5, 100).replace("2600", "2990").replace("2620", "2990").replace("2640", "2990");
    centre.load("更正.csv", &format!("{HEADER}{}", right(3)), true);
    let lake = centre.lake();
    let mut ids = Vec::new();
    let Correcting::Draft(correction) = correct(&lake, &policy(), "〔2024〕1号", &[], "单价录入有误", who("张三")).unwrap()
    else {
        panic!()
    };
    ids.push(correction.id);
    ids.push(centre.draft("2024-05").unwrap().id);
    for id in &ids {
        review(&lake, id, None, who("李四")).unwrap();
    }
    let results: Vec<Result<Published, PublicationError>> = std::thread::scope(|scope| {
        let publishers: Vec<_> = (0..6).map(|i| (ids[i % 2].clone(), centre.lake())).collect();
        let threads: Vec<_> =
            publishers.into_iter().map(|(id, lake)| scope.spawn(move || publish(&lake, &policy(), &id, who("王五")))).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let won: Vec<&Published> = results.iter().flatten().collect();
    let mut numbers: Vec<&str> = won.iter().map(|p| p.number.as_str()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, ["〔2024〕3号", "〔2024〕4号"]);
    for lost in results.iter().filter_map(|r| r.as_ref().err()) {
        assert!(matches!(lost, PublicationError::Refused(Refusal::DraftPublished { .. })), "{lost}");
    }
    assert!(verify(&lake, true).unwrap().is_whole());
}

#[test]
fn a_publication_changes_what_a_run_is_made_from_and_a_draft_does_not() {
    let centre = Centre::usual();
    let lake = centre.lake();
    let records = || lepid::report::snapshot_of_records(&lake, &AsOf::Latest).unwrap().version;
    let before = records();
    let id = centre.draft("2024-03").unwrap().id;
    review(&lake, &id, None, who("李四")).unwrap();
    assert_eq!(records(), before);
    publish(&lake, &policy(), &id, who("王五")).unwrap();
    assert!(records() > before);
    lake.compact().unwrap();
    assert!(verify(&lake, true).unwrap().is_whole(), "compaction changes no event");
}

#[test]
fn a_bulletin_reads_like_a_notice() {
    let centre = Centre::usual();
    centre.publish("2024-03").unwrap();
    let april = centre.publish("2024-04").unwrap().document;
    let lines: Vec<String> = [april.title.zh.clone(), april.title.en.clone()]
        .into_iter()
        .chain(april.products[0].classes.iter().flat_map(|c| [c.reason.zh.clone(), c.reason.en.clone()]))
        .chain(april.method.iter().map(|m| m.zh.clone()))
        .collect();
    assert_snapshot!(lines.join("\n"), @r"
    关于发布2024年4月锂云母精矿参考价格区间的通告
    Notice of the reference price ranges of lepidolite concentrate for April 2024
    较上期下调140元（−7.78 %）：主要因成交水平−110.80元、品级差异−77.59元。单期以 8 % 为限，余额结转。
    Lowered by 140 yuan (−7.78 %): mainly level of the deals −110.80, difference of the grade −77.59 yuan. A period moves at most 8 %; the rest is carried.
    较上期下调195元（−7.85 %）：主要因成交水平−152.97元、品级差异−107.12元。单期以 8 % 为限，余额结转。
    Lowered by 195 yuan (−7.85 %): mainly level of the deals −152.97, difference of the grade −107.12 yuan. A period moves at most 8 %; the rest is carried.
    较上期下调250元（−7.87 %）：主要因成交水平−195.13元、品级差异−136.65元。单期以 8 % 为限，余额结转。
    Lowered by 250 yuan (−7.87 %): mainly level of the deals −195.13, difference of the grade −136.65 yuan. A period moves at most 8 %; the rest is carried.
    较上期下调305元（−7.90 %）：主要因成交水平−237.30元、品级差异−166.18元。单期以 8 % 为限，余额结转。
    Lowered by 305 yuan (−7.90 %): mainly level of the deals −237.30, difference of the grade −166.18 yuan. A period moves at most 8 %; the rest is carried.
    较上期下调360元（−7.92 %）：主要因成交水平−279.47元、品级差异−195.70元。单期以 8 % 为限，余额结转。
    Lowered by 360 yuan (−7.92 %): mainly level of the deals −279.47, difference of the grade −195.70 yuan. A period moves at most 8 %; the rest is carried.
    价格口径：每干吨、出厂、不含增值税、现款；每度价为参考价除以品位（1 % Li2O 为一度）。
    评估价以申报成交为依据：折为干基、出厂、不含税、现款后与净回值相比；重复登记、关联交易、低于 50 干吨、规格不符及低于净回值 0.40 倍或高于 1.80 倍的成交不采用。两端各截去 35 % 后取加权均值，单一卖方的权重不超过 20 %（卖方少时为家数的倒数），少于 3 家卖方不单独估价。
    依据等级：L1 本期本品级成交；L2 近期成交；L3 其他品级；L4 本期无足够成交，以既有水平乘当期净回值，至多 3 期；L5 其后 3 期，仅供参考、不作结算依据；L6 暂停发布。
    浮动机制：变动不足 2 % 的不调整，差额结转；单期调整不超过 8 %；价格取整到 5 元。
    区间半宽取最近 60 笔成交对事前预期的偏差的 80 % 分位数，限于 3 % 至 10 %，样本不足时为 6 %；为对数幅度。区间反映成交水平的不确定性，不含公布之后碳酸锂行情的变动。
    可信等级：A 不少于 12 笔、5 家卖方、3 家买方、最大卖方占比不超过 40 %、单一卖方影响不超过 3 %；B 不少于 6 笔、4 家卖方、单一卖方影响不超过 5 %；C 不少于 3 笔、3 家卖方；不足者为 D，D 级价格未经记录在案的批准不作变动。
    为免辨认出某一企业，小于 3 的笔数和家数以及可据以推算的数不公布。误差超过 1 % 的，自发现起 2 个工作日内发布更正通告；其余记入公开差错记录。已发布的通告不作改动。
    ");
}

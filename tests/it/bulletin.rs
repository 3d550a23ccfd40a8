//! A bulletin as files: the same content in every format, the same bytes each time, nothing that text from data can break.

use calamine::{Data, DataRef, Reader, Xlsx};
use lepid::price::bulletin::Bulletin;
use lepid::report::{ReportError, bulletin};
use lepid::text::{Lang, Said};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::Cursor;

const LANGS: [Lang; 2] = [Lang::Zh, Lang::En];

/// A correction of both products: a class suspended (L6), one indicative (L5), a product held (tier D).
fn correction() -> Bulletin {
    serde_json::from_str(include_str!("../data/bulletin/correction.json")).unwrap()
}

fn draft() -> Bulletin {
    Bulletin { number: None, published_on: None, corrects: None, ..correction() }
}

/// Every cell of a workbook, by sheet.
fn workbook(bytes: Vec<u8>) -> BTreeMap<String, Vec<Vec<Data>>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    names
        .into_iter()
        .map(|name| {
            let rows = book.worksheet_range(&name).unwrap().rows().map(<[Data]>::to_vec).collect();
            (name, rows)
        })
        .collect()
}

/// The document's XML: the crate stores its parts as they are.
fn document_xml(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let (_, rest) = text.split_once("<w:body>").unwrap();
    rest.split_once("</w:body>").unwrap().0.to_owned()
}

/// What stands between the tags, a line an element.
fn text_of(markup: &str) -> String {
    let mut text = String::new();
    for part in markup.split('<').skip(1) {
        if let Some((_, after)) = part.split_once('>') {
            text.push_str(after);
            text.push('\n');
        }
    }
    for (entity, c) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&amp;", "&")] {
        text = text.replace(entity, c);
    }
    text
}

/// Words of the fixture's tables that must stand in every format, as people read them.
const SHOWN: [&str; 34] = [
    "3,015", "2,840", "3,200", "1,507.5", "-105", "-3.4%", "4,825", "4,545", "5,125", "1,930.0", "-420", "-8.0%", "6,420", "6,045",
    "6,815", "2,140.0", "-125", "-1.9%", "8,015", "7,550", "8,510", "2,290.0", "260.00", "296.67", "386.25", "309", "285", "335",
    "304,500", "316,200", "6.1%", "81.3%", "3.9%", "8.1%",
];

#[test]
fn every_number_of_the_tables_stands_in_every_format() {
    let bulletin = correction();
    for lang in LANGS {
        let html = text_of(&bulletin::html(&bulletin, lang));
        let docx = text_of(&document_xml(&bulletin::docx(&bulletin, lang).unwrap()));
        for shown in SHOWN {
            let stands = |text: &str| text.lines().any(|line| line.trim() == shown);
            assert!(stands(&html), "{shown} is not in the HTML, {lang:?}");
            assert!(stands(&docx), "{shown} is not in the DOCX, {lang:?}");
        }
        let cells: Vec<f64> = workbook(bulletin::xlsx(&bulletin, lang).unwrap())
            .into_values()
            .flatten()
            .flatten()
            .filter_map(|cell| if let Data::Float(number) = cell { Some(number) } else { None })
            .collect();
        for shown in SHOWN {
            let plain: f64 = shown.trim_end_matches('%').replace(',', "").parse().unwrap();
            let number = if shown.ends_with('%') { plain / 100.0 } else { plain };
            assert!(cells.iter().any(|cell| (cell - number).abs() < 1e-9), "{shown} is no number of the XLSX, {lang:?}");
        }
    }
}

#[test]
fn the_pdf_has_the_numbers_the_title_and_the_force_as_text() {
    let bulletin = correction();
    for lang in LANGS {
        let pages = bulletin::pdf_text(&bulletin, lang).unwrap();
        let all = pages.concat();
        for shown in SHOWN {
            assert!(all.lines().any(|line| line == shown), "{shown} is not in the PDF, {lang:?}\n{all}");
        }
        let run = all.replace('\n', "");
        for said in [&bulletin.title, &bulletin.notice] {
            let wanted: String = said.get(lang).chars().filter(|c| !c.is_whitespace()).collect();
            assert!(run.chars().filter(|c| !c.is_whitespace()).collect::<String>().contains(&wanted), "{wanted} is not in the PDF");
        }
        assert!(pages.len() <= 5, "{} pages", pages.len());
    }
}

#[test]
fn the_same_bulletin_gives_the_same_bytes() {
    for bulletin in [correction(), draft()] {
        for lang in LANGS {
            assert_eq!(bulletin::html(&bulletin, lang), bulletin::html(&bulletin, lang));
            assert_eq!(bulletin::json(&bulletin).unwrap(), bulletin::json(&bulletin).unwrap());
            let make = [bulletin::pdf, bulletin::docx, bulletin::xlsx];
            for (name, make) in ["pdf", "docx", "xlsx"].iter().zip(make) {
                assert!(make(&bulletin, lang).unwrap() == make(&bulletin, lang).unwrap(), "{name} {lang:?}");
            }
        }
    }
}

/// Date and time of every local file header of a ZIP: an archive that knew the clock would differ two seconds later.
fn times(zip: &[u8]) -> Vec<[u8; 4]> {
    let heads = zip.windows(4).enumerate().filter(|(_, four)| four == b"PK\x03\x04").map(|(at, _)| at);
    heads.filter_map(|at| zip.get(at + 10..at + 14)?.try_into().ok()).collect()
}

#[test]
fn no_archive_knows_the_time_at_which_it_was_made() {
    let bulletin = correction();
    for bytes in [bulletin::docx(&bulletin, Lang::Zh).unwrap(), bulletin::xlsx(&bulletin, Lang::Zh).unwrap()] {
        let times = times(&bytes);
        assert!(times.len() > 8);
        // 1 January 1980, 00:00: the first instant of a ZIP.
        assert!(times.iter().all(|t| *t == [0, 0, 0x21, 0]), "{times:?}");
    }
    let core = String::from_utf8_lossy(&bulletin::docx(&bulletin, Lang::Zh).unwrap()).into_owned();
    assert!(core.contains("2023-07-05T00:00:00Z</dcterms:created>"));
}

#[test]
fn a_pdf_has_the_day_of_the_bulletin_and_says_that_it_is_tagged() {
    let pdf = bulletin::pdf(&correction(), Lang::Zh).unwrap();
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.starts_with("%PDF-"));
    assert!(text.contains("2023-07-05"), "XMP has the day");
    assert!(text.contains("pdfaid:part") && text.contains("pdfuaid:part"), "kept as an archive and for readers");
}

#[test]
fn a_draft_says_so_in_every_format_and_a_published_bulletin_does_not() {
    for (bulletin, says) in [(draft(), true), (correction(), false)] {
        for lang in LANGS {
            for word in ["草案", "DRAFT"] {
                assert_eq!(bulletin::html(&bulletin, lang).contains(word), says, "html {word}");
                assert_eq!(String::from_utf8_lossy(&bulletin::docx(&bulletin, lang).unwrap()).contains(word), says, "docx {word}");
                assert_eq!(bulletin::pdf_text(&bulletin, lang).unwrap().iter().all(|page| page.contains(word)), says, "pdf {word}");
                let cells = workbook(bulletin::xlsx(&bulletin, lang).unwrap());
                let first = cells.values().flatten().flatten().any(|cell| cell.to_string().contains(word));
                assert_eq!(first, says, "xlsx {word}");
            }
        }
    }
    assert!(bulletin::html(&draft(), Lang::Zh).contains("编号待发布时确定"));
}

#[test]
fn a_published_number_without_a_day_is_still_a_draft() {
    let undated = Bulletin { published_on: None, ..correction() };
    assert!(bulletin::html(&undated, Lang::Zh).contains("草案"));
}

#[test]
fn a_correction_says_on_top_what_it_corrects_and_why() {
    let html = bulletin::html(&correction(), Lang::Zh);
    let (corrects, opening) = (html.find("本通告更正〔2023〕6号").unwrap(), html.find("现将2023年6月1日").unwrap());
    assert!(corrects < opening);
    assert!(html[corrects..opening].contains("原通告计入一笔重复登记的合同"));
}

#[test]
fn a_suspended_class_has_no_price_and_an_indicative_one_says_so() {
    let sheets = workbook(bulletin::xlsx(&correction(), Lang::Zh).unwrap());
    let rows = &sheets["锂云母精矿"];
    let row = |grade: &str| rows.iter().find(|r| r[0] == *grade).unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(row("1.5%")[1..7], ["—"; 6]);
    assert_eq!(row("1.5%")[7], "L6 暂停");
    assert_eq!(row("3.5%")[1..4], ["8015", "7550", "8510"]);
    assert_eq!(row("3.5%")[7], "L5 仅供参考");
    let html = bulletin::html(&correction(), Lang::Zh);
    assert!(html.contains("不作结算依据") && html.contains("暂停公布"));
}

#[test]
fn a_count_that_is_not_shown_is_a_dash_and_never_a_nought() {
    let sheets = workbook(bulletin::xlsx(&correction(), Lang::Zh).unwrap());
    let evidence = &sheets["价格依据"];
    let ore: Vec<String> = evidence.iter().find(|r| r[0] == *"含锂瓷土原矿").unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(ore[1..5], ["D", "—", "—", "—"]);
    assert_eq!(ore[6..8], ["—", "—"]);
    let excluded: Vec<String> = sheets["未采信的成交"].iter().map(|r| format!("{} {}", r[1], r[3])).collect();
    assert!(excluded.contains(&"S1_DUPLICATE —".to_owned()) && excluded.contains(&"M_MOISTURE 8".to_owned()), "{excluded:?}");
}

#[test]
fn the_header_of_every_table_is_frozen_and_repeats_on_paper() {
    let bulletin = correction();
    let xml = document_xml(&bulletin::docx(&bulletin, Lang::Zh).unwrap());
    assert_eq!(xml.matches("<w:tbl>").count(), 6);
    assert_eq!(xml.matches("<w:tblHeader />").count(), 6);
    assert_eq!(xml.matches("<w:cantSplit").count(), xml.matches("<w:tr>").count());
}

#[test]
fn the_json_is_the_bulletin() {
    let bulletin = correction();
    let read: Bulletin = serde_json::from_slice(&bulletin::json(&bulletin).unwrap()).unwrap();
    assert_eq!(read, bulletin);
}

#[test]
fn the_files_are_named_after_the_number_or_the_period() {
    let folder = tempfile::tempdir().unwrap();
    let names = |paths: Vec<std::path::PathBuf>| {
        paths.iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
    };
    let published = bulletin::write(&correction(), folder.path(), Lang::Zh).unwrap();
    let n = "bulletin-〔2023〕7号";
    assert_eq!(names(published), format!("{n}.json {n}.html {n}.docx {n}.xlsx {n}.pdf"));
    let drafted = bulletin::write(&draft(), &folder.path().join("draft"), Lang::En).unwrap();
    assert!(names(drafted).starts_with("draft-2023-06.json draft-2023-06.html"));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".tmp")), "{left:?}");
}

#[test]
fn a_folder_that_can_not_be_made_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("taken");
    std::fs::write(&file, "").unwrap();
    let error = bulletin::write(&correction(), &file, Lang::Zh).unwrap_err();
    assert!(matches!(&error, ReportError::Io { path, .. } if path.ends_with("taken")), "{error}");
}

#[test]
fn an_empty_bulletin_can_be_read_too() {
    let empty = Bulletin { products: Vec::new(), judgements: Vec::new(), method: Vec::new(), changes_of_method: Vec::new(), ..draft() };
    for lang in LANGS {
        assert!(!bulletin::pdf(&empty, lang).unwrap().is_empty());
        assert!(!bulletin::docx(&empty, lang).unwrap().is_empty());
        assert!(!workbook(bulletin::xlsx(&empty, lang).unwrap()).is_empty());
    }
    assert!(bulletin::html(&empty, Lang::Zh).contains("本期没有可以公布的价格"));
}

/// The bulletin with one text wherever data can put one.
fn hostile(text: &str) -> Bulletin {
    let mut b = correction();
    let said = Said::new(text, text);
    (b.title, b.notice, b.issuer) = (said.clone(), said.clone(), text.to_owned());
    if let Some(corrects) = &mut b.corrects {
        (corrects.reason, corrects.number) = (text.to_owned(), text.to_owned());
    }
    for judgement in &mut b.judgements {
        (judgement.reason, judgement.by, judgement.what) = (text.to_owned(), text.to_owned(), text.to_owned());
        judgement.class = Some(text.to_owned());
    }
    b.method = vec![said.clone()];
    b.changes_of_method = vec![said.clone(), said.clone()];
    b.made_from.program = text.to_owned();
    for product in &mut b.products {
        product.title = said.clone();
        product.excluded.insert(text.to_owned(), None);
        for class in &mut product.classes {
            class.reason = said.clone();
        }
    }
    b
}

/// Whether XML 1.0 can hold a character.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<script>alert(1)</script>".to_owned()),
        Just("=HYPERLINK(\"http://x\")".to_owned()),
        Just("@SUM(1)".to_owned()),
        Just("-1+2".to_owned()),
        Just("#set page(fill: red)".to_owned()),
        Just("#panic(\"x\") $x$ *b* _i_ `c` [x] \\u{41} //".to_owned()),
        Just("]]></w:t></w:r><w:tbl>".to_owned()),
        Just("&amp; &lt; \"'".to_owned()),
        Just("\u{0}\u{1}\u{B}\u{1F}\u{7F}\u{85}\u{FFFE}\u{FFFF}".to_owned()),
        Just("\u{202E}54,1\u{202C}".to_owned()),
        Just("\u{E000}😀𠀀".to_owned()),
        "[a-z]{90}",
        "\\PC{0,20}",
        any::<String>(),
    ];
    prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn text_from_data_stays_text(text in nasty()) {
        let bulletin = hostile(&text);
        let html = bulletin::html(&bulletin, Lang::Zh);
        prop_assert!(!html.contains("<script"));
        prop_assert!(html.chars().all(is_xml));
        let docx = bulletin::docx(&bulletin, Lang::Zh).unwrap();
        let xml = document_xml(&docx);
        prop_assert!(xml.chars().all(is_xml));
        prop_assert_eq!(xml.matches("<w:tbl>").count(), 6);
        prop_assert_eq!(xml.matches("<w:tbl>").count(), xml.matches("</w:tbl>").count());
        prop_assert!(docx_rs::read_docx(&docx).is_ok());
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bulletin::xlsx(&bulletin, Lang::Zh).unwrap())).unwrap();
        for name in book.sheet_names() {
            let formulas = book.worksheet_formula(&name).unwrap();
            prop_assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()));
            let cells = book.worksheet_cells_reader(&name).unwrap();
            let mut cells = cells;
            while let Some(cell) = cells.next_cell().unwrap() {
                if let DataRef::String(text) = cell.get_value() { prop_assert!(text.chars().all(is_xml)); }
            }
        }
    }
}

proptest! {
    // A PDF is set for each: fewer.
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 8, ..ProptestConfig::default() })]

    #[test]
    fn no_text_from_data_can_break_the_typesetting_or_leave_the_page(text in nasty()) {
        let bulletin = hostile(&text);
        prop_assert!(bulletin::pdf(&bulletin, Lang::Zh).is_ok());
        prop_assert!(bulletin::pdf(&bulletin, Lang::En).is_ok());
    }
}

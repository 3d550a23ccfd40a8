//! In which faces is a bulletin set? In those of an official document, as far as the system has them.

use crate::text::Lang;
use serde_json::{Value, json};
use typst::text::FontBook;

/// The faces of an official document, the wanted first; of each the first that the system has.
const FANGSONG: [&str; 10] = [
    "FangSong",
    "FangSong_GB2312",
    "仿宋_GB2312",
    "STFangsong",
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "SimSun",
    "Songti SC",
];
const TITLE: [&str; 9] = [
    "FZXiaoBiaoSong-B05S",
    "方正小标宋简体",
    "STZhongsong",
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "SimSun",
    "Songti SC",
];
const HEI: [&str; 9] = [
    "SimHei",
    "STHeiti",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Zen Hei",
];
const KAI: [&str; 5] = ["KaiTi", "KaiTi_GB2312", "STKaiti", "Kaiti SC", "AR PL UKai CN"];
const LATIN: [&str; 3] = ["Times New Roman", "Liberation Serif", "Noto Serif"];

/// Characters that a Chinese font holds; without them there is no bulletin to print.
const NEEDED: &str = "锂价元吨指导";

/// The families that text is set in.
pub(super) struct Faces {
    text: Vec<String>,
    title: Vec<String>,
    heading: Vec<String>,
    kai: Vec<String>,
    latin: Vec<String>,
}

impl Faces {
    /// `None`: the system has no font for Chinese.
    pub(super) fn of(book: &FontBook) -> Option<Self> {
        let has = |family: &str| {
            let holds = |index| book.info(index).is_some_and(|i| NEEDED.chars().all(|c| i.coverage.contains(u32::from(c))));
            book.select_family(&family.to_lowercase()).any(holds)
        };
        let first = |wanted: &[&str]| wanted.iter().find(|f| has(f)).map(|f| (*f).to_owned());
        let any = || book.families().map(|(family, _)| family).find(|f| has(f)).map(str::to_owned);
        let text = first(&FANGSONG).or_else(any)?;
        let or_text = |face: Option<String>| face.into_iter().chain([text.clone()]).collect::<Vec<_>>();
        Some(Self {
            title: or_text(first(&TITLE)),
            heading: or_text(first(&HEI)),
            kai: or_text(first(&KAI)),
            latin: LATIN.iter().filter(|f| book.contains_family(&f.to_lowercase())).map(|f| (*f).to_owned()).collect(),
            text: vec![text],
        })
    }

    pub(super) fn values(&self, lang: Lang) -> Value {
        // English text is set in a Latin face; Chinese text in the digits of its own.
        let with = |faces: &[String]| match lang {
            Lang::Zh => json!(faces),
            Lang::En => json!(self.latin.iter().chain(faces).collect::<Vec<_>>()),
        };
        json!({ "text": with(&self.text), "title": with(&self.title), "heading": with(&self.heading), "kai": with(&self.kai) })
    }
}

/// Characters that no font of the system holds become 〓, the printer's sign for a type that is wanting; an archive takes no empty box.
pub(super) fn covered(value: Value, book: &FontBook) -> Value {
    const WANTING: char = '〓';
    let fonts: Vec<_> = (0..).map_while(|index| book.info(index)).collect();
    let held = |c: char| !is_private(c) && fonts.iter().any(|font| font.coverage.contains(u32::from(c)));
    fn walk(value: Value, held: &dyn Fn(char) -> bool) -> Value {
        match value {
            Value::String(text) if text.is_ascii() => Value::String(text),
            Value::String(text) => Value::String(text.chars().map(|c| if held(c) { c } else { WANTING }).collect()),
            Value::Array(all) => Value::Array(all.into_iter().map(|v| walk(v, held)).collect()),
            Value::Object(all) => Value::Object(all.into_iter().map(|(k, v)| (k, walk(v, held))).collect()),
            other => other,
        }
    }
    walk(value, &held)
}

/// Code points whose meaning only a font knows.
const fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

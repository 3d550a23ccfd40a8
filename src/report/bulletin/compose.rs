//! How does a bulletin become paper? Title, force, what is corrected, prices, judgements, method, signature, annex.

use super::paper::{Annex, Block, Draft, Number, Paper, clean};
use super::{tables, words};
use crate::price::bulletin::{Bulletin, Judgement, ProductBulletin};
use crate::text::{Lang, Said};

/// The bulletin on paper, in one language.
pub(super) fn paper(bulletin: &Bulletin, lang: Lang) -> Paper {
    let number = bulletin.number.as_deref().map(clean).filter(|n| !n.is_empty());
    let draft = number.is_none() || bulletin.published_on.is_none();
    let on = bulletin.published_on.as_deref().unwrap_or(&bulletin.due);
    Paper {
        lang,
        draft: draft.then(|| Draft { word: words::DRAFT.get(lang).to_owned(), line: words::DRAFT_LINE.get(lang).to_owned() }),
        title: said(&bulletin.title, lang),
        identity: format!("lepid bulletin {} {} {on} {lang:?}", number.as_deref().unwrap_or("draft"), clean(&bulletin.period)),
        number: Some(number.unwrap_or_else(|| words::NO_NUMBER.get(lang).to_owned())),
        force: said(&bulletin.notice, lang),
        correction: bulletin.corrects.as_ref().map(|c| correction(&c.number, &c.reason, lang)),
        body: body(bulletin, lang),
        see_annex: match lang {
            Lang::Zh => format!("{}：{}", words::ANNEX.zh, words::ANNEX_TITLE.zh),
            Lang::En => format!("{}: {}", words::ANNEX.en, words::ANNEX_TITLE.en),
        },
        issuer: clean(&bulletin.issuer),
        date: date(bulletin, lang),
        day: words::day(on),
        annex: Annex {
            label: words::ANNEX.get(lang).to_owned(),
            title: words::ANNEX_TITLE.get(lang).to_owned(),
            blocks: tables::annex(bulletin, lang),
        },
        program: clean(&bulletin.made_from.program),
    }
}

/// A text from data in one language; the other one serves where this one is empty.
pub(super) fn said(said: &Said, lang: Lang) -> String {
    let own = clean(said.get(lang));
    if !own.is_empty() {
        return own;
    }
    clean(said.get(if lang == Lang::Zh { Lang::En } else { Lang::Zh }))
}

fn correction(number: &str, reason: &str, lang: Lang) -> String {
    let (number, reason) = (clean(number), words::sentence(&clean(reason), lang));
    match lang {
        Lang::Zh => format!("本通告更正{number}，自发布之日起以本通告所列价格为准。更正原因：{reason}"),
        Lang::En => format!("This bulletin corrects {number}; from its publication on the prices given here apply. Reason: {reason}"),
    }
}

fn date(bulletin: &Bulletin, lang: Lang) -> String {
    let planned = || {
        let due = words::date(&bulletin.due, lang);
        if lang == Lang::Zh { format!("（拟于{due}发布）") } else { format!("(due on {due})") }
    };
    bulletin.published_on.as_deref().map_or_else(planned, |on| words::date(on, lang))
}

fn body(bulletin: &Bulletin, lang: Lang) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(opening(bulletin, lang))];
    let mut number = 0;
    let mut heading = |text: crate::text::Text| {
        number += 1;
        Block::Heading(format!("{}{}", words::section(number, lang), text.get(lang)))
    };
    blocks.push(heading(words::PRICES));
    blocks.extend(carbonate(&bulletin.products, lang).into_iter().map(Block::Paragraph));
    for (at, product) in (1..).zip(&bulletin.products) {
        blocks.push(Block::Table(tables::prices(at, product, lang)));
    }
    if bulletin.products.is_empty() {
        blocks.push(Block::Paragraph(words::NO_PRODUCT.get(lang).to_owned()));
    }
    blocks.push(heading(words::JUDGEMENTS));
    let judged: Vec<String> = bulletin.judgements.iter().map(|j| judgement(j, bulletin, lang)).collect();
    listed(&mut blocks, judged, words::NO_JUDGEMENT.get(lang), lang);
    blocks.push(heading(words::METHOD));
    let method = bulletin.method.iter().map(|m| said(m, lang)).filter(|m| !m.is_empty()).collect();
    listed(&mut blocks, method, "", lang);
    blocks.push(heading(words::CHANGES));
    let changes = bulletin.changes_of_method.iter().map(|m| said(m, lang)).filter(|m| !m.is_empty()).collect();
    listed(&mut blocks, changes, words::NO_CHANGE.get(lang), lang);
    blocks
}

/// Paragraphs with their numbers; one alone has none.
fn listed(blocks: &mut Vec<Block>, texts: Vec<String>, none: &str, lang: Lang) {
    let alone = texts.len() == 1;
    for (at, text) in (1..).zip(&texts) {
        let number = match (alone, lang) {
            (true, _) => String::new(),
            (_, Lang::Zh) => format!("{at}．"),
            (_, Lang::En) => format!("({at}) "),
        };
        blocks.push(Block::Paragraph(format!("{number}{}", words::sentence(text, lang))));
    }
    if texts.is_empty() && !none.is_empty() {
        blocks.push(Block::Paragraph(none.to_owned()));
    }
}

fn opening(bulletin: &Bulletin, lang: Lang) -> String {
    let names: Vec<String> = bulletin.products.iter().map(|p| said(&p.title, lang)).collect();
    let (from, to) = (words::date(&bulletin.from, lang), words::date(&bulletin.to, lang));
    let (products, force) = (words::listed(&names, lang), said(&bulletin.notice, lang));
    match lang {
        Lang::Zh => {
            format!("现将{from}至{to}{products}的价格公布如下。价格为每干吨出厂价，不含增值税，现款结算；其性质为：{force}。")
        }
        Lang::En => format!(
            "The prices of {products} for {from} to {to} are published below, in yuan a dry tonne ex works, without VAT, for cash. What they are: {force}."
        ),
    }
}

/// What the prices are measured by; once where it is the same for every product.
fn carbonate(products: &[ProductBulletin], lang: Lang) -> Vec<String> {
    let says: Vec<Option<String>> = products.iter().map(|p| quotation(p, lang)).collect();
    match says.first() {
        Some(first) if says.iter().all(|s| s == first) => first.iter().cloned().collect(),
        _ => {
            let named = |(product, says): (&ProductBulletin, Option<String>)| {
                let colon = if lang == Lang::Zh { "：" } else { ": " };
                Some(format!("{}{colon}{}", said(&product.title, lang), says?))
            };
            products.iter().zip(says).filter_map(named).collect()
        }
    }
}

fn quotation(product: &ProductBulletin, lang: Lang) -> Option<String> {
    let yuan = |fen: i64| Number::yuan(fen, super::paper::decimals([fen])).shown();
    let now = yuan(product.carbonate_fen_per_t?);
    let before = product.carbonate_before_fen_per_t.map(yuan);
    let age = product.carbonate_age_days.filter(|days| *days > 0);
    let mut says = match lang {
        Lang::Zh => format!("本期以电池级碳酸锂每吨{now}元（含税）计价"),
        Lang::En => format!("Battery-grade lithium carbonate is taken at {now} yuan a tonne incl. VAT"),
    };
    if let Some(before) = before {
        says += &if lang == Lang::Zh { format!("，上期为{before}元") } else { format!(" ({before} in the period before)") };
    }
    if let Some(days) = age {
        let text = match lang {
            Lang::Zh => format!("；所用报价距期末{days}天"),
            Lang::En if days == 1 => "; the quotation was 1 day old at the end of the period".to_owned(),
            Lang::En => format!("; the quotation was {days} days old at the end of the period"),
        };
        says += &text;
    }
    Some(words::sentence(&says, lang))
}

fn judgement(judgement: &Judgement, bulletin: &Bulletin, lang: Lang) -> String {
    let product = bulletin.products.iter().find(|p| p.product == judgement.product);
    let title = product.map_or_else(|| clean(&judgement.product), |p| said(&p.title, lang));
    let grade = judgement.class.as_deref().map(|id| {
        let class = product.and_then(|p| p.classes.iter().find(|c| c.class == id));
        class.map_or_else(|| clean(id), |c| crate::report::words::percent_of_ppm(c.grade_ppm))
    });
    let what = said(&words::decision(&judgement.what), lang);
    let (by, reason) = (clean(&judgement.by), words::sentence(&clean(&judgement.reason), lang));
    match (lang, grade) {
        (Lang::Zh, Some(grade)) => format!("{title}（{grade}）：{what}。决定人：{by}。理由：{reason}"),
        (Lang::Zh, None) => format!("{title}：{what}。决定人：{by}。理由：{reason}"),
        (Lang::En, Some(grade)) => format!("{title} ({grade}): {what}, by {by}. Reason: {reason}"),
        (Lang::En, None) => format!("{title}: {what}, by {by}. Reason: {reason}"),
    }
}

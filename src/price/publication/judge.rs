//! Which numbers did a person decide? Approvals of a move in tier D, and holds, each with name and reason.

use super::refusal::Refusal;
use crate::price::bands::ProductBands;
use crate::price::bulletin::Judgement;
use crate::records::product;

/// A price of tier D may move.
pub const APPROVE_MOVE: &str = "approve-move";
/// A price may not move.
pub const HOLD: &str = "hold";

/// What a person asks for: `PRODUCT` or `PRODUCT/CLASS`, and what about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// As typed.
    pub target: String,
    /// [`APPROVE_MOVE`] or [`HOLD`].
    pub what: &'static str,
}

/// The judgements that a person asks for, by product and class.
///
/// # Errors
/// [`Refusal::NoSuchTarget`], [`Refusal::NoReason`], [`Refusal::Contrary`].
pub fn judgements(asked: &[Asked], by: &str, reason: Option<&str>, bands: &[ProductBands]) -> Result<Vec<Judgement>, Refusal> {
    let mut made: Vec<Judgement> = Vec::new();
    for ask in asked {
        let reason = reason.map(str::trim).filter(|r| !r.is_empty()).ok_or(Refusal::NoReason)?;
        let (product, class) = target(&ask.target, bands)?;
        let contrary =
            made.iter().any(|m| m.product == product && (m.class == class || m.class.is_none() || class.is_none()) && m.what != ask.what);
        if contrary {
            return Err(Refusal::Contrary { what: ask.target.clone() });
        }
        let judgement = Judgement { product, class, what: ask.what.to_owned(), by: by.trim().to_owned(), reason: reason.to_owned() };
        if !made.contains(&judgement) {
            made.push(judgement);
        }
    }
    made.sort_by(|a, b| (&a.product, &a.class, &a.what).cmp(&(&b.product, &b.class, &b.what)));
    Ok(made)
}

fn target(text: &str, bands: &[ProductBands]) -> Result<(String, Option<String>), Refusal> {
    let (word, class) = text.split_once('/').map_or((text, None), |(product, class)| (product, Some(class.trim())));
    let known = product::by_word(word.trim()).and_then(|p| bands.iter().find(|b| b.product == p.id));
    let class_known = |of: &&ProductBands| class.is_none_or(|class| of.classes.iter().any(|c| c.id == class));
    match known.filter(class_known) {
        Some(of) => Ok((of.product.clone(), class.map(str::to_owned))),
        None => {
            let example = bands.first().and_then(|b| Some(format!("{}/{}", b.product, b.classes.first()?.id))).unwrap_or_default();
            Err(Refusal::NoSuchTarget { what: text.to_owned(), example })
        }
    }
}

/// The judgement of this kind on a class.
#[must_use]
pub fn on<'a>(judgements: &'a [Judgement], what: &str, product: &str, class: &str) -> Option<&'a Judgement> {
    let about = |j: &&Judgement| j.product == product && j.class.as_deref().is_none_or(|c| c == class) && j.what == what;
    judgements.iter().find(about)
}

/// What of a text that becomes public names a party of a sale or its contract.
#[must_use]
pub fn named(text: &str, bands: &[ProductBands]) -> Option<String> {
    let (plain, without_blanks) = (text.to_lowercase(), squeezed(text));
    let sales = bands.iter().flat_map(|b| &b.sales);
    let of_sales = sales.flat_map(|s| [s.seller.as_str(), s.buyer.as_str(), s.contract_no.as_str()]);
    let groups = bands.iter().flat_map(|b| &b.periods).flat_map(|p| &p.trust.by_seller).map(|s| s.seller.as_str());
    // Blanks part Latin words; in a Chinese name they are decoration.
    let is_named =
        |name: &&str| stands_in(&plain, &name.trim().to_lowercase()) || !name.is_ascii() && stands_in(&without_blanks, &squeezed(name));
    of_sales.chain(groups).find(is_named).map(str::to_owned)
}

/// Without blanks and case.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Whether a name stands in a text by itself; `A1` does not stand in `A12`. A single character names nobody.
fn stands_in(text: &str, name: &str) -> bool {
    if name.chars().count() < 2 {
        return false;
    }
    let joins = |a: Option<char>, b: Option<char>| a.zip(b).is_some_and(|(a, b)| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric());
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + name.len()..].chars().next());
        !joins(before, name.chars().next()) && !joins(name.chars().next_back(), after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_a_text_and_a_longer_word_is_not_it() {
        assert!(stands_in("因宜春甲选矿停产", "甲选矿"));
        assert!(stands_in("see a1 only", "a1") && !stands_in("seea1only", "a1"), "Latin letters join");
        assert!(stands_in("合同x01有误", "x01") && !stands_in("合同x011有误", "x01"));
        assert!(!stands_in("甲", "甲"), "one character names nobody");
    }
}

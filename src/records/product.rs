//! Which words mean which product?

use crate::text::Text;

/// A product: its id, titles and the words under which it comes.
#[derive(Debug)]
pub struct Product {
    /// As stored.
    pub id: &'static str,
    /// For people.
    pub title: Text,
    /// Words that mean it, besides the id and the titles; compared without blanks and case.
    pub aliases: &'static [&'static str],
}

/// Raw ore.
pub const ORE: &str = "porcelain_clay_ore";
/// Lepidolite concentrate.
pub const CONCENTRATE: &str = "lepidolite_concentrate";
/// Lithium carbonate.
pub const CARBONATE: &str = "lithium_carbonate";
/// Lithium slag.
pub const SLAG: &str = "lithium_slag";

/// All products and their aliases: the one table.
pub static PRODUCTS: [Product; 7] = [
    Product {
        id: ORE,
        title: Text { zh: "含锂瓷土原矿", en: "lithium-bearing porcelain clay, raw ore" },
        aliases: &[
            "含锂瓷土",
            "瓷土原矿",
            "含锂瓷石",
            "瓷石原矿",
            "瓷土矿",
            "瓷石矿",
            "锂瓷石",
            "原矿",
            "锂矿石",
            "含锂瓷土矿",
            "锂云母原矿",
            "瓷土",
            "瓷石",
            "raw ore",
        ],
    },
    Product {
        id: CONCENTRATE,
        title: Text { zh: "锂云母精矿", en: "lepidolite concentrate" },
        aliases: &["锂云母", "云母精矿", "锂精矿", "锂云母精粉", "concentrate"],
    },
    Product {
        id: CARBONATE,
        title: Text { zh: "碳酸锂", en: "lithium carbonate" },
        aliases: &["电池级碳酸锂", "工业级碳酸锂", "Li2CO3", "碳酸锂(电池级)", "碳酸锂(工业级)"],
    },
    Product { id: SLAG, title: Text { zh: "锂渣", en: "lithium slag" }, aliases: &["锂云母渣", "浸出渣", "slag"] },
    Product { id: "feldspar", title: Text { zh: "长石", en: "feldspar" }, aliases: &["长石粉", "钾钠长石", "锂长石"] },
    Product {
        id: "tantalum_niobium_concentrate",
        title: Text { zh: "钽铌精矿", en: "tantalum-niobium concentrate" },
        aliases: &["钽铌", "钽铌矿"],
    },
    Product {
        id: "other", title: Text { zh: "其他", en: "other" }, aliases: &["其它", "尾砂", "尾矿", "砂石", "石英砂", "废石"]
    },
];

/// The product that a word means.
#[must_use]
pub fn by_word(word: &str) -> Option<&'static Product> {
    let word = fold(word);
    PRODUCTS
        .iter()
        .find(|p| fold(p.id) == word || fold(p.title.zh) == word || fold(p.title.en) == word || p.aliases.iter().any(|a| fold(a) == word))
}

/// The product with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|p| p.id == id)
}

fn fold(word: &str) -> String {
    word.chars()
        .filter(|c| !c.is_whitespace() && *c != '_')
        .flat_map(char::to_lowercase)
        .map(|c| {
            if c == '（' {
                '('
            } else if c == '）' {
                ')'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_word_means_two_products() {
        let mut seen = BTreeSet::new();
        for p in &PRODUCTS {
            let words: BTreeSet<String> = p.aliases.iter().chain([&p.id, &p.title.zh, &p.title.en]).map(|w| fold(w)).collect();
            for word in words {
                assert!(seen.insert(word.clone()), "{word} twice");
            }
        }
    }

    #[test]
    fn a_product_is_found_under_its_words() {
        assert_eq!(by_word(" 锂云母 精矿").map(|p| p.id), Some(CONCENTRATE));
        assert_eq!(by_word("含锂瓷土").map(|p| p.id), Some(ORE));
        assert_eq!(by_word("LI2CO3").map(|p| p.id), Some(CARBONATE));
        assert!(by_word("煤").is_none());
    }
}

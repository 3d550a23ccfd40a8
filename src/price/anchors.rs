//! Which guide prices are in force already? A published price stands in the place of the computed one.

use std::collections::BTreeMap;

/// Published guide prices, fen/t, by product id, period id and class id; `None`: the bulletin says that there is no price.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors(pub BTreeMap<(String, String, String), Option<i64>>);

impl Anchors {
    /// What was published of a class in a period, fen/t or that there is no price; `None`: nothing was.
    #[must_use]
    pub fn guide(&self, product: &str, period: &str, class: &str) -> Option<Option<i64>> {
        self.0.get(&(product.to_owned(), period.to_owned(), class.to_owned())).copied()
    }
}

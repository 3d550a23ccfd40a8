//! Which guide prices are in force already? A published price stands in the place of the computed one.

use std::collections::BTreeMap;

/// A published price, fen/t.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InForce {
    /// Guide price.
    pub guide: i64,
    /// Lower and upper limit.
    pub limits: (i64, i64),
}

/// Published prices by product id, period id and class id; `None`: the bulletin says that there is no price.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors(pub BTreeMap<(String, String, String), Option<InForce>>);

impl Anchors {
    /// What was published of a class in a period, a price or that there is none; `None`: nothing was.
    #[must_use]
    pub fn of(&self, product: &str, period: &str, class: &str) -> Option<Option<InForce>> {
        self.0.get(&(product.to_owned(), period.to_owned(), class.to_owned())).copied()
    }
}

//! `/api/v1/sales`: every sale that the price method saw, with what became of it.

use super::listing::{Columns, list};
use crate::price::bands::PricedSale;
use crate::serve::AppState;
use crate::serve::asked::Asked;
use crate::serve::params::within;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

const KEYS: [&str; 4] = ["product", "class", "period", "code"];

pub(super) const COLUMNS: Columns = Columns {
    file: "sales",
    names: &[
        "product",
        "id",
        "contract_no",
        "date",
        "period",
        "seller",
        "buyer",
        "class",
        "dry_kg",
        "dry_fen_per_t",
        "netback_fen_per_t",
        "code",
        "struck_on",
    ],
    explode: None,
};

/// A sale of a product.
#[derive(Serialize)]
struct Sale<'a> {
    product: &'a str,
    #[serde(flatten)]
    sale: &'a PricedSale,
}

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/sales", get(all))
}

async fn all(asked: Asked) -> Response {
    list(&asked, &KEYS, &COLUMNS, |run, params| {
        let (product, period) = (params.product()?, params.period("period")?);
        let (class, code) = (params.get("class"), params.get("code"));
        let mut sales = Vec::new();
        for bands in run.contents.bands.iter().filter(|b| product.is_none_or(|p| b.product == p)) {
            let wanted = bands.sales.iter().filter(|s| {
                period.is_none_or(|p| within(&s.period, p))
                    && class.is_none_or(|c| s.class.as_deref() == Some(c))
                    && code.is_none_or(|c| s.code == c)
            });
            sales.extend(wanted.map(|sale| Sale { product: &bands.product, sale }));
        }
        Ok(sales)
    })
}

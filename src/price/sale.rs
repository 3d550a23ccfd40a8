//! Which sales and quotations does the snapshot hold? Read by SQL, typed, sorted by (date, id).

use super::carbonate::Quotes;
use super::policy::{Delivery, SellerIs};
use crate::engine::{Engine, EngineError, Rows};
use chrono::NaiveDate;
use polars::prelude::{PolarsResult, polars_err};

/// One side of a sale.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// As written.
    pub name: String,
    /// Its id in the register of companies.
    pub company: Option<String>,
    /// Who controls it.
    pub group: Option<String>,
}

impl Party {
    /// By what it is told from others: its controller, else its company id, else its name as written.
    #[must_use]
    pub fn identity(&self, level: SellerIs) -> &str {
        let company = self.company.as_deref().unwrap_or(&self.name);
        match level {
            SellerIs::Group => self.group.as_deref().unwrap_or(company),
            SellerIs::Company => company,
        }
    }
}

/// A sale as recorded; what is missing is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// Contract number with file, sheet and row.
    pub id: String,
    /// Contract number.
    pub contract_no: String,
    /// Day.
    pub date: NaiveDate,
    /// Seller.
    pub seller: Party,
    /// Buyer.
    pub buyer: Party,
    /// Assay, ppm.
    pub li2o_ppm: Option<i32>,
    /// Wet mass, kg.
    pub wet_kg: i64,
    /// Moisture, ppm.
    pub moisture_ppm: Option<i32>,
    /// Price as written, fen a wet tonne.
    pub price_fen_per_t: i64,
    /// Whether VAT is in the price.
    pub vat_included: Option<bool>,
    /// How it is delivered.
    pub delivery: Option<Delivery>,
    /// Freight incl. VAT, fen a wet tonne.
    pub freight_fen_per_t: Option<i64>,
    /// Days of credit.
    pub credit_days: Option<i64>,
    /// Whether the parties say that they are related.
    pub related_party: Option<bool>,
}

/// The sales of one product, by (date, id).
///
/// # Errors
/// [`EngineError`] if the snapshot can't be read.
pub fn sales(engine: &Engine, product: &str) -> Result<Vec<Sale>, EngineError> {
    // The id of a product comes from the table of products, so it holds no quote.
    let frame = engine.sql(&format!(
        "SELECT contract_no, date, seller, buyer, seller_company, seller_group, buyer_company, buyer_group, li2o_ppm, wet_kg,
                moisture_ppm, price_fen_per_t, vat_included, delivery, freight_fen_per_t, credit_days, related_party,
                source_file, source_sheet, source_row
         FROM sales WHERE product = '{product}'"
    ))?;
    let rows = Rows::new(&frame);
    let mut sales = (0..frame.height()).map(|row| sale(rows, row)).collect::<PolarsResult<Vec<Sale>>>()?;
    sales.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(sales)
}

/// By (date, id); what follows only orders rows of two files of one name, so that no order is left to the engine.
fn order(sale: &Sale) -> impl Ord {
    (sale.date, &sale.id, &sale.seller.name, &sale.buyer.name, sale.wet_kg, sale.price_fen_per_t, sale.li2o_ppm, sale.moisture_ppm)
}

/// The id of a sale: its contract number and where it stands; `sheet` as `[name]`, empty without.
pub(super) fn id(contract_no: &str, file: &str, sheet: &str, row: i64) -> String {
    format!("{contract_no}@{file}{sheet}:{row}")
}

fn sale(rows: Rows<'_>, row: usize) -> PolarsResult<Sale> {
    let missing = |column: &str| polars_err!(SchemaMismatch: "sales.{column} is missing in row {row}");
    let text = |column: &str| rows.text(column, row)?.ok_or_else(|| missing(column));
    let whole = |column: &str| rows.integer(column, row)?.ok_or_else(|| missing(column));
    let small = |column: &str| -> PolarsResult<Option<i32>> { Ok(rows.integer(column, row)?.and_then(|v| i32::try_from(v).ok())) };
    let party = |side: &str| -> PolarsResult<Party> {
        let (company, group) = (format!("{side}_company"), format!("{side}_group"));
        Ok(Party { name: text(side)?, company: rows.text(&company, row)?, group: rows.text(&group, row)? })
    };
    let contract_no = text("contract_no")?;
    let sheet = rows.text("source_sheet", row)?.map(|s| format!("[{s}]")).unwrap_or_default();
    let id = id(&contract_no, &text("source_file")?, &sheet, whole("source_row")?);
    Ok(Sale {
        id,
        contract_no,
        date: rows.day("date", row)?.ok_or_else(|| missing("date"))?,
        seller: party("seller")?,
        buyer: party("buyer")?,
        li2o_ppm: small("li2o_ppm")?,
        wet_kg: whole("wet_kg")?,
        moisture_ppm: small("moisture_ppm")?,
        price_fen_per_t: whole("price_fen_per_t")?,
        vat_included: rows.flag("vat_included", row)?,
        delivery: rows.text("delivery", row)?.and_then(|id| delivery(&id)),
        freight_fen_per_t: rows.integer("freight_fen_per_t", row)?,
        credit_days: rows.integer("credit_days", row)?,
        related_party: rows.flag("related_party", row)?,
    })
}

/// The choice that ingestion stored.
fn delivery(id: &str) -> Option<Delivery> {
    match id {
        "ex_works" => Some(Delivery::ExWorks),
        "delivered" => Some(Delivery::Delivered),
        _ => None,
    }
}

/// The quotations of one series.
///
/// # Errors
/// [`EngineError`] if the snapshot can't be read.
pub fn quotes(engine: &Engine, series: &str) -> Result<Quotes, EngineError> {
    let series = series.replace('\'', "''");
    let frame = engine.sql(&format!("SELECT date, price_fen_per_t FROM market_prices WHERE series = '{series}'"))?;
    let rows = Rows::new(&frame);
    let mut quotations = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        if let (Some(day), Some(fen)) = (rows.day("date", row)?, rows.integer("price_fen_per_t", row)?) {
            quotations.push((day, fen));
        }
    }
    Ok(Quotes::new(quotations))
}

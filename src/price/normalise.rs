//! What is a sale worth ex works, without VAT, in cash, a dry tonne? (Method, section 1.)

use super::policy::{Assay, Assume, Delivery, Terms};
use super::sale::Sale;
use super::screen::Code;
use crate::records::decimal::divide_half_even;
use crate::records::units::PPM;

/// Interest is counted on a year of 365 days.
const DAYS_A_YEAR: f64 = 365.0;

/// A share in ppm as a fraction.
pub(super) fn fraction(ppm: i32) -> f64 {
    f64::from(ppm) / 1e6
}

/// Integers of this size (fen, kg, mg below 2^53) as floats.
#[expect(clippy::cast_precision_loss, reason = "prices are below 10^9 fen, lots below 10^16 mg: within 2^53")]
pub(super) fn float(integer: i64) -> f64 {
    integer as f64
}

/// How many there are, as results count them.
pub(super) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Dry mass, mg, exact: kg × ppm = mg.
///
/// # Errors
/// [`Code::Moisture`] where the moisture is missing, [`Code::Spec`] where nothing dry is left.
pub fn dry_mg(sale: &Sale) -> Result<i64, Code> {
    let moisture = i64::from(sale.moisture_ppm.ok_or(Code::Moisture)?);
    if !(0..PPM).contains(&moisture) {
        return Err(Code::Spec);
    }
    sale.wet_kg.checked_mul(PPM - moisture).ok_or(Code::Spec)
}

/// Grade of the dry matter, ppm: an as-received assay is divided by the dry share, rounded half to even.
///
/// # Errors
/// [`Code::Grade`] where the grade is missing, [`Code::Moisture`] or [`Code::Spec`] where the moisture that it takes is missing or absurd.
pub fn dry_grade_ppm(sale: &Sale, assay: Assay) -> Result<i32, Code> {
    let grade = sale.li2o_ppm.ok_or(Code::Grade)?;
    match assay {
        Assay::Dry => Ok(grade),
        Assay::AsReceived => {
            let moisture = i64::from(sale.moisture_ppm.ok_or(Code::Moisture)?);
            if !(0..PPM).contains(&moisture) {
                return Err(Code::Spec);
            }
            let dry = divide_half_even(i128::from(grade) * i128::from(PPM), i128::from(PPM - moisture), false);
            i32::try_from(dry).map_err(|_| Code::Spec)
        }
    }
}

/// Price, fen a dry tonne ex works without VAT, cash:
///
/// ```text
/// px    = price / (1 + VAT if included) - freight / (1 + VAT on freight) if delivered
/// px    = px / (1 + r * credit_days / 365)
/// p_dry = px / (1 - moisture)
/// ```
///
/// It may be negative where the freight exceeds the price; the corridor then holds the sale.
///
/// # Errors
/// [`Code::Terms`], [`Code::Freight`] or [`Code::Moisture`] where what it takes is neither stated nor assumed by the policy, or
/// where the freight is negative.
pub fn dry_fen_per_t(sale: &Sale, terms: &Terms, assume: &Assume) -> Result<f64, Code> {
    let vat_included = sale.vat_included.or(assume.vat_included).ok_or(Code::Terms)?;
    let delivery = sale.delivery.or(assume.delivery).ok_or(Code::Terms)?;
    let credit_days = sale.credit_days.or(assume.credit_days.map(i64::from)).ok_or(Code::Terms)?;
    let moisture = sale.moisture_ppm.ok_or(Code::Moisture)?;
    if !(0..PPM).contains(&i64::from(moisture)) {
        return Err(Code::Spec);
    }
    let mut fen = float(sale.price_fen_per_t);
    if vat_included {
        fen /= 1.0 + fraction(terms.vat_goods_ppm);
    }
    if delivery == Delivery::Delivered {
        // A negative freight says as little as none, and the policy's assumption is for sales that say nothing.
        let freight = sale.freight_fen_per_t.or(assume.freight_fen_per_t).filter(|fen| *fen >= 0).ok_or(Code::Freight)?;
        fen -= float(freight) / (1.0 + fraction(terms.vat_freight_ppm));
    }
    fen /= 1.0 + fraction(terms.credit_rate_ppm) * float(credit_days) / DAYS_A_YEAR;
    Ok(fen / (1.0 - fraction(moisture)))
}

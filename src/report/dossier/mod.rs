//! What is known of one site, whole? The dossier 一矿一档: one struct, put on a page and on paper.

mod facts;
mod gather;
mod returns;

pub use facts::{Gaps, HeldRows, Measure, Return, RightRow, SaleMonth, SiteFacts, Spot, Truck, Utility};
pub use gather::{Given, facts};
pub use returns::Errors;

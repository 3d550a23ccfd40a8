//! Where does ore come from and where does it go? Output against licence, and flows between sites, by month.

mod flows;
mod output;

pub use flows::{Flow, flows};
pub use output::{MineOutput, MonthOutput, output};

//! Where does ore come from and where does it go? Output against licence, and flows between sites, by month.

mod flows;
mod output;
mod sites;

pub use flows::{Flow, flows};
pub use output::{MineOutput, MonthOutput, output};
pub use sites::{Site, SiteLicence, sites};

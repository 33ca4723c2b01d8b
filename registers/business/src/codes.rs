//! Identity codes of a food business: the unified social credit code and the licence numbers, checked and made.

mod credit;
mod licence;

pub use credit::{CreditCode, CreditFault};
pub use licence::{LicenceFault, LicenceNumber, LicencePrefix, mod_11_10};

//! Tells the matter engine where a business lies, from the register of businesses.

use async_trait::async_trait;
use shian_access::{Business, Scope};
use shian_area::code;
use shian_base::{Id, Result};
use shian_business::Businesses;
use shian_db::Tx;
use shian_matter::{Located, Parties, Party};

pub struct Register;

#[async_trait]
impl Parties for Register {
    async fn locate(&self, tx: &mut Tx, id: Id<Business>, scope: &Scope) -> Result<Located> {
        let listed = Businesses::listed_within(tx, scope, id).await?;
        let area_code = code::station_of(&listed.business.area_code).unwrap_or(&listed.business.area_code).to_owned();
        let area_name = if listed.station_name.is_empty() { area_code.clone() } else { listed.station_name };
        Ok(Located { party: Party { id, name: listed.business.name }, area_code, area_name })
    }
}

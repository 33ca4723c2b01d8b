//! 柳溪市, the demo town: areas, people, 1,200 food businesses and their cameras, the same every time.

mod plan;
mod named;
mod cameras;
mod people;
mod businesses;
mod words;
mod land;
mod geometry;
mod dice;

#[cfg(test)]
mod tests;

use shian_area::Areas;
use shian_base::{Day, Result};
use shian_business::Businesses;
use shian_db::Tx;

pub use plan::{CameraPlan, PastFinding, PersonPlan, TownPlan, business_named};

pub struct Town;

impl Town {
    /// The town as it stands on a day. Pure: the same day makes the same town.
    pub fn plan(on: Day) -> Result<TownPlan> {
        let land = land::Land::survey();
        let cameras = cameras::cameras();
        Ok(TownPlan {
            on,
            // Older than every business in it.
            areas: land.areas(on.plus_years(-30)),
            shapes: land.shapes(),
            people: people::people(&land),
            businesses: businesses::businesses(&land, &cameras, on)?,
            cameras,
            findings: cameras::findings(on),
        })
    }
}

/// Writes the town's areas, shapes and businesses, by the registers' own functions.
pub async fn seed(tx: &mut Tx, plan: &TownPlan) -> Result<()> {
    Areas::add(tx, &plan.areas).await?;
    Areas::add_shapes(tx, &plan.shapes).await?;
    Businesses::add(tx, &plan.businesses).await
}

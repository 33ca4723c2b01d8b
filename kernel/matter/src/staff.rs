//! Who works where: what the engine asks of the registers of people and areas.

use async_trait::async_trait;
use shian_access::{Person, Principal, Reach};
use shian_base::{Id, Instant, Result};
use shian_db::Tx;

use crate::engine::Matters;
use crate::model::{Actor, StandIn};
use crate::office::{Colleague, Office, reaches};
use crate::store;

/// The registers of people and areas, as far as matters are handed around.
#[async_trait]
pub trait Staff: Send + Sync {
    /// Somebody of the office; none when there is no such person or the account may not be used.
    async fn person(&self, tx: &mut Tx, id: Id<Person>) -> Result<Option<Colleague>>;
    /// Everybody of the office whose post reaches this area.
    async fn over(&self, tx: &mut Tx, area_code: &str) -> Result<Vec<Colleague>>;
    /// People of the office who work in an area or under it, at most so many.
    async fn under(&self, tx: &mut Tx, area_code: &str, most: i64) -> Result<Vec<Colleague>>;
    /// Areas that begin with `prefix` and whose code is so long, by code.
    async fn offices(&self, tx: &mut Tx, prefix: &str, length: usize) -> Result<Vec<Office>>;
}

/// An office without a register of people.
pub(crate) struct Nobody;

#[async_trait]
impl Staff for Nobody {
    async fn person(&self, _: &mut Tx, _: Id<Person>) -> Result<Option<Colleague>> {
        Ok(None)
    }
    async fn over(&self, _: &mut Tx, _: &str) -> Result<Vec<Colleague>> {
        Ok(vec![])
    }
    async fn under(&self, _: &mut Tx, _: &str, _: i64) -> Result<Vec<Colleague>> {
        Ok(vec![])
    }
    async fn offices(&self, _: &mut Tx, _: &str, _: usize) -> Result<Vec<Office>> {
        Ok(vec![])
    }
}

impl Matters {
    /// Everybody as whom this person may act today: themselves first, then those they stand in for.
    pub(crate) async fn hats(&self, tx: &mut Tx, principal: &Principal, now: Instant) -> Result<Vec<Actor>> {
        let mut hats = vec![Actor::from(principal)];
        let Reach::Area { code } = &principal.reach else { return Ok(hats) };
        for record in store::stands_in_for(tx, principal.person_id, now.day()).await? {
            // Looked up each time: who has left or moved away lends nobody a post.
            let Some(away) = self.staff.person(tx, record.person_id).await? else { continue };
            if reaches(code, &away.area_code) {
                hats.push(Actor { post: away.post, stead_of: Some(StandIn { id: away.id, name: away.name }), ..Actor::from(principal) });
            }
        }
        Ok(hats)
    }
}

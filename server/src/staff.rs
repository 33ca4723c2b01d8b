//! Who works where, for the matter engine: the registers of people and areas behind its trait.

use async_trait::async_trait;
use shian_access::{Person, Principal, Reach, is_office_post};
use shian_area::Areas;
use shian_base::{Id, Result};
use shian_db::Tx;
use shian_matter::{Colleague, Office, Staff};
use shian_people::People;

pub struct Registers;

#[async_trait]
impl Staff for Registers {
    async fn person(&self, tx: &mut Tx, id: Id<Person>) -> Result<Option<Colleague>> {
        Ok(People::find(tx, id).await?.and_then(colleague))
    }
    async fn over(&self, tx: &mut Tx, area_code: &str) -> Result<Vec<Colleague>> {
        let codes: Vec<&str> = [4, 6, 9, 12].into_iter().filter_map(|length| area_code.get(..length)).collect();
        Ok(People::at(tx, &codes).await?.into_iter().filter_map(colleague).collect())
    }
    async fn under(&self, tx: &mut Tx, area_code: &str, most: i64) -> Result<Vec<Colleague>> {
        Ok(People::under(tx, area_code, most).await?.into_iter().filter_map(colleague).collect())
    }
    async fn offices(&self, tx: &mut Tx, prefix: &str, length: usize) -> Result<Vec<Office>> {
        let areas = Areas::under(tx, prefix).await?.into_iter().filter(|area| area.code.len() == length && area.valid_to.is_none());
        Ok(areas.map(|area| Office { code: area.code, name: area.name }).collect())
    }
}

fn colleague(person: Principal) -> Option<Colleague> {
    let Reach::Area { code } = person.reach else { return None };
    is_office_post(&person.post).then_some(Colleague { id: person.person_id, name: person.name, post: person.post, area_code: code })
}

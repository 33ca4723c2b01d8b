//! A session as the screen sees it.

use shian_access::{Policy, Principal, Reach};
use shian_area::Areas;
use shian_base::{Error, Result};
use shian_business::Businesses;
use shian_db::Tx;
use shian_web::Owed;

use crate::model::{OWES_PASSWORD, Session, SessionReach, title_of};

pub(super) async fn session(
    tx: &mut Tx,
    principal: &Principal,
    policy: &Policy,
    owes: Option<Owed>,
) -> Result<Session> {
    let reach = match &principal.reach {
        Reach::Area { code } => {
            let path: Vec<String> = Areas::path(tx, code).await?.into_iter().map(|area| area.name).collect();
            let name = path.last().cloned().unwrap_or_else(|| code.clone());
            SessionReach { kind: "area", code: Some(code.clone()), id: None, name, path }
        }
        Reach::Business { id } => {
            let name = match Businesses::find(tx, *id).await {
                Ok(business) => business.name,
                Err(Error::NotFound) => String::new(),
                Err(error) => return Err(error),
            };
            SessionReach { kind: "business", code: None, id: Some(id.to_string()), path: vec![name.clone()], name }
        }
        Reach::Nothing => SessionReach { kind: "nothing", code: None, id: None, name: String::new(), path: vec![] },
    };
    Ok(Session {
        person_id: principal.person_id,
        name: principal.name.clone(),
        account: principal.account.clone(),
        post: principal.post.clone(),
        post_title: title_of(&principal.post).into(),
        port: if principal.post.starts_with("merchant.") { "merchant" } else { "regulator" },
        reach,
        // Nothing may be done before what is owed.
        may: policy.acts_of(&principal.post).into_iter().filter(|_| owes.is_none()).map(String::from).collect(),
        owes: owes.map(|owed| if owed == OWES_PASSWORD { "password" } else { "second_factor" }),
    })
}

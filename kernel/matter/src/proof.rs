//! What the log proves of a matter: how it began, and every act.

mod store;

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use shian_access::Principal;
use shian_base::Result;
use shian_db::Tx;
use shian_files::{FileId, Files};
use shian_proof::{Bundle, Item, Log, Record, Source};

use crate::engine::Matters;
use crate::model::{MatterId, is_business_post};
use crate::store::{Entry, Record as MatterRecord, check_visible};

/// How a matter began. What later acts may move on (`MOVING`) is kept by the log itself.
pub(crate) fn opening(r: &MatterRecord) -> Record {
    let content = json!({
        "number": r.number,
        "procedure": r.procedure,
        "procedure_from": r.procedure_from,
        "title": r.title,
        "business_id": r.business_id,
        "business_name": r.business_name,
        "area_code": r.area_code,
        "area_name": r.area_name,
        "facts": Json::Object(r.facts.clone()).to_string(),
        "opened_at": r.opened_at,
    });
    Record { subject: r.id.to_string(), kind: "matter", seq: 0, content }
}

const MOVING: &[&str] = &["area_code", "area_name", "facts"];

/// One line of the history, column by column; JSON stands in it as the text of the column.
pub(crate) fn act(id: MatterId, e: &Entry) -> Record {
    let content = json!({
        "act": e.act,
        "act_title": e.act_title,
        "actor_id": e.actor_id,
        "actor_name": e.actor_name,
        "actor_post": e.actor_post,
        "stead_id": e.stead_of.as_ref().map(|stead| stead.id),
        "stead_name": e.stead_of.as_ref().map(|stead| &stead.name),
        "at": e.at,
        "from_state": e.from_state,
        "to_state": e.to_state,
        "to_state_title": e.to_state_title,
        "form": e.form.to_string(),
        "form_fields": json!(e.form_fields).to_string(),
        "files": e.files,
        "note": e.note,
    });
    Record { subject: id.to_string(), kind: "act", seq: e.seq, content }
}

impl Matters {
    /// The bundle of a matter for this person; `NotFound` outside their reach.
    ///
    /// An act that they are told of in other words (`told_as`) is in it as a hash.
    pub async fn bundle(&self, tx: &mut Tx, log: &Log, id: MatterId, principal: &Principal) -> Result<Bundle> {
        let record = crate::store::record(tx, id).await?;
        check_visible(&record, &principal.scope())?;
        let procedure = self.version_of(&record)?;
        let of_business = is_business_post(&principal.post);
        let told = |record: &Record| {
            let rule = record.content["act"].as_str().and_then(|act| procedure.act(act));
            of_business && rule.is_some_and(|rule| rule.told_as.is_some())
        };
        let mut items = vec![Item { record: opening(&record), is_withheld: false }];
        let (mut named, mut seen) = (Vec::<FileId>::new(), HashSet::new());
        for record in store::acts_of(tx, id).await? {
            let is_withheld = told(&record);
            if !is_withheld {
                let files: Vec<FileId> = serde_json::from_value(record.content["files"].clone()).map_err(anyhow::Error::new)?;
                named.extend(files.into_iter().filter(|file| seen.insert(*file)));
            }
            items.push(Item { record, is_withheld });
        }
        let files = Files::provable(tx, &named).await?;
        items.extend(files.into_iter().map(|record| Item { record, is_withheld: false }));
        log.bundle(tx, &id.to_string(), &items).await
    }
}

/// The records of matters for the audit.
pub fn sources() -> Vec<Arc<dyn Source>> {
    vec![Arc::new(Openings), Arc::new(Acts)]
}

struct Openings;

#[async_trait]
impl Source for Openings {
    fn kind(&self) -> &'static str {
        "matter"
    }
    fn moving(&self) -> &[&str] {
        MOVING
    }
    async fn page(&self, tx: &mut Tx, after: &(String, i64), limit: i64) -> Result<Vec<Record>> {
        Ok(store::matters_after(tx, &after.0, limit).await?.iter().map(opening).collect())
    }
}

struct Acts;

#[async_trait]
impl Source for Acts {
    fn kind(&self) -> &'static str {
        "act"
    }
    async fn page(&self, tx: &mut Tx, after: &(String, i64), limit: i64) -> Result<Vec<Record>> {
        store::acts_after(tx, after, limit).await
    }
}

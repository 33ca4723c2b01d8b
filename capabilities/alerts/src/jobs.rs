//! What the kitchens tell: a finding began, goes on, ended, has its clip.

use std::sync::Arc;

use async_trait::async_trait;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use shian_base::{Instant, Result};
use shian_db::Tx;
use shian_files::{Context, FileId, Files};
use shian_jobs::{Job, Outcome};
use shian_media::{Finding, FindingId};

use crate::access::READ;
use crate::alerts::Alerts;
use crate::{judge, store};

pub(crate) fn all(alerts: &Arc<Alerts>) -> Vec<Arc<dyn Job>> {
    let alerts = || Arc::clone(alerts);
    vec![Arc::new(Raise(alerts())), Arc::new(Continue(alerts())), Arc::new(End(alerts())), Arc::new(Clip(alerts()))]
}

struct Raise(Arc<Alerts>);
struct Continue(Arc<Alerts>);
struct End(Arc<Alerts>);
struct Clip(Arc<Alerts>);

#[derive(Deserialize)]
struct Seen {
    finding_id: FindingId,
    at: Instant,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ClipTold {
    Ready { finding_id: FindingId, file_id: FileId, from: Instant, to: Instant },
    Missing { finding_id: FindingId, why: String },
}

#[async_trait]
impl Job for Raise {
    fn kind(&self) -> &'static str {
        "alerts.raise"
    }
    async fn run(&self, payload: &Json, now: Instant) -> Result<Outcome> {
        let finding: Finding = match read(payload) {
            Ok(finding) => finding,
            Err(dead) => return Ok(dead),
        };
        if self.0.law.scene(&finding.scene).is_none() {
            return Ok(Outcome::Dead(format!("the law register has no scene {}", finding.scene)));
        }
        let mut tx = self.0.db.write().await?;
        self.0.raise(&mut tx, &finding, now).await?;
        tx.commit().await?;
        Ok(Outcome::Done)
    }
}

#[async_trait]
impl Job for Continue {
    fn kind(&self) -> &'static str {
        "alerts.continue"
    }
    async fn run(&self, payload: &Json, _now: Instant) -> Result<Outcome> {
        let seen: Seen = match read(payload) {
            Ok(seen) => seen,
            Err(dead) => return Ok(dead),
        };
        let mut tx = self.0.db.write().await?;
        settle(store::goes_on(&mut tx, seen.finding_id, seen.at).await?, tx).await
    }
}

#[async_trait]
impl Job for End {
    fn kind(&self) -> &'static str {
        "alerts.end"
    }
    async fn run(&self, payload: &Json, _now: Instant) -> Result<Outcome> {
        let seen: Seen = match read(payload) {
            Ok(seen) => seen,
            Err(dead) => return Ok(dead),
        };
        let mut tx = self.0.db.write().await?;
        settle(store::ended(&mut tx, seen.finding_id, seen.at).await?, tx).await
    }
}

#[async_trait]
impl Job for Clip {
    fn kind(&self) -> &'static str {
        "alerts.clip"
    }
    async fn run(&self, payload: &Json, _now: Instant) -> Result<Outcome> {
        let told: ClipTold = match read(payload) {
            Ok(told) => told,
            Err(dead) => return Ok(dead),
        };
        let mut tx = self.0.db.write().await?;
        let was_raised = match told {
            ClipTold::Ready { finding_id, file_id, from, to } => {
                let raised = store::clip_ready(&mut tx, finding_id, file_id, from, to).await?;
                if let Some(alert) = &raised {
                    let business_id = Some(alert.business_id);
                    let context = Context { needs: READ, area_code: &alert.area_code, business_id };
                    Files::link(&mut tx, file_id, &context).await?;
                    // Judged before the clip was there: those who see the picture see the clip.
                    if let Some(needs) = alert.judged_act.as_deref().and_then(judge::readers) {
                        judge::share(&mut tx, alert, file_id, needs).await?;
                    }
                    if alert.clip_file_id == Some(file_id) {
                        let facts = json!({"clip_file_id": file_id});
                        for matter in [Some(alert.matter_id), alert.follow_up_id].into_iter().flatten() {
                            self.0.matters.add_facts(&mut tx, matter, &facts).await?;
                        }
                    }
                }
                raised.is_some()
            }
            ClipTold::Missing { finding_id, why } => store::clip_missing(&mut tx, finding_id, &why).await?,
        };
        settle(was_raised, tx).await
    }
}

fn read<T: DeserializeOwned>(payload: &Json) -> Result<T, Outcome> {
    serde_json::from_value(payload.clone()).map_err(|error| Outcome::Dead(error.to_string()))
}

/// Jobs may overtake each other: what is told of a finding that was not raised yet is told again later.
async fn settle(was_raised: bool, tx: Tx) -> Result<Outcome> {
    if !was_raised {
        return Ok(Outcome::Retry("the finding was not raised yet".into()));
    }
    tx.commit().await?;
    Ok(Outcome::Done)
}

//! What a judgement changes: the alert's state, who may see its picture, what is said of the model and the business.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;
use shian_base::Result;
use shian_business::{Businesses, HistoryEntry};
use shian_db::Tx;
use shian_files::{Context, FileId, Files};
use shian_matter::{Acted, Watch};
use shian_web::LiveEvent;

use crate::access::READ;
use crate::alerts::Alerts;
use crate::store::{self, Judged, State};

/// Hears of the acts that judge alerts, in the transaction that records them.
pub(crate) struct Judgements(pub Arc<Alerts>);

#[async_trait]
impl Watch for Judgements {
    fn procedure(&self) -> &str {
        "alert-review"
    }

    async fn acted(&self, tx: &mut Tx, acted: &Acted) -> Result<()> {
        let Some(state) = State::named(&acted.to).filter(|_| acted.ends) else { return Ok(()) };
        let Some(alert) = store::judge(tx, acted, state).await? else { return Ok(()) };
        if let Some(needs) = readers(&acted.act) {
            for file in [alert.still_file_id, alert.thumb_file_id, alert.clip_file_id].into_iter().flatten() {
                share(tx, &alert, file, needs).await?;
            }
        }
        if state != State::Unclear {
            let payload = json!({
                "alert_id": alert.id, "scene": alert.scene, "model": alert.model, "is_valid": state == State::Valid,
                "at": acted.at,
            });
            self.0.jobs.enqueue(tx, "kitchens.verdict", &alert.id.to_string(), &payload, acted.at).await?;
        }
        if let Some(line) = history_line(&alert, acted) {
            Businesses::tell(tx, alert.business_id, line).await?;
        }
        let data = json!({
            "alert_id": alert.id, "matter_id": acted.matter_id, "camera_id": alert.camera_id, "scene": alert.scene,
            "title": alert.title(), "state": state.code(), "act": acted.act, "by": acted.actor.name,
        });
        let event = LiveEvent::new(acted.at, "alert.judged", READ, &alert.area_code, Some(alert.business_id), data);
        self.0.live.announce(tx, event).await
    }
}

/// Who reads the picture because of this act: with a reminder or an order it is shown to the business, with a
/// clue to the office alone, and after a false alert to nobody new.
pub(crate) fn readers(act: &str) -> Option<&'static str> {
    match act {
        "remind" | "order" => Some("matter.read"),
        "refer" => Some("matter.office"),
        _ => None,
    }
}

pub(crate) async fn share(tx: &mut Tx, alert: &Judged, file: FileId, needs: &str) -> Result<()> {
    let context = Context { needs, area_code: &alert.area_code, business_id: Some(alert.business_id) };
    Files::link(tx, file, &context).await
}

/// The line in the business's history. A clue has none: the business reads its history and must not learn of it.
fn history_line(alert: &Judged, acted: &Acted) -> Option<HistoryEntry> {
    let what = match acted.act.as_str() {
        "remind" => "提醒",
        "order" => "责令改正",
        _ => return None,
    };
    Some(HistoryEntry {
        at: acted.at,
        kind: "alert".into(),
        title: format!("{}：{what}", alert.scene_title),
        text: format!("{}（{}）的画面经审核有效，由{}{what}。", alert.camera_name, alert.zone_title, acted.actor.name),
    })
}

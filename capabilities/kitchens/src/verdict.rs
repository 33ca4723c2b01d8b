//! What people said of alerts, and how often each scene was right by it.

use std::collections::HashMap;

use async_trait::async_trait;
use serde::Deserialize;
use shian_base::{Id, Instant, Result};
use shian_db::{Db, Tx, args};
use shian_jobs::{Job, Outcome};
use shian_media::{Precision, precision};

/// The job the reviewers of alerts enqueue: `{alert_id, scene, model, is_valid, at}`.
pub(crate) struct NoteVerdict {
    pub db: Db,
}

#[derive(Deserialize)]
struct Verdict {
    alert_id: Id<()>,
    scene: String,
    /// `id@version`; empty for scenes that are measured.
    model: String,
    is_valid: bool,
    at: Instant,
}

#[async_trait]
impl Job for NoteVerdict {
    fn kind(&self) -> &'static str {
        "kitchens.verdict"
    }
    async fn run(&self, payload: &serde_json::Value, _now: Instant) -> Result<Outcome> {
        let verdict: Verdict = match serde_json::from_value(payload.clone()) {
            Ok(verdict) => verdict,
            Err(error) => return Ok(Outcome::Dead(error.to_string())),
        };
        let mut tx = self.db.write().await?;
        tx.run(
            "insert into scene_verdict (alert_id, scene, model, is_valid, at) values ($1, $2, $3, $4, $5)
             on conflict (alert_id) do update set is_valid = excluded.is_valid, at = excluded.at",
            args![verdict.alert_id, verdict.scene, verdict.model, verdict.is_valid, verdict.at],
        )
        .await?;
        tx.commit().await?;
        Ok(Outcome::Done)
    }
}

/// By scene and model (`id@version`, empty for measured scenes).
pub(crate) async fn precisions(tx: &mut Tx) -> Result<HashMap<(String, String), Precision>> {
    let rows: Vec<(String, String, i64, i64)> = tx
        .all(
            "select scene, model, count(*) filter (where is_valid), count(*) from scene_verdict group by scene, model",
            args![],
        )
        .await?;
    let known = rows.into_iter().filter_map(|(scene, model, valid, all)| Some(((scene, model), precision(valid, all)?)));
    Ok(known.collect())
}

//! The evidence clip: the seconds before and after a finding, cut when they have passed.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shian_base::{Instant, Result};
use shian_db::args;
use shian_files::{FileId, NewFile, SIZE_MAX_BYTES};
use shian_jobs::{Job, Outcome};
use shian_media::{CameraId, FindingId, MediaError};
use tracing::info;

use crate::Kitchens;

/// Beyond the last frame wanted, so that the keyframe that closes the clip has come.
pub(crate) const LATE_S: i64 = 1;

#[derive(Serialize, Deserialize)]
pub(crate) struct ClipWanted {
    pub finding_id: FindingId,
    pub camera_id: CameraId,
    pub from: Instant,
    pub to: Instant,
    pub name: String,
}

pub(crate) struct MakeClip(pub Arc<Kitchens>);

#[async_trait]
impl Job for MakeClip {
    fn kind(&self) -> &'static str {
        "kitchens.clip"
    }

    async fn run(&self, payload: &serde_json::Value, now: Instant) -> Result<Outcome> {
        let wanted: ClipWanted = match serde_json::from_value(payload.clone()) {
            Ok(wanted) => wanted,
            Err(error) => return Ok(Outcome::Dead(error.to_string())),
        };
        let kitchens = &self.0;
        let done: Option<(Option<String>,)> = {
            let mut tx = kitchens.db.read().await?;
            tx.maybe("select clip_file_id from finding where id = $1", args![wanted.finding_id]).await?
        };
        match done {
            None => return Ok(Outcome::Dead("there is no such finding".into())),
            Some((Some(_),)) => return Ok(Outcome::Done),
            Some((None,)) => {}
        }
        match kitchens.video.clip(wanted.camera_id, wanted.from, wanted.to).await {
            Ok(clip) if clip.mp4.len() > SIZE_MAX_BYTES => missing(kitchens, &wanted, "clip.too_large", now).await?,
            Ok(clip) => {
                let stored = kitchens.files.put(clip.mp4).await?;
                let mut tx = kitchens.db.write().await?;
                let file = NewFile { name: &wanted.name, mime: "video/mp4", person_id: None };
                let file = kitchens.files.record(&mut tx, &stored, file, now).await?;
                tx.run(
                    "update finding set clip_file_id = $2, clip_missing = null where id = $1",
                    args![wanted.finding_id, file.id],
                )
                .await?;
                let told = Told::Ready { file_id: file.id, from: clip.from, to: clip.to };
                tell(kitchens, &mut tx, wanted.finding_id, told, now).await?;
                tx.commit().await?;
            }
            Err(error) => {
                info!(camera.id = %wanted.camera_id, "no clip for finding {}: {error}", wanted.finding_id);
                missing(kitchens, &wanted, why_missing(&error), now).await?;
            }
        }
        Ok(Outcome::Done)
    }
}

fn why_missing(error: &MediaError) -> &'static str {
    match error {
        MediaError::Offline { .. } => "camera.offline",
        MediaError::Unknown => "camera.removed",
        // After a restart memory begins anew.
        _ => "clip.no_frames",
    }
}

/// What the alert is told of its clip.
enum Told {
    Ready { file_id: FileId, from: Instant, to: Instant },
    Missing { why: &'static str },
}

async fn missing(kitchens: &Kitchens, wanted: &ClipWanted, why: &'static str, now: Instant) -> Result<()> {
    let mut tx = kitchens.db.write().await?;
    tx.run("update finding set clip_missing = $2 where id = $1", args![wanted.finding_id, why]).await?;
    tell(kitchens, &mut tx, wanted.finding_id, Told::Missing { why }, now).await?;
    tx.commit().await
}

async fn tell(kitchens: &Kitchens, tx: &mut shian_db::Tx, id: FindingId, told: Told, now: Instant) -> Result<()> {
    let payload = match told {
        Told::Ready { file_id, from, to } => json!({"finding_id": id, "file_id": file_id, "from": from, "to": to}),
        Told::Missing { why } => json!({"finding_id": id, "why": why}),
    };
    kitchens.jobs.enqueue(tx, "alerts.clip", &id.to_string(), &payload, now).await
}

//! Keeping what the rules found: the picture as evidence, the finding on record, and the word to the reviewers.

use bytes::Bytes;
use serde_json::json;
use shian_base::{Id, Instant, Result};
use shian_db::{Tx, args};
use shian_files::{Context, FileRef, Files, NewFile, Stored};
use shian_media::{CameraId, Finding, FindingId, FindingModel, FoundBox, CodedPicture, Look, LookRequest};
use tracing::{info, warn};

use crate::clip::{ClipWanted, LATE_S};
use crate::kitchens::Kitchens;
use crate::rules::{self, Change, Observation, Watch};
use crate::setting::{self, SceneRule};
use crate::watched::{Eye, Facts, Told, Watched, lock};
use crate::{access, store};

/// A finding that goes on is told of at most once in this many seconds.
const TELL_EVERY_S: i64 = 10;
/// Longest side of the pictures in lists.
const THUMB_MAX_SIDE: u32 = 480;

impl Kitchens {
    /// Lets the rules judge an observation and keeps what comes of it.
    pub(crate) async fn judge(
        &self,
        watched: &Watched,
        eye: &mut Eye,
        seen: &Observation<'_>,
        picture: Option<(&CodedPicture, &Look)>,
    ) {
        let facts = watched.facts();
        let rules = lock(&self.rules).clone();
        let Some(rules) = rules.get(&facts.camera.zone) else { return };
        for change in eye.watch.observe(seen, rules) {
            let kept = match change {
                Change::Begins(finding) => self.begins(watched, &facts, eye, finding, picture).await,
                Change::Continues(finding) => self.continues(&facts, eye, &finding).await,
                Change::Ends { scene, last_at, .. } => self.ends(eye, &scene, last_at).await,
            };
            if let Err(error) = kept {
                // Forgetting what was seen lets it be found and kept again.
                warn!(camera.id = %facts.camera.id, "a finding could not be kept and will be found again: {error}");
                eye.watch = Watch::default();
                return;
            }
        }
    }

    async fn begins(
        &self,
        watched: &Watched,
        facts: &Facts,
        eye: &mut Eye,
        found: rules::Finding,
        picture: Option<(&CodedPicture, &Look)>,
    ) -> Result<()> {
        let camera = &facts.camera;
        let id: FindingId = Id::named(&format!("finding/{}/{}/{}", camera.id, found.scene, found.first_at.micros()));
        // What a picture shows was so when the picture was taken.
        let at = picture.map_or(found.at, |(taken, _)| taken.at);
        let now = self.clock.now();

        let still_name = file_name(facts, at, "jpg");
        let mut stills = Vec::new();
        match picture {
            Some((taken, look)) => {
                let full = self.still(camera.id, taken, 0).await.or_else(|| look.jpeg.clone());
                let thumb = self.still(camera.id, taken, THUMB_MAX_SIDE).await.or_else(|| full.clone());
                stills.extend([full, thumb].into_iter().flatten());
            }
            // A camera that went away: the last picture it sent, if there was one.
            None => stills.extend(watched.picture().map(|picture| picture.jpeg.clone())),
        }
        let mut stored: Vec<Stored> = Vec::new();
        for jpeg in stills {
            stored.push(self.files.put(jpeg).await?);
        }

        let mut tx = self.db.write().await?;
        let mut files: Vec<FileRef> = Vec::new();
        for stored in &stored {
            let file = NewFile { name: &still_name, mime: "image/jpeg", person_id: None };
            files.push(self.files.record(&mut tx, stored, file, now).await?);
        }
        let (still, thumb) = (files.first(), files.last());
        let inserted = tx
            .run(
                "insert into finding (id, camera_id, scene, began_at, last_at, still_file_id)
                 values ($1, $2, $3, $4, $4, $5)
                 on conflict (id) do nothing",
                args![id, camera.id, &found.scene, at, still.map(|file| file.id)],
            )
            .await?;
        if inserted == 0 {
            eye.findings.insert(found.scene, Told { id, at: now });
            return Ok(());
        }
        if let (Some(still), Some(_)) = (still, picture) {
            self.keep_still(&mut tx, facts, still, at, true).await?;
        }
        let finding = self.finding(id, facts, &found, at, still, thumb, &setting::settings(&mut tx, &self.law).await?);
        let key = id.to_string();
        self.jobs.enqueue(&mut tx, "alerts.raise", &key, &json!(finding), now).await?;
        let clip = ClipWanted {
            finding_id: id,
            camera_id: camera.id,
            from: at.plus_seconds(-self.config.clip_before_s),
            to: at.plus_seconds(self.config.clip_after_s),
            name: file_name(facts, at, "mp4"),
        };
        let cut_at = clip.to.plus_seconds(LATE_S);
        self.jobs.enqueue(&mut tx, "kitchens.clip", &key, &json!(clip), cut_at).await?;
        tx.commit().await?;
        info!(camera.id = %camera.id, finding.id = %id, "camera {} found {}", camera.name, found.scene);
        eye.findings.insert(found.scene, Told { id, at: now });
        Ok(())
    }

    async fn continues(&self, facts: &Facts, eye: &mut Eye, found: &rules::Finding) -> Result<()> {
        let now = self.clock.now();
        let Some(told) = eye.findings.get_mut(&found.scene) else {
            warn!(camera.id = %facts.camera.id, "{} goes on without having begun", found.scene);
            return Ok(());
        };
        if now.seconds_since(told.at) < TELL_EVERY_S {
            return Ok(());
        }
        let mut tx = self.db.write().await?;
        tx.run("update finding set last_at = $2, ended_at = null where id = $1", args![told.id, now]).await?;
        let payload = json!({"finding_id": told.id, "at": now, "score": found.score});
        self.jobs.enqueue(&mut tx, "alerts.continue", &told.id.to_string(), &payload, now).await?;
        tx.commit().await?;
        told.at = now;
        Ok(())
    }

    async fn ends(&self, eye: &mut Eye, scene: &str, last_at: Instant) -> Result<()> {
        // Kept in memory: it may come back within its cool-down.
        let Some(told) = eye.findings.get_mut(scene) else { return Ok(()) };
        let mut tx = self.db.write().await?;
        self.finding_ends(&mut tx, told.id, last_at).await?;
        tx.commit().await?;
        // Coming back is told at once.
        told.at = Instant::from_micros(0);
        Ok(())
    }

    /// Ends everything a camera showed, because it is watched no longer.
    pub(crate) async fn end_all(&self, watched: &Watched) -> Result<()> {
        let camera = watched.facts().camera.id;
        let _eye = watched.eye.lock().await;
        let mut tx = self.db.write().await?;
        let open: Vec<(FindingId, Instant)> =
            tx.all("select id, last_at from finding where camera_id = $1 and ended_at is null", args![camera]).await?;
        for (id, last_at) in open {
            self.finding_ends(&mut tx, id, last_at).await?;
        }
        tx.commit().await
    }

    pub(crate) async fn finding_ends(&self, tx: &mut Tx, id: FindingId, last_at: Instant) -> Result<()> {
        tx.run("update finding set last_at = $2, ended_at = $2 where id = $1", args![id, last_at]).await?;
        let payload = json!({"finding_id": id, "at": last_at});
        self.jobs.enqueue(tx, "alerts.end", &id.to_string(), &payload, self.clock.now()).await
    }

    /// Keeps one picture an hour, for the day of the camera.
    pub(crate) async fn keep_hourly(&self, watched: &Watched, eye: &mut Eye, now: Instant) {
        let hour = now.micros().div_euclid(3_600_000_000);
        let Some(picture) = watched.picture().filter(|_| eye.still_hour != Some(hour)) else { return };
        let facts = watched.facts();
        let kept = async {
            let stored = self.files.put(picture.jpeg.clone()).await?;
            let mut tx = self.db.write().await?;
            let since = Instant::from_micros(hour * 3_600_000_000);
            let is_kept: Option<(Instant,)> = tx
                .maybe(
                    "select at from camera_still where camera_id = $1 and at >= $2 and is_hit = $3 limit 1",
                    args![facts.camera.id, since, false],
                )
                .await?;
            if is_kept.is_none() {
                let name = file_name(&facts, picture.at, "jpg");
                let file = NewFile { name: &name, mime: "image/jpeg", person_id: None };
                let file = self.files.record(&mut tx, &stored, file, now).await?;
                self.keep_still(&mut tx, &facts, &file, picture.at, false).await?;
            }
            tx.commit().await
        };
        match kept.await {
            Ok(()) => eye.still_hour = Some(hour),
            Err(error) => warn!(camera.id = %facts.camera.id, "the picture of the hour could not be kept: {error}"),
        }
    }

    async fn keep_still(&self, tx: &mut Tx, facts: &Facts, file: &FileRef, at: Instant, is_hit: bool) -> Result<()> {
        let camera = &facts.camera;
        let business_id = Some(camera.business_id);
        let context = Context { needs: access::FRAMES, area_code: &camera.area_code, business_id };
        Files::link(tx, file.id, &context).await?;
        store::add_still(tx, camera.id, at, file.id, is_hit).await
    }

    /// The picture as a JPEG of its own, none when the worker cannot just now.
    async fn still(&self, id: CameraId, picture: &CodedPicture, max_side: u32) -> Option<Bytes> {
        let (picture, stream) = (picture.clone(), id.to_string());
        let request = LookRequest { picture, stream, detect: false, jpeg_max_side: Some(max_side) };
        self.vision.look(request).await.ok()?.jpeg
    }

    #[expect(clippy::too_many_arguments, reason = "a finding is put together here and nowhere else")]
    fn finding(
        &self,
        id: FindingId,
        facts: &Facts,
        found: &rules::Finding,
        at: Instant,
        still: Option<&FileRef>,
        thumb: Option<&FileRef>,
        settings: &[setting::Setting],
    ) -> Finding {
        let camera = &facts.camera;
        let models = self.vision.models();
        let rule = settings.iter().find(|setting| setting.scene == found.scene).map(|setting| &setting.rule);
        let model = rule.filter(|rule| rule.needs_model()).and_then(|_| setting::model_of(&models, &found.scene));
        // What the model was less sure of than the scene asks would only puzzle the officer.
        let sure = found.boxes.iter().filter(|marked| marked.about || marked.detection.score >= found.threshold);
        let boxes = sure.map(|marked| {
            let d = &marked.detection;
            FoundBox { x: d.x, y: d.y, w: d.w, h: d.h, label: d.label.clone(), score: d.score, about: marked.about }
        });
        Finding {
            id,
            camera_id: camera.id,
            camera_name: camera.name.clone(),
            zone: camera.zone.code().into(),
            zone_title: camera.zone.title().into(),
            business_id: camera.business_id.cast(),
            business_name: camera.business_name.clone(),
            area_code: camera.area_code.clone(),
            scene: found.scene.clone(),
            at,
            score: found.score,
            threshold: found.threshold,
            confirmed: found.confirmed.to_string(),
            boxes: boxes.collect(),
            model: model.map(|m| FindingModel { id: m.id.clone(), title: m.title.clone(), version: m.version.clone() }),
            still_file_id: still.map(|file| file.id.cast()),
            thumb_file_id: thumb.map(|file| file.id.cast()),
            still_sha256: still.map(|file| file.sha256.clone()),
            cool_down_s: self.config.cool_down_s.unwrap_or_else(|| rule.map_or(1800, SceneRule::cool_down_s)),
        }
    }
}

/// 王记面馆 烹饪区 02 20261121-120000.jpg
fn file_name(facts: &Facts, at: Instant, extension: &str) -> String {
    let digits: String = at.to_string().chars().filter(char::is_ascii_digit).take(14).collect();
    let (day, time) = digits.split_at_checked(8).unwrap_or((&digits, ""));
    format!("{} {} {day}-{time}.{extension}", facts.camera.business_name, facts.camera.name)
}

//! A finding becomes an alert, or one more sight of an alert that is there.

use serde_json::{Value as Json, json};
use shian_area::code;
use shian_base::{Instant, Result};
use shian_business::{BusinessId, Businesses};
use shian_db::Tx;
use shian_files::{Context, FileId, Files};
use shian_law::Scene;
use shian_matter::{MatterId, NewMatter, Opening, Party};
use shian_media::{Finding, FindingId};
use shian_web::LiveEvent;

use crate::access::READ;
use crate::alerts::{AlertId, Alerts};
use crate::store;

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raised {
    pub alert_id: AlertId,
    pub matter_id: MatterId,
    /// It was added to an alert that was there.
    pub merged: bool,
}

impl Alerts {
    /// Says of a finding that is told after the fact that it is over and that no clip was kept.
    pub async fn end_without_clip(&self, tx: &mut Tx, finding: FindingId, at: Instant) -> Result<()> {
        store::ended(tx, finding, at).await?;
        store::clip_missing(tx, finding, "clip.none").await?;
        Ok(())
    }

    /// Puts a finding before the officers, once however often it is told.
    ///
    /// The same scene at the same camera is one alert while it waits for judgement, and for the scene's cool-down
    /// after it was last seen; else a new alert and the matter in which it is judged are opened.
    pub async fn raise(&self, tx: &mut Tx, finding: &Finding, now: Instant) -> Result<Raised> {
        if let Some(known) = store::of_finding(tx, finding.id).await? {
            return Ok(Raised { alert_id: known.0, matter_id: known.1, merged: known.2 });
        }
        let scene = self.law.scene(&finding.scene);
        let scene = scene.ok_or_else(|| anyhow::anyhow!("the law register has no scene {}", finding.scene))?;
        match store::latest(tx, finding).await? {
            Some(latest) if latest.takes(finding) => self.merge(tx, latest.id, latest.matter_id, finding, scene, now).await,
            _ => self.open(tx, finding, scene, now).await,
        }
    }

    async fn merge(
        &self,
        tx: &mut Tx,
        alert_id: AlertId,
        matter_id: MatterId,
        finding: &Finding,
        scene: &Scene,
        now: Instant,
    ) -> Result<Raised> {
        store::merge(tx, alert_id, finding).await?;
        if let Some(still) = finding.still_file_id {
            self.link(tx, still.cast(), finding).await?;
        }
        self.announce(tx, "alert.merged", alert_id, matter_id, finding, scene, now).await?;
        Ok(Raised { alert_id, matter_id, merged: true })
    }

    async fn open(&self, tx: &mut Tx, finding: &Finding, scene: &Scene, now: Instant) -> Result<Raised> {
        let business_id: BusinessId = finding.business_id.cast();
        let business = Businesses::summary(tx, &[business_id]).await?.remove(&business_id);
        let station = code::station_of(&finding.area_code).unwrap_or(&finding.area_code).to_owned();
        let station_name = business.map(|business| business.station_name).filter(|name| !name.is_empty());
        let alert_id = AlertId::new();
        let matter = NewMatter {
            id: None,
            procedure: "alert-review".into(),
            title: format!("{}：{}", finding.business_name, scene.title),
            business: Some(Party { id: business_id, name: finding.business_name.clone() }),
            area_name: station_name.unwrap_or_else(|| station.clone()),
            area_code: station,
            facts: facts(alert_id, finding, scene),
            opening: Opening { title: seen(finding, scene), note: confirmed(finding), actor: None },
        };
        let matter_id = self.matters.open(tx, matter, now).await?;
        let due_at = self.matters.clock(tx, matter_id, now).await?.map(|clock| clock.due_at);
        store::insert(tx, alert_id, matter_id, due_at, finding, scene).await?;
        for file in [finding.still_file_id, finding.thumb_file_id].into_iter().flatten() {
            self.link(tx, file.cast(), finding).await?;
        }
        self.announce(tx, "alert.raised", alert_id, matter_id, finding, scene, now).await?;
        Ok(Raised { alert_id, matter_id, merged: false })
    }

    async fn link(&self, tx: &mut Tx, file: FileId, finding: &Finding) -> Result<()> {
        let context = Context {
            needs: READ,
            area_code: &finding.area_code,
            business_id: Some(finding.business_id.cast()),
        };
        Files::link(tx, file, &context).await
    }

    #[expect(clippy::too_many_arguments, reason = "the facts of one event")]
    async fn announce(
        &self,
        tx: &mut Tx,
        kind: &str,
        alert_id: AlertId,
        matter_id: MatterId,
        finding: &Finding,
        scene: &Scene,
        now: Instant,
    ) -> Result<()> {
        let data = json!({
            "alert_id": alert_id, "matter_id": matter_id, "camera_id": finding.camera_id, "scene": scene.code,
            "title": format!("{}：{}", finding.business_name, scene.title),
        });
        let business = Some(finding.business_id.cast());
        self.live.announce(tx, LiveEvent::new(now, kind, READ, &finding.area_code, business, data)).await
    }
}

/// What the matter, and a follow-up of it, knows of the alert; the business sees it only in a follow-up.
fn facts(alert_id: AlertId, finding: &Finding, scene: &Scene) -> Json {
    let mut facts = json!({
        "class": scene.class,
        "scene": scene.code,
        "scene_title": scene.title,
        "group": scene.group,
        "alert_id": alert_id,
        "camera_id": finding.camera_id,
        "camera_name": finding.camera_name,
        "zone_title": finding.zone_title,
        "requirement": scene.requirement,
        "basis": scene.basis,
        "seen_at": finding.at,
        "boxes": finding.boxes,
    });
    if let Some(facts) = facts.as_object_mut() {
        let files = [("still_file_id", finding.still_file_id), ("thumb_file_id", finding.thumb_file_id)];
        facts.extend(files.into_iter().filter_map(|(name, id)| Some((name.to_owned(), json!(id?)))));
    }
    facts
}

/// 识别：动物进入 0.93
fn seen(finding: &Finding, scene: &Scene) -> String {
    match &finding.model {
        Some(_) => format!("识别：{} {:.2}", scene.title, finding.score),
        None => format!("测得：{}", scene.title),
    }
}

/// 最近 5 张画面中 3 张出现
fn confirmed(finding: &Finding) -> String {
    match (&finding.model, finding.confirmed.split_once('/')) {
        (Some(_), Some((seen, of))) => format!("最近 {of} 张画面中 {seen} 张出现"),
        _ => String::new(),
    }
}

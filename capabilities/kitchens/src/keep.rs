//! Keeping up with the table and with the connections: cameras come and go, hours and settings change.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use shian_base::{Instant, Result};
use shian_business::Businesses;
use shian_db::args;
use shian_media::{CameraId, CameraSource, CameraState, CameraStatus, FindingId, MediaError};
use shian_web::LiveEvent;
use tokio::sync::watch;
use tracing::{error, info, warn};

use crate::kitchens::Kitchens;
use crate::rules::Observation;
use crate::watched::{Facts, Watched, lock};
use crate::zone::Zone;
use crate::{access, camera, setting, store};

/// How soon a camera added by another process is picked up.
const TABLE_EVERY: Duration = Duration::from_secs(2);
/// How often connections are looked at.
const STATES_EVERY: Duration = Duration::from_secs(1);
/// How often settings and models are read again.
const RULES_EVERY: Duration = Duration::from_secs(10);
/// Looks still running when the server stops are waited for this long.
const LAST_LOOKS: Duration = Duration::from_secs(5);

impl Kitchens {
    /// Watches until `stop` turns true.
    pub async fn run(self: Arc<Self>, stop: watch::Receiver<bool>) {
        if let Err(error) = self.begin().await {
            error!("findings left open by the last run could not be closed: {error}");
        }
        // The rules must stand before the first picture is judged.
        self.read_rules().await.unwrap_or_else(|error| error!("the settings of scenes cannot be read: {error}"));
        tokio::join!(
            every(TABLE_EVERY, stop.clone(), Some(&self.changed), || self.logged("the table of cameras", self.follow_table())),
            every(STATES_EVERY, stop.clone(), None, || self.logged("the states of cameras", self.note_states())),
            every(RULES_EVERY, stop.clone(), None, || self.logged("the settings of scenes", self.read_rules())),
            Arc::clone(&self).patrol(stop, LAST_LOOKS),
        );
    }

    async fn logged(&self, what: &str, work: impl Future<Output = Result<()>>) {
        if let Err(error) = work.await {
            error!("{what} could not be followed: {error}");
        }
    }

    /// What the rules remembered of findings went with the last process: what was going on is over.
    pub(crate) async fn begin(&self) -> Result<()> {
        let mut tx = self.db.write().await?;
        setting::fill(&mut tx, &self.law).await?;
        let open: Vec<(FindingId, Instant)> =
            tx.all("select id, last_at from finding where ended_at is null", args![]).await?;
        for (id, last_at) in open {
            self.finding_ends(&mut tx, id, last_at).await?;
        }
        tx.commit().await
    }

    pub(crate) async fn read_rules(&self) -> Result<()> {
        let mut tx = self.db.read().await?;
        let settings = setting::settings(&mut tx, &self.law).await?;
        let models = self.vision.models();
        let rules: HashMap<_, _> =
            Zone::ALL.into_iter().map(|zone| (zone, setting::rules_for(zone, &settings, &models))).collect();
        *lock(&self.rules) = Arc::new(rules);
        Ok(())
    }

    /// Watches what is in the table and forgets what is not; hours and names are read anew with it.
    pub(crate) async fn follow_table(&self) -> Result<()> {
        let mut tx = self.db.read().await?;
        let sources = camera::sources(&mut tx).await?;
        let mut ids: Vec<_> = sources.iter().map(|(_, camera)| camera.business_id).collect();
        ids.sort();
        ids.dedup();
        let businesses = Businesses::summary(&mut tx, &ids).await?;
        drop(tx);

        let mut listed = HashSet::new();
        for (source, camera) in sources {
            listed.insert(camera.id);
            let id = camera.id;
            let business = businesses.get(&camera.business_id).cloned();
            let before = lock(&self.watched).get(&id).cloned();
            let is_new_address = before.as_ref().is_none_or(|before| before.facts().source.url != source.url);
            let facts = Facts { camera, source: source.clone(), business };
            match before {
                Some(before) => before.set_facts(facts),
                None => {
                    let first_look = tokio::time::Instant::now() + self.phase(id);
                    lock(&self.watched).insert(id, Arc::new(Watched::new(facts, first_look)));
                }
            }
            if is_new_address {
                self.watch_source(source).await?;
            }
        }
        let gone: Vec<Arc<Watched>> = {
            let mut watched = lock(&self.watched);
            let ids: Vec<CameraId> = watched.keys().filter(|id| !listed.contains(id)).copied().collect();
            ids.iter().filter_map(|id| watched.remove(id)).collect()
        };
        for watched in gone {
            let id = watched.facts().camera.id;
            self.video.forget(id).await;
            self.end_all(&watched).await?;
            info!(camera.id = %id, "stopped watching camera {id}");
        }
        Ok(())
    }

    async fn watch_source(&self, source: CameraSource) -> Result<()> {
        let id = source.id;
        match self.video.watch(source).await {
            Ok(()) => info!(camera.id = %id, "watching camera {id}"),
            Err(error) => {
                warn!(camera.id = %id, "camera {id} cannot be watched: {error}");
                let status = never(self.clock.now(), &error);
                let mut tx = self.db.write().await?;
                store::note_state(&mut tx, id, &status, None).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Spreads the first looks over the whole turn, the same way after every start.
    fn phase(&self, id: CameraId) -> Duration {
        let turn = self.config.look_every_s.max(1) * 1000;
        let name = id.to_string().bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        Duration::from_millis(name % turn)
    }

    /// Notes which connections changed, tells the screens, and lets the rules know.
    pub(crate) async fn note_states(&self) -> Result<()> {
        let now = self.clock.now();
        let all = self.all_watched();
        let mut changed = Vec::new();
        for watched in &all {
            let facts = watched.facts();
            let Some(status) = self.video.status(facts.camera.id) else { continue };
            let (state, reason) = lock(&watched.noted).clone();
            // An attempt to reach a camera that is away is no news; success or another reason is.
            let is_attempt = status.state == CameraState::Connecting && state == CameraState::Offline;
            if !is_attempt && (status.state, &status.reason) != (state, &reason) {
                changed.push((Arc::clone(watched), facts, status, state));
            }
        }
        if !changed.is_empty() {
            let mut tx = self.db.write().await?;
            for (watched, facts, status, before) in &changed {
                let camera = &facts.camera;
                let picture_at = watched.last_look().map(|look| look.picture_at);
                store::note_state(&mut tx, camera.id, status, picture_at).await?;
                if status.state != CameraState::Connecting && status.state != *before {
                    let data = json!({
                        "camera_id": camera.id, "title": camera.name, "state": camera::state_code(status.state),
                        "reason": status.reason,
                    });
                    let business = Some(camera.business_id);
                    let event = LiveEvent::new(now, "camera.changed", access::READ, &camera.area_code, business, data);
                    self.live.announce(&mut tx, event).await?;
                }
            }
            tx.commit().await?;
            for (watched, _, status, _) in changed {
                *lock(&watched.noted) = (status.state, status.reason);
            }
        }
        for watched in all {
            let facts = watched.facts();
            let Some(status) = self.video.status(facts.camera.id) else { continue };
            let open_now = facts.is_open_at(now);
            // A look that is being judged says the same and more.
            if let Ok(mut eye) = watched.eye.try_lock() {
                let seen = Observation { at: now, camera: status.state, open_now, picture: None };
                self.judge(&watched, &mut eye, &seen, None).await;
            }
        }
        Ok(())
    }
}

/// The status of a camera whose address can never work.
fn never(now: Instant, error: &MediaError) -> CameraStatus {
    CameraStatus {
        state: CameraState::Offline,
        reason: "bad_address".into(),
        detail: error.to_string(),
        since: now,
        codec: None,
        width: 0,
        height: 0,
        fps: 0.0,
        kbps: 0,
        last_frame_at: None,
        last_keyframe_at: None,
        reconnects: 0,
    }
}

/// Does the work now, then again after every pause or when poked, until stopped.
async fn every<F: Future<Output = ()>>(
    pause: Duration,
    mut stop: watch::Receiver<bool>,
    poke: Option<&tokio::sync::Notify>,
    work: impl Fn() -> F,
) {
    while !*stop.borrow() {
        work().await;
        let poked = async {
            match poke {
                Some(poke) => poke.notified().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = poked => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

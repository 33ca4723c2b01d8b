//! The round: every camera is looked at once in its turn, as many at a time as there are workers.

use std::sync::Arc;
use std::time::Duration;

use shian_media::{Keyframe, LookRequest, VisionError};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{debug, error};

use crate::kitchens::Kitchens;
use crate::rules::{self, Observation};
use crate::watched::{LastLook, Picture, Watched};

/// How often it is asked whose turn has come.
const TICK: Duration = Duration::from_millis(100);
/// A camera without a new picture is asked again after this.
const AGAIN: Duration = Duration::from_millis(500);

impl Kitchens {
    /// Looks at cameras until stopped, then waits a little for the looks that were begun.
    pub(crate) async fn patrol(self: Arc<Self>, mut stop: watch::Receiver<bool>, last_looks: Duration) {
        let mut looks = JoinSet::new();
        while !*stop.borrow() {
            self.begin_looks(&mut looks);
            while let Some(done) = looks.try_join_next() {
                if let Err(panic) = done {
                    error!("a look at a camera broke off: {panic}");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        let _ = tokio::time::timeout(last_looks, async { while looks.join_next().await.is_some() {} }).await;
    }

    /// Begins the looks whose turn has come, the longest overdue first, as far as there are workers for them.
    fn begin_looks(self: &Arc<Self>, looks: &mut JoinSet<()>) {
        let now = tokio::time::Instant::now();
        let mut due: Vec<(Duration, Arc<Watched>)> =
            self.all_watched().into_iter().filter_map(|watched| Some((watched.overdue(now)?, watched))).collect();
        due.sort_by_key(|(overdue, _)| std::cmp::Reverse(*overdue));
        for (_, watched) in due {
            let Some(keyframe) = self.new_keyframe(&watched) else {
                watched.put_off(AGAIN);
                continue;
            };
            let Ok(permit) = Arc::clone(&self.looks).try_acquire_owned() else { return };
            let turn = Turn::begin(Arc::clone(&watched), Duration::from_secs(self.config.look_every_s.max(1)));
            let kitchens = Arc::clone(self);
            looks.spawn(async move {
                kitchens.look(&watched, keyframe).await;
                drop((turn, permit));
            });
        }
    }

    /// The newest keyframe, if it was not looked at yet.
    fn new_keyframe(&self, watched: &Watched) -> Option<Keyframe> {
        let keyframe = self.video.keyframe(watched.facts().camera.id)?;
        let is_known = watched.last_look().is_some_and(|look| look.picture_at == keyframe.at);
        (!is_known).then_some(keyframe)
    }

    /// Looks at one picture and lets the rules judge it.
    pub(crate) async fn look(&self, watched: &Watched, keyframe: Keyframe) {
        let facts = watched.facts();
        let id = facts.camera.id;
        let request = LookRequest {
            keyframe: keyframe.clone(),
            stream: id.to_string(),
            detect: true,
            jpeg_max_side: Some(self.config.still_max_side),
        };
        let look = match self.vision.look(request).await {
            Ok(look) => look,
            // Somebody else's picture came first; this camera's comes round again.
            Err(VisionError::Busy) => return,
            Err(error) => {
                debug!(camera.id = %id, "a picture of camera {id} could not be looked at: {error}");
                return;
            }
        };
        let now = self.clock.now();
        watched.looked(LastLook { at: now, picture_at: keyframe.at });
        if let Some(jpeg) = look.jpeg.clone() {
            watched.set_picture(Picture { jpeg, at: keyframe.at, sequence: keyframe.sequence });
        }
        let Some(status) = self.video.status(id) else { return };
        let open_now = facts.is_open_at(now);
        let picture = rules::Picture {
            sequence: keyframe.sequence,
            quality: look.quality,
            detections: look.model.is_some().then_some(look.detections.as_slice()),
        };
        let seen = Observation { at: now, camera: status.state, open_now, picture: Some(picture) };
        let mut eye = watched.eye.lock().await;
        self.judge(watched, &mut eye, &seen, Some((&keyframe, &look))).await;
        if open_now {
            self.keep_hourly(watched, &mut eye, now).await;
        }
    }
}

/// A camera's turn; over when dropped, also when the look broke off.
struct Turn {
    watched: Arc<Watched>,
    every: Duration,
}

impl Turn {
    fn begin(watched: Arc<Watched>, every: Duration) -> Self {
        watched.begin_turn();
        Self { watched, every }
    }
}
impl Drop for Turn {
    fn drop(&mut self) {
        self.watched.end_turn(self.every);
    }
}

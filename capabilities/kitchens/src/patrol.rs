//! The round: every camera is looked at once in its turn, as many at a time as there are workers.
//!
//! Turns look at keyframes, which cost least. Where one shows something that must be confirmed, closer looks at the
//! pictures between keyframes follow at once, so that a camera with few keyframes does not delay the word.

use std::sync::Arc;
use std::time::Duration;

use shian_media::{CodedPicture, LookRequest, VisionError};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{debug, error};

use crate::kitchens::Kitchens;
use crate::rules::{self, Observation};
use crate::watched::{LastLook, Picture, Watched};

/// How often it is asked whose turn has come.
const TICK: Duration = Duration::from_millis(100);
/// A camera without a new picture is asked again after this.
const AGAIN: Duration = Duration::from_millis(100);
/// Between closer looks: long enough for another picture to be another moment.
const CLOSER: Duration = Duration::from_millis(300);
/// So many frames are decoded at most for a closer look; then the next keyframe is sooner.
const CLOSER_FRAMES: usize = 30;

impl Kitchens {
    /// Looks at cameras until stopped, then waits a little for the looks that were begun.
    pub(crate) async fn patrol(self: Arc<Self>, mut stop: watch::Receiver<bool>, last_looks: Duration) {
        let mut looks = JoinSet::new();
        while !*stop.borrow() {
            self.begin_looks(&mut looks);
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                // A worker is free: the next look begins at once, however short the looks are.
                Some(done) = looks.join_next() => if let Err(panic) = done {
                    error!("a look at a camera broke off: {panic}");
                },
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
            let Some(picture) = self.new_picture(&watched) else {
                watched.put_off(AGAIN);
                continue;
            };
            let Ok(permit) = Arc::clone(&self.looks).try_acquire_owned() else { return };
            let mut turn = Turn::begin(Arc::clone(&watched), Duration::from_secs(self.config.look_every_s.max(1)));
            let kitchens = Arc::clone(self);
            looks.spawn(async move {
                if kitchens.look(&watched, picture).await {
                    turn.look_closer();
                }
                drop((turn, permit));
            });
        }
    }

    /// The newest keyframe, for a closer look the newest picture, if it was not looked at yet.
    fn new_picture(&self, watched: &Watched) -> Option<CodedPicture> {
        let id = watched.facts().camera.id;
        let newest = if watched.is_closer() { self.video.newest(id, CLOSER_FRAMES) } else { None };
        let picture = newest.or_else(|| self.video.keyframe(id))?;
        let is_known = watched.last_look().is_some_and(|look| look.picture_at >= picture.at);
        (!is_known).then_some(picture)
    }

    /// Looks at one picture and lets the rules judge it. True when it showed something that is not confirmed yet.
    pub(crate) async fn look(&self, watched: &Watched, taken: CodedPicture) -> bool {
        let facts = watched.facts();
        let id = facts.camera.id;
        let request = LookRequest {
            picture: taken.clone(),
            stream: id.to_string(),
            detect: true,
            jpeg_max_side: Some(self.config.still_max_side),
        };
        let look = match self.vision.look(request).await {
            Ok(look) => look,
            // Somebody else's picture came first; this camera's comes round again.
            Err(VisionError::Busy) => return false,
            Err(error) => {
                debug!(camera.id = %id, "a picture of camera {id} could not be looked at: {error}");
                return false;
            }
        };
        let now = self.clock.now();
        watched.looked(LastLook { at: now, picture_at: taken.at });
        if let Some(jpeg) = look.jpeg.clone() {
            watched.set_picture(Picture { jpeg, at: taken.at, sequence: taken.sequence });
        }
        let Some(status) = self.video.status(id) else { return false };
        let open_now = facts.is_open_at(now);
        let picture = rules::Picture {
            sequence: taken.sequence,
            quality: look.quality,
            detections: look.model.is_some().then_some(look.detections.as_slice()),
        };
        let seen = Observation { at: now, camera: status.state, open_now, picture: Some(picture) };
        let mut eye = watched.eye.lock().await;
        self.judge(watched, &mut eye, &seen, Some((&taken, &look))).await;
        if open_now {
            self.keep_hourly(watched, &mut eye, now).await;
        }
        eye.watch.is_unsure()
    }
}

/// A camera's turn; over when dropped, also when the look broke off.
struct Turn {
    watched: Arc<Watched>,
    every: Duration,
    is_closer_next: bool,
}

impl Turn {
    fn begin(watched: Arc<Watched>, every: Duration) -> Self {
        watched.begin_turn();
        Self { watched, every, is_closer_next: false }
    }
    fn look_closer(&mut self) {
        self.is_closer_next = true;
    }
}
impl Drop for Turn {
    fn drop(&mut self) {
        if self.is_closer_next {
            self.watched.look_closer(CLOSER);
        } else {
            self.watched.end_turn(self.every);
        }
    }
}

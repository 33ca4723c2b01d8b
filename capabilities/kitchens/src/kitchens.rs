//! What the capability holds while the server runs, and the picture of a camera for whoever asks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use shian_base::{Error, Result, SharedClock};
use shian_db::Db;
use shian_files::Files;
use shian_jobs::Jobs;
use shian_law::LawBook;
use shian_media::{CameraId, CameraState, LookRequest, Video, Vision, VisionError};
use shian_web::Live;
use tokio::sync::{Notify, Semaphore};

use crate::Config;
use crate::rules::SceneRules;
use crate::watched::{LastLook, Picture, Watched, lock};
use crate::zone::Zone;

/// What the capability is given.
pub struct Parts {
    pub db: Db,
    pub clock: SharedClock,
    pub jobs: Jobs,
    pub live: Live,
    pub files: Files,
    pub law: Arc<LawBook>,
    pub video: Arc<dyn Video>,
    pub vision: Arc<dyn Vision>,
    pub config: Config,
}

pub struct Kitchens {
    pub(crate) db: Db,
    pub(crate) clock: SharedClock,
    pub(crate) jobs: Jobs,
    pub(crate) live: Live,
    pub(crate) files: Files,
    pub(crate) law: Arc<LawBook>,
    pub(crate) video: Arc<dyn Video>,
    pub(crate) vision: Arc<dyn Vision>,
    pub(crate) config: Config,
    pub(crate) watched: Mutex<HashMap<CameraId, Arc<Watched>>>,
    /// What is watched for, by zone.
    pub(crate) rules: Mutex<Arc<HashMap<Zone, SceneRules>>>,
    /// The table of cameras was changed in this process.
    pub(crate) changed: Arc<Notify>,
    /// One permit a look of the patrol.
    pub(crate) looks: Arc<Semaphore>,
    /// One permit a live view, and one more of these for one of a stranger: the public cannot crowd out the officers.
    pub(crate) viewers: Arc<Semaphore>,
    pub(crate) strangers: Arc<Semaphore>,
}

/// A picture this much older than the newest keyframe is not shown to somebody who asks now.
const STALE_MICROS: i64 = 2_000_000;

impl Kitchens {
    pub fn new(parts: Parts) -> Arc<Self> {
        let Parts { db, clock, jobs, live, files, law, video, vision, config } = parts;
        let (looks, viewers) = (Semaphore::new(config.workers()), Semaphore::new(config.viewers_max));
        let strangers = Semaphore::new(config.viewers_max.div_ceil(2));
        Arc::new(Self {
            db,
            clock,
            jobs,
            live,
            files,
            law,
            video,
            vision,
            config,
            watched: Mutex::default(),
            rules: Mutex::default(),
            changed: Arc::default(),
            looks: Arc::new(looks),
            viewers: Arc::new(viewers),
            strangers: Arc::new(strangers),
        })
    }

    pub(crate) fn all_watched(&self) -> Vec<Arc<Watched>> {
        lock(&self.watched).values().cloned().collect()
    }

    pub(crate) fn last_look(&self, id: CameraId) -> Option<LastLook> {
        lock(&self.watched).get(&id)?.last_look()
    }

    /// The newest picture of a camera, decoded now when the one in memory is old.
    pub(crate) async fn picture(&self, id: CameraId) -> Result<Arc<Picture>> {
        let watched = lock(&self.watched).get(&id).cloned();
        let (Some(watched), Some(status)) = (watched, self.video.status(id)) else {
            return Err(Error::unavailable("camera.no_picture", "the camera was only just added"));
        };
        if status.state == CameraState::Offline {
            let why = format!("the camera cannot be reached: {}", status.reason);
            return Err(Error::unavailable("camera.offline", why));
        }
        let _fetching = watched.fetching.lock().await;
        let Some(keyframe) = self.video.keyframe(id) else {
            return Err(Error::unavailable("camera.no_picture", "the camera has sent no picture yet"));
        };
        let kept = watched.picture();
        let is_fresh = |kept: &Arc<Picture>| {
            kept.sequence == keyframe.sequence || keyframe.at.micros() - kept.at.micros() <= STALE_MICROS
        };
        if let Some(kept) = kept.clone().filter(is_fresh) {
            return Ok(kept);
        }
        let (at, sequence) = (keyframe.at, keyframe.sequence);
        let request = LookRequest {
            picture: keyframe,
            stream: id.to_string(),
            detect: false,
            jpeg_max_side: Some(self.config.still_max_side),
        };
        match self.vision.look(request).await {
            Ok(look) => {
                let jpeg = look.jpeg.ok_or_else(|| Error::unavailable("camera.no_picture", "no picture was made"))?;
                watched.set_picture(Picture { jpeg, at, sequence });
                let kept = watched.picture();
                kept.ok_or_else(|| Error::unavailable("camera.no_picture", "no picture was made"))
            }
            // Older but true: the answer says when it was taken.
            Err(VisionError::Busy) if kept.is_some() => kept.ok_or(Error::NotFound),
            Err(error) => Err(Error::unavailable("camera.no_picture", error.to_string())),
        }
    }
}

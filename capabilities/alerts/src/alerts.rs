//! What the capability holds.

use std::sync::Arc;

use shian_base::{Id, SharedClock};
use shian_db::Db;
use shian_jobs::Jobs;
use shian_law::LawBook;
use shian_matter::Matters;
use shian_media::Video;
use shian_web::Live;

/// The kind of thing an `AlertId` names.
pub enum Alert {}
pub type AlertId = Id<Alert>;

/// What the capability is given.
pub struct Parts {
    pub db: Db,
    pub clock: SharedClock,
    pub jobs: Jobs,
    pub live: Live,
    pub law: Arc<LawBook>,
    pub matters: Arc<Matters>,
    /// For how the camera stands now.
    pub video: Arc<dyn Video>,
}

pub struct Alerts {
    pub(crate) db: Db,
    pub(crate) clock: SharedClock,
    pub(crate) jobs: Jobs,
    pub(crate) live: Live,
    pub(crate) law: Arc<LawBook>,
    pub(crate) matters: Arc<Matters>,
    pub(crate) video: Arc<dyn Video>,
}

impl Alerts {
    pub fn new(parts: Parts) -> Arc<Self> {
        let Parts { db, clock, jobs, live, law, matters, video } = parts;
        Arc::new(Self { db, clock, jobs, live, law, matters, video })
    }
}

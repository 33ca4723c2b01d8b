//! What is kept in memory of a camera while it is watched.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use shian_base::Instant;
use shian_business::Summary;
use shian_media::{CameraSource, CameraState, FindingId};

use crate::camera::CameraRow;
use crate::rules::Watch;

pub(crate) struct Watched {
    /// As the table had it when it was last read.
    facts: Mutex<Arc<Facts>>,
    turn: Mutex<Turn>,
    /// How the camera stood when that was last noted in the table: state and reason.
    pub noted: Mutex<(CameraState, String)>,
    picture: Mutex<Option<Arc<Picture>>>,
    last_look: Mutex<Option<LastLook>>,
    /// The rules' memory. Held while an observation is judged and kept.
    pub eye: tokio::sync::Mutex<Eye>,
    /// Held while a picture is fetched for a viewer, so that many viewers cause one look.
    pub fetching: tokio::sync::Mutex<()>,
}

pub(crate) struct Facts {
    pub camera: CameraRow,
    pub source: CameraSource,
    /// None when the business is not in the register any more: then it counts as closed.
    pub business: Option<Summary>,
}

/// When the camera is looked at next.
struct Turn {
    due: tokio::time::Instant,
    is_running: bool,
    /// The last look found something that is not confirmed yet: any newer picture will do.
    is_closer: bool,
}

/// The newest picture that was decoded.
pub(crate) struct Picture {
    pub jpeg: Bytes,
    /// When it was taken.
    pub at: Instant,
    pub sequence: u64,
}

#[derive(Clone, Copy)]
pub(crate) struct LastLook {
    pub at: Instant,
    pub picture_at: Instant,
}

#[derive(Default)]
pub(crate) struct Eye {
    pub watch: Watch,
    /// By scene: the newest finding, going on or not.
    pub findings: HashMap<String, Told>,
    /// The hour whose picture of the day is kept.
    pub still_hour: Option<i64>,
}

/// What others were told of a finding.
pub(crate) struct Told {
    pub id: FindingId,
    pub at: Instant,
}

impl Facts {
    pub fn is_open_at(&self, now: Instant) -> bool {
        self.business.as_ref().is_some_and(|business| business.is_open_at(now))
    }
}

impl Watched {
    pub fn new(facts: Facts, first_look: tokio::time::Instant) -> Self {
        let noted = (facts.camera.state, facts.camera.state_reason.clone());
        Self {
            facts: Mutex::new(Arc::new(facts)),
            turn: Mutex::new(Turn { due: first_look, is_running: false, is_closer: false }),
            noted: Mutex::new(noted),
            picture: Mutex::default(),
            last_look: Mutex::default(),
            eye: tokio::sync::Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    pub fn facts(&self) -> Arc<Facts> {
        Arc::clone(&lock(&self.facts))
    }
    pub fn set_facts(&self, facts: Facts) {
        *lock(&self.facts) = Arc::new(facts);
    }
    pub fn picture(&self) -> Option<Arc<Picture>> {
        lock(&self.picture).clone()
    }
    /// Keeps the picture unless a newer one is there already.
    pub fn set_picture(&self, picture: Picture) {
        let mut kept = lock(&self.picture);
        if kept.as_ref().is_none_or(|kept| kept.at <= picture.at) {
            *kept = Some(Arc::new(picture));
        }
    }
    pub fn last_look(&self) -> Option<LastLook> {
        *lock(&self.last_look)
    }
    pub fn looked(&self, look: LastLook) {
        *lock(&self.last_look) = Some(look);
    }

    /// Whether its turn has come; none when it is being looked at.
    pub fn overdue(&self, now: tokio::time::Instant) -> Option<Duration> {
        let turn = lock(&self.turn);
        if turn.is_running { None } else { now.checked_duration_since(turn.due) }
    }
    pub fn begin_turn(&self) {
        lock(&self.turn).is_running = true;
    }
    pub fn is_closer(&self) -> bool {
        lock(&self.turn).is_closer
    }
    /// The turn is over; the next is `every` after this one was due, or after now when that is past.
    pub fn end_turn(&self, every: Duration) {
        let mut turn = lock(&self.turn);
        turn.is_running = false;
        turn.is_closer = false;
        turn.due = (turn.due + every).max(tokio::time::Instant::now());
    }
    /// The turn is over; the next is a closer look soon.
    pub fn look_closer(&self, after: Duration) {
        let mut turn = lock(&self.turn);
        turn.is_running = false;
        turn.is_closer = true;
        turn.due = tokio::time::Instant::now() + after;
    }
    /// There was nothing to look at; comes back soon.
    pub fn put_off(&self, by: Duration) {
        let mut turn = lock(&self.turn);
        turn.is_running = false;
        turn.due = tokio::time::Instant::now() + by;
    }
}

/// A panic while the lock was held leaves plain facts that are still whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! One simulated camera: what it is asked to be, what it shows now and what is wrong with it.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

use crate::{
    Clip, GroundTruth, Replies, Scene, TruthFrame,
    auth::{Login, Scheme},
    fault::{Fault, Faults},
};

/// A camera to be simulated.
#[derive(Debug, Clone)]
pub struct SimCamera {
    pub(crate) name: String,
    pub(crate) source: Source,
    pub(crate) login: Option<Login>,
    pub(crate) phase: Duration,
    pub(crate) has_own_port: bool,
    pub(crate) faults: Vec<Fault>,
}

#[derive(Debug, Clone)]
pub(crate) enum Source {
    Kitchen {
        kitchen: u8,
        scene: Scene,
    },
    File(PathBuf),
    Clip(Arc<Clip>),
    Replay {
        replies: Arc<Replies>,
        clip: Option<Arc<Clip>>,
    },
}

impl SimCamera {
    /// A drawn kitchen (there are [`crate::KITCHENS`], counted from 0) and what goes on in it.
    pub fn kitchen(name: &str, kitchen: u8, scene: Scene) -> Self {
        Self::new(name, Source::Kitchen { kitchen, scene })
    }

    /// A file in a form that [`Clip::read`] knows.
    pub fn file(name: &str, path: impl Into<PathBuf>) -> Self {
        Self::new(name, Source::File(path.into()))
    }

    pub fn clip(name: &str, clip: Arc<Clip>) -> Self {
        Self::new(name, Source::Clip(clip))
    }

    /// Answers as a real camera did; sends no pictures.
    pub fn replay(name: &str, replies: Replies) -> Self {
        Self::new(
            name,
            Source::Replay {
                replies: Arc::new(replies),
                clip: None,
            },
        )
    }

    /// Answers as a real camera did and sends the pictures of a clip after PLAY.
    pub fn replay_with_clip(name: &str, replies: Replies, clip: Arc<Clip>) -> Self {
        Self::new(
            name,
            Source::Replay {
                replies: Arc::new(replies),
                clip: Some(clip),
            },
        )
    }

    fn new(name: &str, source: Source) -> Self {
        Self {
            name: name.to_owned(),
            source,
            login: None,
            phase: Duration::ZERO,
            has_own_port: false,
            faults: Vec::new(),
        }
    }

    /// Asks for this login by Digest.
    pub fn with_login(mut self, user: &str, password: &str) -> Self {
        self.login = Some(Login {
            user: user.to_owned(),
            password: password.to_owned(),
            scheme: Scheme::Digest,
        });
        self
    }

    /// Asks for this login by Basic.
    pub fn with_basic_login(mut self, user: &str, password: &str) -> Self {
        self.login = Some(Login {
            user: user.to_owned(),
            password: password.to_owned(),
            scheme: Scheme::Basic,
        });
        self
    }

    /// Where in its loop the camera begins, so that two cameras of one clip differ.
    pub fn with_phase_s(mut self, seconds: f64) -> Self {
        self.phase = Duration::try_from_secs_f64(seconds)
            .unwrap_or_default()
            .min(LONGEST_PHASE);
        self
    }

    /// Listens on a port of its own, so that [`Fault::Refuse`] closes it.
    pub fn with_own_port(mut self) -> Self {
        self.has_own_port = true;
        self
    }

    /// Has a fault from the start.
    pub fn with_fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }
}

const LONGEST_PHASE: Duration = Duration::from_secs(86_400);
/// Camera time begins at this value, so that a phase can be subtracted.
const TIME_AT_START: Duration = Duration::from_secs(2 * 86_400);

/// The time all cameras of a fleet share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timebase(Instant);

impl Timebase {
    pub fn begin() -> Self {
        Self(Instant::now())
    }

    pub fn now(self) -> Duration {
        TIME_AT_START + self.0.elapsed()
    }

    pub fn instant(self, time: Duration) -> Instant {
        self.0 + time.saturating_sub(TIME_AT_START)
    }

    pub fn since_start(time: Duration) -> Duration {
        time.saturating_sub(TIME_AT_START)
    }
}

/// A clip to be put on air.
pub(crate) struct Reel {
    pub clip: Arc<Clip>,
    pub truth: Option<Arc<GroundTruth>>,
    pub scene: Option<Scene>,
    pub is_preview: bool,
}

/// A clip on air.
#[derive(Debug)]
pub(crate) struct Programme {
    pub clip: Arc<Clip>,
    pub truth: Option<Arc<GroundTruth>>,
    pub scene: Option<Scene>,
    /// Only the beginning of what is being prepared.
    pub is_preview: bool,
    /// The camera time at which the clip's beginning is on air.
    pub since: Duration,
    /// What is on air until then.
    pub before: Option<Arc<Programme>>,
}

impl Programme {
    /// Where in its loop the clip is.
    pub fn point_at(&self, time: Duration) -> (u64, Duration) {
        let elapsed = time.saturating_sub(self.since);
        let length = self.clip.duration.as_nanos().max(1);
        let rounds = elapsed.as_nanos() / length;
        (
            rounds as u64,
            Duration::from_nanos((elapsed.as_nanos() % length) as u64),
        )
    }
}

/// The camera's own clock in RTP ticks: a time at which it was right, and how fast it runs since.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeviceClock {
    anchor: Duration,
    ticks: i64,
    ppm: i32,
}

const TICKS_PER_SECOND: i64 = 90_000;

impl DeviceClock {
    /// The ticks at a camera time; a time before the anchor counts backwards.
    pub fn ticks(&self, time: Duration) -> i64 {
        let nanos = time.as_nanos() as i128 - self.anchor.as_nanos() as i128;
        let rate = 1_000_000 + i128::from(self.ppm);
        self.ticks.wrapping_add(
            (nanos * i128::from(TICKS_PER_SECOND) * rate / 1_000_000_000_000_000) as i64,
        )
    }

    fn change(&mut self, now: Duration, ppm: i32, jump_seconds: i32) {
        self.ticks = self
            .ticks(now)
            .wrapping_add(i64::from(jump_seconds) * TICKS_PER_SECOND);
        self.anchor = now;
        self.ppm = ppm;
    }
}

/// What the sessions of a camera must know of its condition.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub faults: Faults,
    pub clock: DeviceClock,
    /// Counts the resets asked for.
    pub resets: u64,
}

#[derive(Debug)]
pub(crate) struct CameraState {
    pub name: String,
    pub source: Source,
    pub login: Option<Login>,
    pub phase: Duration,
    pub time: Timebase,
    pub on_air: watch::Sender<Option<Arc<Programme>>>,
    pub condition: watch::Sender<Condition>,
    /// Why there will be no clip.
    pub failure: watch::Sender<Option<String>>,
    pub own_addr: Mutex<Option<SocketAddr>>,
    viewers: AtomicUsize,
    /// Counts the scenes asked for: only the last one asked for goes on air.
    scene_orders: AtomicU64,
}

impl CameraState {
    pub fn new(camera: SimCamera, time: Timebase) -> Self {
        let clock = DeviceClock {
            anchor: TIME_AT_START,
            ticks: 0,
            ppm: 0,
        };
        let state = Self {
            name: camera.name,
            source: camera.source,
            login: camera.login,
            phase: camera.phase,
            time,
            on_air: watch::Sender::new(None),
            condition: watch::Sender::new(Condition {
                faults: Faults::default(),
                clock,
                resets: 0,
            }),
            failure: watch::Sender::new(None),
            own_addr: Mutex::new(None),
            viewers: AtomicUsize::new(0),
            scene_orders: AtomicU64::new(0),
        };
        for fault in camera.faults {
            state.add_fault(fault);
        }
        state
    }

    pub fn add_fault(&self, fault: Fault) {
        let now = self.time.now();
        self.condition.send_modify(|condition| {
            condition.faults.add(fault);
            match fault {
                Fault::Reset | Fault::Refuse => condition.resets += 1,
                Fault::ClockSkew { ppm } => condition.clock.change(now, ppm, 0),
                Fault::TimestampJump { seconds } => {
                    let ppm = condition.clock.ppm;
                    condition.clock.change(now, ppm, seconds);
                }
                _ => {}
            }
        });
    }

    pub fn clear_faults(&self) {
        let now = self.time.now();
        self.condition.send_modify(|condition| {
            condition.faults.clear();
            condition.clock.change(now, 0, 0);
        });
    }

    /// Takes a number for a scene that has to be prepared first.
    pub fn order_scene(&self) -> u64 {
        self.scene_orders.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Puts a clip on air: the first at once, a later one at the next key picture. Nothing happens if another scene
    /// has been ordered since.
    pub fn put_on_air(&self, order: u64, reel: Reel) {
        let Reel {
            clip,
            truth,
            scene,
            is_preview,
        } = reel;
        let now = self.time.now();
        self.on_air.send_if_modified(|on_air| {
            if self.scene_orders.load(Ordering::SeqCst) != order {
                return false;
            }
            let current = self.programme_in(on_air, now);
            let since = match &current {
                None => TIME_AT_START.saturating_sub(self.phase),
                Some(programme) => {
                    let (_, point) = programme.point_at(now);
                    now + (programme.clip.next_key_after(point) - point)
                }
            };
            let before = current.map(|p| {
                let Programme {
                    clip,
                    truth,
                    scene,
                    is_preview,
                    since,
                    ..
                } = &*p;
                let (clip, truth) = (clip.clone(), truth.clone());
                Arc::new(Programme {
                    clip,
                    truth,
                    scene: *scene,
                    is_preview: *is_preview,
                    since: *since,
                    before: None,
                })
            });
            *on_air = Some(Arc::new(Programme {
                clip,
                truth,
                scene,
                is_preview,
                since,
                before,
            }));
            true
        });
    }

    /// What is on air at a time.
    pub fn programme(&self, time: Duration) -> Option<Arc<Programme>> {
        self.programme_in(&self.on_air.borrow(), time)
    }

    fn programme_in(
        &self,
        on_air: &Option<Arc<Programme>>,
        time: Duration,
    ) -> Option<Arc<Programme>> {
        let newest = on_air.as_ref()?;
        match &newest.before {
            Some(before) if newest.since > time => Some(before.clone()),
            _ => Some(newest.clone()),
        }
    }

    pub fn truth_now(&self) -> Option<TruthFrame> {
        let now = self.time.now();
        let programme = self.programme(now)?;
        let (_, point) = programme.point_at(now);
        let frame = programme.clip.frame_at(point);
        programme.truth.as_ref()?.frames.get(frame).cloned()
    }

    pub fn viewers(&self) -> usize {
        self.viewers.load(Ordering::SeqCst)
    }

    pub fn set_own_addr(&self, addr: SocketAddr) {
        *self.own_addr.lock().unwrap_or_else(PoisonError::into_inner) = Some(addr);
    }

    pub fn own_addr(&self) -> Option<SocketAddr> {
        *self.own_addr.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a session as a viewer for as long as it lives.
pub(crate) struct Viewing(Arc<CameraState>);

impl Viewing {
    pub fn of(camera: &Arc<CameraState>) -> Self {
        camera.viewers.fetch_add(1, Ordering::SeqCst);
        Self(camera.clone())
    }
}

impl Drop for Viewing {
    fn drop(&mut self) {
        self.0.viewers.fetch_sub(1, Ordering::SeqCst);
    }
}

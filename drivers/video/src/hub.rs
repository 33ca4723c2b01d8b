//! One camera's meeting point: frames come in from its connection, everybody else reads from memory.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use shian_base::{Instant, SharedClock};
use shian_media::{CameraState, CameraStatus, Clip, CodedPicture, LiveEvent, MediaError};
use tokio::sync::watch;
use tokio::time::Instant as Elapsed;

use crate::clip;
use crate::config::{VideoConfig, seconds};
use crate::decode_time::DecodeTimes;
use crate::failure::Failure;
use crate::mp4::{FragmentSample, fragment};
use crate::nal::annex_b;
use crate::rate::Rate;
use crate::ring::{Frame, Parameters, Ring};
use crate::wall::WallTime;

/// The timeline of every live stream counts in this; it is RTP's own for video.
pub const TIMESCALE: u32 = 90_000;
/// A frame's duration while nothing better is known: 25 frames per second.
const USUAL_DURATION: i64 = 3_600;
/// Lost packets make a camera degraded for so long.
const LOSS_SHOWS_FOR: Duration = Duration::from_secs(10);

/// A frame as a connection delivers it.
pub struct Incoming {
    /// Length-prefixed NAL units without parameter sets.
    pub data: Vec<u8>,
    pub is_key: bool,
    pub parameters: Arc<Parameters>,
    /// Presentation time, 1/90 000 s, from any beginning.
    pub shown: i64,
    /// Packets lost before it.
    pub lost: u32,
}

pub struct Hub {
    config: Arc<VideoConfig>,
    clock: SharedClock,
    kept: Mutex<Kept>,
    /// Ticks whenever a viewer may have something to do.
    news: watch::Sender<u64>,
    pub viewers: AtomicUsize,
}

struct Kept {
    ring: Ring,
    connection: Connection,
    connections: u64,
    /// The frame that waits for its successor, which tells its duration.
    pending: Option<Pending>,
    /// Where the next frame goes on the viewers' timeline.
    timeline_end: i64,
    next_sequence: u64,
    needs_key: bool,
    newest_key: Option<NewestKey>,
    keyframes: u64,
    frames: u64,
    /// No frame was lost since the newest keyframe.
    is_whole: bool,
    last_wall: Option<Instant>,
    rate: Rate,
    state: CameraState,
    failure: Failure,
    since: Instant,
    reconnects: u64,
    last_frame: Option<(Instant, Elapsed)>,
    last_key: Option<(Instant, Elapsed)>,
    loss: Option<Loss>,
    offline_since: Option<Elapsed>,
    removed: bool,
}

/// What is reset with every connection.
#[derive(Default)]
struct Connection {
    wall: WallTime,
    decode: DecodeTimes,
    /// What is added to its decode times to continue the timeline.
    shift: Option<i64>,
    usual_duration: Option<i64>,
}

struct Pending {
    number: u64,
    data: Bytes,
    is_key: bool,
    parameters: Arc<Parameters>,
    decode: i64,
    shown: i64,
    wall: Instant,
    received: Elapsed,
}

struct NewestKey {
    data: Bytes,
    parameters: Arc<Parameters>,
    at: Instant,
    number: u64,
}

struct Loss {
    began: Instant,
    last: Elapsed,
    packets: u64,
}

/// Where a viewer stands.
#[derive(Default)]
pub struct Place {
    next: Option<u64>,
    parameters: Option<Arc<Parameters>>,
}

pub enum Next {
    Events(Vec<LiveEvent>),
    /// Nothing yet.
    Wait,
    End(LiveEvent),
}

impl Hub {
    pub fn new(config: Arc<VideoConfig>, clock: SharedClock) -> Self {
        let since = clock.now();
        let kept = Kept {
            ring: Ring::new(config.ring_seconds, config.ring_bytes_max),
            connection: Connection::default(),
            connections: 0,
            pending: None,
            timeline_end: 0,
            next_sequence: 0,
            needs_key: true,
            newest_key: None,
            keyframes: 0,
            frames: 0,
            is_whole: false,
            last_wall: None,
            rate: Rate::default(),
            state: CameraState::Connecting,
            failure: Failure::new("connecting", "not reached yet"),
            since,
            reconnects: 0,
            last_frame: None,
            last_key: None,
            loss: None,
            offline_since: None,
            removed: false,
        };
        Self { config, clock, kept: Mutex::new(kept), news: watch::Sender::new(0), viewers: AtomicUsize::new(0) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic elsewhere must not make the camera unreadable; what is kept is whole between statements that matter.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.news.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// A connection was made and frames may follow under the number returned.
    pub fn connected(&self) -> u64 {
        let mut kept = self.kept();
        kept.finish_pending(None);
        kept.connection = Connection::default();
        kept.connections += 1;
        kept.needs_key = true;
        kept.rate.restart();
        kept.connections
    }

    /// Takes one frame in, unless it is of a connection that no longer counts. True when it made the camera online.
    pub fn frame(&self, connection: u64, incoming: Incoming) -> bool {
        let now = self.clock.now();
        let elapsed = Elapsed::now();
        let mut kept = self.kept();
        if connection != kept.connections {
            return false;
        }
        let came_online = kept.take(incoming, now, elapsed);
        drop(kept);
        self.tell();
        came_online
    }

    /// The connection ended. True when this is news: the camera was not offline, or for another reason.
    pub fn lost(&self, failure: Failure) -> bool {
        let now = self.clock.now();
        let mut kept = self.kept();
        kept.finish_pending(None);
        let was_offline = kept.state == CameraState::Offline;
        let news = !was_offline || kept.failure.reason != failure.reason;
        if !was_offline {
            kept.state = CameraState::Offline;
            kept.since = now;
            kept.offline_since = Some(Elapsed::now());
        }
        kept.failure = failure;
        kept.loss = None;
        drop(kept);
        self.tell();
        news
    }

    /// The camera has another address now; what was said of the old one no longer holds.
    pub fn moved(&self) {
        let now = self.clock.now();
        let mut kept = self.kept();
        kept.finish_pending(None);
        kept.connections += 1;
        kept.state = CameraState::Connecting;
        kept.failure = Failure::new("connecting", "not reached yet under its new address");
        kept.since = now;
        kept.loss = None;
        kept.offline_since = Some(Elapsed::now());
        drop(kept);
        self.tell();
    }

    /// The camera is no longer watched: memory is given back, viewers are told.
    pub fn remove(&self) {
        let mut kept = self.kept();
        kept.removed = true;
        kept.connections += 1;
        kept.ring.clear();
        kept.pending = None;
        kept.newest_key = None;
        drop(kept);
        self.tell();
    }

    pub fn status(&self) -> CameraStatus {
        let now = Elapsed::now();
        let kept = self.kept();
        let (fps, kbps) = kept.rate.read(now);
        let (state, reason, detail, since) = kept.judge(&self.config, now);
        let picture = kept.newest_key.as_ref().map(|key| &key.parameters);
        CameraStatus {
            state,
            reason,
            detail,
            since,
            codec: picture.map(|p| p.codec),
            width: picture.map_or(0, |p| p.width),
            height: picture.map_or(0, |p| p.height),
            fps: if state == CameraState::Offline { 0.0 } else { fps },
            kbps: if state == CameraState::Offline { 0 } else { kbps },
            last_frame_at: kept.last_frame.map(|(at, _)| at),
            last_keyframe_at: kept.last_key.map(|(at, _)| at),
            reconnects: kept.reconnects,
        }
    }

    pub fn keyframe(&self) -> Option<CodedPicture> {
        let kept = self.kept();
        let key = kept.newest_key.as_ref()?;
        let (data, parameters, at, sequence) = (key.data.clone(), key.parameters.clone(), key.at, key.number);
        drop(kept);
        Some(coded(&parameters, &[data], at, sequence))
    }

    /// The newest picture: the frame that came last, after those of its group that it needs.
    pub fn newest(&self, most_frames: usize) -> Option<CodedPicture> {
        let kept = self.kept();
        let last = kept.pending.as_ref().filter(|_| kept.is_whole)?;
        let mut frames = Vec::new();
        if !last.is_key {
            let group = kept.ring.groups().last().filter(|group| group.frames.len() < most_frames)?;
            frames.extend(group.frames.iter().map(|frame| frame.nal_units()));
        }
        frames.push(last.data.clone());
        let (parameters, at, number) = (last.parameters.clone(), last.wall, last.number);
        drop(kept);
        Some(coded(&parameters, &frames, at, number))
    }

    pub fn clip(&self, from: Instant, to: Instant) -> Result<Clip, MediaError> {
        let frames = clip::select(&self.kept().ring, from, to);
        clip::cut(&frames, from, to).ok_or(MediaError::NoFrames)
    }

    /// Whether a viewer may begin now.
    pub fn may_view(&self) -> Result<(), MediaError> {
        let kept = self.kept();
        match kept.state {
            CameraState::Online | CameraState::Degraded => Ok(()),
            CameraState::Connecting | CameraState::Offline => {
                Err(MediaError::Offline { reason: kept.failure.reason.to_owned() })
            }
        }
    }

    pub fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    /// What a viewer at `place` receives next. The ring is the queue: a viewer that falls behind costs nothing, and
    /// is moved on to the newest keyframe once it lags too far or its frames are no longer kept.
    pub fn next(&self, place: &mut Place) -> Next {
        let kept = self.kept();
        if kept.removed {
            return Next::End(LiveEvent::End {
                code: "camera.removed",
                detail: "the camera is no longer watched".into(),
            });
        }
        let newest_key = kept.ring.newest_key();
        let wanted = place.next.or_else(|| newest_key.map(|f| f.sequence));
        let Some(found) = wanted.and_then(|sequence| kept.ring.at(sequence)) else {
            let gone = kept.offline_since.is_some_and(|t| t.elapsed() > seconds(self.config.viewer_grace_s));
            if gone {
                return Next::End(LiveEvent::End { code: "camera.offline", detail: kept.failure.to_string() });
            }
            return Next::Wait;
        };
        let mut events = Vec::with_capacity(2);
        let lags = found.received.elapsed() > seconds(self.config.viewer_lag_max_s);
        let frame = match newest_key {
            Some(key) if Some(found.sequence) != wanted || (lags && key.sequence > found.sequence) => {
                events.push(LiveEvent::Dropped);
                key
            }
            _ => found,
        };
        let changed =
            place.parameters.as_ref().is_none_or(|p| !Arc::ptr_eq(p, &frame.parameters) && *p != frame.parameters);
        if changed {
            let p = &frame.parameters;
            events.push(LiveEvent::Init {
                mime: p.mime.clone(),
                codec: p.codec,
                width: p.width,
                height: p.height,
                segment: p.init.clone(),
            });
            place.parameters = Some(p.clone());
        }
        events.push(LiveEvent::Fragment(frame.fragment.clone()));
        place.next = Some(frame.sequence + 1);
        Next::Events(events)
    }

    /// Bytes of video held now.
    pub fn held_bytes(&self) -> usize {
        self.kept().ring.bytes()
    }

    /// One more viewer, if the camera has room for it.
    pub fn enter(self: &Arc<Self>) -> Option<Seat> {
        let most = self.config.viewers_max;
        self.viewers
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| (n < most).then_some(n + 1))
            .ok()
            .map(|_| Seat(self.clone()))
    }
}

/// A viewer's place among `viewers_max`; given back when dropped.
pub struct Seat(Arc<Hub>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.viewers.fetch_sub(1, Ordering::AcqRel);
    }
}

fn coded(parameters: &Parameters, frames: &[Bytes], at: Instant, sequence: u64) -> CodedPicture {
    CodedPicture {
        codec: parameters.codec,
        annex_b: annex_b(&parameters.annex_b, frames),
        width: parameters.width,
        height: parameters.height,
        at,
        sequence,
    }
}

impl Kept {
    fn take(&mut self, incoming: Incoming, now: Instant, elapsed: Elapsed) -> bool {
        let Incoming { data, is_key, parameters, shown, lost } = incoming;
        let media_us = shown.saturating_mul(100) / 9;
        let wall = self.connection.wall.place(media_us, now, self.last_wall);
        self.last_wall = Some(wall);
        self.last_frame = Some((wall, elapsed));
        self.rate.frame(media_us, data.len(), elapsed);
        if lost > 0 {
            let recent = self.loss.take().filter(|l| elapsed.duration_since(l.last) < LOSS_SHOWS_FOR);
            let (began, packets) = recent.map_or((now, 0), |l| (l.began, l.packets));
            self.loss = Some(Loss { began, last: elapsed, packets: packets + u64::from(lost) });
        }

        let usual = self.connection.usual_duration.unwrap_or(USUAL_DURATION);
        let decode = self.connection.decode.next(shown, usual);
        let shift = *self.connection.shift.get_or_insert(self.timeline_end - decode);
        let decode = decode + shift;

        // Frames of other parameters are of no use before a keyframe of theirs.
        let same = self.pending.as_ref().is_some_and(|p| Arc::ptr_eq(&p.parameters, &parameters));
        self.finish_pending(Some(decode));
        if is_key {
            self.needs_key = false;
        } else if self.needs_key || !same {
            self.needs_key = true;
            self.timeline_end = decode;
            return false;
        }

        let data = Bytes::from(data);
        let mut came_online = false;
        self.frames += 1;
        let number = self.frames;
        self.is_whole = is_key || (self.is_whole && lost == 0);
        if is_key {
            self.keyframes += 1;
            self.last_key = Some((wall, elapsed));
            self.newest_key = Some(NewestKey { data: data.clone(), parameters: parameters.clone(), at: wall, number });
            if self.state != CameraState::Online {
                if self.connections > 1 && self.keyframes > 1 {
                    self.reconnects += 1;
                }
                self.state = CameraState::Online;
                self.since = now;
                self.failure = Failure::new("", "");
                self.offline_since = None;
                came_online = true;
            }
        }
        self.pending =
            Some(Pending { number, data, is_key, parameters, decode, shown: shown + shift, wall, received: elapsed });
        came_online
    }

    /// Wraps the waiting frame, whose duration is known now that its successor's decode time is, and keeps it.
    fn finish_pending(&mut self, next_decode: Option<i64>) {
        let Some(pending) = self.pending.take() else { return };
        let usual = self.connection.usual_duration.unwrap_or(USUAL_DURATION);
        let duration = next_decode.map_or(usual, |next| next - pending.decode).max(1);
        if next_decode.is_some() {
            self.connection.usual_duration = Some(duration.min(i64::from(TIMESCALE)));
        }
        self.timeline_end = pending.decode + duration;
        let duration = u32::try_from(duration).unwrap_or(u32::MAX);
        let composition_offset = i32::try_from(pending.shown - pending.decode).unwrap_or(0);
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        let built = fragment(&FragmentSample {
            // The box counts in 32 bits and from 1.
            sequence: (sequence as u32).wrapping_add(1),
            decode_time: u64::try_from(pending.decode).unwrap_or(0),
            duration,
            composition_offset,
            is_key: pending.is_key,
            data: &pending.data,
        });
        let kept = self.ring.push(Frame {
            sequence,
            is_key: pending.is_key,
            parameters: pending.parameters,
            connection: self.connections,
            fragment: built.bytes,
            sample: built.sample,
            duration,
            composition_offset,
            wall: pending.wall,
            received: pending.received,
        });
        if !kept {
            self.needs_key = true;
        }
    }

    /// The state as it is to be shown: an online camera may be degraded, which shows only with time.
    fn judge(&self, config: &VideoConfig, now: Elapsed) -> (CameraState, String, String, Instant) {
        let kept = || (self.state, self.failure.reason.to_owned(), self.failure.detail.clone(), self.since);
        if self.state != CameraState::Online {
            return kept();
        }
        let degraded = |reason: &str, detail: String, since| (CameraState::Degraded, reason.to_owned(), detail, since);
        let age = |at: Option<(Instant, Elapsed)>| at.map_or(0.0, |(_, e)| now.duration_since(e).as_secs_f64());
        let silent_s = age(self.last_frame);
        if silent_s > config.no_data_timeout_s / 2.0 {
            let since = self.last_frame.map_or(self.since, |(at, _)| at);
            return degraded("no_data", format!("no frame for {silent_s:.0} s"), since);
        }
        let no_key_s = age(self.last_key);
        if no_key_s > config.no_keyframe_timeout_s / 2.0 {
            let since = self.last_key.map_or(self.since, |(at, _)| at);
            return degraded("no_keyframe", format!("no keyframe for {no_key_s:.0} s"), since);
        }
        match &self.loss {
            Some(loss) if now.duration_since(loss.last) < LOSS_SHOWS_FOR => {
                degraded("loss", format!("{} packets lost", loss.packets), loss.began)
            }
            _ => kept(),
        }
    }
}

#[cfg(test)]
mod tests;

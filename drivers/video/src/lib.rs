//! Brings cameras in over RTSP, keeps the last half minute in memory and hands out pictures, live view and clips.
//!
//! Nothing is decoded here. A frame is wrapped once (`moof`+`mdat`) and shared by the ring, every viewer and clips.

mod address;
mod backoff;
mod camera;
mod clip;
mod config;
mod decode_time;
mod failure;
mod hub;
mod mp4;
mod nal;
mod rate;
mod ring;
mod session;
mod viewer;
mod wall;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use shian_base::{Instant, SharedClock};
use shian_media::{CameraId, CameraSource, CameraStatus, Clip, CodedPicture, LiveStream, MediaError, Video};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

pub use config::VideoConfig;

use crate::address::Address;
use crate::camera::Gate;
use crate::hub::Hub;

/// All watched cameras, each kept connected by a task of its own.
pub struct RtspVideo {
    config: Arc<VideoConfig>,
    clock: SharedClock,
    gate: Arc<Gate>,
    cameras: RwLock<HashMap<CameraId, Watched>>,
}

struct Watched {
    address: Address,
    hub: Arc<Hub>,
    task: AbortHandle,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.task.abort();
        self.hub.remove();
    }
}

impl RtspVideo {
    pub fn new(config: VideoConfig, clock: SharedClock) -> Arc<Self> {
        let gate = Arc::new(Gate::new(config.connects_per_s));
        Arc::new(Self { config: Arc::new(config), clock, gate, cameras: RwLock::default() })
    }

    /// Bytes of video a camera's ring holds now.
    pub fn held_bytes(&self, id: CameraId) -> Option<usize> {
        self.hub(id).map(|hub| hub.held_bytes())
    }

    fn hub(&self, id: CameraId) -> Option<Arc<Hub>> {
        let cameras = self.cameras.read().unwrap_or_else(PoisonError::into_inner);
        cameras.get(&id).map(|watched| watched.hub.clone())
    }

    fn known(&self, id: CameraId) -> Result<Arc<Hub>, MediaError> {
        self.hub(id).ok_or(MediaError::Unknown)
    }

    fn keep(&self, id: CameraId, hub: Arc<Hub>, address: &Address) -> AbortHandle {
        let connect = {
            let (hub, address, config) = (hub.clone(), address.clone(), self.config.clone());
            move || session::run(id, hub.clone(), address.clone(), config.clone())
        };
        tokio::spawn(camera::keep(id, hub, self.config.clone(), self.gate.clone(), connect)).abort_handle()
    }
}

#[async_trait]
impl Video for RtspVideo {
    async fn watch(&self, source: CameraSource) -> Result<(), MediaError> {
        let address = Address::parse(&source.url)?;
        let mut cameras = self.cameras.write().unwrap_or_else(PoisonError::into_inner);
        match cameras.entry(source.id) {
            Entry::Occupied(known) if known.get().address == address => {}
            Entry::Occupied(mut known) => {
                // Frames of the old address stay until they are too old; viewers stay too.
                let watched = known.get_mut();
                watched.task.abort();
                watched.hub.moved();
                watched.task = self.keep(source.id, watched.hub.clone(), &address);
                watched.address = address;
            }
            Entry::Vacant(place) => {
                let hub = Arc::new(Hub::new(self.config.clone(), self.clock.clone()));
                let task = self.keep(source.id, hub.clone(), &address);
                place.insert(Watched { address, hub, task });
            }
        }
        Ok(())
    }

    async fn forget(&self, id: CameraId) {
        self.cameras.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    fn status(&self, id: CameraId) -> Option<CameraStatus> {
        self.hub(id).map(|hub| hub.status())
    }

    fn keyframe(&self, id: CameraId) -> Option<CodedPicture> {
        self.hub(id)?.keyframe()
    }

    fn newest(&self, id: CameraId, most_frames: usize) -> Option<CodedPicture> {
        self.hub(id)?.newest(most_frames)
    }

    async fn live(&self, id: CameraId) -> Result<LiveStream, MediaError> {
        let hub = self.known(id)?;
        hub.may_view()?;
        let seat = hub.enter().ok_or(MediaError::TooManyViewers)?;
        let (sender, events) = mpsc::channel(self.config.viewer_queue.max(1));
        tokio::spawn(viewer::carry(hub, seat, sender));
        Ok(LiveStream { events })
    }

    async fn clip(&self, id: CameraId, from: Instant, to: Instant) -> Result<Clip, MediaError> {
        self.known(id)?.clip(from, to)
    }
}

//! A camera and an eye that show what the test says.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use shian_base::Instant;
use shian_media::{
    CameraId, CameraSource, CameraState, CameraStatus, Clip, Codec, Detection, CodedPicture, LiveEvent, LiveStream, Look,
    LookRequest, MediaError, ModelInfo, Quality, Video, Vision, VisionError,
};
use tokio::sync::mpsc;

#[derive(Default)]
pub struct HandVideo {
    cameras: Mutex<HashMap<CameraId, Shown>>,
    pub clip: Mutex<Option<Bytes>>,
    /// Live views go on until they are cut, instead of ending by themselves.
    pub stays: Mutex<bool>,
    watched: Mutex<Vec<mpsc::Sender<LiveEvent>>>,
}

pub struct Shown {
    pub url: String,
    pub status: CameraStatus,
    pub keyframe: Option<CodedPicture>,
}

impl HandVideo {
    pub fn urls(&self) -> Vec<String> {
        self.cameras.lock().unwrap().values().map(|shown| shown.url.clone()).collect()
    }
    pub fn goes_online(&self, id: CameraId, at: Instant) {
        self.set(id, CameraState::Online, "", at);
    }
    pub fn goes_offline(&self, id: CameraId, at: Instant) {
        self.set(id, CameraState::Offline, "refused", at);
    }
    fn set(&self, id: CameraId, state: CameraState, reason: &str, since: Instant) {
        let mut cameras = self.cameras.lock().unwrap();
        let shown = cameras.get_mut(&id).unwrap();
        shown.status.state = state;
        shown.status.reason = reason.into();
        shown.status.since = since;
        shown.status.codec = Some(Codec::H264);
        shown.status.width = 1920;
        shown.status.height = 1080;
    }
    pub fn shows(&self, id: CameraId, at: Instant) -> CodedPicture {
        let mut cameras = self.cameras.lock().unwrap();
        let shown = cameras.get_mut(&id).unwrap();
        let sequence = shown.keyframe.as_ref().map_or(1, |keyframe| keyframe.sequence + 1);
        let annex_b = Bytes::from_static(b"\0\0\0\x01");
        let keyframe = CodedPicture { codec: Codec::H264, annex_b, width: 1920, height: 1080, at, sequence };
        shown.keyframe = Some(keyframe.clone());
        keyframe
    }
}

#[async_trait]
impl Video for HandVideo {
    async fn watch(&self, source: CameraSource) -> Result<(), MediaError> {
        if source.url.contains("never") {
            return Err(MediaError::Address("the address can never work".into()));
        }
        let status = CameraStatus {
            state: CameraState::Connecting,
            reason: String::new(),
            detail: String::new(),
            since: Instant::from_micros(0),
            codec: None,
            width: 0,
            height: 0,
            fps: 25.0,
            kbps: 2000,
            last_frame_at: None,
            last_keyframe_at: None,
            reconnects: 0,
        };
        let shown = Shown { url: source.url, status, keyframe: None };
        self.cameras.lock().unwrap().insert(source.id, shown);
        Ok(())
    }
    async fn forget(&self, id: CameraId) {
        self.cameras.lock().unwrap().remove(&id);
    }
    fn status(&self, id: CameraId) -> Option<CameraStatus> {
        self.cameras.lock().unwrap().get(&id).map(|shown| shown.status.clone())
    }
    fn keyframe(&self, id: CameraId) -> Option<CodedPicture> {
        self.cameras.lock().unwrap().get(&id)?.keyframe.clone()
    }
    fn newest(&self, id: CameraId, _: usize) -> Option<CodedPicture> {
        self.keyframe(id)
    }
    async fn live(&self, id: CameraId) -> Result<LiveStream, MediaError> {
        let status = self.status(id).ok_or(MediaError::Unknown)?;
        if status.state == CameraState::Offline {
            return Err(MediaError::Offline { reason: status.reason });
        }
        let (sender, events) = mpsc::channel(8);
        let mime = "video/mp4; codecs=\"avc1.64001f\"".to_owned();
        let segment = Bytes::from_static(b"init");
        let init = LiveEvent::Init { mime, codec: Codec::H264, width: 1920, height: 1080, segment };
        if *self.stays.lock().unwrap() {
            sender.try_send(init).unwrap();
            self.watched.lock().unwrap().push(sender);
            return Ok(LiveStream { events });
        }
        let end = LiveEvent::End { code: "camera.offline", detail: "it went away".into() };
        for event in [init, LiveEvent::Fragment(Bytes::from_static(b"frame")), LiveEvent::Dropped, end] {
            sender.try_send(event).unwrap();
        }
        Ok(LiveStream { events })
    }
    async fn clip(&self, _: CameraId, from: Instant, to: Instant) -> Result<Clip, MediaError> {
        let mp4 = self.clip.lock().unwrap().clone().ok_or(MediaError::NoFrames)?;
        Ok(Clip { mp4, codec: Codec::H264, from, to })
    }
}

#[derive(Default)]
pub struct HandVision {
    pub models: Mutex<Vec<ModelInfo>>,
    pub sees: Mutex<Vec<Detection>>,
    pub looks: Mutex<Vec<LookRequest>>,
    pub is_busy: Mutex<bool>,
}

impl HandVision {
    pub fn installs(&self, scenes: &[&str]) {
        self.models.lock().unwrap().push(ModelInfo {
            id: "fastestdet-coco".into(),
            title: "FastestDet".into(),
            version: "1".into(),
            licence: "BSD-3-Clause".into(),
            sha256: "00".into(),
            runtime: "rten".into(),
            threshold: 0.5,
            labels: vec!["person".into()],
            scenes: scenes.iter().map(|scene| (*scene).into()).collect(),
        });
    }
    pub fn sees_somebody(&self) {
        let person = Detection { label: "person".into(), score: 0.9, x: 0.4, y: 0.2, w: 0.2, h: 0.6 };
        *self.sees.lock().unwrap() = vec![person];
    }
    pub fn sees_nothing(&self) {
        self.sees.lock().unwrap().clear();
    }
}

#[async_trait]
impl Vision for HandVision {
    async fn look(&self, request: LookRequest) -> Result<Look, VisionError> {
        if *self.is_busy.lock().unwrap() {
            return Err(VisionError::Busy);
        }
        // Every picture is another one: something moves.
        let fingerprint = request.picture.sequence;
        let side = request.jpeg_max_side;
        self.looks.lock().unwrap().push(request);
        Ok(Look {
            jpeg: side.map(|side| Bytes::from(format!("\u{00ff}jpeg {side} {fingerprint}"))),
            width: 1920,
            height: 1080,
            quality: Quality { mean: 110.0, deviation: 50.0, sharpness: 8.0, hash: 0, fingerprint },
            detections: self.sees.lock().unwrap().clone(),
            model: self.models.lock().unwrap().first().cloned(),
            decode_micros: 0,
            infer_micros: 0,
        })
    }
    fn models(&self) -> Vec<ModelInfo> {
        self.models.lock().unwrap().clone()
    }
}

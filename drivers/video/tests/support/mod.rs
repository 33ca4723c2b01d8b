//! What the tests share: pictures to send, a watched camera, waiting for a condition with a limit.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use shian_base::{Id, SystemClock};
use shian_media::{CameraId, CameraSource, CameraState, CameraStatus, Codec, LiveEvent, LiveStream, Video};
use shian_video::{RtspVideo, VideoConfig};
use tokio::time::{Instant, sleep, timeout};

/// Nothing on loopback takes longer than this, also on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(20);

/// A recorded stream or reply; None, with a word about it, where the shared folder is not at hand.
pub fn sample(path: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("SHIAN_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let file = shared.join("thirdparty/video-rtsp-samples").join(path);
    if !file.exists() {
        println!("skipped: {path} is not at hand");
        return None;
    }
    Some(file)
}

/// Short pauses and limits, so that failures show within a test's patience.
pub fn quick() -> VideoConfig {
    VideoConfig {
        backoff_min_s: 0.1,
        backoff_max_s: 0.3,
        connect_timeout_s: 3.0,
        connects_per_s: 1000.0,
        ..VideoConfig::default()
    }
}

pub fn video(config: VideoConfig) -> Arc<RtspVideo> {
    RtspVideo::new(config, Arc::new(SystemClock))
}

pub async fn watch(video: &RtspVideo, name: &str, url: &str) -> CameraId {
    let id = Id::named(name);
    video.watch(CameraSource { id, url: url.into() }).await.unwrap();
    id
}

/// Waits until the camera's status is as wanted, and returns it.
pub async fn until(video: &RtspVideo, id: CameraId, wanted: impl Fn(&CameraStatus) -> bool) -> CameraStatus {
    let end = Instant::now() + LIMIT;
    loop {
        let status = video.status(id).expect("the camera is watched");
        if wanted(&status) {
            return status;
        }
        assert!(Instant::now() < end, "the camera did not get there: {status:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

pub async fn until_online(video: &RtspVideo, id: CameraId) -> CameraStatus {
    until(video, id, |s| s.state == CameraState::Online).await
}

pub async fn until_reason(video: &RtspVideo, id: CameraId, reason: &str) -> CameraStatus {
    until(video, id, |s| s.state == CameraState::Offline && s.reason == reason).await
}

pub async fn next(live: &mut LiveStream) -> LiveEvent {
    timeout(LIMIT, live.events.recv()).await.expect("an event comes in time").expect("the stream goes on")
}

/// A fragment as an independent reader sees it.
pub struct Read {
    pub decode: i64,
    pub duration: u64,
    pub shown: i64,
    pub is_key: bool,
}

/// Reads a fragment by its init segment.
pub fn read(init: &[u8], fragment: &[u8]) -> Read {
    let mp4 = re_mp4::Mp4::read_bytes(&[init, fragment].concat()).expect("the fragment can be read");
    let track = mp4.tracks().values().next().expect("there is a track");
    assert_eq!(track.samples.len(), 1, "one frame per fragment");
    let sample = &track.samples[0];
    Read {
        decode: sample.decode_timestamp,
        duration: sample.duration,
        shown: sample.composition_timestamp,
        is_key: sample.is_sync,
    }
}

/// The size of the picture a decoder that somebody else wrote makes of a keyframe.
pub fn decoded_size(codec: Codec, annex_b: &[u8]) -> (usize, usize) {
    match codec {
        Codec::H264 => {
            let frame = rusty_h264_decoder::Decoder::new().decode(annex_b).unwrap().expect("a whole picture");
            (frame.width, frame.height)
        }
        Codec::H265 => {
            let mut decoder = rusty_h265::Decoder::new();
            decoder.push_annexb(annex_b, None).unwrap();
            decoder.flush();
            let (_, _, width, height) = decoder.next_frame().unwrap().picture.crop;
            (width, height)
        }
    }
}

/// The codec string an independent reader derives from an init segment.
pub fn codec_string(init: &[u8]) -> String {
    let mp4 = re_mp4::Mp4::read_bytes(init).expect("the init segment can be read");
    mp4.tracks().values().next().expect("there is a track").codec_string(&mp4).expect("its codec is known")
}

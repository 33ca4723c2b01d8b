//! Cameras over real RTSP on loopback, well and badly behaved.

mod support;

use std::time::Duration;

use shian_media::{CameraState, Codec, LiveEvent, MediaError, Video};
use shian_sim_camera::{Fault, Fleet, FleetConfig, SimCamera};
use shian_video::VideoConfig;
use support::*;
use tokio::time::{Instant, sleep, timeout};

const H264: &str = "srs/avatar.h264";
const H265: &str = "srs/avatar.h265";

async fn fleet(cameras: Vec<SimCamera>) -> Fleet {
    let names: Vec<String> = (0..cameras.len()).map(|i| format!("cam-{i}")).collect();
    let fleet = Fleet::start(FleetConfig::loopback(cameras)).await.unwrap();
    for name in names {
        timeout(LIMIT, fleet.ready(&name)).await.unwrap().unwrap();
    }
    fleet
}

/// One camera named `cam-0` that sends a recorded stream round and round.
macro_rules! one_camera {
    ($path:expr) => {
        one_camera!($path, |camera: SimCamera| camera)
    };
    ($path:expr, $more:expr) => {{
        let Some(path) = sample($path) else { return };
        #[allow(clippy::redundant_closure_call)]
        fleet(vec![$more(SimCamera::file("cam-0", path))]).await
    }};
}

#[tokio::test]
async fn an_h264_camera_comes_online_and_is_seen_live_from_a_keyframe_on() {
    let fleet = one_camera!(H264);
    comes_online_and_is_seen(&fleet, Codec::H264, "avc1.").await;
}

#[tokio::test]
async fn an_h265_camera_comes_online_and_is_seen_live_from_a_keyframe_on() {
    let fleet = one_camera!(H265);
    comes_online_and_is_seen(&fleet, Codec::H265, "hvc1.1.6.").await;
}

async fn comes_online_and_is_seen(fleet: &Fleet, codec: Codec, mime_begins: &str) {
    let video = video(quick());
    let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
    until_online(&video, id).await;

    let mut live = video.live(id).await.unwrap();
    let LiveEvent::Init { mime, codec: told, width, height, segment } = next(&mut live).await else {
        panic!("the first event is the init segment")
    };
    assert!(mime.starts_with(&format!("video/mp4; codecs=\"{mime_begins}")), "{mime}");
    assert_eq!((told, width, height), (codec, 768, 320));
    assert!(mime.to_lowercase().contains(&codec_string(&segment).to_lowercase()), "{mime} {}", codec_string(&segment));
    let mut expected = None;
    for i in 0..60 {
        let LiveEvent::Fragment(fragment) = next(&mut live).await else { panic!("fragment {i} is missing") };
        let read = read(&segment, &fragment);
        assert!(read.is_key || i > 0, "the first fragment is a keyframe");
        assert!(expected.is_none_or(|e| e == read.decode), "a hole in the timeline at fragment {i}");
        expected = Some(read.decode + read.duration as i64);
    }
    let status = until(&video, id, |s| s.fps > 0.0).await;
    assert_eq!((status.codec, status.width, status.height), (Some(codec), 768, 320));
    assert!((20.0..30.0).contains(&status.fps), "{status:?}");
    assert!((100..2000).contains(&status.kbps), "{status:?}");
    assert_eq!((status.reason.as_str(), status.reconnects), ("", 0));

    let key = video.keyframe(id).unwrap();
    let first_nal = match codec {
        Codec::H264 => key.annex_b[4] & 0x1f == 7,
        Codec::H265 => key.annex_b[4] >> 1 & 0x3f == 32,
    };
    assert!(key.annex_b.starts_with(&[0, 0, 0, 1]) && first_nal, "parameter sets come first");
    assert_eq!(decoded_size(codec, &key.annex_b), (768, 320));
}

#[tokio::test]
async fn a_wrong_password_is_unauthorized_and_is_shown_nowhere() {
    for basic in [false, true] {
        let fleet = one_camera!(H264, |camera: SimCamera| if basic {
            camera.with_basic_login("admin", "right-word")
        } else {
            camera.with_login("admin", "right-word")
        });
        let video = video(quick());
        let url = fleet.url("cam-0").replace("rtsp://", "rtsp://admin:wr%6Fng-word@");
        let id = watch(&video, "cam-0", &url).await;
        let status = until_reason(&video, id, "unauthorized").await;
        let shown = format!("{status:?}");
        assert!(!shown.contains("wrong-word") && !shown.contains("wr%6Fng-word"), "{shown}");
        assert!(matches!(video.live(id).await, Err(MediaError::Offline { reason }) if reason == "unauthorized"));

        // The right one, and the camera comes online.
        watch(&video, "cam-0", &fleet.url_with_login("cam-0")).await;
        until_online(&video, id).await;
    }
}

#[tokio::test]
async fn a_camera_that_refuses_is_offline_and_comes_back_when_it_appears() {
    let fleet = one_camera!(H264, |camera: SimCamera| camera.with_own_port().with_fault(Fault::Refuse));
    let video = video(quick());
    let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
    let status = until_reason(&video, id, "refused").await;
    assert!(status.detail.contains("refused"), "{status:?}");
    let since = status.since;
    sleep(Duration::from_millis(500)).await;
    assert_eq!(video.status(id).unwrap().since, since, "trying again does not make it newly offline");
    fleet.clear("cam-0").unwrap();
    until_online(&video, id).await;
}

#[tokio::test]
async fn named_reasons_for_what_cameras_answer() {
    let fleet = one_camera!(H264);
    let video = video(quick());
    let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
    for (fault, reason) in [
        (Fault::NotFound, "not_found"),
        (Fault::Unauthorized, "unauthorized"),
        (Fault::BadSdp, "bad_sdp"),
        (Fault::Garbage, "bad_reply"),
    ] {
        fleet.clear("cam-0").unwrap();
        fleet.set_fault("cam-0", fault).unwrap();
        fleet.set_fault("cam-0", Fault::Reset).unwrap();
        let status = until_reason(&video, id, reason).await;
        assert!(!status.detail.is_empty());
    }
    fleet.clear("cam-0").unwrap();
    until_online(&video, id).await;
}

#[tokio::test]
async fn odd_but_usable_cameras_come_online() {
    for fault in [Fault::WrongContentBase, Fault::MissingSprop, Fault::SlowOptions { ms: 500 }] {
        let name = format!("{fault:?}");
        let fleet = one_camera!(H264, |camera: SimCamera| camera.with_fault(fault));
        let video = video(quick());
        let id = watch(&video, &name, &fleet.url("cam-0")).await;
        until_online(&video, id).await;
    }
}

#[tokio::test]
async fn a_reset_in_mid_group_is_reconnected_and_the_viewer_stays() {
    let fleet = one_camera!(H264);
    let video = video(quick());
    let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
    until_online(&video, id).await;
    let mut live = video.live(id).await.unwrap();
    let LiveEvent::Init { segment, .. } = next(&mut live).await else { panic!("init comes first") };
    for _ in 0..10 {
        next(&mut live).await;
    }
    fleet.set_fault("cam-0", Fault::Reset).unwrap();
    let status = until(&video, id, |s| s.reconnects == 1 && s.state == CameraState::Online).await;
    assert_eq!(status.reason, "");
    // The viewer goes on with a keyframe, on the same timeline, without a second init segment.
    let mut expected = None;
    let mut keys = 0;
    while keys < 3 {
        let LiveEvent::Fragment(fragment) = next(&mut live).await else { panic!("only fragments follow") };
        let read = read(&segment, &fragment);
        assert!(expected.is_none_or(|e| e == read.decode), "a hole in the timeline");
        expected = Some(read.decode + read.duration as i64);
        keys += u32::from(read.is_key);
    }
}

#[tokio::test]
async fn a_stalled_camera_is_degraded_then_offline_for_want_of_data() {
    let fleet = one_camera!(H264);
    let video = video(VideoConfig { no_data_timeout_s: 1.5, viewer_grace_s: 0.2, ..quick() });
    let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
    until_online(&video, id).await;
    let mut live = video.live(id).await.unwrap();
    fleet.set_fault("cam-0", Fault::Stall).unwrap();
    until(&video, id, |s| s.state == CameraState::Degraded && s.reason == "no_data").await;
    until_reason(&video, id, "no_data").await;
    let end = loop {
        if let LiveEvent::End { code, detail } = next(&mut live).await {
            break (code, detail);
        }
    };
    assert_eq!(end.0, "camera.offline");
    assert!(end.1.contains("no_data"), "{}", end.1);
    fleet.clear("cam-0").unwrap();
    until_online(&video, id).await;
}

#[tokio::test]
async fn a_clock_that_jumps_is_reconnected() {
    let fleet = one_camera!(H264);
    let video = video(quick());
    let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
    until_online(&video, id).await;
    fleet.set_fault("cam-0", Fault::TimestampJump { seconds: 3600 }).unwrap();
    until(&video, id, |s| s.reason == "clock_jump").await;
    until(&video, id, |s| s.state == CameraState::Online && s.reconnects > 0).await;
}

#[tokio::test]
async fn lost_packets_degrade_a_camera_but_keep_it() {
    let fleet = one_camera!(H264);
    let video = video(quick());
    let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
    until_online(&video, id).await;
    fleet.set_fault("cam-0", Fault::Loss { per_thousand: 100 }).unwrap();
    let status = until(&video, id, |s| s.state == CameraState::Degraded).await;
    assert_eq!(status.reason, "loss");
}

#[tokio::test]
async fn other_parameters_give_the_viewer_a_second_init_and_a_keyframe() {
    let Some(path) = sample(H264) else { return };
    drop(path);
    let cache = tempfile_dir();
    let mut config = FleetConfig::loopback(vec![SimCamera::kitchen("cam-0", 0, shian_sim_camera::Scene::Empty)]);
    config.cache = Some(cache);
    let fleet = Fleet::start(config).await.unwrap();
    timeout(Duration::from_secs(120), fleet.ready("cam-0")).await.unwrap().unwrap();
    let video = video(quick());
    let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
    let before = until_online(&video, id).await;
    let mut live = video.live(id).await.unwrap();
    assert!(matches!(next(&mut live).await, LiveEvent::Init { .. }));
    fleet.set_fault("cam-0", Fault::ParameterChange).unwrap();
    let end = Instant::now() + Duration::from_secs(120);
    let (size, segment) = loop {
        assert!(Instant::now() < end, "no second init");
        if let Ok(Some(LiveEvent::Init { width, height, segment, .. })) =
            timeout(Duration::from_secs(60), live.events.recv()).await
        {
            break ((width, height), segment);
        }
    };
    assert_ne!(size, (before.width, before.height));
    let LiveEvent::Fragment(first) = next(&mut live).await else { panic!("a fragment follows") };
    assert!(read(&segment, &first).is_key);
}

/// Encoding drawn kitchens takes a while; they are kept with the build's own temporary files.
fn tempfile_dir() -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("kitchens")
}

#[tokio::test]
async fn a_viewer_that_does_not_read_is_moved_on_to_a_keyframe() {
    let fleet = one_camera!(H264);
    let video = video(VideoConfig { viewer_queue: 1, viewer_lag_max_s: 0.5, ..quick() });
    let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
    until_online(&video, id).await;
    let mut live = video.live(id).await.unwrap();
    let LiveEvent::Init { segment, .. } = next(&mut live).await else { panic!("init comes first") };
    let seen = video.keyframe(id).unwrap().sequence;
    let end = Instant::now() + LIMIT;
    while video.keyframe(id).unwrap().sequence < seen + 100 {
        assert!(Instant::now() < end);
        sleep(Duration::from_millis(20)).await;
    }
    loop {
        match next(&mut live).await {
            LiveEvent::Dropped => break,
            LiveEvent::Fragment(_) => {}
            _ => panic!("neither init nor end belongs here"),
        }
    }
    let LiveEvent::Fragment(first) = next(&mut live).await else { panic!("a fragment follows") };
    assert!(read(&segment, &first).is_key, "it goes on with a keyframe");
}

#[tokio::test]
async fn a_clip_covers_the_asked_span_and_reads_back() {
    for path in [H264, H265] {
        let fleet = one_camera!(path);
        let video = video(quick());
        let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
        let online = until_online(&video, id).await.since;
        let (from, to) = (online.plus_seconds(2), online.plus_seconds(5));
        until(&video, id, |s| s.last_frame_at.is_some_and(|at| at > to.plus_micros(200_000))).await;
        let clip = video.clip(id, from, to).await.unwrap();
        assert!(clip.from <= from && clip.to >= to, "{:?}..{:?} does not cover {from:?}..{to:?}", clip.from, clip.to);
        assert!(from.seconds_since(clip.from) <= 4 && clip.to.seconds_since(to) <= 1, "it is no longer than needed");
        let mp4 = re_mp4::Mp4::read_bytes(&clip.mp4).unwrap();
        let track = mp4.tracks().values().next().unwrap();
        assert!(track.samples[0].is_sync);
        let told = (clip.to.micros() - clip.from.micros()) as f64 / 1e6;
        let played = track.samples.iter().map(|s| s.duration).sum::<u64>() as f64 / track.timescale as f64;
        assert!((told - played).abs() < 0.15, "{told} s of wall time, {played} s of film");
        assert!(matches!(
            video.clip(id, from.plus_seconds(3600), to.plus_seconds(3600)).await,
            Err(MediaError::NoFrames)
        ));
    }
}

#[tokio::test]
async fn b_frames_are_put_in_the_order_of_decoding_without_holes() {
    let fleet = one_camera!("intel/one-by-one-person-detection.mp4");
    let video = video(quick());
    let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
    let online = until_online(&video, id).await.since;
    let mut live = video.live(id).await.unwrap();
    let LiveEvent::Init { segment, .. } = next(&mut live).await else { panic!("init comes first") };
    let mut expected = None;
    let mut shown = Vec::new();
    for _ in 0..60 {
        let LiveEvent::Fragment(fragment) = next(&mut live).await else { panic!("a fragment is missing") };
        let read = read(&segment, &fragment);
        assert!(expected.is_none_or(|e| e == read.decode), "a hole in the timeline");
        expected = Some(read.decode + read.duration as i64);
        shown.push(read.shown);
    }
    assert!(!shown.is_sorted(), "this stream has B-frames");

    let clip = video.clip(id, online, online.plus_seconds(60)).await.unwrap();
    let mp4 = re_mp4::Mp4::read_bytes(&clip.mp4).unwrap();
    let samples = &mp4.tracks().values().next().unwrap().samples;
    let mut times: Vec<i64> = samples.iter().map(|s| s.composition_timestamp).collect();
    times.sort();
    assert_eq!(times[0], 0, "showing begins with the file");
    assert!(times.windows(2).all(|w| w[0] < w[1]), "no two frames are shown at once");
}

#[tokio::test]
async fn a_camera_may_have_so_many_viewers_and_each_that_leaves_makes_room() {
    let fleet = one_camera!(H264);
    let video = video(VideoConfig { viewers_max: 2, ..quick() });
    let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
    until_online(&video, id).await;
    let first = video.live(id).await.unwrap();
    let _second = video.live(id).await.unwrap();
    assert!(matches!(video.live(id).await, Err(MediaError::TooManyViewers)));
    drop(first);
    let end = Instant::now() + LIMIT;
    while video.live(id).await.is_err() {
        assert!(Instant::now() < end, "the place was not given back");
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_forgotten_camera_is_left_and_its_viewers_are_told() {
    let fleet = one_camera!(H264);
    let video = video(quick());
    let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
    until_online(&video, id).await;
    let mut live = video.live(id).await.unwrap();
    next(&mut live).await;
    video.forget(id).await;
    assert!(video.status(id).is_none());
    let code = loop {
        if let LiveEvent::End { code, .. } = next(&mut live).await {
            break code;
        }
    };
    assert_eq!(code, "camera.removed");
    let end = Instant::now() + LIMIT;
    while fleet.viewers("cam-0") > 0 {
        assert!(Instant::now() < end, "the connection stays open");
        sleep(Duration::from_millis(10)).await;
    }
    assert!(matches!(video.live(id).await, Err(MediaError::Unknown)));
}

#[tokio::test]
async fn the_same_address_again_changes_nothing() {
    let fleet = one_camera!(H264);
    let video = video(quick());
    let id = watch(&video, "cam-0", &fleet.url("cam-0")).await;
    let since = until_online(&video, id).await.since;
    watch(&video, "cam-0", &fleet.url("cam-0")).await;
    sleep(Duration::from_millis(300)).await;
    let status = video.status(id).unwrap();
    assert_eq!((status.state, status.since, status.reconnects), (CameraState::Online, since, 0));
}

#[tokio::test]
async fn twenty_four_cameras_stay_within_their_memory() {
    let Some(path) = sample("intel/one-by-one-person-detection.mp4") else { return };
    let fleet = fleet((0..24).map(|i| SimCamera::file(&format!("cam-{i}"), &path)).collect()).await;
    let bound = 256 << 10;
    let video = video(VideoConfig { ring_bytes_max: bound, ..quick() });
    let mut ids = Vec::new();
    for i in 0..24 {
        ids.push(watch(&video, &format!("cam-{i}"), &fleet.url(&format!("cam-{i}"))).await);
    }
    for id in &ids {
        until_online(&video, *id).await;
    }
    let end = Instant::now() + Duration::from_secs(8);
    let mut most = 0;
    while Instant::now() < end {
        for id in &ids {
            let held = video.held_bytes(*id).unwrap();
            assert!(held <= bound, "{held} bytes held");
            most = most.max(held);
        }
        sleep(Duration::from_millis(100)).await;
    }
    assert!(most > bound / 4, "the bound was not even approached: {most}");
}

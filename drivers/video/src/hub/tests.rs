//! The hub, fed by hand with a clock that is moved by hand.

use shian_base::HandClock;

use super::*;
use crate::ring::tests::parameters;

fn hub(config: VideoConfig) -> (Arc<Hub>, Arc<HandClock>) {
    let clock = HandClock::at(Instant::from_micros(1_795_000_000_000_000));
    (Arc::new(Hub::new(Arc::new(config), clock.clone())), clock)
}

fn nal(kind: u8, bytes: usize) -> Vec<u8> {
    let mut out = (bytes as u32).to_be_bytes().to_vec();
    out.push(kind);
    out.resize(4 + bytes, 0xaa);
    out
}

fn put(hub: &Hub, incoming: Incoming) {
    let current = hub.kept().connections;
    hub.frame(current, incoming);
}

fn incoming(parameters: &Arc<Parameters>, number: i64, is_key: bool) -> Incoming {
    Incoming {
        data: nal(if is_key { 0x65 } else { 0x41 }, 50),
        is_key,
        parameters: parameters.clone(),
        shown: number * 3600,
        lost: 0,
    }
}

/// Letters for what a viewer gets until there is nothing more.
fn read(hub: &Hub, place: &mut Place) -> String {
    let mut out = String::new();
    loop {
        match hub.next(place) {
            Next::Events(events) => out.extend(events.iter().map(|e| match e {
                LiveEvent::Init { .. } => 'I',
                LiveEvent::Fragment(bytes) => {
                    let trun = bytes.windows(4).position(|w| w == b"trun").unwrap();
                    if bytes[trun + 16] == 2 { 'K' } else { 'f' }
                }
                LiveEvent::Dropped => 'D',
                LiveEvent::End { .. } => 'E',
            })),
            Next::Wait => return out,
            Next::End(_) => return out + "E",
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_viewer_begins_with_the_running_group_and_goes_on_frame_by_frame() {
    let (hub, _) = hub(VideoConfig::default());
    let p = parameters();
    hub.connected();
    for i in 0..8 {
        put(&hub, incoming(&p, i, i % 5 == 0));
    }
    let mut place = Place::default();
    // Frames 5 and 6; number 7 waits for its successor.
    assert_eq!(read(&hub, &mut place), "IKf");
    put(&hub, incoming(&p, 8, false));
    assert_eq!(read(&hub, &mut place), "f");
}

#[tokio::test(start_paused = true)]
async fn a_viewer_that_lags_is_moved_on_to_a_keyframe() {
    let (hub, _) = hub(VideoConfig::default());
    let p = parameters();
    hub.connected();
    let mut place = Place::default();
    for i in 0..3 {
        put(&hub, incoming(&p, i, i == 0));
    }
    assert_eq!(read(&hub, &mut place), "IKf");
    for i in 3..231 {
        tokio::time::advance(Duration::from_millis(40)).await;
        put(&hub, incoming(&p, i, i % 50 == 0));
    }
    assert_eq!(read(&hub, &mut place), format!("DK{}", "f".repeat(29)));
}

#[tokio::test(start_paused = true)]
async fn other_parameters_give_a_second_init_and_wait_for_their_keyframe() {
    let (hub, _) = hub(VideoConfig::default());
    let (p, q) = (parameters(), Arc::new(Parameters { width: 1280, mime: "other".into(), ..clone(&parameters()) }));
    hub.connected();
    let mut place = Place::default();
    for (i, (parameters, is_key)) in
        [(&p, true), (&p, false), (&q, false), (&q, false), (&q, true), (&q, false), (&q, false)]
            .into_iter()
            .enumerate()
    {
        put(&hub, incoming(parameters, i as i64, is_key));
    }
    assert_eq!(read(&hub, &mut Place::default()), "IKf");
    assert_eq!(hub.status().width, 1280);
    place.next = Some(0);
    assert_eq!(read(&hub, &mut place), "IKfIKf");
}

fn clone(p: &Parameters) -> Parameters {
    Parameters {
        codec: p.codec,
        mime: p.mime.clone(),
        width: p.width,
        height: p.height,
        sample_entry: p.sample_entry.clone(),
        annex_b: p.annex_b.clone(),
        init: p.init.clone(),
    }
}

#[tokio::test(start_paused = true)]
async fn the_timeline_goes_on_without_a_hole_through_a_reconnect_and_viewers_stay() {
    let (hub, _) = hub(VideoConfig::default());
    let p = parameters();
    hub.connected();
    for i in 0..4 {
        put(&hub, incoming(&p, i, i == 0));
    }
    let mut place = Place::default();
    assert_eq!(read(&hub, &mut place), "IKff");
    assert!(hub.lost(Failure::new("reset", "gone")));
    assert_eq!(hub.status().state, CameraState::Offline);
    assert!(hub.may_view().is_err());
    assert_eq!(read(&hub, &mut place), "f");
    tokio::time::advance(Duration::from_secs(3)).await;
    hub.connected();
    for i in 0..4 {
        // A new connection counts from anywhere.
        put(&hub, incoming(&p, 1_000_000 + i, i == 0));
    }
    assert_eq!(read(&hub, &mut place), "Kff");
    assert_eq!((hub.status().state, hub.status().reconnects), (CameraState::Online, 1));
    let kept = hub.kept();
    let frames: Vec<_> = kept.ring.groups().flat_map(|g| &g.frames).collect();
    let mut expected = 0;
    for frame in frames {
        let at = frame.fragment.windows(4).position(|w| w == b"tfdt").unwrap() + 8;
        let decode = u64::from_be_bytes(frame.fragment[at..at + 8].try_into().unwrap());
        assert_eq!(decode, expected);
        expected = decode + u64::from(frame.duration);
    }
}

#[tokio::test(start_paused = true)]
async fn viewers_are_told_when_the_camera_stays_away_or_is_removed() {
    let (hub, _) = hub(VideoConfig::default());
    let p = parameters();
    hub.connected();
    for i in 0..3 {
        put(&hub, incoming(&p, i, i == 0));
    }
    let mut place = Place::default();
    read(&hub, &mut place);
    hub.lost(Failure::new("reset", "gone"));
    read(&hub, &mut place);
    tokio::time::advance(Duration::from_secs(9)).await;
    assert!(matches!(hub.next(&mut place), Next::End(LiveEvent::End { code: "camera.offline", .. })));
    hub.remove();
    assert!(matches!(hub.next(&mut place), Next::End(LiveEvent::End { code: "camera.removed", .. })));
    assert_eq!(hub.held_bytes(), 0);
}

#[tokio::test(start_paused = true)]
async fn silence_missing_keyframes_and_loss_degrade_a_camera() {
    let (hub, _) = hub(VideoConfig::default());
    let p = parameters();
    hub.connected();
    put(&hub, incoming(&p, 0, true));
    put(&hub, Incoming { lost: 3, ..incoming(&p, 1, false) });
    let reason = |hub: &Hub| (hub.status().state, hub.status().reason);
    assert_eq!(reason(&hub), (CameraState::Degraded, "loss".into()));
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(reason(&hub), (CameraState::Degraded, "no_data".into()));
    tokio::time::advance(Duration::from_secs(40)).await;
    put(&hub, incoming(&p, 2, false));
    assert_eq!(reason(&hub), (CameraState::Degraded, "no_keyframe".into()));
    put(&hub, incoming(&p, 3, true));
    assert_eq!(reason(&hub), (CameraState::Online, String::new()));
}

#[tokio::test(start_paused = true)]
async fn the_keyframe_is_annex_b_with_its_parameter_sets_and_is_there_at_once() {
    let (hub, _) = hub(VideoConfig::default());
    assert!(hub.keyframe().is_none());
    hub.connected();
    put(&hub, incoming(&parameters(), 0, true));
    let key = hub.keyframe().unwrap();
    assert_eq!(key.annex_b[..11], [0, 0, 0, 1, 0x67, 0, 0, 0, 1, 0x65, 0xaa]);
    assert_eq!((key.annex_b.len(), key.sequence), (5 + 4 + 50, 1));
}

#[tokio::test(start_paused = true)]
async fn the_newest_picture_brings_every_frame_it_needs() {
    let (hub, clock) = hub(VideoConfig::default());
    let p = parameters();
    assert!(hub.newest(30).is_none());
    hub.connected();
    put(&hub, incoming(&p, 0, true));
    assert_eq!(hub.newest(1).unwrap().annex_b, hub.keyframe().unwrap().annex_b);
    for i in 1..4 {
        clock.advance_seconds(1);
        put(&hub, incoming(&p, i * 25, false));
    }
    let newest = hub.newest(4).unwrap();
    let frame = 4 + 50;
    assert_eq!((newest.annex_b.len(), newest.sequence), (5 + 4 * frame, 4));
    let kinds: Vec<u8> = (0..4).map(|i| newest.annex_b[5 + i * frame + 4]).collect();
    assert_eq!(kinds, [0x65, 0x41, 0x41, 0x41]);
    assert!(newest.at > hub.keyframe().unwrap().at);
    assert!(hub.newest(3).is_none(), "four frames are more than three");

    put(&hub, Incoming { lost: 1, ..incoming(&p, 100, false) });
    assert!(hub.newest(30).is_none(), "a frame it needs was lost");
    put(&hub, incoming(&p, 125, false));
    assert!(hub.newest(30).is_none());
    put(&hub, incoming(&p, 150, true));
    assert_eq!(hub.newest(30).unwrap().sequence, 7);
}

#[tokio::test(start_paused = true)]
async fn a_frame_of_an_ended_connection_is_not_taken() {
    let (hub, _) = hub(VideoConfig::default());
    let p = parameters();
    let old = hub.connected();
    hub.frame(old, incoming(&p, 0, true));
    hub.moved();
    hub.frame(old, incoming(&p, 1, true));
    assert_eq!(hub.status().state, CameraState::Connecting);
    let new = hub.connected();
    assert!(hub.frame(new, incoming(&p, 2, true)));
    hub.remove();
    hub.frame(new, incoming(&p, 3, true));
    assert!(hub.keyframe().is_none() && hub.held_bytes() == 0);
}

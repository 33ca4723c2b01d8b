//! Real child processes, and everything that may become of them.

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{ask, config, drawn, noise, start};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use shian_media::{Codec, Vision, VisionError};
use shian_vision::ChildVision;

fn good() -> Vec<u8> {
    drawn(320, 192, |x, y| 40 + (x / 2) as u8 + noise(x, y) / 16)
}

fn pid(id: u32) -> Pid {
    Pid::from_raw(id as i32).unwrap()
}

/// Waits, for bounded time, until the process is gone.
fn is_gone(id: u32) -> bool {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) {
        // A dead process may stay as a zombie until its new parent asks for it.
        let state = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let zombie = state.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'));
        if zombie || test_kill_process(pid(id)).is_err() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

#[tokio::test]
async fn a_keyframe_is_seen_measured_and_turned_into_a_jpeg() {
    let vision = start();
    let mut request = ask("a", Codec::H264, good());
    request.jpeg_max_side = Some(160);
    let look = vision.look(request).await.unwrap();
    assert_eq!((look.width, look.height), (320, 192));
    assert!(look.quality.mean > 60.0 && look.quality.deviation > 20.0, "{:?}", look.quality);
    assert!(look.detections.is_empty() && look.model.is_none(), "no model is installed");
    let jpeg = look.jpeg.unwrap();
    assert!(jpeg.starts_with(&[0xFF, 0xD8]) && jpeg.ends_with(&[0xFF, 0xD9]) && jpeg.len() > 500);
    assert!(vision.models().is_empty());
}

#[tokio::test]
async fn black_flat_and_noisy_pictures_are_told_apart() {
    let vision = start();
    let mut qualities = Vec::new();
    for picture in [drawn(320, 192, |_, _| 16), drawn(320, 192, |_, _| 126), drawn(320, 192, noise)] {
        qualities.push(vision.look(ask("a", Codec::H264, picture)).await.unwrap().quality);
    }
    let [black, flat, noisy] = qualities.as_slice() else { unreachable!() };
    assert!(black.mean < 1.0 && black.deviation < 1.0, "{black:?}");
    assert!((flat.mean - 128.0).abs() < 2.0 && flat.deviation < 1.0 && flat.sharpness < 0.5, "{flat:?}");
    assert!(noisy.deviation > 40.0 && noisy.sharpness > 20.0, "{noisy:?}");
}

#[tokio::test]
async fn garbage_is_undecodable_and_costs_no_worker() {
    let vision = start();
    let before = vision.worker_process_ids();
    let mut flipped = good();
    for at in (60..flipped.len()).step_by(7) {
        flipped[at] ^= 0x5A;
    }
    for bytes in [Vec::new(), vec![0; 4096], b"not a picture".to_vec(), good()[..20].to_vec()] {
        for codec in [Codec::H264, Codec::H265] {
            let looked = vision.look(ask("a", codec, bytes.clone())).await;
            assert!(matches!(looked, Err(VisionError::Undecodable(_))), "{looked:?}");
        }
    }
    // Damaged pictures may decode to something, for arithmetic coding cannot tell; they must do no harm.
    let cut = good()[..good().len() / 2].to_vec();
    for damaged in [flipped, cut] {
        let looked = vision.look(ask("a", Codec::H264, damaged)).await;
        assert!(matches!(looked, Ok(_) | Err(VisionError::Undecodable(_))), "{looked:?}");
    }
    let panicking = vision.look(ask("a", Codec::H264, &b"panic"[..])).await;
    assert!(matches!(panicking, Err(VisionError::Undecodable(_))), "{panicking:?}");
    assert_eq!(vision.worker_process_ids(), before);
    vision.look(ask("a", Codec::H264, good())).await.unwrap();
}

#[tokio::test]
async fn a_worker_killed_in_the_middle_of_a_look_costs_that_look_only() {
    let mut config = config();
    config.look_timeout = Duration::from_secs(30);
    let vision = ChildVision::start(config);
    let victim = vision.worker_process_ids()[0];
    let looking = tokio::spawn({
        let vision = vision.clone();
        async move { vision.look(ask("a", Codec::H264, &b"hang"[..])).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    kill_process(pid(victim), Signal::KILL).unwrap();
    assert!(matches!(looking.await.unwrap(), Err(VisionError::Crashed)));
    vision.look(ask("a", Codec::H264, good())).await.unwrap();
    assert_ne!(vision.worker_process_ids(), [victim]);
}

#[tokio::test]
async fn a_worker_killed_while_idle_costs_no_look_at_all() {
    let vision = start();
    let victim = vision.worker_process_ids()[0];
    kill_process(pid(victim), Signal::KILL).unwrap();
    assert!(is_gone(victim));
    vision.look(ask("a", Codec::H264, good())).await.unwrap();
}

#[tokio::test]
async fn a_picture_that_kills_the_decoder_is_a_crash_and_the_next_one_works() {
    let vision = start();
    for poison in [&b"die"[..], b"eat"] {
        assert!(matches!(vision.look(ask("bad", Codec::H264, poison)).await, Err(VisionError::Crashed)));
        vision.look(ask("good", Codec::H264, good())).await.unwrap();
    }
}

#[tokio::test]
async fn a_hanging_look_is_ended_by_the_watchdog() {
    let mut config = config();
    config.look_timeout = Duration::from_millis(300);
    let vision = ChildVision::start(config);
    let hanging = vision.worker_process_ids()[0];
    let began = Instant::now();
    assert!(matches!(vision.look(ask("a", Codec::H265, &b"hang"[..])).await, Err(VisionError::Crashed)));
    let waited = began.elapsed();
    assert!(waited >= Duration::from_millis(300) && waited < Duration::from_secs(3), "{waited:?}");
    vision.look(ask("a", Codec::H264, good())).await.unwrap();
    assert!(is_gone(hanging));
}

#[tokio::test]
async fn a_stream_that_kills_three_workers_is_set_aside_for_a_while_and_its_picture_kept() {
    let kept = tempfile::tempdir().unwrap();
    let mut config = config();
    config.quarantine_dir = Some(kept.path().to_owned());
    config.quarantine_for = Duration::from_millis(1500);
    let vision = ChildVision::start(config);
    for _ in 0..3 {
        assert!(matches!(vision.look(ask("bad", Codec::H264, &b"die"[..])).await, Err(VisionError::Crashed)));
    }
    let set_aside = Instant::now();
    assert!(matches!(vision.look(ask("bad", Codec::H264, good())).await, Err(VisionError::Quarantined)));
    vision.look(ask("other", Codec::H264, good())).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(kept.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "the same picture is kept once");
    assert_eq!(std::fs::read(&files[0]).unwrap(), b"die");
    tokio::time::sleep(Duration::from_millis(1600).saturating_sub(set_aside.elapsed())).await;
    vision.look(ask("bad", Codec::H264, good())).await.unwrap();
}

#[tokio::test]
async fn a_full_queue_says_busy_at_once() {
    let mut config = config();
    config.queue = 1;
    config.look_timeout = Duration::from_millis(700);
    let vision = ChildVision::start(config);
    let looks: Vec<_> = (0..4)
        .map(|number| {
            let vision = vision.clone();
            tokio::spawn(async move { vision.look(ask(&format!("s{number}"), Codec::H264, &b"hang"[..])).await })
        })
        .collect();
    let mut busy = 0;
    for look in looks {
        busy += usize::from(matches!(look.await.unwrap(), Err(VisionError::Busy)));
    }
    // One is looked at and one waits; a third may have waited if the worker took the first at once.
    assert!((2..=3).contains(&busy), "{busy}");
}

#[tokio::test]
async fn without_a_worker_that_starts_looks_are_refused_and_nothing_waits() {
    let mut config = config();
    config.worker_command = vec!["/nonexistent/worker".into()];
    let began = Instant::now();
    let vision = ChildVision::start(config);
    assert!(matches!(vision.look(ask("a", Codec::H264, good())).await, Err(VisionError::Busy)));
    assert!(vision.models().is_empty() && vision.runtime().is_none());
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn two_workers_look_at_once() {
    let mut config = config();
    config.workers = 2;
    config.look_timeout = Duration::from_millis(500);
    let vision = ChildVision::start(config);
    let hanging = tokio::spawn({
        let vision = vision.clone();
        async move { vision.look(ask("bad", Codec::H264, &b"hang"[..])).await }
    });
    vision.look(ask("good", Codec::H264, good())).await.unwrap();
    assert!(matches!(hanging.await.unwrap(), Err(VisionError::Crashed)));
}

#[test]
fn dropping_the_driver_ends_its_workers() {
    let vision = start();
    let worker = vision.worker_process_ids()[0];
    drop(vision);
    assert!(is_gone(worker));
}

/// This test plays two parts: started by itself with a variable set, it is the parent that gets killed.
#[test]
#[cfg(target_os = "linux")]
fn a_hanging_worker_dies_with_a_killed_parent() {
    const PART: &str = "SHIAN_VISION_PARENT";
    if std::env::var_os(PART).is_some() {
        let mut config = config();
        config.look_timeout = Duration::from_secs(60);
        let vision = ChildVision::start(config);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        println!("\nworker {}", vision.worker_process_ids()[0]);
        let _ = runtime.block_on(vision.look(ask("a", Codec::H264, &b"hang"[..])));
        return;
    }
    let name = "a_hanging_worker_dies_with_a_killed_parent";
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(PART, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(parent.stdout.take().unwrap()).lines();
    let worker = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("worker ")?.parse().ok()).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert!(is_gone(worker));
}

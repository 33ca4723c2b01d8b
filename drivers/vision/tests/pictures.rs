//! Other people's pictures: decoded, and searched with a model that others trained.

mod common;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use common::films::{first_keyframe, mp4_groups, mp4_keyframes};
use common::{ask, config, onnxruntime, shared, start};
use rusty_h264::{Encoder, EncoderConfig, YuvFrame};
use shian_media::{Codec, Vision, VisionError};
use shian_vision::{ChildVision, ModelError};

#[tokio::test]
async fn the_same_film_in_h264_and_in_h265_looks_the_same() {
    let (Some(h264), Some(h265)) =
        (shared("video-rtsp-samples/srs/avatar.h264"), shared("video-rtsp-samples/srs/avatar.h265"))
    else {
        return;
    };
    let vision = start();
    let mut looks = Vec::new();
    for (codec, path) in [(Codec::H264, h264), (Codec::H265, h265)] {
        let keyframe = first_keyframe(codec, &std::fs::read(path).unwrap());
        looks.push(vision.look(ask("a", codec, keyframe)).await.unwrap());
    }
    let (a, b) = (&looks[0], &looks[1]);
    assert_eq!((a.width, a.height, b.width, b.height), (768, 320, 768, 320));
    assert!((a.quality.mean - b.quality.mean).abs() < 2.0, "{:?} {:?}", a.quality, b.quality);
    assert!((a.quality.deviation - b.quality.deviation).abs() < 2.0, "{:?} {:?}", a.quality, b.quality);
    assert!((a.quality.hash ^ b.quality.hash).count_ones() <= 2);
}

#[tokio::test]
async fn of_a_keyframe_and_the_frames_after_it_the_last_picture_is_seen() {
    let vision = start();
    for name in ["intel/one-by-one-person-detection.mp4", "mediamtx/offline_h264.mp4", "mediamtx/offline_h265.mp4"] {
        let Some(path) = shared(&format!("video-rtsp-samples/{name}")) else { return };
        let (codec, keyframes) = mp4_keyframes(&path);
        let (_, groups) = mp4_groups(&path, 12);
        let keyframe = vision.look(ask("a", codec, keyframes[0].clone())).await.unwrap();
        let last = vision.look(ask("a", codec, groups[0].clone())).await.unwrap();
        // In the third film nothing moves.
        let moves = !name.ends_with("h265.mp4");
        assert_eq!(keyframe.quality.fingerprint != last.quality.fingerprint, moves, "{name}");
        assert_eq!((keyframe.width, keyframe.height), (last.width, last.height));
    }
}

#[tokio::test]
async fn the_picture_after_a_keyframe_is_the_one_that_was_drawn() {
    let mut encoder = Encoder::new(EncoderConfig::new(320, 192)).unwrap();
    let mut flat = |luma: u8| {
        let mut frame = YuvFrame::black(320, 192);
        frame.y.fill(luma);
        encoder.encode(&frame)
    };
    let mut film = [flat(40), flat(120), flat(200)].concat();
    film.extend(encoder.flush());
    let look = start().look(ask("a", Codec::H264, film)).await.unwrap();
    // 200 of 16..235 in full range.
    assert!((look.quality.mean - 214.0).abs() < 4.0, "{:?}", look.quality);
}

#[tokio::test]
async fn full_hd_keyframes_decode_and_shrink() {
    let vision = start();
    for name in ["offline_h264.mp4", "offline_h265.mp4"] {
        let Some(path) = shared(&format!("video-rtsp-samples/mediamtx/{name}")) else { return };
        let (codec, keyframes) = mp4_keyframes(&path);
        let mut request = ask("a", codec, keyframes[0].clone());
        request.jpeg_max_side = Some(640);
        let look = vision.look(request).await.unwrap();
        assert_eq!((look.width, look.height), (1920, 1080), "{name}");
        assert!(look.jpeg.unwrap().len() > 2000);
    }
}

#[tokio::test]
async fn every_keyframe_of_the_sample_films_decodes() {
    let vision = start();
    for name in ["one-by-one-person-detection.mp4", "bottle-detection.mp4", "car-detection.mp4"] {
        let Some(path) = shared(&format!("video-rtsp-samples/intel/{name}")) else { return };
        let (codec, keyframes) = mp4_keyframes(&path);
        for keyframe in keyframes.into_iter().take(6) {
            vision.look(ask("a", codec, keyframe)).await.unwrap();
        }
    }
}

fn with_model(library: Option<PathBuf>) -> Option<(Arc<ChildVision>, tempfile::TempDir)> {
    let from = shared("model-fastestdet-coco")?;
    let home = tempfile::tempdir().unwrap();
    let mut config = config();
    config.models_dir = Some(home.path().join("models"));
    config.onnxruntime = library.into_iter().collect();
    config.look_timeout = Duration::from_secs(10);
    let vision = ChildVision::start(config);
    assert!(vision.models().is_empty());
    let installed = vision.install("fastestdet-coco", &from).unwrap();
    assert_eq!(vision.models(), [installed]);
    Some((vision, home))
}

/// A film of people who walk past one by one: most keyframes show a person, some none.
async fn finds_people(vision: &ChildVision) {
    let Some(film) = shared("video-rtsp-samples/intel/one-by-one-person-detection.mp4") else { return };
    let (codec, keyframes) = mp4_keyframes(&film);
    let threshold = vision.models()[0].threshold;
    let (mut with, total) = (0, keyframes.len());
    for keyframe in keyframes {
        let look = vision.look(ask("a", codec, keyframe)).await.unwrap();
        assert_eq!(look.model.as_ref().map(|model| model.id.as_str()), Some("fastestdet-coco"));
        let people = look.detections.iter().filter(|d| d.label == "person" && d.score >= threshold);
        with += usize::from(people.count() > 0);
    }
    println!("{with} of {total} keyframes show a person ({})", vision.runtime().unwrap());
    assert!(with * 3 >= total && with > 0, "{with} of {total}");
}

#[tokio::test]
async fn the_pure_rust_engine_finds_people_with_the_installed_model() {
    // Empty stands for "none", or the variable's library would be taken.
    if onnxruntime().is_some() {
        println!("skipped: ORT_DYLIB_PATH names a library, which goes before the pure-Rust engine");
        return;
    }
    let Some((vision, _home)) = with_model(None) else { return };
    assert_eq!(vision.models()[0].runtime, "rten");
    finds_people(&vision).await;
}

#[tokio::test]
async fn onnx_runtime_finds_people_with_the_installed_model() {
    let Some(library) = onnxruntime() else {
        println!("skipped: ORT_DYLIB_PATH names no library");
        return;
    };
    let Some((vision, _home)) = with_model(Some(library)) else { return };
    assert_eq!(vision.models()[0].runtime, "onnxruntime");
    finds_people(&vision).await;
}

#[tokio::test]
async fn a_library_that_is_none_falls_back_to_the_pure_rust_engine() {
    if onnxruntime().is_some() {
        println!("skipped: ORT_DYLIB_PATH names a library");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("libonnxruntime.so");
    std::fs::write(&library, b"\x7fELF but not really").unwrap();
    let Some((vision, _home)) = with_model(Some(library)) else { return };
    assert_eq!(vision.models()[0].runtime, "rten");
}

#[tokio::test]
async fn another_file_under_the_same_name_is_refused() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("FastestDet.onnx"), b"not the model").unwrap();
    let mut config = config();
    config.models_dir = Some(home.path().join("models"));
    let vision = ChildVision::start(config);
    let error = vision.install("fastestdet-coco", home.path()).unwrap_err();
    assert!(matches!(error, ModelError::WrongHash { .. }), "{error}");
    assert!(vision.models().is_empty());
}

#[tokio::test]
async fn damaged_keyframes_are_answered_one_way_or_another() {
    let Some(path) = shared("video-rtsp-samples/srs/avatar.h264") else { return };
    let Some(path265) = shared("video-rtsp-samples/srs/avatar.h265") else { return };
    let vision = start();
    let mut state = 1u32;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let mut answers = std::collections::BTreeMap::<&str, u32>::new();
    for (codec, path) in [(Codec::H264, path), (Codec::H265, path265)] {
        let whole = first_keyframe(codec, &std::fs::read(path).unwrap());
        for round in 0..120 {
            let mut damaged = whole.clone();
            // Half of the rounds hit the parameter sets, where a byte changes everything.
            let reach = if round % 2 == 0 { 120.min(damaged.len()) } else { damaged.len() };
            for _ in 0..1 + random(4) {
                let at = random(reach);
                damaged[at] ^= 1 << random(8);
            }
            if round % 5 == 0 {
                damaged.truncate(1 + random(whole.len() - 1));
            }
            // A name of its own for each, so that none is set aside.
            let answer = match vision.look(ask(&format!("{codec:?} {round}"), codec, damaged)).await {
                Ok(_) => "seen",
                Err(VisionError::Undecodable(_)) => "undecodable",
                Err(VisionError::Crashed) => "crashed",
                Err(other) => panic!("{other}"),
            };
            *answers.entry(answer).or_default() += 1;
        }
        vision.look(ask("whole", codec, whole)).await.unwrap();
    }
    println!("{answers:?}");
}

#[tokio::test]
async fn ffmpeg_reads_what_the_built_in_decoder_refuses() {
    let Some(ffmpeg) = shian_vision::VisionConfig::new(Vec::new()).ffmpeg else {
        println!("skipped: ffmpeg is not installed");
        return;
    };
    // Full chroma is beyond the built-in decoder.
    let encoded = std::process::Command::new(&ffmpeg)
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240", "-frames:v", "1", "-pix_fmt", "yuv444p"])
        .args(["-c:v", "libx264", "-f", "h264", "-"])
        .output()
        .unwrap();
    if encoded.stdout.is_empty() {
        println!("skipped: this ffmpeg cannot encode H.264");
        return;
    }
    let refused = start().look(ask("a", Codec::H264, encoded.stdout.clone())).await;
    assert!(matches!(refused, Err(VisionError::Undecodable(_))), "{refused:?}");
    let mut config = config();
    config.ffmpeg = Some(ffmpeg);
    let vision = ChildVision::start(config);
    let look = vision.look(ask("a", Codec::H264, encoded.stdout)).await.unwrap();
    assert_eq!((look.width, look.height), (320, 240));
    assert!(look.quality.deviation > 30.0, "{:?}", look.quality);
    let garbage = vision.look(ask("a", Codec::H264, &b"\0\0\0\x01garbage"[..])).await;
    assert!(matches!(garbage, Err(VisionError::Undecodable(_))), "{garbage:?}");
}

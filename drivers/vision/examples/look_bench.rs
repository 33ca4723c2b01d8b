//! Looks per second of one worker on one core, and whether it finds what the reference finds.
//!
//! `cargo run --release -p shian-vision --example look_bench -- [--onnxruntime <library>] [--python <python>]`
//!
//! The pictures are third-party samples (`SHIAN_SHARED`). With `--python` (onnxruntime, numpy and pillow installed)
//! `bench/look_reference.py` looks at the same pictures with the same model in the same run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use shian_base::Instant as Moment;
use shian_media::{Codec, Detection, CodedPicture, LookRequest, Vision};
use shian_vision::{ChildVision, VisionConfig};

#[path = "../tests/common/films.rs"]
mod films;

const SECONDS_PER_ROW: f64 = 4.0;

struct Sample {
    name: &'static str,
    codec: Codec,
    keyframes: Vec<Vec<u8>>,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "vision-worker") {
        std::process::exit(shian_vision::worker_main(Vec::new()));
    }
    let option = |name: &str| arguments.iter().position(|a| a == name).and_then(|at| arguments.get(at + 1)).cloned();
    let library = option("--onnxruntime").map(PathBuf::from);
    let shared = films::shared_root();
    let videos = shared.join("thirdparty/video-rtsp-samples");
    if !videos.is_dir() {
        println!("skipped: {} is not here", videos.display());
        return Ok(());
    }
    let film = |name, path: &str| {
        let (codec, keyframes) = films::mp4_keyframes(&videos.join(path));
        Sample { name, codec, keyframes }
    };
    let samples = [
        film("1920x1080 H.264 (test card)", "mediamtx/offline_h264.mp4"),
        film("1920x1080 H.265 (test card)", "mediamtx/offline_h265.mp4"),
        film("768x432 H.264 (people)", "intel/one-by-one-person-detection.mp4"),
    ];
    let home = tempfile::tempdir()?;
    let runtime = tokio::runtime::Runtime::new()?;
    println!("| engine | picture | bytes | looks/s wall | looks/s of CPU | decode ms | infer ms | rest ms |");
    println!("|---|---|---|---|---|---|---|---|");
    for library in [library.clone(), None] {
        let vision = start(home.path(), library.clone(), &shared)?;
        let engine = vision.runtime().unwrap_or_default();
        for sample in &samples {
            let row = runtime.block_on(measure(&vision, sample))?;
            println!("| {engine} | {} | {row}", sample.name);
        }
        if library.is_none() {
            break;
        }
    }
    if let Some(python) = option("--python") {
        let vision = start(home.path(), library, &shared)?;
        runtime.block_on(compare(&vision, &python, &samples[2], home.path(), &shared))?;
    }
    Ok(())
}

fn start(home: &Path, library: Option<PathBuf>, shared: &Path) -> Result<Arc<ChildVision>> {
    let mut config = VisionConfig::new(vec![std::env::current_exe()?.into(), "vision-worker".into()]);
    config.workers = 1;
    config.ffmpeg = None;
    config.models_dir = Some(home.join("models"));
    config.onnxruntime = library.into_iter().collect();
    let vision = ChildVision::start(config);
    vision.install("fastestdet-coco", &shared.join("thirdparty/model-fastestdet-coco"))?;
    Ok(vision)
}

fn request(codec: Codec, annex_b: &[u8], jpeg_max_side: Option<u32>) -> LookRequest {
    let picture = CodedPicture {
        codec,
        annex_b: annex_b.to_vec().into(),
        width: 0,
        height: 0,
        at: Moment::from_micros(0),
        sequence: 0,
    };
    LookRequest { picture, stream: "bench".into(), detect: true, jpeg_max_side }
}

/// Looks one after the other, so that one worker is busy all the time and no other.
async fn measure(vision: &ChildVision, sample: &Sample) -> Result<String> {
    let worker = *vision.worker_process_ids().first().context("no worker runs")?;
    vision.look(request(sample.codec, &sample.keyframes[0], None)).await?;
    let (cpu_before, began) = (cpu_seconds(worker)?, Instant::now());
    let (mut looks, mut decode, mut infer) = (0u32, 0u64, 0u64);
    while began.elapsed() < Duration::from_secs_f64(SECONDS_PER_ROW) {
        let keyframe = &sample.keyframes[looks as usize % sample.keyframes.len()];
        let look = vision.look(request(sample.codec, keyframe, None)).await?;
        decode += look.decode_micros;
        infer += look.infer_micros;
        looks += 1;
    }
    let (wall, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds(worker)? - cpu_before);
    let n = f64::from(looks);
    let each = |micros: u64| micros as f64 / n / 1000.0;
    let bytes = sample.keyframes.iter().map(Vec::len).sum::<usize>() / sample.keyframes.len();
    let rest = wall / n * 1000.0 - each(decode) - each(infer);
    Ok(format!("{bytes} | {:.1} | {:.1} | {:.2} | {:.2} | {rest:.2} |", n / wall, n / cpu, each(decode), each(infer)))
}

/// User and system time of the process; other work on the machine does not count.
fn cpu_seconds(process: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / 100.0)
}

/// The reference looks at our JPEGs of the same keyframes, at full size.
async fn compare(vision: &ChildVision, python: &str, sample: &Sample, home: &Path, shared: &Path) -> Result<()> {
    let pictures = home.join("pictures");
    std::fs::create_dir_all(&pictures)?;
    let floor = vision.models().first().map_or(0.5, |model| model.threshold);
    let mut ours: HashMap<String, Vec<Detection>> = HashMap::new();
    for (number, keyframe) in sample.keyframes.iter().enumerate() {
        let look = vision.look(request(sample.codec, keyframe, Some(0))).await?;
        let name = format!("{number:04}.jpg");
        std::fs::write(pictures.join(&name), look.jpeg.unwrap_or_default())?;
        ours.insert(name, look.detections.into_iter().filter(|d| d.score >= floor).collect());
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/look_reference.py");
    let model = shared.join("thirdparty/model-fastestdet-coco");
    let output = std::process::Command::new(python)
        .arg(script)
        .args([model.join("FastestDet.onnx"), model.join("coco.names"), pictures])
        .arg(floor.to_string())
        .output()?;
    if !output.status.success() {
        bail!("the reference failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    #[derive(serde::Deserialize)]
    struct Reference {
        runtime: String,
        infer_ms: f64,
        boxes_ms: f64,
        found: HashMap<String, Vec<Detection>>,
    }
    let reference: Reference = serde_json::from_slice(&output.stdout)?;
    let Reference { runtime, infer_ms, boxes_ms, found } = reference;
    // Its resizing is written for exactness, not speed, and is not timed; ours is within "infer".
    println!("| {runtime} (Python, one thread) | the same pictures | | | | | {:.2} | |", infer_ms + boxes_ms);
    let same = |a: &Detection, b: &Detection| {
        let width = ((a.x + a.w).min(b.x + b.w) - a.x.max(b.x)).max(0.0);
        let height = ((a.y + a.h).min(b.y + b.h) - a.y.max(b.y)).max(0.0);
        a.label == b.label && width * height / (a.w * a.h + b.w * b.h - width * height) > 0.8
    };
    let (mut both, mut only_ours, mut only_theirs, mut worst) = (0, 0, 0, 0f32);
    for (name, mine) in &ours {
        let theirs = found.get(name).map_or(&[][..], Vec::as_slice);
        for a in mine {
            match theirs.iter().find(|b| same(a, b)) {
                Some(b) => {
                    both += 1;
                    worst = worst.max((a.score - b.score).abs());
                }
                None => only_ours += 1,
            }
        }
        only_theirs += theirs.iter().filter(|b| !mine.iter().any(|a| same(a, b))).count();
    }
    println!(
        "\n{} pictures, score ≥ {floor}: {both} boxes found by both (largest difference of score {worst:.3}), \
         {only_ours} by us alone, {only_theirs} by the reference alone",
        ours.len()
    );
    Ok(())
}

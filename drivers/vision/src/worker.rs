//! The child process: reads pictures from its input, answers on its output, and may die at any moment.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::decode::{Encoding, decode};
use crate::detect::{Detector, Runtime};
use crate::limits::die_with_parent;
use crate::model::{ModelPackage, read_checked};
use crate::protocol::{Answer, Order, Seen, read_frame, write_frame};
use crate::{jpeg, quality};

/// Serves looks until the parent closes the pipe; the result is the process's exit status.
///
/// The arguments are unused today: everything comes through the pipe, so that nothing is seen in a process list.
pub fn worker_main(_args: impl IntoIterator<Item = OsString>) -> i32 {
    worker_main_with(|_| {})
}

/// The same with something to do before each picture is decoded: tests let it hang, die or eat memory.
#[doc(hidden)]
pub fn worker_main_with(before_decoding: impl Fn(&[u8])) -> i32 {
    die_with_parent();
    // A panic becomes an answer; the default report on stderr would only repeat it for every bad picture.
    std::panic::set_hook(Box::new(|_| {}));
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    match serve(&mut input, &mut output, &before_decoding) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("vision worker: {error:#}");
            1
        }
    }
}

const JPEG_QUALITY: u8 = 82;

fn serve(input: &mut impl Read, output: &mut impl Write, before_decoding: &impl Fn(&[u8])) -> Result<()> {
    let (Order::Begin { limits, onnxruntime, ffmpeg, models }, _) = read_frame(input)? else {
        anyhow::bail!("the first order must be Begin");
    };
    let mut notes = limits.apply();
    let (runtime, found) = if models.is_empty() { (Runtime::Rten, Vec::new()) } else { Runtime::load(&onnxruntime) };
    notes.extend(found);
    let mut detectors = Vec::new();
    for (folder, package) in models {
        let id = package.id.clone();
        match catch_unwind(AssertUnwindSafe(|| load(&runtime, &folder, package))) {
            Ok(Ok(detector)) => detectors.push(detector),
            Ok(Err(error)) => notes.push(format!("model {id} is not used: {error:#}")),
            Err(_) => notes.push(format!("model {id} is not used: it broke the {} engine", runtime.name())),
        }
    }
    let ready = Answer::Ready {
        runtime: runtime.name().into(),
        runtime_title: runtime.title(),
        models: detectors.iter().map(|detector| detector.package.id.clone()).collect(),
        notes,
    };
    write_frame(output, &ready, &[])?;

    loop {
        let (order, picture) = match read_frame::<Order>(input) {
            Ok(frame) => frame,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let Order::Look { encoding, detect, jpeg_max_side } = order else {
            anyhow::bail!("only looks are expected after Begin");
        };
        let looked = catch_unwind(AssertUnwindSafe(|| {
            before_decoding(&picture);
            let detectors = if detect { detectors.as_mut_slice() } else { &mut [] };
            look(encoding, &picture, ffmpeg.as_ref(), detectors, jpeg_max_side)
        }));
        let (answer, jpeg) = match looked {
            Ok(Ok((seen, jpeg))) => (Answer::Seen(seen), jpeg),
            Ok(Err(error)) => (Answer::Undecodable(short(&format!("{error:#}"))), Vec::new()),
            Err(_) => (Answer::Undecodable("the decoder gave up on it".into()), Vec::new()),
        };
        write_frame(output, &answer, &jpeg)?;
    }
}

fn look(
    encoding: Encoding,
    bytes: &[u8],
    ffmpeg: Option<&PathBuf>,
    detectors: &mut [Detector],
    jpeg_max_side: Option<u32>,
) -> Result<(Seen, Vec<u8>)> {
    let began = Instant::now();
    let picture = decode(encoding, bytes, ffmpeg.map(PathBuf::as_path))?;
    let decode_micros = began.elapsed().as_micros() as u64;
    let quality = quality::measure(&picture);

    let began = Instant::now();
    let mut detections = Vec::new();
    for detector in &mut *detectors {
        detections.extend(detector.look(&picture).with_context(|| format!("looking with {}", detector.package.id))?);
    }
    let infer_micros = if detectors.is_empty() { 0 } else { began.elapsed().as_micros() as u64 };
    let seen = Seen {
        width: picture.width() as u32,
        height: picture.height() as u32,
        quality,
        detections,
        model: detectors.first().map(|detector| detector.package.id.clone()),
        decode_micros,
        infer_micros,
    };
    let jpeg = jpeg_max_side.map(|side| jpeg::encode(&picture.for_jpeg(side), JPEG_QUALITY)).unwrap_or_default();
    Ok((seen, jpeg))
}

fn load(runtime: &Runtime, folder: &std::path::Path, package: ModelPackage) -> Result<Detector> {
    let onnx = read_checked(&folder.join("model.onnx"), &package.sha256)?;
    let mut detector = Detector::new(runtime, package, onnx)?;
    for test in detector.package.self_test.clone() {
        let picture = decode(Encoding::Jpeg, &read_checked(&folder.join(&test.picture), &test.sha256)?, None)?;
        let found = detector.look(&picture)?;
        let threshold = detector.package.threshold;
        for label in &test.expect {
            let seen = found.iter().any(|detection| detection.label == *label && detection.score >= threshold);
            ensure!(seen, "it does not find \"{label}\" in its own test picture {}", test.picture.display());
        }
    }
    // The first run allocates; it must not count against the first camera's time.
    let grey = crate::picture::Plane::flat(8, 8, 128);
    let blank = crate::picture::Picture { luma: grey.clone(), cb: grey.clone(), cr: grey, full_range: true };
    detector.look(&blank)?;
    Ok(detector)
}

fn short(text: &str) -> String {
    text.chars().take(500).collect()
}

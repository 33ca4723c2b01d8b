//! Runs a model on a picture and reads its boxes. Runs in the child process only.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::TensorRef;
use shian_media::Detection;

use crate::model::{Channels, ModelPackage, OutputDecoder};
use crate::picture::Picture;

/// What executes models in this process.
pub enum Runtime {
    /// ONNX Runtime, from a shared library found on this machine.
    OnnxRuntime { version: String, environment: Environment },
    /// The pure-Rust engine: about five times slower, but always there.
    Rten,
}

impl Runtime {
    /// Loads the first library that answers; the second value says in words what happened to each.
    pub fn load(candidates: &[PathBuf]) -> (Self, Vec<String>) {
        let mut notes = Vec::new();
        // One library per process: once loaded it cannot be exchanged, so only the loading itself may fail over.
        for path in candidates {
            match load_library(path) {
                Ok((version, environment)) => {
                    notes.push(format!("ONNX Runtime {version} from {}", path.display()));
                    return (Self::OnnxRuntime { version, environment }, notes);
                }
                Err(error) => notes.push(format!("{} is no usable ONNX Runtime: {error:#}", path.display())),
            }
        }
        notes.push("rten looks, in pure Rust; with an ONNX Runtime library it would be several times faster".into());
        (Self::Rten, notes)
    }

    /// `onnxruntime` or `rten`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OnnxRuntime { .. } => "onnxruntime",
            Self::Rten => "rten",
        }
    }

    pub fn title(&self) -> String {
        match self {
            Self::OnnxRuntime { version, .. } => format!("onnxruntime {version}").trim_end().to_owned(),
            Self::Rten => "rten".into(),
        }
    }
}

fn load_library(path: &Path) -> Result<(String, Environment)> {
    ensure!(path.is_file(), "no such file");
    // The binding panics where a library is too old for it; that must only mean "not this one".
    let loaded = std::panic::catch_unwind(|| -> Result<Environment> {
        let builder = ort::init_from(path).map_err(|error| anyhow!("{error}"))?;
        builder.with_name("shian").build().map_err(|error| anyhow!("{error}"))
    });
    let environment = loaded.unwrap_or_else(|_| Err(anyhow!("its version does not fit")))?;
    Ok((version_in_name(path), environment))
}

/// The library does not tell its version through the binding, but its file name does, behind any links.
fn version_in_name(path: &Path) -> String {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = real.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.split_once(".so.").map_or(String::new(), |(_, version)| version.to_owned())
}

/// A model ready to look.
pub struct Detector {
    pub package: ModelPackage,
    engine: Engine,
    input: Vec<f32>,
}

enum Engine {
    OnnxRuntime(Session),
    Rten(Box<rten::Model>),
}

impl Detector {
    pub fn new(runtime: &Runtime, package: ModelPackage, onnx: Vec<u8>) -> Result<Self> {
        let engine = match runtime {
            Runtime::OnnxRuntime { environment, .. } => {
                Engine::OnnxRuntime(session(environment, &onnx).map_err(|error| anyhow!("{error}"))?)
            }
            Runtime::Rten => Engine::Rten(Box::new(rten::Model::load(onnx).map_err(|error| anyhow!("{error}"))?)),
        };
        let samples = 3 * package.input.width * package.input.height;
        Ok(Self { package, engine, input: vec![0.0; samples] })
    }

    pub fn look(&mut self, picture: &Picture) -> Result<Vec<Detection>> {
        self.fill_input(picture);
        let shape = [1, 3, self.package.input.height, self.package.input.width];
        match &mut self.engine {
            Engine::OnnxRuntime(session) => {
                let input = TensorRef::from_array_view((shape, self.input.as_slice())).map_err(|e| anyhow!("{e}"))?;
                let outputs = session.run(ort::inputs![input]).map_err(|error| anyhow!("{error}"))?;
                let (_, values) = outputs[0].try_extract_tensor::<f32>().map_err(|error| anyhow!("{error}"))?;
                boxes(&self.package, values)
            }
            Engine::Rten(model) => {
                let input = rten::ValueView::from_shape(shape, &self.input).map_err(|error| anyhow!("{error}"))?;
                let output = model.run_one(input.into(), None).map_err(|error| anyhow!("{error}"))?;
                let values: rten_tensor::Tensor<f32> = output.try_into().map_err(|error| anyhow!("{error:?}"))?;
                boxes(&self.package, &values.into_data())
            }
        }
    }

    fn fill_input(&mut self, picture: &Picture) {
        let input = &self.package.input;
        let mut planes = picture.rgb_planes(input.width, input.height);
        if input.channels == Channels::Bgr {
            planes.swap(0, 2);
        }
        let size = input.width * input.height;
        for (channel, (to, from)) in self.input.chunks_exact_mut(size).zip(&planes).enumerate() {
            let (mean, gain) = (input.mean[channel], 1.0 / input.deviation[channel]);
            to.iter_mut().zip(from).for_each(|(to, &from)| *to = (from / 255.0 - mean) * gain);
        }
    }
}

fn session(environment: &Environment, onnx: &[u8]) -> ort::Result<Session> {
    // One thread per worker: the workers together use the cores, one picture each.
    Session::builder(environment)?
        .with_optimization_level(GraphOptimizationLevel::Level3)?
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .commit_from_memory(onnx)
}

fn boxes(package: &ModelPackage, values: &[f32]) -> Result<Vec<Detection>> {
    match package.output.decoder {
        OutputDecoder::FastestDet => {
            let found = fastestdet_boxes(package, values)
                .context("the model's output has another shape than its package says")?;
            Ok(merge(found, package.output.overlap))
        }
    }
}

/// One box per grid cell: objectness, centre (tanh, in cells), size (sigmoid, in pictures), then one score per class.
fn fastestdet_boxes(package: &ModelPackage, values: &[f32]) -> Option<Vec<Detection>> {
    let (columns, rows) = (package.input.width / package.output.stride, package.input.height / package.output.stride);
    let cells = columns * rows;
    if values.len() != cells * (5 + package.labels.len()) {
        return None;
    }
    let (head, classes) = values.split_at(cells * 5);
    let mut found = Vec::new();
    for cell in 0..cells {
        let objectness = head[cell];
        // No class score exceeds one. What is not a number is nothing.
        if objectness.is_nan() || objectness < package.floor {
            continue;
        }
        let of = |class: usize| classes[class * cells + cell];
        let best = (0..package.labels.len()).max_by(|&a, &b| of(a).total_cmp(&of(b)))?;
        let score = objectness * of(best);
        if score.is_nan() || score < package.floor {
            continue;
        }
        let x = ((cell % columns) as f32 + head[cells + cell].tanh()) / columns as f32;
        let y = ((cell / columns) as f32 + head[2 * cells + cell].tanh()) / rows as f32;
        let sigmoid = |v: f32| 1.0 / (1.0 + (-v).exp());
        let (w, h) = (sigmoid(head[3 * cells + cell]), sigmoid(head[4 * cells + cell]));
        let (left, top) = ((x - w / 2.0).clamp(0.0, 1.0), (y - h / 2.0).clamp(0.0, 1.0));
        let (right, bottom) = ((x + w / 2.0).clamp(0.0, 1.0), (y + h / 2.0).clamp(0.0, 1.0));
        if [left, top, right, bottom].iter().all(|v| v.is_finite()) && right > left && bottom > top {
            found.push(Detection {
                label: package.labels[best].clone(),
                score: score.min(1.0),
                x: left,
                y: top,
                w: right - left,
                h: bottom - top,
            });
        }
    }
    Some(found)
}

/// Keeps the best of boxes of the same label that cover the same place (non-maximum suppression).
fn merge(mut found: Vec<Detection>, overlap: f32) -> Vec<Detection> {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Detection> = Vec::new();
    for detection in found {
        let covered =
            kept.iter().any(|k| k.label == detection.label && intersection_over_union(k, &detection) > overlap);
        if !covered {
            kept.push(detection);
        }
    }
    kept
}

fn intersection_over_union(a: &Detection, b: &Detection) -> f32 {
    let width = ((a.x + a.w).min(b.x + b.w) - a.x.max(b.x)).max(0.0);
    let height = ((a.y + a.h).min(b.y + b.h) - a.y.max(b.y)).max(0.0);
    let both = width * height;
    both / (a.w * a.h + b.w * b.h - both).max(f32::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::catalogue;

    fn package() -> ModelPackage {
        catalogue()[0].package()
    }

    /// An output of the model with the given cells set: (column, row, objectness, class, class score).
    fn output(cells: &[(usize, usize, f32, usize, f32)]) -> Vec<f32> {
        let mut values = vec![0f32; 85 * 22 * 22];
        for &(column, row, objectness, class, score) in cells {
            let cell = row * 22 + column;
            values[cell] = objectness;
            values[3 * 484 + cell] = -1.0986; // sigmoid: a quarter of the picture
            values[4 * 484 + cell] = 0.0; // half of it
            values[(5 + class) * 484 + cell] = score;
        }
        values
    }

    #[test]
    fn a_cell_becomes_a_box_in_fractions_of_the_picture() {
        let found = boxes(&package(), &output(&[(11, 11, 0.9, 0, 0.8)])).unwrap();
        let [person] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(person.label, "person");
        for (value, expected) in
            [(person.score, 0.72), (person.x, 0.375), (person.y, 0.25), (person.w, 0.25), (person.h, 0.5)]
        {
            assert!((value - expected).abs() < 0.001, "{person:?}");
        }
    }

    #[test]
    fn neighbouring_boxes_of_one_label_are_one_thing_and_of_two_labels_two() {
        let found = boxes(&package(), &output(&[(11, 11, 0.9, 0, 0.9), (12, 11, 0.9, 0, 0.7), (11, 12, 0.9, 67, 0.8)]))
            .unwrap();
        let labels: Vec<&str> = found.iter().map(|d| d.label.as_str()).collect();
        assert_eq!(labels, ["person", "cell phone"]);
    }

    #[test]
    fn numbers_that_are_none_and_outputs_of_another_shape_find_nothing() {
        let mut values = output(&[(3, 3, f32::NAN, 0, 0.9), (5, 5, 0.9, 0, f32::INFINITY)]);
        values[484 + 5 * 22 + 5] = f32::NAN;
        assert!(boxes(&package(), &values).unwrap().is_empty());
        assert!(boxes(&package(), &values[1..]).is_err());
    }

    /// (label, score, x, y, w, h), as Python's onnxruntime finds them in the model author's own pictures.
    type Found = (&'static str, [f32; 5]);
    #[allow(clippy::approx_constant, reason = "a box's edge is near a famous number by chance")]
    const REFERENCE: [(&str, &[Found]); 3] = [
        ("1.jpg", &[("bus", [0.934, 0.070, 0.172, 0.842, 0.694])]),
        (
            "2.jpg",
            &[
                ("person", [0.866, 0.553, 0.097, 0.195, 0.788]),
                ("person", [0.785, 0.124, 0.163, 0.220, 0.812]),
                ("person", [0.771, 0.368, 0.121, 0.165, 0.667]),
            ],
        ),
        (
            "3.jpg",
            &[
                ("person", [0.839, 0.081, 0.186, 0.274, 0.692]),
                ("person", [0.829, 0.577, 0.423, 0.391, 0.464]),
                ("person", [0.669, 0.318, 0.408, 0.195, 0.377]),
                ("person", [0.655, 0.460, 0.415, 0.186, 0.411]),
            ],
        ),
    ];

    #[test]
    fn the_pure_rust_engine_finds_what_the_reference_finds() {
        let root = std::env::var_os("SHIAN_SHARED")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
        let folder = root.join("thirdparty/model-fastestdet-coco");
        let Ok(onnx) = std::fs::read(folder.join("FastestDet.onnx")) else {
            println!("skipped: {} is not here", folder.display());
            return;
        };
        let mut detector = Detector::new(&Runtime::Rten, package(), onnx).unwrap();
        for (name, expected) in REFERENCE {
            let picture = crate::decode::decode_jpeg(&std::fs::read(folder.join(name)).unwrap()).unwrap();
            let found: Vec<Detection> =
                detector.look(&picture).unwrap().into_iter().filter(|d| d.score >= 0.5).collect();
            assert_eq!(found.len(), expected.len(), "{name}: {found:?}");
            for (d, (label, values)) in found.iter().zip(expected) {
                let ours = [d.score, d.x, d.y, d.w, d.h];
                let near = ours.iter().zip(values).all(|(a, b)| (a - b).abs() < 0.01);
                assert!(d.label == *label && near, "{name}: {d:?} instead of {label} {values:?}");
            }
        }
    }
}

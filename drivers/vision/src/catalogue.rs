//! The model packages that can be installed by name: each pinned to one file by its hash.

use crate::model::{Channels, Input, ModelPackage, Output, OutputDecoder};

#[derive(Clone, Debug)]
pub struct CatalogueEntry {
    pub id: &'static str,
    pub title: &'static str,
    pub version: &'static str,
    pub licence: &'static str,
    pub source: &'static str,
    /// The model's name in the folder that one installs from.
    pub file: &'static str,
    pub sha256: &'static str,
    pub size_bytes: u64,
    pub(crate) package: fn(&CatalogueEntry) -> ModelPackage,
}

impl CatalogueEntry {
    /// The `model.toml` that is written when the package is installed.
    pub fn package(&self) -> ModelPackage {
        (self.package)(self)
    }
}

pub fn catalogue() -> &'static [CatalogueEntry] {
    &CATALOGUE
}

static CATALOGUE: [CatalogueEntry; 1] = [CatalogueEntry {
    id: "fastestdet-coco",
    title: "FastestDet 通用目标检测",
    version: "2022-07-14",
    licence: "BSD-3-Clause",
    source: "https://github.com/dog-qiuqiu/FastestDet",
    file: "FastestDet.onnx",
    sha256: "31cb14c017fce347cb4c846ec62fdf00d76bb3beecdf4be21e7116ac67feb880",
    size_bytes: 998_169,
    package: fastestdet_coco,
}];

fn fastestdet_coco(entry: &CatalogueEntry) -> ModelPackage {
    let words = |labels: &[&str]| labels.iter().map(|&label| label.to_owned()).collect::<Vec<_>>();
    ModelPackage {
        id: entry.id.into(),
        title: entry.title.into(),
        version: entry.version.into(),
        licence: entry.licence.into(),
        source: entry.source.into(),
        sha256: entry.sha256.into(),
        threshold: 0.5,
        floor: 0.3,
        labels: words(&COCO),
        input: Input { width: 352, height: 352, channels: Channels::Bgr, mean: [0.0; 3], deviation: [1.0; 3] },
        output: Output { decoder: OutputDecoder::FastestDet, stride: 16, overlap: 0.45 },
        scenes: [
            ("person_off_hours", words(&["person"])),
            ("phone", words(&["cell phone"])),
            ("animal", words(&["cat", "dog", "bird"])),
        ]
        .into_iter()
        .map(|(scene, labels)| (scene.to_owned(), labels))
        .collect(),
        self_test: Vec::new(),
    }
}

/// The 80 classes of the COCO data set in its own order, under the names of the model's author.
#[rustfmt::skip]
const COCO: [&str; 80] = [
    "person", "bicycle", "car", "motorbike", "aeroplane", "bus", "train", "truck", "boat", "traffic light",
    "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow",
    "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee",
    "skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard",
    "tennis racket", "bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple",
    "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "sofa",
    "pottedplant", "bed", "diningtable", "toilet", "tvmonitor", "laptop", "mouse", "remote", "keyboard",
    "cell phone", "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors",
    "teddy bear", "hair drier", "toothbrush",
];

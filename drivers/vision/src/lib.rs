//! Looks at camera pictures: decodes keyframes, measures them and runs model packages, in child processes.
//!
//! `ChildVision` is the parent's side and implements `shian_media::Vision`; `worker_main` is the child's.
//! A picture is untrusted input to young decoders: whatever it does, it does to a child without rights,
//! and the server goes on.

mod config;
mod parent;
mod process;
mod quarantine;
mod queue;

mod limits;
mod protocol;
mod worker;

mod decode;
mod h264_range;
mod jpeg;
mod picture;
mod quality;

mod catalogue;
mod detect;
mod model;

pub use catalogue::{CatalogueEntry, catalogue};
pub use jpeg::jpeg_of_rgb;
pub use config::{VisionConfig, find_onnxruntime};
pub use model::{ModelError, ModelPackage, ModelStore, SelfTest};
pub use parent::ChildVision;
pub use worker::{worker_main, worker_main_with};

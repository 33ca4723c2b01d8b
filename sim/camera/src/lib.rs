//! Simulated cameras: an RTSP server with drawn kitchens, exact ground truth and faults on demand.
//!
//! Begin with [`Fleet`]; `session` is what a client talks to, `kitchen` draws the pictures.

mod annexb;
mod auth;
mod camera;
mod clip;
mod control;
mod fault;
mod fleet;
mod kitchen;
mod message;
mod mp4;
mod packets;
mod parameters;
mod replay;
mod sdp;
mod session;

pub use camera::SimCamera;
pub use clip::{Clip, Codec, Frame, ParameterSets};
pub use fault::Fault;
pub use fleet::{Fleet, FleetConfig};
pub use kitchen::{GroundTruth, KITCHENS, SCENES, Scene, Still, TruthBox, TruthFrame, draw_still};
pub use replay::Replies;

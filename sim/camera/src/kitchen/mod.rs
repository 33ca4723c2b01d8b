//! Drawn kitchens: the scenes, their exact contents and the studio that films them.

mod animals;
mod canvas;
mod film;
mod person;
mod room;
mod script;
mod studio;

pub use film::{Still, draw_still};
pub use room::KITCHENS;
pub use script::{GroundTruth, SCENES, Scene, TruthBox, TruthFrame};
pub(crate) use studio::{Footage, Shot, Studio};

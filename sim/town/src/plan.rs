//! What a town consists of, as pure data.

use shian_access::{Person, Reach};
use shian_area::{Area, Shape};
use shian_base::{Day, Id, Instant};
use shian_business::{BusinessId, NewBusiness};

/// 柳溪市 as it stands at the beginning of a day.
pub struct TownPlan {
    pub on: Day,
    pub areas: Vec<Area>,
    pub shapes: Vec<Shape>,
    pub people: Vec<PersonPlan>,
    pub businesses: Vec<NewBusiness>,
    /// In the order of their weight for the story: the first two dozen are a fair demo.
    pub cameras: Vec<CameraPlan>,
    pub findings: Vec<PastFinding>,
}

/// Somebody with an account.
pub struct PersonPlan {
    pub id: Id<Person>,
    pub account: String,
    pub name: String,
    pub post: &'static str,
    pub reach: Reach,
    /// Whether this is one of the few whose stories are told, and whose password the demo prints.
    pub named: bool,
}

/// A camera in a kitchen and what it shows.
pub struct CameraPlan {
    /// `camera/王记面馆/烹饪区 02`: what its id is made of.
    pub id_name: String,
    pub business: BusinessId,
    pub business_name: &'static str,
    pub name: &'static str,
    /// A zone's code, such as `cooking`.
    pub zone: &'static str,
    pub is_public: bool,
    /// Which of the simulator's drawn kitchens, 0 to 3.
    pub kitchen: u8,
    /// The simulator's scene during opening hours.
    pub scene_open: &'static str,
    /// The simulator's scene otherwise: empty, except where the story wants somebody there.
    pub scene_closed: &'static str,
    /// False for a camera that was unplugged: it is registered and does not answer.
    pub is_connected: bool,
}

impl CameraPlan {
    /// The simulator's scene at a moment.
    pub fn scene_at(&self, plan: &TownPlan, at: Instant) -> &'static str {
        match plan.business(self.business).is_some_and(|new| new.business.is_open_at(at)) {
            true => self.scene_open,
            false => self.scene_closed,
        }
    }
}

/// Something that was found, answered and mended before the story begins.
pub struct PastFinding {
    pub business: BusinessId,
    pub business_name: &'static str,
    /// The scene's code.
    pub scene: &'static str,
    pub title: &'static str,
    pub on: Day,
    /// The act that answered it: `remind`, `order` or `refer`.
    pub response: &'static str,
    /// The day on which it was mended and passed.
    pub mended_on: Day,
}

impl TownPlan {
    pub fn business(&self, id: BusinessId) -> Option<&NewBusiness> {
        self.businesses.iter().find(|new| new.business.id == id)
    }
}

/// The id of a business of the town, by its name.
pub fn business_named(name: &str) -> BusinessId {
    Id::named(&format!("business/{name}"))
}

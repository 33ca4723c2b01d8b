//! Who may see and manage cameras.

use shian_access::{Rule, Within, allow};

/// See cameras, their pictures and their live view.
pub const READ: &str = "cameras.read";
/// Add and remove cameras.
pub const MANAGE: &str = "cameras.manage";
/// See the pictures kept of a day, with what was found on them.
pub const FRAMES: &str = "cameras.frames";
/// See what is watched for and by which models.
pub const SCENES: &str = "scenes.read";
/// Change how scenes are watched for.
pub const SETTINGS: &str = "scenes.manage";

const OFFICERS: [&str; 6] =
    ["city.officer", "district.head", "district.officer", "station.head", "station.officer", "grid.officer"];

pub fn rules() -> Vec<Rule> {
    let mut rules = Vec::new();
    for post in OFFICERS {
        rules.push(allow(post).to(READ).within(Within::Reach));
        rules.push(allow(post).to(SCENES).within(Within::Everything));
        // A grid officer helps on the spot; what was found and not yet judged is not theirs.
        if post != "grid.officer" {
            rules.push(allow(post).to(FRAMES).within(Within::Reach));
        }
    }
    for post in ["merchant.manager", "merchant.staff"] {
        rules.push(allow(post).to(READ).within(Within::Reach));
    }
    for post in ["station.officer", "district.officer"] {
        rules.push(allow(post).to(MANAGE).within(Within::Reach));
    }
    for act in [READ, MANAGE, FRAMES, SCENES, SETTINGS] {
        rules.push(allow("admin").to(act).within(Within::Everything));
    }
    rules
}

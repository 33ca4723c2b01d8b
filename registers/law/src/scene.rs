//! Scenes a camera can be asked to watch for: what the business owes, and by what right.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    pub code: String,
    pub title: String,
    /// 1 act at once, 2 mend within days, 3 routine.
    pub class: u8,
    /// `behaviour`, `pest` or `device`; the ladder counts within one group.
    pub group: String,
    /// What the business must do, in plain words.
    pub duty: String,
    /// References into statutes.toml.
    pub basis: Vec<String>,
    /// The draft of an order to correct.
    pub requirement: String,
    #[serde(default)]
    pub penalties: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    scene: Vec<Scene>,
}

pub(crate) fn parse(text: &str) -> Result<Vec<Scene>> {
    let scenes = toml::from_str::<File>(text).context("reading the scenes")?.scene;
    for (index, scene) in scenes.iter().enumerate() {
        if !(1..=3).contains(&scene.class) {
            bail!("{}: class {} is none of 1, 2, 3", scene.code, scene.class);
        }
        if scene.basis.is_empty() || scene.duty.is_empty() {
            bail!("{}: a scene needs a duty and its basis", scene.code);
        }
        if scenes[..index].iter().any(|other| other.code == scene.code) {
            bail!("{}: the scene stands twice", scene.code);
        }
    }
    Ok(scenes)
}

impl Scene {
    /// The basis as one printable line: GB 31654-2021 有害生物防制、食品安全法 第三十三条.
    pub fn basis_text(&self) -> String {
        self.basis.iter().map(|reference| crate::statute::printed(reference)).collect::<Vec<_>>().join("、")
    }
}

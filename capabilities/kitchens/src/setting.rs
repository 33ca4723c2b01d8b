//! How each scene is watched for: the office's setting, or the program's where it has set none.

use anyhow::Context as _;
use serde::de::DeserializeOwned;
use serde_json::json;
use shian_base::Result;
use shian_db::{FromRow, Row, Tx, args};
use shian_law::LawBook;
use shian_media::ModelInfo;

use crate::rules::{Active, BlackRule, CoveredRule, FrozenRule, OfflineRule, Place, SceneRules, ThingRule};
use crate::zone::Zone;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    pub scene: String,
    pub is_on: bool,
    /// None takes the model's own.
    pub threshold: Option<f64>,
    pub rule: SceneRule,
    /// None is every zone.
    pub zones: Option<Vec<Zone>>,
}

/// The rule of one scene.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SceneRule {
    /// What a model must recognise.
    Thing(ThingRule),
    Black(BlackRule),
    Covered(CoveredRule),
    Frozen(FrozenRule),
    Offline(OfflineRule),
}

impl SceneRule {
    /// The program's own rule; none for a scene of the law register that this version cannot watch for.
    fn of(scene: &str) -> Option<Self> {
        let thing = |labels: &[&str]| ThingRule {
            scene: scene.into(),
            labels: labels.iter().map(|label| (*label).into()).collect(),
            ..ThingRule::default()
        };
        Some(match scene {
            "animal" => Self::Thing(thing(&["cat", "dog", "bird", "rat"])),
            "person_off_hours" => Self::Thing(ThingRule { active: Active::WhenClosed, ..thing(&["person"]) }),
            "phone" => Self::Thing(ThingRule {
                active: Active::WhenOpen,
                place: Place::Centre,
                together_with: vec!["person".into()],
                ..thing(&["cell phone"])
            }),
            "camera_black" => Self::Black(BlackRule::default()),
            "camera_covered" => Self::Covered(CoveredRule::default()),
            "camera_frozen" => Self::Frozen(FrozenRule::default()),
            "camera_offline" => Self::Offline(OfflineRule::default()),
            _ => return None,
        })
    }

    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Thing(rule) => json!(rule),
            Self::Black(rule) => json!(rule),
            Self::Covered(rule) => json!(rule),
            Self::Frozen(rule) => json!(rule),
            Self::Offline(rule) => json!(rule),
        }
    }

    fn read(scene: &str, text: &str) -> Result<Self> {
        fn rule<T: DeserializeOwned>(scene: &str, text: &str) -> Result<T> {
            Ok(serde_json::from_str(text).with_context(|| format!("reading the rule of the scene {scene}"))?)
        }
        Ok(match scene {
            "camera_black" => Self::Black(rule(scene, text)?),
            "camera_covered" => Self::Covered(rule(scene, text)?),
            "camera_frozen" => Self::Frozen(rule(scene, text)?),
            "camera_offline" => Self::Offline(rule(scene, text)?),
            _ => Self::Thing(rule(scene, text)?),
        })
    }

    pub fn needs_model(&self) -> bool {
        matches!(self, Self::Thing(_))
    }

    /// Seen on so many of the last so many pictures it is a finding.
    pub fn confirm(&self) -> (u32, u32) {
        match self {
            Self::Thing(rule) => (rule.needed, rule.of),
            Self::Black(rule) => (rule.patience.pictures, rule.patience.pictures),
            Self::Covered(rule) => (rule.patience.pictures, rule.patience.pictures),
            Self::Frozen(rule) => (rule.patience.pictures, rule.patience.pictures),
            Self::Offline(_) => (1, 1),
        }
    }

    /// When it is watched for.
    pub fn active(&self) -> Active {
        match self {
            Self::Thing(rule) => rule.active,
            Self::Black(rule) => rule.active,
            Self::Covered(rule) => rule.active,
            Self::Frozen(rule) => rule.active,
            Self::Offline(rule) => rule.active,
        }
    }

    pub fn cool_down_s(&self) -> i64 {
        match self {
            Self::Thing(rule) => rule.cool_down_s,
            Self::Black(rule) => rule.patience.cool_down_s,
            Self::Covered(rule) => rule.patience.cool_down_s,
            Self::Frozen(rule) => rule.patience.cool_down_s,
            Self::Offline(rule) => rule.cool_down_s,
        }
    }
}

/// The settings of all scenes of the law register that this version can watch for, in its order.
pub(crate) async fn settings(tx: &mut Tx, law: &LawBook) -> Result<Vec<Setting>> {
    let set: Vec<Setting> = tx.all("select scene, is_on, threshold, rule, zones from scene_setting", args![]).await?;
    let of = |code: &str| set.iter().find(|s| s.scene == code).cloned().or_else(|| default(code));
    Ok(law.scenes().iter().filter_map(|scene| of(&scene.code)).collect())
}

/// Writes the program's settings for scenes that have none, so that the office finds them to change.
pub(crate) async fn fill(tx: &mut Tx, law: &LawBook) -> Result<()> {
    for setting in law.scenes().iter().filter_map(|scene| default(&scene.code)) {
        tx.run(
            "insert into scene_setting (scene, is_on, threshold, rule, zones) values ($1, $2, $3, $4, null)
             on conflict (scene) do nothing",
            args![setting.scene, setting.is_on, setting.threshold, setting.rule.to_json()],
        )
        .await?;
    }
    Ok(())
}

fn default(scene: &str) -> Option<Setting> {
    let rule = SceneRule::of(scene)?;
    Some(Setting { scene: scene.into(), is_on: true, threshold: None, rule, zones: None })
}

/// The model in use that recognises a scene.
pub(crate) fn model_of<'a>(models: &'a [ModelInfo], scene: &str) -> Option<&'a ModelInfo> {
    models.iter().find(|model| model.scenes.iter().any(|code| code == scene))
}

/// What is watched for on the cameras of one zone with the models in use.
pub(crate) fn rules_for(zone: Zone, settings: &[Setting], models: &[ModelInfo]) -> SceneRules {
    let mut rules = SceneRules::default();
    let here = |setting: &&Setting| setting.is_on && setting.zones.as_ref().is_none_or(|zones| zones.contains(&zone));
    for setting in settings.iter().filter(here) {
        match &setting.rule {
            SceneRule::Thing(rule) => {
                if let Some(model) = model_of(models, &setting.scene) {
                    let threshold = setting.threshold.map_or(model.threshold, |own| own as f32);
                    rules.things.push(ThingRule { scene: setting.scene.clone(), threshold, ..rule.clone() });
                }
            }
            SceneRule::Black(rule) => rules.black = Some(rule.clone()),
            SceneRule::Covered(rule) => rules.covered = Some(rule.clone()),
            SceneRule::Frozen(rule) => rules.frozen = Some(rule.clone()),
            SceneRule::Offline(rule) => rules.offline = Some(rule.clone()),
        }
    }
    rules
}

impl FromRow for Setting {
    fn from_row(row: &Row) -> Result<Self> {
        let scene: String = row.get("scene")?;
        let (rule, zones): (String, Option<String>) = (row.get("rule")?, row.get("zones")?);
        let zones = zones.map(|text| serde_json::from_str(&text).context("reading the zones of a scene")).transpose()?;
        let rule = SceneRule::read(&scene, &rule)?;
        Ok(Self { is_on: row.get("is_on")?, threshold: row.get("threshold")?, rule, zones, scene })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(scenes: &[&str]) -> ModelInfo {
        ModelInfo {
            id: "m".into(),
            title: "m".into(),
            version: "1".into(),
            licence: String::new(),
            sha256: String::new(),
            runtime: "rten".into(),
            threshold: 0.42,
            labels: vec![],
            scenes: scenes.iter().map(|s| (*s).into()).collect(),
        }
    }

    #[test]
    fn what_no_model_recognises_is_not_watched_for_and_what_is_measured_always_is() {
        let settings: Vec<Setting> = ["animal", "phone", "camera_black"].into_iter().filter_map(default).collect();
        let rules = rules_for(Zone::Cooking, &settings, &[model(&["phone"])]);
        assert_eq!(rules.things.iter().map(|r| (r.scene.as_str(), r.threshold)).collect::<Vec<_>>(), [("phone", 0.42)]);
        assert!(rules.black.is_some() && rules.frozen.is_none());
    }

    #[test]
    fn a_scene_is_watched_for_in_its_zones_only() {
        let mut settings: Vec<Setting> = default("phone").into_iter().collect();
        settings[0].zones = Some(vec![Zone::Cold]);
        let models = [model(&["phone"])];
        assert_eq!(rules_for(Zone::Cold, &settings, &models).things.len(), 1);
        assert!(rules_for(Zone::Cooking, &settings, &models).things.is_empty());
    }

    #[test]
    fn a_rule_reads_back_what_was_written() {
        for scene in ["animal", "person_off_hours", "phone", "camera_black", "camera_covered", "camera_frozen", "camera_offline"] {
            let rule = SceneRule::of(scene).unwrap();
            assert_eq!(SceneRule::read(scene, &rule.to_json().to_string()).unwrap(), rule);
        }
    }
}

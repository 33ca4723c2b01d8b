//! Changing how a scene is watched for, with a record of who changed what.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shian_access::Principal;
use shian_base::{Error, FieldError, Id, Instant, Result};
use shian_db::{FromRow, Row, Tx, args};
use utoipa::ToSchema;

use crate::rules::Active;
use crate::setting::{SceneRule, Setting};
use crate::zone::Zone;

/// What the office decides of a scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Switched off means that nobody is told of it.
    pub is_on: bool,
    /// Scores below it do not count; none takes the model's own. Scenes that are measured have none.
    pub threshold: Option<f64>,
    /// Seen in `confirm_n` of the last `confirm_m` pictures it is a finding.
    pub confirm_n: u32,
    pub confirm_m: u32,
    /// Coming back within this time it is the same finding.
    pub cool_down_s: i64,
    #[schema(value_type = String)]
    pub active: Active,
    /// Zones it is watched for in; none means all.
    pub zones: Option<Vec<Zone>>,
}

/// The kind of thing a row of the record names.
pub(crate) enum SceneChangeRow {}

/// One change that was made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SceneChange {
    pub revision: i64,
    pub at: Instant,
    pub person_name: String,
    pub reason: String,
    pub changes: Vec<ChangedField>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ChangedField {
    pub field: String,
    #[schema(value_type = Object)]
    pub from: Value,
    #[schema(value_type = Object)]
    pub to: Value,
}

impl Setting {
    pub fn wanted(&self) -> Wanted {
        let (confirm_n, confirm_m) = self.rule.confirm();
        Wanted {
            is_on: self.is_on,
            threshold: self.threshold,
            confirm_n,
            confirm_m,
            cool_down_s: self.rule.cool_down_s(),
            active: self.rule.active(),
            zones: self.zones.clone(),
        }
    }

    /// The setting as somebody wants it; refused field by field when it could not work.
    pub fn with(&self, wanted: &Wanted) -> Result<Setting> {
        let mut wrong = Vec::new();
        let mut check = |is_right: bool, field: &str, code: &'static str, message: &str| {
            if !is_right {
                wrong.push(FieldError { field: field.into(), code, message: message.into() });
            }
        };
        let needs_model = self.rule.needs_model();
        let threshold = wanted.threshold;
        check(needs_model || threshold.is_none(), "threshold", "scene.no_threshold", "这个场景直接测量，没有阈值");
        check(
            threshold.is_none_or(|t| (0.05..=0.99).contains(&t)),
            "threshold",
            "scene.threshold",
            "阈值在 0.05 到 0.99 之间",
        );
        let (n, m) = (wanted.confirm_n, wanted.confirm_m);
        match &self.rule {
            SceneRule::Thing(_) => check(
                (1..=m).contains(&n) && m <= 20,
                "confirm_n",
                "scene.confirm",
                "应为最近 M 帧中 N 帧，1 ≤ N ≤ M ≤ 20",
            ),
            SceneRule::Offline(_) => {
                check((n, m) == (1, 1), "confirm_n", "scene.confirm_fixed", "离线按时间判断，不按帧数")
            }
            _ => check(n == m && (1..=20).contains(&n), "confirm_n", "scene.confirm_row", "应为连续 1 到 20 帧"),
        }
        check(
            (0..=86_400).contains(&wanted.cool_down_s),
            "cool_down_s",
            "scene.cool_down",
            "静默时间在 0 到 86400 秒之间",
        );
        check(
            wanted.zones.as_ref().is_none_or(|zones| !zones.is_empty()),
            "zones",
            "scene.zones",
            "至少选一个区域，或选全部区域",
        );
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let mut rule = self.rule.clone();
        match &mut rule {
            SceneRule::Thing(rule) => {
                (rule.needed, rule.of, rule.cool_down_s, rule.active) = (n, m, wanted.cool_down_s, wanted.active);
            }
            SceneRule::Offline(rule) => (rule.cool_down_s, rule.active) = (wanted.cool_down_s, wanted.active),
            SceneRule::Black(rule) => {
                (rule.patience.pictures, rule.patience.cool_down_s, rule.active) =
                    (n, wanted.cool_down_s, wanted.active);
            }
            SceneRule::Covered(rule) => {
                (rule.patience.pictures, rule.patience.cool_down_s, rule.active) =
                    (n, wanted.cool_down_s, wanted.active);
            }
            SceneRule::Frozen(rule) => {
                (rule.patience.pictures, rule.patience.cool_down_s, rule.active) =
                    (n, wanted.cool_down_s, wanted.active);
            }
        }
        let zones = wanted.zones.clone().map(|mut zones| {
            zones.sort_by_key(|zone| Zone::ALL.iter().position(|known| known == zone));
            zones.dedup();
            zones
        });
        Ok(Setting { scene: self.scene.clone(), is_on: wanted.is_on, threshold, rule, zones })
    }
}

/// What differs, field by field.
pub(crate) fn differences(before: &Setting, after: &Setting) -> Vec<ChangedField> {
    let (before, after) = (json!(before.wanted()), json!(after.wanted()));
    let fields = before.as_object().into_iter().flatten();
    fields
        .filter(|(field, from)| after[field.as_str()] != **from)
        .map(|(field, from)| ChangedField {
            field: field.clone(),
            from: from.clone(),
            to: after[field.as_str()].clone(),
        })
        .collect()
}

/// How often the scene was changed.
pub(crate) async fn revision(tx: &mut Tx, scene: &str) -> Result<i64> {
    let sql = "select coalesce(max(revision), 0) from scene_change where scene = $1";
    Ok(tx.one::<(i64,)>(sql, args![scene]).await?.0)
}

/// Keeps the setting and the record of the change in the caller's transaction.
pub(crate) async fn keep(
    tx: &mut Tx,
    after: &Setting,
    changes: &[ChangedField],
    revision: i64,
    (person, reason): (&Principal, &str),
    now: Instant,
) -> Result<()> {
    tx.run(
        "insert into scene_setting (scene, is_on, threshold, rule, zones) values ($1, $2, $3, $4, $5)
         on conflict (scene) do update set is_on = excluded.is_on, threshold = excluded.threshold, rule = excluded.rule,
           zones = excluded.zones",
        args![
            &after.scene,
            after.is_on,
            after.threshold,
            after.rule.to_json(),
            after.zones.as_ref().map(|zones| json!(zones).to_string())
        ],
    )
    .await?;
    tx.run(
        "insert into scene_change (id, scene, revision, at, person_id, person_name, changes, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            Id::<SceneChangeRow>::new(),
            &after.scene,
            revision,
            now,
            person.person_id,
            &person.name,
            json!(changes),
            reason
        ],
    )
    .await?;
    Ok(())
}

/// The changes of a scene, the newest first.
pub(crate) async fn changes(tx: &mut Tx, scene: &str) -> Result<Vec<SceneChange>> {
    tx.all(
        "select revision, at, person_name, reason, changes from scene_change where scene = $1
         order by revision desc
         limit 200",
        args![scene],
    )
    .await
}

impl FromRow for SceneChange {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            revision: row.get("revision")?,
            at: row.get("at")?,
            person_name: row.get("person_name")?,
            reason: row.get("reason")?,
            changes: row.json("changes")?,
        })
    }
}

//! The statements of alerts, and nothing else.

use serde_json::json;
use shian_access::Scope;
use shian_base::{Instant, Result};
use shian_business::BusinessId;
use shian_db::{FromRow, Row, Tx, Value, args};
use shian_files::FileId;
use shian_law::Scene;
use shian_matter::{Acted, MatterId};
use shian_media::{CameraId, Finding, FindingId, FindingModel, FoundBox, Precision, precision};

use crate::alerts::AlertId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Pending,
    Valid,
    False,
    Unclear,
}

impl State {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Valid => "valid",
            Self::False => "false",
            Self::Unclear => "unclear",
        }
    }
    pub fn named(code: &str) -> Option<Self> {
        [Self::Pending, Self::Valid, Self::False, Self::Unclear].into_iter().find(|state| state.code() == code)
    }
}

/// An alert as the table has it.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub id: AlertId,
    pub camera_id: CameraId,
    pub camera_name: String,
    pub zone: String,
    pub zone_title: String,
    pub business_id: BusinessId,
    pub business_name: String,
    pub area_code: String,
    pub scene: String,
    pub scene_title: String,
    pub class: i64,
    pub scene_group: String,
    pub first_at: Instant,
    pub last_at: Instant,
    pub findings: i64,
    pub is_ongoing: bool,
    pub state: State,
    pub score: f64,
    pub threshold: f64,
    pub confirmed: String,
    pub boxes: Vec<FoundBox>,
    pub model: Option<FindingModel>,
    pub still_file_id: Option<FileId>,
    pub thumb_file_id: Option<FileId>,
    pub still_sha256: Option<String>,
    pub clip_state: String,
    pub clip_file_id: Option<FileId>,
    pub clip_from: Option<Instant>,
    pub clip_to: Option<Instant>,
    pub clip_why: Option<String>,
    pub matter_id: MatterId,
    pub due_at: Option<Instant>,
    pub judged_act: Option<String>,
    pub judged_at: Option<Instant>,
    pub judged_by_name: Option<String>,
}

const COLUMNS: &str = "a.id, a.camera_id, a.camera_name, a.zone, a.zone_title, a.business_id, a.business_name,
    a.area_code, a.scene, a.scene_title, a.class, a.scene_group, a.first_at, a.last_at, a.findings, a.is_ongoing,
    a.state, a.score, a.threshold, a.confirmed, a.boxes, a.model_id, a.model_title, a.model_version,
    a.still_file_id, a.thumb_file_id, a.still_sha256, a.clip_state, a.clip_file_id, a.clip_from, a.clip_to, a.clip_why,
    a.matter_id, a.due_at, a.judged_act, a.judged_at, a.judged_by_name";

/// What a list of alerts is narrowed by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub state: Option<State>,
    pub class: Option<i64>,
    pub scene: Option<String>,
    pub business: Option<BusinessId>,
    pub camera: Option<CameraId>,
}

/// One page of the alerts within the scope: what waits by the end of its limit, all else the latest first.
pub(crate) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    wanted: &Wanted,
    offset: i64,
    limit: i64,
) -> Result<(Vec<Record>, i64)> {
    let total = count(tx, scope, wanted).await?;
    let (condition, mut args) = condition(scope, wanted);
    let order = match wanted.state {
        Some(State::Pending) => "a.due_at nulls last, a.class, a.first_at, a.id",
        _ => "a.last_at desc, a.id desc",
    };
    args.extend(args![limit, offset]);
    let sql = format!(
        "select {COLUMNS} from alert a where {condition} order by {order} limit ${} offset ${}",
        args.len() - 1,
        args.len()
    );
    Ok((tx.all(&sql, args).await?, total))
}

pub(crate) async fn count(tx: &mut Tx, scope: &Scope, wanted: &Wanted) -> Result<i64> {
    let (condition, args) = condition(scope, wanted);
    Ok(tx.one::<(i64,)>(&format!("select count(*) from alert a where {condition}"), args).await?.0)
}

fn condition(scope: &Scope, wanted: &Wanted) -> (String, Vec<Value>) {
    let mut args = Vec::new();
    let mut all = vec![scope.sql("a.area_code", "a.business_id", &mut args)];
    let mut narrow = |column: &str, value: Option<Value>| {
        if let Some(value) = value {
            args.push(value);
            all.push(format!("a.{column} = ${}", args.len()));
        }
    };
    narrow("state", wanted.state.map(|state| state.code().into()));
    narrow("class", wanted.class.map(Value::from));
    narrow("scene", wanted.scene.as_ref().map(Value::from));
    narrow("business_id", wanted.business.map(Value::from));
    narrow("camera_id", wanted.camera.map(Value::from));
    (all.join(" and "), args)
}

pub(crate) async fn find(tx: &mut Tx, id: AlertId) -> Result<Record> {
    tx.one(&format!("select {COLUMNS} from alert a where a.id = $1"), args![id]).await
}

/// How many alerts the camera raised since then.
pub(crate) async fn raised_since(tx: &mut Tx, camera: CameraId, since: Instant) -> Result<i64> {
    let sql = "select count(*) from alert where camera_id = $1 and first_at >= $2";
    Ok(tx.one::<(i64,)>(sql, args![camera, since]).await?.0)
}

/// How often people found this scene, recognised by this model, to be right.
pub(crate) async fn precision_of(tx: &mut Tx, scene: &str, model: Option<&FindingModel>) -> Result<Option<Precision>> {
    let (id, version) = model.map_or(("", ""), |model| (model.id.as_str(), model.version.as_str()));
    let (valid, reviewed): (i64, i64) = tx
        .one(
            "select count(*) filter (where state = 'valid'), count(*)
             from alert
             where scene = $1 and coalesce(model_id, '') = $2 and coalesce(model_version, '') = $3
               and state in ('valid', 'false')",
            args![scene, id, version],
        )
        .await?;
    Ok(precision(valid, reviewed))
}

/// The alert and matter of a finding that was raised before, and whether it was merged.
pub(crate) async fn of_finding(tx: &mut Tx, id: FindingId) -> Result<Option<(AlertId, MatterId, bool)>> {
    let known: Option<(AlertId, MatterId, String)> = tx
        .maybe(
            "select a.id, a.matter_id, a.finding_id
             from alert_finding f join alert a on a.id = f.alert_id
             where f.finding_id = $1",
            args![id],
        )
        .await?;
    Ok(known.map(|(alert, matter, first)| (alert, matter, first != id.to_string())))
}

/// The newest alert of a camera and scene.
pub(crate) struct Latest {
    pub id: AlertId,
    pub matter_id: MatterId,
    state: State,
    first_at: Instant,
    last_at: Instant,
}

impl Latest {
    /// Whether the finding is one more sight of this alert.
    pub fn takes(&self, finding: &Finding) -> bool {
        let is_later = finding.at >= self.first_at;
        self.state == State::Pending || (is_later && finding.at.seconds_since(self.last_at) < finding.cool_down_s)
    }
}

pub(crate) async fn latest(tx: &mut Tx, finding: &Finding) -> Result<Option<Latest>> {
    let row: Option<Row> = tx
        .maybe(
            "select id, matter_id, state, first_at, last_at from alert
             where camera_id = $1 and scene = $2
             order by case when state = 'pending' then 0 else 1 end, last_at desc
             limit 1",
            args![finding.camera_id, &finding.scene],
        )
        .await?;
    row.map(|row| {
        Ok(Latest {
            id: row.get("id")?,
            matter_id: row.get("matter_id")?,
            state: state(&row)?,
            first_at: row.get("first_at")?,
            last_at: row.get("last_at")?,
        })
    })
    .transpose()
}

pub(crate) async fn insert(
    tx: &mut Tx,
    id: AlertId,
    matter_id: MatterId,
    due_at: Option<Instant>,
    finding: &Finding,
    scene: &Scene,
) -> Result<()> {
    let model = finding.model.as_ref();
    tx.run(
        "insert into alert (id, finding_id, camera_id, camera_name, zone, zone_title, business_id, business_name,
           area_code, scene, scene_title, class, scene_group, first_at, last_at, findings, is_ongoing, state, score,
           threshold, confirmed, boxes, model_id, model_title, model_version, still_file_id, thumb_file_id,
           still_sha256, clip_state, matter_id, due_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, 1, $15, 'pending', $16,
           $17, $18, $19, $20, $21, $22, $23, $24, $25, 'pending', $26, $27)",
        args![
            id,
            finding.id,
            finding.camera_id,
            &finding.camera_name,
            &finding.zone,
            &finding.zone_title,
            finding.business_id,
            &finding.business_name,
            &finding.area_code,
            &finding.scene,
            &scene.title,
            i64::from(scene.class),
            &scene.group,
            finding.at,
            true,
            finding.score,
            finding.threshold,
            &finding.confirmed,
            json!(finding.boxes),
            model.map(|model| model.id.as_str()),
            model.map(|model| model.title.as_str()),
            model.map(|model| model.version.as_str()),
            finding.still_file_id,
            finding.thumb_file_id,
            finding.still_sha256.as_deref(),
            matter_id,
            due_at,
        ],
    )
    .await?;
    add_finding(tx, id, finding).await
}

/// One more finding of an alert.
pub(crate) async fn merge(tx: &mut Tx, id: AlertId, finding: &Finding) -> Result<()> {
    tx.run(
        "update alert
         set findings = findings + 1, is_ongoing = $3,
             last_at = case when last_at < $2 then $2 else last_at end
         where id = $1",
        args![id, finding.at, true],
    )
    .await?;
    add_finding(tx, id, finding).await
}

async fn add_finding(tx: &mut Tx, id: AlertId, finding: &Finding) -> Result<()> {
    tx.run(
        "insert into alert_finding (finding_id, alert_id, at, last_at, score, still_file_id)
         values ($1, $2, $3, $3, $4, $5)",
        args![finding.id, id, finding.at, finding.score, finding.still_file_id],
    )
    .await?;
    Ok(())
}

/// A finding is seen still, or again; false when it was never raised.
pub(crate) async fn goes_on(tx: &mut Tx, id: FindingId, at: Instant) -> Result<bool> {
    let Some((alert,)) = alert_of(tx, id).await? else { return Ok(false) };
    let newer = tx
        .run(
            "update alert_finding set last_at = $2, ended_at = null
             where finding_id = $1 and last_at <= $2 and (ended_at is null or ended_at < $2)",
            args![id, at],
        )
        .await?;
    if newer > 0 {
        tx.run(
            "update alert set is_ongoing = $3, last_at = case when last_at < $2 then $2 else last_at end where id = $1",
            args![alert, at, true],
        )
        .await?;
    }
    Ok(true)
}

/// A finding is over, unless it was seen again later; false when it was never raised.
pub(crate) async fn ended(tx: &mut Tx, id: FindingId, at: Instant) -> Result<bool> {
    let Some((alert,)) = alert_of(tx, id).await? else { return Ok(false) };
    tx.run("update alert_finding set ended_at = $2 where finding_id = $1 and last_at <= $2", args![id, at]).await?;
    tx.run(
        "update alert set is_ongoing = $2
         where id = $1
           and not exists (select 1 from alert_finding f where f.alert_id = alert.id and f.ended_at is null)",
        args![alert, false],
    )
    .await?;
    Ok(true)
}

async fn alert_of(tx: &mut Tx, id: FindingId) -> Result<Option<(AlertId,)>> {
    tx.maybe("select alert_id from alert_finding where finding_id = $1", args![id]).await
}

/// What is needed of an alert when it is judged or its clip arrives.
pub(crate) struct Judged {
    pub id: AlertId,
    pub camera_id: CameraId,
    pub camera_name: String,
    pub zone_title: String,
    pub business_id: BusinessId,
    pub business_name: String,
    pub area_code: String,
    pub scene: String,
    pub scene_title: String,
    /// `id@version`; empty for scenes that are measured.
    pub model: String,
    pub still_file_id: Option<FileId>,
    pub thumb_file_id: Option<FileId>,
    pub clip_file_id: Option<FileId>,
    pub matter_id: MatterId,
    pub follow_up_id: Option<MatterId>,
    pub judged_act: Option<String>,
}

const JUDGED: &str = "id, camera_id, camera_name, zone_title, business_id, business_name, area_code, scene, scene_title,
    model_id, model_version, still_file_id, thumb_file_id, clip_file_id, matter_id, follow_up_id, judged_act";

impl Judged {
    pub fn title(&self) -> String {
        format!("{}：{}", self.business_name, self.scene_title)
    }
}

/// Notes a judgement; none when the matter belongs to no alert.
pub(crate) async fn judge(tx: &mut Tx, acted: &Acted, state: State) -> Result<Option<Judged>> {
    tx.maybe(
        &format!(
            "update alert
             set state = $2, judged_act = $3, judged_at = $4, judged_by = $5, judged_by_name = $6, follow_up_id = $7
             where matter_id = $1
             returning {JUDGED}"
        ),
        args![
            acted.matter_id,
            state.code(),
            &acted.act,
            acted.at,
            acted.actor.person_id,
            &acted.actor.name,
            acted.child
        ],
    )
    .await
}

/// The alert of the finding, with its clip if the finding is the one that raised it; none when it was never raised.
pub(crate) async fn clip_ready(
    tx: &mut Tx,
    finding: FindingId,
    file: FileId,
    from: Instant,
    to: Instant,
) -> Result<Option<Judged>> {
    let Some((alert,)) = alert_of(tx, finding).await? else { return Ok(None) };
    tx.run(
        "update alert
         set clip_state = 'ready', clip_file_id = $2, clip_from = $3, clip_to = $4, clip_why = null
         where finding_id = $1",
        args![finding, file, from, to],
    )
    .await?;
    tx.maybe(&format!("select {JUDGED} from alert where id = $1"), args![alert]).await
}

/// There will be no clip; false when the finding was never raised.
pub(crate) async fn clip_missing(tx: &mut Tx, finding: FindingId, why: &str) -> Result<bool> {
    let known = alert_of(tx, finding).await?.is_some();
    tx.run(
        "update alert set clip_state = 'missing', clip_why = $2 where finding_id = $1 and clip_state = 'pending'",
        args![finding, why],
    )
    .await?;
    Ok(known)
}

fn state(row: &Row) -> Result<State> {
    let code: String = row.get("state")?;
    Ok(State::named(&code).ok_or_else(|| anyhow::anyhow!("an alert in the unknown state {code}"))?)
}

impl FromRow for Judged {
    fn from_row(row: &Row) -> Result<Self> {
        let model = (row.get::<Option<String>>("model_id")?, row.get::<Option<String>>("model_version")?);
        Ok(Self {
            id: row.get("id")?,
            camera_id: row.get("camera_id")?,
            camera_name: row.get("camera_name")?,
            zone_title: row.get("zone_title")?,
            business_id: row.get("business_id")?,
            business_name: row.get("business_name")?,
            area_code: row.get("area_code")?,
            scene: row.get("scene")?,
            scene_title: row.get("scene_title")?,
            model: if let (Some(id), Some(version)) = model { format!("{id}@{version}") } else { String::new() },
            still_file_id: row.get("still_file_id")?,
            thumb_file_id: row.get("thumb_file_id")?,
            clip_file_id: row.get("clip_file_id")?,
            matter_id: row.get("matter_id")?,
            follow_up_id: row.get("follow_up_id")?,
            judged_act: row.get("judged_act")?,
        })
    }
}

impl FromRow for Record {
    fn from_row(row: &Row) -> Result<Self> {
        let model: Option<String> = row.get("model_id")?;
        let text = |column: &str| row.get::<Option<String>>(column).map(Option::unwrap_or_default);
        Ok(Self {
            id: row.get("id")?,
            camera_id: row.get("camera_id")?,
            camera_name: row.get("camera_name")?,
            zone: row.get("zone")?,
            zone_title: row.get("zone_title")?,
            business_id: row.get("business_id")?,
            business_name: row.get("business_name")?,
            area_code: row.get("area_code")?,
            scene: row.get("scene")?,
            scene_title: row.get("scene_title")?,
            class: row.get("class")?,
            scene_group: row.get("scene_group")?,
            first_at: row.get("first_at")?,
            last_at: row.get("last_at")?,
            findings: row.get("findings")?,
            is_ongoing: row.get("is_ongoing")?,
            state: state(row)?,
            score: row.get("score")?,
            threshold: row.get("threshold")?,
            confirmed: row.get("confirmed")?,
            boxes: row.json("boxes")?,
            model: match model {
                Some(id) => Some(FindingModel { id, title: text("model_title")?, version: text("model_version")? }),
                None => None,
            },
            still_file_id: row.get("still_file_id")?,
            thumb_file_id: row.get("thumb_file_id")?,
            still_sha256: row.get("still_sha256")?,
            clip_state: row.get("clip_state")?,
            clip_file_id: row.get("clip_file_id")?,
            clip_from: row.get("clip_from")?,
            clip_to: row.get("clip_to")?,
            clip_why: row.get("clip_why")?,
            matter_id: row.get("matter_id")?,
            due_at: row.get("due_at")?,
            judged_act: row.get("judged_act")?,
            judged_at: row.get("judged_at")?,
            judged_by_name: row.get("judged_by_name")?,
        })
    }
}

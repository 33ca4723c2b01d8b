//! Lists of cameras, and what is noted of them while they are watched.

use shian_access::Scope;
use shian_base::{Id, Instant, Result};
use shian_business::BusinessId;
use shian_db::{Tx, Value, args};
use shian_files::FileId;
use shian_media::{CameraId, CameraState, CameraStatus};

use crate::camera::{self, CameraRow};
use crate::zone::Zone;

/// What a list of cameras is narrowed by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub business: Option<BusinessId>,
    pub state: Option<CameraState>,
    pub is_public: Option<bool>,
    pub zone: Option<Zone>,
    /// An area code; everything under it is meant.
    pub area: Option<String>,
    /// Part of the camera's or the business's name.
    pub text: Option<String>,
}

/// One page of the cameras within the scope, by business and name, and how many there are.
pub(crate) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    wanted: &Wanted,
    offset: i64,
    limit: i64,
) -> Result<(Vec<CameraRow>, i64)> {
    let (condition, mut args) = condition(scope, wanted);
    let from = format!("from camera c join business b on b.id = c.business_id where {condition}");
    let (total,): (i64,) = tx.one(&format!("select count(*) {from}"), args.clone()).await?;
    args.extend(args![limit, offset]);
    let sql = format!(
        "select {} {from} order by b.name, c.name, c.id limit ${} offset ${}",
        camera::COLUMNS,
        args.len() - 1,
        args.len()
    );
    Ok((tx.all(&sql, args).await?, total))
}

pub(crate) async fn count(tx: &mut Tx, scope: &Scope, wanted: &Wanted) -> Result<i64> {
    let (condition, args) = condition(scope, wanted);
    let sql = format!("select count(*) from camera c join business b on b.id = c.business_id where {condition}");
    Ok(tx.one::<(i64,)>(&sql, args).await?.0)
}

pub(crate) async fn by_state(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    tx.all("select state, count(*) from camera where removed_at is null group by state order by state", args![]).await
}

pub(crate) async fn away(tx: &mut Tx) -> Result<Vec<CameraRow>> {
    let sql = format!(
        "select {} from camera c join business b on b.id = c.business_id
         where c.removed_at is null and c.state = 'offline'
         order by c.state_since",
        camera::COLUMNS
    );
    tx.all(&sql, args![]).await
}

fn condition(scope: &Scope, wanted: &Wanted) -> (String, Vec<Value>) {
    let mut args = Vec::new();
    let mut all = vec![scope.sql("c.area_code", "c.business_id", &mut args), "c.removed_at is null".into()];
    let mut place = |value: Value| {
        args.push(value);
        args.len()
    };
    if let Some(business) = wanted.business {
        all.push(format!("c.business_id = ${}", place(business.into())));
    }
    if let Some(state) = wanted.state {
        all.push(format!("c.state = ${}", place(camera::state_code(state).into())));
    }
    if let Some(is_public) = wanted.is_public {
        all.push(format!("c.is_public = ${}", place(is_public.into())));
    }
    if let Some(zone) = wanted.zone {
        all.push(format!("c.zone = ${}", place(zone.code().into())));
    }
    if let Some(area) = &wanted.area {
        let (from, to) = (place(area.into()), place(format!("{area}~").into()));
        all.push(format!("c.area_code >= ${from} and c.area_code < ${to}"));
    }
    if let Some(text) = &wanted.text {
        let part = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let at = place(format!("%{part}%").into());
        all.push(format!("(c.name like ${at} escape '\\' or b.name like ${at} escape '\\')"));
    }
    (all.join(" and "), args)
}

/// Notes how a camera stands now.
pub(crate) async fn note_state(
    tx: &mut Tx,
    id: CameraId,
    status: &CameraStatus,
    last_picture_at: Option<Instant>,
) -> Result<()> {
    tx.run(
        "update camera
         set state = $2, state_reason = $3, state_since = $4, last_picture_at = coalesce($5, last_picture_at)
         where id = $1",
        args![id, camera::state_code(status.state), &status.reason, status.since, last_picture_at],
    )
    .await?;
    Ok(())
}

/// Keeps a picture of the day.
pub(crate) async fn add_still(tx: &mut Tx, id: CameraId, at: Instant, file: FileId, is_hit: bool) -> Result<()> {
    tx.run(
        "insert into camera_still (camera_id, at, file_id, is_hit) values ($1, $2, $3, $4)
         on conflict (camera_id, at) do update set is_hit = (camera_still.is_hit or excluded.is_hit)",
        args![id, at, file, is_hit],
    )
    .await?;
    Ok(())
}

/// The pictures kept between two moments, oldest first.
pub(crate) async fn stills(
    tx: &mut Tx,
    id: CameraId,
    from: Instant,
    to: Instant,
) -> Result<Vec<(Instant, FileId, bool)>> {
    tx.all(
        "select at, file_id, is_hit from camera_still
         where camera_id = $1 and at >= $2 and at < $3
         order by at
         limit 500",
        args![id, from, to],
    )
    .await
}

/// The kind of thing a row of the log of views names.
pub(crate) enum ViewRow {}

pub(crate) async fn view_begins(
    tx: &mut Tx,
    camera: CameraId,
    person: Option<&shian_access::Principal>,
    now: Instant,
) -> Result<Id<ViewRow>> {
    let id = Id::new();
    let post = person.map_or("stranger", |p| p.post.as_str());
    tx.run(
        "insert into camera_view (id, camera_id, person_id, post, began_at) values ($1, $2, $3, $4, $5)",
        args![id, camera, person.map(|p| p.person_id), post, now],
    )
    .await?;
    Ok(id)
}

pub(crate) async fn view_ends(tx: &mut Tx, id: Id<ViewRow>, now: Instant) -> Result<()> {
    tx.run("update camera_view set ended_at = $2 where id = $1", args![id, now]).await?;
    Ok(())
}

//! A camera as the table has it, without its address, and how one is added and taken out.

use shian_access::Person;
use shian_base::{Error, FieldError, Id, Instant, Result};
use shian_business::{BusinessId, Businesses};
use shian_db::{FromRow, Row, Tx, args};
use shian_media::{CameraId, CameraSource, CameraState};

use crate::address;
use crate::zone::Zone;

/// What is known of a camera from the table. The address is read only where it is used, see `sources`.
#[derive(Clone, Debug)]
pub struct CameraRow {
    pub id: CameraId,
    pub business_id: BusinessId,
    pub business_name: String,
    pub area_code: String,
    pub name: String,
    pub zone: Zone,
    pub is_public: bool,
    pub state: CameraState,
    pub state_reason: String,
    pub state_since: Instant,
    pub last_picture_at: Option<Instant>,
}

/// A camera somebody adds.
pub struct NewCamera {
    /// A name of the demo's, or none.
    pub id: Option<CameraId>,
    pub business_id: BusinessId,
    pub name: String,
    /// A zone's code.
    pub zone: String,
    /// `rtsp://user:password@host:port/path`
    pub url: String,
    pub is_public: bool,
    pub added_by: Option<Id<Person>>,
}

/// Puts a camera into the table; a running server begins to watch it within two seconds.
///
/// Fails with the fields that do not hold what they must.
pub async fn add_camera(tx: &mut Tx, new: NewCamera, now: Instant) -> Result<CameraId> {
    let mut wrong = Vec::new();
    let mut refuse = |field: &str, code: &'static str, message: &str| {
        wrong.push(FieldError { field: field.into(), code, message: message.into() });
    };
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 40 || name.chars().any(char::is_control) {
        refuse("name", "camera.name", "the name has 1 to 40 characters");
    }
    let zone = Zone::named(&new.zone);
    if zone.is_none() {
        refuse("zone", "camera.zone", "there is no such zone");
    }
    let business = match Businesses::find(tx, new.business_id).await {
        Ok(business) => Some(business),
        Err(Error::NotFound) => {
            refuse("business_id", "camera.business", "there is no such business");
            None
        }
        Err(error) => return Err(error),
    };
    let taken = tx.maybe::<(String,)>(
        "select id from camera where business_id = $1 and name = $2 and removed_at is null",
        args![new.business_id, name],
    );
    if taken.await?.is_some() {
        refuse("name", "camera.name_taken", "the business has a camera of this name");
    }
    wrong.extend(address::check(&new.url).err());
    let (Some(zone), Some(business), true) = (zone, business, wrong.is_empty()) else {
        return Err(Error::Invalid(wrong));
    };
    let id = new.id.unwrap_or_else(CameraId::new);
    tx.run(
        "insert into camera (id, business_id, area_code, name, zone, url, is_public, added_at, added_by,
                             state, state_reason, state_since)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'connecting', '', $8)",
        args![id, business.id, business.area_code, name, zone.code(), new.url.trim(), new.is_public, now, new.added_by],
    )
    .await?;
    Ok(id)
}

/// Gives a camera another address; false when there is no such camera (any more).
pub async fn move_camera(tx: &mut Tx, id: CameraId, url: &str) -> Result<bool> {
    address::check(url).map_err(|wrong| Error::Invalid(vec![wrong]))?;
    let moved =
        tx.run("update camera set url = $2 where id = $1 and removed_at is null", args![id, url.trim()]).await?;
    Ok(moved > 0)
}

/// Takes a camera out; what it saw stays on file. `NotFound` when it is out already.
pub async fn remove_camera(tx: &mut Tx, id: CameraId, by: Option<Id<Person>>, now: Instant) -> Result<()> {
    let removed = tx
        .run(
            // The password need not outlive the camera.
            "update camera set removed_at = $2, removed_by = $3, url = '' where id = $1 and removed_at is null",
            args![id, now, by],
        )
        .await?;
    if removed == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// The columns of `camera c join business b` that `CameraRow` is read from.
pub(crate) const COLUMNS: &str = "c.id, c.business_id, b.name as business_name, c.area_code, c.name, c.zone,
    c.is_public, c.state, c.state_reason, c.state_since, c.last_picture_at";

/// The camera, if it is not taken out.
pub(crate) async fn find(tx: &mut Tx, id: CameraId) -> Result<CameraRow> {
    tx.one(
        &format!(
            "select {COLUMNS}
             from camera c join business b on b.id = c.business_id
             where c.id = $1 and c.removed_at is null"
        ),
        args![id],
    )
    .await
}

/// Every camera that is to be watched, with its address. For the driver alone.
pub(crate) async fn sources(tx: &mut Tx) -> Result<Vec<(CameraSource, CameraRow)>> {
    let rows: Vec<Row> = tx
        .all(
            &format!(
                "select {COLUMNS}, c.url
                 from camera c join business b on b.id = c.business_id
                 where c.removed_at is null
                 order by c.id"
            ),
            args![],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let camera = CameraRow::from_row(row)?;
            Ok((CameraSource { id: camera.id, url: row.get("url")? }, camera))
        })
        .collect()
}

pub(crate) const fn state_code(state: CameraState) -> &'static str {
    match state {
        CameraState::Connecting => "connecting",
        CameraState::Online => "online",
        CameraState::Degraded => "degraded",
        CameraState::Offline => "offline",
    }
}

pub(crate) fn state_named(code: &str) -> Option<CameraState> {
    [CameraState::Connecting, CameraState::Online, CameraState::Degraded, CameraState::Offline]
        .into_iter()
        .find(|state| state_code(*state) == code)
}

impl CameraRow {
    pub fn has_picture(&self) -> bool {
        matches!(self.state, CameraState::Online | CameraState::Degraded)
    }
}

impl FromRow for CameraRow {
    fn from_row(row: &Row) -> Result<Self> {
        let (zone, state): (String, String) = (row.get("zone")?, row.get("state")?);
        let unknown = |what: &str| anyhow::anyhow!("the camera table holds {what}, which this version does not know");
        Ok(Self {
            id: row.get("id")?,
            business_id: row.get("business_id")?,
            business_name: row.get("business_name")?,
            area_code: row.get("area_code")?,
            name: row.get("name")?,
            zone: Zone::named(&zone).ok_or_else(|| unknown(&zone))?,
            is_public: row.get("is_public")?,
            state: state_named(&state).ok_or_else(|| unknown(&state))?,
            state_reason: row.get("state_reason")?,
            state_since: row.get("state_since")?,
            last_picture_at: row.get("last_picture_at")?,
        })
    }
}

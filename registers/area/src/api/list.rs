//! GET /api/areas

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shian_access::Scope;
use shian_db::Db;
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use crate::access::READ;
use crate::{Area, AreaKind, Areas};

/// An area of the command tree.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Area)]
pub struct AreaRow {
    /// City 4 digits, district 6, station 9, grid 12; each begins with its parent's.
    pub code: String,
    pub name: String,
    pub kind: AreaKind,
    pub parent: Option<String>,
}

/// The areas the caller answers for, and those these lie in.
///
/// In the order of the tree: every area comes after the one it lies in.
#[utoipa::path(get, path = "/api/areas", tag = "areas",
    responses((status = 200, body = Vec<AreaRow>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub async fn areas(State(db): State<Db>, caller: Caller) -> Answer<Json<Vec<AreaRow>>> {
    let scope = caller.scope(READ)?;
    let mut tx = db.read().await?;
    let areas = match scope {
        Scope::Everything => Areas::all(&mut tx).await?,
        Scope::Area(code) => {
            let mut areas = Areas::path(&mut tx, &code).await?;
            areas.retain(|area| area.code != code);
            areas.extend(Areas::under(&mut tx, &code).await?);
            areas
        }
        Scope::Business(_) | Scope::Nothing => Vec::new(),
    };
    Ok(Json(areas.into_iter().map(AreaRow::from).collect()))
}

impl From<Area> for AreaRow {
    fn from(area: Area) -> Self {
        Self { code: area.code, name: area.name, kind: area.kind, parent: area.parent }
    }
}

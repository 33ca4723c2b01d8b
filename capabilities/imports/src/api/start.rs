//! POST /api/imports/{id}/runs

use axum::Json;
use axum::extract::{Path, State as Deps};
use axum::http::StatusCode;
use serde::Deserialize;
use shian_web::{Answer, Body, Caller, ProblemBody};
use utoipa::ToSchema;

use super::file::{ImportFile, shown};
use crate::access::MANAGE;
use crate::imports::{Imports, Wish};
use crate::mapping::Said;
use crate::store::ImportId;

/// How a table is to be brought in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRun {
    /// Which source it comes from, of `GET /api/imports/choices`.
    pub source: String,
    /// Headings and the fields they are read as; an empty field leaves a column out.
    #[serde(default)]
    pub columns: Said,
    /// Only count what would be done.
    #[serde(default)]
    pub dry_run: bool,
    /// Keep the columns for the next table of this source.
    #[serde(default)]
    pub remember: bool,
}

/// Starts an import or its dry run, as a job; `GET /api/imports/{id}` says how far it is.
///
/// A table whose needed columns are missing is refused column by column before a row is read.
#[utoipa::path(post, path = "/api/imports/{id}/runs", tag = "imports", params(("id" = String, Path)), request_body = ImportRun,
    responses((status = 202, body = ImportFile), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn start_import(
    Deps(deps): Deps<Imports>,
    caller: Caller,
    Path(id): Path<String>,
    Body(run): Body<ImportRun>,
) -> Answer<(StatusCode, Json<ImportFile>)> {
    let scope = caller.scope(MANAGE)?;
    let id: ImportId = id.parse()?;
    let wish = Wish { source: &run.source, columns: &run.columns, dry_run: run.dry_run, remember: run.remember };
    let import = deps.start(id, &wish, &scope).await?;
    let mut tx = deps.db.read().await?;
    Ok((StatusCode::ACCEPTED, Json(shown(&mut tx, import).await?)))
}

//! GET /api/imports

use axum::Json;
use axum::extract::State as Deps;
use serde::Serialize;
use shian_base::Instant;
use shian_business::Sources;
use shian_web::{Answer, Caller, Page, Paged, ProblemBody};
use utoipa::ToSchema;

use crate::access::MANAGE;
use crate::imports::Imports;
use crate::kind::ImportKind;
use crate::store::{self, Counts, Import, ImportId, State};

/// An import as the list shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportRow {
    #[schema(value_type = String)]
    pub id: ImportId,
    pub kind: ImportKind,
    pub kind_title: &'static str,
    /// None until it is started.
    pub source: Option<String>,
    pub source_title: Option<String>,
    pub file_name: String,
    pub size_bytes: i64,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// `CSV · GBK · 逗号分隔`
    pub format: String,
    pub state: State,
    /// Nothing was written; only what would be done was counted.
    pub dry_run: bool,
    /// Why it could not go on.
    pub failure: Option<String>,
    pub rows_total: i64,
    pub rows_done: i64,
    pub counts: Counts,
    pub by: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Instant,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Instant>,
}

/// The imports within the caller's area, the newest first.
#[utoipa::path(get, path = "/api/imports", tag = "imports", params(Page),
    responses((status = 200, body = Paged<ImportRow>), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn imports(Deps(deps): Deps<Imports>, caller: Caller, page: Page) -> Answer<Json<Paged<ImportRow>>> {
    let scope = caller.scope(MANAGE)?;
    let mut tx = deps.db.read().await?;
    let (items, total) = store::list(&mut tx, &scope, page.offset(), page.page_size).await?;
    Ok(Json(Paged::new(items.into_iter().map(ImportRow::from).collect(), total, page)))
}

impl From<Import> for ImportRow {
    fn from(import: Import) -> Self {
        let source_title = import.source.as_deref().map(|source| Sources::shipped().title(source).to_owned());
        Self {
            id: import.id,
            kind: import.kind,
            kind_title: import.kind.title(),
            source: import.source,
            source_title,
            file_name: import.file_name,
            size_bytes: import.size_bytes,
            sha256: import.sha256,
            format: import.format,
            state: import.state,
            dry_run: import.dry_run,
            failure: import.failure,
            rows_total: import.rows_total,
            rows_done: import.rows_done,
            counts: import.counts,
            by: import.by,
            created_at: import.created_at,
            finished_at: import.finished_at,
        }
    }
}

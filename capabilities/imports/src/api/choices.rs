//! GET /api/imports/choices

use axum::Json;
use serde::Serialize;
use shian_business::{PLATFORM, Sources};
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use crate::access::MANAGE;
use crate::kind::ImportKind;

/// What can be brought in, from where, and by which columns.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportChoices {
    pub kinds: Vec<ImportKindChoice>,
    pub sources: Vec<ImportSource>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ImportKindChoice {
    pub kind: ImportKind,
    pub title: &'static str,
    pub fields: Vec<ImportField>,
}

/// A column that is understood.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportField {
    pub code: &'static str,
    pub title: &'static str,
    /// Without it no row is taken.
    pub needed: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ImportSource {
    pub id: String,
    pub title: String,
}

/// The kinds of tables with the columns each understands, and the sources they may come from.
#[utoipa::path(get, path = "/api/imports/choices", tag = "imports",
    responses((status = 200, body = ImportChoices), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub async fn import_choices(caller: Caller) -> Answer<Json<ImportChoices>> {
    caller.scope(MANAGE)?;
    let kind = |kind: ImportKind| ImportKindChoice {
        kind,
        title: kind.title(),
        fields: kind
            .fields()
            .iter()
            .map(|field| ImportField { code: field.code, title: field.title, needed: field.needed })
            .collect(),
    };
    let sources = Sources::shipped();
    let sources = sources.all().iter().filter(|source| source.id != PLATFORM);
    let sources = sources.map(|source| ImportSource { id: source.id.clone(), title: source.title.clone() }).collect();
    Ok(Json(ImportChoices { kinds: ImportKind::ALL.into_iter().map(kind).collect(), sources }))
}

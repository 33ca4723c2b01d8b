//! GET /api/businesses/{id}/sources

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use shian_base::{Id, Instant};
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use crate::access::READ;
use crate::fields::{BUSINESS_FIELDS, LICENCE_FIELDS, readable};
use crate::{BusinessId, Businesses, ClaimFrom, Claims, Licence, Sources};

/// Where one field of the file came from, and what other sources say of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BusinessFieldSources)]
pub struct FieldSources {
    /// Of which licence; none when of the business itself.
    #[schema(value_type = Option<String>)]
    pub licence_id: Option<Id<Licence>>,
    pub licence_number: Option<String>,
    pub field: String,
    /// `名称`
    pub title: &'static str,
    /// Whether two sources disagree.
    pub conflict: bool,
    /// What each source said last; the believed one first.
    pub told: Vec<ToldBy>,
}

/// What one source said last of a field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BusinessFieldTold)]
pub struct ToldBy {
    pub source: String,
    pub source_title: String,
    /// As people read it; a telephone is masked.
    pub value: String,
    /// Whether the file shows this value.
    pub believed: bool,
    /// Empty for what the platform knew before.
    pub file_name: String,
    /// On which line of the file; 0 when there was none.
    pub line: i64,
    pub by: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Instant,
}

/// Where each field of a business's file came from; where sources disagree, all of them.
///
/// Outside of the caller's area the business is not found.
#[utoipa::path(get, path = "/api/businesses/{id}/sources", tag = "businesses", params(("id" = String, Path)),
    responses((status = 200, body = Vec<FieldSources>), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn business_sources(
    State(deps): State<Deps>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<Vec<FieldSources>>> {
    let scope = caller.scope(READ)?;
    let id: BusinessId = id.parse()?;
    let mut tx = deps.db.read().await?;
    Businesses::listed_within(&mut tx, &scope, id).await?;
    let claims = Claims::of_with_deliveries(&mut tx, &[id]).await?;
    let licences = Businesses::licences(&mut tx, id).await?;
    Ok(Json(arranged(&Sources::shipped(), &claims, &licences)))
}

/// Field by field, the newest claim of each source, the believed one first.
fn arranged(sources: &Sources, claims: &[ClaimFrom], licences: &[Licence]) -> Vec<FieldSources> {
    let mut fields = Vec::new();
    let licence_ids = licences.iter().map(|licence| Some((licence.id, licence.number.as_str())));
    for subject in std::iter::once(None).chain(licence_ids) {
        let of = subject.map(|(id, _)| id);
        let known = if of.is_none() { BUSINESS_FIELDS } else { LICENCE_FIELDS };
        for (field, title) in known {
            // Claims come in the order in which they were made, so that the last one of a source stays.
            let mut last: BTreeMap<&str, (&ClaimFrom, &str)> = BTreeMap::new();
            for from in claims.iter().filter(|from| from.claim.licence_id == of) {
                if let Some(value) = from.claim.said.get(*field) {
                    last.insert(&from.claim.source, (from, value));
                }
            }
            let Some((believed, _)) = sources.believed(field, last.iter().map(|(source, (_, value))| (*source, *value)))
            else {
                continue;
            };
            let conflict = last.values().any(|(_, value)| *value != last[believed].1);
            let mut told: Vec<ToldBy> = last
                .iter()
                .map(|(source, (from, value))| ToldBy {
                    source: (*source).into(),
                    source_title: sources.title(source).into(),
                    value: readable(field, value),
                    believed: *source == believed,
                    file_name: from.file_name.clone(),
                    line: from.claim.line,
                    by: from.by.clone(),
                    at: from.at,
                })
                .collect();
            told.sort_by_key(|told| !told.believed);
            let licence_number = subject.map(|(_, number)| number.to_owned());
            fields.push(FieldSources { licence_id: of, licence_number, field: (*field).into(), title, conflict, told });
        }
    }
    fields
}

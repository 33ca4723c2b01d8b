//! GET /api/businesses/{id}/records

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use shian_base::{Day, Id};
use shian_web::{Answer, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use crate::access::READ;
use crate::{BusinessId, Businesses, Record, Sources};

/// An inspection, a sample or a penalty that another system told of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BusinessRecord)]
pub struct RecordRow {
    #[schema(value_type = String)]
    pub id: Id<Record>,
    /// `inspection`, `sample` or `penalty`.
    pub kind: String,
    pub kind_title: &'static str,
    pub number: Option<String>,
    #[schema(value_type = String, format = Date)]
    pub done_on: Day,
    pub office: String,
    pub subject: String,
    pub result: String,
    pub source_title: String,
    pub file_name: String,
    pub line: i64,
}

const RECORDS_MAX: i64 = 200;

/// The latest 200 records of other systems about a business, newest first.
///
/// Outside of the caller's area the business is not found.
#[utoipa::path(get, path = "/api/businesses/{id}/records", tag = "businesses", params(("id" = String, Path)),
    responses((status = 200, body = Vec<RecordRow>), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn business_records(
    State(deps): State<Deps>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<Vec<RecordRow>>> {
    let scope = caller.scope(READ)?;
    let id: BusinessId = id.parse()?;
    let sources = Sources::shipped();
    let mut tx = deps.db.read().await?;
    Businesses::listed_within(&mut tx, &scope, id).await?;
    let records = Businesses::records(&mut tx, id, RECORDS_MAX).await?;
    let row = |(record, source, file_name): (Record, String, String)| RecordRow {
        id: record.id,
        kind_title: match record.kind.as_str() {
            "inspection" => "监督检查",
            "sample" => "抽样检验",
            _ => "行政处罚",
        },
        kind: record.kind,
        number: record.number,
        done_on: record.done_on,
        office: record.office,
        subject: record.subject,
        result: record.result,
        source_title: sources.title(&source).into(),
        file_name,
        line: record.line,
    };
    Ok(Json(records.into_iter().map(row).collect()))
}

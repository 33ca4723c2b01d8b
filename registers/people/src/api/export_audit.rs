//! The audit log as a table.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::json;
use shian_base::Error;
use shian_web::{Answer, Caller, ProblemBody};

use super::Deps;
use super::audit::{Asked, AuditQuery, read};
use crate::access::AUDIT;
use crate::audit::{self, table};
use crate::store::{Deed, People};
use crate::whence::Whence;

/// More than that is asked for in parts.
const ROWS_MAX: i64 = 50_000;

/// The log as CSV with the same filters. Taking it out is itself written down.
#[utoipa::path(get, path = "/api/audit.csv", tag = "people", params(AuditQuery),
    responses((status = 200, content_type = "text/csv", body = String), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 422, body = ProblemBody, description = "`people.audit_long`: narrow it")))]
pub async fn export(
    State(deps): State<Deps>,
    caller: Caller,
    whence: Whence,
    asked: Asked,
) -> Answer<impl IntoResponse> {
    caller.scope(AUDIT)?;
    let by = caller.principal()?;
    let wanted = read(asked)?;
    let mut tx = deps.db.write().await?;
    let (entries, total) = People::audit(&mut tx, &wanted, 0, ROWS_MAX).await?;
    if total > ROWS_MAX {
        let message = format!("共 {total} 条，一次最多导出 {ROWS_MAX} 条，请缩短时间");
        return Err(Error::invalid("from", "people.audit_long", message).into());
    }
    let deed = Deed { act: audit::EXPORTED, by: Some(by), to: None, detail: json!({ "rows": total }) };
    People::log(&mut tx, deed, &whence, deps.clock.now()).await?;
    tx.commit().await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    Ok((headers, table(&entries)?))
}

//! GET /api/imports/{id}/errors.csv

use axum::extract::{Path, State as Deps};
use axum::http::{HeaderName, header};
use shian_web::{Answer, Caller, ProblemBody};

use crate::access::MANAGE;
use crate::imports::{Imports, errors_file};
use crate::store::{self, ImportId};

/// The refused rows with line, column and reason, to be mended and sent again.
///
/// The same columns as the table that was sent; cells that a spreadsheet would run as formulas are quoted.
#[utoipa::path(get, path = "/api/imports/{id}/errors.csv", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, content_type = "text/csv", body = String), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn import_errors(
    Deps(deps): Deps<Imports>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<([(HeaderName, &'static str); 2], String)> {
    let scope = caller.scope(MANAGE)?;
    let id: ImportId = id.parse()?;
    let mut tx = deps.db.read().await?;
    let import = store::find_within(&mut tx, &scope, id).await?;
    drop(tx);
    let name = "attachment; filename=\"errors.csv\"; filename*=UTF-8''%E9%94%99%E8%AF%AF%E8%A1%8C.csv";
    let head = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, name)];
    Ok((head, errors_file(&deps.db, &import).await?))
}

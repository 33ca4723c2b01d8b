//! POST /api/imports

use axum::Json;
use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::extract::State as Deps;
use axum::http::StatusCode;
use bytes::Bytes;
use shian_base::Error;
use shian_web::{Answer, Caller, ProblemBody};

use super::file::{ImportFile, shown};
use crate::access::MANAGE;
use crate::imports::{Imports, SIZE_MAX_BYTES};
use crate::kind::ImportKind;

/// Sends a table: it is kept, looked over and shown with its columns; nothing is imported before it is started.
///
/// CSV (UTF-8, GBK/GB18030, UTF-16 with its mark; commas, semicolons or tabs) or XLSX by their bytes, at most 64 MB.
#[utoipa::path(post, path = "/api/imports", tag = "imports",
    request_body(content_type = "multipart/form-data", content = String,
        description = "`kind`: businesses, licences, inspections, samples or penalties; then `file`"),
    responses((status = 201, body = ImportFile), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn send_import(
    Deps(deps): Deps<Imports>,
    caller: Caller,
    form: Result<Multipart, MultipartRejection>,
) -> Answer<(StatusCode, Json<ImportFile>)> {
    caller.scope(MANAGE)?;
    let mut form = form.map_err(|_| not_a_form())?;
    let (mut kind, mut file) = (None::<String>, None::<(String, Bytes)>);
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("kind") => kind = Some(field.text().await.map_err(unreadable)?),
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                file = Some((name, field.bytes().await.map_err(unreadable)?));
            }
            _ => {}
        }
    }
    let kind = kind.as_deref().and_then(ImportKind::of_code);
    let kind = kind.ok_or_else(|| Error::invalid("kind", "imports.kind", "请选择要导入的内容"))?;
    let (name, bytes) = file.ok_or_else(not_a_form)?;
    if bytes.len() > SIZE_MAX_BYTES {
        return Err(Error::TooLarge.into());
    }
    let import = deps.send(kind, &name, bytes, &caller).await?;
    let mut tx = deps.db.read().await?;
    Ok((StatusCode::CREATED, Json(shown(&mut tx, import).await?)))
}

fn not_a_form() -> Error {
    Error::invalid("file", "files.not_a_form", "the body must be multipart/form-data with the fields `kind` and `file`")
}

fn unreadable(error: MultipartError) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        _ => Error::invalid("file", "files.not_a_form", error.body_text()),
    }
}

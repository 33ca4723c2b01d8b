//! Sending a file and reading one.

use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use shian_access::{Rule, Within, allow};
use shian_base::{Error, SharedClock};
use shian_web::{Answer, Caller};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;



use crate::{FileId, FileRef, Files, NewFile, SIZE_MAX_BYTES, kind_of};

#[derive(Clone)]
struct Deps {
    files: Files,
    clock: SharedClock,
}

pub fn router(files: Files, clock: SharedClock) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(send))
        .layer(DefaultBodyLimit::max(SIZE_MAX_BYTES + 64 * 1024))
        .routes(routes!(read))
        .with_state(Deps { files, clock })
}

/// Who may send files: everyone who acts on matters.
pub fn rules() -> Vec<Rule> {
    ["station.officer", "station.head", "grid.officer", "district.officer", "district.head", "merchant.manager", "merchant.staff"]
        .map(|post| allow(post).to("files.send").within(Within::Reach))
        .into()
}

/// Sends a picture, a clip or a paper, to be named in an act afterwards.
///
/// JPEG, PNG, WebP, MP4 or PDF by their bytes, at most 20 MB. Until an act names it only its sender can read it.
#[utoipa::path(post, path = "/api/files", tag = "files",
    request_body(content_type = "multipart/form-data", content = String, description = "One field `file`"),
    responses((status = 201, body = FileRef), (status = 401, body = shian_web::ProblemBody),
              (status = 413, body = shian_web::ProblemBody), (status = 422, body = shian_web::ProblemBody)))]
async fn send(
    State(deps): State<Deps>,
    caller: Caller,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Answer<Response> {
    caller.scope("files.send")?;
    let person = caller.principal()?;
    let not_a_form = || Error::invalid("file", "files.not_a_form", "the body must be multipart/form-data with a field `file`");
    let mut form = form.map_err(|_| not_a_form())?;
    let mut found: Option<(String, Bytes)> = None;
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() == Some("file") {
            let name = clean_name(field.file_name().unwrap_or("file"));
            found = Some((name, field.bytes().await.map_err(unreadable)?));
        }
    }
    let (name, bytes) = found.ok_or_else(not_a_form)?;
    if bytes.len() > SIZE_MAX_BYTES {
        return Err(Error::TooLarge.into());
    }
    if bytes.is_empty() {
        return Err(Error::invalid("file", "files.empty", "the file is empty").into());
    }
    let kind = kind_of(&bytes).ok_or_else(|| {
        Error::invalid("file", "files.kind", "only JPEG, PNG and WebP pictures, MP4 clips and PDF papers are taken")
    })?;
    let stored = deps.files.put(bytes).await?;
    let mut tx = deps.files.db.write().await?;
    let file = NewFile { name: &name, mime: kind.mime, person_id: Some(person.person_id) };
    let file = deps.files.record(&mut tx, &stored, file, deps.clock.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, axum::Json(file)).into_response())
}

/// The bytes of a file.
///
/// Files never change: the entity tag is the hash, and a part may be asked for by `Range`.
#[utoipa::path(get, path = "/api/files/{id}", tag = "files", params(("id" = String, Path)),
    responses((status = 200, description = "The bytes"), (status = 206, description = "The part asked for"),
              (status = 304, description = "Unchanged"), (status = 404, body = shian_web::ProblemBody)))]
async fn read(State(deps): State<Deps>, caller: Caller, Path(id): Path<String>, headers: HeaderMap) -> Answer<Response> {
    let id: FileId = id.parse()?;
    let mut tx = deps.files.db.read().await?;
    let file = Files::readable(&mut tx, id, &caller).await?;
    drop(tx);
    let tag = format!("\"{}\"", file.sha256);
    let mut out = HeaderMap::new();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            out.insert(name, value);
        }
    };
    set(header::ETAG, &tag);
    set(header::CACHE_CONTROL, "private, max-age=31536000, immutable");
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, out).into_response());
    }
    set(header::CONTENT_TYPE, &file.mime);
    set(header::ACCEPT_RANGES, "bytes");
    // A picture that a browser takes for a page must not run in our origin.
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    let bytes = deps.files.bytes(&file.sha256).await?;
    let range = headers.get(header::RANGE).and_then(|v| v.to_str().ok()).map(|text| part_asked(text, bytes.len()));
    match range {
        None => Ok((StatusCode::OK, out, bytes).into_response()),
        Some(Some((from, to))) => {
            set(header::CONTENT_RANGE, &format!("bytes {from}-{to}/{}", bytes.len()));
            Ok((StatusCode::PARTIAL_CONTENT, out, bytes.slice(from..=to)).into_response())
        }
        Some(None) => {
            set(header::CONTENT_RANGE, &format!("bytes */{}", bytes.len()));
            Ok((StatusCode::RANGE_NOT_SATISFIABLE, out).into_response())
        }
    }
}

/// First and last byte of `bytes=a-b`, `bytes=a-` or `bytes=-n` (RFC 9110 §14); several ranges are not served.
fn part_asked(text: &str, len: usize) -> Option<(usize, usize)> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let last = len.checked_sub(1)?;
    let (from, to) = match (from.trim(), to.trim()) {
        ("", tail) => (len.saturating_sub(tail.parse().ok().filter(|n| *n > 0)?), last),
        (from, "") => (from.parse().ok()?, last),
        (from, to) => (from.parse().ok()?, to.parse::<usize>().ok()?.min(last)),
    };
    (from <= to && from < len).then_some((from, to))
}

fn clean_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).take(120).collect()
}

fn unreadable(error: axum::extract::multipart::MultipartError) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Error::TooLarge
    } else {
        Error::invalid("file", "files.not_a_form", error.body_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_asked_for_from_either_end() {
        assert_eq!(part_asked("bytes=0-9", 100), Some((0, 9)));
        assert_eq!(part_asked("bytes=90-", 100), Some((90, 99)));
        assert_eq!(part_asked("bytes=-10", 100), Some((90, 99)));
        assert_eq!(part_asked("bytes=50-500", 100), Some((50, 99)));
        for wrong in ["bytes=100-", "bytes=9-3", "bytes=-0", "bytes=a-b", "bytes=0-1,3-4", "lines=1-2", "bytes=-"] {
            assert_eq!(part_asked(wrong, 100), None, "{wrong}");
        }
        assert_eq!(part_asked("bytes=0-0", 0), None);
    }

    #[test]
    fn a_name_carries_no_path() {
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("C:\\fakepath\\整改.jpg"), "整改.jpg");
    }
}

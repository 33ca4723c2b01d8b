//! The built screens, embedded: regulator at `/regulator/`, merchant at `/merchant/`, public at `/`.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use shian_base::Error;
use shian_web::Problem;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../web/apps/regulator/dist"]
struct Regulator;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../web/apps/merchant/dist"]
struct Merchant;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../web/apps/public/dist"]
struct Public;

/// Serves a screen's file; any other path of a port is its page, whose router knows the way.
pub async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem(Error::NotFound).into_response();
    }
    let (find, file): (fn(&str) -> Option<EmbeddedFile>, &str) = match path.split_once('/') {
        Some(("regulator", rest)) => (Regulator::get, rest),
        Some(("merchant", rest)) => (Merchant::get, rest),
        None if path == "regulator" || path == "merchant" => {
            let to = HeaderValue::from_str(&format!("/{path}/")).unwrap_or(HeaderValue::from_static("/"));
            return (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, to)]).into_response();
        }
        _ => (Public::get, path),
    };
    if let Some(found) = find(file).filter(|_| !file.is_empty() && file != "index.html") {
        return answer(file, found, &headers);
    }
    // A missing script is missing; only a path that looks like a page gets the page.
    if file.rsplit('/').next().is_some_and(|name| name.contains('.')) && file != "index.html" {
        return Problem(Error::NotFound).into_response();
    }
    match find("index.html") {
        Some(page) => answer("index.html", page, &headers),
        None => Problem(Error::unavailable("web.not_built", "the screens are not built: run make build")).into_response(),
    }
}

fn answer(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let hash = file.metadata.sha256_hash();
    let tag: String = std::iter::once('"')
        .chain(hash[..12].iter().flat_map(|byte| format!("{byte:02x}").chars().collect::<Vec<_>>()))
        .chain(std::iter::once('"'))
        .collect();
    let tag = HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"0\""));
    // The build puts a hash into the names under assets/; everything else is asked for again each time.
    let keep = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let kind = HeaderValue::from_str(kind.as_ref()).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response = Response::new(Body::from(file.data.into_owned()));
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, kind);
    out.insert(header::ETAG, tag);
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    response
}

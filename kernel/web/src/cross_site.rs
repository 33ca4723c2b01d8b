//! Refuses requests that another site makes a browser send.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, header};
use shian_base::Error;

use crate::Problem;

/// A layer: a request that changes something, or opens a WebSocket, must not come from another origin.
///
/// Browsers name the origin (`Sec-Fetch-Site`, `Origin`); programs that are no browser send neither and
/// carry no cookie they were not given.
pub async fn refuse_cross_site(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let upgrades = request.headers().contains_key(header::UPGRADE);
    if (!safe || upgrades) && is_cross_site(request.headers()) {
        let message = "this request comes from another site";
        return Problem(Error::refused("web.cross_site", message)).into_response();
    }
    next.run(request).await
}

fn is_cross_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        // `none` is a person typing the address.
        return !matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_none_or(|(_, from)| !from.eq_ignore_ascii_case(host)),
        (Some(_), None) => true,
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (http::HeaderName::from_static(k), http::HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn another_origin_is_recognised_and_our_own_is_not() {
        assert!(is_cross_site(&headers(&[("sec-fetch-site", "cross-site"), ("host", "a:1")])));
        assert!(is_cross_site(&headers(&[("sec-fetch-site", "same-site"), ("host", "a:1")])));
        assert!(is_cross_site(&headers(&[("origin", "http://evil.example"), ("host", "a:1")])));
        assert!(is_cross_site(&headers(&[("origin", "null"), ("host", "a:1")])));
        assert!(!is_cross_site(&headers(&[("origin", "http://a:1"), ("host", "a:1")])));
        assert!(!is_cross_site(&headers(&[("host", "a:1")])));
    }
}

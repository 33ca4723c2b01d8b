//! All routes behind the layers that every request passes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router, middleware};
use serde_json::json;
use shian_base::SharedClock;
use shian_db::Db;
use shian_people::{CallerLayer, say_who_calls};
use shian_web::{Answer, RequestWatch, refuse_cross_site, watch_request};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::assets;

#[derive(OpenApi)]
#[openapi(info(title = "Shian 食安", description = "A city's food-safety platform: one API for the regulator, merchant and public ports. Refusals are RFC 9457 problems with a stable `code`."))]
struct ApiDoc;

/// What a page may load: its own files, its own API, pictures and media made in the page.
const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
    style-src 'self' 'unsafe-inline'; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; \
    base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

/// Joins the modules' endpoints with the OpenAPI document that describes them.
pub fn api(routers: Vec<OpenApiRouter>) -> (Router, utoipa::openapi::OpenApi) {
    let mut all = OpenApiRouter::with_openapi(ApiDoc::openapi());
    for router in routers {
        all = all.merge(router);
    }
    all.split_for_parts()
}

/// The whole of what the server answers.
pub fn site(api: Router, openapi: &utoipa::openapi::OpenApi, db: Db, callers: CallerLayer, watch: RequestWatch) -> Router {
    let openapi = openapi.to_pretty_json().unwrap_or_default();
    let document = move || {
        let body = openapi.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], body) }
    };
    let set = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let clock = Arc::clone(&callers.clock);
    api.route("/api/openapi.json", get(document))
        .merge(Router::new().route("/healthz", get(health)).with_state(db))
        .fallback(assets::serve)
        .layer(middleware::from_fn_with_state(callers, say_who_calls))
        .layer(middleware::from_fn(refuse_cross_site))
        .layer(CompressionLayer::new())
        .layer(set(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::REFERRER_POLICY, "same-origin"))
        .layer(set(header::CACHE_CONTROL, "no-store"))
        .layer(CatchPanicLayer::new())
        .layer(middleware::map_response(move |response| say_when(Arc::clone(&clock), response)))
        .layer(middleware::from_fn_with_state(watch, watch_request))
}

/// The server's own time in every answer: screens show by it what is late, even on a computer whose clock is wrong.
async fn say_when(clock: SharedClock, mut response: Response) -> Response {
    if let Ok(now) = HeaderValue::from_str(&clock.now().http_date()) {
        response.headers_mut().insert(header::DATE, now);
    }
    response
}

/// Whether the server and its database answer.
async fn health(State(db): State<Db>) -> Answer<Json<serde_json::Value>> {
    db.ping().await?;
    Ok(Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })))
}

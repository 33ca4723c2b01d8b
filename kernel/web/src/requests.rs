//! Every request has an id, which stands in the log, in the answer and in the problem; and every request is counted.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use serde::Serialize;
use shian_base::{Id, Instant, SharedClock};
use tracing::{Instrument as _, debug, info_span};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Kept for the administrator's page; the log has all.
const ERRORS_KEPT: usize = 100;
/// Upper bounds of the histogram, in seconds.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request that is being answered, if one is.
pub fn current_request_id() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Why a request failed on our side; put into the answer's extensions, never into its body.
#[derive(Clone)]
pub(crate) struct Cause(pub Arc<str>);

/// An error on our side, as the administrator sees it.
#[derive(Clone, Debug, Serialize)]
pub struct SeenError {
    pub request_id: String,
    pub at: Instant,
    pub method: String,
    pub route: String,
    pub status: u16,
    pub cause: String,
}

/// The errors of late, the newest first. Cheap to clone.
#[derive(Clone, Default)]
pub struct RecentErrors(Arc<Mutex<VecDeque<SeenError>>>);

impl RecentErrors {
    pub fn list(&self) -> Vec<SeenError> {
        whole(&self.0).iter().cloned().collect()
    }
    fn add(&self, error: SeenError) {
        let mut kept = whole(&self.0);
        kept.push_front(error);
        kept.truncate(ERRORS_KEPT);
    }
}

/// How many requests there were and how long they took, by method, route and status. Cheap to clone.
#[derive(Clone, Default)]
pub struct RequestCounts(Arc<Mutex<BTreeMap<Answered, Took>>>);

/// Method, route and status.
type Answered = (String, String, u16);

#[derive(Default)]
struct Took {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    seconds: f64,
}

impl RequestCounts {
    fn add(&self, method: &str, route: &str, status: u16, took: Duration) {
        let mut counts = whole(&self.0);
        let entry = counts.entry((method.into(), route.into(), status)).or_default();
        let seconds = took.as_secs_f64();
        entry.count += 1;
        entry.seconds += seconds;
        for (bucket, bound) in entry.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(seconds <= bound);
        }
    }

    /// In Prometheus' text format.
    pub fn write(&self, out: &mut String) {
        out.push_str("# HELP shian_http_request_duration_seconds How long requests took to be answered.\n");
        out.push_str("# TYPE shian_http_request_duration_seconds histogram\n");
        for ((method, route, status), took) in whole(&self.0).iter() {
            let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
            let name = "shian_http_request_duration_seconds";
            for (count, bound) in took.buckets.iter().zip(BUCKETS) {
                let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
            }
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", took.count);
            let _ = writeln!(out, "{name}_sum{{{labels}}} {}", took.seconds);
            let _ = writeln!(out, "{name}_count{{{labels}}} {}", took.count);
        }
    }
}

/// What the layer needs.
#[derive(Clone)]
pub struct RequestWatch {
    pub clock: SharedClock,
    pub errors: RecentErrors,
    pub counts: RequestCounts,
}

/// The layer around everything that is answered.
pub async fn watch_request(State(watch): State<RequestWatch>, request: Request, next: Next) -> Response {
    let id = id_of(&request);
    let method = method_of(&request).to_owned();
    // Pages and what belongs to them are one route; a path that somebody made up must not become a series.
    let route = request.extensions().get::<MatchedPath>().map_or("(page)", MatchedPath::as_str).to_owned();
    let span = info_span!("request", id = %id, method = %method, route = %route);
    let begun = tokio::time::Instant::now();
    let mut response = CURRENT.scope(id.clone(), next.run(request).instrument(span.clone())).await;
    let (took, status) = (begun.elapsed(), response.status().as_u16());
    span.in_scope(|| debug!(status, took_ms = took.as_millis() as u64, "answered"));
    watch.counts.add(&method, &route, status, took);
    // A camera that is away is answered with 503 too, and is no error on our side.
    let cause = response.extensions().get::<Cause>().map(|cause| cause.0.to_string());
    if let Some(cause) = cause.or_else(|| (status == 500).then(|| "panic, see the log".into())) {
        watch.errors.add(SeenError { request_id: id.clone(), at: watch.clock.now(), method, route, status, cause });
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Methods that somebody made up must not become series either.
fn method_of(request: &Request) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        .into_iter()
        .find(|known| request.method() == *known)
        .unwrap_or("OTHER")
}

/// The id that a proxy in front has given, if it is one, or a new one.
fn id_of(request: &Request) -> String {
    let given = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let is_id = |id: &&str| (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    given.filter(is_id).map_or_else(|| Id::<()>::new().to_string(), str::to_owned)
}

/// Plain figures stay whole when a thread panics with the lock held.
fn whole<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use shian_base::SystemClock;
    use tower::ServiceExt as _;

    async fn broken() -> crate::Answer<()> {
        Err(anyhow::anyhow!("the plate fell down").into())
    }

    #[tokio::test]
    async fn a_problem_names_its_request_and_the_administrator_finds_its_cause_by_that() {
        let watch = RequestWatch {
            clock: Arc::new(SystemClock),
            errors: RecentErrors::default(),
            counts: RequestCounts::default(),
        };
        let app = Router::new()
            .route("/plates/{id}", get(broken))
            .layer(axum::middleware::from_fn_with_state(watch.clone(), watch_request));
        let ask = |id: &str| Request::get("/plates/7").header("x-request-id", id).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(ask("from-the-proxy-1")).await.unwrap();
        assert_eq!(response.headers()["x-request-id"], "from-the-proxy-1");
        let body = axum::body::to_bytes(response.into_body(), 4096).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains("from-the-proxy-1") && !text.contains("plate"), "{text}");
        let seen = watch.errors.list();
        assert_eq!((seen[0].request_id.as_str(), seen[0].route.as_str()), ("from-the-proxy-1", "/plates/{id}"));
        assert!(seen[0].cause.contains("the plate fell down"));

        let response = app.oneshot(ask("\"} evil=")).await;
        assert!(response.is_ok_and(|r| r.headers()["x-request-id"].len() == 36), "what is no id gets one of ours");
        let mut text = String::new();
        watch.counts.write(&mut text);
        assert!(text.contains("_count{method=\"GET\",route=\"/plates/{id}\",status=\"500\"} 2\n"), "{text}");
    }
}

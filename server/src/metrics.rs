//! What a watcher of machines asks for, in Prometheus' text format.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use shian_base::{Result, SharedClock};
use shian_db::Db;
use shian_jobs::Jobs;
use shian_media::{Look, LookRequest, ModelInfo, Vision, VisionError};
use shian_operations::disk_of;
use shian_web::{Answer, Problem, RequestCounts};

/// Table `[metrics]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsConfig {
    /// An address of its own, such as `127.0.0.1:9464`; there nobody is asked who they are.
    pub listen: String,
    /// With it `GET /metrics` is answered on the platform's own address too, to `Authorization: Bearer …`.
    pub token: String,
}

#[derive(Clone)]
pub struct Metrics {
    pub db: Db,
    pub clock: SharedClock,
    pub requests: RequestCounts,
    pub looks: Arc<LookCounts>,
    pub data: std::path::PathBuf,
    pub token: String,
}

/// `/metrics` for whoever can reach the address.
pub fn open_router(metrics: Metrics) -> Router {
    Router::new()
        .route("/metrics", get(|State(metrics): State<Metrics>| async move { answer(&metrics).await }))
        .with_state(metrics)
}

/// `/metrics` for whoever has the token; without one there is no such page.
pub fn guarded_router(metrics: Metrics) -> Router {
    if metrics.token.is_empty() {
        return Router::new();
    }
    let guarded = |State(metrics): State<Metrics>, headers: HeaderMap| async move {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_right =
            given.strip_prefix("Bearer ").is_some_and(|given| same(given.as_bytes(), metrics.token.as_bytes()));
        if !is_right {
            return Err(Problem(shian_base::Error::Unauthenticated));
        }
        answer(&metrics).await
    };
    Router::new().route("/metrics", get(guarded)).with_state(metrics)
}

/// Compares without telling by its time how much is right.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

async fn answer(metrics: &Metrics) -> Answer<Response> {
    let mut out = String::new();
    metrics.requests.write(&mut out);
    metrics.looks.write(&mut out);
    process(&mut out);
    pool(metrics, &mut out);
    // A database that is gone must not hide the figures that say so.
    let reached = records(metrics, &mut out).await;
    figure(
        &mut out,
        "shian_database_up",
        "Whether the database answers.",
        "gauge",
        &[("", f64::from(u8::from(reached.is_ok())))],
    );
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((StatusCode::OK, kind, out).into_response())
}

/// Writes one family; each value with its labels, such as `state="online"`.
fn figure(out: &mut String, name: &str, help: &str, kind: &str, values: &[(&str, f64)]) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (labels, value) in values {
        let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(out, "{name}{labels} {value}");
    }
}

async fn records(metrics: &Metrics, out: &mut String) -> Result<()> {
    let mut tx = metrics.db.read().await?;
    let labelled = |label: &str, counts: Vec<(String, i64)>| -> Vec<(String, f64)> {
        counts.into_iter().map(|(value, count)| (format!("{label}=\"{value}\""), count as f64)).collect()
    };
    let mut family = |name: &str, help: &str, kind: &str, values: Vec<(String, f64)>| {
        let values: Vec<(&str, f64)> = values.iter().map(|(labels, value)| (labels.as_str(), *value)).collect();
        figure(out, name, help, kind, &values);
    };
    let jobs = Jobs::counts(&mut tx).await?.into_iter().collect();
    family("shian_jobs", "Background work by state.", "gauge", labelled("state", jobs));
    let sweeps = Jobs::sweeps(&mut tx).await?;
    let of = |value: &dyn Fn(&shian_jobs::SweepRun) -> f64| {
        sweeps.iter().map(|run| (format!("sweep=\"{}\"", run.name), value(run))).collect::<Vec<_>>()
    };
    let now = metrics.clock.now();
    family(
        "shian_sweep_age_seconds",
        "Since the sweep last came round.",
        "gauge",
        of(&|run| now.seconds_since(run.began_at) as f64),
    );
    family("shian_sweep_seconds", "How long its last round took.", "gauge", of(&|run| run.took_ms as f64 / 1000.0));
    family("shian_sweep_failures", "Failures in a row.", "gauge", of(&|run| run.failures as f64));
    let cameras = shian_kitchens::cameras_by_state(&mut tx).await?;
    family("shian_cameras", "Cameras by state.", "gauge", labelled("state", cameras));
    let alerts = shian_alerts::count_all(&mut tx).await?;
    family("shian_alerts_total", "Alerts ever raised.", "counter", vec![(String::new(), alerts as f64)]);
    let evidence = shian_files::Files::bytes_on_record(&mut tx).await?;
    family(
        "shian_evidence_bytes",
        "What the evidence on record takes up.",
        "gauge",
        vec![(String::new(), evidence as f64)],
    );
    if let Ok(disk) = disk_of(&metrics.data) {
        let free = vec![(String::new(), disk.free_bytes as f64)];
        family("shian_disk_free_bytes", "What is left of the data folder's disk.", "gauge", free);
    }
    Ok(())
}

fn pool(metrics: &Metrics, out: &mut String) {
    let load = metrics.db.load_now();
    let one = |value: f64| [("", value)];
    figure(
        out,
        "shian_database_waiting",
        "Transactions that wait for their turn or a connection now.",
        "gauge",
        &one(load.waiting as f64),
    );
    figure(out, "shian_database_transactions_total", "Transactions begun.", "counter", &one(load.begun as f64));
    let waited = load.waited_micros as f64 / 1e6;
    figure(
        out,
        "shian_database_wait_seconds_total",
        "How long all of them together have waited for that.",
        "counter",
        &one(waited),
    );
    let connections = [
        ("state=\"idle\"", f64::from(load.idle)),
        ("state=\"used\"", f64::from(load.connections.saturating_sub(load.idle))),
    ];
    figure(out, "shian_database_connections", "Connections of the pool.", "gauge", &connections);
}

/// Linux tells a process of itself in files; elsewhere these figures are left out.
fn process(out: &mut String) {
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
        if let Some(kib) = kib {
            figure(out, "process_resident_memory_bytes", "Memory in use.", "gauge", &[("", kib * 1024.0)]);
        }
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        figure(out, "process_open_fds", "Open file descriptors.", "gauge", &[("", open.count() as f64)]);
    }
}

/// Looks at pictures, counted on their way to the driver.
#[derive(Default)]
pub struct LookCounts {
    seen: AtomicU64,
    failed: AtomicU64,
    micros: AtomicU64,
    decode_micros: AtomicU64,
    infer_micros: AtomicU64,
}

impl LookCounts {
    fn write(&self, out: &mut String) {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64;
        let looks = [("outcome=\"seen\"", read(&self.seen)), ("outcome=\"failed\"", read(&self.failed))];
        figure(out, "shian_looks_total", "Pictures that were looked at.", "counter", &looks);
        let seconds = |counter| read(counter) / 1e6;
        let spent = [
            ("part=\"all\"", seconds(&self.micros)),
            ("part=\"decode\"", seconds(&self.decode_micros)),
            ("part=\"infer\"", seconds(&self.infer_micros)),
        ];
        figure(out, "shian_look_seconds_total", "Time spent on looking, waiting included in all.", "counter", &spent);
    }
}

pub struct CountedVision {
    pub inner: Arc<dyn Vision>,
    pub counts: Arc<LookCounts>,
}

#[async_trait]
impl Vision for CountedVision {
    async fn look(&self, request: LookRequest) -> Result<Look, VisionError> {
        let begun = tokio::time::Instant::now();
        let looked = self.inner.look(request).await;
        let add = |counter: &AtomicU64, by: u64| _ = counter.fetch_add(by, Ordering::Relaxed);
        match &looked {
            Ok(look) => {
                add(&self.counts.seen, 1);
                add(&self.counts.decode_micros, look.decode_micros);
                add(&self.counts.infer_micros, look.infer_micros);
            }
            Err(_) => add(&self.counts.failed, 1),
        }
        add(&self.counts.micros, begun.elapsed().as_micros() as u64);
        looked
    }
    fn models(&self) -> Vec<ModelInfo> {
        self.inner.models()
    }
}

//! Running for years [K01, K04]: a drill under load, what the administrator sees and does, the watcher's figures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use shian_base::Id;
use shian_db::args;
use tower::ServiceExt as _;

use crate::house::{House, METRICS_TOKEN};

const MATTERS: usize = 40;

fn remind() -> Value {
    json!({ "form": { "requirement": "后厨工作时不使用手机。" } })
}

/// Acts and sends until told to stop; what was acknowledged, in order.
async fn work(
    house: &House,
    (officer, owner): (&str, &str),
    matters: &[String],
    stop: &AtomicBool,
) -> (Vec<String>, Vec<String>) {
    let (mut acts, mut files) = (Vec::new(), Vec::new());
    for matter in matters {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let reply = house.post(&format!("/api/matters/{matter}/acts/remind"), Some(officer), remind()).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.json);
        acts.push(matter.clone());
        files.push(house.send_photo(owner).await);
    }
    (acts, files)
}

/// A server under load is backed up, everything is destroyed, and every act acknowledged before is there again.
async fn drill(house: House) {
    let mut matters = Vec::new();
    for _ in 0..MATTERS {
        matters.push(house.finds_at(Id::new(), "phone").await.1);
    }
    let (officer, owner) = (house.sign_in("limin").await, house.sign_in("wangji").await);
    let never = AtomicBool::new(false);
    let (before, sent) = work(&house, (&officer, &owner), &matters[..MATTERS / 4], &never).await;
    let place = tempfile::tempdir().unwrap();
    let source = shian_operations::backup::Source {
        db: house.app.db.clone(),
        files: house.app.files.clone(),
        data: house.app.config.server.data.clone(),
        database: Some(house.app.config.server.data.join("shian.db")),
        config: None,
        law: None,
        version: "drill".into(),
        with_secrets: true,
    };
    let done = Arc::new(AtomicBool::new(false));
    let backup = {
        let (done, now, to) = (Arc::clone(&done), house.app.clock.now(), place.path().to_owned());
        tokio::spawn(async move {
            let made = source.back_up(&to, now).await;
            done.store(true, Ordering::SeqCst);
            made
        })
    };
    let (during, _) = work(&house, (&officer, &owner), &matters[MATTERS / 4..], &done).await;
    let made = backup.await.unwrap();
    let made = made.unwrap();
    assert!(
        made.manifest.missing.is_empty(),
        "a row names a file that is not in the backup: {:?}",
        made.manifest.missing
    );
    assert!(!during.is_empty(), "nothing was done while the backup was made: the test says nothing");

    let house = house.bring_back(place.path()).await;
    let (officer, owner) = (house.sign_in("limin").await, house.sign_in("wangji").await);
    for matter in &before {
        let file = house.get(&format!("/api/matters/{matter}"), Some(&officer)).await;
        let acts = file.json["history"].as_array().unwrap().iter().filter(|step| step["act"] == "remind").count();
        assert_eq!(acts, 1, "{}", file.json);
    }
    for file in &sent {
        assert_eq!(house.get(&format!("/api/files/{file}"), Some(&owner)).await.status, StatusCode::OK);
    }
    // Every row of evidence has its bytes, also of what was sent while the backup was made.
    let rows: Vec<(String,)> =
        house.app.db.read().await.unwrap().all("select sha256 from file", args![]).await.unwrap();
    for (sha256,) in rows {
        house.app.files.bytes(&sha256).await.unwrap();
    }
    // And the platform goes on: what was open is acted on.
    let left = matters.iter().rfind(|matter| !during.contains(matter) && !before.contains(matter));
    if let Some(matter) = left {
        let reply = house.post(&format!("/api/matters/{matter}/acts/remind"), Some(&officer), remind()).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.json);
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_backup_survives_the_loss_of_everything_on_sqlite() {
    drill(House::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_backup_survives_the_loss_of_everything_on_postgres() {
    let Some(house) = House::on_postgres().await else {
        eprintln!("skipped: TEST_POSTGRES names no PostgreSQL");
        return;
    };
    drill(house).await;
}

async fn administer(house: House) {
    let admin = house.sign_in("admin").await;
    // A job that nobody can run is given up and stands on the page.
    let mut tx = house.app.db.write().await.unwrap();
    shian_jobs::Jobs::default()
        .enqueue(&mut tx, "nobody.runs", "k", &json!({ "secret": "geheim" }), house.app.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    house.app.runner.run_due().await.unwrap();
    let dead = house.get("/api/admin/jobs?state=dead", Some(&admin)).await;
    assert_eq!((&dead.json["total"], &dead.json["items"][0]["kind"]), (&json!(1), &json!("nobody.runs")));
    assert!(!dead.json.to_string().contains("geheim"), "what a job was told is not shown");
    let health = house.get("/api/admin/health?thorough=true", Some(&admin)).await;
    let codes: Vec<&str> =
        health.json["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    for code in ["jobs.dead", "backup.old", "models.none"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    assert!(!codes.iter().any(|code| code.ends_with(".unknown") || code.starts_with("files.")), "{}", health.json);

    let retry = format!("/api/admin/jobs/{}/retry", dead.json["items"][0]["id"].as_str().unwrap());
    assert_eq!(house.post(&retry, Some(&admin), json!({})).await.status, StatusCode::NO_CONTENT);
    let again = house.post(&retry, Some(&admin), json!({})).await;
    assert_eq!((again.status, &again.json["code"]), (StatusCode::CONFLICT, &json!("jobs.not_dead")));

    // A backup is asked for and made in the background.
    assert_eq!(house.post("/api/admin/backups", Some(&admin), json!({})).await.status, StatusCode::ACCEPTED);
    assert_eq!(house.get("/api/admin/backups", Some(&admin)).await.json["is_wanted"], true);
    house.app.runner.run_due().await.unwrap();
    let backups = house.get("/api/admin/backups", Some(&admin)).await.json;
    assert_eq!((backups["items"].as_array().unwrap().len(), &backups["is_wanted"]), (1, &json!(false)));

    // The nightly one comes by itself: not again today, but after the next three in the morning.
    house.app.runner.run_sweeps().await.unwrap();
    assert_eq!(house.get("/api/admin/backups", Some(&admin)).await.json["items"].as_array().unwrap().len(), 1);
    house.clock.advance_seconds(15 * 3600 + 60);
    house.app.runner.run_sweeps().await.unwrap();
    let admin = house.sign_in("admin").await;
    assert_eq!(house.get("/api/admin/backups", Some(&admin)).await.json["items"].as_array().unwrap().len(), 2);

    let system = house.get("/api/admin/system", Some(&admin)).await.json;
    let sweeps: Vec<&str> =
        system["sweeps"].as_array().unwrap().iter().map(|run| run["name"].as_str().unwrap()).collect();
    assert!(sweeps.contains(&"nightly-backup") && sweeps.contains(&"matter-clocks"), "{sweeps:?}");
    assert!(
        system["database"]["size_bytes"].as_i64().unwrap() > 0 && system["disk"]["free_bytes"].as_u64().unwrap() > 0
    );
    house.end().await;
}

#[tokio::test]
async fn an_administrator_sees_how_it_runs_and_can_help_it_along_on_sqlite() {
    administer(House::on_sqlite().await).await;
}

#[tokio::test]
async fn an_administrator_sees_how_it_runs_and_can_help_it_along_on_postgres() {
    let Some(house) = House::on_postgres().await else {
        eprintln!("skipped: TEST_POSTGRES names no PostgreSQL");
        return;
    };
    administer(house).await;
}

async fn metrics(house: &House, token: Option<&str>) -> (StatusCode, String) {
    let mut request = Request::get("/metrics").header(header::HOST, "shian.test");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let response = house.app.site.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 22).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn watch(house: House) {
    house.finds("phone").await;
    let admin = house.sign_in("admin").await;
    house.get("/api/desk", Some(&admin)).await;
    house.app.runner.run_sweeps().await.unwrap();
    for wrong in [None, Some("guess"), Some("")] {
        assert_eq!(metrics(&house, wrong).await.0, StatusCode::UNAUTHORIZED, "{wrong:?}");
    }
    let (status, text) = metrics(&house, Some(METRICS_TOKEN)).await;
    assert_eq!(status, StatusCode::OK);
    for line in [
        "shian_http_request_duration_seconds_count{method=\"GET\",route=\"/api/desk\",status=\"200\"} 1",
        "shian_cameras{state=\"connecting\"} 1",
        "shian_alerts_total 1",
        "shian_database_up 1",
        "shian_sweep_failures{sweep=\"matter-clocks\"} 0",
        "shian_looks_total{outcome=\"seen\"} 0",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    // The format: every line is a comment or a name, perhaps labels, and a number; every family is typed once.
    let mut families = std::collections::BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            assert!(families.insert(rest.split(' ').next().unwrap()), "typed twice: {line}");
        } else if !line.starts_with("# HELP ") {
            let (name, value) = line.rsplit_once(' ').unwrap();
            value.parse::<f64>().unwrap();
            let name = name.split('{').next().unwrap();
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            assert!(families.contains(family) || families.contains(name), "{line}");
        }
    }
    house.end().await;
}

#[tokio::test]
async fn a_watcher_with_the_token_is_told_the_figures_on_both_engines() {
    watch(House::on_sqlite().await).await;
    match House::on_postgres().await {
        Some(house) => watch(house).await,
        None => eprintln!("skipped: TEST_POSTGRES names no PostgreSQL"),
    }
}

#[tokio::test]
async fn a_problem_names_the_request_by_which_it_is_found_in_the_log() {
    let house = House::on_sqlite().await;
    let reply = house.get("/api/desk", None).await;
    let id = reply.headers["x-request-id"].to_str().unwrap();
    assert_eq!(reply.json["request_id"], id);
    house.app.db.close().await;
    let reply = house.get("/healthz", None).await;
    assert!(reply.status.is_server_error());
    let seen = Arc::new(house.app.errors.list());
    assert_eq!(json!(seen[0].request_id), reply.json["request_id"], "{seen:?}");
}

//! Tables brought in, on both engines: E15 (bulk import), E02 (where each field came from).

mod files;
mod people;
mod records;
mod tables;

use std::sync::Arc;
use std::sync::Mutex;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use shian_access::{Policy, Principal, Reach};
use shian_area::{Area, AreaKind, Areas, Shape, ShapeKind};
use shian_base::{HandClock, Id, SharedClock};
use shian_business::codes::{CreditCode, LicenceNumber, LicencePrefix};
use shian_business::{BusinessId, Businesses};
use shian_db::{Db, Migration};
use shian_files::Files;
use shian_jobs::{Jobs, Runner, RunnerConfig};
use shian_testkit::noon;
use shian_web::Caller;
use tower::ServiceExt as _;

use crate::{Imports, module};

fn migrations() -> Vec<Migration> {
    [
        shian_jobs::MIGRATIONS,
        shian_web::MIGRATIONS,
        shian_files::MIGRATIONS,
        shian_area::MIGRATIONS,
        shian_business::MIGRATIONS,
        crate::MIGRATIONS,
    ]
    .concat()
}

/// A platform with 石桥所 and 西门所, whose imports can be sent, started and run.
struct Hall {
    db: Db,
    imports: Imports,
    runner: Runner,
    _folder: tempfile::TempDir,
    caller: Mutex<Option<Principal>>,
}

async fn hall(db: &Db) -> Hall {
    let mut tx = db.write().await.unwrap();
    let area = |code: &str, name: &str| Area {
        code: code.into(),
        name: name.into(),
        kind: AreaKind::of_code(code).unwrap(),
        parent: None,
        valid_from: "2020-01-01".parse().unwrap(),
        valid_to: None,
    };
    let areas = [
        area("9903", "柳溪市"),
        area("990302", "河东区"),
        area("990303", "河西区"),
        area("990302001", "石桥所"),
        area("990302001007", "石桥07网格"),
        area("990303001", "西门所"),
    ];
    Areas::add(&mut tx, &areas).await.unwrap();
    let geometry = json!({ "type": "Point", "coordinates": [119.4, 34.2] });
    let shape = |code: &str, kind| Shape { code: code.into(), kind, name: code.into(), geometry: json!({ "type": "MultiPoint", "coordinates": [geometry["coordinates"]] }) };
    Areas::add_shapes(&mut tx, &[shape("9903", ShapeKind::City)]).await.unwrap();
    tx.commit().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let clock: SharedClock = HandClock::at(noon());
    let imports = Imports {
        db: db.clone(),
        clock: Arc::clone(&clock),
        jobs: Jobs::default(),
        files: Files::local(db.clone(), folder.path()).unwrap(),
    };
    let runner = Runner::new(
        db.clone(),
        clock,
        imports.jobs.clone(),
        vec![imports.job()],
        vec![],
        RunnerConfig::default(),
    );
    Hall { db: db.clone(), imports, runner, _folder: folder, caller: Mutex::new(admin()) }
}

fn principal(post: &str, reach: Reach) -> Option<Principal> {
    Some(Principal { person_id: Id::named(post), account: post.into(), name: "林涛".into(), post: post.into(), reach })
}
fn admin() -> Option<Principal> {
    principal("admin", Reach::Nothing)
}

/// What an endpoint answered.
struct Reply {
    status: StatusCode,
    text: String,
    json: Value,
}

impl Hall {
    fn be(&self, who: Option<Principal>) {
        *self.caller.lock().unwrap() = who;
    }

    async fn ask(&self, request: Request<Body>) -> Reply {
        let modules = [module(self.imports.clone()), shian_business::module(self.db.clone(), HandClock::at(noon()))];
        let (mut router, mut rules) = (Router::new(), Vec::new());
        for module in modules {
            rules.extend(module.policy);
            router = router.merge(Router::from(module.router));
        }
        let policy = Arc::new(Policy::new(rules).unwrap());
        let caller = Caller::new(self.caller.lock().unwrap().clone(), policy);
        let response = router.layer(axum::Extension(caller)).oneshot(request).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1 << 26).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        Reply { status, json: serde_json::from_str(&text).unwrap_or_default(), text }
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn send(&self, kind: &str, name: &str, bytes: &[u8]) -> Reply {
        let mut body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\n{kind}\r\n\
             --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--b--\r\n");
        let request = Request::post("/api/imports").header("content-type", "multipart/form-data; boundary=b");
        self.ask(request.body(Body::from(Bytes::from(body))).unwrap()).await
    }

    async fn start(&self, id: &str, wish: Value) -> Reply {
        let request = Request::post(format!("/api/imports/{id}/runs")).header("content-type", "application/json");
        self.ask(request.body(Body::from(wish.to_string())).unwrap()).await
    }

    /// Sends, starts and runs a table to its end; the import as it then stands.
    async fn bring(&self, kind: &str, source: &str, bytes: &[u8]) -> Value {
        let sent = self.send(kind, "表.csv", bytes).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
        let id = sent.json["id"].as_str().unwrap().to_owned();
        let started = self.start(&id, json!({ "source": source })).await;
        assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.text);
        self.runner.run_due().await.unwrap();
        self.get(&format!("/api/imports/{id}")).await.json
    }

    async fn errors(&self, import: &Value) -> String {
        self.get(&format!("/api/imports/{}/errors.csv", import["id"].as_str().unwrap())).await.text
    }

    async fn business(&self, name: &str) -> BusinessId {
        let mut tx = self.db.read().await.unwrap();
        Businesses::by_name(&mut tx, name).await.unwrap()
    }

    async fn count(&self) -> i64 {
        Businesses::count(&mut self.db.read().await.unwrap()).await.unwrap()
    }
}

/// Added, changed, same, refused.
fn counts(import: &Value) -> [i64; 4] {
    ["added", "changed", "same", "refused"].map(|what| import["counts"][what].as_i64().unwrap())
}

fn code(serial: u32) -> String {
    CreditCode::make("92", "990302", serial).unwrap().to_string()
}
fn number(serial: u32) -> String {
    LicenceNumber::make(LicencePrefix::Operation, &format!("2990302{serial:06}")).unwrap().to_string()
}

const HEAD: &str = "名称,统一社会信用代码,业态,法定代表人,电话,经营场所,监管所,成立日期\n";

/// A row of `HEAD`.
fn shop(serial: u32, name: &str) -> String {
    format!("{name},{},餐饮服务,王秀兰,13800002206,河东区石桥街{serial}号,石桥所,2023-04-20\n", code(serial))
}

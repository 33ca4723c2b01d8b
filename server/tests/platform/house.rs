//! A platform with the town in it, asked through its real routes.

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use shian_base::{HandClock, Id};
use shian_kitchens::NewCamera;
use shian_media::{CameraId, Finding};
use shian_people::{NewPerson, People};
use shian_server::app::App;
use shian_server::config::Config;
use shian_testkit::{clock, noon};
use shian_town::{Town, TownPlan, business_named};
use tower::ServiceExt as _;

pub const PASSWORD: &str = "for this test alone";
pub const METRICS_TOKEN: &str = "for this watcher alone";

pub struct House {
    pub app: App,
    pub plan: TownPlan,
    pub clock: Arc<HandClock>,
    pub camera: CameraId,
    schema: Option<(String, String)>,
    folder: tempfile::TempDir,
}

/// What came back.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
}

impl House {
    pub async fn on_sqlite() -> Self {
        Self::build(None, None, None).await
    }

    /// A site with a folder of its own for law, forms and procedures.
    pub async fn with_law(folder: &Path) -> Self {
        Self::build(None, None, Some(folder)).await
    }

    /// With its data in this folder.
    pub async fn on_sqlite_in(data: &Path) -> Self {
        Self::build(None, Some(data), None).await
    }

    /// `None` where no PostgreSQL was named.
    pub async fn on_postgres() -> Option<Self> {
        let url = std::env::var("TEST_POSTGRES").ok()?;
        Some(Self::build(Some(url), None, None).await)
    }

    /// The same PostgreSQL reached another way, such as through a wire that can be cut.
    pub async fn on_postgres_at(url: String) -> Self {
        Self::build(Some(url), None, None).await
    }

    async fn build(postgres: Option<String>, data: Option<&Path>, law: Option<&Path>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = clock();
        let mut config = Config::default();
        config.server.data = data.unwrap_or(folder.path()).into();
        config.backup.to = config.server.data.join("backups").display().to_string();
        config.metrics.token = METRICS_TOKEN.into();
        if let Some(law) = law {
            config.law.folder = law.to_str().unwrap().into();
        }
        // No child processes are wanted here: nothing is looked at.
        config.vision.workers = 1;
        let mut schema = None;
        if let Some(url) = postgres {
            let name = fresh_schema(&url).await;
            config.server.database = within(&url, &name);
            schema = Some((url, name));
        }
        let app = App::start(config, clock.clone()).await.unwrap();
        let plan = Town::plan(noon().day()).unwrap();
        let mut tx = app.db.write().await.unwrap();
        shian_town::seed(&mut tx, &plan).await.unwrap();
        // One hash for all: hashing is slow on purpose and is tested where it lives.
        let people: Vec<NewPerson> = plan
            .people
            .iter()
            .filter(|person| person.named)
            .map(|person| NewPerson {
                id: person.id,
                account: person.account.clone(),
                name: person.name.clone(),
                post: person.post.into(),
                reach: person.reach.clone(),
                password: Some(PASSWORD.into()),
            })
            .collect();
        People::add(&mut tx, &people, noon()).await.unwrap();
        let camera = NewCamera {
            id: Some(Id::named("camera/王记面馆/烹饪区 01")),
            business_id: business_named("王记面馆"),
            name: "烹饪区 01".into(),
            zone: "cooking".into(),
            url: "rtsp://secret-user:secret-word@127.0.0.1:9/none".into(),
            is_public: true,
            added_by: None,
        };
        let camera = shian_kitchens::add_camera(&mut tx, camera, noon()).await.unwrap();
        tx.commit().await.unwrap();
        Self { app, plan, clock, camera, schema, folder }
    }

    /// Signs in; the cookie to send from now on.
    pub async fn sign_in(&self, account: &str) -> String {
        let reply = self.send(Method::POST, "/api/sessions", None, Some(json!({ "account": account, "password": PASSWORD }))).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{account} cannot sign in: {}", reply.json);
        let cookie = reply.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
        cookie.split(';').next().unwrap().to_owned()
    }

    pub async fn get(&self, path: &str, cookie: Option<&str>) -> Reply {
        self.send(Method::GET, path, cookie, None).await
    }

    pub async fn post(&self, path: &str, cookie: Option<&str>, body: Value) -> Reply {
        self.send(Method::POST, path, cookie, Some(body)).await
    }

    pub async fn send(&self, method: Method, path: &str, cookie: Option<&str>, body: Option<Value>) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "shian.test");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.raw(request.body(body).unwrap()).await
    }

    /// Sends any request; an endless answer (events) is read no further than its head.
    pub async fn raw(&self, request: Request<Body>) -> Reply {
        let response = self.app.site.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let endless = head.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let bytes = if endless { Default::default() } else { axum::body::to_bytes(body, 1 << 24).await.unwrap() };
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: head.status, headers: head.headers, json }
    }

    /// Sends a file that begins like a JPEG; its id.
    pub async fn send_photo(&self, cookie: &str) -> String {
        let mut body = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n".to_vec();
        body.extend_from_slice(&[0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0]);
        body.extend_from_slice(b"\r\n--b--\r\n");
        let request = Request::post("/api/files")
            .header(header::HOST, "shian.test")
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .body(Body::from(body))
            .unwrap();
        let reply = self.raw(request).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.json);
        reply.json["id"].as_str().unwrap().to_owned()
    }

    /// Something is found at 王记面馆; the alert's and its review's ids.
    pub async fn finds(&self, scene: &str) -> (String, String) {
        self.finds_at(self.camera, scene).await
    }

    /// The same at another camera, so that it is an alert of its own.
    pub async fn finds_at(&self, camera: CameraId, scene: &str) -> (String, String) {
        let now = self.app.clock.now();
        let business = &self.plan.business(business_named("王记面馆")).unwrap().business;
        let finding = Finding {
            id: Id::new(),
            camera_id: camera,
            camera_name: "烹饪区 01".into(),
            zone: "cooking".into(),
            zone_title: "烹饪区".into(),
            business_id: business.id.cast(),
            business_name: business.name.clone(),
            area_code: business.area_code.clone(),
            scene: scene.into(),
            at: now,
            score: 0.8,
            threshold: 0.5,
            confirmed: "3/5".into(),
            boxes: vec![],
            model: None,
            still_file_id: None,
            thumb_file_id: None,
            still_sha256: None,
            cool_down_s: 60,
        };
        let mut tx = self.app.db.write().await.unwrap();
        let raised = self.app.alerts.raise(&mut tx, &finding, now).await.unwrap();
        tx.commit().await.unwrap();
        (raised.alert_id.to_string(), raised.matter_id.to_string())
    }

    /// Everything is lost but the backup in `from`; the platform that is brought back from it.
    pub async fn bring_back(mut self, from: &Path) -> Self {
        self.app.db.close().await;
        let mut config = self.app.config.clone();
        std::fs::remove_dir_all(&config.server.data).unwrap();
        if let Some((url, name)) = self.schema.take() {
            drop_schema(&url, &name).await;
            let name = fresh_schema(&url).await;
            config.server.database = within(&url, &name);
            self.schema = Some((url, name));
        }
        let migrations = shian_server::operate::known_migrations().await.unwrap();
        let restore = shian_operations::backup::Restore {
            from,
            data: &config.server.data,
            database: &config.database_url(),
            migrations: &migrations,
        };
        restore.run(noon()).await.unwrap();
        self.app = App::start(config, self.clock.clone()).await.unwrap();
        self
    }

    /// Lets go of the database and leaves its folder for a server to be started on.
    pub async fn leave(self) -> tempfile::TempDir {
        self.app.db.close().await;
        self.folder
    }

    /// Takes what the test made on a shared server away again.
    pub async fn end(self) {
        self.app.db.close().await;
        if let Some((url, name)) = self.schema {
            drop_schema(&url, &name).await;
        }
    }
}

/// A schema of a shared server that nobody else uses.
pub async fn fresh_schema(url: &str) -> String {
    let name = format!("t_{}", Id::<()>::new().to_string().replace('-', ""));
    shian_db::Db::open_postgres(url, Some(&name)).await.unwrap().close().await;
    name
}

/// The address of the schema.
pub fn within(url: &str, schema: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}options[search_path]={schema}")
}

pub async fn drop_schema(url: &str, name: &str) {
    let db = shian_db::Db::open_postgres(url, None).await.unwrap();
    let mut tx = db.write().await.unwrap();
    tx.script(&format!("drop schema \"{name}\" cascade")).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
}

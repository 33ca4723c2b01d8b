//! Cameras on both engines and through the endpoints, with a camera and an eye that are moved by hand.
//!
//! What the real drivers add (streams, decoding, models) is tested with them and end to end in `server`.

mod cameras;
mod findings;
mod hands;
mod live_view;
mod public;
mod settings;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use shian_access::{Policy, Principal, Reach};
use shian_area::{Area, AreaKind, Areas};
use shian_base::{HandClock, Id};
use shian_business::hours::{OpenSpan, OpeningHours};
use shian_business::{Business, BusinessId, Businesses, Kind, NewBusiness, Status};
use shian_db::{Db, FromRow, Migration, Value as Arg, args};
use shian_files::Files;
use shian_jobs::{Jobs, Runner, RunnerConfig};
use shian_law::LawBook;
use shian_media::CameraId;
use shian_testkit::clock;
use shian_web::{Caller, Live};
use tower::ServiceExt as _;

use crate::{Config, Kitchens, NewCamera, Parts, module};
use hands::{HandVideo, HandVision};

static MIGRATIONS: LazyLock<Vec<Migration>> = LazyLock::new(|| {
    [
        shian_jobs::MIGRATIONS,
        shian_web::MIGRATIONS,
        shian_files::MIGRATIONS,
        shian_area::MIGRATIONS,
        shian_business::MIGRATIONS,
        crate::MIGRATIONS,
    ]
    .concat()
});

/// A server's worth of kitchens, with 王记面馆 in 石桥 and 福满楼酒家 in 西门, both open from 06:00 to 21:30.
struct Bench {
    db: Db,
    clock: Arc<HandClock>,
    video: Arc<HandVideo>,
    vision: Arc<HandVision>,
    kitchens: Arc<Kitchens>,
    _files: tempfile::TempDir,
}

fn wangji() -> BusinessId {
    Id::named("business/王记面馆")
}
fn fuman() -> BusinessId {
    Id::named("business/福满楼酒家")
}

const SECRET: &str = "rtsp://admin:geheim@192.0.2.7:554/h264";

impl Bench {
    async fn new(db: &Db) -> Self {
        let (clock, video, vision) = (clock(), Arc::<HandVideo>::default(), Arc::<HandVision>::default());
        let folder = tempfile::tempdir().unwrap();
        let mut tx = db.write().await.unwrap();
        let area = |code: &str, name: &str| Area {
            code: code.into(),
            name: name.into(),
            kind: AreaKind::of_code(code).unwrap(),
            parent: None,
            valid_from: "2020-01-01".parse().unwrap(),
            valid_to: None,
        };
        Areas::add(&mut tx, &[area("990302001", "石桥所"), area("990303001", "西门所")]).await.unwrap();
        let both = [business("王记面馆", "990302001007"), business("福满楼酒家", "990303001002")];
        Businesses::add(&mut tx, &both).await.unwrap();
        tx.commit().await.unwrap();
        let kitchens = Kitchens::new(Parts {
            db: db.clone(),
            clock: clock.clone(),
            jobs: Jobs::default(),
            live: Live::default(),
            files: Files::local(db.clone(), folder.path()).unwrap(),
            law: Arc::new(LawBook::load(None).unwrap()),
            video: video.clone(),
            vision: vision.clone(),
            config: Config { look_every_s: 2, viewers_max: 2, ..Config::default() },
        });
        Self { db: db.clone(), clock, video, vision, kitchens, _files: folder }
    }

    async fn camera(&self, business: BusinessId, name: &str, is_public: bool) -> CameraId {
        let mut tx = self.db.write().await.unwrap();
        let new = NewCamera {
            id: None,
            business_id: business,
            name: name.into(),
            zone: "cooking".into(),
            url: SECRET.into(),
            is_public,
            added_by: None,
        };
        let id = crate::add_camera(&mut tx, new, self.kitchens.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A camera that is watched and online.
    async fn watched(&self, name: &str, is_public: bool) -> CameraId {
        let id = self.camera(wangji(), name, is_public).await;
        self.kitchens.begin().await.unwrap();
        self.kitchens.read_rules().await.unwrap();
        self.kitchens.follow_table().await.unwrap();
        self.video.goes_online(id, self.kitchens.clock.now());
        self.kitchens.note_states().await.unwrap();
        id
    }

    fn app(&self, person: Option<(&str, Reach)>) -> Router {
        let module = module(Arc::clone(&self.kitchens));
        let policy = Arc::new(Policy::new(module.policy).unwrap());
        let principal = person.map(|(post, reach)| Principal {
            person_id: Id::named(post),
            account: post.into(),
            name: post.into(),
            post: post.into(),
            reach,
        });
        Router::from(module.router).layer(axum::Extension(Caller::new(principal, policy)))
    }

    async fn ask(&self, person: Option<(&str, Reach)>, request: Request<Body>) -> Response {
        self.app(person).oneshot(request).await.unwrap()
    }
    async fn get(&self, person: Option<(&str, Reach)>, path: &str) -> (StatusCode, Value) {
        answer(self.ask(person, Request::get(path).body(Body::empty()).unwrap()).await).await
    }
    async fn post(&self, person: Option<(&str, Reach)>, path: &str, body: Value) -> (StatusCode, Value) {
        let request = Request::post(path).header("content-type", "application/json").body(Body::from(body.to_string()));
        answer(self.ask(person, request.unwrap()).await).await
    }

    async fn rows<T: FromRow>(&self, sql: &str, args: Vec<Arg>) -> Vec<T> {
        self.db.read().await.unwrap().all(sql, args).await.unwrap()
    }
    /// The payloads of the jobs of a kind that nobody has done, oldest first.
    async fn jobs(&self, kind: &str) -> Vec<Value> {
        let sql = "select payload from job where kind = $1 and state <> 'done' order by id";
        let rows: Vec<(String,)> = self.rows(sql, args![kind]).await;
        rows.into_iter().map(|(text,)| serde_json::from_str(&text).unwrap()).collect()
    }
    async fn run_jobs(&self) {
        let jobs = module(Arc::clone(&self.kitchens)).jobs;
        let clock = self.clock.clone();
        let queue = self.kitchens.jobs.clone();
        Runner::new(self.db.clone(), clock, queue, jobs, vec![], RunnerConfig::default()).run_due().await.unwrap();
    }
}

async fn answer(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn business(name: &str, area: &str) -> NewBusiness {
    let business = Business {
        id: Id::named(&format!("business/{name}")),
        name: name.into(),
        kind: Kind::Catering,
        form: None,
        credit_code: None,
        legal_person: "王秀兰".into(),
        contact_phone: "13800002206".into(),
        address: "石桥街1号".into(),
        area_code: area.into(),
        lon: 119.461,
        lat: 34.285,
        grade: None,
        credit: None,
        status: Status::Active,
        capacity: None,
        floor_area_m2: None,
        opened_on: "2023-04-20".parse().unwrap(),
        opening_hours: OpeningHours(vec![OpenSpan::new(&[1, 2, 3, 4, 5, 6, 7], "06:00", "21:30").unwrap()]),
    };
    NewBusiness { business, licences: vec![], labels: vec![], people: vec![], history: vec![] }
}

fn station() -> Option<(&'static str, Reach)> {
    Some(("station.officer", Reach::Area { code: "990302001".into() }))
}
fn other_station() -> Option<(&'static str, Reach)> {
    Some(("station.officer", Reach::Area { code: "990303001".into() }))
}
fn merchant(business: BusinessId) -> Option<(&'static str, Reach)> {
    Some(("merchant.manager", Reach::Business { id: business }))
}

fn to_add(url: &str) -> Value {
    json!({"business_id": wangji(), "name": "烹饪区 02", "zone": "cooking", "url": url, "is_public": true})
}

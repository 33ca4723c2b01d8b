//! Alerts on both engines, with the real matter engine and the procedures of the law register.

mod judging;
mod raising;
mod reading;

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use shian_access::{Policy, Principal, Reach};
use shian_area::{Area, AreaKind, Areas};
use shian_base::{Clock as _, HandClock, Id, Instant};
use shian_business::hours::OpeningHours;
use shian_business::{Business, BusinessId, Businesses, Kind, NewBusiness, Status};
use shian_db::{Db, FromRow, Migration, Value as Arg, args};
use shian_files::{FileId, Files, NewFile};
use shian_jobs::{Jobs, Runner, RunnerConfig};
use shian_law::LawBook;
use shian_matter::{ActBody, Done, MatterId, Matters, Numbering};
use shian_media::{
    CameraId, CameraSource, CameraStatus, Clip, CodedPicture, Finding, FindingModel, FoundBox, LiveStream, MediaError, Video,
};
use shian_testkit::{clock, noon};
use shian_web::{Caller, Live};
use tower::ServiceExt as _;

use crate::{AlertId, Alerts, Parts, Raised, module};

static MIGRATIONS: LazyLock<Vec<Migration>> = LazyLock::new(|| {
    [
        shian_jobs::MIGRATIONS,
        shian_web::MIGRATIONS,
        shian_files::MIGRATIONS,
        shian_area::MIGRATIONS,
        shian_business::MIGRATIONS,
        shian_matter::MIGRATIONS,
        crate::MIGRATIONS,
    ]
    .concat()
});

struct Bench {
    db: Db,
    clock: Arc<HandClock>,
    alerts: Arc<Alerts>,
    files: Files,
    jobs: Jobs,
    handlers: Vec<Arc<dyn shian_jobs::Job>>,
    policy: Arc<Policy>,
    router: Router,
    _files: tempfile::TempDir,
}

fn wangji() -> BusinessId {
    Id::named("business/王记面馆")
}

impl Bench {
    async fn new(db: &Db) -> Self {
        let clock = clock();
        let folder = tempfile::tempdir().unwrap();
        let mut tx = db.write().await.unwrap();
        let station = Area {
            code: "990302001".into(),
            name: "石桥所".into(),
            kind: AreaKind::Station,
            parent: None,
            valid_from: "2020-01-01".parse().unwrap(),
            valid_to: None,
        };
        Areas::add(&mut tx, &[station]).await.unwrap();
        Businesses::add(&mut tx, &[noodle_shop()]).await.unwrap();
        tx.commit().await.unwrap();

        let law = Arc::new(LawBook::load(None).unwrap());
        let (live, jobs) = (Live::default(), Jobs::default());
        let numbering = law.numbering();
        let parts = shian_matter::Parts {
            law: Arc::clone(&law) as _,
            calendar: law.calendar(),
            forms: law.forms(),
            procedures: law.procedures(),
            numbering: Numbering { office: numbering.office, strip: numbering.strip },
            live: live.clone(),
        };
        let matters = Arc::new(Matters::new(parts, noon().day()).unwrap());
        let rules = shian_matter::module(Arc::clone(&matters), db.clone(), clock.clone()).policy;
        let alerts = Alerts::new(Parts {
            db: db.clone(),
            clock: clock.clone(),
            jobs: jobs.clone(),
            live,
            law,
            matters,
            video: Arc::new(NoVideo),
        });
        let module = module(Arc::clone(&alerts));
        let policy = Arc::new(Policy::new(rules.into_iter().chain(module.policy)).unwrap());
        let files = Files::local(db.clone(), folder.path()).unwrap();
        let (handlers, router) = (module.jobs, Router::from(module.router));
        Self { db: db.clone(), clock, alerts, files, jobs, handlers, policy, router, _files: folder }
    }

    /// A cat before camera 烹饪区 02 of 王记面馆, with its picture in the store.
    async fn cat(&self, name: &str) -> Finding {
        let still = self.file(name).await;
        Finding {
            id: Id::named(name),
            camera_id: Id::named("camera/王记面馆/烹饪区 02"),
            camera_name: "烹饪区 02".into(),
            zone: "cooking".into(),
            zone_title: "烹饪".into(),
            business_id: wangji().cast(),
            business_name: "王记面馆".into(),
            area_code: "990302001007".into(),
            scene: "animal".into(),
            at: self.clock.now(),
            score: 0.93,
            threshold: 0.5,
            confirmed: "3/5".into(),
            boxes: vec![FoundBox { x: 0.1, y: 0.2, w: 0.3, h: 0.25, label: "cat".into(), score: 0.93, about: true }],
            model: Some(FindingModel { id: "fastestdet-coco".into(), title: "FastestDet".into(), version: "1".into() }),
            still_file_id: Some(still.cast()),
            thumb_file_id: None,
            still_sha256: Some("ab".into()),
            cool_down_s: 1800,
        }
    }

    async fn file(&self, name: &str) -> FileId {
        let stored = self.files.put(bytes::Bytes::from(name.to_owned())).await.unwrap();
        let mut tx = self.db.write().await.unwrap();
        let file = NewFile { name, mime: "image/jpeg", person_id: None };
        let file = self.files.record(&mut tx, &stored, file, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        file.id
    }

    async fn raise(&self, finding: &Finding) -> Raised {
        let mut tx = self.db.write().await.unwrap();
        let raised = self.alerts.raise(&mut tx, finding, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        raised
    }

    /// 李敏 of 石桥所 acts.
    async fn act(&self, matter: MatterId, act: &str, form: Value) -> Done {
        let mut tx = self.db.write().await.unwrap();
        let body = ActBody { form, ..ActBody::default() };
        let done = self.alerts.matters.act(&mut tx, matter, act, &limin(), body, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        done
    }

    async fn tell(&self, job: &str, key: &str, payload: Value) {
        let mut tx = self.db.write().await.unwrap();
        self.jobs.enqueue(&mut tx, job, key, &payload, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }
    async fn run_jobs(&self) {
        let (clock, handlers) = (self.clock.clone(), self.handlers.clone());
        let runner = Runner::new(self.db.clone(), clock, self.jobs.clone(), handlers, vec![], RunnerConfig::default());
        runner.run_due().await.unwrap();
    }

    async fn get(&self, person: Option<Principal>, path: &str) -> (StatusCode, Value) {
        let app = self.router.clone().layer(axum::Extension(Caller::new(person, Arc::clone(&self.policy))));
        let response = app.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }
    async fn alert(&self, id: AlertId) -> Value {
        let (status, alert) = self.get(Some(limin()), &format!("/api/alerts/{id}")).await;
        assert_eq!(status, StatusCode::OK, "{alert}");
        alert
    }
    async fn may_read(&self, person: Principal, file: FileId) -> bool {
        let caller = Caller::new(Some(person), Arc::clone(&self.policy));
        let mut tx = self.db.read().await.unwrap();
        Files::readable(&mut tx, file, &caller).await.is_ok()
    }
    async fn rows<T: FromRow>(&self, sql: &str, args: Vec<Arg>) -> Vec<T> {
        self.db.read().await.unwrap().all(sql, args).await.unwrap()
    }
    async fn events(&self) -> Vec<String> {
        let rows: Vec<(String,)> =
            self.rows("select kind from live_event where kind like 'alert.%' order by id", args![]).await;
        rows.into_iter().map(|(kind,)| kind).collect()
    }
}

fn person(name: &str, post: &str, reach: Reach) -> Principal {
    Principal { person_id: Id::named(name), account: name.into(), name: name.into(), post: post.into(), reach }
}
fn limin() -> Principal {
    person("李敏", "station.officer", Reach::Area { code: "990302001".into() })
}
fn zhoukai() -> Principal {
    person("周凯", "station.officer", Reach::Area { code: "990303001".into() })
}
fn wang() -> Principal {
    person("王秀兰", "merchant.manager", Reach::Business { id: wangji() })
}

fn noodle_shop() -> NewBusiness {
    let business = Business {
        id: wangji(),
        name: "王记面馆".into(),
        kind: Kind::Catering,
        form: None,
        credit_code: None,
        legal_person: "王秀兰".into(),
        contact_phone: "13800002206".into(),
        address: "石桥街1号".into(),
        area_code: "990302001007".into(),
        lon: 119.461,
        lat: 34.285,
        grade: None,
        credit: None,
        status: Status::Active,
        capacity: None,
        floor_area_m2: None,
        opened_on: "2023-04-20".parse().unwrap(),
        opening_hours: OpeningHours::default(),
    };
    NewBusiness { business, licences: vec![], labels: vec![], people: vec![], history: vec![] }
}

/// No camera is connected; only how one stands is ever asked here.
struct NoVideo;

#[async_trait]
impl Video for NoVideo {
    async fn watch(&self, _: CameraSource) -> Result<(), MediaError> {
        Ok(())
    }
    async fn forget(&self, _: CameraId) {}
    fn status(&self, _: CameraId) -> Option<CameraStatus> {
        None
    }
    fn newest(&self, _: CameraId, _: usize) -> Option<CodedPicture> {
        None
    }
    fn keyframe(&self, _: CameraId) -> Option<CodedPicture> {
        None
    }
    async fn live(&self, _: CameraId) -> Result<LiveStream, MediaError> {
        Err(MediaError::Unknown)
    }
    async fn clip(&self, _: CameraId, _: Instant, _: Instant) -> Result<Clip, MediaError> {
        Err(MediaError::Unknown)
    }
}

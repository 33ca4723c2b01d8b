//! The register on both engines and through its endpoints.

mod files;
mod lists;
mod public;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::Value;
use shian_access::{Policy, Principal, Reach};
use shian_area::{Area, AreaKind, Areas};
use shian_base::{HandClock, Id};
use shian_db::{Db, Migration};
use shian_testkit::noon;
use shian_web::Caller;
use tower::ServiceExt as _;

use crate::codes::{CreditCode, LicenceNumber, LicencePrefix};
use crate::hours::{OpenSpan, OpeningHours};
use crate::{
    Business, BusinessId, Businesses, Grade, HistoryEntry, Kind, Label, Licence, LicenceKind, NewBusiness, Responsible,
    Role, Status, module,
};

const MIGRATIONS: &[Migration] = &[shian_area::MIGRATIONS[0], crate::MIGRATIONS[0], crate::MIGRATIONS[1]];

fn id_of(name: &str) -> BusinessId {
    Id::named(&format!("business/{name}"))
}

fn business(serial: u32, name: &str, kind: Kind, area: &str) -> NewBusiness {
    let number = LicenceNumber::make(LicencePrefix::Operation, &format!("2990302{serial:06}")).unwrap();
    NewBusiness {
        business: Business {
            id: id_of(name),
            name: name.into(),
            kind,
            form: None,
            credit_code: Some(CreditCode::make("92", "990302", serial).unwrap().to_string()),
            legal_person: "王秀兰".into(),
            contact_phone: "13800002206".into(),
            address: format!("河东区石桥街{serial}号"),
            area_code: area.into(),
            lon: 119.461,
            lat: 34.285,
            grade: Some(Grade::B),
            credit: Some(Grade::A),
            status: Status::Active,
            capacity: Some(36),
            floor_area_m2: None,
            opened_on: "2023-04-20".parse().unwrap(),
            opening_hours: OpeningHours(vec![OpenSpan::new(&[1, 2, 3, 4, 5, 6, 7], "06:00", "21:30").unwrap()]),
        },
        licences: vec![Licence {
            id: Id::named(&format!("licence/{name}")),
            kind: LicenceKind::FoodOperation,
            number: number.to_string(),
            issuer: "柳溪市河东区市场监督管理局".into(),
            scope: "热食类食品制售".into(),
            valid_from: "2023-04-17".parse().unwrap(),
            valid_to: "2028-04-16".parse().unwrap(),
            revoked_on: None,
        }],
        labels: vec![Label {
            code: "bright_kitchen".into(),
            title: "明厨亮灶".into(),
            by: "石桥所".into(),
            set_on: "2025-03-01".parse().unwrap(),
            expires_on: None,
        }],
        people: vec![Responsible { role: Role::LegalPerson, name: "王秀兰".into() }],
        history: vec![HistoryEntry {
            at: "2023-04-20T09:00:00+08:00".parse().unwrap(),
            kind: "opened".into(),
            title: "开业".into(),
            text: "在石桥街开业".into(),
        }],
    }
}

/// 王记面馆 and a school's canteen in 石桥, a restaurant in 西门, and a shop in 石桥 that is gone.
async fn small_town(db: &Db) {
    let mut tx = db.write().await.unwrap();
    let area = |code: &str, name: &str| Area {
        code: code.into(),
        name: name.into(),
        kind: AreaKind::of_code(code).unwrap(),
        parent: None,
        valid_from: "2020-01-01".parse().unwrap(),
        valid_to: None,
    };
    let areas = [area("990302001", "石桥所"), area("990302001007", "石桥07网格"), area("990303001002", "西门02网格")];
    Areas::add(&mut tx, &areas).await.unwrap();
    let mut gone = business(44, "石桥饺子馆", Kind::Catering, "990302001007");
    gone.business.status = Status::Closed;
    let mut canteen = business(41, "石桥中心小学食堂", Kind::SchoolCanteen, "990302001007");
    canteen.business.grade = Some(Grade::A);
    canteen.business.capacity = Some(860);
    let mut restaurant = business(43, "福满楼酒家", Kind::Catering, "990303001002");
    restaurant.business.address = "河西区西门街8号".into();
    let all = [business(42, "王记面馆", Kind::Catering, "990302001007"), canteen, restaurant, gone];
    Businesses::add(&mut tx, &all).await.unwrap();
    tx.commit().await.unwrap();
}

fn station() -> Option<(&'static str, Reach)> {
    Some(("station.officer", Reach::Area { code: "990302001".into() }))
}

fn city() -> Option<(&'static str, Reach)> {
    Some(("city.officer", Reach::Area { code: "9903".into() }))
}

/// Asks an endpoint at noon of the town's Saturday.
async fn get(db: &Db, person: Option<(&str, Reach)>, path: &str) -> (StatusCode, Value) {
    let module = module(db.clone(), HandClock::at(noon()));
    let policy = Arc::new(Policy::new(module.policy).unwrap());
    let principal = person.map(|(post, reach)| Principal {
        person_id: Id::named(post),
        account: post.into(),
        name: post.into(),
        post: post.into(),
        reach,
    });
    let app: Router = Router::from(module.router).layer(axum::Extension(Caller::new(principal, policy)));
    let response = app.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

/// A query as a browser writes it.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

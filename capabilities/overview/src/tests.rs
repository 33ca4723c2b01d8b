//! The desk on both engines.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use shian_access::{Policy, Principal, Reach, Within, allow};
use shian_area::{Area, AreaKind, Areas};
use shian_base::{Id, Result};
use shian_db::{Db, Migration, Tx};
use shian_law::LawBook;
use shian_matter::{Matters, NewMatter};
use shian_testkit::{clock, db_test, noon};
use shian_web::{Caller, Live};
use tower::ServiceExt as _;

use crate::{Parts, count, module};

static MIGRATIONS: LazyLock<Vec<Migration>> = LazyLock::new(|| {
    let files = shian_files::MIGRATIONS;
    [shian_web::MIGRATIONS, files, shian_area::MIGRATIONS, shian_matter::MIGRATIONS].concat()
});

/// What another capability counts: here, cameras that grid officers may not see.
async fn seven(_: &mut Tx, caller: &Caller) -> Result<i64> {
    caller.scope("cameras.read").map(|_| 7)
}

async fn desk(db: &Db, person: Option<(&str, &str)>) -> (StatusCode, Value) {
    let law = Arc::new(LawBook::load(None).unwrap());
    let parts = shian_matter::Parts {
        law: Arc::clone(&law) as _,
        calendar: law.calendar(),
        forms: law.forms(),
        procedures: law.procedures(),
        numbering: law.numbering(),
        live: Live::default(),
    };
    let matters = Arc::new(Matters::new(parts, noon().day()).unwrap());
    let mut tx = db.write().await.unwrap();
    let area = |code: &str, name: &str| Area {
        code: code.into(),
        name: name.into(),
        kind: AreaKind::of_code(code).unwrap(),
        parent: None,
        valid_from: "2020-01-01".parse().unwrap(),
        valid_to: None,
    };
    Areas::add(&mut tx, &[area("990302", "河东区"), area("990302001", "石桥所")]).await.unwrap();
    for station in ["990302001", "990303001"] {
        let matter = NewMatter {
            id: None,
            procedure: "alert-review".into(),
            title: "王记面馆：动物进入".into(),
            business: None,
            area_code: station.into(),
            area_name: station.into(),
            facts: json!({"class": 1}),
            opening: Default::default(),
        };
        matters.open(&mut tx, matter, noon()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let counted = || count(|tx, caller| Box::pin(seven(tx, caller)));
    let clock = clock();
    clock.advance_seconds(60);
    let module = module(Parts {
        db: db.clone(),
        clock,
        matters,
        alerts_pending: counted(),
        cameras: counted(),
        cameras_offline: counted(),
    });
    let cameras = allow("station.officer").to("cameras.read").within(Within::Reach);
    let policy = Arc::new(Policy::new(module.policy.into_iter().chain([cameras])).unwrap());
    let person = person.map(|(post, area)| Principal {
        person_id: Id::named(post),
        account: post.into(),
        name: post.into(),
        post: post.into(),
        reach: Reach::Area { code: area.into() },
    });
    let app = Router::from(module.router).layer(axum::Extension(Caller::new(person, policy)));
    let response = app.oneshot(Request::get("/api/desk").body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

db_test!(MIGRATIONS, async fn the_desk_shows_what_waits_in_the_own_area(db) {
    let (status, desk) = desk(&db, Some(("station.officer", "990302001"))).await;
    assert_eq!(status, StatusCode::OK);
    let counts = json!({
        "alerts_pending": 7, "matters_mine": 1, "due_today": 1, "overdue": 0, "cameras": 7, "cameras_offline": 7,
    });
    assert_eq!(desk, json!({"counts": counts, "area_name": "石桥所"}));
});

db_test!(MIGRATIONS, async fn what_is_not_ones_to_see_has_no_figure(db) {
    let (_, desk) = desk(&db, Some(("district.officer", "990302"))).await;
    assert_eq!((&desk["counts"]["cameras"], &desk["area_name"]), (&Value::Null, &json!("河东区")));
});

db_test!(MIGRATIONS, async fn a_business_and_a_stranger_have_no_desk(db) {
    assert_eq!(desk(&db, None).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(desk(&db, Some(("merchant.manager", ""))).await.0, StatusCode::FORBIDDEN);
});

//! The register of areas on both engines and through its endpoints.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use shian_access::{Policy, Principal, Reach};
use shian_base::Id;
use shian_db::Db;
use shian_testkit::db_test;
use shian_web::Caller;
use tower::ServiceExt as _;

use crate::{Area, AreaKind, Areas, MIGRATIONS, Shape, ShapeKind, module};

fn area(code: &str, name: &str, parent: Option<&str>) -> Area {
    Area {
        code: code.into(),
        name: name.into(),
        kind: AreaKind::of_code(code).unwrap(),
        parent: parent.map(Into::into),
        valid_from: "2020-01-01".parse().unwrap(),
        valid_to: None,
    }
}

async fn small_town(db: &Db) {
    let mut tx = db.write().await.unwrap();
    let areas = [
        area("9903", "柳溪市", None),
        area("990302", "河东区", Some("9903")),
        area("990303", "河西区", Some("9903")),
        area("990302001", "石桥所", Some("990302")),
        area("990302001007", "石桥07网格", Some("990302001")),
        area("990303001", "西门所", Some("990303")),
    ];
    Areas::add(&mut tx, &areas).await.unwrap();
    let river = Shape {
        code: "river/柳溪".into(),
        kind: ShapeKind::River,
        name: "柳溪".into(),
        geometry: json!({"type": "LineString", "coordinates": [[119.43, 34.39], [119.51, 34.11]]}),
    };
    Areas::add_shapes(&mut tx, &[river]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn get(db: &Db, person: Option<(&str, Reach)>, path: &str) -> (StatusCode, Value) {
    let module = module(db.clone());
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

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|area| area["name"].as_str().unwrap()).collect()
}

db_test!(MIGRATIONS, async fn the_path_of_a_grid_leads_from_the_city_to_it(db) {
    small_town(&db).await;
    let mut tx = db.read().await.unwrap();
    assert_eq!(Areas::path_name(&mut tx, "990302001007").await.unwrap(), "柳溪市 · 河东区 · 石桥所 · 石桥07网格");
    assert_eq!(Areas::path_name(&mut tx, "11").await.unwrap(), "");
    let under: Vec<String> = Areas::under(&mut tx, "990302").await.unwrap().into_iter().map(|a| a.name).collect();
    assert_eq!(under, ["河东区", "石桥所", "石桥07网格"]);
    assert_eq!(Areas::names(&mut tx).await.unwrap()["990303001"], "西门所");
});

db_test!(MIGRATIONS, async fn a_renamed_area_keeps_its_code(db) {
    small_town(&db).await;
    let mut tx = db.write().await.unwrap();
    Areas::add(&mut tx, &[area("990303001", "西关所", Some("990303"))]).await.unwrap();
    assert_eq!(Areas::names(&mut tx).await.unwrap()["990303001"], "西关所");
    assert_eq!(Areas::all(&mut tx).await.unwrap().len(), 6);
});

db_test!(MIGRATIONS, async fn an_officer_sees_the_own_areas_and_those_around_them(db) {
    small_town(&db).await;
    let station = Some(("station.officer", Reach::Area { code: "990302001".into() }));
    let (status, list) = get(&db, station, "/api/areas").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(names(&list), ["柳溪市", "河东区", "石桥所", "石桥07网格"]);
    assert_eq!(list[2], json!({"code": "990302001", "name": "石桥所", "kind": "station", "parent": "990302"}));
    let (_, all) = get(&db, Some(("admin", Reach::Area { code: "9903".into() })), "/api/areas").await;
    assert_eq!(all.as_array().unwrap().len(), 6);
});

db_test!(MIGRATIONS, async fn a_stranger_may_see_the_map_and_not_the_tree(db) {
    small_town(&db).await;
    assert_eq!(get(&db, None, "/api/areas").await.0, StatusCode::UNAUTHORIZED);
    let merchant = Some(("merchant.manager", Reach::Business { id: Id::named("business/王记面馆") }));
    assert_eq!(get(&db, merchant, "/api/areas").await.0, StatusCode::FORBIDDEN);
    let (status, map) = get(&db, None, "/api/areas/map").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(map["type"], "FeatureCollection");
    assert_eq!(map["features"][0]["properties"], json!({"code": "river/柳溪", "kind": "river", "name": "柳溪"}));
    assert_eq!(map["features"][0]["geometry"]["type"], "LineString");
});

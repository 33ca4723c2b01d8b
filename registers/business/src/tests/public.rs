//! The public's view: only what is declared public, nothing about people.

use super::*;
use shian_testkit::db_test;

db_test!(MIGRATIONS, async fn everyone_may_look_a_business_up_and_learns_nothing_about_people(db) {
    small_town(&db).await;
    let (status, page) = get(&db, None, "/api/public/businesses?kind=catering").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(names(&page), ["福满楼酒家", "王记面馆"]);
    let keys: Vec<&String> = page["items"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "name", "kind", "kind_title", "form", "address", "grade", "lon", "lat"]);

    let (status, file) = get(&db, None, &format!("/api/public/businesses/{}", id_of("王记面馆"))).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(file["open_now"], true);
    assert_eq!(file["licences"][0]["state"], "valid");
    let keys: Vec<&String> = file.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "id", "name", "kind", "kind_title", "form", "address", "lon", "lat", "grade", "status", "credit_code",
            "licences", "opening_hours", "open_now", "capacity",
        ]
    );
    assert!(!file.to_string().contains("王秀兰") && !file.to_string().contains("2206"));
});

db_test!(MIGRATIONS, async fn a_business_that_is_gone_is_gone_for_the_public(db) {
    small_town(&db).await;
    let (_, page) = get(&db, None, "/api/public/businesses").await;
    assert_eq!(page["total"], 3);
    let (status, _) = get(&db, None, &format!("/api/public/businesses/{}", id_of("石桥饺子馆"))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = get(&db, None, "/api/public/businesses?kind=pharmacy").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
});

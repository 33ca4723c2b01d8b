//! What everyone may see: cameras declared public, while the business is open and they are online.

use super::*;
use shian_testkit::db_test;

/// 23:00 of the town's Saturday.
const AFTER_HOURS: &str = "2026-11-21T23:00:00+08:00";

db_test!(MIGRATIONS, async fn a_stranger_sees_a_public_camera_while_the_business_is_open(db) {
    let bench = Bench::new(&db).await;
    let id = bench.watched("烹饪区 01", true).await;
    bench.video.shows(id, bench.kitchens.clock.now());
    let (_, list) = bench.get(None, "/api/public/cameras").await;
    assert_eq!((&list["items"][0]["watchable"], &list["items"][0]["why_not"]), (&json!(true), &Value::Null));
    let picture = bench.ask(None, Request::get(format!("/api/cameras/{id}/snapshot.jpg")).body(Body::empty()).unwrap()).await;
    assert_eq!(picture.status(), StatusCode::OK);
    assert_eq!(picture.headers()["content-type"], "image/jpeg");
    assert_eq!(picture.headers()["x-picture-at"], bench.kitchens.clock.now().to_string().as_str());
});

db_test!(MIGRATIONS, async fn after_closing_time_a_public_camera_is_shown_to_officers_and_the_own_business_only(db) {
    let bench = Bench::new(&db).await;
    let id = bench.watched("烹饪区 01", true).await;
    bench.clock.set(AFTER_HOURS.parse().unwrap());
    bench.video.shows(id, bench.kitchens.clock.now());
    let (_, list) = bench.get(None, "/api/public/cameras").await;
    assert_eq!((&list["items"][0]["watchable"], &list["items"][0]["why_not"]), (&json!(false), &json!("closed_now")));
    let picture = format!("/api/cameras/{id}/snapshot.jpg");
    let (status, problem) = bench.get(None, &picture).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("camera.closed_now")));
    assert_eq!(bench.get(merchant(fuman()), &picture).await.0, StatusCode::CONFLICT);
    assert_eq!(bench.get(merchant(wangji()), &picture).await.0, StatusCode::OK);
    assert_eq!(bench.get(station(), &picture).await.0, StatusCode::OK);
});

db_test!(MIGRATIONS, async fn a_camera_that_is_not_public_is_told_to_no_stranger(db) {
    let bench = Bench::new(&db).await;
    let id = bench.watched("烹饪区 01", false).await;
    bench.video.shows(id, bench.kitchens.clock.now());
    assert_eq!(bench.get(None, "/api/public/cameras").await.1["total"], 0);
    let unknown = CameraId::new();
    for id in [id, unknown] {
        for path in ["snapshot.jpg", "live"] {
            let path = format!("/api/cameras/{id}/{path}");
            assert_eq!(bench.get(None, &path).await.0, StatusCode::UNAUTHORIZED, "a stranger learns nothing");
            assert_eq!(bench.get(other_station(), &path).await.0, StatusCode::NOT_FOUND);
        }
    }
});

db_test!(MIGRATIONS, async fn a_camera_that_is_away_shows_no_old_picture(db) {
    let bench = Bench::new(&db).await;
    let id = bench.watched("烹饪区 01", true).await;
    let path = format!("/api/cameras/{id}/snapshot.jpg");
    let (status, problem) = bench.get(station(), &path).await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("camera.no_picture")));
    bench.video.shows(id, bench.kitchens.clock.now());
    assert_eq!(bench.get(station(), &path).await.0, StatusCode::OK);
    bench.video.goes_offline(id, bench.kitchens.clock.now());
    bench.kitchens.note_states().await.unwrap();
    let (status, problem) = bench.get(station(), &path).await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("camera.offline")));
    let (_, list) = bench.get(None, "/api/public/cameras").await;
    assert_eq!(list["items"][0]["why_not"], "offline");
});

db_test!(MIGRATIONS, async fn many_viewers_of_one_picture_cause_one_look(db) {
    let bench = Bench::new(&db).await;
    let id = bench.watched("烹饪区 01", true).await;
    let path = format!("/api/cameras/{id}/snapshot.jpg");
    bench.video.shows(id, bench.kitchens.clock.now());
    for _ in 0..5 {
        bench.get(station(), &path).await;
    }
    assert_eq!(bench.vision.looks.lock().unwrap().len(), 1);
    bench.clock.advance_seconds(1);
    bench.video.shows(id, bench.kitchens.clock.now());
    bench.get(station(), &path).await;
    assert_eq!(bench.vision.looks.lock().unwrap().len(), 1, "a picture of a second ago is fresh");
    bench.clock.advance_seconds(3);
    bench.video.shows(id, bench.kitchens.clock.now());
    bench.get(station(), &path).await;
    assert_eq!(bench.vision.looks.lock().unwrap().len(), 2);
    *bench.vision.is_busy.lock().unwrap() = true;
    bench.clock.advance_seconds(3);
    bench.video.shows(id, bench.kitchens.clock.now());
    assert_eq!(bench.get(station(), &path).await.0, StatusCode::OK, "an older picture that says when it was taken");
});

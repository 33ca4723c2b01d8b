//! Cameras come, are seen by those whose duty they are, and go.

use super::*;
use shian_testkit::db_test;

db_test!(MIGRATIONS, async fn an_added_camera_is_watched_at_once_and_its_address_is_in_no_answer(db) {
    let bench = Bench::new(&db).await;
    let (status, camera) = bench.post(station(), "/api/cameras", to_add(SECRET)).await;
    assert_eq!(status, StatusCode::CREATED);
    bench.kitchens.follow_table().await.unwrap();
    assert_eq!(bench.video.urls(), [SECRET]);
    let id: CameraId = camera["id"].as_str().unwrap().parse().unwrap();
    bench.video.goes_offline(id, bench.kitchens.clock.now());
    bench.kitchens.note_states().await.unwrap();

    let (_, one) = bench.get(station(), &format!("/api/cameras/{id}")).await;
    let (_, list) = bench.get(station(), "/api/cameras?q=王记").await;
    let (_, public) = bench.get(None, "/api/public/cameras").await;
    assert_eq!((one["state"].as_str(), one["state_reason"].as_str()), (Some("offline"), Some("refused")));
    assert_eq!((&one["zone_title"], &one["area_code"]), (&json!("烹饪"), &json!("990302001007")));
    assert_eq!((&list["total"], &public["total"]), (&json!(1), &json!(1)));
    let events: Vec<(String, String)> = bench.rows("select kind, data from live_event", args![]).await;
    assert_eq!(events[0].0, "camera.changed");
    for text in [camera.to_string(), one.to_string(), list.to_string(), public.to_string(), events[0].1.clone()] {
        assert!(!text.contains("geheim") && !text.contains("192.0.2.7"), "{text}");
    }
});

db_test!(MIGRATIONS, async fn a_camera_that_can_never_work_is_refused_field_by_field(db) {
    let bench = Bench::new(&db).await;
    let wrong = json!({"business_id": wangji(), "name": " ", "zone": "garden", "url": "http://admin:geheim@192.0.2.7/", "is_public": true});
    let (status, problem) = bench.post(station(), "/api/cameras", wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let codes: Vec<_> = problem["fields"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["camera.name", "camera.zone", "camera.url_scheme"]);
    assert!(!problem.to_string().contains("geheim"));
    bench.post(station(), "/api/cameras", to_add(SECRET)).await;
    let (_, problem) = bench.post(station(), "/api/cameras", to_add(SECRET)).await;
    assert_eq!(problem["fields"][0]["code"], "camera.name_taken");
});

db_test!(MIGRATIONS, async fn cameras_are_a_matter_of_ones_own_area_or_business(db) {
    let bench = Bench::new(&db).await;
    let id = bench.camera(wangji(), "烹饪区 01", false).await;
    let (one, list) = (format!("/api/cameras/{id}"), "/api/cameras");
    let total = async |person| bench.get(person, list).await.1["total"].as_i64();
    assert_eq!(bench.get(None, &one).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(bench.get(None, list).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(bench.get(station(), &one).await.0, StatusCode::OK);
    assert_eq!(bench.get(other_station(), &one).await.0, StatusCode::NOT_FOUND);
    assert_eq!(bench.get(merchant(wangji()), &one).await.0, StatusCode::OK);
    assert_eq!(bench.get(merchant(fuman()), &one).await.0, StatusCode::NOT_FOUND);
    assert_eq!((total(station()).await, total(other_station()).await), (Some(1), Some(0)));
    assert_eq!((total(merchant(wangji())).await, total(merchant(fuman())).await), (Some(1), Some(0)));
    // The wall is narrowed by zone and area.
    for (query, found) in [("zone=cooking", 1), ("zone=cold", 0), ("area=990302", 1), ("area=990303", 0), ("zone=&area=", 1)] {
        assert_eq!(bench.get(station(), &format!("{list}?{query}")).await.1["total"], found, "{query}");
    }
    assert_eq!(bench.get(station(), &format!("{list}?zone=garden")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    // What was found that day is for officers alone.
    let frames = format!("{one}/day-frames");
    assert_eq!(bench.get(station(), &frames).await.0, StatusCode::OK);
    assert_eq!(bench.get(merchant(wangji()), &frames).await.0, StatusCode::FORBIDDEN);
});

db_test!(MIGRATIONS, async fn who_may_not_manage_cameras_neither_adds_nor_removes_them(db) {
    let bench = Bench::new(&db).await;
    let id = bench.camera(wangji(), "烹饪区 01", false).await;
    let delete = || Request::delete(format!("/api/cameras/{id}")).body(Body::empty()).unwrap();
    assert_eq!(bench.post(None, "/api/cameras", to_add(SECRET)).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(bench.post(merchant(wangji()), "/api/cameras", to_add(SECRET)).await.0, StatusCode::FORBIDDEN);
    let (status, problem) = bench.post(other_station(), "/api/cameras", to_add(SECRET)).await;
    assert_eq!((status, &problem["fields"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("business_id")));
    assert_eq!(bench.ask(None, delete()).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(bench.ask(merchant(wangji()), delete()).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(bench.ask(other_station(), delete()).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(bench.ask(station(), delete()).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(bench.ask(station(), delete()).await.status(), StatusCode::NOT_FOUND);
});

db_test!(MIGRATIONS, async fn a_camera_taken_out_by_another_process_is_watched_no_longer_and_its_findings_end(db) {
    let bench = Bench::new(&db).await;
    let id = bench.watched("烹饪区 01", false).await;
    bench.video.goes_offline(id, bench.kitchens.clock.now());
    bench.kitchens.note_states().await.unwrap();
    bench.clock.advance_seconds(60);
    bench.kitchens.note_states().await.unwrap();
    let mut tx = db.write().await.unwrap();
    crate::remove_camera(&mut tx, id, None, bench.kitchens.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    bench.kitchens.follow_table().await.unwrap();
    assert!(bench.video.urls().is_empty());
    assert_eq!(bench.get(station(), &format!("/api/cameras/{id}")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(bench.jobs("alerts.end").await.len(), 1);
    let kept: Vec<(String,)> = bench.rows("select url from camera", args![]).await;
    assert_eq!(kept[0].0, "", "the password went with the camera");
});

db_test!(MIGRATIONS, async fn an_address_that_can_never_work_is_shown_as_such(db) {
    let bench = Bench::new(&db).await;
    bench.post(station(), "/api/cameras", to_add("rtsp://192.0.2.7/never")).await;
    bench.kitchens.follow_table().await.unwrap();
    let (_, list) = bench.get(station(), "/api/cameras?state=offline").await;
    assert_eq!(list["items"][0]["state_reason"], "bad_address");
});

db_test!(MIGRATIONS, async fn the_figures_of_the_desk_count_cameras_of_the_own_area(db) {
    let bench = Bench::new(&db).await;
    let id = bench.watched("烹饪区 01", false).await;
    bench.camera(fuman(), "烹饪区 01", false).await;
    bench.video.goes_offline(id, bench.kitchens.clock.now());
    bench.kitchens.note_states().await.unwrap();
    let policy = Arc::new(Policy::new(module(Arc::clone(&bench.kitchens)).policy).unwrap());
    let caller = |reach: &str| {
        let reach = Reach::Area { code: reach.into() };
        let person = Principal { person_id: Id::named("x"), account: "x".into(), name: "x".into(), post: "station.officer".into(), reach };
        Caller::new(Some(person), Arc::clone(&policy))
    };
    let mut tx = db.read().await.unwrap();
    assert_eq!(crate::count_cameras(&mut tx, &caller("9903")).await.unwrap(), 2);
    assert_eq!(crate::count_cameras(&mut tx, &caller("990302001")).await.unwrap(), 1);
    assert_eq!(crate::count_cameras_offline(&mut tx, &caller("990302001")).await.unwrap(), 1);
    assert_eq!(crate::count_cameras_offline(&mut tx, &caller("990303001")).await.unwrap(), 0);
});

//! The file of one business, and what other parts of the platform ask the register.

use super::*;
use shian_testkit::db_test;

db_test!(MIGRATIONS, async fn the_file_of_a_business_tells_all_and_masks_the_telephone(db) {
    small_town(&db).await;
    let (status, file) = get(&db, station(), &format!("/api/businesses/{}", id_of("王记面馆"))).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(file["name"], "王记面馆");
    assert_eq!(file["contact_phone_masked"], "138****2206");
    assert!(!file.to_string().contains("13800002206"));
    assert_eq!(file["legal_person"], "王秀兰");
    assert_eq!(file["opening_hours"][0]["from"], "06:00");
    assert_eq!(file["open_now"], true);
    assert_eq!(file["licences"][0]["kind_title"], "食品经营许可证");
    assert_eq!(file["licences"][0]["state"], "valid");
    assert_eq!(file["labels"][0]["title"], "明厨亮灶");
    assert_eq!(file["people"][0]["role_title"], "负责人");
    assert_eq!(file["history"][0]["title"], "开业");
    assert_eq!(file["history"][0]["at"], "2023-04-20T09:00:00.000000+08:00");
});

db_test!(MIGRATIONS, async fn a_file_outside_of_ones_area_is_not_found(db) {
    small_town(&db).await;
    let other = Some(("station.officer", Reach::Area { code: "990303001".into() }));
    let (status, problem) = get(&db, other, &format!("/api/businesses/{}", id_of("王记面馆"))).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::NOT_FOUND, Some("not_found")));
    let neighbour = Some(("merchant.manager", Reach::Business { id: id_of("福满楼酒家") }));
    assert_eq!(get(&db, neighbour, &format!("/api/businesses/{}", id_of("王记面馆"))).await.0, StatusCode::NOT_FOUND);
    assert_eq!(get(&db, station(), "/api/businesses/not-an-id").await.0, StatusCode::NOT_FOUND);
    assert_eq!(get(&db, station(), &format!("/api/businesses/{}", id_of("无此店"))).await.0, StatusCode::NOT_FOUND);
});

db_test!(MIGRATIONS, async fn a_summary_leaves_out_what_is_not_there(db) {
    small_town(&db).await;
    let mut tx = db.read().await.unwrap();
    let ids = [id_of("王记面馆"), id_of("石桥饺子馆"), id_of("无此店")];
    let found = Businesses::summary(&mut tx, &ids).await.unwrap();
    assert_eq!(found.len(), 2);
    let noodles = &found[&id_of("王记面馆")];
    assert_eq!((noodles.area_name.as_str(), noodles.station_name.as_str()), ("石桥07网格", "石桥所"));
    assert!(noodles.is_open_at(noon()));
    assert!(!found[&id_of("石桥饺子馆")].is_open_at(noon()), "closed for good");
    assert!(Businesses::is_open_now(&mut tx, id_of("王记面馆"), noon()).await.unwrap());
    assert!(!Businesses::is_open_now(&mut tx, id_of("王记面馆"), noon().plus_seconds(10 * 3600)).await.unwrap());
    assert!(Businesses::find(&mut tx, id_of("无此店")).await.is_err());
});

db_test!(MIGRATIONS, async fn a_name_that_two_businesses_bear_names_neither(db) {
    small_town(&db).await;
    let mut tx = db.write().await.unwrap();
    assert_eq!(Businesses::by_name(&mut tx, " 王记面馆 ").await.unwrap(), id_of("王记面馆"));
    assert_eq!(Businesses::by_name(&mut tx, "王记").await.unwrap_err().code(), "invalid");
    let mut namesake = business(70, "王记面馆二店", Kind::Catering, "990303001002");
    namesake.business.name = "王记面馆".into();
    Businesses::add(&mut tx, &[namesake]).await.unwrap();
    let refused = Businesses::by_name(&mut tx, "王记面馆").await.unwrap_err().to_string();
    assert!(refused.contains("several"), "{refused}");
});

db_test!(MIGRATIONS, async fn a_told_event_stands_on_top_of_the_history(db) {
    small_town(&db).await;
    let mut tx = db.write().await.unwrap();
    let entry = HistoryEntry { at: noon(), kind: "rectification".into(), title: "整改办结".into(), text: "复核通过".into() };
    Businesses::tell(&mut tx, id_of("王记面馆"), entry).await.unwrap();
    let history = Businesses::history(&mut tx, id_of("王记面馆"), 10).await.unwrap();
    let titles: Vec<&str> = history.iter().map(|entry| entry.title.as_str()).collect();
    assert_eq!(titles, ["整改办结", "开业"]);
});

db_test!(MIGRATIONS, async fn the_licence_that_holds_longest_is_the_one_in_the_list(db) {
    let mut renewed = business(60, "续证小馆", Kind::Catering, "990302001007");
    let mut old = renewed.licences[0].clone();
    old.id = Id::named("licence/old");
    old.valid_to = "2023-04-16".parse().unwrap();
    let mut revoked = renewed.licences[0].clone();
    revoked.id = Id::named("licence/revoked");
    revoked.valid_to = "2030-01-01".parse().unwrap();
    revoked.revoked_on = Some("2025-01-01".parse().unwrap());
    renewed.licences.extend([old, revoked]);
    let mut tx = db.write().await.unwrap();
    Businesses::add(&mut tx, &[renewed]).await.unwrap();
    tx.commit().await.unwrap();
    let (_, page) = get(&db, city(), "/api/businesses").await;
    assert_eq!(page["items"][0]["licence_valid_to"], "2028-04-16");
    let (_, file) = get(&db, city(), &format!("/api/businesses/{}", id_of("续证小馆"))).await;
    let states: Vec<&str> =
        file["licences"].as_array().unwrap().iter().map(|licence| licence["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["revoked", "valid", "expired"]);
});

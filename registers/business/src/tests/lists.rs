//! Lists and the map: who sees what, and what the search finds.

use super::*;
use shian_testkit::db_test;

db_test!(MIGRATIONS, async fn an_officer_lists_the_businesses_of_the_own_area_only(db) {
    small_town(&db).await;
    let (status, page) = get(&db, station(), "/api/businesses").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(names(&page), ["石桥饺子馆", "石桥中心小学食堂", "王记面馆"]);
    assert_eq!(page["total"], 3);
    let (_, all) = get(&db, city(), "/api/businesses").await;
    assert_eq!(all["total"], 4);
    // Another area in the address narrows, it never widens.
    let (_, none) = get(&db, station(), "/api/businesses?area=990303").await;
    assert_eq!(none["total"], 0);
    let (_, west) = get(&db, city(), "/api/businesses?area=990303").await;
    assert_eq!(names(&west), ["福满楼酒家"]);
});

db_test!(MIGRATIONS, async fn a_row_says_where_how_graded_and_until_when_licensed(db) {
    small_town(&db).await;
    let (_, page) = get(&db, station(), "/api/businesses?q=wjmg").await;
    let row = &page["items"][0];
    assert_eq!(row["name"], "王记面馆");
    assert_eq!(row["kind"], "catering");
    assert_eq!(row["kind_title"], "餐饮服务");
    assert_eq!(row["area_name"], "石桥07网格");
    assert_eq!(row["station_name"], "石桥所");
    assert_eq!(row["grade"], "B");
    assert_eq!(row["status"], "active");
    assert_eq!(row["licence_valid_to"], "2028-04-16");
    assert_eq!(row["lon"], 119.461);
    assert!(row["licence_number"].as_str().unwrap().starts_with("JY2990302000042"));
    assert!(row.get("contact_phone").is_none() && row.get("legal_person").is_none());
});

db_test!(MIGRATIONS, async fn a_business_is_found_by_name_initials_codes_and_address(db) {
    small_town(&db).await;
    let code = CreditCode::make("92", "990302", 42).unwrap().to_string();
    for q in ["王记面馆", "记面", "wjmg", "WJMG", "jy2990302000042", &code[..17], &code.to_lowercase(), "石桥街42"] {
        let (_, page) = get(&db, station(), &format!("/api/businesses?q={}", encoded(q))).await;
        assert_eq!(names(&page), ["王记面馆"], "{q}");
    }
    for q in ["%", "_", "\\", "' or 1=1 --", "没有这家"] {
        let (status, page) = get(&db, station(), &format!("/api/businesses?q={}", encoded(q))).await;
        assert_eq!((status, page["total"].as_i64()), (StatusCode::OK, Some(0)), "{q}");
    }
});

db_test!(MIGRATIONS, async fn a_list_is_narrowed_by_kind_and_grade_and_paged(db) {
    small_town(&db).await;
    let (_, canteens) = get(&db, station(), "/api/businesses?kind=school_canteen&grade=A&q=").await;
    assert_eq!(names(&canteens), ["石桥中心小学食堂"]);
    let (_, second) = get(&db, station(), "/api/businesses?page=2&page_size=2").await;
    assert_eq!(names(&second), ["王记面馆"]);
    assert_eq!((second["total"].as_i64(), second["page"].as_i64()), (Some(3), Some(2)));
});

db_test!(MIGRATIONS, async fn a_name_that_is_the_query_comes_before_one_that_contains_it(db) {
    small_town(&db).await;
    let mut tx = db.write().await.unwrap();
    let more = [
        business(50, "阿福酒家", Kind::Catering, "990302001007"),
        business(51, "酒家", Kind::Catering, "990302001007"),
    ];
    Businesses::add(&mut tx, &more).await.unwrap();
    tx.commit().await.unwrap();
    let (_, page) = get(&db, city(), &format!("/api/businesses?q={}", encoded("酒家"))).await;
    assert_eq!(names(&page), ["酒家", "阿福酒家", "福满楼酒家"]);
});

db_test!(MIGRATIONS, async fn a_query_that_means_nothing_is_refused_by_field(db) {
    small_town(&db).await;
    for (query, field) in [("kind=pharmacy", "kind"), ("grade=E", "grade"), ("area=abc", "area"), ("page=0", "page")] {
        let (status, problem) = get(&db, station(), &format!("/api/businesses?{query}")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert_eq!(problem["fields"][0]["field"], field);
    }
    assert_eq!(get(&db, station(), "/api/businesses?q=a%00b").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let long = "a".repeat(101);
    assert_eq!(get(&db, station(), &format!("/api/businesses?q={long}")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
});

db_test!(MIGRATIONS, async fn a_merchant_sees_the_own_business_and_a_stranger_none(db) {
    small_town(&db).await;
    let merchant = Some(("merchant.manager", Reach::Business { id: id_of("王记面馆") }));
    let (_, page) = get(&db, merchant, "/api/businesses").await;
    assert_eq!(names(&page), ["王记面馆"]);
    for path in ["/api/businesses", "/api/businesses/points", &format!("/api/businesses/{}", id_of("王记面馆"))] {
        assert_eq!(get(&db, None, path).await.0, StatusCode::UNAUTHORIZED, "{path}");
    }
});

db_test!(MIGRATIONS, async fn the_map_has_a_point_for_each_business_that_is_not_gone(db) {
    small_town(&db).await;
    let (_, map) = get(&db, station(), "/api/businesses/points").await;
    let points = map["points"].as_array().unwrap();
    assert_eq!(points.len(), 2);
    let noodles = points.iter().find(|point| point[1] == "王记面馆").unwrap();
    assert_eq!(noodles[0], id_of("王记面馆").to_string());
    assert_eq!((noodles[2].as_f64(), noodles[3].as_f64()), (Some(119.461), Some(34.285)));
    assert_eq!((&noodles[4], &noodles[5]), (&Value::from("catering"), &Value::from("B")));
    assert_eq!(map["truncated"], false);
});

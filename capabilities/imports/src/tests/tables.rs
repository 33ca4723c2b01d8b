//! Businesses and licences: what is added, what is the same, what is refused, where each value came from.

use super::*;
use shian_testkit::db_test;

db_test!(migrations(), async fn e15_good_rows_come_in_bad_ones_come_back_and_a_second_run_changes_nothing(db) {
    let hall = hall(&db).await;
    let good = shop(42, "王记面馆");
    let table = format!(
        "{HEAD}{good}坏码面馆,91330100799655058A,餐饮服务,张三,13800002207,河东区石桥街43号,石桥所,2023-04-20\n\
         =cmd|' /C calc'!A0,{},药店,,,河东区石桥街44号,东山所,2023-02-30\n",
        code(44)
    );
    let import = hall.bring("businesses", "registration", table.as_bytes()).await;
    assert_eq!((&import["state"], counts(&import)), (&json!("done"), [1, 0, 0, 2]), "{import}");
    assert_eq!(import["format"], "CSV · UTF-8 · 逗号分隔");
    assert_eq!((import["rows_done"].as_i64(), import["rows_total"].as_i64()), (Some(3), Some(3)));

    let errors = hall.errors(&import).await;
    let lines: Vec<&str> = errors.lines().collect();
    assert!(lines[0].starts_with('\u{feff}') && lines[0].ends_with("成立日期,行号,列,原因"), "{errors}");
    assert!(lines[1].contains(",3,统一社会信用代码,信用代码第 18 位校验不符"), "{errors}");
    // All reasons of a row at once, and no formula for the spreadsheet that opens it.
    assert!(lines[2].starts_with("'=cmd"), "{errors}");
    assert!(lines[2].contains(",4,业态；成立日期,") && lines[2].contains("药店"), "{errors}");

    let again = hall.bring("businesses", "registration", table.as_bytes()).await;
    assert_eq!(counts(&again), [0, 0, 1, 2]);
    assert_eq!(hall.count().await, 1);

    // Mended, the file of errors is sent as it is: its own columns are no data.
    let mended = errors.replace("91330100799655058A", "91330100799655058B").replace("药店", "餐饮服务").replace("2023-02-30", "2023-02-28").replace("东山所", "石桥所");
    let mended = hall.bring("businesses", "registration", mended.as_bytes()).await;
    assert_eq!(counts(&mended), [2, 0, 0, 0], "{mended}");
    hall.business("=cmd|' /C calc'!A0").await;
});

db_test!(migrations(), async fn e15_a_dry_run_counts_and_writes_nothing(db) {
    let hall = hall(&db).await;
    let table = format!("{HEAD}{}{}{}", shop(1, "甲"), shop(2, "乙"), shop(1, "甲"));
    let sent = hall.send("businesses", "a.csv", table.as_bytes()).await;
    let id = sent.json["id"].as_str().unwrap();
    assert_eq!(hall.start(id, json!({ "source": "licensing", "dry_run": true })).await.status, StatusCode::ACCEPTED);
    hall.runner.run_due().await.unwrap();
    let checked = hall.get(&format!("/api/imports/{id}")).await.json;
    assert_eq!((&checked["state"], counts(&checked)), (&json!("checked"), [2, 0, 1, 0]), "{checked}");
    assert_eq!(hall.count().await, 0);
    // The same import is then run in earnest, once.
    assert_eq!(hall.start(id, json!({ "source": "licensing" })).await.status, StatusCode::ACCEPTED);
    let twice = hall.start(id, json!({ "source": "licensing" })).await;
    assert_eq!((twice.status, &twice.json["code"]), (StatusCode::CONFLICT, &json!("imports.not_startable")));
    hall.runner.run_due().await.unwrap();
    assert_eq!(counts(&hall.get(&format!("/api/imports/{id}")).await.json), [2, 0, 1, 0]);
    assert_eq!(hall.count().await, 2);
});

db_test!(migrations(), async fn e02_two_sources_that_disagree_are_both_kept_and_shown(db) {
    let hall = hall(&db).await;
    let first = format!("{HEAD}{}", shop(42, "王记面馆"));
    hall.bring("businesses", "registration", first.as_bytes()).await;
    let second = first.replace("13800002206", "13800009999").replace("王秀兰", "王建国");
    let import = hall.bring("businesses", "supervision", second.as_bytes()).await;
    assert_eq!(counts(&import), [0, 1, 0, 0]);

    let id = hall.business("王记面馆").await;
    let file = hall.get(&format!("/api/businesses/{id}")).await.json;
    // 日常监管 is believed for telephones, 市场主体登记 for the legal person.
    assert_eq!((&file["contact_phone_masked"], &file["legal_person"]), (&json!("138****9999"), &json!("王秀兰")));
    assert_eq!(file["history"][0]["title"], "档案变更");

    let sources = hall.get(&format!("/api/businesses/{id}/sources")).await;
    assert!(!sources.text.contains("13800009999") && !sources.text.contains("13800002206"), "telephones are masked");
    let field = |code: &str| sources.json.as_array().unwrap().iter().find(|f| f["field"] == code).cloned().unwrap();
    let person = field("legal_person");
    assert_eq!((&person["conflict"], person["told"].as_array().unwrap().len()), (&json!(true), 2));
    let believed = &person["told"][0];
    assert_eq!((&believed["value"], &believed["source_title"], &believed["line"]), (&json!("王秀兰"), &json!("市场主体登记"), &json!(2)));
    assert_eq!((&believed["file_name"], &believed["by"]), (&json!("表.csv"), &json!("林涛")));
    assert_eq!(field("name")["conflict"], false);
    // Both sources sent once more: nothing is said that was not said.
    assert_eq!(counts(&hall.bring("businesses", "supervision", second.as_bytes()).await), [0, 0, 1, 0]);
    assert_eq!(counts(&hall.bring("businesses", "registration", first.as_bytes()).await), [0, 0, 1, 0]);
});

db_test!(migrations(), async fn one_credit_code_at_two_addresses_is_two_businesses_however_often(db) {
    let hall = hall(&db).await;
    let table = format!("{HEAD}{}{}", shop(7, "王记面馆"), shop(7, "王记面馆").replace("7号", "9号"));
    let import = hall.bring("businesses", "licensing", table.as_bytes()).await;
    assert_eq!((counts(&import), import["counts"]["warned"].as_i64()), ([2, 0, 0, 0], Some(2)));
    assert!(import["issues"].to_string().contains("另一处经营场所"));
    assert_eq!(counts(&hall.bring("businesses", "licensing", table.as_bytes()).await), [0, 0, 2, 0]);
    // Written in another way it is the same address.
    let spaced = table.replace("河东区石桥街", "河东区 石桥街");
    assert_eq!(counts(&hall.bring("businesses", "other", spaced.as_bytes()).await), [0, 2, 0, 0]);
    assert_eq!(hall.count().await, 2);
});

db_test!(migrations(), async fn a_place_is_estimated_and_said_so_until_somebody_tells_it(db) {
    let hall = hall(&db).await;
    let table = format!("{HEAD}{}", shop(42, "王记面馆"));
    hall.bring("businesses", "registration", table.as_bytes()).await;
    let id = hall.business("王记面馆").await;
    let file = hall.get(&format!("/api/businesses/{id}")).await.json;
    assert_eq!((&file["lon"], &file["labels"][0]["title"]), (&json!(119.4), &json!("位置待核")));
    let told = table.replace("成立日期", "成立日期,经度,纬度").replace("2023-04-20", "2023-04-20,119.461,34.285");
    hall.bring("businesses", "supervision", told.as_bytes()).await;
    let file = hall.get(&format!("/api/businesses/{id}")).await.json;
    assert_eq!((&file["lon"], &file["labels"]), (&json!(119.461), &json!([])));
    let sources = hall.get(&format!("/api/businesses/{id}/sources")).await.json;
    let place = sources.as_array().unwrap().iter().find(|f| f["field"] == "location").unwrap();
    assert_eq!((&place["conflict"], place["told"].as_array().unwrap().len()), (&json!(false), 1), "an estimate is nobody's word");
});

db_test!(migrations(), async fn who_names_only_the_station_does_not_take_the_grid_away(db) {
    let hall = hall(&db).await;
    let table = format!("{HEAD}{}", shop(42, "王记面馆"));
    hall.bring("businesses", "registration", table.replace("石桥所", "石桥07网格").as_bytes()).await;
    let id = hall.business("王记面馆").await;
    hall.bring("businesses", "supervision", table.as_bytes()).await;
    let file = hall.get(&format!("/api/businesses/{id}")).await.json;
    assert_eq!((&file["area_name"], &file["station_name"]), (&json!("石桥07网格"), &json!("石桥所")));
    // Another station is news, and the supervising office is believed.
    let moved = table.replace(",石桥所,", ",西门所,");
    assert_eq!(counts(&hall.bring("businesses", "supervision", moved.as_bytes()).await), [0, 1, 0, 0]);
    let file = hall.get(&format!("/api/businesses/{id}")).await.json;
    assert_eq!(file["station_name"], "西门所");
});

db_test!(migrations(), async fn licences_find_their_business_and_a_renewal_is_a_licence_of_its_own(db) {
    let hall = hall(&db).await;
    hall.bring("businesses", "registration", format!("{HEAD}{}", shop(42, "王记面馆")).as_bytes()).await;
    let head = "许可证编号,信用代码,发证机关,经营项目,有效期起,有效期至,许可证状态,注销日期\n";
    let row = |number: &str, code: &str, from: &str, to: &str, state: &str| {
        format!("{number},{code},河东区市场监督管理局,热食类食品制售,{from},{to},{state}\n")
    };
    let table = [
        head.to_owned(),
        row(&number(42), &code(42), "2018-04-17", "2023-04-16", "过期,"),
        row(&number(42), "", "2023/4/17", "2028年4月16日", "有效,"),
        row(&number(43), &code(99), "2023-04-17", "2028-04-16", "有效,"),
        row(&number(42), &code(1), "2023-04-17", "2028-04-16", "有效,"),
        row(&number(42), &code(42), "2028-04-17", "2023-04-16", "有效,"),
        row(&number(44), &code(42), "2023-04-17", "2028-04-16", "注销,"),
        row("JY11105000000001", &code(42), "2023-04-17", "2028-04-16", "有效,"),
    ]
    .concat();
    let import = hall.bring("licences", "licensing", table.as_bytes()).await;
    assert_eq!(counts(&import), [2, 0, 0, 5], "{import}");
    let errors = hall.errors(&import).await;
    for why in ["库里没有这家主体", "另一个信用代码名下", "早于有效期起", "缺少日期", "校验位不符"] {
        assert!(errors.contains(why), "{why}: {errors}");
    }
    let id = hall.business("王记面馆").await;
    let file = hall.get(&format!("/api/businesses/{id}")).await.json;
    let states: Vec<&str> = file["licences"].as_array().unwrap().iter().map(|l| l["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["valid", "expired"]);
    assert_eq!(counts(&hall.bring("licences", "licensing", table.as_bytes()).await), [0, 0, 2, 5]);

    // Another source knows another last day: both are shown, the licensing office is believed.
    let other = [head.to_owned(), row(&number(42), &code(42), "2023-04-17", "2027-04-16", "有效,")].concat();
    assert_eq!(counts(&hall.bring("licences", "report", other.as_bytes()).await), [0, 1, 0, 0]);
    let sources = hall.get(&format!("/api/businesses/{id}/sources")).await.json;
    let conflict = sources.as_array().unwrap().iter().find(|f| f["conflict"] == true).unwrap();
    assert_eq!((&conflict["title"], &conflict["told"][0]["value"]), (&json!("有效期至"), &json!("2028-04-16")));
    assert_eq!(conflict["licence_number"], number(42).as_str());
    assert_eq!(hall.get(&format!("/api/businesses/{id}")).await.json["licences"][0]["valid_to"], "2028-04-16");
});

db_test!(migrations(), async fn foreign_headings_are_mapped_once_and_remembered_for_their_source(db) {
    let hall = hall(&db).await;
    let table = format!("Shop,{}", &HEAD["名称,".len()..]).replace("电话", "Tel") + &shop(42, "王记面馆");
    let sent = hall.send("businesses", "a.csv", table.as_bytes()).await.json;
    let id = sent["id"].as_str().unwrap();
    let unread: Vec<&str> = sent["columns"].as_array().unwrap().iter().filter(|c| c["field"].is_null()).map(|c| c["heading"].as_str().unwrap()).collect();
    assert_eq!(unread, ["Shop", "Tel"], "what is not understood is listed");
    assert_eq!(sent["columns"][0]["samples"][0], "王记面馆");

    let refused = hall.start(id, json!({ "source": "licensing" })).await;
    assert_eq!((refused.status, &refused.json["fields"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("name")));
    for wrong in [json!({ "source": "licensing", "columns": { "Shop": "colour" } }), json!({ "source": "platform" }), json!({ "source": "x" })] {
        assert_eq!(hall.start(id, wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let columns = json!({ "Shop": "name", "Tel": "contact_phone" });
    let started = hall.start(id, json!({ "source": "licensing", "columns": columns, "remember": true })).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.text);
    hall.runner.run_due().await.unwrap();
    assert_eq!(counts(&hall.get(&format!("/api/imports/{id}")).await.json), [1, 0, 0, 0]);
    // The next table of this source needs no word.
    assert_eq!(counts(&hall.bring("businesses", "licensing", table.as_bytes()).await), [0, 0, 1, 0]);
    let other = hall.send("businesses", "a.csv", table.as_bytes()).await.json;
    let other = hall.start(other["id"].as_str().unwrap(), json!({ "source": "credit" })).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "another source was told nothing");
});

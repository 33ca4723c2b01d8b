//! Matters over HTTP: each endpoint works, refuses, and shows a stranger nothing.

mod books;
mod office;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use books::{at, facts};
use http::StatusCode;
use office::{MIGRATIONS, Office};
use serde_json::{Value as Json, json};
use shian_access::{Policy, Principal};
use shian_base::HandClock;
use shian_testkit::db_test;
use shian_web::Caller;
use tower::ServiceExt;

struct Desk {
    office: Office,
    clock: Arc<HandClock>,
    router: Router,
    policy: Arc<Policy>,
}

impl Desk {
    fn at(db: shian_db::Db, now: &str) -> Self {
        let office = Office::on(db);
        let clock = HandClock::at(at(now));
        let module = shian_matter::module(office.matters.clone(), office.db.clone(), clock.clone());
        let policy = Arc::new(Policy::new(module.policy.clone()).unwrap());
        let (router, _) = module.router.split_for_parts();
        Self { office, clock, router, policy }
    }

    async fn ask(&self, who: Option<&Principal>, method: &str, path: &str, body: Option<Json>) -> (StatusCode, Json) {
        let caller = Caller::new(who.cloned(), self.policy.clone());
        let router = self.router.clone().layer(axum::middleware::from_fn(move |mut request: Request, next: Next| {
            request.extensions_mut().insert(caller.clone());
            next.run(request)
        }));
        let mut request = http::Request::builder().method(method).uri(path);
        let body = body.map_or(Body::empty(), |json| Body::from(json.to_string()));
        request = request.header("content-type", "application/json");
        let response = router.oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
    }
}

db_test!(MIGRATIONS, async fn an_officer_judges_over_http_and_the_business_answers(db) {
    let desk = Desk::at(db, "2026-11-19 14:31");
    let (limin, wangji) = (desk.office.limin(), desk.office.wangji());
    let id = desk.office.alert(facts(2), at("2026-11-19 14:31")).await;

    let (status, page) = desk.ask(Some(&limin), "GET", "/api/matters?queue=mine&page_size=10", None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((page["total"].as_i64(), page["items"][0]["id"].as_str()), (Some(1), Some(id.to_string().as_str())));
    assert_eq!(page["items"][0]["clock"]["left"], json!({ "amount": 24, "unit": "hour", "overdue": false }));
    assert_eq!(page["items"][0]["clock"]["on_expiry"], json!("到期未办理将通知所长"));

    let path = format!("/api/matters/{id}");
    let (_, file) = desk.ask(Some(&limin), "GET", &path, None).await;
    assert_eq!(file["acts"][1]["id"], json!("order"));
    assert_eq!(file["acts"][1]["opens"], json!("责令改正"));
    assert_eq!(file["acts"][1]["form"]["schema"]["properties"]["requirement"]["default"], json!("清除动物"));
    assert_eq!(file["history"][0]["act_title"], json!("识别：动物进入 0.93"));
    assert_eq!(file["law"][0]["article"], json!("有害生物防制"));

    let act = format!("{path}/acts/order");
    let (status, problem) = desk.ask(Some(&limin), "POST", &act, Some(json!({ "form": {} }))).await;
    assert_eq!((status, problem["fields"][0]["field"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("requirement")));
    let order = json!({ "form": { "requirement": "封堵鼠洞" }, "revision": 1, "request_id": "r1" });
    let (status, file) = desk.ask(Some(&limin), "POST", &act, Some(order.clone())).await;
    assert_eq!((status, file["state"].as_str(), file["result"].as_str()), (StatusCode::OK, Some("valid"), Some("有效，已责令改正")));
    let child = file["children"][0]["id"].as_str().unwrap().to_owned();
    // The second click gets the same answer.
    let (status, again) = desk.ask(Some(&limin), "POST", &act, Some(order)).await;
    assert_eq!((status, again["children"].as_array().unwrap().len()), (StatusCode::OK, 1));
    let (status, problem) = desk.ask(Some(&limin), "POST", &act, Some(json!({ "form": { "requirement": "再来" }, "revision": 1 }))).await;
    assert_eq!((status, problem["code"].as_str(), problem["facts"]["by"].as_str()), (StatusCode::CONFLICT, Some("matter.stale"), Some("李敏")));

    let (_, page) = desk.ask(Some(&wangji), "GET", "/api/matters?queue=mine", None).await;
    assert_eq!((page["total"].as_i64(), page["items"][0]["id"].as_str()), (Some(1), Some(child.as_str())));
    let photo = desk.office.photo(&wangji).await;
    let submit = json!({ "form": { "statement": "已封堵" }, "files": [photo] });
    let path = format!("/api/matters/{child}/acts/submit");
    // Somebody else's photo cannot be attached.
    let foreign = desk.office.photo(&desk.office.other_merchant()).await;
    let (status, _) = desk.ask(Some(&wangji), "POST", &path, Some(json!({ "form": { "statement": "已封堵" }, "files": [foreign] }))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, file) = desk.ask(Some(&wangji), "POST", &path, Some(submit)).await;
    assert_eq!((status, file["state_title"].as_str()), (StatusCode::OK, Some("待复核")));
    assert_eq!(file["history"][1]["files"][0]["url"], json!(format!("/api/files/{photo}")));
    assert_eq!(file["steps"][2], json!({ "state": "review", "title": "复核", "at": "now" }));

    let (status, public) = desk.ask(None, "GET", &format!("/api/public/businesses/{}/rectifications", Office::business()), None).await;
    assert_eq!(status, StatusCode::OK);
    let keys: Vec<&str> = public[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "title", "found_on", "state", "due_on", "mended_on", "requirement"]);
    assert_eq!((public[0]["state"].as_str(), public[0]["found_on"].as_str()), (Some("open"), Some("2026-11-19")));
});

db_test!(MIGRATIONS, async fn a_stranger_is_asked_to_sign_in_and_another_station_finds_nothing(db) {
    let desk = Desk::at(db, "2026-11-19 14:31");
    let id = desk.office.alert(facts(2), at("2026-11-19 14:31")).await;
    let nowhere = shian_base::Id::<()>::named("nothing");
    for (method, path) in [
        ("GET", "/api/matters".to_owned()),
        ("GET", format!("/api/matters/{id}")),
        ("POST", format!("/api/matters/{id}/acts/dismiss")),
        ("GET", "/api/alarms".to_owned()),
        ("POST", format!("/api/alarms/{nowhere}/seen")),
    ] {
        let body = (method == "POST").then(|| json!({ "form": { "reason": "其他" } }));
        let (status, _) = desk.ask(None, method, &path, body.clone()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
        if path.contains(&id.to_string()) || path.contains("seen") {
            for who in [desk.office.zhoukai(), desk.office.wangji()] {
                let (status, _) = desk.ask(Some(&who), method, &path, body.clone()).await;
                assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path} as {}", who.name);
            }
        }
    }
    for path in ["/api/matters/x", "/api/matters/%27%20or%201=1", "/api/matters?business=x"] {
        let (status, _) = desk.ask(Some(&desk.office.limin()), "GET", path, None).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    let (status, problem) = desk.ask(Some(&desk.office.limin()), "GET", "/api/matters?overdue=perhaps", None).await;
    assert_eq!((status, problem["fields"][0]["code"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("web.query")));
    let (status, _) = desk.ask(Some(&desk.office.limin()), "GET", "/api/matters?page=0", None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
});

db_test!(MIGRATIONS, async fn an_alarm_is_shown_to_its_post_until_it_is_seen(db) {
    let desk = Desk::at(db, "2026-11-19 16:31");
    desk.office.alert(facts(1), at("2026-11-19 14:31")).await;
    desk.office.sweep(at("2026-11-19 16:31")).await;
    let zhaoqiang = desk.office.zhaoqiang();
    let (_, alarms) = desk.ask(Some(&zhaoqiang), "GET", "/api/alarms", None).await;
    assert_eq!((alarms[0]["text"].as_str(), alarms[0]["seen"].as_bool()), (Some("研判期限已于11月19日16时31分届满，尚未办理"), Some(false)));
    desk.clock.advance_seconds(60);
    let path = format!("/api/alarms/{}/seen", alarms[0]["id"].as_str().unwrap());
    let (status, _) = desk.ask(Some(&zhaoqiang), "POST", &path, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (_, alarms) = desk.ask(Some(&zhaoqiang), "GET", "/api/alarms", None).await;
    assert_eq!(alarms[0]["seen"].as_bool(), Some(true));
    let (status, _) = desk.ask(Some(&desk.office.limin()), "POST", &path, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "an alarm to the head is not the officer's");
});

db_test!(MIGRATIONS, async fn t12_a_batch_is_done_matter_by_matter_each_with_its_own_reason(db) {
    let desk = Desk::at(db, "2026-11-19 14:31");
    let now = at("2026-11-19 14:31");
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(desk.office.alert(facts(2), now).await.to_string());
    }
    let limin = desk.office.limin();
    let act = |id: &str, act: &str, form: Json| {
        let path = format!("/api/matters/{id}/acts/{act}");
        let (desk, who) = (&desk, desk.office.chenhao());
        async move { desk.ask(Some(&who), "POST", &path, Some(json!({ "form": form }))).await }
    };
    assert_eq!(act(&ids[1], "claim", json!({})).await.0, StatusCode::OK);
    assert_eq!(act(&ids[2], "supervise", json!({ "reason": "无权" })).await.0, StatusCode::FORBIDDEN);
    assert_eq!(act(&ids[3], "dismiss", json!({ "reason": "其他" })).await.0, StatusCode::OK);
    let nowhere = shian_base::Id::<()>::named("nothing").to_string();
    let matters: Vec<Json> = ids.iter().chain([&nowhere]).map(|id| json!({ "id": id })).collect();
    let body = json!({ "act": "dismiss", "matters": matters, "form": { "reason": "光线或反光" }, "request_id": "batch-1" });
    let (status, results) = desk.ask(Some(&limin), "POST", "/api/matters/acts", Some(body.clone())).await;
    assert_eq!(status, StatusCode::OK);
    let codes: Vec<Option<&str>> = results.as_array().unwrap().iter().map(|r| r["code"].as_str()).collect();
    assert_eq!(codes, [None, Some("matter.held_by"), None, Some("matter.not_possible"), Some("not_found")]);
    // Pressed twice, done once: what was done answers as before.
    let (_, again) = desk.ask(Some(&limin), "POST", "/api/matters/acts", Some(body)).await;
    assert_eq!((again[0]["done"].as_bool(), again[2]["done"].as_bool()), (Some(true), Some(true)));
    let (_, file) = desk.ask(Some(&limin), "GET", &format!("/api/matters/{}", ids[0]), None).await;
    assert_eq!(file["history"].as_array().unwrap().len(), 2);
    for wrong in [json!([]), json!([{ "id": ids[0] }, { "id": ids[0] }]), json!(vec![json!({ "id": ids[0] }); 101])] {
        let body = json!({ "act": "dismiss", "matters": wrong });
        assert_eq!(desk.ask(Some(&limin), "POST", "/api/matters/acts", Some(body)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
});

db_test!(MIGRATIONS, async fn t12_the_piles_of_a_desk_agree_with_its_lists_and_the_workload_is_for_heads(db) {
    let desk = Desk::at(db, "2026-11-19 14:31");
    let now = at("2026-11-19 14:31");
    let (limin, zhaoqiang) = (desk.office.limin(), desk.office.zhaoqiang());
    for class in [1, 2, 3] {
        let id = desk.office.alert(facts(class), now).await;
        if class == 3 {
            desk.office.act(id, "claim", &limin, Default::default(), now).await.unwrap();
        }
    }
    let (_, piles) = desk.ask(Some(&limin), "GET", "/api/matters/piles", None).await;
    for (pile, query, found) in [("mine", "queue=mine", 3), ("handled", "queue=handled", 1), ("unclaimed", "queue=unclaimed", 2), ("due_week", "queue=mine&due=week", 3), ("overdue", "overdue=true", 0)] {
        let (_, page) = desk.ask(Some(&limin), "GET", &format!("/api/matters?{query}"), None).await;
        assert_eq!((piles[pile].as_i64(), page["total"].as_i64()), (Some(found), Some(found)), "{pile}");
    }
    // Class 1 runs out today, class 2 tomorrow, class 3 on Saturday.
    for (day, found) in [("2026-11-19", 1), ("2026-11-20", 2), ("2026-11-21", 3)] {
        let (_, page) = desk.ask(Some(&limin), "GET", &format!("/api/matters?expires={day}"), None).await;
        assert_eq!(page["total"].as_i64(), Some(found), "by {day}");
    }
    let (_, page) = desk.ask(Some(&limin), "GET", &format!("/api/matters?handler={}", limin.person_id), None).await;
    assert_eq!((page["total"].as_i64(), page["items"][0]["handler"]["name"].as_str()), (Some(1), Some("李敏")));
    assert_eq!(desk.ask(Some(&limin), "GET", "/api/matters?queue=theirs", None).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(desk.ask(Some(&limin), "GET", "/api/matters/workload", None).await.0, StatusCode::FORBIDDEN);
    let (_, rows) = desk.ask(Some(&zhaoqiang), "GET", "/api/matters/workload", None).await;
    assert_eq!((rows[0]["name"].as_str(), rows[0]["open"].as_i64()), (Some("李敏"), Some(1)));
});

//! The law over HTTP: everyone may read and count, the office also sees what it set itself. [S09]

mod books;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use books::at;
use http::StatusCode;
use serde_json::Value as Json;
use shian_access::{Policy, Principal, Reach};
use shian_base::{HandClock, Id};
use shian_law::LawBook;
use shian_web::Caller;
use tower::ServiceExt;

fn officer() -> Principal {
    let reach = Reach::Area { code: "990302001".into() };
    Principal { person_id: Id::named("李敏"), account: "limin".into(), name: "李敏".into(), post: "station.officer".into(), reach }
}

async fn ask(who: Option<Principal>, path: &str) -> (StatusCode, Json) {
    let law = Arc::new(LawBook::load(None).unwrap());
    let module = shian_law::module(law, HandClock::at(at("2026-11-21 12:00")));
    let caller = Caller::new(who, Arc::new(Policy::new(module.policy).unwrap()));
    let (router, _) = module.router.split_for_parts();
    let router: Router = router.layer(axum::middleware::from_fn(move |mut request: Request, next: Next| {
        request.extensions_mut().insert(caller.clone());
        next.run(request)
    }));
    let response = router.oneshot(http::Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 22).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
}

async fn good(path: &str) -> Json {
    let (status, json) = ask(None, path).await;
    assert_eq!(status, StatusCode::OK, "{json}");
    json
}

#[tokio::test]
async fn everyone_finds_every_deadline_with_its_article_and_its_days() {
    let page = good("/api/law/values?page_size=200").await;
    assert_eq!(page["total"], 111);
    let found = good("/api/law/values?q=%E5%8F%AC%E5%9B%9E%20%E4%B8%80%E7%BA%A7&in_force=true").await;
    let codes: Vec<&str> = found["items"].as_array().unwrap().iter().map(|v| v["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["RCL.START1", "RCL.DONE1"], "召回 一级, today still by the old rules");
    assert_eq!(found["items"][0]["articles"][0]["article"], "第十三条");
    assert_eq!(found["items"][1]["length"], "10个工作日");
    let later = good("/api/law/values?q=RCL.DONE1&in_force=true&on=2026-12-01").await;
    assert_eq!((later["total"].clone(), later["items"][0]["length"].clone()), (1.into(), "10日".into()));
    let opens = good("/api/law/values?kind=opens").await;
    assert_eq!(opens["total"], 3);
}

#[tokio::test]
async fn what_the_office_set_itself_is_for_the_office() {
    let (_, own) = ask(Some(officer()), "/api/law/values?kind=setting&page_size=200").await;
    assert!(own["total"].as_i64().unwrap() > 10);
    assert!(own["items"].as_array().unwrap().iter().all(|v| v["setting"] == true && v["deadline"].is_null()));
    let merchant = Principal { post: "merchant.manager".into(), reach: Reach::Business { id: Id::named("王记面馆") }, ..officer() };
    for who in [None, Some(merchant)] {
        assert_eq!(ask(who, "/api/law/values?kind=setting").await.1["total"], 0);
    }
}

#[tokio::test]
async fn a_deadline_is_counted_step_by_step() {
    let said = good("/api/law/deadline?code=SMP.RECHECK_APPLY&from=2026-09-24").await;
    assert_eq!((said["says"].as_str(), said["day"].as_str()), (Some("最迟2026年10月12日24时"), Some("2026-10-12")));
    let days = said["parts"][0]["days"].as_array().unwrap();
    let why = |day: &str| days.iter().find(|d| d["day"] == day).unwrap()["why"].as_str().unwrap().to_owned();
    assert_eq!(why("2026-09-24"), "当日不计入");
    assert_eq!(why("2026-09-25"), "中秋节放假，不计");
    assert_eq!(why("2026-10-10"), "国庆节调休上班，计入");
    assert_eq!(why("2026-10-11"), "周末，不计");
    let rolled = good("/api/law/deadline?code=CASE.PAY&from=2026-09-16").await;
    let days = rolled["parts"][0]["days"].as_array().unwrap();
    assert_eq!((rolled["day"].as_str(), days.last().unwrap()["why"].as_str()), (Some("2026-10-08"), Some("顺延至此日")));
    assert!(rolled["value"]["deadline"]["rolls"].as_str().unwrap().contains("处罚程序规定》第八十条"));
    let longer = good("/api/law/deadline?code=CASE.VERIFY&from=2026-09-14&paused_from=2026-09-21&paused_to=2026-10-12&extended=true").await;
    assert_eq!((longer["day"].as_str(), longer["parts"].as_array().unwrap().len()), (Some("2026-11-13"), 3));
    let over_year = good("/api/law/deadline?code=CASE.VERIFY&from=2026-12-21").await;
    assert!(over_year["provisional"] == true && over_year["warning"].as_str().unwrap().contains("暂定"));
    let hours = good("/api/law/deadline?code=RCL.START2&from=2026-12-01T00:00:00%2B08:00").await;
    assert_eq!(hours["says"], "最迟2026年12月2日12时00分");
    let renew = good("/api/law/deadline?code=LIC.RENEW_OPEN&from=2026-11-30").await;
    assert_eq!(renew["says"], "最早2026年7月21日");
    assert_eq!(good("/api/law/deadline?code=ENT.TRAIN&from=2026-03-02").await["says"], "2026年内累计不少于40小时");
    // What began under the old rules goes on under them.
    let old = good("/api/law/deadline?code=RCL.DONE1&from=2026-12-02&on=2026-11-29").await;
    assert_eq!((old["value"]["length"].as_str(), old["day"].as_str()), (Some("10个工作日"), Some("2026-12-16")));
}

#[tokio::test]
async fn what_cannot_be_counted_is_refused_with_the_field_and_the_reason() {
    for (query, status, says) in [
        ("code=NO.SUCH&from=2026-11-21", 404, ""),
        ("code=CASE.VERIFY", 422, "请写明起算的日期"),
        ("code=CASE.VERIFY&from=yesterday", 422, "请写明起算的日期"),
        ("code=CASE.VERIFY&from=2015-01-01", 422, "2015-01-01 没有这项期限的规定"),
        ("code=RPT.NOTIFY&from=2026-04-15", 422, "没有这项期限的规定"),
        ("code=RCL.START1&from=2026-12-01", 422, "按小时计算的期限，请写明时刻"),
        ("code=CASE.PAY&from=2026-11-21&extended=true", 422, "没有写明可以延长多久"),
        ("code=CASE.VERIFY&from=2026-11-21&paused_from=2026-11-25", 422, "成对填写"),
        ("code=CASE.VERIFY&from=2026-11-21&paused_from=2026-11-25&paused_to=2026-11-24", 422, "成对填写"),
        ("code=CASE.VERIFY&from=2026-11-21&paused_from=soon", 422, "不是日期"),
    ] {
        let (code, json) = ask(None, &format!("/api/law/deadline?{query}")).await;
        assert_eq!(code.as_u16(), status, "{query}: {json}");
        assert!(json["detail"].as_str().unwrap().contains(says), "{query}: {json}");
    }
    assert_eq!(ask(None, "/api/law/values?on=soon").await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

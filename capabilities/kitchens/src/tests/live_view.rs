//! The live view as a browser receives it.

use super::*;
use futures::StreamExt as _;
use shian_people::{CallerLayer, NewPerson, People, PeopleConfig, SessionWatch, say_who_calls};
use shian_testkit::db_test;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

async fn view(bench: &Bench, person: Option<(&str, Reach)>, id: CameraId) -> Vec<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, bench.app(person)).into_future());
    let (socket, _) = tokio_tungstenite::connect_async(format!("ws://{address}/api/cameras/{id}/live")).await.unwrap();
    let seen = socket.filter_map(|message| async move {
        match message.ok()? {
            Message::Text(text) => Some(text.to_string()),
            Message::Binary(bytes) => Some(format!("<{}>", String::from_utf8_lossy(&bytes))),
            _ => None,
        }
    });
    let seen = tokio::time::timeout(std::time::Duration::from_secs(10), seen.collect::<Vec<_>>()).await.unwrap();
    server.abort();
    seen
}

db_test!(MIGRATIONS, async fn a_live_view_begins_with_its_init_ends_with_a_reason_and_is_logged(db) {
    let bench = Bench::new(&db).await;
    let id = bench.watched("烹饪区 01", true).await;
    let seen = view(&bench, station(), id).await;
    let init: Value = serde_json::from_str(&seen[0]).unwrap();
    assert_eq!(init, json!({"type": "init", "mime": "video/mp4; codecs=\"avc1.64001f\"", "codec": "h264", "width": 1920, "height": 1080}));
    assert_eq!(seen[1..4], ["<init>", "<frame>", "{\"type\":\"drop\"}"]);
    assert!(seen[4].contains("\"camera.offline\""), "{}", seen[4]);
    view(&bench, None, id).await;
    let ended = async {
        loop {
            let log: Vec<(String, Option<i64>)> = bench.rows("select post, ended_at from camera_view order by id", args![]).await;
            if log.iter().all(|(_, ended)| ended.is_some()) {
                return log.into_iter().map(|(post, _)| post).collect::<Vec<_>>();
            }
            tokio::task::yield_now().await;
        }
    };
    let posts = tokio::time::timeout(std::time::Duration::from_secs(5), ended).await.unwrap();
    assert_eq!(posts, ["station.officer", "stranger"]);
});

db_test!(MIGRATIONS, async fn a_camera_that_is_away_ends_the_view_with_its_reason(db) {
    let bench = Bench::new(&db).await;
    let id = bench.watched("烹饪区 01", true).await;
    bench.video.goes_offline(id, bench.kitchens.clock.now());
    let seen = view(&bench, station(), id).await;
    assert_eq!(seen.len(), 1);
    assert!(seen[0].contains("camera.offline") && seen[0].contains("refused"), "{}", seen[0]);
});

static WITH_PEOPLE: LazyLock<Vec<Migration>> = LazyLock::new(|| [&MIGRATIONS[..], shian_people::MIGRATIONS].concat());

// P06, K02: whoever is disabled sees nothing more, through the real sign-in and a real WebSocket.
db_test!(WITH_PEOPLE, async fn an_account_that_is_disabled_is_cut_off_its_live_view_within_a_second(db) {
    let bench = Bench::new(&db).await;
    let id = bench.watched("烹饪区 01", false).await;
    *bench.video.stays.lock().unwrap() = true;
    let site = signed_in_site(&bench, &db).await;
    let (officer, security) = (sign_in(&site, "limin").await, sign_in(&site, "anquan").await);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, site.clone()).into_future());
    let mut request = format!("ws://{address}/api/cameras/{id}/live").into_client_request().unwrap();
    request.headers_mut().insert("cookie", officer.parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().to_text().unwrap().contains("\"init\""));
    assert!(socket.next().await.unwrap().unwrap().is_binary());

    let began = std::time::Instant::now();
    let disable = Request::post(format!("/api/people/{}/acts/disable", Id::<()>::named("limin")))
        .header("cookie", security)
        .header("content-type", "application/json")
        .body(Body::from(r#"{"reason":"调离"}"#));
    assert_eq!(site.oneshot(disable.unwrap()).await.unwrap().status(), StatusCode::OK);
    let said = tokio::time::timeout(std::time::Duration::from_secs(5), socket.next()).await.unwrap().unwrap().unwrap();
    let took = began.elapsed();
    eprintln!("the live view was cut {} ms after the request to disable", took.as_millis());
    assert!(said.to_text().unwrap().contains("session.ended"), "{said}");
    assert!(socket.next().await.unwrap().unwrap().is_close());
    assert!(took < std::time::Duration::from_secs(1), "{took:?}");
    server.abort();
});

/// Cameras behind the real sign-in, with an officer and a security administrator.
async fn signed_in_site(bench: &Bench, db: &Db) -> Router {
    let person = |account: &str, post: &str| NewPerson {
        id: Id::named(account),
        account: account.into(),
        name: account.into(),
        post: post.into(),
        reach: Reach::Area { code: "990302001".into() },
        password: Some("for this test alone".into()),
    };
    let mut tx = db.write().await.unwrap();
    let people = [person("limin", "station.officer"), person("anquan", "security.admin")];
    People::add(&mut tx, &people, bench.kitchens.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let (clock, config) = (Arc::clone(&bench.kitchens.clock), PeopleConfig::default());
    let watch = SessionWatch::new(db.clone(), Arc::clone(&clock), config.clone());
    let people = shian_people::module(db.clone(), Arc::clone(&clock), config.clone(), watch.clone());
    let kitchens = module(Arc::clone(&bench.kitchens));
    let policy = Arc::new(Policy::new(people.policy.into_iter().chain(kitchens.policy)).unwrap());
    let layer = CallerLayer { db: db.clone(), clock, config, policy, watch };
    Router::from(people.router.merge(kitchens.router)).layer(axum::middleware::from_fn_with_state(layer, say_who_calls))
}

async fn sign_in(site: &Router, account: &str) -> String {
    let body = json!({ "account": account, "password": "for this test alone" }).to_string();
    let request = Request::post("/api/sessions").header("content-type", "application/json").body(Body::from(body));
    let response = site.clone().oneshot(request.unwrap()).await.unwrap();
    response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

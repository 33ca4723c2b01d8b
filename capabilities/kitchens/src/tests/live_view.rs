//! The live view as a browser receives it.

use super::*;
use futures::StreamExt as _;
use shian_testkit::db_test;
use tokio_tungstenite::tungstenite::Message;

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

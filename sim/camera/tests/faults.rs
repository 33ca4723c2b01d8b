//! Every fault, seen from the other side.

mod client;

use std::time::{Duration, Instant};

use client::{Client, cache, samples, until};
use serde_json::{Value, json};
use shian_sim_camera::{Fault, Fleet, FleetConfig, SCENES, Scene, SimCamera};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

async fn fleet(camera: SimCamera) -> Fleet {
    let config = FleetConfig {
        cache: Some(cache()),
        ..FleetConfig::loopback(vec![camera])
    };
    let fleet = Fleet::start(FleetConfig {
        control: Some("127.0.0.1:0".parse().unwrap()),
        ..config
    })
    .await
    .unwrap();
    timeout(Duration::from_secs(90), fleet.ready("cam"))
        .await
        .expect("a clip in time")
        .unwrap();
    fleet
}

fn cooking() -> SimCamera {
    SimCamera::kitchen("cam", 0, Scene::Cooking)
}

async fn refusal(fleet: &Fleet) -> String {
    Client::play(&fleet.url("cam"))
        .await
        .err()
        .expect("no stream")
}

#[tokio::test]
async fn lost_packets_are_missed_by_the_client() {
    let fleet = fleet(cooking().with_fault(Fault::Loss { per_thousand: 300 })).await;
    let mut client = Client::play(&fleet.url("cam")).await.unwrap();
    let mut lost = 0;
    for _ in 0..20 {
        // A picture with a hole may also be an error to the client; either way the hole is noticed.
        match timeout(Duration::from_secs(10), client.try_picture())
            .await
            .unwrap()
        {
            Ok(picture) => lost += u32::from(picture.loss),
            Err(_) => return,
        }
        if lost > 0 {
            return;
        }
    }
    panic!("20 pictures without a loss");
}

#[tokio::test]
async fn a_stalled_camera_keeps_the_connection_and_goes_on_when_cleared() {
    let fleet = fleet(cooking()).await;
    let mut client = Client::play(&fleet.url("cam")).await.unwrap();
    client.pictures(3).await;
    fleet.set_fault("cam", Fault::Stall).unwrap();
    let begun = Instant::now();
    while timeout(Duration::from_millis(700), client.try_picture())
        .await
        .is_ok()
    {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "pictures go on coming"
        );
    }
    assert_eq!(fleet.viewers("cam"), 1);
    fleet.clear("cam").unwrap();
    client.pictures(3).await;
}

#[tokio::test]
async fn a_reset_ends_the_connection_and_the_next_one_works() {
    let fleet = fleet(cooking()).await;
    let mut client = Client::play(&fleet.url("cam")).await.unwrap();
    client.pictures(3).await;
    fleet.set_fault("cam", Fault::Reset).unwrap();
    let error = loop {
        match timeout(Duration::from_secs(10), client.try_picture())
            .await
            .expect("an end")
        {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(error.to_lowercase().contains("reset"), "{error}");
    assert_eq!(
        Client::play(&fleet.url("cam"))
            .await
            .unwrap()
            .pictures(2)
            .await
            .len(),
        2
    );
}

#[tokio::test]
async fn a_time_jump_and_a_skewed_clock_show_in_the_timestamps() {
    let fleet = fleet(cooking()).await;
    let mut client = Client::play(&fleet.url("cam")).await.unwrap();
    client.pictures(12).await;
    fleet
        .set_fault("cam", Fault::TimestampJump { seconds: 100 })
        .unwrap();
    let got = client.pictures(10).await;
    let steps: Vec<i64> = got.windows(2).map(|w| w[1].ticks - w[0].ticks).collect();
    assert!(
        steps.contains(&(9_000_000 + 9000)) || got[0].ticks > 9_000_000,
        "{steps:?}"
    );
    // A tenth faster, which no real clock is, but it shows at once.
    fleet
        .set_fault("cam", Fault::ClockSkew { ppm: 100_000 })
        .unwrap();
    client.pictures(3).await;
    let got = client.pictures(5).await;
    assert!(
        got.windows(2)
            .all(|w| (w[1].ticks - w[0].ticks - 9900).abs() <= 1)
    );
}

#[tokio::test]
async fn changed_parameters_arrive_with_a_key_picture_of_another_size() {
    let fleet = fleet(cooking()).await;
    let mut client = Client::play(&fleet.url("cam")).await.unwrap();
    client.pictures(2).await;
    assert_eq!(client.size(), (960, 540));
    fleet.set_fault("cam", Fault::ParameterChange).unwrap();
    let begun = Instant::now();
    loop {
        let picture = client.pictures(1).await.remove(0);
        if client.size() == (640, 360) {
            assert!(picture.is_key && picture.has_new_parameters);
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "the size stays");
    }
    fleet.clear("cam").unwrap();
    until("the full size is back", || {
        fleet.clip("cam").unwrap().width == 960
    })
    .await;
}

#[tokio::test]
async fn another_scene_begins_with_its_own_first_picture() {
    let fleet = fleet(SimCamera::kitchen("cam", 0, Scene::Cooking)).await;
    let mut client = Client::play(&fleet.url("cam")).await.unwrap();
    client.pictures(2).await;
    fleet
        .set_fault(
            "cam",
            Fault::Scene {
                scene: Scene::Empty,
            },
        )
        .unwrap();
    timeout(Duration::from_secs(60), until_scene(&fleet, Scene::Empty))
        .await
        .unwrap();
    let first = fleet.clip("cam").unwrap().frames()[0].nals.concat();
    // What was sent while the scene was drawn comes before it.
    let begun = Instant::now();
    while client.pictures(1).await[0].nals.concat() != first {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "the new scene does not come"
        );
    }
    assert!(fleet.truth_now("cam").unwrap().boxes.is_empty());
    fleet.clear("cam").unwrap();
    until_scene(&fleet, Scene::Cooking).await;
}

async fn until_scene(fleet: &Fleet, scene: Scene) {
    while fleet.scene("cam") != Some(scene) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn wrong_answers_are_refused_by_a_client_with_a_reason() {
    let fleet = fleet(cooking()).await;
    for (fault, expected) in [
        (Fault::Unauthorized, "401"),
        (Fault::NotFound, "404"),
        (Fault::Garbage, ""),
        (Fault::BadSdp, ""),
        (Fault::Refuse, ""),
    ] {
        fleet.set_fault("cam", fault).unwrap();
        let error = refusal(&fleet).await;
        assert!(error.contains(expected), "{fault:?}: {error}");
        fleet.clear("cam").unwrap();
        assert!(
            Client::play(&fleet.url("cam")).await.is_ok(),
            "after {fault:?}"
        );
    }
}

#[tokio::test]
async fn parameter_sets_that_are_not_announced_come_in_band() {
    let fleet = fleet(cooking().with_fault(Fault::MissingSprop)).await;
    let mut client = Client::play(&fleet.url("cam")).await.unwrap();
    assert!(client.pictures(1).await[0].is_key);
    assert_eq!(client.size(), (960, 540));
}

#[tokio::test]
async fn a_wrong_content_base_and_slow_options_are_what_they_say() {
    let fleet = fleet(cooking().with_fault(Fault::WrongContentBase)).await;
    let ask = |method: &'static str| {
        let (addr, url) = (fleet.addr(), fleet.url("cam"));
        async move {
            let mut stream = TcpStream::connect(addr).await.unwrap();
            stream
                .write_all(format!("{method} {url} RTSP/1.0\r\nCSeq: 7\r\n\r\n").as_bytes())
                .await
                .unwrap();
            let mut answer = vec![0; 4096];
            let length = timeout(Duration::from_secs(10), stream.read(&mut answer))
                .await
                .unwrap()
                .unwrap();
            String::from_utf8_lossy(&answer[..length]).into_owned()
        }
    };
    let described = ask("DESCRIBE").await;
    assert!(
        described.contains("Content-Base: rtsp://192.0.2.1:554/elsewhere/\r\n"),
        "{described}"
    );
    fleet
        .set_fault("cam", Fault::SlowOptions { ms: 600 })
        .unwrap();
    let begun = Instant::now();
    assert!(
        ask("OPTIONS")
            .await
            .starts_with("RTSP/1.0 200 OK\r\nCSeq: 7\r\n")
    );
    assert!(begun.elapsed() >= Duration::from_millis(600));
}

#[tokio::test]
async fn a_camera_with_its_own_port_closes_it_while_it_refuses() {
    let fleet = fleet(cooking().with_own_port()).await;
    let url = fleet.url("cam");
    let addr = url
        .strip_prefix("rtsp://")
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    assert!(Client::play(&url).await.is_ok());
    fleet.set_fault("cam", Fault::Refuse).unwrap();
    let begun = Instant::now();
    loop {
        match TcpStream::connect(&*addr).await {
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => break,
            // Taken by the system just before the port was closed.
            Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "the port stays open"
        );
    }
    fleet.clear("cam").unwrap();
    let begun = Instant::now();
    while Client::play(&url).await.is_err() {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "the port stays closed"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_file_of_h265_keeps_its_codec() {
    let Some(samples) = samples() else { return };
    let fleet = fleet(SimCamera::file("cam", samples.join("srs/avatar.h265"))).await;
    let error = fleet
        .set_fault(
            "cam",
            Fault::Scene {
                scene: Scene::Empty,
            },
        )
        .unwrap_err();
    assert!(error.to_string().contains("H.265"), "{error}");
}

#[tokio::test]
async fn faults_are_set_and_cleared_through_the_control_door() {
    let fleet = fleet(cooking()).await;
    let (status, described) = ask_door(&fleet, "GET", "/cameras/cam", None, "").await;
    assert_eq!(
        (status, &described["faults"], &described["scene"]),
        (200, &json!([]), &json!("cooking"))
    );
    let loss = json!({"kind": "loss", "per_thousand": 50});
    assert_eq!(
        ask_door(&fleet, "POST", "/cameras/cam/fault", Some(&loss), "")
            .await
            .0,
        204
    );
    assert_eq!(
        ask_door(&fleet, "GET", "/cameras", None, "").await.1[0]["faults"],
        json!([loss])
    );
    assert_eq!(
        ask_door(&fleet, "DELETE", "/cameras/cam/fault", None, "")
            .await
            .0,
        204
    );
    assert_eq!(
        ask_door(&fleet, "GET", "/cameras/cam", None, "").await.1["faults"],
        json!([])
    );
    let (status, truth) = ask_door(&fleet, "GET", "/cameras/cam/truth", None, "").await;
    assert_eq!(
        (status, truth["boxes"][0]["label"].as_str()),
        (200, Some("person"))
    );
    let bad = json!({"kind": "earthquake"});
    assert_eq!(
        ask_door(&fleet, "POST", "/cameras/cam/fault", Some(&bad), "")
            .await
            .0,
        400
    );
    assert_eq!(
        ask_door(&fleet, "POST", "/cameras/other/fault", Some(&loss), "")
            .await
            .0,
        404
    );
    let from_a_page = "Origin: http://example.org\r\n";
    assert_eq!(
        ask_door(
            &fleet,
            "POST",
            "/cameras/cam/fault",
            Some(&loss),
            from_a_page
        )
        .await
        .0,
        403
    );
}

async fn ask_door(
    fleet: &Fleet,
    method: &str,
    path: &str,
    body: Option<&Value>,
    header: &str,
) -> (u16, Value) {
    let addr = fleet.control_addr().unwrap();
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {addr}\r\n{header}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(Duration::from_secs(10), stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

#[test]
fn faults_and_scenes_read_as_they_are_written() {
    for scene in SCENES {
        let fault = Fault::Scene { scene };
        assert_eq!(
            serde_json::from_str::<Fault>(&serde_json::to_string(&fault).unwrap()).unwrap(),
            fault
        );
    }
    let written = json!({"kind": "scene", "scene": "after_hours_person"});
    assert_eq!(
        serde_json::from_value::<Fault>(written).unwrap(),
        Fault::Scene {
            scene: Scene::AfterHoursPerson
        }
    );
    assert_eq!(
        serde_json::from_value::<Fault>(json!({"kind": "stall"})).unwrap(),
        Fault::Stall
    );
}

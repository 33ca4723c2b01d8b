//! What a client gets from the cameras: retina, a client nobody here wrote, over real sockets.

mod client;

use std::{sync::Arc, time::Duration};

use client::{Client, Got, cache, samples};
use shian_sim_camera::{Clip, Codec, Fault, Fleet, FleetConfig, Scene, SimCamera};

async fn fleet(cameras: Vec<SimCamera>) -> Fleet {
    let fleet = Fleet::start(FleetConfig {
        cache: Some(cache()),
        ..FleetConfig::loopback(cameras)
    })
    .await
    .unwrap();
    for name in fleet.names() {
        tokio::time::timeout(Duration::from_secs(90), fleet.ready(name))
            .await
            .expect("a clip in time")
            .unwrap();
    }
    fleet
}

/// The pictures received are consecutive pictures of the clip, bit for bit; the loop may end in between.
fn assert_row_of(clip: &Clip, got: &[Got]) {
    let whole: Vec<Vec<u8>> = clip.frames().iter().map(|f| f.nals.concat()).collect();
    let first = whole
        .iter()
        .position(|f| *f == got[0].nals.concat())
        .expect("the first picture is of the clip");
    for (n, picture) in got.iter().enumerate() {
        assert_eq!(picture.loss, 0, "no packet is missing before picture {n}");
        assert!(
            picture.nals.concat() == whole[(first + n) % whole.len()],
            "picture {n} after the first"
        );
    }
    assert!(got[0].is_key, "a client begins with a key picture");
}

#[tokio::test]
async fn a_drawn_kitchen_arrives_as_it_was_coded() {
    let fleet = fleet(vec![SimCamera::kitchen("stove", 0, Scene::Cooking)]).await;
    let mut client = Client::play(&fleet.url("stove")).await.unwrap();
    let got = client.pictures(15).await;
    assert_row_of(&fleet.clip("stove").unwrap(), &got);
    assert_eq!(client.size(), (960, 540));
    // Ten pictures a second, each 9000 ticks of the 90 kHz clock after the other.
    assert!(got.windows(2).all(|w| w[1].ticks - w[0].ticks == 9000));
}

#[tokio::test]
async fn time_goes_on_when_the_loop_begins_again() {
    let Some(samples) = samples() else { return };
    let all = Clip::read(&samples.join("mediamtx/offline_h264.mp4")).unwrap();
    let length = all.frames().len();
    let step = 90_000 * all.duration.as_millis() as i64 / 1000 / length as i64;
    let fleet = fleet(vec![SimCamera::clip("short", Arc::new(all))]).await;
    let got = Client::play(&fleet.url("short"))
        .await
        .unwrap()
        .pictures(2 * length)
        .await;
    assert_row_of(&fleet.clip("short").unwrap(), &got);
    for pair in got.windows(2) {
        assert!(
            (pair[1].ticks - pair[0].ticks - step).abs() <= 1,
            "{:?}",
            pair[1].ticks - pair[0].ticks
        );
    }
}

#[tokio::test]
async fn files_of_both_codecs_arrive_as_they_are() {
    let Some(samples) = samples() else { return };
    let files = [
        ("srs/avatar.h264", Codec::H264, (768, 320)),
        ("srs/avatar.h265", Codec::H265, (768, 320)),
        ("mediamtx/offline_h265.mp4", Codec::H265, (1920, 1080)),
        (
            "intel/one-by-one-person-detection.mp4",
            Codec::H264,
            (768, 432),
        ),
        ("intel/bottle-detection.mp4", Codec::H264, (640, 360)),
    ];
    let cameras = files
        .iter()
        .enumerate()
        .map(|(n, (file, ..))| SimCamera::file(&format!("f{n}"), samples.join(file)));
    let fleet = fleet(cameras.collect()).await;
    for (n, (file, codec, size)) in files.into_iter().enumerate() {
        let clip = fleet.clip(&format!("f{n}")).unwrap();
        assert_eq!(
            (clip.codec, (clip.width, clip.height)),
            (codec, size),
            "{file}"
        );
        let mut client = Client::play(&fleet.url(&format!("f{n}"))).await.unwrap();
        let got = client.pictures(12).await;
        assert_row_of(&clip, &got);
        assert_eq!(client.size(), size, "{file}");
    }
}

#[tokio::test]
async fn the_counts_measured_by_others_are_found_in_the_sample_files() {
    let Some(samples) = samples() else { return };
    for (file, frames) in [
        ("srs/avatar.h264", 308),
        ("srs/avatar.h265", 308),
        ("mediamtx/offline_h264.mp4", 30),
        ("mediamtx/offline_h265.mp4", 30),
        ("intel/one-by-one-person-detection.mp4", 1394),
        ("intel/bottle-detection.mp4", 1189),
        ("intel/car-detection.mp4", 377),
    ] {
        assert_eq!(
            Clip::read(&samples.join(file)).unwrap().frames().len(),
            frames,
            "{file}"
        );
    }
}

#[tokio::test]
async fn only_the_right_login_is_let_in() {
    let fleet = fleet(vec![
        SimCamera::kitchen("digest", 0, Scene::Cooking).with_login("admin", "se:cr@t"),
        SimCamera::kitchen("basic", 0, Scene::Cooking).with_basic_login("admin", "secret"),
    ])
    .await;
    for (name, password) in [("digest", "se:cr@t"), ("basic", "secret")] {
        let right = Client::play_as(&fleet.url(name), Some(("admin", password))).await;
        assert_eq!(right.unwrap().pictures(2).await.len(), 2, "{name}");
        for wrong in [Some(("admin", "guess")), Some(("root", password)), None] {
            let refused = Client::play_as(&fleet.url(name), wrong)
                .await
                .err()
                .expect("a refusal");
            assert!(refused.contains("401"), "{name}: {refused}");
        }
    }
    assert!(
        fleet
            .url_with_login("digest")
            .starts_with("rtsp://admin:se%3Acr%40t@127.0.0.1:")
    );
}

#[tokio::test]
async fn fifty_clients_at_once_get_every_picture() {
    let fleet = Arc::new(fleet(vec![SimCamera::kitchen("stove", 0, Scene::Cooking)]).await);
    let clip = fleet.clip("stove").unwrap();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (fleet, clip) = (fleet.clone(), clip.clone());
        clients.spawn(async move {
            let mut client = Client::play(&fleet.url("stove")).await.unwrap();
            let got = client.pictures(30).await;
            assert_row_of(&clip, &got);
            client
        });
    }
    // Kept until all are done, so that all watch at once.
    let clients = clients.join_all().await;
    assert_eq!(fleet.viewers("stove"), clients.len());
    drop(clients);
    client::until("the viewers are gone", || fleet.viewers("stove") == 0).await;
}

#[tokio::test]
async fn a_camera_that_does_not_exist_is_404_and_one_without_pictures_yet_is_503() {
    let clipless = SimCamera::file("broken", "/does/not/exist.h264");
    let fleet = Fleet::start(FleetConfig::loopback(vec![clipless]))
        .await
        .unwrap();
    let error = Client::play(&fleet.url("nobody"))
        .await
        .err()
        .expect("a refusal");
    assert!(error.contains("404"), "{error}");
    let error = Client::play(&fleet.url("broken"))
        .await
        .err()
        .expect("a refusal");
    assert!(error.contains("503"), "{error}");
    assert!(
        fleet
            .ready("broken")
            .await
            .unwrap_err()
            .to_string()
            .contains("exist.h264")
    );
}

#[tokio::test]
async fn the_truth_names_what_the_scene_shows() {
    let fleet = fleet(vec![SimCamera::kitchen("a", 0, Scene::Cooking)]).await;
    let truth = fleet.ground_truth("a").unwrap();
    assert_eq!(
        (truth.width, truth.height, truth.scene),
        (960, 540, Scene::Cooking)
    );
    assert_eq!(truth.frames.len(), fleet.clip("a").unwrap().frames().len());
    for frame in &truth.frames {
        assert_eq!(
            frame.boxes.iter().filter(|b| b.label == "person").count(),
            2,
            "at {} s",
            frame.at_s
        );
        for b in &frame.boxes {
            assert!(
                b.x >= 0.0 && b.y >= 0.0 && b.x + b.w <= 1.0 && b.y + b.h <= 1.0 && b.h > 0.5,
                "{b:?}"
            );
        }
    }
    assert!(fleet.truth_now("a").is_some());
    assert!(fleet.set_fault("b", Fault::Stall).is_err());
}

#[tokio::test]
async fn recorded_replies_of_real_cameras_are_given_again() {
    let Some(samples) = samples() else { return };
    let folder = samples.join("retina");
    let vendors = shian_sim_camera::Replies::vendors(&folder).unwrap();
    assert!(vendors.len() > 10, "{vendors:?}");
    let clip = Arc::new(Clip::read(&samples.join("srs/avatar.h264")).unwrap());
    let cameras = vendors
        .iter()
        .map(|vendor| {
            let replies = shian_sim_camera::Replies::read(&folder, vendor).unwrap();
            SimCamera::replay_with_clip(vendor, replies, clip.clone())
        })
        .collect();
    let fleet = fleet(cameras).await;
    let mut described = Vec::new();
    let mut watched = Vec::new();
    for vendor in &vendors {
        match Client::describe(&fleet.url(vendor)).await {
            Ok(streams) if streams > 0 => described.push(vendor.as_str()),
            Ok(_) => panic!("{vendor}: no stream"),
            // A client may refuse what a camera says, but must say so.
            Err(error) => println!("{vendor}: {error}"),
        }
        match Client::play(&fleet.url(vendor)).await {
            Ok(mut client) => {
                match tokio::time::timeout(Duration::from_secs(3), client.try_picture()).await {
                    Ok(Ok(_)) => watched.push(vendor.as_str()),
                    Ok(Err(error)) => println!("{vendor}: {error}"),
                    Err(_) => println!("{vendor}: no picture"),
                }
            }
            Err(error) => println!("{vendor}: {error}"),
        }
    }
    println!("described {described:?}\nwatched {watched:?}");
    assert!(
        described.len() * 10 >= vendors.len() * 8,
        "{described:?} of {vendors:?}"
    );
    for vendor in ["hikvision", "reolink"] {
        assert!(watched.contains(&vendor), "{vendor} among {watched:?}");
    }
}

//! From looks to findings that are kept and handed on.

use super::*;
use shian_base::Instant;
use shian_testkit::db_test;

impl Bench {
    /// The patrol comes by: a new picture, looked at and judged.
    async fn look(&self, id: CameraId) -> bool {
        self.clock.advance_seconds(2);
        let keyframe = self.video.shows(id, self.kitchens.clock.now());
        let watched = self.kitchens.watched.lock().unwrap()[&id].clone();
        self.kitchens.look(&watched, keyframe).await
    }

    /// Somebody in the kitchen of 王记面馆 after closing time, on three pictures.
    async fn night_visitor(&self) -> CameraId {
        self.vision.installs(&["person_off_hours"]);
        self.clock.set("2026-11-21T23:00:00+08:00".parse().unwrap());
        let id = self.watched("烹饪区 02", true).await;
        self.vision.sees_somebody();
        for _ in 0..3 {
            self.look(id).await;
        }
        id
    }
}

db_test!(MIGRATIONS, async fn somebody_in_a_closed_kitchen_is_handed_to_the_reviewers_with_the_picture(db) {
    let bench = Bench::new(&db).await;
    let id = bench.night_visitor().await;
    let raised = bench.jobs("alerts.raise").await;
    assert_eq!(raised.len(), 1);
    let finding: shian_media::Finding = serde_json::from_value(raised[0].clone()).unwrap();
    assert_eq!((finding.scene.as_str(), finding.confirmed.as_str(), finding.camera_id), ("person_off_hours", "3/5", id));
    assert_eq!((finding.business_name.as_str(), finding.zone_title.as_str()), ("王记面馆", "烹饪"));
    assert_eq!(finding.at, "2026-11-21T23:00:06+08:00".parse().unwrap());
    assert_eq!(finding.model.unwrap().id, "fastestdet-coco");
    assert!(finding.boxes[0].about);
    // The still is the picture itself in full size, the small one is for lists.
    let file = async |id: Option<Id<shian_media::Elsewhere>>| {
        let rows: Vec<(String, String)> = bench.rows("select sha256, name from file where id = $1", args![id]).await;
        (bench.kitchens.files.bytes(&rows[0].0).await.unwrap(), rows[0].1.clone())
    };
    let (still, name) = file(finding.still_file_id).await;
    assert_eq!((&still[..], name.as_str()), ("\u{00ff}jpeg 0 3".as_bytes(), "王记面馆 烹饪区 02 20261121-230006.jpg"));
    assert_eq!(&file(finding.thumb_file_id).await.0[..], "\u{00ff}jpeg 480 3".as_bytes());

    let (_, frames) = bench.get(station(), &format!("/api/cameras/{id}/day-frames")).await;
    assert_eq!(frames.as_array().unwrap().len(), 1);
    assert_eq!(frames[0]["hit"], true);
});

db_test!(MIGRATIONS, async fn a_finding_that_goes_on_is_told_at_most_every_ten_seconds_and_once_when_it_ends(db) {
    let bench = Bench::new(&db).await;
    let id = bench.night_visitor().await;
    for _ in 0..4 {
        bench.look(id).await;
    }
    assert_eq!(bench.jobs("alerts.continue").await.len(), 0);
    bench.look(id).await;
    assert_eq!(bench.jobs("alerts.continue").await.len(), 1);
    bench.vision.sees_nothing();
    for _ in 0..6 {
        bench.look(id).await;
    }
    assert_eq!(bench.jobs("alerts.end").await.len(), 1);
    assert_eq!(bench.jobs("alerts.raise").await.len(), 1);
    let open: Vec<(i64,)> = bench.rows("select count(*) from finding where ended_at is null", args![]).await;
    assert_eq!(open[0].0, 0);
});

db_test!(MIGRATIONS, async fn the_clip_is_cut_when_its_seconds_have_passed(db) {
    let bench = Bench::new(&db).await;
    bench.night_visitor().await;
    *bench.video.clip.lock().unwrap() = Some(bytes::Bytes::from_static(b"mp4"));
    bench.clock.advance_seconds(10);
    bench.run_jobs().await;
    assert!(bench.jobs("alerts.clip").await.is_empty(), "its last seconds have not been yet");
    bench.clock.advance_seconds(1);
    bench.run_jobs().await;
    let told = bench.jobs("alerts.clip").await;
    assert_eq!(told[0]["from"], "2026-11-21T22:59:56.000000+08:00");
    assert_eq!(told[0]["to"], "2026-11-21T23:00:16.000000+08:00");
    let names: Vec<(String,)> = bench.rows("select name from file where id = $1", args![told[0]["file_id"].as_str().unwrap()]).await;
    assert_eq!(names[0].0, "王记面馆 烹饪区 02 20261121-230006.mp4");
});

db_test!(MIGRATIONS, async fn a_clip_that_memory_does_not_hold_is_missing_and_says_why(db) {
    let bench = Bench::new(&db).await;
    bench.night_visitor().await;
    bench.clock.advance_seconds(11);
    bench.run_jobs().await;
    assert_eq!(bench.jobs("alerts.clip").await[0]["why"], "clip.no_frames");
});

db_test!(MIGRATIONS, async fn without_a_model_nobody_is_found_and_the_scenes_say_so(db) {
    let bench = Bench::new(&db).await;
    bench.clock.set("2026-11-21T23:00:00+08:00".parse().unwrap());
    let id = bench.watched("烹饪区 02", true).await;
    bench.vision.sees_somebody();
    for _ in 0..5 {
        bench.look(id).await;
    }
    assert!(bench.jobs("alerts.raise").await.is_empty());
    let states = async || {
        let (_, scenes) = bench.get(station(), "/api/scenes").await;
        let state = |code: &str| scenes.as_array().unwrap().iter().find(|s| s["code"] == code).unwrap()["state"].clone();
        (state("person_off_hours"), state("camera_offline"))
    };
    assert_eq!(states().await, (json!("no_model"), json!("watching")));
    bench.vision.installs(&["person_off_hours"]);
    assert_eq!(states().await, (json!("watching"), json!("watching")));
    assert_eq!(bench.get(station(), "/api/models").await.1[0]["id"], "fastestdet-coco");
    assert_eq!(bench.get(merchant(wangji()), "/api/models").await.0, StatusCode::FORBIDDEN);
    assert_eq!(bench.get(None, "/api/scenes").await.0, StatusCode::UNAUTHORIZED);
});

db_test!(MIGRATIONS, async fn a_camera_away_for_a_minute_is_a_finding_with_the_last_picture_it_sent(db) {
    let bench = Bench::new(&db).await;
    let id = bench.watched("烹饪区 01", false).await;
    bench.look(id).await;
    bench.video.goes_offline(id, bench.kitchens.clock.now());
    bench.kitchens.note_states().await.unwrap();
    bench.clock.advance_seconds(59);
    bench.kitchens.note_states().await.unwrap();
    assert!(bench.jobs("alerts.raise").await.is_empty());
    bench.clock.advance_seconds(1);
    bench.kitchens.note_states().await.unwrap();
    let raised = bench.jobs("alerts.raise").await;
    assert_eq!((&raised[0]["scene"], &raised[0]["model"]), (&json!("camera_offline"), &Value::Null));
    assert!(raised[0]["still_file_id"].is_string());
    bench.video.goes_online(id, bench.kitchens.clock.now());
    bench.kitchens.note_states().await.unwrap();
    assert_eq!(bench.jobs("alerts.end").await.len(), 1);
    let events: Vec<(String,)> = bench.rows("select data from live_event order by id", args![]).await;
    let states: Vec<_> = events.iter().map(|(data,)| serde_json::from_str::<Value>(data).unwrap()["state"].clone()).collect();
    assert_eq!(states, [json!("online"), json!("offline"), json!("online")]);
});

db_test!(MIGRATIONS, async fn what_was_going_on_when_the_server_stopped_is_over_when_it_starts(db) {
    let bench = Bench::new(&db).await;
    bench.night_visitor().await;
    bench.kitchens.begin().await.unwrap();
    assert_eq!(bench.jobs("alerts.end").await.len(), 1);
    bench.kitchens.begin().await.unwrap();
    assert_eq!(bench.jobs("alerts.end").await.len(), 1);
});

db_test!(MIGRATIONS, async fn one_picture_an_hour_is_kept_while_the_business_is_open(db) {
    let bench = Bench::new(&db).await;
    let id = bench.watched("烹饪区 01", false).await;
    for _ in 0..3 {
        bench.look(id).await;
    }
    bench.clock.advance_seconds(3600);
    bench.look(id).await;
    bench.clock.set("2026-11-21T22:00:00+08:00".parse::<Instant>().unwrap());
    bench.look(id).await;
    let path = format!("/api/cameras/{id}/day-frames?day=2026-11-21");
    let (_, frames) = bench.get(station(), &path).await;
    assert_eq!(frames.as_array().unwrap().iter().map(|f| f["hit"].clone()).collect::<Vec<_>>(), [false, false]);
});

db_test!(MIGRATIONS, async fn what_people_said_of_alerts_is_the_precision_of_the_scene(db) {
    let bench = Bench::new(&db).await;
    bench.vision.installs(&["person_off_hours"]);
    let mut tx = db.write().await.unwrap();
    for (number, is_valid) in [true, true, false].into_iter().enumerate() {
        let verdict = json!({
            "alert_id": Id::<()>::named(&number.to_string()), "scene": "person_off_hours", "model": "fastestdet-coco@1",
            "is_valid": is_valid, "at": bench.kitchens.clock.now(),
        });
        bench.kitchens.jobs.enqueue(&mut tx, "kitchens.verdict", &number.to_string(), &verdict, bench.kitchens.clock.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    bench.run_jobs().await;
    let (_, scenes) = bench.get(station(), "/api/scenes").await;
    let scene = scenes.as_array().unwrap().iter().find(|s| s["code"] == "person_off_hours").unwrap();
    assert_eq!((&scene["precision"]["valid"], &scene["precision"]["reviewed"]), (&json!(2), &json!(3)));
});

db_test!(MIGRATIONS, async fn what_is_not_confirmed_yet_is_looked_at_closer(db) {
    let bench = Bench::new(&db).await;
    bench.vision.installs(&["person_off_hours"]);
    bench.clock.set("2026-11-21T23:00:00+08:00".parse().unwrap());
    let id = bench.watched("烹饪区 02", true).await;
    let mut asks = Vec::new();
    bench.vision.sees_nothing();
    asks.push(bench.look(id).await);
    bench.vision.sees_somebody();
    for _ in 0..3 {
        asks.push(bench.look(id).await);
    }
    // Three of five is a finding; after that every turn is an ordinary one.
    assert_eq!(asks, [false, true, true, false]);
});

db_test!(MIGRATIONS, async fn sixty_cameras_are_looked_at_as_fast_as_one_worker_can(db) {
    let bench = Bench::new(&db).await;
    let mut ids = Vec::new();
    for number in 0..60 {
        ids.push(bench.camera(wangji(), &format!("烹饪区 {number}"), false).await);
    }
    bench.kitchens.read_rules().await.unwrap();
    bench.kitchens.follow_table().await.unwrap();
    for id in &ids {
        bench.video.goes_online(*id, bench.kitchens.clock.now());
        bench.video.shows(*id, bench.kitchens.clock.now());
    }
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let began = std::time::Instant::now();
    let patrol = tokio::spawn(Arc::clone(&bench.kitchens).patrol(stopped, std::time::Duration::ZERO));
    while ids.iter().any(|id| bench.kitchens.last_look(*id).is_none()) {
        assert!(began.elapsed().as_secs() < 5, "the looks take no time, and the first ones are spread over two seconds");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    stop.send(true).unwrap();
    patrol.await.unwrap();
});

db_test!(MIGRATIONS, async fn the_patrol_looks_at_every_camera_in_its_turn_until_it_is_stopped(db) {
    let bench = Bench::new(&db).await;
    let ids = [bench.camera(wangji(), "烹饪区 01", false).await, bench.camera(wangji(), "烹饪区 02", false).await];
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = tokio::spawn(Arc::clone(&bench.kitchens).run(stopped));
    let seen = async {
        let mut shown = false;
        loop {
            if !shown && bench.video.urls().len() == 2 {
                for id in ids {
                    bench.video.goes_online(id, bench.kitchens.clock.now());
                    bench.video.shows(id, bench.kitchens.clock.now());
                }
                shown = true;
            }
            if ids.iter().all(|id| bench.kitchens.last_look(*id).is_some()) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), seen).await.expect("both cameras were looked at");
    stop.send(true).unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(10), running).await.expect("it stops").unwrap();
});

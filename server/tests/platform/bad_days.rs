//! Bad days [K04]: the disk is full, the database is gone, the clock is set back, a file is half written.
//! Each is reported and survived, and nothing is acknowledged that is not kept.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use serde_json::{Value, json};
use shian_base::{Clock as _, Id};
use shian_db::args;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::house::{House, Reply};

fn remind(matter: &str) -> Value {
    json!({ "form": { "requirement": "后厨工作时不使用手机。" }, "request_id": matter })
}

async fn act(house: &House, cookie: &str, matter: &str) -> Reply {
    house.post(&format!("/api/matters/{matter}/acts/remind"), Some(cookie), remind(matter)).await
}

async fn reminders(house: &House, cookie: &str, matter: &str) -> usize {
    let file = house.get(&format!("/api/matters/{matter}"), Some(cookie)).await;
    file.json["history"].as_array().unwrap().iter().filter(|step| step["act"] == "remind").count()
}

/// A small disk of its own; only an administrator of the machine can make one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn make(megabytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m");
        let made = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "shian-test"]).arg(folder.path()).output();
        made.is_ok_and(|made| made.status.success()).then(|| Self(folder))
    }
    fn path(&self) -> &Path {
        self.0.path()
    }
    /// Takes all that is left.
    fn fill(&self) {
        let mut filler = std::fs::File::create(self.path().join("filler")).unwrap();
        for size in [1 << 20, 4096, 1] {
            while std::io::Write::write_all(&mut filler, &vec![0; size]).is_ok() {}
        }
    }
    fn empty(&self) {
        std::fs::remove_file(self.path().join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_acknowledged_that_is_not_kept_and_with_room_it_goes_on() {
    let Some(disk) = SmallDisk::make(96) else {
        eprintln!("skipped: no disk of its own can be made here");
        return;
    };
    let house = House::on_sqlite_in(&disk.path().join("data")).await;
    let (officer, owner, admin) =
        (house.sign_in("limin").await, house.sign_in("wangji").await, house.sign_in("admin").await);
    let mut matters = Vec::new();
    // More acts than the log of the database can take in without growing.
    for _ in 0..200 {
        matters.push(house.finds_at(Id::new(), "phone").await.1);
    }
    disk.fill();

    let mut body = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n".to_vec();
    body.extend_from_slice(&[0xff, 0xd8, 0xff, 0xe0]);
    body.extend(std::iter::repeat_n(7, 64 * 1024));
    body.extend_from_slice(b"\r\n--b--\r\n");
    let request = axum::http::Request::post("/api/files")
        .header("host", "shian.test")
        .header("cookie", &owner)
        .header("content-type", "multipart/form-data; boundary=b")
        .body(axum::body::Body::from(body))
        .unwrap();
    let refused = house.raw(request).await;
    assert_eq!((refused.status, &refused.json["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("files.full")));

    // The log of the database has some room of its own: acts go on until that is used up, then they are refused.
    let mut acknowledged = Vec::new();
    let mut refused = Vec::new();
    for matter in &matters {
        let reply = act(&house, &officer, matter).await;
        match reply.status {
            StatusCode::OK => acknowledged.push(matter),
            StatusCode::SERVICE_UNAVAILABLE => {
                assert_eq!(reply.json["code"], "db.full");
                refused.push(matter);
            }
            other => panic!("{other}: {} {:?}", reply.json, house.app.errors.list()),
        }
    }
    assert!(!refused.is_empty(), "the disk was not full: the test says nothing");
    let health = house.get("/api/admin/health", Some(&admin)).await;
    assert!(
        health.json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|f| f["code"] == "disk.low" && f["facts"]["free_bytes"] == 0),
        "{}",
        health.json
    );

    disk.empty();
    for matter in acknowledged {
        assert_eq!(reminders(&house, &officer, matter).await, 1);
    }
    for matter in refused {
        assert_eq!(reminders(&house, &officer, matter).await, 0, "refused, and yet done");
        assert_eq!(act(&house, &officer, matter).await.status, StatusCode::OK);
    }
    house.send_photo(&owner).await;
    house.end().await;
}

/// A wire to PostgreSQL that can be cut and mended.
struct Wire {
    port: u16,
    is_cut: Arc<Mutex<bool>>,
    open: Arc<Mutex<Vec<AbortHandle>>>,
}

impl Wire {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (is_cut, open) = (Arc::new(Mutex::new(false)), Arc::<Mutex<Vec<AbortHandle>>>::default());
        let wire = Self { port, is_cut: Arc::clone(&is_cut), open: Arc::clone(&open) };
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                if *is_cut.lock().unwrap() {
                    continue;
                }
                let server = server.clone();
                let carried = tokio::spawn(async move {
                    let mut far = TcpStream::connect(server).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                });
                open.lock().unwrap().push(carried.abort_handle());
            }
        });
        wire
    }
    fn cut(&self) {
        *self.is_cut.lock().unwrap() = true;
        for carried in self.open.lock().unwrap().drain(..) {
            carried.abort();
        }
    }
    fn mend(&self) {
        *self.is_cut.lock().unwrap() = false;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_database_the_platform_says_so_and_goes_on_when_it_is_back() {
    let Ok(url) = std::env::var("TEST_POSTGRES") else {
        eprintln!("skipped: TEST_POSTGRES names no PostgreSQL");
        return;
    };
    // postgres://user@host:port/database
    let (before, after) = url.split_once('@').unwrap();
    let (server, database) = after.split_once('/').unwrap();
    let wire = Wire::to(server.to_owned()).await;
    let house = House::on_postgres_at(format!("{before}@127.0.0.1:{}/{database}", wire.port)).await;
    let officer = house.sign_in("limin").await;
    let mut matters = Vec::new();
    for _ in 0..8 {
        matters.push(house.finds_at(Id::new(), "phone").await.1);
    }
    let mut acknowledged = Vec::new();
    let mut unsure = Vec::new();
    for (round, matter) in matters.iter().enumerate() {
        // The wire is cut in the midst of acts, at another moment each time.
        let reply = tokio::join!(act(&house, &officer, matter), async {
            tokio::time::sleep(std::time::Duration::from_millis(round as u64)).await;
            wire.cut();
        })
        .0;
        match reply.status {
            StatusCode::OK => acknowledged.push(matter),
            StatusCode::SERVICE_UNAVAILABLE => unsure.push(matter),
            other => panic!("{other}: {}", reply.json),
        }
        let gone = act(&house, &officer, matter).await;
        assert_eq!(gone.status, StatusCode::SERVICE_UNAVAILABLE, "{}", gone.json);
        assert!(["db.gone", "db.busy"].contains(&gone.json["code"].as_str().unwrap()), "{}", gone.json);
        wire.mend();
    }
    assert!(!unsure.is_empty(), "no act was under way when the database went: the test says nothing");
    for matter in acknowledged {
        assert_eq!(reminders(&house, &officer, matter).await, 1);
    }
    for matter in unsure {
        // Whoever was told that it is not known asks again with the same request id.
        assert_eq!(act(&house, &officer, matter).await.status, StatusCode::OK);
        assert_eq!(reminders(&house, &officer, matter).await, 1);
    }
    house.end().await;
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_reported_and_acts_stand_in_their_order() {
    let house = House::on_sqlite().await;
    let (officer, admin) = (house.sign_in("limin").await, house.sign_in("admin").await);
    let (first, second) = (house.finds_at(Id::new(), "phone").await.1, house.finds_at(Id::new(), "phone").await.1);
    assert_eq!(act(&house, &officer, &first).await.status, StatusCode::OK);
    house.clock.set(house.clock.now().plus_seconds(-1800));
    assert_eq!(act(&house, &officer, &second).await.status, StatusCode::OK);
    assert_eq!(reminders(&house, &officer, &second).await, 1);
    let file = house.get(&format!("/api/matters/{second}"), Some(&officer)).await;
    let seqs: Vec<i64> =
        file.json["history"].as_array().unwrap().iter().map(|step| step["seq"].as_i64().unwrap()).collect();
    assert!(seqs.is_sorted() || seqs.iter().rev().is_sorted(), "{seqs:?}");
    let health = house.get("/api/admin/health", Some(&admin)).await;
    let found = health.json["findings"].as_array().unwrap().iter().find(|f| f["code"] == "clock.set_back").unwrap();
    assert_eq!(found["severity"], "bad");
}

#[tokio::test]
async fn a_half_written_file_is_never_handed_out_as_evidence() {
    let house = House::on_sqlite().await;
    let (owner, admin) = (house.sign_in("wangji").await, house.sign_in("admin").await);
    let photo = house.send_photo(&owner).await;
    let (sha256,): (String,) =
        house.app.db.read().await.unwrap().one("select sha256 from file", args![]).await.unwrap();
    let at = house.app.config.server.data.join("files").join(&sha256[..2]).join(&sha256[2..]);
    let whole = std::fs::read(&at).unwrap();
    std::fs::write(&at, &whole[..whole.len() / 2]).unwrap();
    let reply = house.get(&format!("/api/files/{photo}"), Some(&owner)).await;
    assert_eq!((reply.status, &reply.json["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("files.altered")));
    let health = house.get("/api/admin/health?thorough=true", Some(&admin)).await;
    assert!(
        health.json["findings"].as_array().unwrap().iter().any(|f| f["code"] == "files.altered"),
        "{}",
        health.json
    );
    // Sent again it is whole again.
    house.send_photo(&owner).await;
    assert_eq!(house.get(&format!("/api/files/{photo}"), Some(&owner)).await.status, StatusCode::OK);
}

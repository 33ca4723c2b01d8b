//! The server is killed between any two writes: no acknowledged act is lost or done twice.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shian_base::Id;
use shian_db::Db;
use shian_files::Files;
use shian_proof::{Beside, Log};

use crate::house::{House, PASSWORD};

const ROUNDS: u64 = 6;
const MATTERS: usize = 60;

struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(data: &Path) -> Self {
        // A port that was free a moment ago; if somebody took it meanwhile the start fails loudly.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_shian"))
            .args(["serve", "--listen", &address.to_string(), "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, address };
        let begun = Instant::now();
        while server.ask("GET", "/healthz", None, None).is_none_or(|(status, _, _)| status != 200) {
            assert!(begun.elapsed() < Duration::from_secs(60), "the server does not come up");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// One request over a connection of its own; `None` when the server is gone before it answered in full.
    fn ask(&self, method: &str, path: &str, cookie: Option<&str>, body: Option<&Value>) -> Option<(u16, Option<String>, Value)> {
        let mut stream = TcpStream::connect_timeout(&self.address, Duration::from_secs(2)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
        let body = body.map(Value::to_string).unwrap_or_default();
        let cookie = cookie.map(|cookie| format!("cookie: {cookie}\r\n")).unwrap_or_default();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{cookie}content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .ok()?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let status: u16 = line.split(' ').nth(1)?.parse().ok()?;
        let (mut set_cookie, mut length) = (None, None);
        loop {
            line.clear();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "set-cookie" => set_cookie = value.split(';').next().map(str::to_owned),
                "content-length" => length = value.parse::<usize>().ok(),
                _ => {}
            }
        }
        let mut bytes = vec![0; length?];
        reader.read_exact(&mut bytes).ok()?;
        Some((status, set_cookie, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    fn sign_in(&self, account: &str) -> String {
        let body = json!({ "account": account, "password": PASSWORD });
        let (status, cookie, _) = self.ask("POST", "/api/sessions", None, Some(&body)).unwrap();
        assert_eq!(status, 201);
        cookie.unwrap()
    }

    fn kill(mut self) {
        // SIGKILL: nothing is flushed, nothing is tidied.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_act_is_lost_or_done_twice_when_the_server_is_killed() {
    let house = House::on_sqlite().await;
    let mut open = Vec::new();
    for _ in 0..MATTERS {
        // A camera each: findings of one camera and scene would be one alert.
        open.push(house.finds_at(Id::new(), "phone").await.1);
    }
    let folder = house.leave().await;
    let folder = tokio::task::spawn_blocking(move || {
        kill_again_and_again(folder.path(), &open);
        folder
    });
    everything_is_in_the_log(folder.await.unwrap().path()).await;
}

/// History, files and log agree, whatever was cut off.
async fn everything_is_in_the_log(data: &Path) {
    let db = Db::open_sqlite(&data.join("shian.db")).await.unwrap();
    let files = Files::local(db.clone(), &data.join("files")).unwrap();
    let log = Log::open(db, data, &[]).unwrap();
    let found = shian_proof::audit(&log, &shian_server::proof::sources(&files), &Beside::default()).await.unwrap();
    assert_eq!(found.differences, vec![]);
    assert!(found.records > MATTERS as u64, "only {} records", found.records);
}

fn kill_again_and_again(data: &Path, matters: &[String]) {
    let mut server = Server::start(data);
    let cookie = server.sign_in("limin");
    let mut acknowledged: Vec<&str> = Vec::new();
    let mut asked: Vec<&str> = Vec::new();
    let mut left = matters.iter();
    for round in 0..ROUNDS {
        // Pseudo-random but the same each time: 40 to 400 ms after the first act of the round.
        let patience = Duration::from_millis(40 + (round * 7919) % 360);
        let begun = Instant::now();
        let killer = server.child.id();
        let timer = std::thread::spawn(move || {
            std::thread::sleep(patience);
            // Through the shell's kill, since the server value is in use by the asking thread.
            let _ = Command::new("kill").args(["-9", &killer.to_string()]).status();
        });
        while begun.elapsed() < patience + Duration::from_millis(200) {
            let Some(matter) = left.next() else { break };
            asked.push(matter);
            match server.ask("POST", &format!("/api/matters/{matter}/acts/remind"), Some(&cookie), Some(&remind(matter))) {
                Some((200, _, _)) => acknowledged.push(matter),
                Some((status, _, body)) => panic!("{status} {body}"),
                None => break,
            }
        }
        timer.join().unwrap();
        server.kill();
        server = Server::start(data);
    }
    assert!(acknowledged.len() > 5, "only {} acts were acknowledged: the test says nothing", acknowledged.len());
    assert!(asked.len() > acknowledged.len(), "no act was under way when the server was killed: the test says nothing");
    for matter in asked {
        // Whoever got no answer asks again with the same request id.
        let path = format!("/api/matters/{matter}/acts/remind");
        let (status, _, body) = server.ask("POST", &path, Some(&cookie), Some(&remind(matter))).unwrap();
        assert_eq!(status, 200, "{body}");
        let acts = body["history"].as_array().unwrap().iter().filter(|step| step["act"] == "remind").count();
        assert_eq!(acts, 1, "done {acts} times: {body}");
        assert_eq!(body["children"].as_array().unwrap().len(), 1, "one reminder and no second");
    }
    let after = server.ask("GET", "/api/matters?procedure=reminder&page_size=200", Some(&cookie), None).unwrap().2;
    assert!(after["total"].as_i64().unwrap() >= acknowledged.len() as i64);
    server.kill();
}

fn remind(matter: &str) -> Value {
    // The matter's id serves as the request's id: one act for each matter.
    json!({ "form": { "requirement": "后厨工作时不使用手机。" }, "request_id": matter })
}

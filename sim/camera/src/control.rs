//! The control door: a few HTTP requests on loopback by which a demonstration or a test sets faults.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};

use crate::{Fault, fleet::Inner};

/// Opens the door; the future serves it.
pub(crate) async fn open(
    wanted: SocketAddr,
    fleet: Arc<Inner>,
) -> Result<(impl Future<Output = ()> + Send + use<>, SocketAddr)> {
    ensure!(
        wanted.ip().is_loopback(),
        "the control door opens on loopback only, not on {wanted}"
    );
    let listener = TcpListener::bind(wanted)
        .await
        .with_context(|| format!("opening the control door on {wanted}"))?;
    let addr = listener.local_addr()?;
    let door = async move {
        let mut visits = JoinSet::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            while visits.try_join_next().is_some() {}
            visits.spawn(timeout(
                Duration::from_secs(10),
                visit(stream, fleet.clone()),
            ));
        }
    };
    Ok((door, addr))
}

/// One request, one answer, closed.
async fn visit(mut stream: TcpStream, fleet: Arc<Inner>) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    let (status, body) = answer(&request, &fleet);
    let reason = match status {
        200 => "OK",
        204 => "No Content",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        _ => "Method Not Allowed",
    };
    let body = if status == 204 {
        String::new()
    } else {
        body.to_string()
    };
    let text = format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

struct Request {
    method: String,
    path: String,
    /// Sent by a browser for the page of some site: such a page has no business here.
    comes_from_a_page: bool,
    body: Vec<u8>,
}

const LARGEST: usize = 16 * 1024;

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        if bytes.len() > LARGEST || stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = std::str::from_utf8(&bytes[..head_end]).ok()?.to_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, &str)> = lines
        .filter_map(|l| l.split_once(':'))
        .map(|(n, v)| (n.to_ascii_lowercase(), v.trim()))
        .collect();
    let header = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, v)| *v);
    let host = header("host").unwrap_or_default();
    let is_local = ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|h| host == *h || host.starts_with(&format!("{h}:")));
    let comes_from_a_page = header("origin").is_some() || !is_local;
    let length: usize = header("content-length")
        .and_then(|l| l.parse().ok())
        .unwrap_or(0);
    let mut body = bytes.split_off(head_end + 4);
    while body.len() < length.min(LARGEST) {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    body.truncate(length);
    Some(Request {
        method,
        path,
        comes_from_a_page,
        body,
    })
}

fn answer(request: &Request, fleet: &Arc<Inner>) -> (u16, Value) {
    if request.comes_from_a_page {
        return (403, json!({"error": "not for web pages"}));
    }
    let parts: Vec<&str> = request.path.split('/').filter(|p| !p.is_empty()).collect();
    let error = |status, error: anyhow::Error| (status, json!({"error": format!("{error:#}")}));
    match (request.method.as_str(), &parts[..]) {
        ("GET", ["cameras"]) => (
            200,
            fleet
                .names()
                .iter()
                .filter_map(|name| describe(fleet, name))
                .collect(),
        ),
        ("GET", ["cameras", name]) => found(describe(fleet, name)),
        ("GET", ["cameras", name, "truth"]) => {
            let truth = fleet.camera(name).ok().and_then(|c| c.truth_now());
            found(truth.map(|t| json!(t)))
        }
        ("GET", ["cameras", name, "ground-truth"]) => {
            found(fleet.ground_truth(name).map(|t| json!(t)))
        }
        (_, ["cameras", name, ..]) if fleet.camera(name).is_err() => {
            (404, json!({"error": "no such camera"}))
        }
        ("POST", ["cameras", name, "fault"]) => {
            match serde_json::from_slice::<Fault>(&request.body) {
                Ok(fault) => fleet
                    .set_fault(name, fault)
                    .map_or_else(|e| error(409, e), |()| (204, Value::Null)),
                Err(e) => error(400, e.into()),
            }
        }
        ("DELETE", ["cameras", name, "fault"]) => fleet
            .clear(name)
            .map_or_else(|e| error(409, e), |()| (204, Value::Null)),
        (_, ["cameras"] | ["cameras", _, "fault" | "truth" | "ground-truth"]) => {
            (405, json!({"error": "not so"}))
        }
        _ => (404, json!({"error": "nothing here"})),
    }
}

fn found(value: Option<Value>) -> (u16, Value) {
    value.map_or((404, json!({"error": "nothing known"})), |value| {
        (200, value)
    })
}

fn describe(fleet: &Inner, name: &str) -> Option<Value> {
    let camera = fleet.camera(name).ok()?;
    let programme = camera.programme(camera.time.now());
    let faults = camera.condition.borrow().faults.all().to_vec();
    let failure = camera.failure.borrow().clone();
    Some(json!({
        "name": name,
        "url": fleet.url(name),
        "ready": programme.is_some(),
        "scene": programme.and_then(|p| p.scene),
        "faults": faults,
        "viewers": camera.viewers(),
        "failure": failure,
    }))
}

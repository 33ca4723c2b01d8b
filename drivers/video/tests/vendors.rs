//! Every recorded reply of a real camera, and replies no camera should give: always a named status, never a panic.

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use shian_media::{CameraState, Video};
use shian_sim_camera::{Clip, Fleet, FleetConfig, Replies, SimCamera};
use support::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Codes the README lists.
const REASONS: &[&str] = &[
    "refused",
    "unreachable",
    "unknown_host",
    "timeout",
    "unauthorized",
    "not_found",
    "busy",
    "no_tcp",
    "camera_error",
    "bad_reply",
    "bad_sdp",
    "no_video",
    "unsupported_codec",
    "no_data",
    "no_keyframe",
    "clock_jump",
    "bad_stream",
    "reset",
    "connecting",
    "loss",
];

#[tokio::test]
async fn every_recorded_vendor_comes_online_or_gets_a_named_reason() {
    let Some(folder) = sample("retina") else { return };
    let (Some(h264), Some(h265)) = (sample("srs/avatar.h264"), sample("srs/avatar.h265")) else { return };
    let (h264, h265) = (Arc::new(Clip::read(&h264).unwrap()), Arc::new(Clip::read(&h265).unwrap()));
    let vendors = Replies::vendors(&folder).unwrap();
    assert!(vendors.len() > 10);
    let cameras = vendors.iter().map(|vendor| {
        let replies = Replies::read(&folder, vendor).unwrap();
        let clip = if replies.describe.contains("H265") { &h265 } else { &h264 };
        SimCamera::replay_with_clip(vendor, replies, clip.clone())
    });
    let fleet = Fleet::start(FleetConfig::loopback(cameras.collect())).await.unwrap();
    let video = video(shian_video::VideoConfig { no_data_timeout_s: 2.0, connect_timeout_s: 2.0, ..quick() });
    for vendor in &vendors {
        watch(&video, vendor, &fleet.url(vendor)).await;
    }
    let mut offline = Vec::new();
    for vendor in &vendors {
        let id = shian_base::Id::named(vendor);
        let status = until(&video, id, |s| s.state != CameraState::Connecting).await;
        println!("{vendor}: {:?} {} {}x{} {}", status.state, status.reason, status.width, status.height, status.detail);
        if status.state == CameraState::Offline {
            assert!(REASONS.contains(&status.reason.as_str()), "{vendor}: {status:?}");
            offline.push(vendor.as_str());
        }
    }
    // That one was recorded answering a client that asked for UDP, which we never do.
    assert_eq!(offline, ["h264dvr"]);
}

/// Answers every request of a connection with the same bytes, its CSeq put in, and then is silent.
async fn answer_with(text: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("rtsp://{}/live", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let text = text.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 8192];
                while let Ok(read @ 1..) = socket.read(&mut request).await {
                    let asked = String::from_utf8_lossy(&request[..read]).into_owned();
                    let number = asked.lines().find_map(|line| line.strip_prefix("CSeq: ")).unwrap_or("1").to_owned();
                    if socket.write_all(&with_number(&text, &number)).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

fn with_number(text: &[u8], number: &str) -> Vec<u8> {
    let lossy: String = text.iter().map(|b| char::from(*b)).collect();
    let replaced: String =
        lossy
            .split_inclusive('\n')
            .map(|line| {
                if line.to_ascii_lowercase().starts_with("cseq") { format!("CSeq: {number}\r\n") } else { line.into() }
            })
            .collect();
    replaced.chars().map(|c| c as u8).collect()
}

async fn gets_a_named_status(name: &str, text: Vec<u8>) -> String {
    let url = answer_with(text).await;
    let video = video(shian_video::VideoConfig { connect_timeout_s: 0.5, no_data_timeout_s: 0.5, ..quick() });
    let id = watch(&video, name, &url).await;
    let status = until(&video, id, |s| s.state == CameraState::Offline).await;
    assert!(REASONS.contains(&status.reason.as_str()), "{name}: {status:?}");
    format!("{name}: {} {}", status.reason, status.detail)
}

#[tokio::test]
async fn every_recorded_text_as_the_answer_to_everything_is_coped_with() {
    let Some(folder) = sample("retina") else { return };
    let mut tasks = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let name = file_name(&path);
            tasks.push(tokio::spawn(async move { gets_a_named_status(&name, std::fs::read(path).unwrap()).await }));
        }
    }
    assert!(tasks.len() > 40);
    for task in tasks {
        println!("{}", task.await.unwrap());
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[tokio::test]
async fn nonsense_on_the_wire_is_coped_with() {
    let sdp = |body: &str| {
        format!(
            "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("zeros", vec![0; 4096]),
        ("high bytes", vec![0xff; 4096]),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec()),
        ("dollars", vec![b'$'; 70_000]),
        ("endless header", [b"RTSP/1.0 200 OK\r\nX: ".to_vec(), vec![b'a'; 200_000]].concat()),
        ("huge length", b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 99999999999\r\n\r\n".to_vec()),
        ("negative length", b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: -5\r\n\r\n".to_vec()),
        ("empty sdp", sdp("")),
        ("mjpeg", sdp("v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 26\r\na=control:t\r\n")),
        ("sound only", sdp("v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=audio 0 RTP/AVP 8\r\na=control:t\r\n")),
        (
            "clock rate zero",
            sdp(
                "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/0\r\na=control:t\r\n",
            ),
        ),
        (
            "broken parameter sets",
            sdp(
                "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z2Q=,aA==\r\na=control:t\r\n",
            ),
        ),
    ];
    for (name, text) in cases {
        println!("{}", gets_a_named_status(name, text).await);
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("rtsp://{}/live", listener.local_addr().unwrap());
    let video = video(shian_video::VideoConfig { connect_timeout_s: 0.3, ..quick() });
    let id = watch(&video, "silent", &url).await;
    until_reason(&video, id, "timeout").await;
    drop(listener);
    until_reason(&video, id, "refused").await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert!(video.keyframe(id).is_none());
}

//! How fast a view begins on a camera that is already connected, and what 24 cameras cost in memory.
//!
//! `warm_view ADDRESS…` watches the given cameras (up to 24 names of one address are enough: `rtsp://…/cam-1 …`),
//! waits until the rings are full, then opens 200 views one after the other, going round the cameras.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use shian_base::{Id, SystemClock};
use shian_media::{CameraId, CameraSource, CameraState, LiveEvent, Video};
use shian_video::{RtspVideo, VideoConfig};
use tokio::time::{Instant, sleep};

const VIEWS: usize = 200;
/// The ring's 30 s and one group of pictures more.
const FILL: Duration = Duration::from_secs(36);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let addresses: Vec<String> = std::env::args().skip(1).collect();
    ensure!(!addresses.is_empty(), "usage: warm_view ADDRESS…");
    let before_kb = resident_kb()?;
    let video = RtspVideo::new(VideoConfig::default(), Arc::new(SystemClock));
    let mut ids: Vec<CameraId> = Vec::new();
    for (number, url) in addresses.iter().enumerate() {
        let id = Id::named(&format!("camera {number}"));
        video.watch(CameraSource { id, url: url.clone() }).await?;
        ids.push(id);
    }
    let began = Instant::now();
    for id in &ids {
        while video.status(*id).is_none_or(|s| s.state != CameraState::Online) {
            ensure!(began.elapsed() < Duration::from_secs(20), "not online: {:?}", video.status(*id));
            sleep(Duration::from_millis(20)).await;
        }
    }
    println!("{} cameras online after {:.2} s", ids.len(), began.elapsed().as_secs_f64());
    sleep(FILL).await;

    let mut times = Vec::with_capacity(VIEWS);
    for view in 0..VIEWS {
        let began = Instant::now();
        let mut live = video.live(ids[view % ids.len()]).await?;
        match live.events.recv().await.context("the stream ended")? {
            LiveEvent::Init { .. } => {}
            _ => bail!("the first event is no init segment"),
        }
        match live.events.recv().await.context("the stream ended")? {
            LiveEvent::Fragment(_) => times.push(began.elapsed()),
            _ => bail!("the second event is no fragment"),
        }
        drop(live);
        sleep(Duration::from_millis(13)).await;
    }
    times.sort();
    let share = |of_100: usize| times[(times.len() * of_100 / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!(
        "live() to init and first fragment over {VIEWS} views: p50 {:.3} ms, p95 {:.3} ms, most {:.3} ms",
        share(50),
        share(95),
        share(100)
    );

    let held: usize = ids.iter().filter_map(|id| video.held_bytes(*id)).sum();
    let kbps: u64 = ids.iter().filter_map(|id| video.status(*id)).map(|s| u64::from(s.kbps)).sum();
    let grown_kb = resident_kb()?.saturating_sub(before_kb);
    let per_camera = |kb: usize| kb as f64 / 1024.0 / ids.len() as f64;
    println!(
        "rings hold {:.2} MiB per camera at {} kbit/s each; the process grew by {:.2} MiB per camera, {:.1} MiB in all",
        per_camera(held / 1024),
        kbps / ids.len() as u64,
        per_camera(grown_kb),
        grown_kb as f64 / 1024.0,
    );
    println!("processor time {:.1} s over {:.1} s", cpu_seconds()?, began.elapsed().as_secs_f64());
    Ok(())
}

fn resident_kb() -> anyhow::Result<usize> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// User and system time; the kernel counts in hundredths.
fn cpu_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().context("no name")?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks: f64 = fields.get(11..13).context("no times")?.iter().filter_map(|f| f.parse::<f64>().ok()).sum();
    Ok(ticks / 100.0)
}

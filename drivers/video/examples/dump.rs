//! Writes down what a browser would get from a camera: `dump ADDRESS FOLDER [SECONDS]`.
//!
//! The folder receives `init-N.mp4` for every set of parameters, `fragment-NNNN.m4s` for every frame, `order.txt` that
//! tells their order and MIME types, and `clip.mp4`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use shian_base::{Id, SystemClock};
use shian_media::{CameraSource, CameraState, LiveEvent, Video};
use shian_video::{RtspVideo, VideoConfig};
use tokio::time::{Instant, sleep, timeout_at};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().context("usage: dump ADDRESS FOLDER [SECONDS]")?;
    let folder = PathBuf::from(arguments.next().context("usage: dump ADDRESS FOLDER [SECONDS]")?);
    let seconds: u64 = arguments.next().map_or(Ok(10), |s| s.parse())?;
    std::fs::create_dir_all(&folder)?;

    let video = RtspVideo::new(VideoConfig::default(), Arc::new(SystemClock));
    let id = Id::named("the camera");
    video.watch(CameraSource { id, url }).await?;
    let began = loop {
        let status = video.status(id).context("the camera is watched")?;
        match status.state {
            CameraState::Online | CameraState::Degraded => break status.since,
            CameraState::Offline => bail!("the camera is offline: {} ({})", status.reason, status.detail),
            CameraState::Connecting => sleep(Duration::from_millis(50)).await,
        }
    };
    let mut live = video.live(id).await?;
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut inits, mut fragments, mut order) = (0, 0, String::new());
    while let Ok(Some(event)) = timeout_at(end, live.events.recv()).await {
        match event {
            LiveEvent::Init { mime, segment, .. } => {
                std::fs::write(folder.join(format!("init-{inits}.mp4")), &segment)?;
                order += &format!("init-{inits}.mp4 {mime}\n");
                inits += 1;
            }
            LiveEvent::Fragment(bytes) => {
                std::fs::write(folder.join(format!("fragment-{fragments:04}.m4s")), &bytes)?;
                order += &format!("fragment-{fragments:04}.m4s\n");
                fragments += 1;
            }
            LiveEvent::Dropped => order += "# dropped\n",
            LiveEvent::End { code, detail } => order += &format!("# end {code}: {detail}\n"),
        }
    }
    std::fs::write(folder.join("order.txt"), order)?;
    let clip = video.clip(id, began, began.plus_seconds(seconds as i64)).await?;
    std::fs::write(folder.join("clip.mp4"), &clip.mp4)?;
    let status = video.status(id).context("the camera is watched")?;
    println!("{inits} inits, {fragments} fragments, clip from {} to {}; {status:?}", clip.from, clip.to);
    Ok(())
}

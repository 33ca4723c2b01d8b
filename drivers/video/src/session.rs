//! One RTSP connection to one camera, from `DESCRIBE` until it fails.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use retina::client::{
    Credentials, Demuxed, InitialSequenceNumberPolicy, InitialTimestampPolicy, PlayOptions, Session, SessionIdPolicy,
    SessionOptions, SetupOptions, Stream, TcpTransportOptions, Transport,
};
use retina::codec::{CodecItem, FrameFormat, ParametersRef, VideoFrame, VideoParameters, VideoParametersCodec};
use shian_media::{CameraId, Codec};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::info;

use crate::address::Address;
use crate::config::{VideoConfig, seconds};
use crate::failure::{Failure, Step, of_retina};
use crate::hub::{Hub, Incoming, TIMESCALE};
use crate::mp4::{Track, init_segment};
use crate::nal::picture;
use crate::ring::Parameters;

/// Frames may come this much before their predecessor: that is how B-frames look.
const REORDER_MAX: i64 = 2 * TIMESCALE as i64;

/// Connects and delivers frames to the hub; returns why that ended.
pub async fn run(id: CameraId, hub: Arc<Hub>, address: Address, config: Arc<VideoConfig>) -> Failure {
    let limit = seconds(config.connect_timeout_s);
    let mut failure = match timeout(limit, open(&address)).await {
        Ok(Ok((demuxed, stream))) => deliver(id, &hub, &config, demuxed, stream).await,
        Ok(Err(failure)) => failure,
        Err(_) => Failure::new("timeout", format!("no stream within {:.0} s", limit.as_secs_f64())),
    };
    failure.detail = address.without_secrets(&failure.detail);
    failure
}

async fn open(address: &Address) -> Result<(Demuxed, usize), Failure> {
    let login = address
        .login
        .as_ref()
        .map(|login| Credentials { username: login.user.clone(), password: login.password.clone() });
    let options = SessionOptions::default()
        .creds(login)
        .user_agent("Shian".to_owned())
        // Some cameras answer every SETUP with another session id.
        .session_id(SessionIdPolicy::UseFirst);
    let mut session =
        Session::describe(address.url.clone(), options).await.map_err(|e| of_retina(&e, Step::Describe))?;

    let stream = choose(session.streams())?;
    let setup = SetupOptions::default()
        .transport(Transport::Tcp(TcpTransportOptions::default()))
        .frame_format(FrameFormat::MP4);
    session.setup(stream, setup).await.map_err(|e| of_retina(&e, Step::Play))?;
    let play = PlayOptions::default()
        // Only one stream is played; what PLAY says of its first packet is wrong too often to be of use.
        .initial_timestamp(InitialTimestampPolicy::Ignore)
        .initial_seq(InitialSequenceNumberPolicy::Ignore);
    let playing = session.play(play).await.map_err(|e| of_retina(&e, Step::Play))?;
    let demuxed = playing.demuxed().map_err(|e| match of_retina(&e, Step::Play) {
        // The description named a codec that can be read, with parameters that cannot.
        failure if e.status_code().is_some() => Failure { reason: "bad_sdp", ..failure },
        failure => failure,
    })?;
    Ok((demuxed, stream))
}

/// The first video stream in H.264 or H.265.
fn choose(streams: &[Stream]) -> Result<usize, Failure> {
    let video: Vec<(usize, &str)> =
        streams.iter().enumerate().filter(|(_, s)| s.media() == "video").map(|(i, s)| (i, s.encoding_name())).collect();
    if video.is_empty() {
        return Err(Failure::new("no_video", format!("{} streams are offered, none of them video", streams.len())));
    }
    video.iter().find(|(_, name)| matches!(*name, "h264" | "h265")).map(|(i, _)| *i).ok_or_else(|| {
        let names: Vec<&str> = video.iter().map(|(_, name)| *name).collect();
        Failure::new("unsupported_codec", format!("the camera offers {}; H.264 or H.265 is needed", names.join(", ")))
    })
}

async fn deliver(id: CameraId, hub: &Hub, config: &VideoConfig, mut demuxed: Demuxed, stream: usize) -> Failure {
    let connection = hub.connected();
    let no_data = seconds(config.no_data_timeout_s);
    let no_key = seconds(config.no_keyframe_timeout_s);
    let forward_max = (config.clock_jump_max_s * f64::from(TIMESCALE)) as i64;
    let mut parameters: Option<Arc<Parameters>> = None;
    let mut latest: Option<i64> = None;
    let mut last_frame = Instant::now();
    let mut last_key = Instant::now();
    loop {
        let silent_at = last_frame + no_data;
        let keyless_at = last_key + no_key;
        // Only frames count: a camera that sends nothing but reports is silent.
        let item = match timeout_at(silent_at.min(keyless_at), demuxed.next()).await {
            Ok(Some(Ok(item))) => item,
            Ok(Some(Err(e))) => return of_retina(&e, Step::Stream),
            Ok(None) => return Failure::new("reset", "the camera ended the stream"),
            Err(_) if silent_at <= keyless_at => {
                return Failure::new("no_data", format!("no frame for {}", spoken(no_data)));
            }
            Err(_) => return Failure::new("no_keyframe", format!("no keyframe for {}", spoken(no_key))),
        };
        let CodecItem::VideoFrame(frame) = item else { continue };
        if frame.stream_id() != stream {
            continue;
        }
        if parameters.is_none() || frame.has_new_parameters() {
            let Some(ParametersRef::Video(video)) = demuxed.streams()[stream].parameters() else {
                // Without parameter sets nothing can be decoded; the camera may still send them.
                continue;
            };
            match read_parameters(video) {
                // Repeated unchanged, the old ones stay, so that viewers see no change.
                Ok(new) if parameters.as_deref() != Some(&new) => parameters = Some(Arc::new(new)),
                Ok(_) => {}
                Err(failure) => return failure,
            }
        }
        let Some(parameters) = &parameters else { continue };

        let shown = ticks(&frame);
        if let Some(latest) = latest
            && !(-REORDER_MAX..=forward_max).contains(&(shown - latest))
        {
            let by = (shown - latest) as f64 / f64::from(TIMESCALE);
            return Failure::new("clock_jump", format!("the camera's clock jumped by {by:.1} s"));
        }
        latest = Some(latest.map_or(shown, |l| l.max(shown)));

        let lost = u32::from(frame.loss());
        let data = frame.into_data();
        let (has_picture, is_key) = picture(parameters.codec, &data);
        if !has_picture {
            continue;
        }
        last_frame = Instant::now();
        if is_key {
            last_key = last_frame;
        }
        if hub.frame(connection, Incoming { data, is_key, parameters: parameters.clone(), shown, lost }) {
            let Parameters { mime, width, height, .. } = &**parameters;
            info!(camera.id = %id, "camera {id} is online: {width}x{height}, {mime}");
        }
    }
}

fn ticks(frame: &VideoFrame) -> i64 {
    let time = frame.timestamp();
    let rate = i128::from(time.clock_rate().get());
    i64::try_from(i128::from(time.timestamp()) * i128::from(TIMESCALE) / rate).unwrap_or(0)
}

fn spoken(duration: Duration) -> String {
    format!("{:.0} s", duration.as_secs_f64())
}

fn read_parameters(video: &VideoParameters) -> Result<Parameters, Failure> {
    let (codec, sets): (Codec, Vec<&[u8]>) = match video.codec_params() {
        VideoParametersCodec::H264 { sps, pps } => (Codec::H264, vec![sps, pps]),
        VideoParametersCodec::H265 { vps, sps, pps } => (Codec::H265, vec![vps, sps, pps]),
        other => return Err(Failure::new("unsupported_codec", format!("the stream turned out to be {other:?}"))),
    };
    let (width, height) = video.pixel_dimensions();
    let mut entry = video.mp4_sample_entry();
    // Sub-streams are often squeezed; the browser stretches them back by the shape of a pixel.
    if let Some((h, v)) = video.pixel_aspect_ratio()
        && h != v
        && let (Ok(h @ 1..), Ok(v @ 1..)) = (u16::try_from(h), u16::try_from(v))
    {
        entry = entry.with_aspect_ratio((h, v));
    }
    let sample_entry = entry.build().map_err(|e| Failure::new("bad_stream", e.to_string()))?;
    let init = init_segment(&Track { sample_entry: &sample_entry, timescale: TIMESCALE, width, height });
    Ok(Parameters {
        codec,
        mime: format!("video/mp4; codecs=\"{}\"", video.rfc6381_codec()),
        width,
        height,
        sample_entry,
        annex_b: sets.iter().flat_map(|set| [&[0, 0, 0, 1], *set].concat()).collect(),
        init,
    })
}

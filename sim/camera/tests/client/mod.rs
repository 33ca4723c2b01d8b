//! A client for the tests, on top of retina.
#![allow(dead_code, reason = "each test file uses its own part of it")]

use std::{path::PathBuf, sync::Arc, time::Duration};

use futures::StreamExt;
use retina::{
    client::{
        Credentials, Demuxed, InitialSequenceNumberPolicy, PlayOptions, Session, SessionGroup,
        SessionOptions, SetupOptions, Transport,
    },
    codec::{CodecItem, ParametersRef},
};

pub struct Client {
    session: Demuxed,
    size: (u32, u32),
}

/// A picture as it arrived.
pub struct Got {
    pub nals: Vec<Vec<u8>>,
    pub ticks: i64,
    pub is_key: bool,
    pub loss: u16,
    pub has_new_parameters: bool,
}

const PATIENCE: Duration = Duration::from_secs(20);

impl Client {
    pub async fn play(url: &str) -> Result<Client, String> {
        Self::play_as(url, None).await
    }

    pub async fn play_as(url: &str, login: Option<(&str, &str)>) -> Result<Client, String> {
        let play = async {
            let mut session =
                Session::describe(url::Url::parse(url).unwrap(), options(login)).await?;
            let video = session
                .streams()
                .iter()
                .position(|s| s.media() == "video")
                .unwrap_or(0);
            session
                .setup(
                    video,
                    SetupOptions::default().transport(Transport::Tcp(Default::default())),
                )
                .await?;
            session
                .play(
                    PlayOptions::default()
                        .initial_seq(InitialSequenceNumberPolicy::IgnoreSuspiciousValues),
                )
                .await?
                .demuxed()
        };
        let session = tokio::time::timeout(PATIENCE, play)
            .await
            .map_err(|_| "no answer in time".to_owned())?;
        Ok(Client {
            session: session.map_err(|e| e.to_string())?,
            size: (0, 0),
        })
    }

    /// The number of streams described.
    pub async fn describe(url: &str) -> Result<usize, String> {
        let session = Session::describe(url::Url::parse(url).unwrap(), options(None));
        let session = tokio::time::timeout(PATIENCE, session)
            .await
            .map_err(|_| "no answer in time".to_owned())?;
        session
            .map(|s| s.streams().len())
            .map_err(|e| e.to_string())
    }

    pub async fn pictures(&mut self, count: usize) -> Vec<Got> {
        let mut got = Vec::new();
        while got.len() < count {
            let next = tokio::time::timeout(PATIENCE, self.try_picture()).await;
            got.push(next.expect("a picture in time").expect("a picture"));
        }
        got
    }

    /// The next picture, or why there is none.
    pub async fn try_picture(&mut self) -> Result<Got, String> {
        loop {
            match self.session.next().await {
                None => return Err("the stream ended".to_owned()),
                Some(Err(error)) => return Err(error.to_string()),
                Some(Ok(CodecItem::VideoFrame(frame))) => {
                    if let Some(ParametersRef::Video(parameters)) =
                        self.session.streams()[frame.stream_id()].parameters()
                    {
                        self.size = parameters.pixel_dimensions();
                    }
                    return Ok(Got {
                        ticks: frame.timestamp().timestamp(),
                        is_key: frame.is_random_access_point(),
                        loss: frame.loss(),
                        has_new_parameters: frame.has_new_parameters(),
                        nals: nals(frame.data()),
                    });
                }
                Some(Ok(_)) => {}
            }
        }
    }

    /// The size of the last picture.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }
}

fn options(login: Option<(&str, &str)>) -> SessionOptions {
    let creds = login.map(|(user, password)| Credentials {
        username: user.to_owned(),
        password: password.to_owned(),
    });
    SessionOptions::default()
        .creds(creds)
        .session_group(Arc::new(SessionGroup::default()))
}

/// Retina puts a length of four bytes before every NAL unit.
fn nals(mut data: &[u8]) -> Vec<Vec<u8>> {
    let mut nals = Vec::new();
    while let Some((length, rest)) = data.split_first_chunk::<4>() {
        let (nal, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        nals.push(nal.to_vec());
        data = rest;
    }
    nals
}

/// Clips are drawn once for all tests.
pub fn cache() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("camera-clips")
}

/// Video files of others, if they are at hand.
pub fn samples() -> Option<PathBuf> {
    let shared = std::env::var_os("SHIAN_SHARED").map(PathBuf::from);
    let shared =
        shared.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let samples = shared.join("thirdparty/video-rtsp-samples");
    if samples.is_dir() {
        return Some(samples);
    }
    println!("skipped: no sample videos in {}", samples.display());
    None
}

/// Waits for something that must become true soon.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("in vain: {what}");
}

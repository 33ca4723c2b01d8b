//! One client's connection: answers its requests and sends it pictures when they are due.

use std::{collections::HashMap, io::IoSlice, sync::Arc, time::Duration};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    camera::{CameraState, Condition, Programme, Source, Timebase, Viewing},
    fault::Fault,
    message::{self, Incoming, Reply, Request},
    replay::{Promise, with_sequence},
    sdp,
};

/// What all sessions of a server share.
#[derive(Debug)]
pub(crate) struct House {
    pub cameras: HashMap<String, Arc<CameraState>>,
    /// For sender reports; 0: none are sent.
    pub started_at_us: i64,
}

/// Serves a connection until one side ends it. `only` is the camera of an own port.
pub(crate) async fn serve(
    mut stream: TcpStream,
    house: Arc<House>,
    only: Option<Arc<CameraState>>,
) {
    let _ = stream.set_nodelay(true);
    let mut session = Session::new(house, only);
    match session.run(&mut stream).await {
        // With no linger time, closing sends RST instead of FIN.
        Ok(End::Reset) => drop(stream.set_zero_linger()),
        Ok(End::Closed) => {}
        Err(error) => tracing::debug!("session ended: {error:#}"),
    }
}

enum End {
    Closed,
    Reset,
}

struct Session {
    house: Arc<House>,
    only: Option<Arc<CameraState>>,
    nonce: String,
    id: String,
    view: Option<View>,
    promise: Promise,
    setups: usize,
    channel: u8,
    is_set_up: bool,
    playing: Option<Playing>,
    random: Random,
}

/// The camera this connection is about, once it has named one.
struct View {
    camera: Arc<CameraState>,
    condition: watch::Receiver<Condition>,
    resets_before: u64,
}

struct Playing {
    cursor: Cursor,
    ssrc: u32,
    sequence: u16,
    /// Added to the camera's ticks.
    timestamp_offset: u32,
    packets_sent: u32,
    bytes_sent: u32,
    report_due: Option<Duration>,
    _viewing: Viewing,
}

/// A place in the endless row of pictures.
struct Cursor {
    programme: Arc<Programme>,
    round: u64,
    frame: usize,
}

impl Cursor {
    /// At the newest key picture at or before a time.
    fn at(programme: Arc<Programme>, time: Duration) -> Self {
        let (round, point) = programme.point_at(time);
        let frame = programme.clip.key_before(programme.clip.frame_at(point));
        Self {
            programme,
            round,
            frame,
        }
    }

    fn due(&self) -> Duration {
        let length = self.programme.clip.duration.as_nanos() * u128::from(self.round);
        self.programme.since
            + Duration::from_nanos(length as u64)
            + self.programme.clip.frames()[self.frame].at
    }

    fn advance(&mut self) {
        self.frame += 1;
        if self.frame == self.programme.clip.frames().len() {
            self.frame = 0;
            self.round += 1;
        }
    }
}

/// Behind by more than this, a camera drops pictures up to the newest key picture.
const LONGEST_DELAY: Duration = Duration::from_secs(4);
const REPORT_EVERY: Duration = Duration::from_secs(5);

impl Session {
    fn new(house: Arc<House>, only: Option<Arc<CameraState>>) -> Self {
        let mut random = Random::seeded();
        Self {
            house,
            only,
            nonce: format!("{:016x}", random.next()),
            id: format!("{:08}", random.next() % 100_000_000),
            view: None,
            promise: Promise::default(),
            setups: 0,
            channel: 0,
            is_set_up: false,
            playing: None,
            random,
        }
    }

    async fn run(&mut self, stream: &mut TcpStream) -> Result<End> {
        let (mut from_client, mut to_client) = stream.split();
        let mut incoming = Vec::new();
        loop {
            // Answer whatever has come in whole.
            loop {
                match message::parse(&incoming)? {
                    Incoming::Incomplete => break,
                    Incoming::Interleaved { length } => drop(incoming.drain(..length)),
                    Incoming::Request { request, length } => {
                        incoming.drain(..length);
                        self.look_at(&request);
                        if self.is_reset()
                            || self
                                .condition()
                                .is_some_and(|c| c.faults.has(Fault::Refuse))
                        {
                            return Ok(End::Reset);
                        }
                        let is_last = request.method == "TEARDOWN";
                        let answer = self.answer(&request).await;
                        to_client.write_all(&answer).await?;
                        if is_last {
                            return Ok(End::Closed);
                        }
                    }
                }
            }
            if let Some(view) = &mut self.view {
                view.condition.mark_unchanged();
            }
            if self.is_reset() {
                return Ok(End::Reset);
            }
            let due = self.next_due();
            let mut changes = self.view.as_ref().map(|v| v.condition.clone());
            tokio::select! {
                read = from_client.read_buf(&mut incoming) => if read? == 0 { return Ok(End::Closed) },
                () = at(due) => {
                    let sent = tokio::select! {
                        sent = self.send_due(&mut to_client) => Some(sent),
                        () = reset_asked(&mut changes) => None,
                    };
                    match sent {
                        Some(sent) => sent?,
                        None => return Ok(End::Reset),
                    }
                }
                () = changed(&mut changes) => {}
            }
        }
    }

    fn condition(&self) -> Option<Condition> {
        Some(self.view.as_ref()?.condition.borrow().clone())
    }

    fn is_reset(&self) -> bool {
        self.view
            .as_ref()
            .is_some_and(|v| v.condition.borrow().resets != v.resets_before)
    }

    /// Finds the camera a request names. The first one named stays: recorded replies may lead a client to any URL.
    fn look_at(&mut self, request: &Request) {
        if self.view.is_some() {
            return;
        }
        let named = match &self.only {
            Some(camera) => Some(camera.clone()),
            None => request
                .path()
                .first()
                .and_then(|name| self.house.cameras.get(*name))
                .cloned(),
        };
        self.view = named.map(|camera| {
            let condition = camera.condition.subscribe();
            let resets_before = condition.borrow().resets;
            View {
                camera,
                condition,
                resets_before,
            }
        });
    }

    fn next_due(&self) -> Option<Instant> {
        let view = self.view.as_ref()?;
        let playing = self.playing.as_ref()?;
        if view.condition.borrow().faults.has(Fault::Stall) {
            return None;
        }
        Some(view.camera.time.instant(playing.cursor.due()))
    }

    async fn answer(&mut self, request: &Request) -> Vec<u8> {
        let sequence = request.header("CSeq").unwrap_or("0").to_owned();
        let reply = |reply: Reply| reply.text(&sequence).into_bytes();
        let (Some(view), Some(condition)) = (&self.view, self.condition()) else {
            return reply(if request.method == "OPTIONS" {
                options()
            } else {
                Reply::new(404)
            });
        };
        let camera = view.camera.clone();
        let faults = &condition.faults;
        if faults.has(Fault::Garbage) {
            return self.random.bytes(700);
        }
        if request.method == "OPTIONS" {
            sleep(faults.options_delay()).await;
            return reply(options());
        }
        if let Some(refusal) = self.unauthorized(&camera, &condition, request) {
            return reply(refusal);
        }
        if let Source::Replay { replies, .. } = &camera.source {
            let replies = replies.clone();
            match request.method.as_str() {
                "DESCRIBE" => return with_sequence(&replies.describe, &sequence).into_bytes(),
                "SETUP" => {
                    let recorded = replies.setup.get(self.setups).or(replies.setup.last());
                    self.setups += 1;
                    self.is_set_up = true;
                    if let Some(recorded) = recorded {
                        // Pictures go where the first SETUP (the video's) sent them.
                        if self.setups == 1 {
                            self.promise.note_setup(recorded);
                            self.channel = self.promise.channel.unwrap_or(0);
                        }
                        return with_sequence(recorded, &sequence).into_bytes();
                    }
                }
                "PLAY" if !replies.play.is_empty() => {
                    self.promise.note_play(&replies.play);
                    self.start(&camera, &condition);
                    return with_sequence(&replies.play, &sequence).into_bytes();
                }
                _ => {}
            }
        }
        match request.method.as_str() {
            "DESCRIBE" => reply(self.describe(&camera, &condition, request)),
            "SETUP" => reply(self.set_up(request)),
            "PLAY" => reply(self.play(&camera, &condition, request)),
            "PAUSE" => {
                self.playing = None;
                reply(Reply::new(200).with("Session", &*self.id))
            }
            "GET_PARAMETER" | "SET_PARAMETER" | "TEARDOWN" => {
                reply(Reply::new(200).with("Session", &*self.id))
            }
            _ => reply(Reply::new(405).with("Allow", METHODS)),
        }
    }

    fn unauthorized(
        &self,
        camera: &CameraState,
        condition: &Condition,
        request: &Request,
    ) -> Option<Reply> {
        let never = condition.faults.has(Fault::Unauthorized);
        let challenge = match &camera.login {
            Some(login)
                if never
                    || !login.accepts(
                        request.header("Authorization"),
                        &request.method,
                        &self.nonce,
                    ) =>
            {
                login.challenge(&self.nonce)
            }
            None if never => format!("Digest realm=\"camsim\", nonce=\"{}\"", self.nonce),
            _ => return None,
        };
        Some(Reply::new(401).with("WWW-Authenticate", challenge))
    }

    fn describe(&self, camera: &CameraState, condition: &Condition, request: &Request) -> Reply {
        if condition.faults.has(Fault::NotFound) {
            return Reply::new(404);
        }
        let Some(programme) = camera.programme(camera.time.now()) else {
            return Reply::new(503).with("Retry-After", "1");
        };
        let base = if condition.faults.has(Fault::WrongContentBase) {
            "rtsp://192.0.2.1:554/elsewhere/".to_owned()
        } else {
            format!("{}/", request.url.trim_end_matches('/'))
        };
        let description = if condition.faults.has(Fault::BadSdp) {
            sdp::broken(&programme.clip)
        } else {
            sdp::describe(&programme.clip, !condition.faults.has(Fault::MissingSprop))
        };
        Reply::new(200)
            .with("Content-Base", base)
            .with_body("application/sdp", description)
    }

    fn set_up(&mut self, request: &Request) -> Reply {
        let transport = request.header("Transport").unwrap_or_default();
        if !transport.to_ascii_uppercase().contains("RTP/AVP/TCP") {
            return Reply::new(461);
        }
        self.channel = transport
            .split(';')
            .find_map(|part| {
                part.trim()
                    .strip_prefix("interleaved=")?
                    .split('-')
                    .next()?
                    .parse()
                    .ok()
            })
            .unwrap_or(0);
        self.is_set_up = true;
        let ssrc = (self.random.next() >> 32) as u32;
        self.promise.ssrc = Some(ssrc);
        let (channel, control) = (self.channel, self.channel.wrapping_add(1));
        Reply::new(200)
            .with(
                "Transport",
                format!("RTP/AVP/TCP;unicast;interleaved={channel}-{control};ssrc={ssrc:08X}"),
            )
            .with("Session", format!("{};timeout=60", self.id))
    }

    fn play(
        &mut self,
        camera: &Arc<CameraState>,
        condition: &Condition,
        request: &Request,
    ) -> Reply {
        if !self.is_set_up {
            return Reply::new(455);
        }
        if !self.start(camera, condition) {
            return Reply::new(503).with("Retry-After", "1");
        }
        let reply = Reply::new(200)
            .with("Session", &*self.id)
            .with("Range", "npt=now-");
        let Some(playing) = &self.playing else {
            return reply;
        };
        let timestamp = playing.timestamp(condition, playing.cursor.due());
        let url = request.url.trim_end_matches('/');
        reply.with(
            "RTP-Info",
            format!(
                "url={url}/trackID=0;seq={};rtptime={timestamp}",
                playing.sequence
            ),
        )
    }

    /// Begins to send, from the newest key picture on; false if there is nothing to send yet.
    fn start(&mut self, camera: &Arc<CameraState>, condition: &Condition) -> bool {
        let now = camera.time.now();
        let Some(programme) = camera.programme(now) else {
            return false;
        };
        let cursor = Cursor::at(programme, now);
        let ssrc = self
            .promise
            .ssrc
            .unwrap_or_else(|| (self.random.next() >> 32) as u32);
        let mut playing = Playing {
            ssrc,
            sequence: self
                .promise
                .first_sequence
                .unwrap_or_else(|| self.random.next() as u16),
            timestamp_offset: 0,
            packets_sent: 0,
            bytes_sent: 0,
            report_due: (self.house.started_at_us > 0).then_some(now),
            _viewing: Viewing::of(camera),
            cursor,
        };
        let first = playing.timestamp(condition, playing.cursor.due());
        let promised = self
            .promise
            .first_timestamp
            .unwrap_or_else(|| (self.random.next() >> 32) as u32);
        playing.timestamp_offset = promised.wrapping_sub(first);
        self.playing = Some(playing);
        true
    }

    /// Sends the picture that is due, or what a fault puts in its place.
    async fn send_due(&mut self, to_client: &mut (impl AsyncWrite + Unpin)) -> Result<()> {
        let (Some(view), Some(playing)) = (&self.view, &mut self.playing) else {
            return Ok(());
        };
        let camera = &view.camera;
        let condition = view.condition.borrow().clone();
        let now = camera.time.now();
        let mut due = playing.cursor.due();
        if now > due + LONGEST_DELAY {
            let Some(programme) = camera.programme(now) else {
                return Ok(());
            };
            let newest = Cursor::at(programme, now);
            if newest.due() > due {
                playing.cursor = newest;
                due = playing.cursor.due();
            }
        }
        if let Some(programme) = camera.programme(due)
            && !Arc::ptr_eq(&programme.clip, &playing.cursor.programme.clip)
        {
            playing.cursor = Cursor::at(programme, due);
        }
        if condition.faults.has(Fault::Garbage) {
            playing.cursor.advance();
            to_client.write_all(&self.random.bytes(200)).await?;
            return Ok(());
        }
        let clip = playing.cursor.programme.clip.clone();
        let frame = &clip.frames()[playing.cursor.frame];
        let timestamp = playing.timestamp(&condition, due + frame.shown_after);
        let loss = condition.faults.loss_per_thousand();
        let mut heads = Vec::with_capacity(frame.packets.len());
        let mut kept = Vec::with_capacity(frame.packets.len());
        for packet in &frame.packets {
            let sequence = playing.sequence;
            playing.sequence = sequence.wrapping_add(1);
            if loss > 0 && self.random.next() % 1000 < u64::from(loss) {
                continue;
            }
            let size = 12 + packet.size();
            let mut head = [0u8; 16];
            head[0] = b'$';
            head[1] = self.channel;
            head[2..4].copy_from_slice(&(size as u16).to_be_bytes());
            head[4] = 0x80;
            head[5] = 96 | u8::from(packet.marker) << 7;
            head[6..8].copy_from_slice(&sequence.to_be_bytes());
            head[8..12].copy_from_slice(&timestamp.to_be_bytes());
            head[12..16].copy_from_slice(&playing.ssrc.to_be_bytes());
            heads.push(head);
            kept.push(packet);
            playing.packets_sent = playing.packets_sent.wrapping_add(1);
            playing.bytes_sent = playing.bytes_sent.wrapping_add(packet.size() as u32);
        }
        let mut pieces: Vec<IoSlice> = Vec::with_capacity(3 * kept.len());
        for (head, packet) in heads.iter().zip(kept) {
            pieces.push(IoSlice::new(head));
            if !packet.head().is_empty() {
                pieces.push(IoSlice::new(packet.head()));
            }
            pieces.push(IoSlice::new(&packet.body));
        }
        playing.cursor.advance();
        let report = match playing.report_due {
            Some(time) if now >= time => {
                playing.report_due = Some(now + REPORT_EVERY);
                Some(playing.sender_report(self.channel, &condition, self.house.started_at_us, now))
            }
            _ => None,
        };
        write_all_pieces(to_client, &mut pieces).await?;
        if let Some(report) = report {
            to_client.write_all(&report).await?;
        }
        Ok(())
    }
}

impl Playing {
    fn timestamp(&self, condition: &Condition, time: Duration) -> u32 {
        (condition.clock.ticks(time) as u32).wrapping_add(self.timestamp_offset)
    }

    /// RFC 3550 section 6.4.1, without report blocks.
    fn sender_report(
        &self,
        channel: u8,
        condition: &Condition,
        started_at_us: i64,
        now: Duration,
    ) -> [u8; 32] {
        const SECONDS_1900_TO_1970: u64 = 2_208_988_800;
        let wall_us = started_at_us as u64 + Timebase::since_start(now).as_micros() as u64;
        let seconds = (wall_us / 1_000_000 + SECONDS_1900_TO_1970) as u32;
        let fraction = (((wall_us % 1_000_000) << 32) / 1_000_000) as u32;
        let mut report = [0u8; 32];
        report[..4].copy_from_slice(&[b'$', channel.wrapping_add(1), 0, 28]);
        report[4..8].copy_from_slice(&[0x80, 200, 0, 6]);
        let words = [
            self.ssrc,
            seconds,
            fraction,
            self.timestamp(condition, now),
            self.packets_sent,
            self.bytes_sent,
        ];
        for (place, word) in report[8..].chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_be_bytes());
        }
        report
    }
}

const METHODS: &str =
    "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN";

fn options() -> Reply {
    Reply::new(200).with("Public", METHODS)
}

async fn at(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

async fn changed(condition: &mut Option<watch::Receiver<Condition>>) {
    match condition {
        Some(condition) => {
            if condition.changed().await.is_err() {
                std::future::pending().await
            }
        }
        None => std::future::pending().await,
    }
}

async fn reset_asked(condition: &mut Option<watch::Receiver<Condition>>) {
    let resets = |condition: &Option<watch::Receiver<Condition>>| {
        condition.as_ref().map(|c| c.borrow().resets)
    };
    let before = resets(condition);
    while resets(condition) == before {
        changed(condition).await;
    }
}

async fn write_all_pieces(
    to: &mut (impl AsyncWrite + Unpin),
    pieces: &mut [IoSlice<'_>],
) -> std::io::Result<()> {
    // The system takes at most 1024 pieces at once.
    let mut left = pieces;
    while !left.is_empty() {
        let count = left.len().min(1024);
        let written = to.write_vectored(&left[..count]).await?;
        if written == 0 {
            return Err(std::io::ErrorKind::WriteZero.into());
        }
        IoSlice::advance_slices(&mut left, written);
    }
    Ok(())
}

/// Numbers without meaning (splitmix64); for identifiers and for the choice of lost packets.
struct Random(u64);

impl Random {
    fn seeded() -> Self {
        use std::hash::{BuildHasher, Hasher};
        // The hasher's keys differ from call to call, which is all the variety needed here.
        Self(std::hash::RandomState::new().build_hasher().finish())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}

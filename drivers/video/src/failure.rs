//! Why a camera is not online, in words that are stable.

use std::fmt;

/// A reason code (see `README.md`) and the technical sentence behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub reason: &'static str,
    pub detail: String,
}

impl Failure {
    pub fn new(reason: &'static str, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.detail)
    }
}

/// What the RTSP client was doing when it failed; the same error means different things at different steps.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Connecting and `DESCRIBE`.
    Describe,
    /// `SETUP` and `PLAY`.
    Play,
    Stream,
}

/// Names an error of the RTSP client. retina keeps its kinds private (it asks to be told who needs them), so beyond
/// the status code the sentence is what there is to go by; the tests against a real server hold these words in place.
pub fn of_retina(error: &retina::Error, step: Step) -> Failure {
    let text = error.to_string();
    // The lines after the first tell addresses and packet positions, of no use to a reader.
    let detail: String = text.lines().next().unwrap_or_default().chars().take(300).collect();
    let has = |words: &[&str]| words.iter().any(|w| detail.contains(w));
    let reason = if let Some(status) = error.status_code() {
        match status {
            401 | 403 => "unauthorized",
            404 | 410 | 454 => "not_found",
            453 | 503 => "busy",
            461 => "no_tcp",
            200..=299 if step == Step::Describe => "bad_sdp",
            // An error found only when playing begins but blamed on the description: the codec's parameters.
            200..=299 => "bad_reply",
            500..=599 => "camera_error",
            _ => "bad_reply",
        }
    } else if has(&["refused"]) {
        "refused"
    } else if has(&["lookup", "Name or service", "No such host"]) {
        "unknown_host"
    } else if has(&["unreachable", "No route"]) {
        "unreachable"
    } else if has(&["imed out", "failed to respond to keepalive", "Unable to write keepalive"]) {
        "timeout"
    } else if has(&["Timestamp jumped"]) {
        "clock_jump"
    } else if text.starts_with("RTSP framing error") || has(&["Invalid RTSP message", "invalid RTSP"]) {
        "bad_reply"
    } else if text.starts_with("Error reading from RTSP peer")
        || text.starts_with("Error writing to RTSP peer")
        || text.starts_with("Unable to connect")
    {
        "reset"
    } else if text.starts_with("Unsupported") {
        "unsupported_codec"
    } else {
        match step {
            Step::Describe | Step::Play => "bad_reply",
            Step::Stream => "bad_stream",
        }
    };
    Failure { reason, detail }
}

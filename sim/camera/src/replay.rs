//! Replies of real cameras, recorded by others and given again.

use std::path::Path;

use anyhow::{Context, Result, ensure};

/// The replies of one camera, as they came over the wire.
#[derive(Debug, Clone, Default)]
pub struct Replies {
    pub describe: String,
    /// One for each SETUP; the last is repeated. Empty: the simulator answers on its own.
    pub setup: Vec<String>,
    /// Empty: the simulator answers on its own.
    pub play: String,
}

impl Replies {
    /// Reads `VENDOR_describe….txt` (or `VENDOR_sdp.txt`), `VENDOR_setup….txt` and `VENDOR_play.txt` of a folder.
    pub fn read(folder: &Path, vendor: &str) -> Result<Replies> {
        let mut replies = Replies::default();
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .with_context(|| format!("reading {}", folder.display()))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".txt"))
            .collect();
        // A camera's picture is set up before its sound.
        names.sort_by_key(|name| (name.contains("audio"), name.clone()));
        for name in names {
            let Some(what) = name
                .strip_prefix(vendor)
                .and_then(|rest| rest.strip_prefix('_'))
            else {
                continue;
            };
            let text = String::from_utf8_lossy(&std::fs::read(folder.join(&name))?).into_owned();
            if what.starts_with("describe") && replies.describe.is_empty() {
                replies.describe = text;
            } else if what.starts_with("sdp") && replies.describe.is_empty() {
                let length = text.len();
                replies.describe = format!(
                    "RTSP/1.0 200 OK\r\nCSeq: 0\r\nContent-Type: application/sdp\r\nContent-Length: {length}\r\n\r\n{text}"
                );
            } else if what.starts_with("setup") {
                replies.setup.push(text);
            } else if what.starts_with("play") {
                replies.play = text;
            }
        }
        ensure!(
            !replies.describe.is_empty(),
            "no description recorded for \"{vendor}\" in {}",
            folder.display()
        );
        Ok(replies)
    }

    /// Every vendor of a folder that has a recorded description.
    pub fn vendors(folder: &Path) -> Result<Vec<String>> {
        let mut vendors: Vec<String> = std::fs::read_dir(folder)
            .with_context(|| format!("reading {}", folder.display()))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| {
                let stem = name.strip_suffix(".txt")?;
                let end = stem.find("_describe").or_else(|| stem.find("_sdp"))?;
                Some(stem[..end].to_owned())
            })
            .collect();
        vendors.sort();
        vendors.dedup();
        Ok(vendors)
    }
}

/// A recorded reply with the CSeq of the request at hand; everything else stays as it was sent.
pub(crate) fn with_sequence(recorded: &str, sequence: &str) -> String {
    let (head, body, gap) = match (recorded.find("\r\n\r\n"), recorded.find("\n\n")) {
        (Some(at), _) => (&recorded[..at], &recorded[at + 4..], "\r\n"),
        (None, Some(at)) => (&recorded[..at], &recorded[at + 2..], "\n"),
        (None, None) => (recorded.trim_end(), "", "\r\n"),
    };
    let mut lines = Vec::new();
    for line in head.lines() {
        let is_sequence = line
            .split_once(':')
            .is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case("cseq"));
        lines.push(if is_sequence {
            format!("CSeq: {sequence}")
        } else {
            line.to_owned()
        });
    }
    format!("{}{gap}{gap}{body}", lines.join(gap))
}

/// What a recorded SETUP and PLAY promise about the stream: channel, source, first number and time.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Promise {
    pub channel: Option<u8>,
    pub ssrc: Option<u32>,
    pub first_sequence: Option<u16>,
    pub first_timestamp: Option<u32>,
}

impl Promise {
    pub fn note_setup(&mut self, reply: &str) {
        self.channel = after(reply, "interleaved=")
            .and_then(|t| t.parse().ok())
            .or(self.channel);
        self.ssrc = after(reply, "ssrc=")
            .and_then(|t| u32::from_str_radix(t, 16).ok())
            .or(self.ssrc);
    }

    pub fn note_play(&mut self, reply: &str) {
        self.first_sequence = after(reply, "seq=").and_then(|t| t.parse().ok());
        self.first_timestamp = after(reply, "rtptime=").and_then(|t| t.parse().ok());
    }
}

fn after<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let value = text[text.find(key)? + key.len()..].trim_start();
    Some(
        value
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sequence_number_of_a_recorded_reply_changes() {
        let recorded = "RTSP/1.0 200 OK\r\ncseq : 1\r\nSession:   7;timeout=60\r\n\r\nv=0\r\n";
        assert_eq!(
            with_sequence(recorded, "9"),
            "RTSP/1.0 200 OK\r\nCSeq: 9\r\nSession:   7;timeout=60\r\n\r\nv=0\r\n"
        );
    }

    #[test]
    fn a_recorded_setup_and_play_say_what_the_stream_will_be() {
        let mut promise = Promise::default();
        promise.note_setup(
            "Transport: RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=4cacc3d1;mode=\"play\"",
        );
        promise.note_play("RTP-Info: url=trackID=1;seq=65535;rtptime=3000000000");
        let expected = Promise {
            channel: Some(2),
            ssrc: Some(0x4cacc3d1),
            first_sequence: Some(65535),
            first_timestamp: Some(3_000_000_000),
        };
        assert_eq!(promise, expected);
    }
}

//! RTSP requests as they come in and replies as they go out (RFC 2326).

use anyhow::{Result, bail};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub method: String,
    pub url: String,
    headers: Vec<(String, String)>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// The parts of the path, without host, query and empty parts.
    pub fn path(&self) -> Vec<&str> {
        let after_host = match self.url.split_once("://") {
            Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
            None => self.url.as_str(),
        };
        after_host
            .split(['?', '/'])
            .filter(|part| !part.is_empty())
            .collect()
    }
}

/// What stands at the beginning of the bytes a client sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    Request {
        request: Request,
        length: usize,
    },
    /// An interleaved packet (a receiver report), which a camera may ignore.
    Interleaved {
        length: usize,
    },
    Incomplete,
}

const LONGEST_REQUEST: usize = 64 * 1024;

/// Reads one message; an error means that the connection speaks something else.
pub(crate) fn parse(bytes: &[u8]) -> Result<Incoming> {
    match bytes {
        [] => return Ok(Incoming::Incomplete),
        [b'$', _, high, low, ..] => {
            let length = 4 + usize::from(u16::from_be_bytes([*high, *low]));
            return Ok(if bytes.len() >= length {
                Incoming::Interleaved { length }
            } else {
                Incoming::Incomplete
            });
        }
        [b'$', ..] => return Ok(Incoming::Incomplete),
        _ => {}
    }
    let Some(head_end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else {
        if bytes.len() > LONGEST_REQUEST {
            bail!("a request of more than {LONGEST_REQUEST} bytes");
        }
        return Ok(Incoming::Incomplete);
    };
    let Ok(head) = std::str::from_utf8(&bytes[..head_end]) else {
        bail!("a request that is no text")
    };
    let mut lines = head.split("\r\n");
    let mut first = lines
        .next()
        .unwrap_or_default()
        .split(' ')
        .filter(|part| !part.is_empty());
    let (Some(method), Some(url), Some(version)) = (first.next(), first.next(), first.next())
    else {
        bail!("no request line");
    };
    if !version.starts_with("RTSP/") {
        bail!("protocol {version}");
    }
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    let request = Request {
        method: method.to_owned(),
        url: url.to_owned(),
        headers,
    };
    let body: usize = request
        .header("content-length")
        .and_then(|l| l.parse().ok())
        .unwrap_or(0);
    if body > LONGEST_REQUEST {
        bail!("a request body of {body} bytes");
    }
    let length = head_end + 4 + body;
    Ok(if bytes.len() >= length {
        Incoming::Request { request, length }
    } else {
        Incoming::Incomplete
    })
}

/// A reply under construction.
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Reply {
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn with_body(mut self, mime: &str, body: String) -> Self {
        self.body = body;
        self.with("Content-Type", mime)
    }

    pub fn text(&self, sequence: &str) -> String {
        let reason = match self.status {
            200 => "OK",
            400 => "Bad Request",
            401 => "Unauthorized",
            404 => "Not Found",
            405 => "Method Not Allowed",
            454 => "Session Not Found",
            455 => "Method Not Valid in This State",
            461 => "Unsupported Transport",
            503 => "Service Unavailable",
            _ => "Error",
        };
        let mut text = format!(
            "RTSP/1.0 {} {reason}\r\nCSeq: {sequence}\r\nServer: camsim\r\n",
            self.status
        );
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() {
            text += &format!("Content-Length: {}\r\n", self.body.len());
        }
        text + "\r\n" + &self.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_only_when_it_is_whole() {
        let text = b"SETUP rtsp://127.0.0.1:554/cam-001/trackID=0?x=1 RTSP/1.0\r\nCSeq: 3\r\ntransport: RTP/AVP/TCP\r\n\r\n$";
        for cut in 0..text.len() - 1 {
            assert_eq!(parse(&text[..cut]).unwrap(), Incoming::Incomplete, "{cut}");
        }
        let Incoming::Request { request, length } = parse(text).unwrap() else {
            panic!("no request")
        };
        assert_eq!(length, text.len() - 1);
        assert_eq!(request.path(), ["cam-001", "trackID=0", "x=1"]);
        assert_eq!(request.header("Transport"), Some("RTP/AVP/TCP"));
    }

    #[test]
    fn other_protocols_are_turned_away() {
        assert!(parse(b"GET / HTTP/1.1\r\n\r\n").is_err());
        assert!(parse(&[0xff; 8]).is_ok_and(|i| i == Incoming::Incomplete));
        assert!(parse(&vec![b'x'; 70_000]).is_err());
        assert_eq!(
            parse(&[b'$', 1, 0, 2, 9, 9, 9]).unwrap(),
            Incoming::Interleaved { length: 6 }
        );
    }
}

//! Basic and Digest (MD5, RFC 2069 form as most cameras speak it) checked on the camera's side.

use base64::Engine;
use md5::{Digest, Md5};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Basic,
    Digest,
}

#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub user: String,
    pub password: String,
    pub scheme: Scheme,
}

const REALM: &str = "camsim";

impl Login {
    /// The `WWW-Authenticate` header for a connection's nonce.
    pub fn challenge(&self, nonce: &str) -> String {
        match self.scheme {
            Scheme::Basic => format!("Basic realm=\"{REALM}\""),
            Scheme::Digest => format!("Digest realm=\"{REALM}\", nonce=\"{nonce}\""),
        }
    }

    pub fn accepts(&self, authorization: Option<&str>, method: &str, nonce: &str) -> bool {
        let Some((scheme, rest)) = authorization.and_then(|a| a.trim().split_once(' ')) else {
            return false;
        };
        match self.scheme {
            Scheme::Basic => {
                let given = base64::engine::general_purpose::STANDARD
                    .decode(rest.trim())
                    .unwrap_or_default();
                scheme.eq_ignore_ascii_case("basic")
                    && given == format!("{}:{}", self.user, self.password).as_bytes()
            }
            Scheme::Digest => {
                let field = |name| parameter(rest, name).unwrap_or_default();
                let secret = md5_hex(&format!("{}:{REALM}:{}", self.user, self.password));
                let request = md5_hex(&format!("{method}:{}", field("uri")));
                scheme.eq_ignore_ascii_case("digest")
                    && field("username") == self.user
                    && field("nonce") == nonce
                    && field("response")
                        .eq_ignore_ascii_case(&md5_hex(&format!("{secret}:{nonce}:{request}")))
            }
        }
    }
}

/// A parameter of a `name="value", name=value` list.
fn parameter<'a>(list: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = list;
    loop {
        rest = rest.trim_start_matches([',', ' ', '\t']);
        let (key, after) = rest.split_once('=')?;
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
        rest = next;
    }
}

fn md5_hex(text: &str) -> String {
    Md5::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_digest_is_accepted() {
        let login = Login {
            user: "admin".into(),
            password: "p,w\"".replace('"', ""),
            scheme: Scheme::Digest,
        };
        let secret = md5_hex("admin:camsim:p,w");
        let request = md5_hex("DESCRIBE:rtsp://h/a,b");
        let right = md5_hex(&format!("{secret}:n1:{request}"));
        let header = format!(
            "Digest username=\"admin\", realm=\"camsim\", nonce=\"n1\", uri=\"rtsp://h/a,b\", response=\"{right}\""
        );
        assert!(login.accepts(Some(&header), "DESCRIBE", "n1"));
        assert!(!login.accepts(Some(&header), "DESCRIBE", "n2"));
        assert!(!login.accepts(Some(&header), "PLAY", "n1"));
        assert!(!login.accepts(None, "DESCRIBE", "n1"));
        for broken in ["Digest", "Digest =", "Digest username=\"", "Basic !!!", ""] {
            assert!(!login.accepts(Some(broken), "DESCRIBE", "n1"));
        }
    }
}

//! A camera's address, with the user and the password taken out of it.

use std::fmt;

use percent_encoding::percent_decode_str;
use shian_media::MediaError;
use url::Url;

/// Where to connect. What is shown of it never includes the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// Without user and password.
    pub url: Url,
    pub login: Option<Login>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub password: String,
    /// The password as it was written in the address, to strike it out of texts.
    written: String,
}

impl Address {
    /// Reads `rtsp://user:password@host:port/path`. The message of a refusal never quotes the address.
    pub fn parse(text: &str) -> Result<Self, MediaError> {
        let refuse = |why: &str| Err(MediaError::Address(why.to_owned()));
        let mut url = match Url::parse(text.trim()) {
            Ok(url) => url,
            Err(e) => {
                return refuse(&format!(
                    "the address cannot be read ({e}); in a password write # as %23, / as %2F, ? as %3F, % as %25"
                ));
            }
        };
        if url.scheme() != "rtsp" {
            return refuse("the address must begin with rtsp://");
        }
        if url.host_str().is_none_or(str::is_empty) {
            return refuse("the address names no host");
        }
        if url.port() == Some(0) {
            return refuse("the address names port 0");
        }
        let written = url.password().unwrap_or_default().to_owned();
        let login = (!url.username().is_empty() || !written.is_empty()).then(|| Login {
            user: percent_decode_str(url.username()).decode_utf8_lossy().into_owned(),
            password: percent_decode_str(&written).decode_utf8_lossy().into_owned(),
            written,
        });
        if url.set_username("").is_err() || url.set_password(None).is_err() {
            return refuse("the address names no host");
        }
        url.set_fragment(None);
        Ok(Self { url, login })
    }

    /// Strikes passwords out of a text that came from outside, should a server have echoed them. Some cameras want
    /// theirs in the path (`/user=admin&password=…&channel=1`), so what follows such a word goes too.
    pub fn without_secrets(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if let Some(login) = &self.login {
            // A password of one or two characters occurs in any text; striking it out would only give it away.
            for secret in [&login.password, &login.written].into_iter().filter(|s| s.len() > 2) {
                text = text.replace(secret.as_str(), "***");
            }
        }
        for word in ["password=", "passwd=", "pwd=", "pass="] {
            text = without_value(&text, word);
        }
        text
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.without_secrets(self.url.as_str()))
    }
}

/// The text without what follows each `word` up to the next separator.
fn without_value(text: &str, word: &str) -> String {
    // Only ASCII changes its case, so that positions are the same in both.
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    while let Some(found) = lower[done..].find(word) {
        let value = done + found + word.len();
        let ends = |c: char| c.is_whitespace() || "&_/?;,\"'".contains(c);
        out.push_str(&text[done..value]);
        out.push_str("***");
        done = text[value..].find(ends).map_or(text.len(), |length| value + length);
    }
    out.push_str(&text[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_login_is_decoded_and_leaves_no_trace_in_what_is_shown() {
        let address = Address::parse("rtsp://admin:p%40ss%23w%E9%9D%A2@192.168.1.64:8554/h264?subtype=1").unwrap();
        let login = address.login.clone().unwrap();
        assert_eq!((login.user.as_str(), login.password.as_str()), ("admin", "p@ss#w面"));
        assert_eq!(format!("{address:?}"), "rtsp://192.168.1.64:8554/h264?subtype=1");
        assert_eq!(address.without_secrets("bad p@ss#w面 or p%40ss%23w%E9%9D%A2"), "bad *** or ***");
    }

    #[test]
    fn a_password_in_the_path_is_kept_for_the_camera_and_hidden_from_readers() {
        let text = "rtsp://10.0.0.8/user=admin_Password=tlJwpbo6_channel=1_stream=0.sdp?real_stream";
        let address = Address::parse(text).unwrap();
        assert_eq!(address.url.as_str(), text);
        assert_eq!(
            format!("{address:?}"),
            "rtsp://10.0.0.8/user=admin_Password=***_channel=1_stream=0.sdp?real_stream"
        );
        assert_eq!(address.without_secrets("面 pwd=x&pwd=yz"), "面 pwd=***&pwd=***");
    }

    #[test]
    fn an_at_sign_in_the_password_is_understood() {
        let address = Address::parse("rtsp://admin:abc@123@10.0.0.8/Streaming/Channels/101").unwrap();
        assert_eq!(address.login.unwrap().password, "abc@123");
        assert_eq!(address.url.as_str(), "rtsp://10.0.0.8/Streaming/Channels/101");
    }

    #[test]
    fn an_address_that_can_never_work_is_refused_without_being_quoted() {
        for text in [
            "",
            "10.0.0.8/stream",
            "http://admin:geheim@10.0.0.8/",
            "rtsp://",
            "rtsp:///path",
            "rtsp://admin:geheim#1@10.0.0.8/",
            "rtsp://admin:geheim@10.0.0.8:99999/",
            "rtsp://admin:geheim@10.0.0.8:0/",
            "rtsp:admin:geheim",
        ] {
            let Err(refusal) = Address::parse(text) else { panic!("{text} was accepted") };
            assert!(!refusal.to_string().contains("geheim"), "{refusal}");
        }
    }

    #[test]
    fn an_address_without_a_login_has_none() {
        assert!(Address::parse("rtsp://[::1]:554/live").unwrap().login.is_none());
    }
}

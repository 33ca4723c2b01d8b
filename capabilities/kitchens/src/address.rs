//! A camera's address as somebody types it: what can never work is refused before it is kept.

use shian_base::FieldError;
use url::Url;

const LENGTH_MAX: usize = 1000;

/// Checks `rtsp://user:password@host:port/path`. What is said of a wrong one never quotes it: it may hold a password.
///
/// Only RTSP leaves the server for it, so that an address cannot be used to make the server call other services by HTTP.
pub(crate) fn check(text: &str) -> Result<(), FieldError> {
    let refuse = |code: &'static str, message: &str| {
        Err(FieldError { field: "url".into(), code, message: message.into() })
    };
    if text.len() > LENGTH_MAX {
        return refuse("camera.url_too_long", "the address is longer than 1000 characters");
    }
    if text.chars().any(char::is_control) {
        return refuse("camera.url", "the address holds a control character");
    }
    let Ok(url) = Url::parse(text.trim()) else {
        return refuse(
            "camera.url",
            "the address cannot be read; in a password write # as %23, / as %2F, ? as %3F, % as %25",
        );
    };
    if url.scheme() != "rtsp" {
        return refuse("camera.url_scheme", "the address must begin with rtsp://");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return refuse("camera.url_host", "the address names no host");
    }
    if url.port() == Some(0) {
        return refuse("camera.url_port", "the address names port 0");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rtsp_to_a_host_is_taken_and_a_refusal_never_quotes_the_address() {
        assert_eq!(check("rtsp://admin:p%40ss@192.168.1.64:554/Streaming/Channels/101"), Ok(()));
        for (text, code) in [
            ("http://admin:geheim@10.0.0.8/", "camera.url_scheme"),
            ("file:///etc/geheim", "camera.url_scheme"),
            ("rtsp:///geheim", "camera.url_host"),
            ("10.0.0.8/geheim", "camera.url"),
            ("rtsp://admin:geheim#1@10.0.0.8/", "camera.url"),
            ("rtsp://admin:geheim@10.0.0.8:0/", "camera.url_port"),
            ("rtsp://10.0.0.8/\r\ngeheim", "camera.url"),
        ] {
            let refusal = check(text).unwrap_err();
            assert_eq!(refusal.code, code, "{text}");
            assert!(!refusal.message.contains("geheim"));
        }
    }
}

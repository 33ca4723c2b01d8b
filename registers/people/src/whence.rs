//! From where a request comes, for the log and the list of sessions.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use http::request::Parts;
use http::{HeaderMap, header};

/// The caller's address and what it says it is. The layer in front of all routes sets it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whence {
    /// Empty when it is not known, as for a command at the server.
    pub address: String,
    pub device: String,
}

impl Whence {
    /// Behind a proxy the last entry of `x-forwarded-for` is the proxy's word; earlier ones are the caller's own.
    pub(crate) fn of(request: &Request, behind_proxy: bool) -> Self {
        let forwarded = || last_forwarded(request.headers());
        let peer =
            || request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical().to_string());
        let address = if behind_proxy { forwarded().or_else(peer) } else { peer() };
        let device = request.headers().get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
        let device = device.unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
        Self { address: address.unwrap_or_default(), device }
    }
}

fn last_forwarded(headers: &HeaderMap) -> Option<String> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let address: std::net::IpAddr = last.rsplit(',').next()?.trim().parse().ok()?;
    Some(address.to_canonical().to_string())
}

impl<S: Send + Sync> FromRequestParts<S> for Whence {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn only_the_proxys_own_entry_counts_and_only_behind_one() {
        let mut request = Request::get("/").header("x-forwarded-for", "6.6.6.6, 10.1.2.3").body(Body::empty()).unwrap();
        assert_eq!(Whence::of(&request, true).address, "10.1.2.3");
        assert_eq!(Whence::of(&request, false).address, "");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
        assert_eq!(Whence::of(&request, false).address, "127.0.0.1");
        let nonsense = Request::get("/").header("x-forwarded-for", "=cmd()").body(Body::empty()).unwrap();
        assert_eq!(Whence::of(&nonsense, true).address, "");
    }
}

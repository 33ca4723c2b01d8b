//! The layer in front of all routes that says who calls.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use shian_access::Policy;
use shian_base::{Result, SharedClock};
use shian_db::Db;
use shian_web::{Caller, Problem};

use crate::model::PeopleConfig;
use crate::store::{Account, People, hash_token};
use crate::watch::SessionWatch;
use crate::whence::Whence;

/// The cookie that carries a session's token.
pub(crate) const COOKIE: &str = "shian_session";

#[derive(Clone)]
pub struct CallerLayer {
    pub db: Db,
    pub clock: SharedClock,
    pub config: PeopleConfig,
    pub policy: Arc<Policy>,
    pub watch: SessionWatch,
}

/// Middleware: reads the cookie and puts the `Caller` into the request. A token that is unknown or has
/// run out makes a stranger, who is told 401 where signing in is needed.
pub async fn say_who_calls(State(layer): State<CallerLayer>, mut request: Request, next: Next) -> Response {
    let token = token_of(request.headers()).map(str::to_owned);
    let found = match &token {
        None => Ok(None),
        Some(token) => who(&layer, token).await,
    };
    let policy = Arc::clone(&layer.policy);
    let caller = match (found, token) {
        (Ok(Some(account)), Some(token)) => {
            let owes = account.owes(&layer.config);
            Caller::new(Some(account.principal), policy).in_session(layer.watch.session(hash_token(&token)), owes)
        }
        (Ok(_), _) => Caller::new(None, policy),
        (Err(error), _) => return Problem(error).into_response(),
    };
    let whence = Whence::of(&request, layer.config.behind_proxy);
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(whence);
    next.run(request).await
}

async fn who(layer: &CallerLayer, token: &str) -> Result<Option<Account>> {
    let now = layer.clock.now();
    let mut tx = layer.db.read().await?;
    let found = People::of_token(&mut tx, token, &layer.config, now).await?;
    drop(tx);
    let Some((account, note)) = found else { return Ok(None) };
    if note {
        let mut tx = layer.db.write().await?;
        People::note_seen(&mut tx, token, now).await?;
        tx.commit().await?;
    }
    Ok(Some(account))
}

/// The session token among the request's cookies.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

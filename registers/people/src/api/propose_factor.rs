//! Beginning to set up a second factor.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shian_base::Error;
use shian_web::{Answer, Body, Caller, ProblemBody};
use utoipa::ToSchema;

use super::Deps;
use crate::store::People;
use crate::totp;
use crate::whence::Whence;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorRequest {
    #[schema(example = "…")]
    password: String,
}

/// What the authenticator app has to be told. Shown once, and of no use before it is confirmed.
#[derive(Serialize, ToSchema)]
pub struct FactorProposal {
    /// To be typed where no picture can be read.
    secret: String,
    /// The same as an `otpauth://` address.
    address: String,
    /// The address as a QR code, SVG.
    picture: String,
}

/// Makes a secret for an authenticator app. The password is asked for again.
#[utoipa::path(post, path = "/api/second-factor", tag = "sessions", request_body = FactorRequest,
    responses((status = 200, body = FactorProposal), (status = 401, body = ProblemBody),
              (status = 409, body = ProblemBody, description = "`people.second_factor_on`"),
              (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub async fn propose(
    State(deps): State<Deps>,
    caller: Caller,
    whence: Whence,
    Body(body): Body<FactorRequest>,
) -> Answer<Json<FactorProposal>> {
    let person = caller.signed_in()?;
    deps.check_password(&person.account, &body.password, &whence).await?;
    let secret = totp::new_secret();
    let address = totp::address(&secret, &person.account);
    let picture = totp::picture(&address)?;
    let mut tx = deps.db.write().await?;
    if !People::propose_factor(&mut tx, person.person_id, &secret).await? {
        return Err(Error::refused("people.second_factor_on", "已经绑定动态口令，换手机请先解除").into());
    }
    tx.commit().await?;
    Ok(Json(FactorProposal { secret, address, picture }))
}

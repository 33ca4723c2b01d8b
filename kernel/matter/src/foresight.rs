//! What happens to a matter if nobody ever acts.

use serde::Serialize;
use shian_base::Instant;
use utoipa::ToSchema;

use crate::clocks;
use crate::model::{Books, Standing};

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Foreseen {
    pub at: Instant,
    pub text: String,
}

/// Every warning, expiry and escalation still to come, in order.
pub fn if_nobody_acts(books: Books<'_>, standing: &Standing) -> Vec<Foreseen> {
    let owner = books.procedure.state(&standing.state).and_then(|state| state.owner.first());
    let owner = owner.map_or("", |post| shian_access::post_title(post));
    let mut ahead: Vec<Foreseen> = Vec::new();
    for clock in standing.live_clocks() {
        let Some(rule) = books.procedure.clock(&clock.rule) else { continue };
        let steps = clocks::foresee(owner, rule, clock, books.calendar, books.law);
        ahead.extend(steps.into_iter().map(|(at, text)| Foreseen { at, text }));
    }
    ahead.sort_by_key(|step| step.at);
    ahead
}

//! The sweep: warns, expires and escalates what time has run out on; safe to run twice and by two processes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use serde_json::json;
use shian_base::{Instant, Result};
use shian_db::{Db, Tx};
use shian_jobs::Sweep;

use crate::clocks::{self, TickKind};
use crate::engine::{Matters, first_due};
use crate::model::ClockState;
use crate::store::{self, ClockRow, NewAlarm};

/// What one round of the sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub warned: u64,
    pub expired: u64,
    pub escalated: u64,
}

/// Clocks moved on in one transaction, so that acts need not wait long for the sweep.
const BATCH: i64 = 100;

impl Matters {
    /// Takes every step of every clock that is due by `now`.
    pub async fn sweep(&self, db: &Db, now: Instant) -> Result<Swept> {
        let mut swept = Swept::default();
        // Clocks that cannot move are stepped over, so that one broken matter does not silence the others.
        let mut stuck = 0;
        loop {
            let mut tx = db.write().await?;
            let due = store::due_clocks(&mut tx, now, BATCH, stuck).await?;
            let more = due.len() as i64 == BATCH;
            for row in due {
                if !self.move_on(&mut tx, row, now, &mut swept).await? {
                    stuck += 1;
                }
            }
            tx.commit().await?;
            if !more {
                return Ok(swept);
            }
        }
    }

    /// False when the clock still stands where it stood.
    async fn move_on(&self, tx: &mut Tx, row: ClockRow, now: Instant, swept: &mut Swept) -> Result<bool> {
        let record = store::record(tx, row.matter_id).await?;
        let rule = self.version_of(&record).map(|procedure| (procedure, procedure.clock(&row.clock.rule)));
        let (procedure, rule) = match rule {
            Ok((procedure, Some(rule))) => (procedure, rule),
            Ok((_, None)) => {
                tracing::error!(matter.id = %record.id, "the clock {} of {} is in no procedure", row.clock.rule, record.number);
                return Ok(false);
            }
            Err(error) => {
                tracing::error!(matter.id = %record.id, "{error}");
                return Ok(false);
            }
        };
        let mut clock = row.clock;
        let mut moved = false;
        while let Some(tick) = clocks::tick(rule, &clock, &self.calendar, self.law.as_ref(), now) {
            if !store::step_clock(tx, record.id, &clock, &tick.clock).await? {
                // Another sweep took this step, or an act stopped the clock: theirs to tell.
                return Ok(true);
            }
            moved = true;
            let owner = procedure.state(&record.state).and_then(|state| state.owner.first());
            let post = if tick.to.is_empty() { owner.map_or("", String::as_str) } else { &tick.to };
            let (kind, event) = match tick.kind {
                TickKind::Warned => ("warned", "matter.warned"),
                TickKind::Expired => ("expired", "matter.expired"),
                TickKind::Escalated => ("escalated", "matter.expired"),
            };
            match tick.kind {
                TickKind::Warned => swept.warned += 1,
                TickKind::Expired => swept.expired += 1,
                TickKind::Escalated => swept.escalated += 1,
            }
            // What is about to run out is for whoever deals with it; what has run out is for everybody of the post.
            let handler = record.handler.as_ref().filter(|handler| tick.kind == TickKind::Warned && handler.post == post);
            let alarm = NewAlarm {
                matter_id: record.id,
                to_post: post,
                to_person: handler.map(|handler| handler.id),
                kind,
                text: &tick.text,
                at: tick.at,
                source: &clock.rule,
                source_nth: clock.nth,
                source_stage: tick.clock.stage,
            };
            store::raise(tx, alarm, now).await?;
            self.announce(tx, event, &record, json!({ "clock": rule.id, "to": post, "text": tick.text }), now).await?;
            clock = tick.clock;
        }
        Ok(moved)
    }

    /// Counts provisional deadlines again, after a new year's holidays came into the data; how many moved or became final.
    pub async fn recount(&self, db: &Db, now: Instant) -> Result<u64> {
        let mut tx = db.write().await?;
        let mut changed = 0;
        for row in store::provisional_clocks(&mut tx).await? {
            let record = store::record(&mut tx, row.matter_id).await?;
            let Some(rule) = self.version_of(&record)?.clock(&row.clock.rule) else { continue };
            let Some(after) = clocks::recounted(rule, &row.clock, &self.calendar, now) else { continue };
            if store::step_clock(&mut tx, record.id, &row.clock, &after).await? {
                if row.clock.state == ClockState::Expired && after.state != ClockState::Expired {
                    store::withdraw_alarms(&mut tx, record.id, &row.clock).await?;
                }
                let clocks = store::clocks(&mut tx, record.id).await?;
                store::set_due(&mut tx, record.id, first_due(&clocks)).await?;
                changed += 1;
            }
        }
        tx.commit().await?;
        Ok(changed)
    }
}

/// The sweep as the job runner knows it.
pub(crate) struct ClockSweep {
    pub matters: Arc<Matters>,
    pub db: Db,
    /// The holidays only change when the program starts with new data.
    pub recounted: AtomicBool,
}

#[async_trait]
impl Sweep for ClockSweep {
    fn name(&self) -> &'static str {
        "matter-clocks"
    }
    fn every_seconds(&self) -> u64 {
        20
    }
    async fn run(&self, now: Instant) -> Result<()> {
        if !self.recounted.swap(true, Ordering::Relaxed) {
            let changed = self.matters.recount(&self.db, now).await?;
            if changed > 0 {
                tracing::info!(changed, "counted {changed} provisional deadlines again");
            }
        }
        let swept = self.matters.sweep(&self.db, now).await?;
        if swept != Swept::default() {
            tracing::info!(swept.warned, swept.expired, swept.escalated, "clocks moved on");
        }
        Ok(())
    }
}

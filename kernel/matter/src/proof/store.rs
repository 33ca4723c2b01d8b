//! The rows of matters as they stand, text by text, for the log.

use serde_json::{Value as Json, json};
use shian_base::{Instant, Result};
use shian_db::{FromRow, Row, Tx, args};
use shian_proof::Record;

use crate::model::MatterId;
use crate::store::{COLUMNS, Record as MatterRecord};

/// A row of `matter_history` as a record.
struct Act(Record);

impl FromRow for Act {
    fn from_row(row: &Row) -> Result<Self> {
        let text = |column: &str| row.get::<String>(column);
        let content = json!({
            "act": text("act")?,
            "act_title": text("act_title")?,
            "actor_id": row.get::<Option<String>>("actor_id")?,
            "actor_name": text("actor_name")?,
            "actor_post": text("actor_post")?,
            "stead_id": row.get::<Option<String>>("stead_id")?,
            "stead_name": row.get::<Option<String>>("stead_name")?,
            "at": row.get::<Instant>("at")?,
            "from_state": text("from_state")?,
            "to_state": text("to_state")?,
            "to_state_title": text("to_state_title")?,
            "form": text("form")?,
            "form_fields": text("form_fields")?,
            "files": row.json::<Json>("files")?,
            "note": text("note")?,
        });
        Ok(Self(Record { subject: text("matter_id")?, kind: "act", seq: row.get("seq")?, content }))
    }
}

const HISTORY: &str = "matter_id, seq, act, act_title, actor_id, actor_name, actor_post, stead_id, stead_name, at, from_state, to_state, to_state_title,
    form, form_fields, files, note";

pub async fn acts_of(tx: &mut Tx, id: MatterId) -> Result<Vec<Record>> {
    let acts: Vec<Act> = tx.all(&format!("select {HISTORY} from matter_history where matter_id = $1 order by seq"), args![id]).await?;
    Ok(acts.into_iter().map(|Act(record)| record).collect())
}

pub async fn acts_after(tx: &mut Tx, after: &(String, i64), limit: i64) -> Result<Vec<Record>> {
    let sql = format!(
        "select {HISTORY} from matter_history
         where matter_id > $1 or (matter_id = $1 and seq > $2)
         order by matter_id, seq
         limit $3"
    );
    let acts: Vec<Act> = tx.all(&sql, args![&after.0, after.1, limit]).await?;
    Ok(acts.into_iter().map(|Act(record)| record).collect())
}

pub async fn matters_after(tx: &mut Tx, id: &str, limit: i64) -> Result<Vec<MatterRecord>> {
    tx.all(&format!("select {COLUMNS} from matter m where m.id > $1 order by m.id limit $2"), args![id, limit]).await
}

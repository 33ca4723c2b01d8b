//! Facts that become known later, such as a clip that was still being cut when the matter was opened.

use serde_json::{Map, Value as Json};
use shian_base::Result;
use shian_db::{Row, Tx, args};

use crate::engine::Matters;
use crate::model::MatterId;

impl Matters {
    /// Adds facts to a matter, or replaces those of the same name. No act: state, clocks and history stay as they are.
    pub async fn add_facts(&self, tx: &mut Tx, id: MatterId, more: &Json) -> Result<()> {
        // Touched first, so that two who add at once add one after the other.
        tx.run("update matter set revision = revision where id = $1", args![id]).await?;
        let row: Row = tx.one("select facts from matter where id = $1", args![id]).await?;
        let mut facts: Map<String, Json> = row.json("facts")?;
        facts.extend(more.as_object().cloned().unwrap_or_default());
        tx.run("update matter set facts = $2 where id = $1", args![id, Json::Object(facts)]).await?;
        Ok(())
    }
}

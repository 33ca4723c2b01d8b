//! The records of files.

use shian_access::Person;
use shian_base::{Error, Id, Instant, Result};
use shian_db::{FromRow, Row, Tx, args};
use shian_web::Caller;

use crate::{Context, FileId, FileRef, Files, NewFile, Stored};

impl Files {
    /// Puts the file on record in the caller's transaction.
    pub async fn record(&self, tx: &mut Tx, stored: &Stored, file: NewFile<'_>, now: Instant) -> Result<FileRef> {
        let id = FileId::new();
        tx.run(
            "insert into file (id, sha256, mime, name, size_bytes, person_id, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
            args![id, &stored.sha256, file.mime, file.name, stored.size_bytes, file.person_id, now],
        )
        .await?;
        let recorded = Dated(find(tx, id).await?, now);
        shian_proof::append(tx, &crate::proof::record(&recorded), now).await?;
        Ok(recorded.0)
    }

    /// Puts the file into a context: those who may do the act there can read it from now on.
    pub async fn link(tx: &mut Tx, id: FileId, context: &Context<'_>) -> Result<()> {
        let business = context.business_id.map(|id| id.to_string()).unwrap_or_default();
        tx.run(
            "insert into file_link (file_id, needs, area_code, business_id) values ($1, $2, $3, $4)
             on conflict (file_id, needs, area_code, business_id) do nothing",
            args![id, context.needs, context.area_code, business],
        )
        .await?;
        Ok(())
    }

    /// What the evidence on record takes up; the same bytes sent twice lie there once.
    pub async fn bytes_on_record(tx: &mut Tx) -> Result<i64> {
        let sql = "select cast(coalesce(sum(size_bytes), 0) as bigint)
                   from (select max(size_bytes) as size_bytes from file group by sha256) as once";
        Ok(tx.one::<(i64,)>(sql, args![]).await?.0)
    }

    /// The files with these ids, in this order; unknown ids are left out.
    pub async fn refs(tx: &mut Tx, ids: &[FileId]) -> Result<Vec<FileRef>> {
        let list = serde_json::json!(ids);
        let each = tx.each("$1");
        let mut found: Vec<FileRef> =
            tx.all(&format!("select id, sha256, mime, name, size_bytes from file where id in {each}"), args![&list]).await?;
        found.sort_by_key(|file| ids.iter().position(|id| *id == file.id));
        Ok(found)
    }

    /// The file, if the caller sent it or may do one of the acts it is linked to; else `NotFound`.
    pub async fn readable(tx: &mut Tx, id: FileId, caller: &Caller) -> Result<FileRef> {
        let row: Row =
            tx.one("select id, sha256, mime, name, size_bytes, person_id from file where id = $1", args![id]).await?;
        let file = FileRef::from_row(&row)?;
        let sender: Option<Id<Person>> = row.get("person_id")?;
        if sender.is_some() && sender == caller.person().map(|p| p.person_id) {
            return Ok(file);
        }
        let links: Vec<(String, String, String)> =
            tx.all("select needs, area_code, business_id from file_link where file_id = $1", args![id]).await?;
        let may = links.iter().any(|(needs, area_code, business)| {
            caller.scope(needs).is_ok_and(|scope| scope.covers(area_code, business.parse().ok()))
        });
        if may { Ok(file) } else { Err(Error::NotFound) }
    }
}

/// A file with when it was recorded.
pub(crate) struct Dated(pub FileRef, pub Instant);

impl FromRow for Dated {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self(FileRef::from_row(row)?, row.get("created_at")?))
    }
}

/// Files after this one.
pub(crate) async fn after(tx: &mut Tx, id: &str, limit: i64) -> Result<Vec<Dated>> {
    tx.all(
        "select id, sha256, mime, name, size_bytes, created_at from file where id > $1 order by id limit $2",
        args![id, limit],
    )
    .await
}

pub(crate) async fn dated(tx: &mut Tx, ids: &[FileId]) -> Result<Vec<Dated>> {
    let (each, list) = (tx.each("$1"), serde_json::json!(ids));
    tx.all(&format!("select id, sha256, mime, name, size_bytes, created_at from file where id in {each} order by id"), args![&list]).await
}

async fn find(tx: &mut Tx, id: FileId) -> Result<FileRef> {
    tx.one("select id, sha256, mime, name, size_bytes from file where id = $1", args![id]).await
}

impl FromRow for FileRef {
    fn from_row(row: &Row) -> Result<Self> {
        let id: FileId = row.get("id")?;
        Ok(Self {
            id,
            name: row.get("name")?,
            mime: row.get("mime")?,
            size_bytes: row.get("size_bytes")?,
            sha256: row.get("sha256")?,
            url: format!("/api/files/{id}"),
        })
    }
}

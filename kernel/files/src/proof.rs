//! Every file on record is a leaf of the log: its name, kind, size and the hash of its bytes; not who sent it.

use async_trait::async_trait;
use serde_json::json;
use shian_base::{Error, Result};
use shian_db::Tx;
use shian_proof::{Record, Source};

use crate::store::{self, Dated};
use crate::{FileId, Files};

pub(crate) fn record(Dated(file, at): &Dated) -> Record {
    let content = json!({
        "name": file.name,
        "mime": file.mime,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "created_at": at,
    });
    Record { subject: file.id.to_string(), kind: "file", seq: 0, content }
}

impl Files {
    /// What the log proves of these files; unknown ids are left out.
    pub async fn provable(tx: &mut Tx, ids: &[FileId]) -> Result<Vec<Record>> {
        Ok(store::dated(tx, ids).await?.iter().map(record).collect())
    }
}

/// The files for the audit, which reads the bytes of each.
pub struct FileRecords(pub Files);

#[async_trait]
impl Source for FileRecords {
    fn kind(&self) -> &'static str {
        "file"
    }

    async fn page(&self, tx: &mut Tx, after: &(String, i64), limit: i64) -> Result<Vec<Record>> {
        Ok(store::after(tx, &after.0, limit).await?.iter().map(record).collect())
    }

    async fn outside(&self, record: &Record) -> Result<Option<String>> {
        let sha256 = record.content["sha256"].as_str().unwrap_or_default();
        match self.0.bytes(sha256).await {
            Ok(_) => Ok(None),
            Err(Error::Unavailable { code: "files.missing", .. }) => Ok(Some("存储里没有它的原件".into())),
            Err(Error::Unavailable { code: "files.altered", .. }) => Ok(Some("存储里的原件被改过".into())),
            Err(error) => Err(error),
        }
    }
}

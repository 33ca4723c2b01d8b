//! The evidence store: bytes kept by their hash, read only by those who may see their context.

mod api;
mod kind;
mod proof;
mod store;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use futures::StreamExt as _;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shian_access::{Business, Person};
use shian_base::{Error, Id, Result};
use shian_db::{Db, Migration};
use utoipa::ToSchema;

pub use api::{router, rules};
pub use kind::{Kind, kind_of};
pub use proof::FileRecords;

/// The log's tables come with these: a file is not recorded without its leaf.
pub const MIGRATIONS: &[Migration] = &[shian_proof::MIGRATIONS[0], shian_db::migrations!("0001-file")[0]];

/// The kind of thing a `FileId` names.
pub enum File {}
pub type FileId = Id<File>;

/// The largest file that may be sent, in bytes.
pub const SIZE_MAX_BYTES: usize = 20 * 1024 * 1024;

/// A file as other parts of the platform show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FileRef {
    #[schema(value_type = String)]
    pub id: FileId,
    pub name: String,
    pub mime: String,
    pub size_bytes: i64,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    pub url: String,
}

/// Bytes that are in the store but not yet on record.
pub struct Stored {
    pub sha256: String,
    pub size_bytes: i64,
}

/// What to record of a file.
pub struct NewFile<'a> {
    pub name: &'a str,
    pub mime: &'a str,
    /// Who sent it; its sender can read it even before it is linked to anything.
    pub person_id: Option<Id<Person>>,
}

/// A context a file is put into: whoever may do `needs` there may read it.
pub struct Context<'a> {
    pub needs: &'a str,
    pub area_code: &'a str,
    pub business_id: Option<Id<Business>>,
}

/// The door to the evidence store. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    pub(crate) db: Db,
    store: Arc<dyn ObjectStore>,
}

impl Files {
    /// Keeps files under a folder of this machine.
    pub fn local(db: Db, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
        let store = LocalFileSystem::new_with_prefix(folder).context("opening the evidence store")?;
        Ok(Self { db, store: Arc::new(store) })
    }

    /// Puts the bytes into the store. Doing so before the transaction that records them means that a
    /// record never points at nothing; bytes without a record are swept by the doctor, not lost evidence.
    pub async fn put(&self, bytes: Bytes) -> Result<Stored> {
        if bytes.is_empty() {
            return Err(Error::invalid("file", "files.empty", "the file is empty"));
        }
        let sha256 = sha256_of(&bytes);
        let size_bytes = bytes.len() as i64;
        self.store.put(&path(&sha256), bytes.into()).await.map_err(|error| match &error {
            object_store::Error::Generic { source, .. } if is_disk_full(source.as_ref()) => {
                Error::unavailable("files.full", "the disk of the evidence store is full; nothing was kept")
            }
            _ => Error::Internal(anyhow::Error::new(error).context("keeping a file")),
        })?;
        Ok(Stored { sha256, size_bytes })
    }

    /// Keeps files in another store, such as one that fails on purpose.
    pub fn within(db: Db, store: Arc<dyn ObjectStore>) -> Self {
        Self { db, store }
    }

    /// The hash and size of everything that lies in the store, by hash.
    pub async fn stored(&self) -> Result<BTreeMap<String, u64>> {
        let mut found = BTreeMap::new();
        let mut list = self.store.list(None);
        while let Some(object) = list.next().await {
            let object = object.context("listing the evidence store")?;
            found.insert(object.location.as_ref().replace('/', ""), object.size);
        }
        Ok(found)
    }

    /// The bytes, checked against their hash: what was altered on disk is not handed out.
    pub async fn bytes(&self, sha256: &str) -> Result<Bytes> {
        let got = self.store.get(&path(sha256)).await;
        let bytes = match got {
            Ok(found) => found.bytes().await.context("reading a file")?,
            Err(object_store::Error::NotFound { .. }) => {
                return Err(Error::unavailable("files.missing", format!("the bytes of {sha256} are missing in the store")));
            }
            Err(error) => return Err(anyhow::Error::new(error).context("reading a file").into()),
        };
        if sha256_of(&bytes) != sha256 {
            return Err(Error::unavailable("files.altered", format!("the bytes of {sha256} were altered in the store")));
        }
        Ok(bytes)
    }
}

fn is_disk_full(mut error: &(dyn std::error::Error + 'static)) -> bool {
    loop {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return io.kind() == std::io::ErrorKind::StorageFull;
        }
        match error.source() {
            Some(source) => error = source,
            None => return false,
        }
    }
}

fn path(sha256: &str) -> object_store::path::Path {
    let (head, tail) = sha256.split_at_checked(2).unwrap_or(("00", sha256));
    object_store::path::Path::from(format!("{head}/{tail}"))
}

/// The hash under which bytes are kept, lower-case hex.
pub fn sha256_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

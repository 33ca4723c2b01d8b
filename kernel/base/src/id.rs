//! Typed ids: a UUIDv7 that knows what it names, so that a matter's id cannot be passed for a camera's.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Error;

pub struct Id<T> {
    uuid: Uuid,
    kind: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// A fresh id; later ids of one process sort after earlier ones.
    #[expect(clippy::new_without_default, reason = "a default id would be a different one each time")]
    pub fn new() -> Self {
        Self { uuid: Uuid::now_v7(), kind: PhantomData }
    }

    /// The same id for the same name, for the demo town and for tests.
    pub fn named(name: &str) -> Self {
        let digest = Sha256::digest(name.as_bytes());
        let mut bytes = [0u8; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self { uuid: uuid::Builder::from_custom_bytes(bytes).into_uuid(), kind: PhantomData }
    }

    /// The same value, said to name another kind of thing (an event's subject, for example).
    pub fn cast<U>(self) -> Id<U> {
        Id { uuid: self.uuid, kind: PhantomData }
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state)
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}
impl<T> FromStr for Id<T> {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        // Something that is no id names nothing: the caller is told "not found", as for an unknown id.
        let uuid = Uuid::try_parse(text).map_err(|_| Error::NotFound)?;
        Ok(Self { uuid, kind: PhantomData })
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&self.uuid)
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let uuid = Uuid::deserialize(d)?;
        Ok(Self { uuid, kind: PhantomData })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_id_is_always_the_same_and_a_fresh_one_never() {
        assert_eq!(Id::<u8>::named("王记面馆"), Id::<u8>::named("王记面馆"));
        assert_ne!(Id::<u8>::new(), Id::<u8>::new());
    }

    #[test]
    fn fresh_ids_sort_in_the_order_they_were_made() {
        let ids: Vec<Id<u8>> = (0..1000).map(|_| Id::new()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn text_that_is_no_id_is_not_found() {
        assert!(matches!("' or 1=1".parse::<Id<u8>>(), Err(Error::NotFound)));
    }
}

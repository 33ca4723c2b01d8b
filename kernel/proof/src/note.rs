//! Signed notes: keys, checkpoints and cosignatures as C2SP writes them.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use ed25519_dalek::Signer as _;
use sha2::{Digest as _, Sha256};
use shian_base::{Instant, Result};

use crate::merkle::Hash;
use crate::text::{bytes_to_hex, from_base64, hash_from_base64, to_base64};

/// Begins every line that carries a signature.
const SIGNED_BY: &str = "\u{2014} ";

/// What a key is for; the number C2SP gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Signs the checkpoints of its own log.
    Log = 1,
    /// Signs the checkpoints of others after seeing that they only grew.
    Witness = 4,
}

/// A public key with the name it signs under: `name+id+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    pub role: Role,
    public: VerifyingKey,
}

impl Key {
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.trim().split_once('+')?;
        let (id, material) = rest.split_once('+')?;
        let material = from_base64(material)?;
        let (role, public) = material.split_first()?;
        let role = match role {
            1 => Role::Log,
            4 => Role::Witness,
            _ => return None,
        };
        let key = Self { name: name.into(), role, public: VerifyingKey::from_bytes(public.try_into().ok()?).ok()? };
        (is_name(name) && bytes_to_hex(&key.id()) == id).then_some(key)
    }

    pub fn id(&self) -> [u8; 4] {
        let hash = Sha256::new().chain_update(&self.name).chain_update([b'\n', self.role as u8]).chain_update(self.public.as_bytes()).finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// What people compare over the telephone: the hash of the key in groups of four.
    pub fn fingerprint(&self) -> String {
        let hex = bytes_to_hex(&Sha256::digest(self.public.as_bytes())[..16]);
        let groups: Vec<&str> = (0..8).map(|i| &hex[4 * i..4 * i + 4]).collect();
        groups.join(" ")
    }

    fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.public.verify_strict(message, &signature).is_ok())
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let material = [&[self.role as u8], self.public.as_bytes().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, bytes_to_hex(&self.id()), to_base64(&material))
    }
}

/// Names stand before a `+` and between spaces.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '+' || c.is_whitespace())
}

/// A secret key with its public one.
#[derive(Clone)]
pub struct Signer {
    secret: SigningKey,
    key: Key,
}

impl Signer {
    /// A log's key; the log is named after it, so that no two logs share a name.
    pub fn log(seed: [u8; 32]) -> Self {
        let secret = SigningKey::from_bytes(&seed);
        let name = format!("shian.log/{}", bytes_to_hex(&Sha256::digest(secret.verifying_key().as_bytes())[..8]));
        Self::named(&name, Role::Log, seed)
    }

    pub fn named(name: &str, role: Role, seed: [u8; 32]) -> Self {
        let secret = SigningKey::from_bytes(&seed);
        let key = Key { name: name.into(), role, public: secret.verifying_key() };
        Self { secret, key }
    }

    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The key in this file; a fresh one, readable to its owner alone, when there is none.
    pub fn open(file: &Path) -> Result<Self> {
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(Self::parse(&text).ok_or_else(|| anyhow!("{} holds no key of a log", file.display()))?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::make(file),
            Err(error) => Err(anyhow::Error::new(error).context(format!("reading the key {}", file.display())).into()),
        }
    }

    fn make(file: &Path) -> Result<Self> {
        let signer = Self::log(rand::random());
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // First beside it and whole, then under its name: a crash leaves no half of a key.
        let part = file.with_extension("part");
        let _ = std::fs::remove_file(&part);
        let write = || -> std::io::Result<()> {
            let mut made = options.open(&part)?;
            made.write_all(signer.secret_text().as_bytes())?;
            made.sync_all()?;
            std::fs::rename(&part, file)
        };
        write().with_context(|| format!("keeping the key {}", file.display()))?;
        Ok(signer)
    }

    fn secret_text(&self) -> String {
        let material = [&[Role::Log as u8], self.secret.as_bytes().as_slice()].concat();
        format!("PRIVATE+KEY+{}+{}+{}\n", self.key.name, bytes_to_hex(&self.key.id()), to_base64(&material))
    }

    fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.trim().strip_prefix("PRIVATE+KEY+")?.split_once('+')?;
        let (id, material) = rest.split_once('+')?;
        let material = from_base64(material)?;
        let (1, seed) = material.split_first().map(|(role, seed)| (*role, seed))? else { return None };
        let signer = Self::named(name, Role::Log, seed.try_into().ok()?);
        (bytes_to_hex(&signer.key.id()) == id).then_some(signer)
    }

    /// The log's own signature under a checkpoint.
    pub fn sign(&self, body: &str) -> String {
        self.line(&self.secret.sign(body.as_bytes()).to_bytes())
    }

    /// A witness's signature: at this moment the log had not forgotten anything it had shown before.
    pub fn cosign(&self, body: &str, at: Instant) -> String {
        let seconds = at.micros().div_euclid(1_000_000) as u64;
        let signature = self.secret.sign(cosigned(body, seconds).as_bytes()).to_bytes();
        self.line(&[seconds.to_be_bytes().as_slice(), &signature].concat())
    }

    fn line(&self, signature: &[u8]) -> String {
        format!("{SIGNED_BY}{} {}\n", self.key.name, to_base64(&[self.key.id().as_slice(), signature].concat()))
    }
}

fn cosigned(body: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{body}")
}

/// A state of a log: its name, its size and the root of its tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    /// What is signed.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, to_base64(&self.root))
    }
}

/// A checkpoint with the signatures under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub checkpoint: Checkpoint,
    body: String,
    /// Name, key id and signature of each line.
    lines: Vec<(String, [u8; 4], Vec<u8>)>,
}

/// What a key says about a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// It signed; a witness says when, in seconds since 1970.
    Yes { at_seconds: Option<u64> },
    /// A line bears its name and id, but the signature is not over this text.
    Wrongly,
    No,
}

impl Note {
    pub fn parse(text: &str) -> Option<Self> {
        let (body, signatures) = text.split_once("\n\n")?;
        let body = format!("{body}\n");
        let mut words = body.lines();
        let origin = words.next().filter(|origin| !origin.is_empty())?.to_owned();
        let size_text = words.next()?;
        let size: u64 = size_text.parse().ok()?;
        // Sizes are written one way only, and no log of ours passes what every reader counts exactly.
        if size.to_string() != size_text || size > MAX_EXACT {
            return None;
        }
        let root = hash_from_base64(words.next()?)?;
        let signatures = signatures.strip_suffix('\n')?;
        let lines: Vec<_> = signatures.split('\n').map(signature_line).collect::<Option<_>>()?;
        Some(Self { checkpoint: Checkpoint { origin, size, root }, body, lines })
    }

    pub fn signed_by(&self, key: &Key) -> Signed {
        let mut found = Signed::No;
        for (name, id, signature) in &self.lines {
            if *name != key.name || *id != key.id() {
                continue;
            }
            let (message, at_seconds, signature) = match (key.role, signature.split_at_checked(8)) {
                (Role::Log, _) => (self.body.clone(), None, signature.as_slice()),
                (Role::Witness, Some((seconds, signature))) => {
                    let seconds = u64::from_be_bytes(seconds.try_into().unwrap_or_default());
                    (cosigned(&self.body, seconds), Some(seconds), signature)
                }
                (Role::Witness, None) => return Signed::Wrongly,
            };
            if key.has_signed(message.as_bytes(), signature) {
                return Signed::Yes { at_seconds };
            }
            found = Signed::Wrongly;
        }
        found
    }
}

/// The largest whole number that JavaScript counts exactly.
pub const MAX_EXACT: u64 = (1 << 53) - 1;

fn signature_line(line: &str) -> Option<(String, [u8; 4], Vec<u8>)> {
    let (name, signature) = line.strip_prefix(SIGNED_BY)?.split_once(' ')?;
    let bytes = from_base64(signature)?;
    let (id, signature) = bytes.split_at_checked(4)?;
    is_name(name).then(|| (name.to_owned(), [id[0], id[1], id[2], id[3]], signature.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(signer: &Signer) -> String {
        let checkpoint = Checkpoint { origin: signer.key().name.clone(), size: 7, root: [5; 32] };
        format!("{}\n{}", checkpoint.body(), signer.sign(&checkpoint.body()))
    }

    /// The worked example of C2SP tlog-cosignature: whoever follows the text reads it like this.
    #[test]
    fn the_example_of_c2sp_is_read() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
            \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
            \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
        let note = Note::parse(text).unwrap();
        assert_eq!((note.checkpoint.origin.as_str(), note.checkpoint.size), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(note.lines[1].2.len(), 8 + 64);
        assert_eq!(u64::from_be_bytes(note.lines[1].2[..8].try_into().unwrap()), 1_679_315_147);
    }

    #[test]
    fn a_signature_fits_its_key_and_its_text_alone() {
        let signer = Signer::log([1; 32]);
        let text = note(&signer);
        let parsed = Note::parse(&text).unwrap();
        assert_eq!(parsed.signed_by(signer.key()), Signed::Yes { at_seconds: None });
        assert_eq!(parsed.signed_by(Signer::log([2; 32]).key()), Signed::No);
        let other = Note::parse(&text.replace("\n7\n", "\n8\n")).unwrap();
        assert_eq!(other.signed_by(signer.key()), Signed::Wrongly);
        assert!(Note::parse(&text.replace("\n7\n", "\n07\n")).is_none());
        assert!(Note::parse(text.trim_end()).is_none());
    }

    #[test]
    fn a_witness_says_when_it_looked() {
        let (log, witness) = (Signer::log([1; 32]), Signer::named("witness.test/w1", Role::Witness, [9; 32]));
        let text = note(&log);
        let body = text.split_once("\n\n").unwrap().0.to_owned() + "\n";
        let cosigned = text + &witness.cosign(&body, Instant::from_micros(1_795_233_600_000_000));
        let parsed = Note::parse(&cosigned).unwrap();
        assert_eq!(parsed.signed_by(witness.key()), Signed::Yes { at_seconds: Some(1_795_233_600) });
        assert_eq!(parsed.signed_by(log.key()), Signed::Yes { at_seconds: None });
        // The same bytes as a log's key are another key.
        let as_log = Signer::named("witness.test/w1", Role::Log, [9; 32]);
        assert_eq!(parsed.signed_by(as_log.key()), Signed::No);
    }

    #[test]
    fn a_key_is_written_and_read_and_a_mistyped_one_is_none() {
        let key = Signer::log([3; 32]).key().clone();
        let text = key.to_string();
        assert_eq!(Key::parse(&text), Some(key));
        assert_eq!(Key::parse(&text.replace("shian", "shien")), None);
        assert_eq!(Key::parse("nothing"), None);
    }

    #[test]
    fn the_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("proof-key");
        let first = Signer::open(&file).unwrap();
        assert_eq!(Signer::open(&file).unwrap().key(), first.key());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&file, "half a k").unwrap();
        assert!(Signer::open(&file).is_err(), "a damaged key is not replaced in silence");
    }
}

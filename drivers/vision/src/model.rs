//! Model packages: a folder with `model.onnx` and the `model.toml` that says what it is and what it can find.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::catalogue::{CatalogueEntry, catalogue};

/// `model.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelPackage {
    pub id: String,
    pub title: String,
    pub version: String,
    pub licence: String,
    /// Where the model comes from, for a person to read.
    pub source: String,
    /// Of `model.onnx`, in hexadecimal.
    pub sha256: String,
    /// Default score threshold of a scene that uses this model.
    pub threshold: f32,
    /// Detections below it are not reported at all.
    pub floor: f32,
    pub labels: Vec<String>,
    pub input: Input,
    pub output: Output,
    /// Scene code → the labels that make it up.
    pub scenes: BTreeMap<String, Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub self_test: Vec<SelfTest>,
}

/// How the picture is handed to the model: stretched, one plane per colour, `(sample / 255 - mean) / deviation`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub width: usize,
    pub height: usize,
    pub channels: Channels,
    pub mean: [f32; 3],
    pub deviation: [f32; 3],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channels {
    Rgb,
    Bgr,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    pub decoder: OutputDecoder,
    /// Input samples per cell of the output grid.
    pub stride: usize,
    /// Boxes of one label that overlap more than this (intersection over union) are one thing.
    pub overlap: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputDecoder {
    FastestDet,
}

/// A picture and what must be found in it before the package is used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelfTest {
    /// Relative to the package's folder.
    pub picture: PathBuf,
    pub sha256: String,
    pub expect: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("no model package \"{0}\" is known")]
    Unknown(String),
    #[error("{path} has sha256 {found}, but {expected} is expected: it is another file or it is damaged")]
    WrongHash { path: PathBuf, expected: String, found: String },
    #[error("{path}: {why}")]
    Invalid { path: PathBuf, why: String },
    #[error("{path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
}

/// Larger models do not fit a worker's memory limit anyway.
const LARGEST_MODEL_BYTES: u64 = 256 << 20;

impl ModelPackage {
    /// Reads and checks the package in `folder`, its hashes included.
    pub fn read(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join("model.toml");
        let text = std::fs::read_to_string(&path).map_err(|source| ModelError::File { path: path.clone(), source })?;
        let package: Self = toml::from_str(&text)
            .map_err(|error| ModelError::Invalid { path: path.clone(), why: error.message().to_owned() })?;
        package.check().map_err(|why| ModelError::Invalid { path, why })?;
        read_checked(&folder.join("model.onnx"), &package.sha256)?;
        for test in &package.self_test {
            read_checked(&folder.join(&test.picture), &test.sha256)?;
        }
        Ok(package)
    }

    fn check(&self) -> Result<(), String> {
        let word =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !word(&self.id) || self.id.starts_with('.') {
            return Err(format!("id \"{}\" may hold letters, digits, - _ . only", self.id));
        }
        if self.labels.is_empty() || self.labels.len() > 10_000 {
            return Err("labels must name 1 to 10000 classes".into());
        }
        for (scene, labels) in &self.scenes {
            if let Some(stray) = labels.iter().find(|label| !self.labels.contains(label)) {
                return Err(format!("scene {scene} uses label \"{stray}\", which the model does not have"));
            }
        }
        let Input { width, height, deviation, .. } = &self.input;
        let stride = self.output.stride;
        if !(16..=2048).contains(width)
            || !(16..=2048).contains(height)
            || stride == 0
            || width % stride != 0
            || height % stride != 0
        {
            return Err(format!("input {width}x{height} with stride {stride} is impossible"));
        }
        if deviation.contains(&0.0) {
            return Err("input.deviation may not be 0".into());
        }
        for (name, value) in
            [("threshold", self.threshold), ("floor", self.floor), ("output.overlap", self.output.overlap)]
        {
            if !(0.0..=1.0).contains(&value) {
                return Err(format!("{name} must lie between 0 and 1"));
            }
        }
        let inside = |path: &Path| path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        match self.self_test.iter().find(|test| !inside(&test.picture)) {
            Some(test) => Err(format!("self-test picture {} must lie in the package's folder", test.picture.display())),
            None => Ok(()),
        }
    }
}

/// The file's bytes, if they are the ones that the hash names.
pub(crate) fn read_checked(path: &Path, sha256: &str) -> Result<Vec<u8>, ModelError> {
    let file = |source| ModelError::File { path: path.to_owned(), source };
    let size = std::fs::metadata(path).map_err(file)?.len();
    if size > LARGEST_MODEL_BYTES {
        return Err(ModelError::Invalid { path: path.to_owned(), why: format!("{size} bytes are too many") });
    }
    let bytes = std::fs::read(path).map_err(file)?;
    let found = sha256_hex(&bytes);
    if !found.eq_ignore_ascii_case(sha256) {
        return Err(ModelError::WrongHash { path: path.to_owned(), expected: sha256.to_owned(), found });
    }
    Ok(bytes)
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The installed packages: one folder each below the data folder's `models`.
pub struct ModelStore {
    dir: PathBuf,
    packages: Vec<ModelPackage>,
    refused: Vec<ModelError>,
}

impl ModelStore {
    /// Reads what is installed. A damaged package is left out and listed in `refused`, never used.
    pub fn open(dir: &Path) -> Result<Self, ModelError> {
        let file = |source| ModelError::File { path: dir.to_owned(), source };
        std::fs::create_dir_all(dir).map_err(file)?;
        let mut folders: Vec<PathBuf> = std::fs::read_dir(dir)
            .map_err(file)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.join("model.toml").is_file())
            .collect();
        folders.sort();
        let mut store = Self { dir: dir.to_owned(), packages: Vec::new(), refused: Vec::new() };
        for folder in folders {
            match ModelPackage::read(&folder) {
                // The folder is found again by the id, so it must be called so.
                Ok(package) if folder.file_name().is_some_and(|name| name == package.id.as_str()) => {
                    store.packages.push(package);
                }
                Ok(package) => store.refused.push(ModelError::Invalid {
                    path: folder,
                    why: format!("the folder of package \"{}\" must be called so", package.id),
                }),
                Err(error) => store.refused.push(error),
            }
        }
        Ok(store)
    }

    pub fn packages(&self) -> &[ModelPackage] {
        &self.packages
    }
    /// What lies in the folder but cannot be used, and why.
    pub fn refused(&self) -> &[ModelError] {
        &self.refused
    }
    pub fn folder(&self, id: &str) -> PathBuf {
        self.dir.join(id)
    }

    /// Installs a package of the catalogue from the folder (or file) that holds its model.
    pub fn install(&mut self, id: &str, from: &Path) -> Result<ModelPackage, ModelError> {
        let entry =
            catalogue().iter().find(|entry| entry.id == id).ok_or_else(|| ModelError::Unknown(id.to_owned()))?;
        self.install_entry(entry, from)
    }

    fn install_entry(&mut self, entry: &CatalogueEntry, from: &Path) -> Result<ModelPackage, ModelError> {
        let path = if from.is_dir() { from.join(entry.file) } else { from.to_owned() };
        let bytes = read_checked(&path, entry.sha256)?;
        let package = entry.package();
        let text = toml::to_string_pretty(&package)
            .map_err(|error| ModelError::Invalid { path: path.clone(), why: error.to_string() })?;

        // Written beside and renamed, so that a half-written package is never read.
        let folder = self.folder(entry.id);
        let fresh = self.dir.join(format!(".{}.new", entry.id));
        let file = |path: &Path| {
            let path = path.to_owned();
            move |source| ModelError::File { path, source }
        };
        for stale in [&fresh, &folder] {
            if stale.exists() {
                std::fs::remove_dir_all(stale).map_err(file(stale))?;
            }
            if stale == &fresh {
                std::fs::create_dir_all(&fresh).map_err(file(&fresh))?;
                std::fs::write(fresh.join("model.onnx"), &bytes).map_err(file(&fresh))?;
                std::fs::write(fresh.join("model.toml"), &text).map_err(file(&fresh))?;
            }
        }
        std::fs::rename(&fresh, &folder).map_err(file(&folder))?;
        self.packages.retain(|installed| installed.id != package.id);
        self.packages.push(package.clone());
        self.packages.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(package)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> CatalogueEntry {
        CatalogueEntry { file: "tiny.onnx", ..catalogue()[0].clone() }
    }

    #[test]
    fn an_installed_package_is_found_again() {
        let home = tempfile::tempdir().unwrap();
        let bytes = b"pretend this is a model";
        std::fs::write(home.path().join("tiny.onnx"), bytes).unwrap();
        let hash: &'static str = Box::leak(sha256_hex(bytes).into_boxed_str());
        let entry = CatalogueEntry { sha256: hash, ..entry() };
        let models = home.path().join("models");
        let mut store = ModelStore::open(&models).unwrap();
        assert!(store.packages().is_empty());
        let installed = store.install_entry(&entry, home.path()).unwrap();
        store.install_entry(&entry, &home.path().join("tiny.onnx")).unwrap();
        assert_eq!(ModelStore::open(&models).unwrap().packages(), [installed]);
    }

    #[test]
    fn a_file_with_another_hash_is_refused_and_nothing_is_installed() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("FastestDet.onnx"), b"something else").unwrap();
        let models = home.path().join("models");
        let mut store = ModelStore::open(&models).unwrap();
        let error = store.install("fastestdet-coco", home.path()).unwrap_err();
        assert!(matches!(error, ModelError::WrongHash { .. }), "{error}");
        assert!(ModelStore::open(&models).unwrap().packages().is_empty());
        assert!(matches!(store.install("rat-detector", home.path()), Err(ModelError::Unknown(_))));
    }

    #[test]
    fn a_package_damaged_after_installation_is_not_used() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("fastestdet-coco");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("model.toml"), toml::to_string(&entry().package()).unwrap()).unwrap();
        std::fs::write(folder.join("model.onnx"), b"damaged").unwrap();
        let store = ModelStore::open(home.path()).unwrap();
        assert!(store.packages().is_empty());
        assert!(matches!(store.refused(), [ModelError::WrongHash { .. }]));
    }

    #[test]
    fn a_package_that_contradicts_itself_says_so() {
        let mut package = entry().package();
        package.scenes.insert("pest".into(), vec!["rat".into()]);
        assert!(package.check().unwrap_err().contains("rat"));
        let mut package = entry().package();
        package.id = "../up".into();
        assert!(package.check().is_err());
        let mut package = entry().package();
        package.input.width = 353;
        assert!(package.check().is_err());
        assert!(catalogue().iter().all(|entry| entry.package().check().is_ok()));
    }
}

//! What the vision driver needs to know, with defaults that suit one machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct VisionConfig {
    /// Starts a worker: usually this executable and its hidden subcommand.
    pub worker_command: Vec<OsString>,
    /// Child processes; 0 leaves one core to the rest of the program, but starts at least one.
    pub workers: usize,
    /// Looks that may wait; one more is answered `Busy`.
    pub queue: usize,
    /// A look that takes longer costs the worker its life.
    pub look_timeout: Duration,
    /// So many deaths or time-outs in a row set a stream aside …
    pub quarantine_after: u32,
    /// … for so long.
    pub quarantine_for: Duration,
    /// Where the pictures that killed a worker are kept, to find out why; None keeps none.
    pub quarantine_dir: Option<PathBuf>,
    /// Most bytes of address space a worker may use. ONNX Runtime reserves far more than it touches.
    pub address_space_bytes: u64,
    /// Where model packages are installed; None looks without models.
    pub models_dir: Option<PathBuf>,
    /// ONNX Runtime libraries to try in this order, after the one that `ORT_DYLIB_PATH` names.
    pub onnxruntime: Vec<PathBuf>,
    /// A second decoder for pictures that the built-in ones cannot read.
    pub ffmpeg: Option<PathBuf>,
    /// The worker's whole environment besides what the driver itself sets.
    pub worker_env: Vec<(OsString, OsString)>,
}

impl VisionConfig {
    pub fn new(worker_command: Vec<OsString>) -> Self {
        Self {
            worker_command,
            workers: 0,
            queue: 32,
            look_timeout: Duration::from_secs(2),
            quarantine_after: 3,
            quarantine_for: Duration::from_secs(600),
            quarantine_dir: None,
            address_space_bytes: 2 << 30,
            models_dir: None,
            onnxruntime: Vec::new(),
            ffmpeg: find_program("ffmpeg"),
            worker_env: Vec::new(),
        }
    }

    pub(crate) fn worker_count(&self) -> usize {
        match self.workers {
            0 => std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1)),
            count => count,
        }
    }

    pub(crate) fn onnxruntime_candidates(&self) -> Vec<PathBuf> {
        let named = std::env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()).map(PathBuf::from);
        named.into_iter().chain(self.onnxruntime.iter().cloned()).collect()
    }
}

/// The ONNX Runtime library inside the npm package `onnxruntime-node`, if it is installed there for this machine.
pub fn find_onnxruntime(node_modules: &Path) -> Option<PathBuf> {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let listed = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = listed.map(|entry| entry.path()).collect();
        paths.sort();
        paths
    };
    let is_library = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("libonnxruntime.so") || (name.starts_with("libonnxruntime.") && name.ends_with(".dylib"))
    };
    let bin = node_modules.join("onnxruntime-node").join("bin");
    entries(&bin)
        .iter()
        .rev()
        .filter(|folder| folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("napi-v")))
        .flat_map(|folder| entries(&folder.join(system).join(machine)))
        .find(is_library)
}

fn find_program(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn the_runtime_is_found_where_npm_puts_it() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(find_onnxruntime(home.path()), None);
        let folder = home.path().join("onnxruntime-node/bin/napi-v6/linux/x64");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("onnxruntime_binding.node"), "").unwrap();
        std::fs::write(folder.join("libonnxruntime.so.1"), "").unwrap();
        assert_eq!(find_onnxruntime(home.path()), Some(folder.join("libonnxruntime.so.1")));
    }
}

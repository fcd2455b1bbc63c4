//! Bindings between a WIT world and its host: Rust shims that Wasmtime calls, and C++ interfaces that the host implements.
//! `docs/wit-generator.md` describes what is generated.

pub mod build;
mod cpp;
mod cpp_types;
#[cfg(feature = "tool")]
pub mod guest;
mod model;
mod names;
#[cfg(feature = "tool")]
mod operators;
mod rust;
mod rust_types;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// What to bind.
pub struct HostOptions<'a> {
    /// The folder of the WIT package, its dependencies in `deps/`.
    pub wit: &'a Path,
    /// The world whose imports the host implements.
    pub world: &'a str,
    /// Interfaces, without version, whose functions only trap.
    pub denied: &'a [String],
}

/// Generated sources.
pub struct HostBindings {
    /// One Rust file.
    pub rust: String,
    /// C++ files by relative path.
    pub cpp: Vec<(String, String)>,
    /// WIT files that were read.
    pub inputs: Vec<PathBuf>,
}

/// Generates the host side of a world's imports.
pub fn host(options: &HostOptions<'_>) -> Result<HostBindings> {
    let model = model::Model::load(options.wit, options.world, options.denied)?;
    Ok(HostBindings { rust: rust::emit(&model)?, cpp: cpp::emit(&model)?, inputs: model.files })
}

/// Generates what the WIT says of the operators in `interface`: for a backend, for the host and for the C++ SDK.
#[cfg(feature = "tool")]
pub fn operators(wit: &Path, world: &str, interface: &str) -> Result<Vec<(String, String)>> {
    operators::emit(&model::Model::load(wit, world, &[])?, interface)
}

/// Writes a file unless it already has these contents, so that what depends on it is not rebuilt.
pub fn write_if_changed(path: &Path, contents: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == contents) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    }
    fs::write(path, contents).with_context(|| format!("cannot write {}", path.display()))
}

/// Makes `folder` hold exactly these files.
pub fn write_folder(folder: &Path, files: &[(String, String)]) -> Result<()> {
    let wanted: Vec<PathBuf> = files.iter().map(|(path, _)| folder.join(path)).collect();
    remove_others(folder, &wanted)?;
    files.iter().zip(&wanted).try_for_each(|((_, contents), path)| write_if_changed(path, contents.as_bytes()))
}

fn remove_others(folder: &Path, wanted: &[PathBuf]) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, wanted)?;
        } else if !wanted.contains(&path) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

//! The whole of a build script for a static library with host bindings.
use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{HostOptions, host, write_folder, write_if_changed};

/// Writes `$OUT_DIR/bindings.rs`; in cargo's profile folder, beside the library, the C++ files to `cpp_folder` and
/// Wasmtime's C headers to `wasmtime-include`. `wit` is relative to the crate. Runs again only when the WIT changes.
pub fn host_library(wit: &Path, world: &str, denied: &[String], cpp_folder: &str) -> Result<()> {
    let variable = |name: &str| env::var(name).with_context(|| format!("{name} is not set; this is for build scripts"));
    let out = PathBuf::from(variable("OUT_DIR")?);
    // OUT_DIR is PROFILE_FOLDER/build/CRATE-HASH/out.
    let profile = out.ancestors().nth(3).context("OUT_DIR is too short")?;

    println!("cargo:rerun-if-changed={}", wit.display());
    let bindings = host(&HostOptions { wit, world, denied })?;
    write_if_changed(&out.join("bindings.rs"), bindings.rust.as_bytes())?;
    write_folder(&profile.join(cpp_folder), &bindings.cpp)?;

    // wasmtime-c-api-impl says where its headers are by `links` metadata, which only a direct dependent sees.
    let headers = variable("DEP_WASMTIME_C_API_INCLUDE")?;
    let link = profile.join("wasmtime-include");
    if fs::read_link(&link).is_ok_and(|target| target == Path::new(&headers)) {
        return Ok(());
    }
    let _ = fs::remove_file(&link);
    symlink(&headers, &link).with_context(|| format!("cannot link {}", link.display()))
}

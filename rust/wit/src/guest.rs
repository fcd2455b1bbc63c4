//! The guest side: C bindings of a world, and components out of core modules.
use std::path::Path;

use anyhow::{Context, Result};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_bindgen_core::{Files, wit_parser::Resolve};
use wit_component::ComponentEncoder;

use crate::write_if_changed;

/// Writes `WORLD.h`, `WORLD.c` and `WORLD_component_type.o` into `out`; the object carries the world for [`component`].
pub fn guest_c(wit: &Path, world: &str, out: &Path) -> Result<()> {
    let mut resolve = Resolve::default();
    let (package, _) =
        resolve.push_path(wit).with_context(|| format!("cannot read the WIT package in {}", wit.display()))?;
    let world_id = resolve.select_world(&[package], Some(world))?;
    let mut files = Files::default();
    wit_bindgen_c::Opts::default().build().generate(&mut resolve, world_id, &mut files)?;
    files.iter().try_for_each(|(name, contents)| write_if_changed(&out.join(name), contents))
}

/// A component from a core module that was linked with `WORLD_component_type.o`; WASI preview 1 imports are adapted.
pub fn component(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .context("not a core module with an embedded world")?
        .adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)?
        .encode()
        .context("the module does not fit its world")
}

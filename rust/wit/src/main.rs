//! `cloister-wit`: generates bindings from WIT, and turns core modules into components.
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use cloister_wit::{HostOptions, guest, host, operators, write_folder, write_if_changed};

#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct World {
    /// Folder of the WIT package, its dependencies in `deps/`.
    #[arg(long)]
    wit: PathBuf,
    /// World to bind.
    #[arg(long)]
    world: String,
}

#[derive(Subcommand)]
enum Command {
    /// Rust shims and C++ interfaces for the host.
    Host {
        #[command(flatten)]
        world: World,
        /// Rust file to write.
        #[arg(long)]
        rust_out: PathBuf,
        /// Folder for the C++ files; other files in it are removed.
        #[arg(long)]
        cpp_out: PathBuf,
        /// Interface, without version, whose functions only trap; may be repeated.
        #[arg(long)]
        denied: Vec<String>,
    },
    /// C header, source and component type for a guest.
    GuestC {
        #[command(flatten)]
        world: World,
        /// Folder to write to.
        #[arg(long)]
        out: PathBuf,
    },
    /// The backend contract, the host's calls and the C++ SDK's operators.
    Operators {
        #[command(flatten)]
        world: World,
        /// Interface whose functions are operators.
        #[arg(long)]
        interface: String,
        /// Folder to write; other files in it are removed.
        #[arg(long)]
        out: PathBuf,
    },
    /// A component from a core module; WASI preview 1 is adapted for a reactor.
    Component {
        /// Core module, linked with the component type object of its world.
        module: PathBuf,
        /// Component to write.
        #[arg(short, long)]
        out: PathBuf,
    },
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Host { world, rust_out, cpp_out, denied } => {
            let bindings = host(&HostOptions { wit: &world.wit, world: &world.world, denied: &denied })?;
            write_if_changed(&rust_out, bindings.rust.as_bytes())?;
            write_folder(&cpp_out, &bindings.cpp)
        }
        Command::GuestC { world, out } => guest::guest_c(&world.wit, &world.world, &out),
        Command::Operators { world, interface, out } => {
            write_folder(&out, &operators(&world.wit, &world.world, &interface)?)
        }
        Command::Component { module, out } => {
            let core = fs::read(&module).with_context(|| format!("cannot read {}", module.display()))?;
            let component =
                guest::component(&core).with_context(|| format!("cannot make a component of {}", module.display()))?;
            write_if_changed(&out, &component)
        }
    }
}

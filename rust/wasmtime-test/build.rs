//! Generates the bindings of world `types-test`.
use std::path::Path;

fn main() -> anyhow::Result<()> {
    let denied = ["cloister:testing/forbidden".to_owned()];
    cloister_wit::build::host_library(
        Path::new("../../tests/unit/wit/wit"),
        "types-test",
        &denied,
        "cloister-test-bindings",
    )
}

//! The entry point.
use std::io::Write;

use crate::{Args, Result};

/// `workload!(train);` exports `fn train(args: &mut Args) -> Result<()>` as the component's `run`. An error that it
/// returns ends the run as failed, with its sentence.
#[macro_export]
macro_rules! workload {
    ($body:path) => {
        const _: () = {
            struct Workload;
            impl $crate::bindings::Guest for Workload {
                fn run() -> ::std::result::Result<(), ::std::string::String> {
                    $crate::private::run($body)
                }
            }
    $crate::bindings::export_workload!(Workload with_types_in $crate::bindings);
        };
    };
}

/// Runs `body` with this run's arguments; what is printed reaches the host before it returns.
pub fn run(body: fn(&mut Args) -> Result<()>) -> Result<(), String> {
    let outcome = body(&mut Args::new(std::env::args().skip(1).collect()));
    // A host that takes no more output has ended the run itself.
    let _ = std::io::stdout().flush();
    outcome.map_err(|error| error.message)
}

//! For tests: a panic inside a shim, as a bug of ours would make.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// The next host call of this process panics.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_inject_panic() {
    ASKED.store(true, Ordering::Relaxed);
}

pub(crate) fn panic_if_asked() {
    assert!(!ASKED.swap(false, Ordering::Relaxed), "injected panic");
}

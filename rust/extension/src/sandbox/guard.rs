//! The boundary to C++: text out, errors as reports, panics caught.

use super::backtrace;
use crate::symbols::Symbols;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use wasmtime::{Error, PoolConcurrencyLimitError, Trap, WasmBacktrace};

/// A string of the caller's that text is appended to.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TextSink {
    text: *mut c_void,
    append: extern "C" fn(*mut c_void, *const u8, usize),
}

impl TextSink {
    pub fn write(&self, text: &[u8]) {
        (self.append)(self.text, text.as_ptr(), text.len());
    }
}

/// A byte string of the caller's, valid for the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bytes {
    data: *const u8,
    length: usize,
}

impl Bytes {
    /// # Safety
    /// `data` must hold `length` bytes for as long as the result is used.
    pub unsafe fn as_slice<'a>(self) -> &'a [u8] {
        if self.length == 0 {
            return &[];
        }
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts(self.data, self.length) }
    }
}

/// How a call ended; the numbers are those of `Ending` in `wasmtime_ffi.h`.
pub const OK: u32 = 0;
/// The guest's `run` returned an error, which is the message.
pub const GUEST_ERROR: u32 = 1;
/// A trap of WebAssembly; `trap_code` tells which.
pub const TRAP: u32 = 2;
/// Any other error; the message says it.
pub const ERROR: u32 = 3;
/// No instance of the pool is free.
pub const POOL_FULL: u32 = 4;
/// A bug of the engine or of a binding.
pub const PANIC: u32 = 5;
/// The component passes a bound on what it may ask of the compiler; the message says which.
pub const TOO_COSTLY: u32 = 6;

/// What the caller learns about a call that did not end with `OK`.
#[repr(C)]
pub struct Report {
    message: TextSink,
    backtrace: TextSink,
    trap_code: u32,
}

impl Report {
    pub fn message(&mut self, text: &str) {
        self.message.write(text.as_bytes());
    }

    fn error(&mut self, error: &Error, symbols: &Symbols) -> u32 {
        if let Some(trace) = error.downcast_ref::<WasmBacktrace>() {
            self.backtrace.write(backtrace::describe(trace, symbols).as_bytes());
            // What lies under the backtrace is the reason; contexts between them name wrappers, not causes.
            self.message(&error.root_cause().to_string());
        } else {
            self.message(&format!("{error:#}"));
        }
        if let Some(trap) = error.downcast_ref::<Trap>() {
            self.trap_code = *trap as u32;
            return TRAP;
        }
        if error.is::<PoolConcurrencyLimitError>() { POOL_FULL } else { ERROR }
    }
}

thread_local! {
    static GUARDED: Cell<u32> = const { Cell::new(0) };
    static PANIC_TEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps a panic inside a guarded call from printing: its text goes into the report.
pub fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if GUARDED.get() == 0 {
                previous(info);
            } else {
                PANIC_TEXT.with_borrow_mut(|text| *text = info.to_string().replace('\n', " "));
            }
        }));
    });
}

/// Runs `body`; an error or a panic is written to the report.
pub fn guard(report: &mut Report, body: impl FnOnce(&mut Report) -> Result<u32, Error>) -> u32 {
    guard_with(report, &Symbols::default(), body)
}

/// As [`guard`], where guest code runs: backtraces tell files and lines by `symbols`.
pub fn guard_with(report: &mut Report, symbols: &Symbols, body: impl FnOnce(&mut Report) -> Result<u32, Error>) -> u32 {
    GUARDED.set(GUARDED.get() + 1);
    let outcome = catch_unwind(AssertUnwindSafe(|| match body(report) {
        Ok(ending) => ending,
        Err(error) => report.error(&error, symbols),
    }));
    GUARDED.set(GUARDED.get() - 1);
    outcome.unwrap_or_else(|_| {
        PANIC_TEXT.with_borrow(|text| report.message(text));
        PANIC
    })
}

/// Runs `body` where there is nobody to report to: destruction. What a panic leaves behind is leaked.
pub fn guard_silently(body: impl FnOnce()) {
    GUARDED.set(GUARDED.get() + 1);
    drop(catch_unwind(AssertUnwindSafe(body)));
    GUARDED.set(GUARDED.get() - 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    extern "C" fn append(text: *mut c_void, bytes: *const u8, length: usize) {
        // SAFETY: `text` is the Vec below; `bytes` holds `length` bytes by TextSink's contract.
        unsafe { (*text.cast::<Vec<u8>>()).extend_from_slice(std::slice::from_raw_parts(bytes, length)) };
    }

    pub fn report(message: &mut Vec<u8>, backtrace: &mut Vec<u8>) -> Report {
        let sink = |text: &mut Vec<u8>| TextSink { text: (text as *mut Vec<u8>).cast(), append };
        Report { message: sink(message), backtrace: sink(backtrace), trap_code: u32::MAX }
    }

    #[test]
    fn a_panic_becomes_a_report_and_prints_nothing() {
        install_panic_hook();
        let (mut message, mut backtrace) = (Vec::new(), Vec::new());
        let ending = guard(&mut report(&mut message, &mut backtrace), |_| panic!("slot {} is gone", 7));
        assert_eq!(ending, PANIC);
        assert!(String::from_utf8(message).unwrap().contains("slot 7 is gone"));
        assert_eq!(GUARDED.get(), 0);
    }

    #[test]
    fn a_trap_keeps_its_code() {
        let (mut message, mut backtrace) = (Vec::new(), Vec::new());
        let mut report = report(&mut message, &mut backtrace);
        assert_eq!(guard(&mut report, |_| Err(Trap::StackOverflow.into())), TRAP);
        assert_eq!(report.trap_code, Trap::StackOverflow as u32);
    }
}

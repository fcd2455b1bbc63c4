//! The text of a guest's backtrace. Names in it are the guest's own and may be hostile: a mangled name of 250 bytes can
//! stand for megabytes, a plain one can hold line feeds.

use std::fmt::{self, Write};
use wasmtime::WasmBacktrace;

/// Frames shown; a deeper stack is cut at its outer end.
const MAX_FRAMES: usize = 32;
/// Characters of one name or path.
const MAX_NAME: usize = 256;

/// One line a frame, and below it file and line where the guest was built with them.
pub fn describe(trace: &WasmBacktrace) -> String {
    let mut text = String::new();
    for (number, frame) in trace.frames().iter().take(MAX_FRAMES).enumerate() {
        let offset = frame.module_offset().map_or(String::new(), |offset| format!("{offset:#8x} - "));
        let module = printable(frame.module().name().unwrap_or("<unknown>"));
        let function = frame.func_name().map_or_else(|| format!("<function {}>", frame.func_index()), demangled);
        if frame.symbols().is_empty() {
            text.push_str(&format!("{number:>4}: {offset}{module}!{function}\n"));
        }
        for (inlined, symbol) in frame.symbols().iter().take(MAX_FRAMES).enumerate() {
            let name = symbol.name().map_or_else(|| function.clone(), demangled);
            let place = if inlined == 0 { format!("{number:>4}: {offset}") } else { "              ".to_owned() };
            text.push_str(&format!("{place}{name}\n"));
            if let Some(file) = symbol.file() {
                let line = symbol.line().map_or(String::new(), |line| format!(":{line}"));
                text.push_str(&format!("              at {}{line}\n", printable(file)));
            }
        }
    }
    let more = trace.frames().len().saturating_sub(MAX_FRAMES);
    if more > 0 {
        text.push_str(&format!("      and {more} more\n"));
    }
    text.truncate(text.trim_end().len());
    text
}

/// The name as its author wrote it, for C++ and Rust.
fn demangled(name: &str) -> String {
    let mut out = Printable::default();
    let complete = if let Ok(symbol) = rustc_demangle::try_demangle(name) {
        write!(out, "{symbol:#}")
    } else if let Some(symbol) = name.starts_with("_Z").then(|| cpp_demangle::Symbol::new(name).ok()).flatten() {
        symbol.structured_demangle(&mut out, &cpp_demangle::DemangleOptions::default())
    } else {
        out.write_str(name)
    };
    out.finish(complete.is_ok())
}

fn printable(text: &str) -> String {
    let mut out = Printable::default();
    let complete = out.write_str(text);
    out.finish(complete.is_ok())
}

/// Takes at most `MAX_NAME` characters, then fails, which ends whoever writes. Control characters are escaped.
#[derive(Default)]
struct Printable {
    text: String,
    length: usize,
}

impl Printable {
    fn finish(mut self, is_complete: bool) -> String {
        if !is_complete {
            self.text.push_str("...");
        }
        self.text
    }
}

impl Write for Printable {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if self.length == MAX_NAME {
                return Err(fmt::Error);
            }
            self.length += 1;
            if character.is_control() {
                self.text.extend(character.escape_default());
            } else {
                self.text.push(character);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_demangled() {
        assert_eq!(demangled("_ZN3foo3barEv"), "foo::bar()");
        assert_eq!(demangled("_RNvC7mycrate3foo"), "mycrate::foo");
        assert_eq!(demangled("main"), "main");
        assert_eq!(demangled("_Znonsense"), "_Znonsense");
    }

    #[test]
    fn a_name_stays_short_whatever_it_stands_for() {
        // Every level doubles the text: f(T) with T = pair of pair of ... by substitution.
        let mut name = "_Z1fSt4pairIiiE".to_owned();
        for _ in 0..24 {
            name = name.replacen("_Z1f", "_Z1fSt4pairI", 1) + "S0_E";
        }
        assert!(demangled(&name).len() <= MAX_NAME + 3);
        assert!(demangled(&"x".repeat(100_000)).len() <= MAX_NAME + 3);
    }

    #[test]
    fn a_name_cannot_begin_a_line() {
        assert_eq!(printable("a\nb\u{1b}[2K"), "a\\nb\\u{1b}[2K");
    }
}

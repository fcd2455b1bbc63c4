//! The text of a guest's backtrace. Names in it are the guest's own and may be hostile: a mangled name of 250 bytes can
//! stand for megabytes, a plain one can hold line feeds.

use super::profile::MAX_FRAMES;
use crate::symbols::{Place, Places, Symbols};
use std::fmt::{self, Write};
use wasmtime::{FrameInfo, WasmBacktrace};

/// Frames shown; a deeper stack is cut at its outer end.
const MAX_SHOWN: usize = 32;
/// Characters of one name or path.
const MAX_NAME: usize = 256;

/// A line a function, `name at file:line` where the component says so, the innermost first; functions that were inlined
/// have lines of their own, without a number.
pub fn describe(trace: &WasmBacktrace, symbols: &Symbols) -> String {
    let all = telling(trace);
    let frames = &all[..all.len().min(MAX_SHOWN)];
    let offsets: Vec<u64> = frames.iter().filter_map(|frame| Some(frame.module_offset()? as u64)).collect();
    let places = symbols.resolve(&offsets);
    let mut text = String::new();
    for (number, frame) in frames.iter().enumerate() {
        let known = frame.module_offset().and_then(|offset| places.get(&(offset as u64)));
        text.push_str(&describe_frame(number, frame, known));
    }
    let more = all.len() - frames.len();
    if more > 0 {
        let or_more = if trace.frames().len() == MAX_FRAMES { " or more" } else { "" };
        text.push_str(&format!("      and {more}{or_more}\n"));
    }
    text.truncate(text.trim_end().len());
    text
}

/// The frames of functions that have a name, or all of them where none has: tools put nameless ones between an author's
/// module and its imports.
pub fn telling(trace: &WasmBacktrace) -> Vec<&FrameInfo> {
    let named: Vec<_> = trace.frames().iter().filter(|frame| frame.func_name().is_some()).collect();
    if named.is_empty() { trace.frames().iter().collect() } else { named }
}

fn describe_frame(number: usize, frame: &FrameInfo, places: Option<&Places>) -> String {
    let own = frame.func_name().map_or_else(|| format!("<function {}>", frame.func_index()), demangled);
    let Some((outermost, inlined)) = places.and_then(|places| places.split_last()) else {
        let module = printable(frame.module().name().unwrap_or("<unknown>"));
        let offset = frame.module_offset().map_or(String::new(), |offset| format!(" at {offset:#x}"));
        return format!("{number:>4}: {module}!{own}{offset}\n");
    };
    let mut text = format!("{number:>4}: ");
    let at = |place| position(place).map_or(String::new(), |position| format!(" at {position}"));
    for place in inlined {
        let name = place.function.as_deref().map_or("<inlined>".to_owned(), demangled);
        text.push_str(&format!("{name}{} (inlined)\n      ", at(place)));
    }
    text.push_str(&format!("{own}{}\n", at(outermost)));
    text
}

/// `file:line`; only the file for what the compiler made up.
pub fn position(place: &Place) -> Option<String> {
    let file = printable(place.file.as_deref()?);
    Some(if place.line == 0 { file } else { format!("{file}:{}", place.line) })
}

/// The name as its author wrote it, for C++ and Rust.
pub fn demangled(name: &str) -> String {
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

/// One line, whatever the text holds.
pub fn printable(text: &str) -> String {
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

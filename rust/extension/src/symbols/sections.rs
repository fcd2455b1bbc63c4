//! Where a component keeps its debug information: custom sections of its core modules.

use super::reader::{Fuel, Reader};
use std::ops::Range;

/// Bytes of debug information that are kept of one component; a module beyond them is left without.
const MAX_BYTES: usize = 64 << 20;
/// Components within components.
const MAX_DEPTH: u32 = 16;
const CUSTOM: u8 = 0;
const CODE: u8 = 10;
const CORE_MODULE: u8 = 1;
const COMPONENT: u8 = 4;

const NAMES: [&[u8]; 9] = [
    b".debug_info",
    b".debug_abbrev",
    b".debug_line",
    b".debug_str",
    b".debug_line_str",
    b".debug_ranges",
    b".debug_rnglists",
    b".debug_str_offsets",
    b".debug_addr",
];

/// The debug information of one module.
#[derive(Default)]
pub struct Sections<'a> {
    pub info: &'a [u8],
    pub abbrev: &'a [u8],
    pub line: &'a [u8],
    pub str: &'a [u8],
    pub line_str: &'a [u8],
    pub ranges: &'a [u8],
    pub rnglists: &'a [u8],
    pub str_offsets: &'a [u8],
    pub addr: &'a [u8],
}

/// One core module that has some.
pub struct Module {
    /// Of its code, in the component's bytes; DWARF counts addresses from its start.
    pub code: Range<u64>,
    sections: [Vec<u8>; NAMES.len()],
}

impl Module {
    pub fn sections(&self) -> Sections<'_> {
        let [info, abbrev, line, str, line_str, ranges, rnglists, str_offsets, addr] = &self.sections;
        Sections { info, abbrev, line, str, line_str, ranges, rnglists, str_offsets, addr }
    }

    #[cfg(test)]
    pub fn section_mut(&mut self, place: usize) -> &mut Vec<u8> {
        &mut self.sections[place]
    }

    fn bytes(&self) -> usize {
        self.sections.iter().map(Vec::len).sum()
    }
}

/// The modules of a component that have debug information, in its order. Of what is no component: none.
pub fn modules(component: &[u8], fuel: &Fuel) -> Vec<Module> {
    let mut found = Vec::new();
    let mut room = MAX_BYTES;
    let _ = walk(component, 0, fuel, 0, &mut room, &mut found);
    found
}

/// `None` when it is damaged, or nothing more is to be found.
fn walk(bytes: &[u8], start: u64, fuel: &Fuel, depth: u32, room: &mut usize, found: &mut Vec<Module>) -> Option<()> {
    let mut reader = Reader::new(bytes, fuel);
    let preamble = reader.take(8)?;
    let is_component = preamble[6] == 1;
    let mut module = Module { code: 0..0, sections: Default::default() };
    while !reader.is_empty() {
        let id = reader.u8()?;
        let size = reader.uleb()?;
        let at = start + bytes.len() as u64 - reader.len();
        let contents = reader.take(size)?;
        match (is_component, id) {
            (true, CORE_MODULE) | (true, COMPONENT) if depth < MAX_DEPTH => {
                walk(contents, at, fuel, depth + 1, room, found);
            }
            (false, CODE) => module.code = at..at + size,
            (false, CUSTOM) => {
                let mut section = Reader::new(contents, fuel);
                let length = section.uleb()?;
                let name = section.take(length)?;
                if let Some(place) = NAMES.iter().position(|known| *known == name)
                    && section.len() <= *room as u64
                {
                    *room -= section.len() as usize;
                    module.sections[place] = section.take(section.len())?.to_vec();
                }
            }
            _ => {}
        }
    }
    if module.bytes() > 0 {
        found.push(module);
    }
    Some(())
}

//! DWARF's units and entries (versions 2 to 5, 32-bit format and addresses).

use super::reader::{Fuel, Reader};
use super::sections::Sections;

pub const COMPILE_UNIT: u64 = 0x11;
pub const INLINED_SUBROUTINE: u64 = 0x1d;
pub const SUBPROGRAM: u64 = 0x2e;

/// Kinds of entries that one unit may have.
const MAX_KINDS: usize = 1 << 16;

#[derive(Clone, Copy, Default)]
pub enum Value {
    #[default]
    None,
    /// A number, an offset into another section, a flag.
    Number(u64),
    Address(u64),
    /// An index into the unit's part of the table of addresses, texts, lists of ranges.
    IndexedAddress(u64),
    IndexedText(u64),
    IndexedRanges(u64),
    /// Offsets: into the unit itself, the texts, the texts of line tables.
    InlineText(u64),
    Text(u64),
    LineText(u64),
    /// Another entry: by its offset in this unit, or in all of them.
    Entry(u64),
    AnyEntry(u64),
}

/// What is looked at of an entry.
#[derive(Default)]
pub struct Attributes {
    pub name: Value,
    pub linkage_name: Value,
    pub line_program: Value,
    pub low_pc: Value,
    pub high_pc: Value,
    pub ranges: Value,
    pub origin: Value,
    pub call_file: Value,
    pub call_line: Value,
    str_offsets_base: Value,
    addr_base: Value,
    rnglists_base: Value,
}

pub struct Entry {
    pub tag: u64,
    pub has_children: bool,
    pub attributes: Attributes,
}

/// A unit whose kinds of entries are known.
pub struct Unit<'a> {
    pub(super) sections: &'a Sections<'a>,
    pub(super) fuel: &'a Fuel,
    pub(super) version: u16,
    start: u64,
    /// All of it, its length included.
    pub(super) bytes: &'a [u8],
    /// From the first entry on.
    entries: Reader<'a>,
    /// Where each kind is declared; the compilers number them from 1.
    kinds: Vec<Reader<'a>>,
    /// What addresses in ranges are relative to.
    pub(super) base: u64,
    pub(super) str_offsets_base: u64,
    pub(super) addr_base: u64,
    pub(super) rnglists_base: u64,
}

impl<'a> Unit<'a> {
    /// The unit at an offset; its root's attributes are to be given to `set_bases`.
    pub fn read(sections: &'a Sections<'a>, start: u64, fuel: &'a Fuel) -> Option<Self> {
        let mut info = Reader::at(sections.info, start, fuel)?;
        let length = u64::from(info.clone().u32()?);
        let bytes = info.take(4 + length)?;
        let mut header = Reader::new(&bytes[4..], fuel);
        let version = header.u16()?;
        let abbreviations = match version {
            2..=4 => {
                let offset = header.u32()?;
                header.u8()?;
                offset
            }
            5 => {
                let kind = header.u8()?;
                header.u8()?;
                let offset = header.u32()?;
                match kind {
                    1 | 3 => {}
                    4 | 5 => drop(header.take(8)?),
                    _ => drop(header.take(12)?),
                }
                offset
            }
            _ => return None,
        };
        let mut kinds = Vec::new();
        let mut declarations = Reader::at(sections.abbrev, u64::from(abbreviations), fuel)?;
        while kinds.len() < MAX_KINDS && declarations.uleb()? == kinds.len() as u64 + 1 {
            kinds.push(declarations.clone());
            declarations.uleb()?;
            declarations.u8()?;
            while let (attribute, form) = (declarations.uleb()?, declarations.uleb()?)
                && (attribute, form) != (0, 0)
            {
                if form == 0x21 {
                    declarations.sleb()?;
                }
            }
        }
        let bases = if version >= 5 { 8 } else { 0 };
        Some(Self {
            sections,
            fuel,
            version,
            start,
            bytes,
            entries: header,
            kinds,
            base: 0,
            str_offsets_base: bases,
            addr_base: bases,
            rnglists_base: 0,
        })
    }

    pub fn entries(&self) -> Reader<'a> {
        self.entries.clone()
    }

    /// Takes from the root what its own and all other attributes are relative to.
    pub fn set_bases(&mut self, root: &Attributes) {
        let set = |base: &mut u64, value: &Value| {
            if let Value::Number(number) = value {
                *base = *number;
            }
        };
        set(&mut self.str_offsets_base, &root.str_offsets_base);
        set(&mut self.addr_base, &root.addr_base);
        set(&mut self.rnglists_base, &root.rnglists_base);
        self.base = self.address(&root.low_pc).unwrap_or(0);
    }

    /// The next entry; `Some(None)` is the end of a list of children.
    pub fn entry(&self, reader: &mut Reader<'a>) -> Option<Option<Entry>> {
        let Some(kind) = reader.uleb()?.checked_sub(1) else {
            return Some(None);
        };
        let mut declaration = self.kinds.get(usize::try_from(kind).ok()?)?.clone();
        let tag = declaration.uleb()?;
        let has_children = declaration.u8()? != 0;
        let mut attributes = Attributes::default();
        loop {
            let (attribute, form) = (declaration.uleb()?, declaration.uleb()?);
            if (attribute, form) == (0, 0) {
                return Some(Some(Entry { tag, has_children, attributes }));
            }
            let value = self.value(reader, &mut declaration, form)?;
            match attribute {
                0x03 => attributes.name = value,
                0x10 => attributes.line_program = value,
                0x11 => attributes.low_pc = value,
                0x12 => attributes.high_pc = value,
                // Abstract origin, specification: where the rest of it is said.
                0x31 | 0x47 => attributes.origin = value,
                0x55 => attributes.ranges = value,
                0x58 => attributes.call_file = value,
                0x59 => attributes.call_line = value,
                0x6e | 0x2007 => attributes.linkage_name = value,
                0x72 => attributes.str_offsets_base = value,
                0x73 => attributes.addr_base = value,
                0x74 => attributes.rnglists_base = value,
                _ => {}
            }
        }
    }

    fn value(&self, reader: &mut Reader<'a>, declaration: &mut Reader<'a>, form: u64) -> Option<Value> {
        let form = if form == 0x16 { reader.uleb()? } else { form };
        let skip = |reader: &mut Reader<'a>, length| reader.take(length).map(|_| Value::None);
        Some(match form {
            0x01 => Value::Address(reader.number(4)?),
            0x03 => {
                let length = reader.number(2)?;
                skip(reader, length)?
            }
            0x04 => {
                let length = reader.number(4)?;
                skip(reader, length)?
            }
            0x0a => {
                let length = reader.number(1)?;
                skip(reader, length)?
            }
            0x09 | 0x18 => {
                let length = reader.uleb()?;
                skip(reader, length)?
            }
            0x0b | 0x0c => Value::Number(reader.number(1)?),
            0x05 => Value::Number(reader.number(2)?),
            0x06 | 0x17 => Value::Number(reader.number(4)?),
            0x07 => Value::Number(reader.number(8)?),
            0x0d => Value::Number(reader.sleb()? as u64),
            0x0f => Value::Number(reader.uleb()?),
            0x19 => Value::Number(1),
            0x21 => Value::Number(declaration.sleb()? as u64),
            0x08 => {
                let at = self.bytes.len() as u64 - reader.len();
                reader.text()?;
                Value::InlineText(at)
            }
            0x0e => Value::Text(reader.number(4)?),
            0x1f => Value::LineText(reader.number(4)?),
            0x1a => Value::IndexedText(reader.uleb()?),
            0x25..=0x28 => Value::IndexedText(reader.number(form - 0x24)?),
            0x1b => Value::IndexedAddress(reader.uleb()?),
            0x29..=0x2c => Value::IndexedAddress(reader.number(form - 0x28)?),
            0x23 => Value::IndexedRanges(reader.uleb()?),
            0x11 => Value::Entry(reader.number(1)?),
            0x12 => Value::Entry(reader.number(2)?),
            0x13 => Value::Entry(reader.number(4)?),
            0x14 => Value::Entry(reader.number(8)?),
            0x15 => Value::Entry(reader.uleb()?),
            0x10 => Value::AnyEntry(reader.number(4)?),
            0x1c | 0x1d => skip(reader, 4)?,
            0x20 | 0x24 => skip(reader, 8)?,
            0x1e => skip(reader, 16)?,
            0x22 => Value::Number(reader.uleb()?),
            _ => return None,
        })
    }

    /// The entry that a value refers to, when it lies in this unit.
    pub fn referred(&self, value: &Value) -> Option<Reader<'a>> {
        let offset = match value {
            Value::Entry(offset) => *offset,
            Value::AnyEntry(offset) => offset.checked_sub(self.start)?,
            _ => return None,
        };
        Reader::at(self.bytes, offset, self.fuel)
    }
}

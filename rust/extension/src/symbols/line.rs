//! DWARF's line programs (versions 2 to 5, 32-bit format): from addresses to files and lines.

use super::reader::{Fuel, Reader};
use super::sections::Sections;
use std::ops::Range;

/// Where an address comes from: a file of the program's table, and a line in it.
#[derive(Clone, Copy)]
pub struct Row {
    pub file: u64,
    pub line: u32,
}

/// One unit's line program.
pub struct Program<'a> {
    sections: &'a Sections<'a>,
    fuel: &'a Fuel,
    version: u16,
    line_base: i64,
    line_range: u64,
    opcode_lengths: &'a [u8],
    min_instruction: u64,
    tables: Reader<'a>,
    opcodes: Reader<'a>,
}

impl<'a> Program<'a> {
    pub fn read(sections: &'a Sections<'a>, offset: u64, fuel: &'a Fuel) -> Option<Self> {
        let mut unit = Reader::at(sections.line, offset, fuel)?;
        let length = unit.u32()?;
        let mut unit = unit.split(u64::from(length))?;
        let version = unit.u16()?;
        if !(2..=5).contains(&version) {
            return None;
        }
        if version == 5 {
            unit.take(2)?; // sizes of addresses and segments
        }
        let header_length = unit.u32()?;
        let mut header = unit.split(u64::from(header_length))?;
        let min_instruction = u64::from(header.u8()?);
        if version >= 4 {
            header.u8()?; // operations per instruction: one, without exception in WebAssembly
        }
        header.u8()?; // whether rows begin statements
        let line_base = i64::from(header.u8()? as i8);
        let line_range = u64::from(header.u8()?);
        let opcode_base = header.u8()?;
        if line_range == 0 || opcode_base == 0 {
            return None;
        }
        let opcode_lengths = header.take(u64::from(opcode_base) - 1)?;
        Some(Self {
            sections,
            fuel,
            version,
            line_base,
            line_range,
            opcode_lengths,
            min_instruction,
            tables: header,
            opcodes: unit,
        })
    }

    /// Tells of each stretch of addresses the row that it comes from, until `visit` answers `None`.
    pub fn run(&self, mut visit: impl FnMut(Range<u64>, Row) -> Option<()>) -> Option<()> {
        let mut code = self.opcodes.clone();
        let first_special = self.opcode_lengths.len() as u64 + 1;
        let start = Row { file: 1, line: 1 };
        let (mut address, mut row, mut before) = (0_u64, start, None::<(u64, Row)>);
        while !code.is_empty() {
            let opcode = u64::from(code.u8()?);
            let mut emits = false;
            let mut ends = false;
            if opcode >= first_special {
                let adjusted = opcode - first_special;
                address = address.wrapping_add(adjusted / self.line_range * self.min_instruction);
                row.line = moved(row.line, self.line_base + (adjusted % self.line_range) as i64);
                emits = true;
            } else {
                match opcode {
                    0 => {
                        let length = code.uleb()?;
                        let mut extended = code.split(length)?;
                        match extended.u8()? {
                            1 => (emits, ends) = (true, true),
                            2 => address = extended.number(extended.len().min(8))?,
                            _ => {}
                        }
                    }
                    1 => emits = true,
                    2 => address = address.wrapping_add(code.uleb()?.wrapping_mul(self.min_instruction)),
                    3 => row.line = moved(row.line, code.sleb()?),
                    4 => row.file = code.uleb()?,
                    8 => address = address.wrapping_add((255 - first_special) / self.line_range * self.min_instruction),
                    9 => address = address.wrapping_add(u64::from(code.u16()?)),
                    // Columns, statements, blocks, and what is not known.
                    _ => {
                        for _ in 0..self.opcode_lengths[opcode as usize - 1] {
                            code.uleb()?;
                        }
                    }
                }
            }
            if emits {
                if let Some((from, of)) = before.take() {
                    visit(from..address, of)?;
                }
                before = Some((address, row));
            }
            if ends {
                (address, row, before) = (0, start, None);
            }
        }
        Some(())
    }

    /// The path of a file of the program's table, relative to where it was compiled.
    pub fn file(&self, file: u64) -> Option<Vec<u8>> {
        let (directory, name) = if self.version >= 5 { self.file_of_5(file) } else { self.file_before_5(file) }?;
        if name.starts_with(b"/") || directory.is_empty() || directory == b"." {
            return Some(name.to_vec());
        }
        Some([directory, b"/", name].concat())
    }

    /// Directory and name. Directory 0, where it was compiled, is left out.
    fn file_before_5(&self, file: u64) -> Option<(&'a [u8], &'a [u8])> {
        let directories = self.tables.clone();
        let mut files = self.tables.clone();
        while !files.text()?.is_empty() {}
        for _ in 1..file {
            if files.text()?.is_empty() {
                return None;
            }
            for _ in 0..3 {
                files.uleb()?;
            }
        }
        let name = files.text()?;
        let directory = files.uleb()?;
        if name.is_empty() || file == 0 {
            return None;
        }
        let mut from = directories;
        let mut found: &[u8] = b"";
        for _ in 0..directory {
            found = from.text()?;
            if found.is_empty() {
                return None;
            }
        }
        Some((found, name))
    }

    fn file_of_5(&self, file: u64) -> Option<(&'a [u8], &'a [u8])> {
        let mut tables = self.tables.clone();
        let directories = tables.clone();
        self.entry_of_5(&mut tables, u64::MAX)?;
        let (name, directory) = self.entry_of_5(&mut tables, file)?;
        if directory == 0 {
            return Some((b"", name));
        }
        let (found, _) = self.entry_of_5(&mut directories.clone(), directory)?;
        Some((found, name))
    }

    /// The path of an entry and its directory, from a table at whose start `reader` is; with an index beyond the table,
    /// the reader's end is that of the table.
    fn entry_of_5(&self, reader: &mut Reader<'a>, wanted: u64) -> Option<(&'a [u8], u64)> {
        let count = reader.u8()?;
        let mut formats = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            formats.push((reader.uleb()?, reader.uleb()?));
        }
        let entries = reader.uleb()?;
        let mut last: (&[u8], u64) = (b"", 0);
        for entry in 0..entries {
            // An entry may take no bytes at all; it takes a step even so.
            self.fuel.burn(1)?;
            for (content, form) in &formats {
                let (text, number) = self.form_of_5(reader, *form)?;
                match content {
                    1 => last.0 = text,
                    2 => last.1 = number,
                    _ => {}
                }
            }
            if entry == wanted {
                return Some(last);
            }
        }
        (wanted == u64::MAX).then_some(last)
    }

    fn form_of_5(&self, reader: &mut Reader<'a>, form: u64) -> Option<(&'a [u8], u64)> {
        let text = |section: &'a [u8], offset: u32| Reader::at(section, u64::from(offset), self.fuel)?.text();
        Some(match form {
            0x08 => (reader.text()?, 0),
            0x0e => (text(self.sections.str, reader.u32()?)?, 0),
            0x1f => (text(self.sections.line_str, reader.u32()?)?, 0),
            0x0b => (b"", reader.number(1)?),
            0x05 => (b"", reader.number(2)?),
            0x06 => (b"", reader.number(4)?),
            0x07 => (b"", reader.number(8)?),
            0x0f => (b"", reader.uleb()?),
            0x1e => (reader.take(16)?, 0),
            _ => return None,
        })
    }
}

fn moved(line: u32, by: i64) -> u32 {
    i64::from(line).wrapping_add(by) as u32
}

//! What the values of a unit's attributes stand for: text, addresses, stretches of addresses.

use super::entry::{Attributes, Unit, Value};
use super::reader::Reader;

impl<'a> Unit<'a> {
    pub fn text(&self, value: &Value) -> Option<&'a [u8]> {
        let (section, offset) = match value {
            Value::InlineText(offset) => (self.bytes, *offset),
            Value::Text(offset) => (self.sections.str, *offset),
            Value::LineText(offset) => (self.sections.line_str, *offset),
            Value::IndexedText(index) => {
                let at = index.checked_mul(4)?.checked_add(self.str_offsets_base)?;
                (self.sections.str, Reader::at(self.sections.str_offsets, at, self.fuel)?.number(4)?)
            }
            _ => return None,
        };
        Reader::at(section, offset, self.fuel)?.text()
    }

    pub fn address(&self, value: &Value) -> Option<u64> {
        match value {
            Value::Address(address) => Some(*address),
            Value::IndexedAddress(index) => {
                let at = index.checked_mul(4)?.checked_add(self.addr_base)?;
                Reader::at(self.sections.addr, at, self.fuel)?.number(4)
            }
            _ => None,
        }
    }

    /// Tells the stretches of addresses that an entry stands for, until `visit` answers `None`.
    pub fn stretches(&self, of: &Attributes, mut visit: impl FnMut(u64, u64) -> Option<()>) -> Option<()> {
        match of.ranges {
            Value::Number(offset) if self.version < 5 => return self.ranges(offset, visit),
            Value::Number(offset) => return self.range_list(offset, visit),
            Value::IndexedRanges(index) => {
                let at = index.checked_mul(4)?.checked_add(self.rnglists_base)?;
                let offset = Reader::at(self.sections.rnglists, at, self.fuel)?.number(4)?;
                return self.range_list(self.rnglists_base.checked_add(offset)?, visit);
            }
            _ => {}
        }
        // A function that the linker dropped is at 0 or at the far end.
        let Some(low) = self.address(&of.low_pc).filter(|low| *low != 0) else {
            return Some(());
        };
        match of.high_pc {
            Value::Number(length) => visit(low, low.checked_add(length)?),
            ref high => self.address(high).map_or(Some(()), |high| visit(low, high)),
        }
    }

    fn ranges(&self, offset: u64, mut visit: impl FnMut(u64, u64) -> Option<()>) -> Option<()> {
        let mut list = Reader::at(self.sections.ranges, offset, self.fuel)?;
        let mut base = self.base;
        loop {
            match (list.number(4)?, list.number(4)?) {
                (0, 0) => return Some(()),
                (0xffff_ffff, new) => base = new,
                (low, high) => visit(base + low, base + high)?,
            }
        }
    }

    fn range_list(&self, offset: u64, mut visit: impl FnMut(u64, u64) -> Option<()>) -> Option<()> {
        let mut list = Reader::at(self.sections.rnglists, offset, self.fuel)?;
        let mut base = self.base;
        let indexed = |list: &mut Reader<'a>| self.address(&Value::IndexedAddress(list.uleb()?));
        loop {
            let (low, high) = match list.u8()? {
                0 => return Some(()),
                1 => {
                    base = indexed(&mut list)?;
                    continue;
                }
                2 => (indexed(&mut list)?, indexed(&mut list)?),
                3 => {
                    let low = indexed(&mut list)?;
                    (low, low.checked_add(list.uleb()?)?)
                }
                4 => (base.checked_add(list.uleb()?)?, base.checked_add(list.uleb()?)?),
                5 => {
                    base = list.number(4)?;
                    continue;
                }
                6 => (list.number(4)?, list.number(4)?),
                7 => {
                    let low = list.number(4)?;
                    (low, low.checked_add(list.uleb()?)?)
                }
                _ => return None,
            };
            visit(low, high)?;
        }
    }
}

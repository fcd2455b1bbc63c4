//! Reading bytes whose writer may be hostile: every read is checked, and pays for itself.

use std::cell::Cell;

/// Steps that reading may still take, shared by all readers of one task: whatever the bytes say, the work ends.
pub struct Fuel(Cell<u64>);

impl Fuel {
    pub fn new(steps: u64) -> Self {
        Self(Cell::new(steps))
    }

    /// `None` when there is not so much left; then nothing is left.
    pub fn burn(&self, steps: u64) -> Option<()> {
        let left = self.0.get().checked_sub(steps);
        self.0.set(left.unwrap_or(0));
        left.map(|_| ())
    }
}

/// Little-endian numbers and text, from the front. Every function answers `None` for what the bytes do not hold, and
/// when the fuel is spent.
#[derive(Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    fuel: &'a Fuel,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8], fuel: &'a Fuel) -> Self {
        Self { rest: bytes, fuel }
    }

    /// What lies from `offset` on.
    pub fn at(bytes: &'a [u8], offset: u64, fuel: &'a Fuel) -> Option<Self> {
        Some(Self::new(bytes.get(usize::try_from(offset).ok()?..)?, fuel))
    }

    pub fn len(&self) -> u64 {
        self.rest.len() as u64
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        self.fuel.burn(1)?;
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(count).ok()?)?;
        self.rest = rest;
        Some(taken)
    }

    /// A reader of the next `count` bytes.
    pub fn split(&mut self, count: u64) -> Option<Self> {
        Some(Self::new(self.take(count)?, self.fuel))
    }

    /// A number of `size` bytes, at most 8.
    pub fn number(&mut self, size: u64) -> Option<u64> {
        let bytes = self.take(size)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    pub fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub fn u16(&mut self) -> Option<u16> {
        self.number(2).map(|number| number as u16)
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.number(4).map(|number| number as u32)
    }

    /// LEB128; bits above the 64th are lost.
    pub fn uleb(&mut self) -> Option<u64> {
        self.leb().map(|(number, _, _)| number)
    }

    pub fn sleb(&mut self) -> Option<i64> {
        let (number, bits, negative) = self.leb()?;
        let sign = if negative && bits < 64 { u64::MAX << bits } else { 0 };
        Some((number | sign) as i64)
    }

    /// The number, how many bits it was given, and whether the last one is set.
    fn leb(&mut self) -> Option<(u64, u32, bool)> {
        let (mut number, mut bits) = (0, 0_u32);
        loop {
            let byte = self.u8()?;
            if bits < 64 {
                number |= u64::from(byte & 0x7f) << bits;
            }
            bits = bits.saturating_add(7);
            if byte & 0x80 == 0 {
                return Some((number, bits, byte & 0x40 != 0));
            }
        }
    }

    /// Text that a zero byte ends, without it.
    pub fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.rest.iter().position(|byte| *byte == 0);
        self.fuel.burn(length.unwrap_or(self.rest.len()) as u64)?;
        let text = self.take(length? as u64)?;
        self.take(1)?;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_values_that_the_standard_gives_them() {
        let fuel = Fuel::new(1000);
        let mut reader =
            Reader::new(&[0xe5, 0x8e, 0x26, 0x9b, 0xf1, 0x59, 0x7e, 0x80, 0x7f, 0x34, 0x12, b'a', 0], &fuel);
        assert_eq!(reader.uleb(), Some(624_485));
        assert_eq!(reader.sleb(), Some(-624_485));
        assert_eq!(reader.sleb(), Some(-2));
        assert_eq!(reader.sleb(), Some(-128));
        assert_eq!(reader.u16(), Some(0x1234));
        assert_eq!(reader.text(), Some(&b"a"[..]));
        assert_eq!(reader.u8(), None);
    }

    #[test]
    fn a_number_without_end_ends() {
        let fuel = Fuel::new(1000);
        assert_eq!(Reader::new(&[0xff; 64], &fuel).uleb(), None);
        assert_eq!(
            Reader::new(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], &fuel).sleb(),
            Some(-1)
        );
    }

    #[test]
    fn work_ends_with_the_fuel() {
        let fuel = Fuel::new(3);
        let mut reader = Reader::new(&[1; 8], &fuel);
        assert_eq!((0..8).filter_map(|_| reader.u8()).count(), 3);
        assert_eq!(Reader::new(&[0], &fuel).u8(), None);
        let fuel = Fuel::new(3);
        assert_eq!(Reader::new(b"more than three\0", &fuel).text(), None);
    }
}

use super::*;

const FIXTURES: [&[u8]; 2] =
    [include_bytes!("../../tests/lines/lines4.wasm"), include_bytes!("../../tests/lines/lines5.wasm")];

fn place(function: &str, line: u32) -> Place {
    Place { function: Some(function.to_owned()), file: Some("lines.cpp".to_owned()), line }
}

fn all_offsets(symbols: &Symbols) -> Vec<u64> {
    symbols.modules.iter().flat_map(|module| module.code.clone()).collect()
}

#[test]
fn places_are_told_with_what_was_inlined() {
    for bytes in FIXTURES {
        let symbols = Symbols::read(bytes);
        let code = symbols.modules[0].code.start;
        let found = symbols.resolve(&all_offsets(&symbols));
        let (price, total) = ("_ZN4shopL5priceEi", "_ZN4shop5totalEii");
        assert_eq!(found[&(code + 0x0a)], [place(price, 9), place(total, 14)]);
        assert_eq!(found[&(code + 0x12)], [place(price, 9), place(total, 15)]);
        assert_eq!(found[&(code + 0x15)], [place(total, 14)]);
        assert_eq!(found[&(code + 0x23)], [place("run", 20)]);
        assert!(!found.contains_key(&code), "the number of functions is no code");
    }
}

#[test]
fn a_component_s_modules_have_their_own_places() {
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    for bytes in FIXTURES {
        component.extend([CORE_MODULE, bytes.len() as u8 & 0x7f | 0x80, (bytes.len() >> 7) as u8]);
        component.extend(bytes);
    }
    let symbols = Symbols::read(&component);
    assert_eq!(symbols.modules.len(), 2);
    for (module, line) in symbols.modules.iter().zip([14, 14]) {
        let at = module.code.start + 0x15;
        assert_eq!(component[at as usize..][..2], [0x20, 1], "offsets are those in the component");
        assert_eq!(symbols.resolve(&[at])[&at], [place("_ZN4shop5totalEii", line)]);
    }
}
const CORE_MODULE: u8 = 1;

#[test]
fn where_there_is_no_debug_information_nothing_is_told() {
    for bytes in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0", b"(component)", &[0xff; 4096]] {
        assert!(Symbols::read(bytes).resolve(&[0, 1, u64::MAX]).is_empty());
    }
}

/// xorshift64, so that every run mutates alike.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

#[test]
fn hostile_bytes_neither_panic_nor_hang() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for bytes in FIXTURES {
        let symbols = Symbols::read(bytes);
        let offsets = all_offsets(&symbols);
        for _ in 0..4000 {
            let mut symbols = Symbols::read(bytes);
            for _ in 0..1 + random.below(8) {
                let section = random.below(9);
                let bytes = symbols.modules[0].section_mut(section);
                match random.below(4) {
                    _ if bytes.is_empty() => bytes.resize(random.below(64), random.below(256) as u8),
                    0 => bytes.truncate(random.below(bytes.len())),
                    1 => {
                        let at = random.below(bytes.len());
                        bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)];
                    }
                    2 => {
                        let at = random.below(bytes.len());
                        bytes[at] = random.below(256) as u8;
                    }
                    _ => {
                        let (from, to) = (random.below(bytes.len()), random.below(bytes.len()));
                        bytes[to] = bytes[from];
                    }
                }
            }
            // Not `resolve`, which catches panics.
            let _ = symbols.find(&offsets);
        }
    }
}

#[test]
fn work_has_a_bound_whatever_the_bytes_say() {
    // Units without entries, as many as fit, which all declare the same many kinds: each is read, until no more may be.
    let kinds: Vec<u8> = (1..=10_000_u32)
        .flat_map(|code| [code as u8 & 0x7f | 0x80, (code >> 7) as u8 | 0x80, (code >> 14) as u8, 0x11, 0, 0, 0])
        .collect();
    let unit = [7, 0, 0, 0, 4, 0, 0, 0, 0, 0, 4];
    let mut symbols = Symbols::read(FIXTURES[0]);
    let offsets = all_offsets(&symbols);
    *symbols.modules[0].section_mut(0) = unit.repeat(100_000);
    *symbols.modules[0].section_mut(1) = kinds;
    assert!(symbols.find(&offsets).is_empty());
}

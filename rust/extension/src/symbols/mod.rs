//! From places in a component's code to functions, files and lines, by the debug information that its author left in.
//!
//! That is a guest's to write, so Wasmtime, whose reader trusts it to be of good will, is told to leave it alone
//! (`wasm_backtrace_details`), and it is read here: after the guest has stopped, in one pass, with a bound on the steps
//! that holds whatever the bytes say, and on what is remembered. What cannot be read is left out. The formats are those of
//! DWARF 2 to 5 (https://dwarfstd.org), as clang and rustc write them.

mod entry;
mod line;
mod reader;
mod sections;
#[cfg(test)]
mod tests;
mod values;

use entry::{Attributes, COMPILE_UNIT, INLINED_SUBROUTINE, SUBPROGRAM, Unit, Value};
use line::{Program, Row};
use reader::{Fuel, Reader};
use sections::{Module, Sections};
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Steps, of a few nanoseconds each: enough for all that is kept of a component.
const FUEL: u64 = 1 << 27;
/// Functions inlined into one another at one place.
const MAX_INLINED: usize = 32;
/// Entries that stand for one another.
const MAX_ORIGINS: usize = 4;
/// Bytes of a mangled name or a path that are looked at.
const MAX_TEXT: usize = 4096;

/// One function at a place of the code, as its author wrote it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// As in the debug information: mangled, or short.
    pub function: Option<String>,
    pub file: Option<String>,
    pub line: u32,
}

/// What is known of one place: the innermost inlined function first, what the machine's function is called last.
pub type Places = Vec<Place>;

/// The debug information of a component.
#[derive(Default)]
pub struct Symbols {
    modules: Vec<Module>,
}

impl Symbols {
    /// Keeps what there is of it in a component's bytes. Never fails: nothing depends on it.
    pub fn read(component: &[u8]) -> Self {
        Self { modules: sections::modules(component, &Fuel::new(FUEL)) }
    }

    /// The places at these offsets in the component's bytes; those of which nothing is known are left out.
    pub fn resolve(&self, offsets: &[u64]) -> HashMap<u64, Places> {
        // A mistake of ours in reading it must not hide what the run has to say.
        catch_unwind(AssertUnwindSafe(|| self.find(offsets))).unwrap_or_default()
    }

    fn find(&self, offsets: &[u64]) -> HashMap<u64, Places> {
        let fuel = Fuel::new(FUEL);
        let mut found = HashMap::new();
        for module in &self.modules {
            let mut addresses: Vec<u64> =
                offsets.iter().filter(|at| module.code.contains(at)).map(|at| at - module.code.start).collect();
            addresses.sort_unstable();
            addresses.dedup();
            if addresses.is_empty() {
                continue;
            }
            let sections = module.sections();
            let mut search = Search::new(&sections, &fuel, &addresses);
            // Where the information is damaged, what was found before holds.
            let _ = search.units();
            for (address, places) in addresses.iter().zip(search.places) {
                if !places.is_empty() {
                    found.insert(module.code.start + address, places);
                }
            }
        }
        found
    }
}

/// A function that covers an address, and where it is called from when it was inlined.
struct Cover {
    depth: usize,
    function: Option<String>,
    call_file: u64,
    call_line: u32,
}

struct Search<'a> {
    sections: &'a Sections<'a>,
    fuel: &'a Fuel,
    /// In ascending order.
    addresses: &'a [u64],
    /// For each address.
    places: Vec<Places>,
}

impl<'a> Search<'a> {
    fn new(sections: &'a Sections<'a>, fuel: &'a Fuel, addresses: &'a [u64]) -> Self {
        Self { sections, fuel, addresses, places: vec![Vec::new(); addresses.len()] }
    }

    fn units(&mut self) -> Option<()> {
        let mut next = 0;
        while next < self.sections.info.len() as u64 {
            let length = Reader::at(self.sections.info, next, self.fuel)?.u32()?;
            if let Some(unit) = Unit::read(self.sections, next, self.fuel) {
                let _ = self.unit(unit);
            }
            next += 4 + u64::from(length);
        }
        Some(())
    }

    /// Indices of the addresses in a stretch.
    fn within(&self, low: u64, high: u64) -> std::ops::Range<usize> {
        let first = self.addresses.partition_point(|address| *address < low);
        first..first.max(self.addresses.partition_point(|address| *address < high))
    }

    fn unit(&mut self, mut unit: Unit<'a>) -> Option<()> {
        let mut entries = unit.entries();
        let root = unit.entry(&mut entries)??;
        if root.tag != COMPILE_UNIT {
            return Some(());
        }
        unit.set_bases(&root.attributes);
        let mut is_wanted = false;
        unit.stretches(&root.attributes, |low, high| {
            is_wanted |= !self.within(low, high).is_empty();
            Some(())
        });
        if !is_wanted {
            return Some(());
        }
        let mut covers: BTreeMap<usize, Vec<Cover>> = BTreeMap::new();
        if root.has_children {
            let _ = self.covers(&unit, &mut entries, &mut covers);
        }
        let Value::Number(offset) = root.attributes.line_program else {
            return Some(());
        };
        let program = Program::read(self.sections, offset, self.fuel)?;
        let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
        let _ = program.run(|stretch, row| {
            let indices = self.within(stretch.start, stretch.end);
            self.fuel.burn(indices.len() as u64)?;
            rows.extend(indices.map(|index| (index, row)));
            Some(())
        });
        self.join(&program, covers, &rows);
        Some(())
    }

    /// Walks all entries of a unit after its root.
    fn covers(
        &self,
        unit: &Unit<'a>,
        entries: &mut Reader<'a>,
        covers: &mut BTreeMap<usize, Vec<Cover>>,
    ) -> Option<()> {
        let mut depth = 1_usize;
        while depth > 0 && !entries.is_empty() {
            let Some(entry) = unit.entry(entries)? else {
                depth -= 1;
                continue;
            };
            if matches!(entry.tag, SUBPROGRAM | INLINED_SUBROUTINE) {
                let is_inlined = entry.tag == INLINED_SUBROUTINE;
                let mut name = None;
                unit.stretches(&entry.attributes, |low, high| {
                    for index in self.within(low, high) {
                        self.fuel.burn(1)?;
                        let list = covers.entry(index).or_default();
                        // Each lies within the one before, and the outermost is no inlined one.
                        let fits = list.last().map_or(!is_inlined, |last| is_inlined && last.depth < depth);
                        if !fits || list.len() > MAX_INLINED {
                            continue;
                        }
                        let function = name.get_or_insert_with(|| self.name(unit, &entry.attributes)).clone();
                        let number = |value: &Value| if let Value::Number(number) = value { *number } else { 0 };
                        list.push(Cover {
                            depth,
                            function,
                            call_file: number(&entry.attributes.call_file),
                            call_line: number(&entry.attributes.call_line) as u32,
                        });
                    }
                    Some(())
                });
            }
            if entry.has_children {
                depth += 1;
            }
        }
        Some(())
    }

    /// The most telling name of a function: where its own entry says none, that of the one it stands for, which may lie
    /// in another unit.
    fn name(&self, unit: &Unit<'a>, of: &Attributes) -> Option<String> {
        let mut name = told(unit, of);
        let mut origin = of.origin;
        let mut other = None;
        for _ in 0..MAX_ORIGINS {
            if name.is_some() {
                break;
            }
            if let Value::AnyEntry(offset) = origin {
                other = Some(self.unit_around(offset)?);
            }
            let unit = other.as_ref().unwrap_or(unit);
            let entry = unit.entry(&mut unit.referred(&origin)?)??;
            name = told(unit, &entry.attributes);
            origin = entry.attributes.origin;
        }
        name
    }

    fn unit_around(&self, offset: u64) -> Option<Unit<'a>> {
        let mut start = 0;
        loop {
            let next = start + 4 + u64::from(Reader::at(self.sections.info, start, self.fuel)?.u32()?);
            if offset < next {
                let mut unit = Unit::read(self.sections, start, self.fuel)?;
                let root = unit.entry(&mut unit.entries())??;
                unit.set_bases(&root.attributes);
                return Some(unit);
            }
            start = next;
        }
    }

    fn join(&mut self, program: &Program<'a>, mut covers: BTreeMap<usize, Vec<Cover>>, rows: &BTreeMap<usize, Row>) {
        let mut files: HashMap<u64, Option<String>> = HashMap::new();
        let mut file =
            |index: u64| files.entry(index).or_insert_with(|| program.file(index).map(|path| shortened(&path))).clone();
        for (index, places) in self.places.iter_mut().enumerate() {
            if !places.is_empty() {
                continue;
            }
            let list = covers.remove(&index).unwrap_or_default();
            let mut at = rows.get(&index).map(|row| (row.file, row.line));
            if list.is_empty() && at.is_some() {
                places.push(Place::default());
            }
            for cover in list.iter().rev() {
                places.push(Place { function: cover.function.clone(), ..Place::default() });
            }
            // The innermost is at the row, each other one where it calls the one within it.
            for (place, call) in places.iter_mut().zip(list.iter().rev().map(Some).chain([None])) {
                if let Some((number, line)) = at {
                    place.file = file(number);
                    place.line = line;
                }
                at = call.map(|cover| (cover.call_file, cover.call_line));
            }
        }
    }
}

fn told(unit: &Unit<'_>, attributes: &Attributes) -> Option<String> {
    unit.text(&attributes.linkage_name).or_else(|| unit.text(&attributes.name)).map(shortened)
}

fn shortened(text: &[u8]) -> String {
    String::from_utf8_lossy(&text[..text.len().min(MAX_TEXT)]).into_owned()
}

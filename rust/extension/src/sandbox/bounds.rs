//! What a component may ask of the compiler: bounds that are held before any of it is compiled.
//!
//! The compiler's time and memory follow the bytes of a function and the values that meet in it: each place where control
//! flow joins may have to choose a value for each variable and for each value that its block takes or gives. The format
//! bounds no such product: 64 KiB of loops over 1,000 variables took 17 s and 2 GB, 1 MiB of blocks that pass 64 values
//! on more than 20 GB. What is let through costs at most a few seconds and about half a GB a function.

use wasmparser::{CompositeInnerType, ElementItems, FunctionBody, Operator, Parser, Payload, Result};

/// Bytes of one function's body; the largest of interpreters and codecs have some 200 KiB.
const MAX_BODY: u64 = 512 << 10;
/// Values that meet in one function, see `meeting_values`; code that compilers make has about one a byte.
const MAX_VALUES: u64 = 4 << 20;
/// Both together in all functions, and how many of these there are.
const MAX_CODE: u64 = 16 << 20;
const MAX_ALL_VALUES: u64 = 64 << 20;
const MAX_FUNCTIONS: u64 = 100_000;
/// Core modules, types of functions in them, and entries of their tables.
const MAX_MODULES: u64 = 1_000;
const MAX_TYPES: u64 = 100_000;
const MAX_ELEMENTS: u64 = 1 << 20;
/// Functions that cross the border of a component: each is a piece of code that its few bytes do not show.
const MAX_CROSSINGS: u64 = 10_000;

#[derive(Default)]
struct Counts {
    modules: u64,
    functions: u64,
    code: u64,
    values: u64,
    types: u64,
    elements: u64,
    crossings: u64,
    /// The most results, and parameters with results, of a type so far: no block or call has more.
    results: u64,
    arity: u64,
}

/// The first bound that the component passes, as "WHAT: COUNT, above the bound of BOUND". What cannot be read is left to
/// the validator, which reads the same bytes again and says what is wrong.
pub fn passed(component: &[u8]) -> Option<String> {
    let mut counts = Counts::default();
    for payload in Parser::new(0).parse_all(component) {
        match payload.and_then(|payload| counts.section(payload)) {
            Ok(None) => {}
            Ok(passed) => return passed,
            Err(_) => return None,
        }
    }
    None
}

fn above(what: &str, count: u64, bound: u64) -> Option<String> {
    (count > bound).then(|| format!("{what}: {count}, above the bound of {bound}"))
}

impl Counts {
    fn section(&mut self, payload: Payload) -> Result<Option<String>> {
        Ok(match payload {
            Payload::ModuleSection { .. } => {
                self.modules += 1;
                above("core modules", self.modules, MAX_MODULES)
            }
            Payload::TypeSection(types) => {
                for group in types {
                    for ty in group?.into_types() {
                        self.types += 1;
                        if let CompositeInnerType::Func(function) = ty.composite_type.inner {
                            let (parameters, results) =
                                (function.params().len() as u64, function.results().len() as u64);
                            self.results = self.results.max(results);
                            self.arity = self.arity.max(parameters + results);
                        }
                    }
                }
                above("types of functions", self.types, MAX_TYPES)
            }
            Payload::ElementSection(segments) => {
                for segment in segments {
                    self.elements += u64::from(match segment?.items {
                        ElementItems::Functions(items) => items.count(),
                        ElementItems::Expressions(_, items) => items.count(),
                    });
                }
                above("entries of tables", self.elements, MAX_ELEMENTS)
            }
            Payload::ComponentCanonicalSection(functions) => {
                self.crossings += u64::from(functions.count());
                above("functions that are lifted or lowered", self.crossings, MAX_CROSSINGS)
            }
            Payload::CodeSectionStart { count, .. } => {
                self.functions += u64::from(count);
                above("functions", self.functions, MAX_FUNCTIONS)
            }
            Payload::CodeSectionEntry(body) => {
                let size = body.range().len() as u64;
                self.code += size;
                if let Some(passed) = above("bytes of one function", size, MAX_BODY)
                    .or_else(|| above("bytes of code", self.code, MAX_CODE))
                {
                    return Ok(Some(passed));
                }
                let values = self.meeting_values(&body)?;
                self.values = self.values.saturating_add(values);
                above("values that meet in one function (its variables times its branches)", values, MAX_VALUES)
                    .or_else(|| above("values that meet in all functions", self.values, MAX_ALL_VALUES))
            }
            _ => None,
        })
    }

    /// For each beginning of a block and each branch: the function's variables, and as many values as a block can
    /// take and give; of the targets of a table of branches, one in eight, since they begin no block. For each call: as
    /// many values as a call can give.
    fn meeting_values(&self, body: &FunctionBody) -> Result<u64> {
        let mut variables = self.arity;
        let mut locals = body.get_locals_reader()?;
        for _ in 0..locals.get_count() {
            variables += u64::from(locals.read()?.0);
        }
        let (mut places, mut calls) = (0u64, 0u64);
        for operator in body.get_operators_reader()? {
            match operator? {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::Else => places += 1,
                Operator::Br { .. } | Operator::BrIf { .. } => places += 1,
                Operator::BrTable { targets } => places += 1 + u64::from(targets.len()) / 8,
                Operator::Call { .. } | Operator::CallIndirect { .. } => calls += 1,
                _ => {}
            }
        }
        // The size of a body bounds all of these far below 2^32.
        Ok(variables.saturating_mul(places).saturating_add(self.results.saturating_mul(calls)))
    }
}

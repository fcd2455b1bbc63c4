//! Where a guest's time goes: at every tick of a clock, the stack of the guest that runs.
//!
//! The clock is C++'s: it counts ticks and moves the engine's epoch at each. A guest notices at its next loop or call;
//! while it is in the host nothing notices, so the shims look at the clock before and after each host call, and what
//! passed inside goes to the call, under the stack that made it. A sample counts for the ticks since the one before.

use super::backtrace::{demangled, position, telling};
use crate::symbols::{Places, Symbols};
use crate::wire::Caller;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use wasmtime::WasmBacktrace;

/// Different stacks of instructions that are told apart; what comes later counts for the innermost caller that is known.
const MAX_NODES: usize = 1 << 15;
/// As above, for stacks of functions.
const MAX_SPOTS: usize = 1 << 16;
/// Frames of guest code in one stack, as the engine is configured; outer ones are not seen.
pub const MAX_FRAMES: usize = 128;

/// Profiles that are being taken in this process: without any, a host call pays for a look at this.
static ACTIVE: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// Of the guest that this thread runs.
    static CURRENT: RefCell<Option<Box<Profile>>> = const { RefCell::new(None) };
}

#[inline]
pub fn is_active() -> bool {
    ACTIVE.load(Ordering::Relaxed) != 0
}

/// Takes a sample if the clock has ticked, for guest code or for the host function that it called.
#[cold]
pub fn sample(caller: &Caller<'_>, host_function: Option<&'static str>) {
    CURRENT.with_borrow_mut(|current| {
        if let Some(profile) = current {
            profile.sample(caller, host_function);
        }
    });
}

/// While it lives, samples of this thread go to the profile.
pub struct Taking<'a> {
    home: &'a mut Option<Box<Profile>>,
    outer: Option<Box<Profile>>,
}

impl<'a> Taking<'a> {
    pub fn new(home: &'a mut Option<Box<Profile>>) -> Self {
        ACTIVE.fetch_add(u32::from(home.is_some()), Ordering::Relaxed);
        let outer = CURRENT.replace(home.take());
        Self { home, outer }
    }
}

impl Drop for Taking<'_> {
    fn drop(&mut self) {
        *self.home = CURRENT.replace(self.outer.take());
        ACTIVE.fetch_sub(u32::from(self.home.is_some()), Ordering::Relaxed);
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    /// An instruction, by its offset in the component.
    Guest(u32),
    Host(&'static str),
    /// What is not seen of a deep stack.
    Beyond,
}

struct Node {
    parent: Option<u32>,
    step: Step,
    ticks: u64,
}

pub struct Profile {
    clock: *const AtomicU64,
    taken: u64,
    /// Parents come before their children.
    nodes: Vec<Node>,
    children: HashMap<(Option<u32>, Step), u32>,
    /// Of the functions at the offsets that were seen.
    names: HashMap<u32, String>,
}

impl Profile {
    /// # Safety
    /// `clock` must live as long as the profile.
    pub unsafe fn new(clock: *const AtomicU64) -> Self {
        Self { clock, taken: 0, nodes: Vec::new(), children: HashMap::new(), names: HashMap::new() }
    }

    fn sample(&mut self, caller: &Caller<'_>, host_function: Option<&'static str>) {
        // SAFETY: the promise given to `new`.
        let now = unsafe { &*self.clock }.load(Ordering::Relaxed);
        if now == self.taken {
            return;
        }
        let ticks = now - self.taken;
        self.taken = now;
        let trace = WasmBacktrace::force_capture(caller);
        let mut at = None;
        if trace.frames().len() == MAX_FRAMES {
            at = self.enter(at, Step::Beyond);
        }
        for frame in telling(&trace).into_iter().rev() {
            let offset = frame.module_offset().and_then(|offset| u32::try_from(offset).ok()).unwrap_or(u32::MAX);
            at = self.enter(at, Step::Guest(offset));
            if self.names.len() < MAX_NODES {
                self.names.entry(offset).or_insert_with(|| {
                    frame.func_name().map_or_else(|| format!("<function {}>", frame.func_index()), demangled)
                });
            }
        }
        if let Some(name) = host_function {
            at = self.enter(at, Step::Host(name));
        }
        if let Some(node) = at {
            self.nodes[node as usize].ticks += ticks;
        }
    }

    fn enter(&mut self, parent: Option<u32>, step: Step) -> Option<u32> {
        if let Some(known) = self.children.get(&(parent, step)) {
            return Some(*known);
        }
        if self.nodes.len() == MAX_NODES {
            return parent;
        }
        let node = self.nodes.len() as u32;
        self.nodes.push(Node { parent, step, ticks: 0 });
        self.children.insert((parent, step), node);
        Some(node)
    }

    /// A line a function in a stack, callers before what they call: its depth, the ticks spent in itself, `guest` or
    /// `host`, its name, and the line at which most of them were spent, or nothing; tabs between. The same samples give
    /// the same text.
    pub fn describe(&self, symbols: &Symbols) -> String {
        let offsets: Vec<u64> = self.names.keys().map(|offset| u64::from(*offset)).collect();
        let places = symbols.resolve(&offsets);
        let mut tree = Tree::default();
        let mut spots: Vec<usize> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let parent = node.parent.map_or(0, |parent| spots[parent as usize]);
            let none = Places::new();
            let (spot, line) = match node.step {
                Step::Host(name) => (tree.enter(parent, Kind::Host, name), None),
                Step::Beyond => (tree.enter(parent, Kind::Guest, "(callers further out)"), None),
                Step::Guest(offset) => {
                    let places = places.get(&u64::from(offset)).unwrap_or(&none);
                    let own = self.names.get(&offset).map_or("<unknown>", String::as_str);
                    let mut spot = tree.enter(parent, Kind::Guest, own);
                    for inlined in places.iter().rev().skip(1) {
                        let name = inlined.function.as_deref().map_or("<inlined>".to_owned(), demangled);
                        spot = tree.enter(spot, Kind::Guest, &name);
                    }
                    (spot, places.first().and_then(position))
                }
            };
            spots.push(spot);
            tree.add(spot, node.ticks, line);
        }
        tree.text()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Guest,
    Host,
}

#[derive(Default)]
struct Spot {
    children: BTreeMap<(String, Kind), usize>,
    ticks: u64,
    lines: BTreeMap<String, u64>,
}

/// Stacks of functions; spot 0 is the root, above all of them.
struct Tree(Vec<Spot>);

impl Default for Tree {
    fn default() -> Self {
        Self(vec![Spot::default()])
    }
}

impl Tree {
    fn enter(&mut self, parent: usize, kind: Kind, name: &str) -> usize {
        let key = (name.to_owned(), kind);
        if let Some(known) = self.0[parent].children.get(&key) {
            return *known;
        }
        if self.0.len() == MAX_SPOTS {
            return parent;
        }
        let spot = self.0.len();
        self.0.push(Spot::default());
        self.0[parent].children.insert(key, spot);
        spot
    }

    fn add(&mut self, spot: usize, ticks: u64, line: Option<String>) {
        self.0[spot].ticks += ticks;
        if let Some(line) = line.filter(|_| ticks > 0) {
            *self.0[spot].lines.entry(line).or_default() += ticks;
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let mut open = vec![self.0[0].children.iter()];
        while let Some(siblings) = open.last_mut() {
            let Some(((name, kind), spot)) = siblings.next() else {
                open.pop();
                continue;
            };
            let spot = &self.0[*spot];
            let kind = if *kind == Kind::Host { "host" } else { "guest" };
            // The first of those with the most ticks.
            let line = spot.lines.iter().rev().max_by_key(|(_, ticks)| **ticks).map_or("", |(line, _)| line);
            text.push_str(&format!("{}\t{}\t{kind}\t{name}\t{line}\n", open.len() - 1, spot.ticks));
            open.push(spot.children.iter());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        static CLOCK: AtomicU64 = AtomicU64::new(0);
        // SAFETY: the clock is static.
        unsafe { Profile::new(&CLOCK) }
    }

    fn count(profile: &mut Profile, stack: &[Step], ticks: u64) {
        let last = stack.iter().fold(None, |at, step| profile.enter(at, *step)).unwrap();
        profile.nodes[last as usize].ticks += ticks;
        for step in stack {
            if let Step::Guest(offset) = step {
                profile.names.insert(*offset, format!("f{}", offset / 10));
            }
        }
    }

    #[test]
    fn stacks_of_the_same_functions_are_one() {
        let mut profile = profile();
        count(&mut profile, &[Step::Guest(10), Step::Guest(20)], 2);
        count(&mut profile, &[Step::Guest(11), Step::Guest(21)], 3);
        count(&mut profile, &[Step::Guest(11), Step::Host("ops.add")], 5);
        assert_eq!(
            profile.describe(&Symbols::default()),
            "0\t0\tguest\tf1\t\n1\t5\tguest\tf2\t\n1\t5\thost\tops.add\t\n"
        );
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let mut profile = profile();
        for offset in 0..2 * MAX_NODES as u32 {
            count(&mut profile, &[Step::Guest(7), Step::Guest(10 * offset)], 1);
        }
        assert_eq!(profile.nodes.len(), MAX_NODES);
        let total: u64 = profile.nodes.iter().map(|node| node.ticks).sum();
        assert_eq!(total, 2 * MAX_NODES as u64, "nothing is lost");
    }

    #[test]
    fn samples_go_to_the_profile_of_the_guest_that_runs() {
        let mut outer = Some(Box::new(profile()));
        let mut inner = None;
        assert!(!is_active());
        {
            let _outer = Taking::new(&mut outer);
            assert!(is_active());
            {
                let _inner = Taking::new(&mut inner);
                CURRENT.with_borrow(|current| assert!(current.is_none()));
            }
            CURRENT.with_borrow(|current| assert!(current.is_some()));
        }
        assert!(!is_active() && outer.is_some());
    }
}

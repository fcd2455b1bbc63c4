//! One run: a store with its limits, instantiation, the call of `run`.

use super::guard::{GUEST_ERROR, OK, Report, TextSink, guard, guard_silently, guard_with};
use super::link::Program;
use super::profile::{self, Profile, Taking};
use crate::symbols::Symbols;
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use wasmtime::component::TypedFunc;
use wasmtime::{Engine, ResourceLimiter, Result, Store, Trap, UpdateDeadline};
use wasmtime_c_api::{WasmtimeStoreData, wasm_engine_t, wasmtime_store_new};

/// What a store may take; as `StoreLimits` in `wasmtime_ffi.h`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct StoreLimits {
    memory_bytes: u64,
    table_elements: u64,
    call_bytes: u64,
    core_instances: u32,
    handles: u32,
}

pub const DENIED_MEMORY: u32 = 1;
pub const DENIED_TABLE: u32 = 2;

/// What a store has taken; C++ owns it and reads it at any time. As `Meter` in `wasmtime_ffi.h`.
#[repr(C)]
pub struct Meter {
    memory: AtomicU64,
    peak_memory: AtomicU64,
    /// The size that was refused last.
    denied_memory: AtomicU64,
    /// DENIED_MEMORY or DENIED_TABLE: what was refused last.
    denied: AtomicU32,
}

/// Asked at every tick of the epoch while guest code runs: 0 to go on.
type OnTick = extern "C" fn(*mut c_void) -> u32;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Watch {
    on_tick: OnTick,
    context: *mut c_void,
}

// SAFETY: the store that holds it is used by one thread at a time, and `context` is made for any thread.
unsafe impl Send for Watch {}
// SAFETY: as above; nothing is reached through a shared reference.
unsafe impl Sync for Watch {}

impl Watch {
    fn stop(&self) -> bool {
        (self.on_tick)(self.context) != 0
    }
}

/// Counts the bytes of all memories together, which Wasmtime's own limiter does not.
struct Limiter {
    limits: StoreLimits,
    meter: *const Meter,
    tables: u64,
    /// What the growth now under way adds, to be taken back if it fails.
    growing: u64,
}

// SAFETY: `meter` points to atomics that outlive the store.
unsafe impl Send for Limiter {}
// SAFETY: as above.
unsafe impl Sync for Limiter {}

impl Limiter {
    fn meter(&self) -> &Meter {
        // SAFETY: C++ keeps the meter until the store is gone.
        unsafe { &*self.meter }
    }

    fn deny(&self, kind: u32) {
        self.meter().denied.store(kind, Ordering::Relaxed);
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let meter = self.meter();
        let added = desired.saturating_sub(current) as u64;
        let total = meter.memory.load(Ordering::Relaxed).saturating_add(added);
        // Above the memory's own maximum the growth fails by the guest's or the pool's word.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        if total > self.limits.memory_bytes {
            meter.denied_memory.store(total, Ordering::Relaxed);
            self.deny(DENIED_MEMORY);
            return Ok(false);
        }
        meter.memory.store(total, Ordering::Relaxed);
        meter.peak_memory.fetch_max(total, Ordering::Relaxed);
        self.growing = added;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> Result<()> {
        self.meter().memory.fetch_sub(self.growing, Ordering::Relaxed);
        self.growing = 0;
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let total = self.tables.saturating_add(desired.saturating_sub(current) as u64);
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        if total > self.limits.table_elements {
            self.deny(DENIED_TABLE);
            return Ok(false);
        }
        self.tables = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.limits.core_instances as usize
    }
}

type Run = TypedFunc<(), (std::result::Result<(), String>,)>;

pub struct Instance {
    store: Box<Store<WasmtimeStoreData>>,
    watch: Watch,
    run: Option<Run>,
    symbols: Arc<Symbols>,
    profile: Option<Box<Profile>>,
}

/// # Safety
/// `meter`, `clock` and what `watch` points to must outlive the instance; `host_data` is given to host functions as it is.
/// A profile is taken when there is a clock: it counts ticks, and the epoch moves at each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cloister_sandbox_instance_new(
    program: &Program,
    host_data: *mut c_void,
    limits: &StoreLimits,
    meter: *const Meter,
    watch: Watch,
    clock: *const AtomicU64,
    out: &mut *mut Instance,
    report: &mut Report,
) -> u32 {
    guard(report, |_| {
        let mut store = new_store(program.pre.engine(), host_data);
        let limiter = SharedLimiter::new(Limiter { limits: *limits, meter, tables: 0, growing: 0 });
        // SAFETY: the store asks for its limiter again each time that it needs it, and is used by one thread.
        store.limiter(move |_| unsafe { limiter.get() });
        store.set_hostcall_fuel(usize::try_from(limits.call_bytes)?);
        store.set_max_component_handles(limits.handles as usize);
        store.epoch_deadline_callback(move |context| {
            if watch.stop() {
                return Err(Trap::Interrupt.into());
            }
            if profile::is_active() {
                profile::sample(&context, None);
            }
            Ok(UpdateDeadline::Continue(1))
        });
        // SAFETY: the caller's promise.
        let profile = (!clock.is_null()).then(|| Box::new(unsafe { Profile::new(clock) }));
        let symbols = program.symbols.clone();
        *out = Box::into_raw(Box::new(Instance { store, watch, run: None, symbols, profile }));
        Ok(OK)
    })
}

/// A limiter that the store's closure owns. Wasmtime wants it borrowed from the store's data, which is the C API's and
/// has no place for it.
struct SharedLimiter(*mut Limiter);

// SAFETY: it owns the limiter, which may be sent.
unsafe impl Send for SharedLimiter {}
// SAFETY: `get` is unsafe, and nothing else reaches the limiter through a shared reference.
unsafe impl Sync for SharedLimiter {}

impl SharedLimiter {
    fn new(limiter: Limiter) -> Self {
        Self(Box::into_raw(Box::new(limiter)))
    }

    /// # Safety
    /// No other result of this function may be in use, and `self` must live as long as this one is.
    unsafe fn get<'a>(&self) -> &'a mut Limiter {
        // SAFETY: made by `new`, and the caller's promise.
        unsafe { &mut *self.0 }
    }
}

impl Drop for SharedLimiter {
    fn drop(&mut self) {
        // SAFETY: made by `new`, dropped once.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

/// The C API's store, because its data (what `wasmtime_context_get_data` reads) cannot be made elsewhere.
fn new_store(engine: &Engine, host_data: *mut c_void) -> Box<Store<WasmtimeStoreData>> {
    // SAFETY: wasm_engine_t is #[repr(C)] with an Engine as its only field.
    let engine = unsafe { &*std::ptr::from_ref(engine).cast::<wasm_engine_t>() };
    let store = wasmtime_store_new(engine, host_data, None);
    // SAFETY: wasmtime_store_t is #[repr(C)] with this store as its only field, so the allocation is of one layout.
    unsafe { Box::from_raw(Box::into_raw(store).cast()) }
}

impl Instance {
    /// Guest code stops at the next tick, or does not start if it was to stop before this.
    fn arm(&mut self) -> Result<()> {
        self.store.set_epoch_deadline(1);
        if self.watch.stop() {
            return Err(Trap::Interrupt.into());
        }
        Ok(())
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn cloister_sandbox_instance_start(
    instance: &mut Instance,
    program: &Program,
    report: &mut Report,
) -> u32 {
    guard_with(report, &program.symbols, |_| {
        instance.arm()?;
        let _taking = Taking::new(&mut instance.profile);
        let component = program.pre.instantiate(&mut *instance.store)?;
        instance.run = Some(component.get_typed_func(&mut *instance.store, program.run)?);
        Ok(OK)
    })
}

/// Bytes of a guest's error that are passed on.
const MAX_MESSAGE: usize = 64 << 10;

#[unsafe(no_mangle)]
pub extern "C" fn cloister_sandbox_instance_run(instance: &mut Instance, report: &mut Report) -> u32 {
    let symbols = instance.symbols.clone();
    guard_with(report, &symbols, |report| {
        instance.arm()?;
        let _taking = Taking::new(&mut instance.profile);
        let run = instance.run.as_ref().ok_or_else(|| wasmtime::format_err!("the instance was not started"))?;
        let (result,) = run.call(&mut *instance.store, ())?;
        Ok(match result {
            Ok(()) => OK,
            Err(text) => {
                report.message(&text[..text.floor_char_boundary(MAX_MESSAGE)]);
                GUEST_ERROR
            }
        })
    })
}

/// Writes the profile so far, in the form of [`Profile::describe`]; nothing when none is taken.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_sandbox_instance_profile(instance: &Instance, out: TextSink, report: &mut Report) -> u32 {
    guard(report, |_| {
        if let Some(profile) = &instance.profile {
            out.write(profile.describe(&instance.symbols).as_bytes());
        }
        Ok(OK)
    })
}

/// # Safety
/// `instance` must come from `cloister_sandbox_instance_new` and not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cloister_sandbox_instance_delete(instance: *mut Instance) {
    // SAFETY: the caller's promise.
    guard_silently(|| drop(unsafe { Box::from_raw(instance) }));
}

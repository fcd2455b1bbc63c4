//! The engine: one configuration, decided here.

use super::guard::{Bytes, OK, Report, TextSink, guard, guard_silently, install_panic_hook};
use super::profile::MAX_FRAMES;
use std::hash::{Hash, Hasher};
use std::num::NonZeroUsize;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Result};
use wasmtime::{Strategy, WasmBacktraceDetails};

/// As `EngineOptions` in `wasmtime_ffi.h`.
#[repr(C)]
pub struct EngineOptions {
    cpu: Bytes,
    max_memory: u64,
    keep_resident: u64,
    guest_stack: u64,
    pool_instances: u32,
    parallel_compilation: bool,
}

/// Address space of one linear memory: all that a 32-bit index reaches, so that no bounds check is needed.
const RESERVATION: u64 = 4 << 30;

/// Core instances, memories and tables that one component of the pool may have on average: a C++ component has about
/// five core instances, one memory and two tables.
const CORE_INSTANCES: u32 = 8;
const TABLES: u32 = 4;

/// Elements that one table can have; every function whose address is taken is one.
const TABLE_ELEMENTS: usize = 100_000;

fn config(options: &EngineOptions) -> Result<Config> {
    let mut config = Config::new();
    config
        .strategy(Strategy::Cranelift)
        .cranelift_opt_level(OptLevel::Speed)
        .parallel_compilation(options.parallel_compilation)
        .wasm_component_model(true)
        // Runs can be stopped, and are the same on every machine.
        .epoch_interruption(true)
        .consume_fuel(false)
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        // Nothing that a guest does not need: less to get wrong.
        .concurrency_support(false)
        .wasm_memory64(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .max_wasm_stack(options.guest_stack as usize)
        .async_stack_size(options.guest_stack as usize + (1 << 20))
        // Speed: no bounds checks, memory images mapped copy-on-write.
        .memory_reservation(RESERVATION)
        .memory_guard_size(32 << 20)
        .memory_init_cow(true)
        // Files and lines are ours to find (`symbols`): Wasmtime trusts a guest's debug information to be of good will.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .wasm_backtrace_max_frames(NonZeroUsize::new(MAX_FRAMES));

    // SAFETY: of the text the C++ side promises that it is valid for this call.
    let cpu = std::str::from_utf8(unsafe { options.cpu.as_slice() })?;
    if !cpu.is_empty() {
        // A target turns the detection of this machine's features off.
        config.target("x86_64-unknown-linux-gnu")?;
        // SAFETY: presets enable instructions only; Engine::new checks that this machine has them.
        unsafe { config.cranelift_flag_enable(cpu) };
    }

    let count = options.pool_instances;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(count)
        .total_core_instances(count.saturating_mul(CORE_INSTANCES))
        .total_memories(count)
        .total_tables(count.saturating_mul(TABLES))
        .total_stacks(0)
        .max_memories_per_module(1)
        .max_tables_per_module(TABLES)
        .table_elements(TABLE_ELEMENTS)
        .max_memory_size(options.max_memory as usize)
        .max_unused_warm_slots(count)
        .linear_memory_keep_resident(options.keep_resident as usize)
        .table_keep_resident(64 << 10)
        // Where the kernel tells which pages a guest wrote (Linux 6.7), only those are reset.
        .pagemap_scan(Enabled::Auto);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Ok(config)
}

#[unsafe(no_mangle)]
pub extern "C" fn cloister_sandbox_engine_new(
    options: &EngineOptions,
    out: &mut *mut Engine,
    report: &mut Report,
) -> u32 {
    install_panic_hook();
    guard(report, |_| {
        *out = Box::into_raw(Box::new(Engine::new(&config(options)?)?));
        Ok(OK)
    })
}

/// # Safety
/// `engine` must come from `cloister_sandbox_engine_new` and not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cloister_sandbox_engine_delete(engine: *mut Engine) {
    // SAFETY: the caller's promise.
    guard_silently(|| drop(unsafe { Box::from_raw(engine) }));
}

/// Makes every running guest of the engine ask its instance whether to go on. Async-signal-safe.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_sandbox_engine_tick(engine: &Engine) {
    engine.increment_epoch();
}

/// Writes out the bytes that a hash would be computed from.
struct Transcript(Vec<u8>);

impl Hasher for Transcript {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
    fn finish(&self) -> u64 {
        0
    }
}

/// All that decides whether machine code fits this engine: version, settings, target, CPU features.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_sandbox_engine_identity(engine: &Engine, out: TextSink, report: &mut Report) -> u32 {
    guard(report, |_| {
        let mut transcript = Transcript(Vec::new());
        engine.precompile_compatibility_hash().hash(&mut transcript);
        out.write(&transcript.0);
        Ok(OK)
    })
}

//! The plain C layout in which values cross between the generated shims and C++.
//!
//! A parameter is lifted by Wasmtime into a Rust value and turned into its wire form, which points into guest memory or into
//! an [`Arena`] and lives as long as the host call. A result arrives in wire form from C++, which hands over its memory
//! together with the function that releases it. `binding_codec.h` declares the same layouts; keep the two in step.

use std::any::Any;
use std::borrow::Cow;
use std::ffi::c_void;
use std::mem::MaybeUninit;

use bytes::Bytes;
use wasmtime::component::{Lift, Resource, WasmList, WasmStr};
use wasmtime::{Result, StoreContextMut, bail};
use wasmtime_c_api::WasmtimeStoreData;

/// The caller's store, as a shim sees it.
pub type Caller<'a> = StoreContextMut<'a, WasmtimeStoreData>;

/// `list<T>` and `string` (of UTF-8 bytes). Parameters have no owner.
#[repr(C)]
pub struct ListWire<W> {
    data: *const W,
    len: usize,
    owner: *mut c_void,
    release: Option<unsafe extern "C" fn(*mut c_void)>,
}

impl<W> Clone for ListWire<W> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<W> Copy for ListWire<W> {}

impl<W> ListWire<W> {
    fn borrowed(slice: &[W]) -> Self {
        ListWire { data: slice.as_ptr(), len: slice.len(), owner: std::ptr::null_mut(), release: None }
    }

    /// The elements of a result. The view must not outlive the [`Released`] of the same list.
    fn as_slice(&self) -> &[W] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: C++ keeps `len` elements alive at `data` until `release` is called.
        unsafe { std::slice::from_raw_parts(self.data, self.len) }
    }
}

/// `option<T>`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct OptionWire<W: Copy> {
    some: bool,
    value: MaybeUninit<W>,
}

/// The payload of [`ResultWire`].
#[repr(C)]
#[derive(Clone, Copy)]
pub union ResultPayload<T: Copy, E: Copy> {
    ok: T,
    error: E,
}

/// `result<T, E>`; an absent type is `()` here and an unused byte on the wire.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ResultWire<T: Copy, E: Copy> {
    is_error: bool,
    payload: ResultPayload<T, E>,
}

/// `tuple<A, B>`; longer tuples nest in the second place.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct PairWire<A, B> {
    pub first: A,
    pub second: B,
}

/// `own<R>`: the number by which the host knows the object.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct OwnWire(u32);

/// `borrow<R>`.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct BorrowWire(u32);

/// An absent payload.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct UnitWire(u8);

impl UnitWire {
    pub const NONE: UnitWire = UnitWire(0);
}

/// Keeps what wire parameters point to alive during one call. Allocates only when something is kept.
#[derive(Default)]
pub struct Arena(Vec<Box<dyn Any>>);

impl Arena {
    fn keep<T: 'static>(&mut self, items: Vec<T>) -> ListWire<T> {
        let wire = ListWire::borrowed(&items);
        if !items.is_empty() {
            self.0.push(Box::new(items));
        }
        wire
    }
}

/// A lifted parameter that can be shown to C++.
pub trait ToWire<W> {
    fn to_wire(&self, caller: &Caller<'_>, arena: &mut Arena) -> Result<W>;
}

/// A result that Wasmtime can lower, made from what C++ returned.
pub trait FromWire<W>: Sized {
    fn from_wire(wire: W) -> Result<Self>;
}

macro_rules! plain {
    ($($ty:ty)*) => {$(
        impl ToWire<$ty> for $ty {
            #[inline]
            fn to_wire(&self, _: &Caller<'_>, _: &mut Arena) -> Result<$ty> {
                Ok(*self)
            }
        }
        impl FromWire<$ty> for $ty {
            #[inline]
            fn from_wire(wire: $ty) -> Result<$ty> {
                Ok(wire)
            }
        }
    )*};
}
plain!(bool u8 u16 u32 u64 i8 i16 i32 i64 f32 f64);

impl ToWire<u32> for char {
    #[inline]
    fn to_wire(&self, _: &Caller<'_>, _: &mut Arena) -> Result<u32> {
        Ok(u32::from(*self))
    }
}
impl FromWire<u32> for char {
    fn from_wire(wire: u32) -> Result<char> {
        char::from_u32(wire)
            .map_or_else(|| bail!("the host returned {wire:#x}, which is not a Unicode scalar value"), Ok)
    }
}

impl ToWire<UnitWire> for () {
    #[inline]
    fn to_wire(&self, _: &Caller<'_>, _: &mut Arena) -> Result<UnitWire> {
        Ok(UnitWire::NONE)
    }
}
impl FromWire<UnitWire> for () {
    #[inline]
    fn from_wire(_: UnitWire) -> Result<()> {
        Ok(())
    }
}

// Wasmtime's own type check does not tell `own` from `borrow`, so a component could declare the import with the other one.
impl<R: 'static> ToWire<BorrowWire> for Resource<R> {
    #[inline]
    fn to_wire(&self, _: &Caller<'_>, _: &mut Arena) -> Result<BorrowWire> {
        if self.owned() {
            bail!("an owned handle was passed where the contract says `borrow`");
        }
        Ok(BorrowWire(self.rep()))
    }
}
impl<R: 'static> ToWire<OwnWire> for Resource<R> {
    #[inline]
    fn to_wire(&self, _: &Caller<'_>, _: &mut Arena) -> Result<OwnWire> {
        if !self.owned() {
            bail!("a borrowed handle was passed where the contract says `own`");
        }
        Ok(OwnWire(self.rep()))
    }
}
impl<R: 'static> FromWire<OwnWire> for Resource<R> {
    #[inline]
    fn from_wire(wire: OwnWire) -> Result<Self> {
        Ok(Resource::new_own(wire.0))
    }
}

impl<T: ToWire<W>, W: Copy> ToWire<OptionWire<W>> for Option<T> {
    #[inline]
    fn to_wire(&self, caller: &Caller<'_>, arena: &mut Arena) -> Result<OptionWire<W>> {
        Ok(match self {
            Some(value) => OptionWire { some: true, value: MaybeUninit::new(value.to_wire(caller, arena)?) },
            None => OptionWire { some: false, value: MaybeUninit::uninit() },
        })
    }
}
impl<T: FromWire<W>, W: Copy> FromWire<OptionWire<W>> for Option<T> {
    #[inline]
    fn from_wire(wire: OptionWire<W>) -> Result<Self> {
        if !wire.some {
            return Ok(None);
        }
        // SAFETY: C++ wrote the value because it set `some`.
        T::from_wire(unsafe { wire.value.assume_init() }).map(Some)
    }
}

impl<T: ToWire<V>, E: ToWire<F>, V: Copy, F: Copy> ToWire<ResultWire<V, F>> for std::result::Result<T, E> {
    #[inline]
    fn to_wire(&self, caller: &Caller<'_>, arena: &mut Arena) -> Result<ResultWire<V, F>> {
        Ok(match self {
            Ok(value) => ResultWire { is_error: false, payload: ResultPayload { ok: value.to_wire(caller, arena)? } },
            Err(error) => {
                ResultWire { is_error: true, payload: ResultPayload { error: error.to_wire(caller, arena)? } }
            }
        })
    }
}
impl<T: FromWire<V>, E: FromWire<F>, V: Copy, F: Copy> FromWire<ResultWire<V, F>> for std::result::Result<T, E> {
    #[inline]
    fn from_wire(wire: ResultWire<V, F>) -> Result<Self> {
        // SAFETY: C++ wrote the member that `is_error` names.
        unsafe {
            if wire.is_error {
                E::from_wire(wire.payload.error).map(Err)
            } else {
                T::from_wire(wire.payload.ok).map(Ok)
            }
        }
    }
}

macro_rules! tuple {
    // The wire of one element is the element's own; of more, a pair of the first and the rest.
    (@wire $w:ident) => { $w };
    (@wire $w:ident $($rest:ident)+) => { PairWire<$w, tuple!(@wire $($rest)+)> };
    (@into $caller:ident $arena:ident $t:ident) => { $t.to_wire($caller, $arena)? };
    (@into $caller:ident $arena:ident $t:ident $($rest:ident)+) => {
        PairWire { first: $t.to_wire($caller, $arena)?, second: tuple!(@into $caller $arena $($rest)+) }
    };
    (@pattern $t:ident) => { $t };
    (@pattern $t:ident $($rest:ident)+) => { PairWire { first: $t, second: tuple!(@pattern $($rest)+) } };
    ($($t:ident $w:ident),+) => {
        #[allow(non_snake_case)]
        impl<$($t: ToWire<$w>, $w),+> ToWire<tuple!(@wire $($w)+)> for ($($t,)+) {
            #[inline]
            fn to_wire(&self, caller: &Caller<'_>, arena: &mut Arena) -> Result<tuple!(@wire $($w)+)> {
                let ($($t,)+) = self;
                Ok(tuple!(@into caller arena $($t)+))
            }
        }
        #[allow(non_snake_case)]
        impl<$($t: FromWire<$w>, $w),+> FromWire<tuple!(@wire $($w)+)> for ($($t,)+) {
            #[inline]
            fn from_wire(wire: tuple!(@wire $($w)+)) -> Result<Self> {
                let tuple!(@pattern $($t)+) = wire;
                Ok(($($t::from_wire($t)?,)+))
            }
        }
    };
}
tuple!(A V);
tuple!(A V, B W);
tuple!(A V, B W, C X);
tuple!(A V, B W, C X, D Y);
tuple!(A V, B W, C X, D Y, E Z);
tuple!(A V, B W, C X, D Y, E Z, F V5);
tuple!(A V, B W, C X, D Y, E Z, F V5, G V6);
tuple!(A V, B W, C X, D Y, E Z, F V5, G V6, H V7);

impl ToWire<ListWire<u8>> for WasmStr {
    fn to_wire(&self, caller: &Caller<'_>, arena: &mut Arena) -> Result<ListWire<u8>> {
        Ok(match self.to_str(caller)? {
            Cow::Borrowed(text) => ListWire::borrowed(text.as_bytes()),
            Cow::Owned(text) => arena.keep(text.into_bytes()),
        })
    }
}

macro_rules! integers {
    ($($ty:ident)*) => {$(
        impl ToWire<ListWire<$ty>> for WasmList<$ty> {
            #[inline]
            fn to_wire(&self, caller: &Caller<'_>, _: &mut Arena) -> Result<ListWire<$ty>> {
                Ok(ListWire::borrowed(self.as_le_slice(caller)))
            }
        }
    )*};
}
integers!(u8 u16 u32 u64 i8 i16 i32 i64);

// Lists of anything but integers are lifted element by element.
impl<T: ToWire<W> + Lift, W: 'static> ToWire<ListWire<W>> for Vec<T> {
    fn to_wire(&self, caller: &Caller<'_>, arena: &mut Arena) -> Result<ListWire<W>> {
        let items = self.iter().map(|item| item.to_wire(caller, arena)).collect::<Result<Vec<W>>>()?;
        Ok(arena.keep(items))
    }
}

/// Calls `release` when the result has been taken over, also on the way out of an error.
struct Released<W>(ListWire<W>);

impl<W> Drop for Released<W> {
    fn drop(&mut self) {
        if let Some(release) = self.0.release {
            // SAFETY: C++ gave this function for this owner; it is called once.
            unsafe { release(self.0.owner) }
        }
    }
}

// SAFETY: the memory is immutable until it is released, and C++ promises that `release` may run on any thread.
unsafe impl Send for Released<u8> {}

impl AsRef<[u8]> for Released<u8> {
    fn as_ref(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl FromWire<ListWire<u8>> for Bytes {
    fn from_wire(wire: ListWire<u8>) -> Result<Bytes> {
        Ok(Bytes::from_owner(Released(wire)))
    }
}

impl FromWire<ListWire<u8>> for String {
    /// What is not UTF-8 becomes U+FFFD: texts may quote foreign bytes, and a trap would hide the message.
    fn from_wire(wire: ListWire<u8>) -> Result<String> {
        let list = Released(wire);
        Ok(String::from_utf8_lossy(list.0.as_slice()).into_owned())
    }
}

impl<T: FromWire<W>, W: Copy> FromWire<ListWire<W>> for Vec<T> {
    fn from_wire(wire: ListWire<W>) -> Result<Vec<T>> {
        let list = Released(wire);
        list.0.as_slice().iter().map(|item| T::from_wire(*item)).collect()
    }
}

//! Element types and single numbers.
use crate::bindings::cloister::ml::tensors;

pub use tensors::{Dtype, Scalar};

impl Dtype {
    /// PyTorch's name, such as "bfloat16".
    pub fn name(self) -> &'static str {
        match self {
            Dtype::Bool => "bool",
            Dtype::Uint8 => "uint8",
            Dtype::Int8 => "int8",
            Dtype::Int16 => "int16",
            Dtype::Int32 => "int32",
            Dtype::Int64 => "int64",
            Dtype::Float16 => "float16",
            Dtype::Bfloat16 => "bfloat16",
            Dtype::Float32 => "float32",
            Dtype::Float64 => "float64",
        }
    }
}

mod sealed {
    /// Bytes in the layout of a tensor: little-endian, as WebAssembly has them too.
    pub trait Bytes: Sized {
        fn to_bytes(elements: &[Self]) -> Vec<u8>;
        fn from_bytes(bytes: &[u8]) -> Vec<Self>;
    }
}

/// A Rust type that elements of tensors have: `bool`, `u8`, `i8` to `i64`, `f32` and `f64`.
pub trait Element: Copy + sealed::Bytes {
    /// The dtype whose elements are of this type.
    const DTYPE: Dtype;
}

macro_rules! elements {
    ($($type:ty => $dtype:ident),*) => {$(
        impl Element for $type {
            const DTYPE: Dtype = Dtype::$dtype;
        }
        impl sealed::Bytes for $type {
            fn to_bytes(elements: &[Self]) -> Vec<u8> {
                elements.iter().flat_map(|element| element.to_le_bytes()).collect()
            }
            fn from_bytes(bytes: &[u8]) -> Vec<Self> {
                let (elements, _) = bytes.as_chunks();
                elements.iter().map(|element| Self::from_le_bytes(*element)).collect()
            }
        }
    )*};
}
elements!(u8 => Uint8, i8 => Int8, i16 => Int16, i32 => Int32, i64 => Int64, f32 => Float32, f64 => Float64);

impl Element for bool {
    const DTYPE: Dtype = Dtype::Bool;
}
impl sealed::Bytes for bool {
    fn to_bytes(elements: &[Self]) -> Vec<u8> {
        elements.iter().map(|&element| element.into()).collect()
    }
    fn from_bytes(bytes: &[u8]) -> Vec<Self> {
        bytes.iter().map(|&byte| byte != 0).collect()
    }
}

macro_rules! numbers {
    ($case:ident, $wide:ty: $($type:ty),*) => {$(
        impl From<$type> for Scalar {
            fn from(value: $type) -> Self {
                Scalar::$case(<$wide>::from(value))
            }
        }
        impl From<Scalar> for $type {
            /// Converts as `as` does.
            fn from(scalar: Scalar) -> Self {
                match scalar {
                    Scalar::Float(value) => value as $type,
                    Scalar::Int(value) => value as $type,
                    Scalar::Bool(value) => u8::from(value) as $type,
                }
            }
        }
    )*};
}
numbers!(Float, f64: f32, f64);
numbers!(Int, i64: u8, i8, i16, u16, i32, u32, i64);

impl From<bool> for Scalar {
    fn from(value: bool) -> Self {
        Scalar::Bool(value)
    }
}
impl From<Scalar> for bool {
    /// Whether it is not zero.
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Float(value) => value != 0.0,
            Scalar::Int(value) => value != 0,
            Scalar::Bool(value) => value,
        }
    }
}

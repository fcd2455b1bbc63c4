//! `+ - * /` and their assigning forms, for tensors by value or by reference and for numbers.
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::{Scalar, Tensor};

/// What may stand to the right of a sign: a tensor, a reference to one, or a number.
pub trait Operand {
    /// Which of the two it is.
    fn operand(&self) -> OneOf<'_>;
}

/// A tensor or a number.
pub enum OneOf<'a> {
    /// A tensor.
    Tensor(&'a Tensor),
    /// A number.
    Scalar(Scalar),
}

impl Operand for Tensor {
    fn operand(&self) -> OneOf<'_> {
        OneOf::Tensor(self)
    }
}
impl Operand for &Tensor {
    fn operand(&self) -> OneOf<'_> {
        OneOf::Tensor(self)
    }
}
macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Operand for $number {
            fn operand(&self) -> OneOf<'_> {
                OneOf::Scalar((*self).into())
            }
        }
    )*};
}
numbers!(f32, f64, i32, i64, Scalar);

macro_rules! signs {
    ($($trait:ident $method:ident, |$a:ident, $b:ident| $tensors:expr, $scalar:expr;)*) => {$(
        signs!(@one $trait $method, &Tensor, |$a, $b| $tensors, $scalar);
        signs!(@one $trait $method, Tensor, |$a, $b| $tensors, $scalar);
    )*};
    (@one $trait:ident $method:ident, $left:ty, |$a:ident, $b:ident| $tensors:expr, $scalar:expr) => {
        impl<R: Operand> $trait<R> for $left {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, right: R) -> Tensor {
                let $a = &self;
                match right.operand() {
                    OneOf::Tensor($b) => $tensors,
                    OneOf::Scalar($b) => $scalar,
                }
            }
        }
    };
}
signs! {
    Add add, |a, b| Tensor::add(a, b, 1), Tensor::add_scalar(a, b, 1);
    Sub sub, |a, b| Tensor::sub(a, b, 1), Tensor::sub_scalar(a, b, 1);
    Mul mul, |a, b| Tensor::mul(a, b), Tensor::mul_scalar(a, b);
    Div div, |a, b| Tensor::div(a, b), Tensor::div_scalar(a, b);
}

/// These write to the tensor itself, as PyTorch's do.
macro_rules! assigning_signs {
    ($($trait:ident $method:ident, |$a:ident, $b:ident| $tensors:expr, $scalar:expr;)*) => {$(
        impl<R: Operand> $trait<R> for Tensor {
            #[track_caller]
            fn $method(&mut self, right: R) {
                let $a = &*self;
                match right.operand() {
                    OneOf::Tensor($b) => $tensors,
                    OneOf::Scalar($b) => $scalar,
                };
            }
        }
    )*};
}
assigning_signs! {
    AddAssign add_assign, |a, b| a.add_(b, 1), a.add_scalar_(b, 1);
    SubAssign sub_assign, |a, b| a.sub_(b, 1), a.sub_scalar_(b, 1);
    MulAssign mul_assign, |a, b| a.mul_(b), a.mul_scalar_(b);
    DivAssign div_assign, |a, b| a.div_(b), a.div_scalar_(b);
}

/// Numbers on the left: one type for whole numbers and one for real ones, so that a literal's is known at once.
macro_rules! numbers_on_the_left {
    ($($number:ty),*) => {$(
        numbers_on_the_left!(@one Add add, $number, |a, b| b.add_scalar(a, 1));
        numbers_on_the_left!(@one Sub sub, $number, |a, b| b.rsub_scalar(a, 1));
        numbers_on_the_left!(@one Mul mul, $number, |a, b| b.mul_scalar(a));
        numbers_on_the_left!(@one Div div, $number, |a, b| b.reciprocal().mul_scalar(a));
    )*};
    (@one $trait:ident $method:ident, $number:ty, |$a:ident, $b:ident| $value:expr) => {
        impl $trait<&Tensor> for $number {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, $b: &Tensor) -> Tensor {
                let $a = self;
                $value
            }
        }
        impl $trait<Tensor> for $number {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, right: Tensor) -> Tensor {
                self.$method(&right)
            }
        }
    };
}
numbers_on_the_left!(f64, i64);

impl Neg for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        Tensor::neg(self)
    }
}
impl Neg for Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        Tensor::neg(&self)
    }
}

//! Tensors whose bytes stay on the host.
use std::fmt;
use std::rc::Rc;

use crate::bindings::cloister::ml::{autograd, ops, tensors};
use crate::error::{fatal, require};
use crate::{Dtype, Element, Result, Scalar};

pub use tensors::Device;

/// A handle to a tensor on the host. Clones share the tensor and cost no call; the last one drops it.
///
/// Operators are methods, with PyTorch's names and order of arguments. One that fails (shapes that do not fit, a limit of
/// the run) ends the run with the host's sentence; [`attempt`](crate::attempt) has each in a form that returns the error.
/// Where PyTorch's name is taken or has several forms, it ends in a word: `add_scalar` takes a number, `relu_` writes to
/// the tensor itself, and `deep_clone` is PyTorch's `clone`.
#[derive(Clone)]
pub struct Tensor(Rc<tensors::Tensor>);

impl Tensor {
    pub(crate) fn new(raw: tensors::Tensor) -> Self {
        Tensor(Rc::new(raw))
    }

    /// The handle that [`bindings`](crate::bindings) take.
    pub fn raw(&self) -> &tensors::Tensor {
        &self.0
    }

    /// A tensor with these elements in row-major order; the bytes are copied to the host.
    #[track_caller]
    pub fn from_slice<T: Element>(elements: &[T], shape: &[i64]) -> Self {
        Self::new(require(tensors::Tensor::from_bytes(&T::to_bytes(elements), shape, T::DTYPE)))
    }

    // ---- what it is; each asks the host ----

    /// Sizes of the dimensions; empty for a scalar tensor.
    pub fn shape(&self) -> Vec<i64> {
        self.0.shape()
    }

    /// Size of dimension `dim`; negative values count from the end.
    #[track_caller]
    pub fn size(&self, dim: i64) -> i64 {
        require(self.0.size(dim))
    }

    /// Number of elements.
    pub fn numel(&self) -> i64 {
        self.0.numel()
    }

    /// Number of dimensions.
    pub fn dim(&self) -> i64 {
        self.shape().len() as i64
    }

    /// Whether both tensors have the same shape.
    pub fn is_same_size(&self, other: &Tensor) -> bool {
        self.0.is_same_size(&other.0)
    }

    /// Element type.
    pub fn dtype(&self) -> Dtype {
        self.0.dtype()
    }

    /// Where the bytes lie.
    pub fn device(&self) -> Device {
        self.0.device()
    }

    // ---- contents; counted as egress ----

    /// The only element, as any number: `loss.item::<f64>()`.
    #[track_caller]
    pub fn item<T: From<Scalar>>(&self) -> T {
        require(self.0.item()).into()
    }

    /// All elements in row-major order. `T` must be the type of the dtype.
    #[track_caller]
    pub fn to_vec<T: Element>(&self) -> Vec<T> {
        require(self.try_to_vec())
    }

    /// As [`to_vec`](Self::to_vec). Errors: `DtypeMismatch` for another `T`; `QuotaExceeded`.
    pub fn try_to_vec<T: Element>(&self) -> Result<Vec<T>> {
        let dtype = self.dtype();
        if dtype != T::DTYPE {
            return Err(crate::Error {
                kind: crate::ErrorKind::DtypeMismatch,
                message: format!(
                    "a tensor of {} was read as {}; convert it with to_dtype first",
                    dtype.name(),
                    T::DTYPE.name()
                ),
            });
        }
        Ok(T::from_bytes(&self.0.read()?))
    }

    // ---- autograd ----

    /// Whether gradients flow to this tensor.
    pub fn requires_grad(&self) -> bool {
        autograd::requires_grad(&self.0)
    }

    /// Marks a leaf as one whose gradient is wanted.
    #[track_caller]
    pub fn requires_grad_(&self, value: bool) -> &Self {
        require(autograd::set_requires_grad(&self.0, value));
        self
    }

    /// Adds the gradient of this tensor of one element to the `grad` of every leaf that requires it, and gives the graph
    /// up.
    #[track_caller]
    pub fn backward(&self) {
        self.backward_with(None, false);
    }

    /// As [`backward`](Self::backward), from a `gradient` of the tensor's own shape; `retain_graph` keeps the graph.
    #[track_caller]
    pub fn backward_with(&self, gradient: Option<&Tensor>, retain_graph: bool) {
        require(autograd::backward(&self.0, gradient.map(Tensor::raw), retain_graph));
    }

    /// The accumulated gradient; none before the first backward.
    #[track_caller]
    pub fn grad(&self) -> Option<Tensor> {
        require(autograd::grad(&self.0)).map(Tensor::new)
    }

    /// Forgets the accumulated gradient.
    #[track_caller]
    pub fn zero_grad(&self) {
        require(autograd::zero_grad(&self.0));
    }

    /// The same storage, outside the graph.
    #[track_caller]
    #[must_use]
    pub fn detach(&self) -> Tensor {
        Tensor::new(require(autograd::detach(&self.0)))
    }
}

impl fmt::Debug for Tensor {
    /// What it is; its contents stay on the host.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Tensor({}, {:?})", self.dtype().name(), self.shape())
    }
}

/// Sets the instance's generator. Before this call it starts from the run's seed.
pub fn manual_seed(seed: u64) {
    ops::manual_seed(seed);
}

/// A 1-D tensor with these elements.
impl<T: Element> From<&[T]> for Tensor {
    #[track_caller]
    fn from(elements: &[T]) -> Self {
        match i64::try_from(elements.len()) {
            Ok(length) => Tensor::from_slice(elements, &[length]),
            Err(_) => fatal("a tensor of more elements than a dimension can have"),
        }
    }
}

/// A 1-D tensor with these elements.
impl<T: Element, const N: usize> From<[T; N]> for Tensor {
    #[track_caller]
    fn from(elements: [T; N]) -> Self {
        Tensor::from(elements.as_slice())
    }
}

// ---- for the generated operators ----

/// Handles of tensors, as the bindings take them.
pub(crate) fn raw(tensors: &[Tensor]) -> Vec<&tensors::Tensor> {
    tensors.iter().map(Tensor::raw).collect()
}

/// The same of tensors that may be left out.
pub(crate) fn raw_options<'a>(tensors: &[Option<&'a Tensor>]) -> Vec<Option<&'a tensors::Tensor>> {
    tensors.iter().map(|tensor| tensor.map(Tensor::raw)).collect()
}

/// What a binding gives, as the SDK has it.
pub(crate) trait Lift {
    type Lifted;
    fn lift(self) -> Self::Lifted;
}

pub(crate) fn lift<T: Lift>(outcome: Result<T, tensors::Error>) -> Result<T::Lifted> {
    Ok(outcome?.lift())
}

impl Lift for () {
    type Lifted = ();
    fn lift(self) {}
}
impl Lift for tensors::Tensor {
    type Lifted = Tensor;
    fn lift(self) -> Tensor {
        Tensor::new(self)
    }
}
impl Lift for Vec<tensors::Tensor> {
    type Lifted = Vec<Tensor>;
    fn lift(self) -> Vec<Tensor> {
        self.into_iter().map(Tensor::new).collect()
    }
}
impl<A: Lift, B: Lift> Lift for (A, B) {
    type Lifted = (A::Lifted, B::Lifted);
    fn lift(self) -> Self::Lifted {
        (self.0.lift(), self.1.lift())
    }
}
impl<A: Lift, B: Lift, C: Lift> Lift for (A, B, C) {
    type Lifted = (A::Lifted, B::Lifted, C::Lifted);
    fn lift(self) -> Self::Lifted {
        (self.0.lift(), self.1.lift(), self.2.lift())
    }
}

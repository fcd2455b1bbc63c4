//! Failures that a program can act on, and how one that cannot be acted on ends the run.
use std::fmt;
use std::io::Write;
use std::panic::Location;

use crate::bindings::cloister::ml::tensors::Error as RawError;

/// What kind of failure it was: the cases of `error` in `wit/tensors.wit`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ErrorKind {
    /// An argument is outside what the call takes.
    InvalidArgument,
    /// Shapes do not fit each other or the operator.
    ShapeMismatch,
    /// The operator does not take this dtype or this mix of dtypes.
    DtypeMismatch,
    /// The host knows the call but this backend or this object cannot do it.
    Unsupported,
    /// A limit of this run would be passed; the sentence names the flag that raises it.
    QuotaExceeded,
    /// The operator of the host granted nothing under this name.
    NotGranted,
    /// Granted data is damaged, or changed while it was being read.
    BadData,
    /// The host failed for a reason of its own.
    Internal,
}

/// Why a call failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    /// What kind of failure it was.
    pub kind: ErrorKind,
    /// One sentence: what was wrong with which thing, and the way out.
    pub message: String,
}

/// A value, or why there is none.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of the program's own, of kind [`ErrorKind::InvalidArgument`].
    pub fn new(message: impl Into<String>) -> Self {
        Error { kind: ErrorKind::InvalidArgument, message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<String> for Error {
    fn from(message: String) -> Self {
        Error::new(message)
    }
}

impl From<&str> for Error {
    fn from(message: &str) -> Self {
        Error::new(message)
    }
}

impl From<RawError> for Error {
    fn from(raw: RawError) -> Self {
        let (kind, message) = match raw {
            RawError::InvalidArgument(message) => (ErrorKind::InvalidArgument, message),
            RawError::ShapeMismatch(message) => (ErrorKind::ShapeMismatch, message),
            RawError::DtypeMismatch(message) => (ErrorKind::DtypeMismatch, message),
            RawError::Unsupported(message) => (ErrorKind::Unsupported, message),
            RawError::QuotaExceeded(message) => (ErrorKind::QuotaExceeded, message),
            RawError::NotGranted(message) => (ErrorKind::NotGranted, message),
            RawError::BadData(message) => (ErrorKind::BadData, message),
            RawError::Internal(message) => (ErrorKind::Internal, message),
        };
        Error { kind, message }
    }
}

/// The value of a call whose failure is a bug of this program; otherwise the run ends.
#[track_caller]
pub(crate) fn require<T, E: Into<Error>>(outcome: Result<T, E>) -> T {
    match outcome {
        Ok(value) => value,
        Err(error) => fatal(&error.into().message),
    }
}

/// Prints the sentence and where in the program it happened on standard error, and traps.
#[cold]
#[track_caller]
pub(crate) fn fatal(message: &str) -> ! {
    // Where it cannot be written there is nobody to tell.
    let _ = std::io::stdout().flush();
    let _ = writeln!(std::io::stderr(), "{message}\n  at {}", Location::caller());
    std::process::abort()
}

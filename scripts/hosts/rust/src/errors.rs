//! What can fail, and whose mistake it is.

use std::fmt;

/// What kind of mistake it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// A number or word out of what is allowed.
    Value,
    /// Sizes or parts that do not fit each other.
    Shape,
    /// A file that cannot be read.
    Format,
    /// A training whose loss is no longer finite.
    Diverged,
    /// Something that this host does not offer.
    Host,
}

/// A mistake that the caller can correct: `action` failed, for `reason`. Its message is the library's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    pub code: Code,
    pub action: String,
    pub reason: String,
}

/// Why a call failed.
#[derive(Debug)]
pub enum Error {
    /// What the caller gave does not work.
    Input(InputError),
    /// The engine, its memory or the file system failed.
    Engine(wasmtime::Error),
}

/// What a call gives, or why it failed.
pub type Result<T> = std::result::Result<T, Error>;

/// The mistake as an error.
pub(crate) fn input(code: Code, action: impl Into<String>, reason: impl Into<String>) -> Error {
    Error::Input(InputError { code, action: action.into(), reason: reason.into() })
}

impl fmt::Display for Code {
    /// The code as the library spells it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Code::Value => "value",
            Code::Shape => "shape",
            Code::Format => "format",
            Code::Diverged => "diverged",
            Code::Host => "host",
        })
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cannot {}: {}", self.action, self.reason)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Input(error) => error.fmt(f),
            // with its causes
            Error::Engine(error) => write!(f, "{error:#}"),
        }
    }
}

impl std::error::Error for InputError {}

impl std::error::Error for Error {}

impl From<InputError> for Error {
    fn from(error: InputError) -> Self {
        Error::Input(error)
    }
}

impl From<wasmtime::Error> for Error {
    fn from(error: wasmtime::Error) -> Self {
        Error::Engine(error)
    }
}

/// A number as the library writes it in its messages.
pub(crate) fn shown(value: f64) -> String {
    let size = value.abs();
    if value.is_infinite() {
        format!("{}Infinity", if value < 0.0 { "-" } else { "" })
    } else if size == 0.0 {
        "0".into()
    } else if value.is_nan() || (1e-6..1e21).contains(&size) {
        value.to_string()
    } else {
        let text = format!("{value:e}");
        if size < 1.0 { text } else { text.replace('e', "e+") }
    }
}

//! The annotated function, as the user wrote it.

pub(crate) mod body;
pub(crate) mod context_param;
pub(crate) mod foreign;
pub(crate) mod function;
pub(crate) mod output;
mod retype;

pub(crate) use self::body::Body;
pub(crate) use self::function::Function;
pub(crate) use self::output::Output;

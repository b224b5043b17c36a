//! What the callers of `#[single_flight]` share, and which of them.

use proc_macro2::Ident;
use syn::Expr;

pub(super) struct Sharing {
    /// The `SingleFlight<K, T>` of an object. `None`: a static of the function's own.
    pub(super) table: Option<Expr>,
    /// `None` if there is none, or none that could be read.
    pub(super) key: Option<Expr>,
    /// Parameters excluded from the key; the run uses the first caller's.
    pub(super) shared: Vec<Ident>,
}

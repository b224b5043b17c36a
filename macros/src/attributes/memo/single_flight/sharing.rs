//! The options of `#[single_flight]` that decide which callers share a run.

use proc_macro2::Ident;
use syn::Expr;

pub(super) struct Sharing {
    /// The `SingleFlight<K, T>` of an object; `None` for a static that belongs to the function.
    pub(super) table: Option<Expr>,
    /// `None` if there is no key, or if it cannot be read.
    pub(super) key: Option<Expr>,
    /// Parameters excluded from the key; the run uses the first caller's.
    pub(super) shared: Vec<Ident>,
}

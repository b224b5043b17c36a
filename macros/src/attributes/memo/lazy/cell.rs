//! Where the value of `#[lazy]` is kept.

use syn::Expr;

/// Where the value is kept.
pub(super) enum Cell {
    /// In a static of the function's own.
    Own,
    /// In a `Lazy<T>`.
    Given(Box<Expr>),
    /// What was given was reported.
    Unknown,
}

//! The place of the value of `#[lazy]`.

use syn::Expr;

/// The place where the value is kept.
pub(super) enum Cell {
    /// In a static that belongs to the function.
    Own,
    /// In a `Lazy<T>`.
    Given(Box<Expr>),
    /// An error was reported for the argument.
    Unknown,
}

//! Takes the key from the parameters, which are left for the run.

use std::cell::Cell;
use std::hash::Hash;

use crate::flight::key::Keyed;

/// A key type. Exists for its error message.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be the key of a single flight",
    label = "not a key",
    note = "a key is `Hash`, `Eq`, `Send` and owned (`'static`)"
)]
pub trait FlightKey: Sized {
    fn keyed(self) -> Keyed<Self>;
}

#[diagnostic::do_not_recommend]
impl<K: Hash + Eq + Send + 'static> FlightKey for K {
    fn keyed(self) -> Keyed<K> {
        Keyed::of(self)
    }
}

/// Wraps the key given to the attribute.
#[inline]
pub fn keyed<K: FlightKey>(key: K) -> Keyed<K> {
    key.keyed()
}

/// Makes a key from a place, such as a parameter or a field, without moving it:
/// `(&&KeyAt(&place)).owned()`.
pub struct KeyAt<'k, P>(pub &'k P);

/// Makes a key from a value: `(&&KeyOf::new(value)).owned()`.
pub struct KeyOf<V>(Cell<Option<V>>);

impl<V> KeyOf<V> {
    pub const fn new(value: V) -> Self {
        Self(Cell::new(Some(value)))
    }
}

/// Converts borrowed keys into their owned form: `&str` into `String`.
pub trait ViaBorrowedKey {
    type Owned;
    fn owned(&self) -> Self::Owned;
}

impl<B: ToOwned + ?Sized> ViaBorrowedKey for &KeyAt<'_, &B> {
    type Owned = B::Owned;

    fn owned(&self) -> B::Owned {
        (*self.0).to_owned()
    }
}

impl<B: ToOwned + ?Sized> ViaBorrowedKey for &KeyOf<&B> {
    type Owned = B::Owned;

    fn owned(&self) -> B::Owned {
        match self.0.take() {
            Some(borrowed) => borrowed.to_owned(),
            None => unreachable!("a key is taken once"),
        }
    }
}

pub trait ViaOwnedKey {
    type Owned;
    fn owned(&self) -> Self::Owned
    where
        Self::Owned: ClonedKey;
}

/// A parameter that is part of the key and is also passed to the run.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be the key of a single flight and a parameter of its run: it cannot be cloned",
    label = "not `Clone`",
    note = "derive `Clone` for it, or make the key of a part of it: `key = {Self}.id`"
)]
pub trait ClonedKey {
    fn cloned(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<K: Clone> ClonedKey for K {
    fn cloned(&self) -> Self {
        self.clone()
    }
}

impl<P> ViaOwnedKey for KeyAt<'_, P> {
    type Owned = P;

    fn owned(&self) -> P
    where
        P: ClonedKey,
    {
        self.0.cloned()
    }
}

pub trait ViaKeyItself {
    type Owned;
    fn owned(&self) -> Self::Owned;
}

impl<V> ViaKeyItself for KeyOf<V> {
    type Owned = V;

    fn owned(&self) -> V {
        match self.0.take() {
            Some(value) => value,
            None => unreachable!("a key is taken once"),
        }
    }
}

//! Takes the key from the parameters, which are left for the run.

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
/// `KeyAt(&place).owned()`.
pub struct KeyAt<'k, P>(pub &'k P);

/// Makes a key from a value: `KeyOf(value).owned()`.
pub struct KeyOf<V>(pub V);

// Inherent methods come before those of a trait: borrowed keys are converted into their owned
// form, `&str` into `String`.
impl<B: ToOwned + ?Sized> KeyAt<'_, &B> {
    pub fn owned(self) -> B::Owned {
        (*self.0).to_owned()
    }
}

impl<B: ToOwned + ?Sized> KeyOf<&B> {
    pub fn owned(self) -> B::Owned {
        self.0.to_owned()
    }
}

pub trait ViaOwnedKey {
    type Owned;
    fn owned(self) -> Self::Owned
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

    fn owned(self) -> P
    where
        P: ClonedKey,
    {
        self.0.cloned()
    }
}

pub trait ViaKeyItself {
    type Owned;
    fn owned(self) -> Self::Owned;
}

impl<V> ViaKeyItself for KeyOf<V> {
    type Owned = V;

    fn owned(self) -> V {
        self.0
    }
}

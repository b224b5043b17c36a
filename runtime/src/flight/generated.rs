//! What `#[single_flight]` expands to.

#![allow(missing_docs, clippy::must_use_candidate, clippy::return_self_not_must_use)]

use std::any::{Any, TypeId};
use std::future::Future;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::OnceLock;

use super::SingleFlight;
use super::call::{Call, Who};
use super::table;
use crate::__private::ContextParam;
use crate::context::Context;
use crate::context::race::{Race, Within};
use crate::outcome::Outcome;
use crate::sync::plain::{Mutex, lock};
use crate::turn::Place;

/// The table of a function's own: a static, whose types the attribute cannot name. A generic function has one for each of its kinds.
pub struct Flights {
    first: OnceLock<Kind>,
    others: Mutex<Vec<Kind>>,
}

/// The table of one kind of run, for ever.
type Kind = (TypeId, &'static (dyn Any + Send + Sync));

impl Flights {
    #[must_use]
    #[allow(clippy::new_without_default, reason = "a static is made with it, and nothing else")]
    pub const fn new() -> Self {
        Self { first: OnceLock::new(), others: Mutex::new(Vec::new()) }
    }

    #[inline]
    fn of<K: Send + 'static, T: Send + Sync + 'static>(&self, run: TypeId) -> &'static SingleFlight<K, T> {
        let make = || -> Kind { (run, Box::leak(Box::new(SingleFlight::<K, T>::new()))) };
        let first = self.first.get_or_init(make);
        let (_, table) = if first.0 == run { *first } else { self.other(run, make) };
        match table.downcast_ref() {
            Some(table) => table,
            None => unreachable!("runs of one type have keys and results of one type"),
        }
    }

    #[inline(never)]
    fn other(&self, run: TypeId, make: impl FnOnce() -> Kind) -> Kind {
        let mut others = lock(&self.others);
        let known = others.iter().find(|(other, _)| *other == run).copied();
        known.unwrap_or_else(|| {
            let new = make();
            others.push(new);
            new
        })
    }
}

/// What tells the runs of a flight apart. Its only purpose is the message when it cannot.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be the key of a single flight",
    label = "not a key",
    note = "a key is `Hash`, `Eq`, `Send` and owned (`'static`)"
)]
pub trait FlightKey: Hash + Eq + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<K: Hash + Eq + Send + 'static> FlightKey for K {}

/// A key, and how it is compared. So what can be none is one error, where it is made.
pub struct Keyed<K> {
    pub(super) key: K,
    pub(super) hash: u64,
    pub(super) is: fn(&K, &K) -> bool,
}

impl<K> Keyed<K> {
    pub fn new(key: K) -> Self
    where
        K: FlightKey,
    {
        Self::of(key)
    }

    pub(super) fn of(key: K) -> Self
    where
        K: Hash + Eq,
    {
        Self { hash: table::hash(&key), is: K::eq, key }
    }
}

/// `#[single_flight(key = …)]`
#[inline]
pub fn single_flight<K, T, M, F>(
    flights: &'static Flights,
    key: Keyed<K>,
    clone: fn(&T) -> T,
    run: M,
    place: &'static Place,
) -> impl Future<Output = T>
where
    K: Send + 'static,
    T: Send + Sync + 'static,
    M: FnOnce(&Context) -> F,
    F: Future<Output = T> + Send + 'static,
{
    single_flight_in(flights.of(TypeId::of::<F>()), key, clone, run, place)
}

/// The table of an object's own: one of another type is one error.
#[inline]
pub fn flights_of<K, T>(table: &SingleFlight<K, T>) -> &SingleFlight<K, T> {
    table
}

/// `#[single_flight(self.flights, key = …)]`
#[inline]
pub fn single_flight_in<K, T, M, F>(
    flights: &SingleFlight<K, T>,
    key: Keyed<K>,
    clone: fn(&T) -> T,
    run: M,
    place: &'static Place,
) -> impl Future<Output = T>
where
    K: Send + 'static,
    T: Send + Sync + 'static,
    M: FnOnce(&Context) -> F,
    F: Future<Output = T> + Send + 'static,
{
    Call::new(&flights.table, key, clone, run, Who::Function(place))
}

/// What kind of result it is: `(&&ResultOf::<R>::NEW).shape()`.
pub struct ResultOf<R>(PhantomData<fn(R)>);

impl<R> ResultOf<R> {
    pub const NEW: Self = Self(PhantomData);
}

/// A value that goes to every caller.
#[diagnostic::on_unimplemented(
    message = "the result of a single flight goes to every caller, and a `{Self}` cannot be cloned",
    label = "not `Clone`",
    note = "derive `Clone` for it, or return it in an `Arc`: `Arc<{Self}>`"
)]
pub trait SharedValue {
    fn shared(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> SharedValue for T {
    fn shared(&self) -> Self {
        self.clone()
    }
}

/// An error that goes to every caller.
#[diagnostic::on_unimplemented(
    message = "the error of a single flight goes to every caller, and a `{Self}` cannot be cloned",
    label = "not `Clone`",
    note = "derive `Clone` for it, or return it in an `Arc`: `Result<_, Arc<{Self}>>`, and `?` becomes `.map_err(Arc::new)?`"
)]
pub trait SharedError {
    fn shared(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: Clone> SharedError for E {
    fn shared(&self) -> Self {
        self.clone()
    }
}

/// A result, in its two parts.
pub struct Parts<T, E>(PhantomData<fn(T, E)>);

/// Any other value.
pub struct Whole<R>(PhantomData<fn(R)>);

pub trait ViaResult {
    type Value;
    type Error;
    fn shape(&self) -> Parts<Self::Value, Self::Error> {
        Parts(PhantomData)
    }
}

impl<T, E> ViaResult for &ResultOf<Result<T, E>> {
    type Value = T;
    type Error = E;
}

pub trait ViaValue {
    type Value;
    fn shape(&self) -> Whole<Self::Value> {
        Whole(PhantomData)
    }
}

impl<R> ViaValue for ResultOf<R> {
    type Value = R;
}

/// The result of that shape.
pub trait Shape {
    type Output;
}

impl<T, E> Shape for Parts<T, E> {
    type Output = Result<T, E>;
}

impl<R> Shape for Whole<R> {
    type Output = R;
}

/// It can be handed to several callers.
pub trait Shared: Shape {
    fn shared(result: &Self::Output) -> Self::Output;
}

impl<T: SharedValue, E: SharedError> Shared for Parts<T, E> {
    fn shared(result: &Result<T, E>) -> Result<T, E> {
        match result {
            Ok(value) => Ok(value.shared()),
            Err(error) => Err(error.shared()),
        }
    }
}

impl<R: SharedValue> Shared for Whole<R> {
    fn shared(result: &R) -> R {
        result.shared()
    }
}

/// How a result is handed to several callers.
pub fn cloner<S: Shared>(_: S) -> fn(&S::Output) -> S::Output {
    S::shared
}

/// A key, out of a place such as a parameter or a field, which is left as it is: `(&&KeyAt(&place)).owned()`.
pub struct KeyAt<'k, P>(pub &'k P);

/// A key, out of a value: `(&&KeyOf::new(value)).owned()`.
pub struct KeyOf<V>(std::cell::Cell<Option<V>>);

impl<V> KeyOf<V> {
    pub const fn new(value: V) -> Self {
        Self(std::cell::Cell::new(Some(value)))
    }
}

/// What is borrowed becomes its owned form: `&str` a `String`.
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

/// A parameter that is the key, or a part of it, and goes on to the run as well.
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

/// A parameter that is borrowed: the run gets a copy of its own.
#[diagnostic::on_unimplemented(
    message = "a run may outlive the call that starts it, and so cannot borrow a `{Self}`, which cannot be cloned either",
    label = "borrowed by the run",
    note = "take it in an `Arc`: `Arc<{Self}>`"
)]
pub trait Lent {
    type Owned;
    fn own(&self) -> Self::Owned;
}

#[diagnostic::do_not_recommend]
impl<B: ToOwned + ?Sized> Lent for B {
    type Owned = B::Owned;

    fn own(&self) -> B::Owned {
        self.to_owned()
    }
}

pub fn own_param<B: Lent + ?Sized>(param: &B) -> B::Owned {
    param.own()
}

/// The same for `self`.
#[diagnostic::on_unimplemented(
    message = "a run may outlive the call that starts it, and so cannot borrow `self`: a `{Self}` cannot be cloned either",
    label = "borrowed by the run",
    note = "write `self: &Arc<Self>` or `self: Arc<Self>`"
)]
pub trait LentSelf: Sized {
    fn own(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<S: Clone> LentSelf for S {
    fn own(&self) -> Self {
        self.clone()
    }
}

pub fn own_self<S: LentSelf>(this: &S) -> S {
    this.own()
}

/// The context of the run, as the parameter that the body knows it by.
#[inline]
pub fn flight_ctx<P: ContextParam>(ctx: &Context) -> P::Derived<'_> {
    P::derived(ctx)
}

/// A caller with a context of its own: `call` against it.
#[inline]
pub fn flight_with<C, F>(ctx: C, call: F) -> Race<C, F, Within<F::Output>>
where
    C: std::borrow::Borrow<Context>,
    F: Future<Output: Outcome>,
{
    Race::new(ctx, call, Within::new())
}

/// The first parameter, where only its type says whether it is a context: `(&&&First::<P>::NEW)`.
pub struct First<P>(PhantomData<fn(P)>);

impl<P> First<P> {
    pub const NEW: Self = Self(PhantomData);
}

pub trait ViaFlightContext {
    type Param: ContextParam;
    fn handle(&self, param: &Self::Param) -> <Self::Param as ContextParam>::Handle;
    fn fly<F: Future<Output: Outcome>>(
        &self,
        handle: <Self::Param as ContextParam>::Handle,
        call: F,
    ) -> Race<<Self::Param as ContextParam>::Handle, F, Within<F::Output>>;
    fn own(&self, param: Self::Param);
    fn lend<'a>(&self, owned: &'a mut (), ctx: &'a Context) -> <Self::Param as ContextParam>::Derived<'a>;
}

impl<P: ContextParam> ViaFlightContext for &&First<P> {
    type Param = P;

    fn handle(&self, param: &P) -> P::Handle {
        param.handle()
    }

    fn fly<F: Future<Output: Outcome>>(&self, handle: P::Handle, call: F) -> Race<P::Handle, F, Within<F::Output>> {
        Race::new(handle, call, Within::new())
    }

    fn own(&self, _: P) {}

    fn lend<'a>(&self, (): &'a mut (), ctx: &'a Context) -> P::Derived<'a> {
        P::derived(ctx)
    }
}

pub trait ViaFlightBorrow {
    type Target: Lent + ?Sized;
    fn handle<P>(&self, _: &P) {}
    fn fly<F: Future>(&self, (): (), call: F) -> F {
        call
    }
    fn own(&self, param: &Self::Target) -> <Self::Target as Lent>::Owned;
    fn lend<'a>(&self, owned: &'a mut <Self::Target as Lent>::Owned, _: &'a Context) -> &'a Self::Target
    where
        <Self::Target as Lent>::Owned: std::borrow::Borrow<Self::Target>,
    {
        std::borrow::Borrow::borrow(owned)
    }
}

impl<B: Lent + ?Sized> ViaFlightBorrow for &First<&B> {
    type Target = B;

    fn own(&self, param: &B) -> B::Owned {
        param.own()
    }
}

pub trait ViaFlightValue {
    type Param;
    fn handle(&self, _: &Self::Param) {}
    fn fly<F: Future>(&self, (): (), call: F) -> F {
        call
    }
    fn own(&self, param: Self::Param) -> Option<Self::Param> {
        Some(param)
    }
    fn lend(&self, owned: &mut Option<Self::Param>, _: &Context) -> Self::Param {
        match owned.take() {
            Some(param) => param,
            None => unreachable!("a parameter is taken once"),
        }
    }
}

impl<P> ViaFlightValue for First<P> {
    type Param = P;
}

//! The typed values of a context.

use std::any::{Any, TypeId};
use std::sync::Arc;

type Value = Arc<dyn Any + Send + Sync>;

/// The values of a context, one for each type, sorted by type. Immutable: adding a value copies
/// the list, so that a look-up takes logarithmic time independent of the depth.
#[derive(Clone)]
pub(crate) struct Values(Arc<[(TypeId, Value)]>);

impl Values {
    /// Returns `outer` with `value`, which replaces an outer value of its type.
    pub(crate) fn with<T: Any + Send + Sync>(outer: Option<&Self>, value: T) -> Self {
        let new = (TypeId::of::<T>(), Arc::new(value) as Value);
        let outer = outer.map_or(&[][..], |outer| &outer.0);
        let (before, after) = match outer.binary_search_by_key(&new.0, |(id, _)| *id) {
            Ok(at) => (&outer[..at], &outer[at + 1..]),
            Err(at) => outer.split_at(at),
        };
        Self(before.iter().cloned().chain([new]).chain(after.iter().cloned()).collect())
    }

    /// Returns the values of both. Of two values of one type, that of `first` wins.
    pub(crate) fn merge(first: Option<&Self>, second: Option<&Self>) -> Option<Self> {
        let (Some(first), Some(second)) = (first, second) else { return first.or(second).cloned() };
        let missing = second.0.iter().filter(|(id, _)| first.position(*id).is_err());
        let mut all: Vec<_> = first.0.iter().chain(missing).cloned().collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        Some(Self(all.into()))
    }

    pub(crate) fn find<T: Any>(&self) -> Option<&T> {
        let at = self.position(TypeId::of::<T>()).ok()?;
        self.0[at].1.downcast_ref()
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn position(&self, id: TypeId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&id, |(id, _)| *id)
    }
}

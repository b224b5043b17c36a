//! What the calls that wait for a scope keep here instead of in their futures, because few have anything to keep.

use std::mem;

use super::Scope;
use crate::context::announce::Announcements;
use crate::sync::lock;

impl Scope {
    /// A place for what a body has announced.
    #[cold]
    pub(crate) fn new_shelf(&self) -> usize {
        lock(&self.core).get_or_insert_default().shelves.get_or_insert_default().insert(Announcements::default())
    }

    /// Off the shelf, so that nothing is called under the lock.
    #[cold]
    pub(crate) fn with_shelf<R>(&self, shelf: usize, run: impl FnOnce(&mut Announcements) -> R) -> R {
        let mut announced = self.exchange(shelf, Announcements::default());
        let result = run(&mut announced);
        self.exchange(shelf, announced);
        result
    }

    fn exchange(&self, shelf: usize, announced: Announcements) -> Announcements {
        match lock(&self.core).as_mut().and_then(|core| core.shelves.as_mut()?.get_mut(shelf)) {
            Some(there) => mem::replace(there, announced),
            None => announced,
        }
    }

    #[cold]
    pub(crate) fn drop_shelf(&self, shelf: usize) {
        let announced = lock(&self.core).as_mut().and_then(|core| core.shelves.as_mut()?.try_remove(shelf));
        drop(announced);
    }
}

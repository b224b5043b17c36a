//! What the calls that wait for a scope keep here instead of in their futures, because few have anything to keep.

use std::mem;

use super::Scope;
use crate::context::announce::Announcements;
use crate::sync::lock;

impl Scope {
    /// A place for what a body has announced.
    #[cold]
    pub(crate) fn new_drawer(&self) -> usize {
        lock(&self.core).get_or_insert_default().drawers.get_or_insert_default().insert(Announcements::default())
    }

    /// Out of the drawer, so that nothing is called under the lock.
    #[cold]
    pub(crate) fn with_drawer<R>(&self, drawer: usize, run: impl FnOnce(&mut Announcements) -> R) -> R {
        let mut announced = self.exchange(drawer, Announcements::default());
        let result = run(&mut announced);
        self.exchange(drawer, announced);
        result
    }

    fn exchange(&self, drawer: usize, announced: Announcements) -> Announcements {
        match lock(&self.core).as_mut().and_then(|core| core.drawers.as_mut()?.get_mut(drawer)) {
            Some(there) => mem::replace(there, announced),
            None => announced,
        }
    }

    #[cold]
    pub(crate) fn drop_drawer(&self, drawer: usize) {
        let announced = lock(&self.core).as_mut().and_then(|core| core.drawers.as_mut()?.try_remove(drawer));
        drop(announced);
    }
}

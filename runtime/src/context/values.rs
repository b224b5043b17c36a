//! Typed values that travel with a context.

use std::any::Any;
use std::sync::Arc;

/// One value in front of those of the parent context.
pub(crate) struct Values {
    value: Box<dyn Any + Send + Sync>,
    rest: Option<Arc<Values>>,
}

impl Values {
    pub(crate) fn new(value: Box<dyn Any + Send + Sync>, rest: Option<Arc<Values>>) -> Self {
        Self { value, rest }
    }

    pub(crate) fn find<T: 'static>(&self) -> Option<&T> {
        let mut values = self;
        loop {
            match values.value.downcast_ref() {
                Some(value) => return Some(value),
                None => values = values.rest.as_deref()?,
            }
        }
    }
}

impl Drop for Values {
    /// A loop, because a long chain that dropped itself recursively would overflow the stack.
    fn drop(&mut self) {
        let mut rest = self.rest.take();
        while let Some(mut values) = rest.and_then(Arc::into_inner) {
            rest = values.rest.take();
        }
    }
}

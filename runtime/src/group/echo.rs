//! Distinguishes a task's own error from an echo, an error that only repeats the task's
//! interruption.

use std::any::Any;
use std::error::Error;
use std::io;
use std::mem::discriminant;

use crate::error::ContextError;
use crate::task_output::PoolOutput;

/// Returns whether `residual` repeats `why`, the end of the task's context.
///
/// A type that can be searched for `why` is searched. An enum is an echo if it is the variant that
/// an interruption converts into. A value of any other type counts as an echo, because it came
/// after the end.
pub(super) fn is_echo<R: PoolOutput<Residual: 'static>>(residual: &R::Residual, why: &ContextError) -> bool {
    if let Some(error) = as_error(residual) {
        return ContextError::find(error).is_some_and(|error| error.to_string() == why.to_string());
    }
    match R::interrupted(why.clone()).branch() {
        Err(echo) => discriminant(&echo) == discriminant(residual),
        Ok(_) => false,
    }
}

/// Returns the residual as an error, if its type is a known one.
fn as_error(residual: &dyn Any) -> Option<&(dyn Error + 'static)> {
    if let Some(error) = residual.downcast_ref::<ContextError>() {
        return Some(error);
    }
    if let Some(error) = residual.downcast_ref::<io::Error>() {
        return Some(error);
    }
    if let Some(error) = residual.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        return Some(&**error);
    }
    residual.downcast_ref::<Box<dyn Error + Send>>().map(|error| &**error as _)
}

#[cfg(all(test, not(taskward_loom)))]
mod tests {
    use super::*;
    use crate::Context;

    #[derive(Debug)]
    enum Custom {
        Disk,
        Interrupted,
    }

    impl From<ContextError> for Custom {
        fn from(_: ContextError) -> Self {
            Self::Interrupted
        }
    }

    #[test]
    fn an_echo_repeats_the_end_and_an_own_error_does_not() {
        let (ctx, canceller) = Context::background().with_cancel();
        canceller.cancel_with("enough");
        let why = ctx.check().unwrap_err();
        let own = Context::background().with_timeout(std::time::Duration::ZERO).check().unwrap_err();
        assert!(is_echo::<Result<(), ContextError>>(&why, &why));
        assert!(!is_echo::<Result<(), ContextError>>(&own, &why));
        assert!(is_echo::<Result<(), io::Error>>(&why.clone().into(), &why));
        assert!(!is_echo::<Result<(), io::Error>>(&io::Error::other("the disk is full"), &why));
        assert!(is_echo::<Result<(), Box<dyn Error + Send + Sync>>>(&why.clone().into(), &why));
        assert!(!is_echo::<Result<(), Box<dyn Error + Send + Sync>>>(&"the disk is full".into(), &why));
        assert!(is_echo::<Result<(), Custom>>(&Custom::Interrupted, &why));
        assert!(!is_echo::<Result<(), Custom>>(&Custom::Disk, &why));
    }
}

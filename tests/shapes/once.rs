//! `#[once]` on every function that it supports.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;

use taskward::{Context, ContextError, Once, cancellable, once, with_timeout};

use super::Result;

#[derive(Default)]
struct Holder<'n, T> {
    name: &'n str,
    first: Once<T, ContextError>,
    second: Once<Vec<T>>,
    nested: (Once<T>,),
}

/// Lifetimes and generics in the header of the `impl`; the field's type follows.
impl<'n, T: Default + Debug + Send + Sync> Holder<'n, T>
where
    T: Clone,
{
    #[once(self.first)]
    async fn first(&self) -> Result<&T> {
        tokio::task::yield_now().await;
        Ok(T::default())
    }

    #[once(self.second)]
    fn second<'s>(&'s self) -> &'s Vec<T>
    where
        'n: 's,
    {
        vec![T::default(); self.name.len()]
    }

    #[once(self.nested.0)]
    async fn of_value(&self) -> &T {
        let Self { name, .. } = self;
        assert!(!name.is_empty());
        T::default()
    }

    #[once(&self.first)]
    async fn exclusive(&mut self) -> Result<&T> {
        Ok(T::default())
    }

    #[once(self.first)]
    async fn through_an_arc<'s>(self: &'s Arc<Self>) -> Result<&'s T> {
        Ok(T::default())
    }
}

#[tokio::test]
async fn methods_of_a_generic_impl() {
    let mut holder = Holder::<u8> { name: "ab", ..Holder::default() };
    assert_eq!(holder.exclusive().await.unwrap(), &0);
    assert_eq!(holder.first().await.unwrap(), &0);
    assert_eq!((&holder.second()[..], holder.of_value().await), (&[0, 0][..], &0));
    assert_eq!(Arc::new(holder).through_an_arc().await.unwrap(), &0);
}

trait Settings {
    type Setting: 'static;

    fn setting(&self) -> &Self::Setting;

    #[once]
    fn default_of_all() -> &'static String {
        String::from("default")
    }

    fn later(&self) -> impl Future<Output = Result<&String>> + Send;
}

struct File {
    setting: Once<u8>,
    later: Once<String, ContextError>,
}

impl Settings for File {
    type Setting = u8;

    #[once(self.setting)]
    fn setting(&self) -> &Self::Setting {
        7
    }

    #[once(self.later)]
    async fn later(&self) -> Result<&String> {
        tokio::task::yield_now().await;
        Ok("later".to_owned())
    }
}

#[tokio::test]
async fn methods_of_a_trait() {
    let file = File { setting: Once::new(), later: Once::new() };
    assert_eq!((file.setting(), &**File::default_of_all()), (&7, "default"));
    assert_eq!(file.later().await.unwrap(), "later");
}

/// Without a prelude, names that are not imported do not exist; the existing ones have another
/// meaning.
#[no_implicit_prelude]
#[allow(dead_code)]
mod without_prelude {
    use ::core::result::Result;
    use ::core::result::Result::Ok;
    use ::std::string::String;
    use ::taskward::{Context, ContextError, cancellable, once, with_timeout};

    #[once]
    pub(super) fn plain() -> &'static String {
        String::new()
    }

    #[cancellable]
    #[with_timeout("5s")]
    #[once]
    pub(super) async fn all(ctx: &Context) -> Result<&'static String, ContextError> {
        ctx.checkpoint().await?;
        Ok(String::new())
    }

    #[allow(non_camel_case_types)]
    pub(super) struct taskward;
    pub(super) struct Some;
    pub(super) struct Option;
}

#[tokio::test]
async fn where_the_usual_names_mean_something_else() {
    assert_eq!(without_prelude::plain(), without_prelude::all(&Context::background()).await.unwrap());
}

macro_rules! singleton {
    ($(#[$attr:meta])* $vis:vis $name:ident($ctx:ident: $ctx_ty:ty) -> $ok:ty $body:block) => {
        $(#[$attr])*
        #[cancellable]
        #[once]
        $vis async fn $name($ctx: $ctx_ty) -> Result<$ok> $body
    };
    ($name:ident: $value:ty = $make:expr) => {
        #[once]
        fn $name() -> &'static $value {
            $make
        }
    };
    ($name:ident in $this:ident.$field:ident: $value:ty = $make:expr) => {
        #[once($this.$field)]
        fn $name(&$this) -> &$value {
            $make
        }
    };
}

singleton!(
    /// Documented.
    #[allow(dead_code)]
    pub(crate) made(context: &Context) -> &'static u8 {
        context.checkpoint().await?;
        Ok(1)
    }
);
singleton!(expression: (u8, &'static str) = (1, "one"));

impl File {
    singleton!(by_macro in self.setting: u8 = 9);
}

#[tokio::test]
async fn functions_made_by_macro_rules() {
    assert_eq!((made(&Context::background()).await.unwrap(), expression()), (&1, &(1, "one")));
    assert_eq!(File { setting: Once::new(), later: Once::new() }.by_macro(), &9);
}

/// Generated names do not collide with the user's.
#[tokio::test]
async fn names_do_not_collide() {
    #[once]
    async fn once() -> Result<&'static u8> {
        let (kept, cell, work) = (1, 2, 3);
        tokio::task::yield_now().await;
        Ok(kept + cell + work)
    }

    #[once]
    fn r#static() -> &'static u8 {
        fn work() -> u8 {
            4
        }
        work()
    }

    assert_eq!((once().await.unwrap(), r#static()), (&6, &4));
}

#[with_timeout("5s")]
#[once]
async fn large(_: &Context) -> Result<&'static [u8; 4096]> {
    let buffer = [1; 4096];
    tokio::task::yield_now().await;
    Ok(buffer)
}

/// The awaited calls are `Send`, and so is the future.
#[tokio::test]
async fn in_a_task() {
    let value = tokio::spawn(async { large(&Context::background()).await.map(|large| large[7]) });
    assert_eq!(value.await.unwrap().unwrap(), 1);
}

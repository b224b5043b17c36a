// #[lazy(self.conn)]
// async fn argument(&self, url: &str) -> Result<Arc<Conn>, Error> { dial(url).await }

::core::compile_error! {
    "the value would be that of whoever dials first, with its `url`\nhelp: keep what the dial needs beside the value, in the object; or one value for each, in a place that names it: `#[lazy(self.shards[n])]`"
}
async fn argument(&self, url: &str) -> Result<Arc<Conn>, Error> {
    use ::taskward::__private::{ViaLazy as _, ViaNoLazy as _};
    match (&&::taskward::__private::LazyProbe::<Result<Arc<Conn>, Error>>::NEW)
        .look(&::taskward::__private::Lazy::new())
    {
        ::core::result::Result::Ok(ready) => ready,
        ::core::result::Result::Err(lazy) => {
            (&&::taskward::__private::LazyProbe::<Result<Arc<Conn>, Error>>::NEW)
                .lazy(
                    lazy,
                    async move {
                        if let ::core::option::Option::Some(__taskward_made) = ::core::option::Option::None::<
                            <Result<
                                Arc<Conn>,
                                Error,
                            > as ::taskward::__private::LazyOutput>::Made,
                        > {
                            return __taskward_made;
                        }
                        dial(url).await
                    },
                    const { &::taskward::__private::Place::of_function("argument") },
                )
                .await
        }
    }
}

// #[lazy]
// async fn own(&self) -> Result<Arc<Conn>, Error> { dial().await }

::core::compile_error! {
    "this `#[lazy]` has one value, which all objects would share\nhelp: give each object its own: `#[lazy(self.field)]`, with a field `Lazy<T>`"
}
async fn own(&self) -> Result<Arc<Conn>, Error> {
    use ::taskward::__private::{ViaLazy as _, ViaNoLazy as _};
    match (&&::taskward::__private::LazyProbe::<Result<Arc<Conn>, Error>>::NEW)
        .look(&::taskward::__private::Lazy::new())
    {
        ::core::result::Result::Ok(ready) => ready,
        ::core::result::Result::Err(lazy) => {
            (&&::taskward::__private::LazyProbe::<Result<Arc<Conn>, Error>>::NEW)
                .lazy(
                    lazy,
                    async move {
                        if let ::core::option::Option::Some(__taskward_made) = ::core::option::Option::None::<
                            <Result<
                                Arc<Conn>,
                                Error,
                            > as ::taskward::__private::LazyOutput>::Made,
                        > {
                            return __taskward_made;
                        }
                        dial().await
                    },
                    const { &::taskward::__private::Place::of_function("own") },
                )
                .await
        }
    }
}
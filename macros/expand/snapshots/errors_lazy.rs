// #[lazy(self.conn)]
// async fn argument(&self, url: &str) -> Result<Arc<Conn>, Error> { dial(url).await }

::core::compile_error! {
    "the cached value would depend on the first caller's `url`\nhelp: store it in the object, or keep one value for each: `#[lazy(self.shards[n])]`"
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
    "this `#[lazy]` has one value for all objects\nhelp: write `#[lazy(self.field)]`, with a field of type `Lazy<T>`"
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
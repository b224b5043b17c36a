// #[lazy(self.conn)]
// /// Documented.
// pub async fn conn(&self, ctx: &Context) -> Result<Arc<Conn>, Error> { dial(ctx).await }

/// Documented.
pub async fn conn(&self, ctx: &Context) -> Result<Arc<Conn>, Error> {
    use ::taskward::__private::{ViaLazy as _, ViaNoLazy as _};
    match (&&::taskward::__private::LazyProbe::<Result<Arc<Conn>, Error>>::NEW)
        .look(&self.conn)
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
                        dial(ctx).await
                    },
                    const { &::taskward::__private::Place::of_function("conn") },
                )
                .await
        }
    }
}

// #[lazy(self.shards[n])]
// async fn alias(&self, ctx: &Ctx, n: usize) -> Shared { dial(ctx, n).await }

async fn alias(&self, ctx: &Ctx, n: usize) -> Shared {
    ::taskward::__private::lazy_param::<&Ctx>();
    use ::taskward::__private::{ViaLazy as _, ViaNoLazy as _};
    match (&&::taskward::__private::LazyProbe::<Shared>::NEW).look(&self.shards[n]) {
        ::core::result::Result::Ok(ready) => ready,
        ::core::result::Result::Err(lazy) => {
            (&&::taskward::__private::LazyProbe::<Shared>::NEW)
                .lazy(
                    lazy,
                    async move {
                        if let ::core::option::Option::Some(__taskward_made) = ::core::option::Option::None::<
                            <Shared as ::taskward::__private::LazyOutput>::Made,
                        > {
                            return __taskward_made;
                        }
                        dial(ctx, n).await
                    },
                    const { &::taskward::__private::Place::of_function("alias") },
                )
                .await
        }
    }
}

// #[lazy(self.conn)]
// fn plain(&self) -> io::Result<LazyGuard<Conn>> { let conn = dial()?; Ok(conn) }

fn plain(&self) -> io::Result<LazyGuard<Conn>> {
    use ::taskward::__private::{ViaLazy as _, ViaNoLazy as _};
    match (&&::taskward::__private::LazyProbe::<io::Result<LazyGuard<Conn>>>::NEW)
        .look(&self.conn)
    {
        ::core::result::Result::Ok(ready) => ready,
        ::core::result::Result::Err(lazy) => {
            (&&::taskward::__private::LazyProbe::<io::Result<LazyGuard<Conn>>>::NEW)
                .lazy_blocking(
                    lazy,
                    || -> <io::Result<
                        LazyGuard<Conn>,
                    > as ::taskward::__private::LazyOutput>::Made {
                        let conn = dial()?;
                        Ok(conn)
                    },
                    const { &::taskward::__private::Place::of_function("plain") },
                )
        }
    }
}

// #[lazy(CONN, crate = some::path)]
// async fn elsewhere() -> Arc<Conn> { dial().await }

async fn elsewhere() -> Arc<Conn> {
    use some::path::__private::{ViaLazy as _, ViaNoLazy as _};
    match (&&some::path::__private::LazyProbe::<Arc<Conn>>::NEW).look(&CONN) {
        ::core::result::Result::Ok(ready) => ready,
        ::core::result::Result::Err(lazy) => {
            (&&some::path::__private::LazyProbe::<Arc<Conn>>::NEW)
                .lazy(
                    lazy,
                    async move {
                        if let ::core::option::Option::Some(__taskward_made) = ::core::option::Option::None::<
                            <Arc<Conn> as some::path::__private::LazyOutput>::Made,
                        > {
                            return __taskward_made;
                        }
                        dial().await
                    },
                    const { &some::path::__private::Place::of_function("elsewhere") },
                )
                .await
        }
    }
}

// #[lazy]
// async fn own(ctx: &Context) -> Result<Arc<Conn>, Error> { dial(ctx).await }

async fn own(ctx: &Context) -> Result<Arc<Conn>, Error> {
    #[allow(clippy::type_complexity)]
    static __TASKWARD_LAZY: ::taskward::__private::Lazy<
        <Result<Arc<Conn>, Error> as ::taskward::__private::LazyOutput>::Value,
    > = ::taskward::__private::Lazy::new();
    #[allow(clippy::type_complexity)]
    async fn __taskward_work(
        ctx: &Context,
    ) -> <Result<Arc<Conn>, Error> as ::taskward::__private::LazyOutput>::Made {
        dial(ctx).await
    }
    use ::taskward::__private::{ViaLazy as _, ViaNoLazy as _};
    match (&&::taskward::__private::LazyProbe::<Result<Arc<Conn>, Error>>::NEW)
        .look(&__TASKWARD_LAZY)
    {
        ::core::result::Result::Ok(ready) => ready,
        ::core::result::Result::Err(lazy) => {
            (&&::taskward::__private::LazyProbe::<Result<Arc<Conn>, Error>>::NEW)
                .lazy(
                    lazy,
                    __taskward_work(ctx),
                    const { &::taskward::__private::Place::of_function("own") },
                )
                .await
        }
    }
}

// #[lazy(self.conn, metrics)]
// async fn observed(&self) -> Result<Arc<Conn>, Error> { dial().await }

fn observed(&self) -> impl ::core::future::Future<Output = Result<Arc<Conn>, Error>> {
    #[allow(unused_imports)]
    use ::taskward::__private::{ViaAnyEnd as _, ViaOptionEnd as _, ViaResultEnd as _};
    let __observation = ::taskward::__private::metrics_of!(
        ::taskward::__private::Observation::default(), "observed"
    );
    let __taskward_future = async move {
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Result<Arc<Conn>, Error>,
        > {
            return __taskward_return;
        }
        {
            use ::taskward::__private::{ViaLazy as _, ViaNoLazy as _};
            match (&&::taskward::__private::LazyProbe::<Result<Arc<Conn>, Error>>::NEW)
                .look(&self.conn)
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
                            const {
                                &::taskward::__private::Place::of_function("observed")
                            },
                        )
                        .await
                }
            }
        }
    };
    ::taskward::__private::observe(
        __observation,
        (&::taskward::__private::EndProbe::of(&__taskward_future)).has_failed(),
        __taskward_future,
    )
}

// #[lazy]
// fn own_plain() -> Arc<Table> { let mut table = Table::new(); table.fill(); table }

fn own_plain() -> Arc<Table> {
    #[allow(clippy::type_complexity)]
    static __TASKWARD_LAZY: ::taskward::__private::Lazy<
        <Arc<Table> as ::taskward::__private::LazyOutput>::Value,
    > = ::taskward::__private::Lazy::new();
    #[allow(clippy::type_complexity)]
    fn __taskward_work() -> <Arc<Table> as ::taskward::__private::LazyOutput>::Made {
        let mut table = Table::new();
        table.fill();
        table
    }
    use ::taskward::__private::{ViaLazy as _, ViaNoLazy as _};
    match (&&::taskward::__private::LazyProbe::<Arc<Table>>::NEW).look(&__TASKWARD_LAZY)
    {
        ::core::result::Result::Ok(ready) => ready,
        ::core::result::Result::Err(lazy) => {
            (&&::taskward::__private::LazyProbe::<Arc<Table>>::NEW)
                .lazy_blocking(
                    lazy,
                    || { __taskward_work() },
                    const { &::taskward::__private::Place::of_function("own_plain") },
                )
        }
    }
}
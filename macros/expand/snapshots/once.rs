// #[once]
// /// Documented.
// pub async fn f() -> Result<&'static Config, Error> { load().await }

/// Documented.
pub fn f() -> impl ::core::future::Future<Output = Result<&'static Config, Error>> {
    #[allow(clippy::type_complexity)]
    static __TASKWARD_ONCE: <Result<
        &'static Config,
        Error,
    > as ::taskward::__private::OnceOutput<'static>>::Cell = ::taskward::__private::Once::new();
    #[allow(clippy::type_complexity)]
    async fn __taskward_work() -> <Result<
        &'static Config,
        Error,
    > as ::taskward::__private::OnceOutput<'static>>::Made {
        load().await
    }
    ::taskward::__private::once_call(
        move || &__TASKWARD_ONCE,
        move || (
            const { ::taskward::__private::Place::of_function("f") },
            ::core::option::Option::None,
            __taskward_work(),
        ),
        move |result| ::taskward::__private::once_lend(
            &__TASKWARD_ONCE,
            result,
            ::taskward::__private::once_copy(&__TASKWARD_ONCE),
        ),
    )
}

// #[once]
// fn plain() -> &'static Table { let mut table = Table::new(); table.fill(); table }

fn plain() -> &'static Table {
    #[allow(clippy::type_complexity)]
    static __TASKWARD_ONCE: <&'static Table as ::taskward::__private::OnceOutput<
        'static,
    >>::Cell = ::taskward::__private::Once::new();
    #[allow(clippy::type_complexity)]
    fn __taskward_work() -> <&'static Table as ::taskward::__private::OnceOutput<
        'static,
    >>::Made {
        let mut table = Table::new();
        table.fill();
        table
    }
    ::taskward::__private::once_lend(
        &__TASKWARD_ONCE,
        match ::taskward::__private::once_ready(&__TASKWARD_ONCE) {
            ::core::option::Option::Some(kept) => ::core::result::Result::Ok(kept),
            ::core::option::Option::None => {
                ::taskward::__private::once_blocking(
                    &__TASKWARD_ONCE,
                    const { ::taskward::__private::Place::of_function("plain") },
                    ::core::option::Option::None.as_ref(),
                    || { __taskward_work() },
                )
            }
        },
        ::taskward::__private::once_copy(&__TASKWARD_ONCE),
    )
}

// #[once]
// async fn context(_ctx: &Context) -> Result<&'static Config, Error> { load(_ctx).await }

fn context(
    ctx: &Context,
) -> impl ::core::future::Future<Output = Result<&'static Config, Error>> {
    #[allow(clippy::type_complexity)]
    static __TASKWARD_ONCE: <Result<
        &'static Config,
        Error,
    > as ::taskward::__private::OnceOutput<'static>>::Cell = ::taskward::__private::Once::new();
    #[allow(clippy::type_complexity)]
    async fn __taskward_work(
        ctx: &Context,
    ) -> <Result<
        &'static Config,
        Error,
    > as ::taskward::__private::OnceOutput<'static>>::Made {
        let _ctx = ctx;
        load(_ctx).await
    }
    ::taskward::__private::once_call(
        move || &__TASKWARD_ONCE,
        move || (
            const { ::taskward::__private::Place::of_function("context") },
            ::core::option::Option::Some(::taskward::__private::context(&ctx)),
            __taskward_work(ctx),
        ),
        move |result| ::taskward::__private::once_lend(
            &__TASKWARD_ONCE,
            result,
            ::taskward::__private::once_copy(&__TASKWARD_ONCE),
        ),
    )
}

// #[once(self.config)]
// async fn field(&self) -> io::Result<&Config> { load(&self.path).await }

fn field(&self) -> impl ::core::future::Future<Output = io::Result<&Config>> {
    let cell: &<io::Result<&Config> as ::taskward::__private::OnceOutput<'_>>::Cell = &self
        .config;
    ::taskward::__private::once_call(
        move || cell,
        move || (
            const { ::taskward::__private::Place::of_function("field") },
            ::core::option::Option::None,
            async move {
                if let ::core::option::Option::Some(__taskward_made) = ::core::option::Option::None::<
                    <io::Result<&Config> as ::taskward::__private::OnceOutput<'_>>::Made,
                > {
                    return __taskward_made;
                }
                load(&self.path).await
            },
        ),
        move |result| ::taskward::__private::once_lend(
            cell,
            result,
            ::taskward::__private::once_copy(cell),
        ),
    )
}

// #[once(self.table)]
// fn plain_field(&self) -> &Table { Table::of(self.size) }

fn plain_field(&self) -> &Table {
    let cell: &<&Table as ::taskward::__private::OnceOutput<'_>>::Cell = &self.table;
    ::taskward::__private::once_lend(
        cell,
        match ::taskward::__private::once_ready(cell) {
            ::core::option::Option::Some(kept) => ::core::result::Result::Ok(kept),
            ::core::option::Option::None => {
                ::taskward::__private::once_blocking(
                    cell,
                    const { ::taskward::__private::Place::of_function("plain_field") },
                    ::core::option::Option::None.as_ref(),
                    || -> <&Table as ::taskward::__private::OnceOutput<'_>>::Made {
                        Table::of(self.size)
                    },
                )
            }
        },
        ::taskward::__private::once_copy(cell),
    )
}

// #[once(CONFIG, crate = some::path)]
// async fn elsewhere() -> Alias { load().await }

async fn elsewhere() -> Alias {
    let cell: &<Alias as some::path::__private::OnceOutput<'_>>::Cell = &CONFIG;
    some::path::__private::once_lend(
        cell,
        match some::path::__private::once_ready(cell) {
            ::core::option::Option::Some(kept) => ::core::result::Result::Ok(kept),
            ::core::option::Option::None => {
                some::path::__private::once(
                        cell,
                        const { some::path::__private::Place::of_function("elsewhere") },
                        ::core::option::Option::None,
                        async move {
                            if let ::core::option::Option::Some(__taskward_made) = ::core::option::Option::None::<
                                <Alias as some::path::__private::OnceOutput<'_>>::Made,
                            > {
                                return __taskward_made;
                            }
                            load().await
                        },
                    )
                    .await
            }
        },
        some::path::__private::once_copy(cell),
    )
}

// #[once(span)]
// async fn observed() -> Result<&'static Config, Error> { load().await }

fn observed() -> impl ::core::future::Future<Output = Result<&'static Config, Error>> {
    #[allow(unused_imports)]
    use ::taskward::__private::{ViaAnyEnd as _, ViaOptionEnd as _, ViaResultEnd as _};
    let __observation = ::taskward::__private::span_of!(
        ::taskward::__private::Observation::default(), "observed"
    );
    let __taskward_future = async move {
        if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
            Result<&'static Config, Error>,
        > {
            return __taskward_return;
        }
        {
            #[allow(clippy::type_complexity)]
            static __TASKWARD_ONCE: <Result<
                &'static Config,
                Error,
            > as ::taskward::__private::OnceOutput<'static>>::Cell = ::taskward::__private::Once::new();
            #[allow(clippy::type_complexity)]
            async fn __taskward_work() -> <Result<
                &'static Config,
                Error,
            > as ::taskward::__private::OnceOutput<'static>>::Made {
                load().await
            }
            ::taskward::__private::once_lend(
                &__TASKWARD_ONCE,
                match ::taskward::__private::once_ready(&__TASKWARD_ONCE) {
                    ::core::option::Option::Some(kept) => {
                        ::core::result::Result::Ok(kept)
                    }
                    ::core::option::Option::None => {
                        ::taskward::__private::once(
                                &__TASKWARD_ONCE,
                                const {
                                    ::taskward::__private::Place::of_function("observed")
                                },
                                ::core::option::Option::None,
                                __taskward_work(),
                            )
                            .await
                    }
                },
                ::taskward::__private::once_copy(&__TASKWARD_ONCE),
            )
        }
    };
    ::taskward::__private::observe(
        __observation,
        (&::taskward::__private::EndProbe::of(&__taskward_future)).has_failed(),
        __taskward_future,
    )
}
// #[single_flight(key = id)]
// /// Documented.
// pub async fn f(ctx: &Context, id: u64) -> Result<User, Error> { load(ctx, id).await }

/// Documented.
pub async fn f(ctx: &Context, id: u64) -> Result<User, Error> {
    #[allow(unused_imports)]
    use ::taskward::__private::{
        ViaFlightBorrow as _, ViaFlightValue as _, ViaKeyItself as _, ViaNoFlight as _,
        ViaOwnedKey as _, ViaValue as _,
    };
    let __handle = ::taskward::__private::handle(&ctx);
    let __taskward_call = {
        let __taskward_key = ::taskward::__private::KeyAt(&id).owned();
        let __taskward_key = ::taskward::__private::keyed(__taskward_key);
        static __TASKWARD_FLIGHTS: ::taskward::__private::Flights = ::taskward::__private::Flights::new();
        let __table = &__TASKWARD_FLIGHTS;
        let __taskward_shape = ::taskward::__private::ResultOf::<
            Result<User, Error>,
        >::NEW
            .shape();
        let __clone = ::taskward::__private::cloner(__taskward_shape);
        let __taskward_run = |__flight: &::taskward::__private::Context| {
            let __flight = ::core::clone::Clone::clone(__flight);
            async move {
                let ctx = ::taskward::__private::flight_ctx::<&Context>(&__flight);
                let _ = &ctx;
                let ctx = ctx;
                let _ = &ctx;
                let id = id;
                let _ = &id;
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    Result<User, Error>,
                > {
                    return __taskward_return;
                }
                load(ctx, id).await
            }
        };
        ::taskward::__private::FlightProbe::of(&__taskward_key, &__clone)
            .single_flight(
                __table,
                __taskward_key,
                __clone,
                __taskward_run,
                const { &::taskward::__private::Place::of_function("f") },
            )
    };
    ::taskward::__private::flight_with(__handle, __taskward_call).await
}

// #[single_flight(key = (tenant, id), shared(db),)]
// async fn borrowed(tenant: &str, id: u64, db: &Db) -> Option<u8> { let row = db.row(tenant, id).await; row }

async fn borrowed(tenant: &str, id: u64, db: &Db) -> Option<u8> {
    #[allow(unused_imports)]
    use ::taskward::__private::{
        ViaFlightBorrow as _, ViaFlightValue as _, ViaKeyItself as _, ViaNoFlight as _,
        ViaOwnedKey as _, ViaValue as _,
    };
    let __taskward_call = {
        let __taskward_key = (
            ::taskward::__private::KeyAt(&tenant).owned(),
            ::taskward::__private::KeyAt(&id).owned(),
        );
        let __taskward_key = ::taskward::__private::keyed(__taskward_key);
        static __TASKWARD_FLIGHTS: ::taskward::__private::Flights = ::taskward::__private::Flights::new();
        let __table = &__TASKWARD_FLIGHTS;
        let __taskward_shape = ::taskward::__private::ResultOf::<Option<u8>>::NEW
            .shape();
        let __clone = ::taskward::__private::cloner(__taskward_shape);
        let __taskward_run = |_: &::taskward::__private::Context| {
            let __owned0 = ::taskward::__private::own_param(tenant);
            let __owned2 = ::taskward::__private::own_param(db);
            async move {
                let tenant: &str = ::core::borrow::Borrow::borrow(&__owned0);
                let tenant = tenant;
                let _ = &tenant;
                let id = id;
                let _ = &id;
                let db: &Db = ::core::borrow::Borrow::borrow(&__owned2);
                let db = db;
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    Option<u8>,
                > {
                    return __taskward_return;
                }
                {
                    let row = db.row(tenant, id).await;
                    row
                }
            }
        };
        ::taskward::__private::FlightProbe::of(&__taskward_key, &__clone)
            .single_flight(
                __table,
                __taskward_key,
                __clone,
                __taskward_run,
                const { &::taskward::__private::Place::of_function("borrowed") },
            )
    };
    __taskward_call.await
}

// #[single_flight(self.flights, key = user.id(),)]
// async fn method(self: &Arc<Self>, _: &Context, user: User) -> io::Result<()> { self.load(user).await }

async fn method(self: &Arc<Self>, ctx: &Context, user: User) -> io::Result<()> {
    #[allow(unused_imports)]
    use ::taskward::__private::{
        ViaFlightBorrow as _, ViaFlightValue as _, ViaKeyItself as _, ViaNoFlight as _,
        ViaOwnedKey as _, ViaValue as _,
    };
    let __handle = ::taskward::__private::handle(&ctx);
    let __taskward_call = {
        let __taskward_key = ::taskward::__private::KeyOf(user.id()).owned();
        let __taskward_key = ::taskward::__private::keyed(__taskward_key);
        let __table = ::taskward::__private::flights_of::<
            _,
            io::Result<()>,
        >(&self.flights);
        let __taskward_key = ::taskward::__private::key_for(__table, __taskward_key);
        let __taskward_shape = ::taskward::__private::ResultOf::<io::Result<()>>::NEW
            .shape();
        let __clone = ::taskward::__private::cloner(__taskward_shape);
        let __taskward_run = |__flight: &::taskward::__private::Context| {
            let __flight = ::core::clone::Clone::clone(__flight);
            let __this = ::taskward::__private::own_self(self);
            async move {
                let ctx = ::taskward::__private::flight_ctx::<&Context>(&__flight);
                let _ = &ctx;
                let __self = &__this;
                let __kept_ctx = ctx;
                let user = user;
                let _ = &user;
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    io::Result<()>,
                > {
                    return __taskward_return;
                }
                __self.load(user).await
            }
        };
        ::taskward::__private::FlightProbe::of(&__taskward_key, &__clone)
            .single_flight(
                __table,
                __taskward_key,
                __clone,
                __taskward_run,
                const { &::taskward::__private::Place::of_function("method") },
            )
    };
    ::taskward::__private::flight_with(__handle, __taskward_call).await
}

// #[single_flight(key = ctx)]
// async fn perhaps_a_context(mut ctx: Ctx) -> Option<u8> { ctx += 1; g(ctx).await }

async fn perhaps_a_context(ctx: Ctx) -> Option<u8> {
    #[allow(unused_imports)]
    use ::taskward::__private::{
        ViaFlightBorrow as _, ViaFlightValue as _, ViaKeyItself as _, ViaNoFlight as _,
        ViaOwnedKey as _, ViaValue as _,
    };
    let __handle = (&::taskward::__private::First::<Ctx>::NEW).handle(&ctx);
    let __taskward_call = {
        let __taskward_key = ::taskward::__private::KeyAt(&ctx).owned();
        let __taskward_key = ::taskward::__private::keyed(__taskward_key);
        static __TASKWARD_FLIGHTS: ::taskward::__private::Flights = ::taskward::__private::Flights::new();
        let __table = &__TASKWARD_FLIGHTS;
        let __taskward_shape = ::taskward::__private::ResultOf::<Option<u8>>::NEW
            .shape();
        let __clone = ::taskward::__private::cloner(__taskward_shape);
        let __taskward_run = |__flight: &::taskward::__private::Context| {
            let __flight = ::core::clone::Clone::clone(__flight);
            let mut __owned = (&::taskward::__private::First::<Ctx>::NEW).own(ctx);
            async move {
                let ctx = (&::taskward::__private::First::<Ctx>::NEW)
                    .lend(&mut __owned, &__flight);
                let _ = &ctx;
                let mut ctx = ctx;
                let _ = &ctx;
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    Option<u8>,
                > {
                    return __taskward_return;
                }
                {
                    ctx += 1;
                    g(ctx).await
                }
            }
        };
        ::taskward::__private::FlightProbe::of(&__taskward_key, &__clone)
            .single_flight(
                __table,
                __taskward_key,
                __clone,
                __taskward_run,
                const { &::taskward::__private::Place::of_function("perhaps_a_context") },
            )
    };
    (&::taskward::__private::First::<Ctx>::NEW).fly(__handle, __taskward_call).await
}

// #[single_flight(key = (), crate = some::path)]
// async fn elsewhere() -> Alias { load().await }

async fn elsewhere() -> Alias {
    #[allow(unused_imports)]
    use some::path::__private::{
        ViaFlightBorrow as _, ViaFlightValue as _, ViaKeyItself as _, ViaNoFlight as _,
        ViaOwnedKey as _, ViaValue as _,
    };
    let __taskward_call = {
        let __taskward_key = some::path::__private::KeyOf(()).owned();
        let __taskward_key = some::path::__private::keyed(__taskward_key);
        static __TASKWARD_FLIGHTS: some::path::__private::Flights = some::path::__private::Flights::new();
        let __table = &__TASKWARD_FLIGHTS;
        let __taskward_shape = some::path::__private::ResultOf::<Alias>::NEW.shape();
        let __clone = some::path::__private::cloner(__taskward_shape);
        let __taskward_run = |_: &some::path::__private::Context| {
            async move {
                if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                    Alias,
                > {
                    return __taskward_return;
                }
                load().await
            }
        };
        some::path::__private::FlightProbe::of(&__taskward_key, &__clone)
            .single_flight(
                __table,
                __taskward_key,
                __clone,
                __taskward_run,
                const { &some::path::__private::Place::of_function("elsewhere") },
            )
    };
    __taskward_call.await
}

// #[single_flight(key = id, span, fields(id), metrics)]
// async fn observed(ctx: &Context, id: u64) -> u64 { g(ctx, id).await }

async fn observed(ctx: &Context, id: u64) -> u64 {
    #[allow(unused_imports)]
    use ::taskward::__private::{ViaAnyEnd as _, ViaOptionEnd as _, ViaResultEnd as _};
    let __observation = {
        #[allow(unused_variables)]
        let id = &id;
        ::taskward::__private::metrics_of!(
            ::taskward::__private::span_of!(::taskward::__private::Observation::default(),
            "observed", id), "observed"
        )
    };
    let __taskward_future = async move {
        #[allow(unused_imports)]
        use ::taskward::__private::{
            ViaFlightBorrow as _, ViaFlightValue as _, ViaKeyItself as _,
            ViaNoFlight as _, ViaOwnedKey as _, ViaValue as _,
        };
        let __handle = ::taskward::__private::handle(&ctx);
        let __taskward_call = {
            let __taskward_key = ::taskward::__private::KeyAt(&id).owned();
            let __taskward_key = ::taskward::__private::keyed(__taskward_key);
            static __TASKWARD_FLIGHTS: ::taskward::__private::Flights = ::taskward::__private::Flights::new();
            let __table = &__TASKWARD_FLIGHTS;
            let __taskward_shape = ::taskward::__private::ResultOf::<u64>::NEW.shape();
            let __clone = ::taskward::__private::cloner(__taskward_shape);
            let __taskward_run = |__flight: &::taskward::__private::Context| {
                let __flight = ::core::clone::Clone::clone(__flight);
                async move {
                    let ctx = ::taskward::__private::flight_ctx::<&Context>(&__flight);
                    let _ = &ctx;
                    let ctx = ctx;
                    let _ = &ctx;
                    let id = id;
                    let _ = &id;
                    if let ::core::option::Option::Some(__taskward_return) = ::core::option::Option::None::<
                        u64,
                    > {
                        return __taskward_return;
                    }
                    g(ctx, id).await
                }
            };
            ::taskward::__private::FlightProbe::of(&__taskward_key, &__clone)
                .single_flight(
                    __table,
                    __taskward_key,
                    __clone,
                    __taskward_run,
                    const { &::taskward::__private::Place::of_function("observed") },
                )
        };
        ::taskward::__private::flight_with(__handle, __taskward_call).await
    };
    ::taskward::__private::observe(
            __observation,
            (&::taskward::__private::EndProbe::of(&__taskward_future)).has_failed(),
            __taskward_future,
        )
        .await
}
// #[once]
// async fn argument(n: u8) -> Result<&'static Config, Error> { load(n).await }

::core::compile_error! {
    "what `argument` makes is kept for every caller, and would be that of the first caller's argument\nhelp: take it from where all callers have the same, such as a field: `#[once(self.field)]`; to share the calls that have an equal argument: `#[single_flight(key = …)]`"
}
async fn argument(n: u8) -> Result<&'static Config, Error> {
    {
        let work = async move {
            if let ::core::option::Option::Some(__taskward_made) = ::core::option::Option::None::<
                <Result<
                    &'static Config,
                    Error,
                > as ::taskward::__private::OnceOutput<'_>>::Made,
            > {
                return __taskward_made;
            }
            load(n).await
        };
        ::core::mem::drop(work);
        ::core::unreachable!()
    }
}

// #[once]
// async fn owned() -> Result<Config, Error> { load().await }

::core::compile_error! {
    "`owned` keeps the value, so callers get a reference to it\nhelp: write `-> Result<&'static Config, Error>`; the body stays as it is"
}
async fn owned() -> Result<Config, Error> {
    load().await
}
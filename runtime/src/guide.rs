#![doc = include_str!("../docs/guide/links.md")]
#![doc = include_str!("../docs/guide/README.md")]

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/pictures/links.md")]
#[doc = include_str!("../docs/guide/contexts.md")]
pub mod contexts {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/limits.md")]
pub mod limits {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/pools.md")]
pub mod pools {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/tasks.md")]
pub mod tasks {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/shared_state.md")]
pub mod shared_state {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/cleanup.md")]
pub mod cleanup {}

#[cfg(feature = "test-util")]
#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/pictures/links.md")]
#[doc = include_str!("../docs/guide/testing.md")]
pub mod testing {}

/// Needs the feature `test-util`.
#[cfg(not(feature = "test-util"))]
pub mod testing {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/services.md")]
pub mod services {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/machines.md")]
pub mod machines {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/adopting.md")]
pub mod adopting {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = include_str!("../docs/guide/from_go.md")]
pub mod from_go {}

#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod database;
mod engine;
mod error;
#[cfg(doc)]
#[doc = include_str!("../docs/many.md")]
pub mod from_one_machine_to_many {}
#[cfg(doc)]
#[doc = include_str!("../docs/scaling.md")]
pub mod how_far_it_goes {}
mod hub;
mod job;
mod jobs;
mod letters;
mod meter;
mod options;
mod output;
mod portable;
mod serve;
mod spec;
mod stream;
mod submit;
mod urls;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use crate::error::JobsError;
pub use crate::job::Job;
pub use crate::jobs::Jobs;
pub use crate::letters::{DeadJob, JobId, QueueState};
pub use crate::options::BatchOptions;
pub use crate::portable::{Portable, TraceContext};
pub use crate::stream::JobStream;
pub use crate::urls::Urls;

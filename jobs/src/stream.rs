//! [`JobStream`]: results of a stream of items, from this process or from others.

use std::fmt;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use futures_util::Stream;
use futures_util::stream::FusedStream;
use pin_project_lite::pin_project;
use taskward::WorkerStream;

use crate::submit::Flow;

pin_project! {
    /// The results of a stream of items: the return type of `NAME_all` of
    /// `#[worker_pool(stream, jobs = …)]`.
    ///
    /// With a job queue in the context, items are sent as they come, at most `queue` of them (1000
    /// without the option) ahead of the results that were yielded. After the last result it yields
    /// `None` for good. Dropping it cancels the jobs.
    #[must_use = "streams do nothing unless polled"]
    pub struct JobStream<S: Stream, R> {
        #[pin]
        source: Source<S, R>,
    }
}

pin_project! {
    #[project = SourceProjection]
    enum Source<S: Stream, R> {
        Process { #[pin] stream: WorkerStream<S, R> },
        Queue { #[pin] flow: Flow<S, R> },
    }
}

impl<S: Stream, R> JobStream<S, R> {
    /// The workers are in this process.
    #[doc(hidden)]
    pub fn in_process(stream: WorkerStream<S, R>) -> Self {
        Self { source: Source::Process { stream } }
    }

    pub(crate) fn queued(flow: Flow<S, R>) -> Self {
        Self { source: Source::Queue { flow } }
    }
}

impl<S: Stream, R> Stream for JobStream<S, R> {
    type Item = R;

    fn poll_next(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<R>> {
        match self.project().source.project() {
            SourceProjection::Process { stream } => stream.poll_next(task),
            SourceProjection::Queue { flow } => flow.poll_next(task),
        }
    }
}

impl<S: Stream, R> FusedStream for JobStream<S, R> {
    fn is_terminated(&self) -> bool {
        match &self.source {
            Source::Process { stream } => stream.is_terminated(),
            Source::Queue { flow } => flow.is_over(),
        }
    }
}

impl<S: Stream, R> fmt::Debug for JobStream<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobStream").field("is_terminated", &self.is_terminated()).finish_non_exhaustive()
    }
}

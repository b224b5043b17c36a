//! Context propagation for reqwest.
#![doc = include_str!("../docs/reqwest.md")]

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;

use ::reqwest::{RequestBuilder, Response};
use http::{HeaderMap, HeaderName};
use taskward::{Context, ContextError};

use crate::outgoing::{self, DEADLINE_HEADER};

const DEADLINE: HeaderName = HeaderName::from_static(DEADLINE_HEADER);

/// Adds a context to a reqwest request.
pub trait RequestBuilderExt: Sized {
    /// Sets the remaining time as the request's timeout and in [`DEADLINE_HEADER`], and adds the
    /// request id and the trace. Replaces values that the request already has.
    ///
    /// For a request that is sent in an annotated function, which ends with its context. Otherwise
    /// use [`send_with`](Self::send_with).
    fn with_context(self, ctx: &Context) -> RequestBuilder;

    /// Sends the request with the context, and drops it when the context ends.
    ///
    /// A shorter timeout or deadline of the request is kept, and so is its id. The timeout also
    /// applies to reading the body.
    ///
    /// # Errors
    ///
    /// Returns [`Error::Interrupted`] if the context has ended or ends first, otherwise the error
    /// of reqwest.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future drops the request; the server may have received it.
    fn send_with(self, ctx: &Context) -> impl Future<Output = Result<Response, Error>> + Send;
}

impl RequestBuilderExt for RequestBuilder {
    fn with_context(self, ctx: &Context) -> RequestBuilder {
        let mut headers = HeaderMap::new();
        outgoing::write_http(ctx, &mut headers, &DEADLINE);
        let request = self.headers(headers);
        match ctx.remaining() {
            Some(left) => request.timeout(left),
            None => request,
        }
    }

    async fn send_with(self, ctx: &Context) -> Result<Response, Error> {
        ctx.check()?;
        let (client, request) = self.build_split();
        let mut request = request?;
        outgoing::write_http(ctx, request.headers_mut(), &DEADLINE);
        if let Some(left) = ctx.remaining() {
            let timeout = request.timeout_mut();
            *timeout = Some(timeout.map_or(left, |set| set.min(left)));
        }
        match ctx.run(client.execute(request)).await? {
            Ok(response) => Ok(response),
            // The timers of reqwest and of the context fire at the same time.
            Err(error) if error.is_timeout() => {
                Err(ctx.check().map_or_else(Error::Interrupted, |()| Error::Request(error)))
            }
            Err(error) => Err(Error::Request(error)),
        }
    }
}

/// The error of a request without a response.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The context of the caller has ended.
    Interrupted(ContextError),
    /// The request failed.
    Request(::reqwest::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted(why) => why.fmt(f),
            Self::Request(error) => error.fmt(f),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Interrupted(why) => why.source(),
            Self::Request(error) => error.source(),
        }
    }
}

impl From<ContextError> for Error {
    fn from(why: ContextError) -> Self {
        Self::Interrupted(why)
    }
}

impl From<::reqwest::Error> for Error {
    fn from(error: ::reqwest::Error) -> Self {
        Self::Request(error)
    }
}

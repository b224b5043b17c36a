//! Requests of reqwest that take the context of their caller along.
#![doc = include_str!("../docs/reqwest.md")]

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;

use ::reqwest::{RequestBuilder, Response};
use http::{HeaderMap, HeaderName};
use taskward::{Context, ContextError};

use crate::outgoing::{self, DEADLINE_HEADER};

const DEADLINE: HeaderName = HeaderName::from_static(DEADLINE_HEADER);

/// Takes a context along in a request of reqwest.
pub trait RequestBuilderExt: Sized {
    /// Gives the request the rest of the context's time, as its timeout and in [`DEADLINE_HEADER`],
    /// its id and its trace. They replace those that the request has.
    ///
    /// For a request that is sent in an annotated function, which ends with its context; or else
    /// use [`send_with`](Self::send_with).
    fn with_context(self, ctx: &Context) -> RequestBuilder;

    /// Sends the request with the context, and ends with it.
    ///
    /// A shorter timeout or deadline that the request has stays, and so does its id. The timeout
    /// holds for reading the body, too.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`] if the context has ended or ends first, and otherwise that of
    /// reqwest.
    ///
    /// # Cancellation safety
    ///
    /// Dropping the future drops the request; the server may have got it.
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
            // Its timer and that of the context go off together.
            Err(error) if error.is_timeout() => {
                Err(ctx.check().map_or_else(Error::Interrupted, |()| Error::Request(error)))
            }
            Err(error) => Err(Error::Request(error)),
        }
    }
}

/// Why there is no response.
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

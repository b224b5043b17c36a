//! The failures of the gateway, as responses.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use taskward::ContextError;
use tonic::{Code, Status};

/// A failure, which every caller of a single flight gets.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Interrupted(#[from] ContextError),
    #[error("orders: {0}")]
    Orders(#[from] Status),
    #[error("the database: {0}")]
    Database(Arc<sqlx::Error>),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Interrupted(why) => why.into_response(),
            Self::Orders(status) => match ContextError::find(&status) {
                Some(why) => why.clone().into_response(),
                None if status.code() == Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT.into_response(),
                None => (StatusCode::BAD_GATEWAY, status.message().to_owned()).into_response(),
            },
            failure @ Self::Database(_) => (StatusCode::INTERNAL_SERVER_ERROR, failure.to_string()).into_response(),
        }
    }
}

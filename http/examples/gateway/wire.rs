//! Shared code: text over gRPC, and metrics.

use std::sync::OnceLock;

use bytes::{Buf, BufMut};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use taskward::Context;
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

pub(crate) const PLACE: &str = "/example.Orders/Place";

/// Messages are plain text, so that the example needs no `protoc`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, item: String, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put_slice(item.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = from.copy_to_bytes(from.remaining());
        String::from_utf8(bytes.into()).map(Some).map_err(|error| Status::invalid_argument(error.to_string()))
    }
}

/// The metrics of this process.
pub(crate) fn record() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    let install = || PrometheusBuilder::new().install_recorder().expect("there is no other recorder");
    HANDLE.get_or_init(install).clone()
}

/// The number of calls of a function that have not ended.
pub(crate) fn in_flight(metrics: &PrometheusHandle, name: &str) -> String {
    read(metrics, &format!("taskward_calls_in_flight{{name=\"{name}\"}} "))
}

/// The number of successful calls of a function.
pub(crate) fn successful(metrics: &PrometheusHandle, name: &str) -> String {
    read(metrics, &format!("taskward_calls_total{{name=\"{name}\",outcome=\"ok\"}} "))
}

fn read(metrics: &PrometheusHandle, key: &str) -> String {
    let page = metrics.render();
    page.lines().find_map(|line| line.strip_prefix(key)).unwrap_or("0").to_owned()
}

/// The milliseconds that are left for a context.
pub(crate) fn left(ctx: &Context) -> String {
    ctx.remaining().map_or("unlimited".to_owned(), |left| left.as_millis().to_string())
}

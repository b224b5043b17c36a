//! Ids of requests.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The longest id that is accepted from a caller.
const MOST: usize = 128;

/// The id of a request, as a value of its context: the caller's, or a random one of 32 hexadecimal
/// digits.
///
/// Set by [`ContextLayer::request_id`](crate::ContextLayer::request_id). Calls with the context
/// send it on.
///
/// ```
/// use taskward::Context;
/// use taskward_http::RequestId;
///
/// fn log(ctx: &Context, line: &str) {
///     let id = ctx.value::<RequestId>().map_or("-", RequestId::as_str);
///     println!("{id} {line}");
/// }
/// # log(&Context::background(), "");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId {
    header: HeaderName,
    value: HeaderValue,
}

impl RequestId {
    /// Accepts the caller's id if it is one visible text of at most 128 bytes.
    pub(crate) fn read(headers: &HeaderMap, header: &HeaderName) -> Self {
        let mut values = headers.get_all(header).iter();
        let first = values.next().filter(|value| is_sound(value.as_bytes()));
        let value = match (first, values.next()) {
            (Some(value), None) => value.clone(),
            _ => random(),
        };
        Self { header: header.clone(), value }
    }

    /// Writes the id into the headers of a response or a call, unless they already have one.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        headers.entry(&self.header).or_insert_with(|| self.value.clone());
    }

    /// Returns the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.value.to_str().unwrap_or_default()
    }
}

fn is_sound(id: &[u8]) -> bool {
    (1..=MOST).contains(&id.len()) && id.iter().all(u8::is_ascii_graphic)
}

fn random() -> HeaderValue {
    let id = format!("{:032x}", fastrand::u128(..));
    HeaderValue::from_maybe_shared(id).unwrap_or(HeaderValue::from_static("0"))
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::RequestId;

    const HEADER: HeaderName = HeaderName::from_static("x-request-id");

    fn read(values: &[&[u8]]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_bytes(value).unwrap());
        }
        RequestId::read(&headers, &HEADER).to_string()
    }

    #[test]
    fn the_callers_id_is_taken_over_if_it_is_sound() {
        assert_eq!(read(&[b"7f-a/3"]), "7f-a/3");
        let refused: [&[&[u8]]; 6] = [&[], &[b""], &[b"a b"], &[b"\xc3\xa9"], &[&[b'a'; 129]], &[b"a", b"b"]];
        for values in refused {
            let id = read(values);
            assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        }
    }
}

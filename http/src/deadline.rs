//! The request headers that carry a deadline.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
const CONNECT_TIMEOUT: HeaderName = HeaderName::from_static("connect-timeout-ms");
const ENVOY_TIMEOUT: HeaderName = HeaderName::from_static("x-envoy-expected-rq-timeout-ms");

/// The limit of the gRPC specification.
const GRPC_DIGITS: usize = 8;
/// The limit of the Connect specification: 115 days.
const MILLIS_DIGITS: usize = 10;

/// A header whose value is not a time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) HeaderName);

/// Returns the shortest time of the known headers and of the headers in `millis`.
///
/// With `lenient`, a malformed header counts as absent.
pub(crate) fn read(headers: &HeaderMap, millis: &[HeaderName], lenient: bool) -> Result<Option<Duration>, Malformed> {
    let mut shortest = None;
    let known =
        [(&GRPC_TIMEOUT, parse_grpc as Parse), (&CONNECT_TIMEOUT, parse_millis), (&ENVOY_TIMEOUT, parse_millis)];
    let custom = millis.iter().map(|name| (name, parse_millis as Parse));
    for (name, parse) in known.into_iter().chain(custom) {
        match read_one(headers, name, parse) {
            Ok(Some(time)) => shortest = Some(shortest.map_or(time, |shortest: Duration| shortest.min(time))),
            Ok(None) => {}
            Err(_) if lenient => {}
            Err(malformed) => return Err(malformed),
        }
    }
    Ok(shortest)
}

type Parse = fn(&[u8]) -> Option<Duration>;

/// A header that occurs twice is malformed, because the values may differ.
fn read_one(headers: &HeaderMap, name: &HeaderName, parse: Parse) -> Result<Option<Duration>, Malformed> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match parse(value.as_bytes()) {
        Some(time) if values.next().is_none() => Ok(Some(time)),
        _ => Err(Malformed(name.clone())),
    }
}

/// `grpc-timeout`: at most eight digits and a unit.
pub(crate) fn parse_grpc(value: &[u8]) -> Option<Duration> {
    let (unit, digits) = value.split_last()?;
    let count = parse_digits(digits, GRPC_DIGITS)?;
    Some(match unit {
        b'H' => Duration::from_secs(count * 3600),
        b'M' => Duration::from_secs(count * 60),
        b'S' => Duration::from_secs(count),
        b'm' => Duration::from_millis(count),
        b'u' => Duration::from_micros(count),
        b'n' => Duration::from_nanos(count),
        _ => return None,
    })
}

/// Milliseconds: at most ten digits.
pub(crate) fn parse_millis(value: &[u8]) -> Option<Duration> {
    parse_digits(value, MILLIS_DIGITS).map(Duration::from_millis)
}

/// Accepts only digits; `u64::from_str` accepts a sign. `most` digits cannot overflow.
fn parse_digits(digits: &[u8], most: usize) -> Option<u64> {
    if digits.is_empty() || digits.len() > most || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |count, digit| count * 10 + u64::from(digit - b'0')))
}

/// The value of `grpc-timeout` for a time, in the finest unit that fits, rounded down.
pub(crate) fn format_grpc(time: Duration) -> HeaderValue {
    const MOST: u128 = 99_999_999;
    let units = [
        (time.as_nanos(), 'n'),
        (time.as_micros(), 'u'),
        (time.as_millis(), 'm'),
        (u128::from(time.as_secs()), 'S'),
        (u128::from(time.as_secs() / 60), 'M'),
    ];
    let fits = units.into_iter().find(|(count, _)| *count <= MOST);
    let (count, unit) = fits.unwrap_or((u128::from(time.as_secs() / 3600).min(MOST), 'H'));
    ascii(format!("{count}{unit}"))
}

/// The value in milliseconds, at least one: a call that is made has time left.
pub(crate) fn format_millis(time: Duration) -> HeaderValue {
    const MOST: u128 = 9_999_999_999;
    ascii(time.as_millis().clamp(1, MOST).to_string())
}

fn ascii(text: String) -> HeaderValue {
    HeaderValue::from_maybe_shared(text).unwrap_or(HeaderValue::from_static("0"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{GRPC_TIMEOUT, Malformed, format_grpc, format_millis, parse_grpc, parse_millis, read};

    const CUSTOM: HeaderName = HeaderName::from_static("x-deadline-ms");

    fn headers(pairs: &[(&'static str, &[u8])]) -> HeaderMap {
        let value = |value| HeaderValue::from_bytes(value).unwrap();
        pairs.iter().map(|(name, bytes)| (HeaderName::from_static(name), value(bytes))).fold(
            HeaderMap::new(),
            |mut map, (name, value)| {
                map.append(name, value);
                map
            },
        )
    }

    #[test]
    fn times_are_read_in_their_units() {
        let cases: [(&[u8], _); 8] = [
            (b"1H", Duration::from_secs(3600)),
            (b"2M", Duration::from_secs(120)),
            (b"3S", Duration::from_secs(3)),
            (b"4m", Duration::from_millis(4)),
            (b"5u", Duration::from_micros(5)),
            (b"6n", Duration::from_nanos(6)),
            (b"0n", Duration::ZERO),
            (b"99999999H", Duration::from_secs(99_999_999 * 3600)),
        ];
        for (value, time) in cases {
            assert_eq!(parse_grpc(value), Some(time), "{}", value.escape_ascii());
        }
        assert_eq!(parse_millis(b"9999999999"), Some(Duration::from_millis(9_999_999_999)));
        assert_eq!(parse_millis(b"0"), Some(Duration::ZERO));
    }

    #[test]
    fn malformed_times_are_refused() {
        let grpc: [&[u8]; 16] = [
            b"",
            b"S",
            b"-1S",
            b"+1S",
            b"1",
            b"1s",
            b"1 S",
            b" 1S",
            b"1S ",
            b"123456789S",
            b"1.5S",
            b"0x1S",
            b"1SS",
            b"\xff1S",
            "١S".as_bytes(),
            b"99999999999999999999999S",
        ];
        for value in grpc {
            assert_eq!(parse_grpc(value), None, "{}", value.escape_ascii());
        }
        let millis: [&[u8]; 9] =
            [b"", b"-1", b"+1", b"1.0", b" 1", b"1ms", b"12345678901", b"18446744073709551616", b"\xff"];
        for value in millis {
            assert_eq!(parse_millis(value), None, "{}", value.escape_ascii());
        }
    }

    #[test]
    fn the_shortest_of_several_headers_counts() {
        let all = headers(&[("grpc-timeout", b"3S"), ("connect-timeout-ms", b"2000"), ("x-deadline-ms", b"1000")]);
        assert_eq!(read(&all, &[], false), Ok(Some(Duration::from_secs(2))));
        assert_eq!(read(&all, &[CUSTOM], false), Ok(Some(Duration::from_secs(1))));
        assert_eq!(read(&HeaderMap::new(), &[CUSTOM], false), Ok(None));
    }

    #[test]
    fn a_header_that_is_there_twice_is_malformed() {
        let twice = headers(&[("grpc-timeout", b"3S"), ("grpc-timeout", b"3S"), ("connect-timeout-ms", b"7")]);
        assert_eq!(read(&twice, &[], false), Err(Malformed(GRPC_TIMEOUT)));
        assert_eq!(read(&twice, &[], true), Ok(Some(Duration::from_millis(7))));
    }

    #[test]
    fn sent_deadlines_are_read_back_and_never_longer() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..100_000 {
            let time = Duration::from_nanos(random.u64(..) >> random.u32(0..64));
            let sent = parse_grpc(format_grpc(time).as_bytes()).unwrap();
            assert!(sent <= time && sent + time / 1000 >= time, "{time:?}: {sent:?}");
            let sent = parse_millis(format_millis(time).as_bytes()).unwrap();
            assert!(sent <= time.max(Duration::from_millis(1)), "{time:?}: {sent:?}");
        }
        assert_eq!(format_grpc(Duration::MAX), "99999999H");
        assert_eq!(format_millis(Duration::MAX), "9999999999");
    }

    /// The expected value, from the standard library's parser on a checked text.
    fn expected(value: &[u8], most: usize) -> Option<u64> {
        let text = std::str::from_utf8(value).ok()?;
        let is_plain = (1..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit());
        if is_plain { text.parse().ok() } else { None }
    }

    /// `TASKWARD_FUZZ=n` sets the number of executions.
    #[test]
    fn random_values_are_read_as_the_specification_says_or_refused() {
        let executions = std::env::var("TASKWARD_FUZZ").map_or(200_000, |n| n.parse().unwrap());
        let mut random = fastrand::Rng::with_seed(42);
        let (mut read_grpc, mut read_millis) = (0, 0);
        for _ in 0..executions {
            let alphabet: &[u8] = if random.bool() { b"0123456789HMSmun" } else { b"09.+-eS \t\x00\xff\xc3\xa9s" };
            let mut value: Vec<u8> =
                (0..random.usize(0..14)).map(|_| alphabet[random.usize(..alphabet.len())]).collect();
            if random.u8(..) < 32 {
                value = (0..random.usize(0..40)).map(|_| random.u8(..)).collect();
            }
            let millis = parse_millis(&value);
            assert_eq!(millis, expected(&value, 10).map(Duration::from_millis), "{}", value.escape_ascii());
            read_millis += u32::from(millis.is_some());

            let grpc = parse_grpc(&value);
            let nanos = value.split_last().and_then(|(unit, digits)| {
                let unit = match unit {
                    b'H' => 3_600_000_000_000,
                    b'M' => 60_000_000_000,
                    b'S' => 1_000_000_000,
                    b'm' => 1_000_000,
                    b'u' => 1_000,
                    b'n' => 1_u128,
                    _ => return None,
                };
                Some(u128::from(expected(digits, 8)?) * unit)
            });
            assert_eq!(grpc.map(|time| time.as_nanos()), nanos, "{}", value.escape_ascii());
            read_grpc += u32::from(grpc.is_some());
        }
        assert!(read_grpc > executions / 100 && read_millis > executions / 100, "{read_grpc}, {read_millis}");
    }
}

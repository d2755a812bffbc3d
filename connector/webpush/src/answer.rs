//! What push services answer.

use auction::PushAnswer;
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use kernel::UnixMs;
use time::PrimitiveDateTime;
use time::macros::format_description;

/// What the number means, and how long the service wants to be left alone.
pub(crate) fn read(status: StatusCode, headers: &HeaderMap, now: UnixMs) -> PushAnswer {
    let why = format!("the push service answers {}", status.as_u16());
    match status {
        _ if status.is_success() => PushAnswer::Taken,
        // the browser has taken its word back, or the address ran out
        StatusCode::NOT_FOUND | StatusCode::GONE => PushAnswer::Gone,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            PushAnswer::Later { after_ms: retry_after(headers, now), why }
        }
        _ if status.is_server_error() => PushAnswer::Later { after_ms: retry_after(headers, now), why },
        // a redirect too: where it leads nobody has said
        _ => PushAnswer::Refused(why),
    }
}

/// Seconds, or a date (RFC 9110 §10.2.3).
fn retry_after(headers: &HeaderMap, now: UnixMs) -> Option<i64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds) * 1_000);
    }
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let at = PrimitiveDateTime::parse(text, format).ok()?.assume_utc();
    Some(UnixMs(at.unix_timestamp() * 1_000).since(now).max(0))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// 2026-03-01 08:00 UTC.
    const NOW: UnixMs = UnixMs(1_772_352_000_000);

    fn answered(status: u16, retry_after: Option<&str>) -> PushAnswer {
        let headers = retry_after.map(|text| (RETRY_AFTER, text.parse().unwrap()));
        read(StatusCode::from_u16(status).unwrap(), &headers.into_iter().collect(), NOW)
    }

    fn later(status: u16, retry_after: Option<&str>) -> Option<i64> {
        match answered(status, retry_after) {
            PushAnswer::Later { after_ms, .. } => after_ms,
            other => unreachable!("{status}: {other:?}"),
        }
    }

    #[test]
    fn answers_are_told_apart() {
        for status in [200, 201, 202, 204] {
            assert_eq!(answered(status, None), PushAnswer::Taken, "{status}");
        }
        for status in [404, 410] {
            assert_eq!(answered(status, None), PushAnswer::Gone, "{status}");
        }
        for status in [301, 307, 400, 401, 403, 413] {
            assert!(matches!(answered(status, None), PushAnswer::Refused(_)), "{status}");
        }
        for status in [408, 429, 500, 502, 503] {
            assert_eq!(later(status, None), None, "{status}");
        }
    }

    #[test]
    fn how_long_it_wants_to_be_left_alone_is_read_in_both_forms() {
        assert_eq!(later(429, Some("120")), Some(120_000));
        assert_eq!(later(503, Some("Sun, 01 Mar 2026 08:01:30 GMT")), Some(90_000));
        assert_eq!(later(503, Some("Sun, 01 Mar 2026 07:00:00 GMT")), Some(0));
        for odd in ["-1", "soon", "99999999999", "1.5"] {
            assert_eq!(later(429, Some(odd)), None, "{odd}");
        }
    }
}

//! How fast one caller may change things: a token bucket for each person, or for each address without one.
//!
//! In memory of this process: it protects the process, not a rule of the trade. The bid path and sign-in have limits
//! of their own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::{Principal, Problem, ProblemKind, UnixMs};
use platform_db::Clock;
use serde_json::json;

use crate::http::refusal::Refusal;
use crate::middleware::address;
use crate::state::AppState;

/// So many at once, then so many a second. A person who works fast, or a form that was clicked in anger.
const PERSON: Rate = Rate { burst: 120, per_second: 20 };
/// The same for an address without a person: a market hall shares one, and its people sign in at opening time.
const ADDRESS: Rate = Rate { burst: 300, per_second: 30 };
/// Buckets kept. One is forgotten when it is full again, after some seconds without use.
const BUCKETS_MAX: usize = 20_000;
/// Tokens are counted in thousandths, so that a millisecond adds whole ones.
const TOKEN: i64 = 1000;

#[derive(Clone, Copy, Debug)]
struct Rate {
    burst: i64,
    per_second: i64,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    thousandths: i64,
    at: UnixMs,
    rate: Rate,
}

/// The buckets of all callers.
pub struct Buckets {
    clock: Arc<dyn Clock>,
    by_caller: Mutex<HashMap<String, Bucket>>,
}

/// What the middleware needs.
#[derive(Clone)]
pub struct Limiter {
    buckets: Arc<Buckets>,
    proxies: u8,
}

impl Limiter {
    /// A limiter with empty memory.
    pub fn new(state: &AppState) -> Limiter {
        Limiter { buckets: Arc::new(Buckets::new(state.clock.clone())), proxies: state.config.proxies }
    }
}

/// Middleware: refuses a change that comes too soon after too many others.
pub async fn limit(State(limiter): State<Limiter>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (caller, rate) = match request.extensions().get::<Principal>() {
        Some(who) => (who.user_id.to_string(), PERSON),
        None => (address::of(request.extensions(), request.headers(), limiter.proxies), ADDRESS),
    };
    match limiter.buckets.take(caller, rate) {
        Ok(()) => next.run(request).await,
        Err(wait_ms) => {
            tracing::warn!(http.path = request.uri().path(), "too many requests");
            let data = json!({ "retry_after_s": (wait_ms + 999) / 1000 });
            Refusal(Problem::new(ProblemKind::Busy, "TOO_MANY_REQUESTS").with(data)).into_response()
        }
    }
}

impl Buckets {
    /// No buckets yet.
    pub fn new(clock: Arc<dyn Clock>) -> Buckets {
        Buckets { clock, by_caller: Mutex::default() }
    }

    /// Takes a token, or says in how many milliseconds there is one.
    fn take(&self, caller: String, rate: Rate) -> Result<(), i64> {
        let now = self.clock.now();
        let mut buckets = self.by_caller.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&caller) {
            buckets.retain(|_, bucket| !bucket.is_full(now));
        }
        // whoever comes when the memory is full of busy callers shares one bucket
        let caller = if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&caller) {
            String::new()
        } else {
            caller
        };
        let full = Bucket { thousandths: rate.burst * TOKEN, at: now, rate };
        buckets.entry(caller).or_insert(full).take(now)
    }
}

impl Bucket {
    fn refill(&mut self, now: UnixMs) {
        let gained = now.since(self.at).max(0).saturating_mul(self.rate.per_second);
        self.thousandths = self.thousandths.saturating_add(gained).min(self.rate.burst * TOKEN);
        self.at = now;
    }

    fn is_full(mut self, now: UnixMs) -> bool {
        self.refill(now);
        self.thousandths == self.rate.burst * TOKEN
    }

    fn take(&mut self, now: UnixMs) -> Result<(), i64> {
        self.refill(now);
        if self.thousandths < TOKEN {
            return Err((TOKEN - self.thousandths) / self.rate.per_second + 1);
        }
        self.thousandths -= TOKEN;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use platform_db::ManualClock;

    use super::*;

    const SMALL: Rate = Rate { burst: 3, per_second: 2 };

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let clock = ManualClock::at(UnixMs(0));
        let buckets = Buckets::new(clock.clone());
        let take = |caller: &str| buckets.take(caller.into(), SMALL);
        assert_eq!([take("a"), take("a"), take("a"), take("a")], [Ok(()), Ok(()), Ok(()), Err(501)]);
        assert_eq!(take("b"), Ok(()), "another caller has another bucket");
        clock.advance(501);
        assert_eq!([take("a"), take("a").map_err(|_| 0)], [Ok(()), Err(0)]);
        clock.advance(3_600_000);
        assert_eq!(
            [take("a"), take("a"), take("a"), take("a").map_err(|_| 0)],
            [Ok(()), Ok(()), Ok(()), Err(0)]
        );
    }

    #[test]
    fn memory_is_bounded_and_idle_callers_are_forgotten() {
        let clock = ManualClock::at(UnixMs(0));
        let buckets = Buckets::new(clock.clone());
        for n in 0..BUCKETS_MAX + 10 {
            assert_eq!(buckets.take(n.to_string(), SMALL).is_ok(), n < BUCKETS_MAX + 3, "{n}");
        }
        let kept = || buckets.by_caller.lock().unwrap_or_else(PoisonError::into_inner).len();
        assert_eq!(kept(), BUCKETS_MAX + 1, "one more: the shared one");
        clock.advance(10_000);
        assert_eq!(buckets.take("new".into(), SMALL), Ok(()));
        assert_eq!(kept(), 1);
    }
}

//! With debug assertions, a page's future that is driven on a thread of its own each time.
//!
//! The server's threads share the work, so that between two polls a future may move from one to another or stay: what
//! must not move then fails once in a thousand. This makes it move each time.

use std::future::Future;

/// The future as it is.
#[cfg(not(debug_assertions))]
pub(super) fn polled<F: Future + Send>(future: F) -> F {
    future
}

/// The future, each poll of which is done by a new thread.
#[cfg(debug_assertions)]
pub(super) fn polled<F: Future<Output: Send> + Send>(future: F) -> impl Future<Output = F::Output> + Send {
    use std::task::Context;

    let mut future = Box::pin(future);
    std::future::poll_fn(move |cx| {
        let (waker, future) = (cx.waker(), &mut future);
        let runtime = tokio::runtime::Handle::try_current().ok();
        let poll = move || {
            let _entered = runtime.as_ref().map(|handle| handle.enter());
            future.as_mut().poll(&mut Context::from_waker(waker))
        };
        match std::thread::scope(|scope| scope.spawn(poll).join()) {
            Ok(poll) => poll,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

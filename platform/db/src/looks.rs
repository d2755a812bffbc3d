//! What is looked at again and again until the process stops.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};

/// The looks of one task. One that took long is followed by a whole pause, and never by several at once.
#[derive(Debug)]
pub struct Looks {
    ticks: Interval,
    stop: watch::Receiver<bool>,
}

impl Looks {
    /// One at once, then one after each pause, until `stop` turns true or nobody is left who could turn it.
    pub fn every(pause: Duration, stop: watch::Receiver<bool>) -> Looks {
        let mut ticks = tokio::time::interval(pause);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Looks { ticks, stop }
    }

    /// Waits for the next; false: there is none any more.
    pub async fn next(&mut self) -> bool {
        if self.are_over() {
            return false;
        }
        tokio::select! {
            biased;
            () = over(&mut self.stop) => false,
            _ = self.ticks.tick() => true,
        }
    }

    /// Does this to its end, or until the looks are over: then it is dropped where it stands, and there is nothing.
    pub async fn unless_over<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = over(&mut self.stop) => None,
            done = work => Some(done),
        }
    }

    /// Whether the process stops.
    pub fn are_over(&self) -> bool {
        *self.stop.borrow()
    }
}

async fn over(stop: &mut watch::Receiver<bool>) {
    // an error: nobody is left
    let _ = stop.wait_for(|stop| *stop).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_look_is_at_once_and_none_follows_the_stop() {
        let (stop, stopped) = watch::channel(false);
        let pause = Duration::from_millis(20);
        let begun = tokio::time::Instant::now();
        let mut looks = Looks::every(pause, stopped);
        assert!(looks.next().await && looks.next().await);
        assert!(begun.elapsed() >= pause, "one pause lies between two looks");
        assert_eq!(looks.unless_over(std::future::ready(1)).await, Some(1));
        stop.send_replace(true);
        assert!(looks.are_over() && !looks.next().await);
        assert_eq!(
            looks.unless_over(std::future::pending::<()>()).await,
            None,
            "work is left where it stands"
        );
    }

    #[tokio::test]
    async fn nobody_left_to_stop_them_stops_them() {
        let (stop, stopped) = watch::channel(false);
        let mut looks = Looks::every(Duration::from_secs(60), stopped);
        drop(stop);
        assert!(!looks.next().await);
    }
}

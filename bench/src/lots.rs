//! `bench lots`: hundreds of quiet lots with watchers, a bid now and then on each: the load of an evening sale, where
//! `bench bids` is its hot lot.

use clap::Args;

use crate::bids::BidsArguments;
use crate::target::TargetArguments;

/// Many quiet lots.
#[derive(Clone, Debug, Args)]
pub(crate) struct LotsArguments {
    #[command(flatten)]
    target: TargetArguments,
    /// Lots bid on in turn.
    #[arg(long, default_value_t = 500)]
    lots: usize,
    /// Bids a second over all of them, whatever becomes of them (open loop).
    #[arg(long, default_value_t = 5000.0)]
    rate: f64,
    /// Instead of a rate: always so many unanswered bids, to find how many go (closed loop).
    #[arg(long)]
    saturate: Option<usize>,
    /// Sockets that only watch.
    #[arg(long, default_value_t = 1000)]
    watchers: usize,
    /// How many lots each of them watches.
    #[arg(long, default_value_t = 4)]
    follow: usize,
    /// How long, without the two seconds of warm-up.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Dealers; each bids for itself.
    #[arg(long, default_value_t = 200)]
    dealers: usize,
    /// How many times; several print median and range.
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

impl From<LotsArguments> for BidsArguments {
    fn from(lots: LotsArguments) -> BidsArguments {
        BidsArguments {
            target: lots.target,
            rate: lots.rate,
            saturate: lots.saturate,
            seconds: lots.seconds,
            lots: lots.lots,
            dealers: lots.dealers,
            connections: None,
            low: 0.2,
            watch: false,
            watchers: lots.watchers,
            follow: lots.follow,
            runs: lots.runs,
            ledger: None,
        }
    }
}

//! The formats of a sale (domain rules §2 and §7): one fold, of which each format uses its own commands.

use kernel::Fen;
use serde::{Deserialize, Serialize};

/// How a lot is sold. It stands in the terms; terms from before there were formats are of a timed lot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// 限时竞价: a visible price, a scheduled end, soft close.
    #[default]
    Timed,
    /// 快拍: timed, in less than an hour.
    Flash,
    /// 暗拍: one secret offer a bidder; the highest wins and pays what he offered.
    SealedFirst,
    /// 暗拍: one secret offer a bidder; the highest wins and pays one tick more than the second.
    SealedSecond,
    /// 降价拍: the price falls by steps until somebody accepts one.
    Dutch(DutchSteps),
    /// 同步拍: lots one after another, with an auctioneer.
    Lane(LaneTimes),
}

/// The step function of a Dutch lot. It begins at the start price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutchSteps {
    /// By so much the price falls with each step.
    pub step_fen: Fen,
    /// So long each step lasts.
    pub step_ms: i64,
    /// The price falls no further.
    pub floor_fen: Fen,
}

/// The times of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneTimes {
    /// So long a lot is on the block, if nobody bids late.
    pub lot_ms: i64,
}

impl Format {
    /// `sealed_first`: the word in the database, in addresses and in the JSON API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Timed => "timed",
            Format::Flash => "flash",
            Format::SealedFirst => "sealed_first",
            Format::SealedSecond => "sealed_second",
            Format::Dutch(_) => "dutch",
            Format::Lane(_) => "lane",
        }
    }

    /// Whether offers are secret until the close.
    pub const fn is_sealed(self) -> bool {
        matches!(self, Format::SealedFirst | Format::SealedSecond)
    }

    /// Whether the price rises in the open: maxes, soft close, buy-now.
    pub const fn is_english(self) -> bool {
        matches!(self, Format::Timed | Format::Flash | Format::Lane(_))
    }

    /// The step function of a Dutch lot.
    pub const fn dutch(self) -> Option<DutchSteps> {
        match self {
            Format::Dutch(steps) => Some(steps),
            _ => None,
        }
    }
}

impl DutchSteps {
    /// The number of the last step, from 0; the price stays there.
    pub fn last(self, start: Fen) -> u32 {
        let fall = start.0.saturating_sub(self.floor_fen.0).max(0);
        let step_fen = self.step_fen.0.max(1);
        let steps = fall / step_fen + i64::from(fall % step_fen != 0);
        u32::try_from(steps).unwrap_or(u32::MAX)
    }

    /// What a step costs; beyond the last one what the last one costs.
    pub fn price(self, start: Fen, step: u32) -> Fen {
        let fall = self.step_fen.0.saturating_mul(i64::from(step));
        Fen(start.0.saturating_sub(fall)).max(self.floor_fen.min(start))
    }

    /// How long all steps last together.
    pub fn whole_ms(self, start: Fen) -> i64 {
        self.step_ms.saturating_mul(i64::from(self.last(start)).saturating_add(1))
    }

    /// Usable when it falls by whole ticks to a floor that is an amount, in steps that last.
    pub fn is_valid(self, start: Fen, tick: Fen) -> bool {
        let whole = |fen: Fen| tick.0 > 0 && fen.0 > 0 && fen.0 % tick.0 == 0;
        whole(self.step_fen) && whole(self.floor_fen) && self.floor_fen < start && self.step_ms > 0
    }
}

//! The test vectors of the domain rules, and what they leave open.
//!
//! `price` holds vectors 1–23 of §3.7, `void_bid` 24 and 25 with the rest of voiding, `top_up` what
//! a void may find uncovered, `pre_bid` is §3.4 before the
//! opening, `before_opening` what the sale itself may do by then, `gap` the seller's own word of §3.5, `publish_reserve` a
//! reserve that is no secret, `soft_close` is §4.3, `system` is §4.2 and §4.4, `eligibility` is §5, `hold` its buying power,
//! `report` is §6, `amounts` sends nonsense, `secrets` looks for what must not be told.

#[path = "vectors/amounts.rs"]
mod amounts;
#[path = "vectors/before_opening.rs"]
mod before_opening;
#[path = "vectors/eligibility.rs"]
mod eligibility;
#[path = "vectors/gap.rs"]
mod gap;
#[path = "vectors/hold.rs"]
mod hold;
#[path = "vectors/house.rs"]
mod house;
#[path = "vectors/pre_bid.rs"]
mod pre_bid;
#[path = "vectors/price.rs"]
mod price;
#[path = "vectors/publish_reserve.rs"]
mod publish_reserve;
#[path = "vectors/report.rs"]
mod report;
#[path = "vectors/secrets.rs"]
mod secrets;
#[path = "vectors/soft_close.rs"]
mod soft_close;
#[path = "vectors/system.rs"]
mod system;
#[path = "vectors/top_up.rs"]
mod top_up;
#[path = "vectors/void_bid.rs"]
mod void_bid;

use bidding::{
    Accepted, BelowReserve, Command, Format, History, Ladder, LotState, Note, Refusal, RefusalCode,
    ReserveLight, Terms, VoidReason, apply_all, decide,
};
use kernel::{DealerId, Fen, UnixMs};
use serde_json::Value;
use uuid::Uuid;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const OPENS_AT: UnixMs = UnixMs(1_000_000_000);
const END_AT: UnixMs = OPENS_AT.plus_ms(60 * MINUTE);
const CAP_AT: UnixMs = END_AT.plus_ms(60 * MINUTE);
/// Long before the last window.
const EARLY: UnixMs = OPENS_AT.plus_ms(MINUTE);

const A: DealerId = DealerId(Uuid::from_u128(0xA));
const B: DealerId = DealerId(Uuid::from_u128(0xB));
const C: DealerId = DealerId(Uuid::from_u128(0xC));

const fn yuan(yuan: i64) -> Fen {
    Fen(yuan * 100)
}

/// Tick 100, start 50 000, the standard ladder, W = 120 s, guard off.
fn terms(below_reserve: BelowReserve) -> Terms {
    Terms {
        start_fen: yuan(50_000),
        tick_fen: yuan(100),
        ladder: Ladder::standard(),
        window_ms: 120 * SECOND,
        cap_at: CAP_AT,
        double_after_extensions: Some(20),
        below_reserve,
        guide_fen: None,
        fat_finger_guard: false,
        format: Format::default(),
        buy_now_fen: None,
        deposit_bp: 0,
        published_reserve_fen: None,
        house: bidding::HouseRules::default(),
    }
}

fn max(dealer_id: DealerId, max_fen: Fen) -> Command {
    Command::PlaceMax {
        dealer_id,
        max_fen,
        confirmed: false,
        bar: None,
        power_fen: None,
        seen_report: None,
        group: None,
    }
}

/// A lot and the time at which commands reach it.
#[derive(Clone)]
struct Lot {
    state: LotState,
    history: History,
    now: UnixMs,
}

impl Lot {
    fn scheduled(mode: BelowReserve, reserve: Option<i64>) -> Lot {
        let state = LotState::scheduled(terms(mode), OPENS_AT, END_AT, reserve.map(yuan));
        let history = History::beginning(state.reserve_fen);
        Lot { state, history, now: OPENS_AT }
    }

    fn open(mode: BelowReserve, reserve: Option<i64>) -> Lot {
        let mut lot = Lot::scheduled(mode, reserve);
        lot.accepts(&Command::Open);
        lot.now = EARLY;
        lot
    }

    fn full(reserve: i64) -> Lot {
        Lot::open(BelowReserve::Full, Some(reserve))
    }

    fn stepped(reserve: i64) -> Lot {
        Lot::open(BelowReserve::Stepped, Some(reserve))
    }

    fn no_reserve() -> Lot {
        Lot::open(BelowReserve::Full, None)
    }

    fn at(&mut self, now: UnixMs) -> &mut Lot {
        self.now = now;
        self
    }

    fn decide(&self, command: &Command) -> Result<Accepted, Refusal> {
        decide(&self.state, command, self.now)
    }

    #[track_caller]
    fn accepts(&mut self, command: &Command) -> Accepted {
        let accepted = match self.decide(command) {
            Ok(accepted) => accepted,
            Err(refusal) => panic!("{command:?} was refused: {refusal:?}"),
        };
        let next = apply_all(&self.state, &accepted.events);
        assert_eq!(next.seq, self.state.seq + 1, "one accepted command is one seq");
        self.history.follow(next.seq, &accepted.events);
        self.state = next;
        accepted
    }

    #[track_caller]
    fn refuses(&mut self, command: &Command, code: RefusalCode, data: &Value) -> &mut Lot {
        match self.decide(command) {
            Ok(accepted) => panic!("{command:?} was accepted: {accepted:?}"),
            Err(refusal) => assert_eq!((refusal.code, &refusal.data), (code, data)),
        }
        self
    }

    /// A bid in yuan; `bids` when no note is expected, `bids_noted` when one is.
    #[track_caller]
    fn bids(&mut self, dealer_id: DealerId, amount: i64) -> &mut Lot {
        let accepted = self.accepts(&max(dealer_id, yuan(amount)));
        assert_eq!(accepted.note, None);
        self
    }

    #[track_caller]
    fn bids_noted(&mut self, dealer_id: DealerId, amount: i64, note: Note) -> &mut Lot {
        let accepted = self.accepts(&max(dealer_id, yuan(amount)));
        assert_eq!(accepted.note, Some(note));
        self
    }

    #[track_caller]
    fn lowers_reserve(&mut self, amount: i64) -> &mut Lot {
        self.accepts(&Command::ReserveLowered { reserve_fen: yuan(amount) });
        self
    }

    fn void(&self, bid_seq: i64) -> Command {
        Command::VoidBid {
            bid_seq,
            reason: VoidReason::WrongAmount,
            history: self.history.clone(),
            powers: Vec::new(),
        }
    }

    #[track_caller]
    fn voids(&mut self, bid_seq: i64) -> &mut Lot {
        let command = self.void(bid_seq);
        self.accepts(&command);
        self
    }

    #[track_caller]
    fn shows(&mut self, price: i64, leader: DealerId, light: ReserveLight) -> &mut Lot {
        let shown =
            (self.state.price_fen, self.state.leader.map(|l| l.dealer_id), self.state.reserve_light());
        assert_eq!(shown, (Some(yuan(price)), Some(leader), light));
        self
    }
}

//! The formats beside the timed lot (domain rules §7): vectors, and properties over random histories.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "formats/buy_now.rs"]
mod buy_now;
#[path = "formats/dutch.rs"]
mod dutch;
#[path = "formats/first_look.rs"]
mod first_look;
#[path = "formats/lane.rs"]
mod lane;
#[path = "formats/sealed.rs"]
mod sealed;

use bidding::{
    Accepted, BelowReserve, Command, Event, Format, History, Ladder, LotState, Refusal, RefusalCode, Terms,
    VoidReason, apply, apply_all, decide,
};
use kernel::{DealerId, Fen, UnixMs};
use uuid::Uuid;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const OPENS_AT: UnixMs = UnixMs(1_000_000_000);
const END_AT: UnixMs = OPENS_AT.plus_ms(60 * MINUTE);
const EARLY: UnixMs = OPENS_AT.plus_ms(MINUTE);

const A: DealerId = DealerId(Uuid::from_u128(0xA));
const B: DealerId = DealerId(Uuid::from_u128(0xB));
const C: DealerId = DealerId(Uuid::from_u128(0xC));

const fn yuan(yuan: i64) -> Fen {
    Fen(yuan * 100)
}

/// Tick 100, start 50 000, W = 120 s.
fn terms(format: Format) -> Terms {
    Terms {
        start_fen: yuan(50_000),
        tick_fen: yuan(100),
        ladder: Ladder::standard(),
        window_ms: 120 * SECOND,
        cap_at: END_AT.plus_ms(60 * MINUTE),
        double_after_extensions: Some(20),
        below_reserve: BelowReserve::Stepped,
        guide_fen: None,
        fat_finger_guard: false,
        format,
        buy_now_fen: None,
        deposit_bp: 0,
        published_reserve_fen: None,
        house: bidding::HouseRules::default(),
    }
}

fn max(dealer_id: DealerId, amount: i64) -> Command {
    Command::PlaceMax {
        dealer_id,
        max_fen: yuan(amount),
        confirmed: false,
        bar: None,
        power_fen: None,
        seen_report: None,
        group: None,
    }
}

/// A lot, the time at which commands reach it, and what happened.
#[derive(Clone)]
struct Lot {
    first: LotState,
    state: LotState,
    now: UnixMs,
    events: Vec<Vec<Event>>,
}

impl Lot {
    fn scheduled(terms: Terms, reserve: Option<i64>) -> Lot {
        let first = LotState::scheduled(terms, OPENS_AT, END_AT, reserve.map(yuan));
        Lot { state: first.clone(), first, now: OPENS_AT, events: Vec::new() }
    }

    fn open(terms: Terms, reserve: Option<i64>) -> Lot {
        let mut lot = Lot::scheduled(terms, reserve);
        lot.accepts(&Command::Open);
        lot.now = EARLY;
        lot
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
        self.state = apply_all(&self.state, &accepted.events);
        self.events.push(accepted.events.clone());
        accepted
    }

    #[track_caller]
    fn refuses(&self, command: &Command, code: RefusalCode) -> Refusal {
        match self.decide(command) {
            Ok(accepted) => panic!("{command:?} was accepted: {accepted:?}"),
            Err(refusal) => {
                assert_eq!(refusal.code, code, "{refusal:?}");
                refusal
            }
        }
    }

    /// A void of the bid of this number, with what the lot went through.
    fn void(&self, bid_seq: i64) -> Command {
        let mut history = History::beginning(self.first.reserve_fen);
        self.events.iter().zip(1..).for_each(|(events, seq)| history.follow(seq, events));
        Command::VoidBid { bid_seq, reason: VoidReason::Collusion, history, powers: Vec::new() }
    }

    /// The log as it is stored leads to the same state, and the stored state is read as it was.
    #[track_caller]
    fn replays(&self) {
        let mut again = self.first.clone();
        for events in &self.events {
            let stored: Vec<Event> = serde_json::from_str(&serde_json::to_string(events).unwrap()).unwrap();
            stored.iter().for_each(|event| apply(&mut again, event));
            again.seq += 1;
        }
        assert_eq!(again, self.state);
        let mut stored = serde_json::to_value(&self.state).unwrap();
        stored["terms"] = serde_json::to_value(&self.state.terms).unwrap();
        let read: LotState = serde_json::from_value(stored).unwrap();
        assert_eq!(LotState { bidders: self.state.bidders.clone(), ..read }, self.state);
    }
}

#[test]
fn terms_and_states_from_before_there_were_formats_are_of_a_timed_lot() {
    let lot = Lot::scheduled(terms(Format::Timed), None);
    let mut old_terms = serde_json::to_value(&lot.state.terms).unwrap();
    let (format, buy_now) = (old_terms.as_object_mut().unwrap().remove("format"), "buy_now_fen");
    assert_eq!(format.unwrap(), "timed");
    old_terms.as_object_mut().unwrap().remove(buy_now);
    assert!(old_terms.as_object_mut().unwrap().remove("house").is_some());
    assert_eq!(old_terms["double_after_extensions"], 20, "a number, as it always was");
    let mut old_state = serde_json::to_value(&lot.state).unwrap();
    assert!(old_state.get("offers").is_none(), "a timed lot's stored state has not grown");
    old_state["terms"] = old_terms;
    assert_eq!(serde_json::from_value::<LotState>(old_state).unwrap(), lot.state);
}

#[test]
fn each_format_takes_its_own_commands_only() {
    let step = Command::Accept {
        dealer_id: A,
        step: 0,
        price_fen: yuan(50_000),
        bar: None,
        power_fen: None,
        seen_report: None,
    };
    let buy = Command::BuyNow {
        dealer_id: A,
        price_fen: yuan(90_000),
        bar: None,
        power_fen: None,
        seen_report: None,
    };
    let call = Command::Call { call: bidding::Call::Attention };
    let of = |format: Format| Lot::open(Terms { buy_now_fen: Some(yuan(90_000)), ..terms(format) }, None);
    for format in [Format::Timed, Format::Flash] {
        of(format).refuses(&step, RefusalCode::NotApplicable);
        of(format).refuses(&call, RefusalCode::NotApplicable);
        of(format).refuses(&Command::Pass, RefusalCode::NotApplicable);
        of(format).refuses(&Command::Hammer, RefusalCode::NotApplicable);
        of(format).accepts(&buy);
    }
    for format in [Format::SealedFirst, Format::SealedSecond] {
        for command in [&step, &buy, &call, &Command::Pass, &Command::Hammer] {
            of(format).refuses(command, RefusalCode::NotApplicable);
        }
    }
    let dutch = of(Format::Dutch(dutch::STEPS));
    for command in [&max(A, 60_000), &buy, &call, &Command::Pass, &Command::Hammer] {
        dutch.refuses(command, RefusalCode::NotApplicable);
    }
}

//! The order of the checks, domain rules §5, and the fat-finger guard.

use bidding::{Bar, Command, LotStatus, NewReport, RefusalCode};
use kernel::{DealerId, Fen, UnixMs};
use serde_json::json;

use crate::{A, B, CAP_AT, EARLY, END_AT, Lot, OPENS_AT, max, yuan};

/// A bid that fails nothing, until faults are added to it.
struct Case {
    lot: Lot,
    dealer_id: DealerId,
    max_fen: Fen,
    bar: Option<Bar>,
    power_fen: Option<Fen>,
}

const BARS: [(Bar, RefusalCode); 8] = [
    (Bar::NotInvited, RefusalCode::NotInvited),
    (Bar::KycMissing, RefusalCode::KycMissing),
    (Bar::Banned, RefusalCode::Banned),
    (Bar::Struck { until: Some(UnixMs(7)) }, RefusalCode::Banned),
    (Bar::Struck { until: None }, RefusalCode::Banned),
    (Bar::DepositFrozen, RefusalCode::Banned),
    (Bar::SellerOrAffiliate, RefusalCode::SellerOrAffiliate),
    (Bar::SisterRooftopLeads, RefusalCode::SisterRooftopLeads),
];

impl Case {
    /// A leads with 70 000 at 50 000; B bids 60 000.
    fn new() -> Case {
        let mut lot = Lot::no_reserve();
        lot.bids(A, 70_000);
        Case { lot, dealer_id: B, max_fen: yuan(60_000), bar: None, power_fen: None }
    }

    fn code(&self) -> Option<RefusalCode> {
        let Case { dealer_id, max_fen, bar, power_fen, .. } = *self;
        let command = Command::PlaceMax {
            dealer_id,
            max_fen,
            confirmed: false,
            bar,
            power_fen,
            seen_report: None,
            group: None,
        };
        self.lot.decide(&command).err().map(|refusal| refusal.code)
    }

    /// Adds the fault that this code answers and leaves the other faults in place.
    fn add(&mut self, code: RefusalCode) {
        match code {
            RefusalCode::LotNotOpen => self.lot.state.status = LotStatus::Paused,
            RefusalCode::Closed => self.lot.now = END_AT,
            RefusalCode::NotTick => self.max_fen = Fen(self.max_fen.0 + 1),
            RefusalCode::BelowMin => self.max_fen = yuan(40_000),
            RefusalCode::FatFingerConfirm => {
                // So low a guide that even an amount below the minimum is above the threshold of 13 000.
                self.lot.state.terms.guide_fen = Some(yuan(10_000));
                self.lot.state.terms.fat_finger_guard = true;
            }
            RefusalCode::BuyingPower => {
                self.lot.state.terms.deposit_bp = 1_000;
                self.power_fen = Some(Fen(1));
            }
            RefusalCode::NeedReconfirmCr => {
                let (hash, before, must_confirm) = ("cd".to_owned(), "ab".to_owned(), vec![A, B]);
                self.lot.state.report = Some(NewReport {
                    hash,
                    before,
                    must_confirm,
                    alike: Vec::new(),
                    resume_at: None,
                    confirm_by: None,
                });
            }
            RefusalCode::Duplicate => (self.dealer_id, self.max_fen) = (A, yuan(70_000)),
            code => self.bar = BARS.iter().find(|(_, answer)| *answer == code).map(|(bar, _)| *bar),
        }
    }
}

#[test]
fn the_clean_bid_is_accepted() {
    assert_eq!(Case::new().code(), None);
}

#[test]
fn of_two_faults_the_earlier_check_answers() {
    let order = [
        RefusalCode::LotNotOpen,
        RefusalCode::Closed,
        RefusalCode::NotInvited,
        RefusalCode::KycMissing,
        RefusalCode::Banned,
        RefusalCode::SellerOrAffiliate,
        RefusalCode::SisterRooftopLeads,
        RefusalCode::NotTick,
        RefusalCode::BelowMin,
        RefusalCode::NeedReconfirmCr,
        RefusalCode::FatFingerConfirm,
        RefusalCode::BuyingPower,
        RefusalCode::Duplicate,
    ];
    assert!(order.is_sorted(), "the variants stand in the order of the checks");
    let is_bar = |code| BARS.iter().any(|(_, answer)| *answer == code);
    for (i, earlier) in order.into_iter().enumerate() {
        for later in order.into_iter().skip(i + 1) {
            // A caller names one bar, the first; the max one holds is never below the price.
            let below_and_held = (earlier, later) == (RefusalCode::BelowMin, RefusalCode::Duplicate);
            if is_bar(earlier) && is_bar(later) || below_and_held {
                continue;
            }
            // The later fault first, so that an odd amount is the other fault's amount, made odd.
            let mut case = Case::new();
            case.add(later);
            assert_eq!(case.code(), Some(later));
            case.add(earlier);
            assert_eq!(case.code(), Some(earlier), "{earlier:?} before {later:?}");
        }
    }
}

#[test]
fn bars_answer_with_an_object() {
    for (bar, code) in BARS {
        let command = Command::PlaceMax {
            dealer_id: B,
            max_fen: yuan(60_000),
            confirmed: false,
            bar: Some(bar),
            power_fen: None,
            seen_report: None,
            group: None,
        };
        // of the on-boarding it says which step is missing, of a ban what it is
        let data = match bar {
            Bar::KycMissing => json!({ "step": "papers" }),
            Bar::Banned => json!({ "reason": "suspended", "until": null }),
            Bar::Struck { until } => json!({ "reason": "strikes", "until": until }),
            Bar::DepositFrozen => json!({ "reason": "deposit_frozen", "until": null }),
            _ => json!({}),
        };
        Lot::no_reserve().refuses(&command, code, &data);
    }
}

#[test]
fn early_bids_are_told_when_it_opens() {
    let bid = max(A, yuan(50_000));
    let mut lot = Lot::scheduled(bidding::BelowReserve::Full, None);
    // Scheduled comes before closed: a lot that never opened is not over.
    let data = json!({ "opens_at": OPENS_AT, "status": "scheduled" });
    lot.at(END_AT).refuses(&bid, RefusalCode::LotNotOpen, &data);
    lot.accepts(&Command::Open);
    let data = json!({ "opens_at": OPENS_AT, "status": "open" });
    lot.at(OPENS_AT.plus_ms(-1)).refuses(&bid, RefusalCode::LotNotOpen, &data);
    lot.accepts_at(OPENS_AT, &bid);
    lot.accepts_at(EARLY, &Command::Pause);
    let data = json!({ "opens_at": OPENS_AT, "status": "paused" });
    lot.refuses(&bid, RefusalCode::LotNotOpen, &data);
}

impl Lot {
    #[track_caller]
    fn accepts_at(&mut self, now: UnixMs, command: &Command) {
        self.at(now).accepts(command);
    }
}

#[test]
fn a_bid_at_the_end_is_late() {
    let bid = max(A, yuan(50_000));
    let mut lot = Lot::no_reserve();
    for now in [END_AT, END_AT.plus_ms(1), CAP_AT] {
        let data = json!({ "admitted_at": now, "end_at": END_AT });
        lot.at(now).refuses(&bid, RefusalCode::Closed, &data);
    }
    lot.clone().accepts_at(END_AT.plus_ms(-1), &bid);
    lot.accepts_at(END_AT, &Command::Close);
    // Closed is closed, whatever the admission time.
    let data = json!({ "admitted_at": EARLY, "end_at": END_AT });
    lot.at(EARLY).refuses(&bid, RefusalCode::Closed, &data);
}

#[test]
fn the_guard_asks_above_130_percent_of_the_guide() {
    let mut lot = Lot::no_reserve();
    lot.state.terms.fat_finger_guard = true;
    lot.state.terms.guide_fen = Some(yuan(60_000));
    let data = json!({ "threshold_fen": yuan(78_000), "guide_fen": yuan(60_000), "guide_percent": 130 });
    let high = Command::PlaceMax {
        dealer_id: A,
        max_fen: yuan(78_100),
        confirmed: true,
        bar: None,
        power_fen: None,
        seen_report: None,
        group: None,
    };
    lot.refuses(&max(A, yuan(78_100)), RefusalCode::FatFingerConfirm, &data);
    lot.clone().accepts(&high);
    lot.bids(A, 78_000);
}

#[test]
fn the_guard_asks_above_thirty_steps() {
    let mut lot = Lot::no_reserve();
    lot.state.terms.fat_finger_guard = true;
    // Without price and guide there is nothing to compare with.
    lot.bids(A, 90_000);
    let data = json!({ "threshold_fen": yuan(65_000), "guide_fen": null, "steps": 30 });
    lot.refuses(&max(B, yuan(65_100)), RefusalCode::FatFingerConfirm, &data);
    lot.refuses(&max(A, yuan(95_000)), RefusalCode::FatFingerConfirm, &data);
    // Of two thresholds the lower one counts; a lowering is never asked about.
    lot.bids(A, 80_000);
    lot.state.terms.guide_fen = Some(yuan(49_000));
    let data = json!({ "threshold_fen": yuan(63_700), "guide_fen": yuan(49_000), "guide_percent": 130 });
    lot.refuses(&max(B, yuan(65_000)), RefusalCode::FatFingerConfirm, &data);
}

#[test]
fn codes_are_spelt_the_same_everywhere() {
    let codes = [
        RefusalCode::LotNotOpen,
        RefusalCode::LaneOffline,
        RefusalCode::Closed,
        RefusalCode::NotInvited,
        RefusalCode::KycMissing,
        RefusalCode::Banned,
        RefusalCode::SellerOrAffiliate,
        RefusalCode::SisterRooftopLeads,
        RefusalCode::NotTick,
        RefusalCode::BelowMin,
        RefusalCode::NeedReconfirmCr,
        RefusalCode::FatFingerConfirm,
        RefusalCode::BuyingPower,
        RefusalCode::Duplicate,
        RefusalCode::ReserveAlreadyMet,
        RefusalCode::ReserveNotLower,
        RefusalCode::LastCallFirst,
        RefusalCode::NotApplicable,
    ];
    for code in codes {
        assert_eq!(json!(code), json!(code.as_str()));
    }
}

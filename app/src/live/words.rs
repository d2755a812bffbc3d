//! The texts of the live islands. They come from the server as a prop: the wasm holds no language.

use bidding::{Call, MyPosition, Outcome, PublicLot};
use kernel::{Fen, Lang, UnixMs};
use serde_json::Value;

use super::clock::{moment, time_of_day};
use super::loss::{Loss, loss};

macro_rules! words {
    ($($word:ident = $key:literal,)*) => {
        /// A text of the islands.
        #[expect(missing_docs, reason = "each is named after its key in locales/auction.yml")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Word { $($word,)* }

        /// The key of each word, in the order of the enum.
        #[cfg(feature = "ssr")]
        pub const KEYS: &[&str] = &[$(concat!("auction.live.", $key),)*];
    };
}

words! {
    CurrentPrice = "current_price",
    StartPrice = "start_price",
    HammerPrice = "hammer_price",
    HighestBid = "highest_bid",
    Wan = "wan",
    Leading = "leading",
    LeadingHint = "leading_hint",
    LeadingBelowHint = "leading_below_hint",
    Outbid = "outbid",
    OutbidHint = "outbid_hint",
    Voided = "voided",
    VoidedHint = "voided_hint",
    NotBid = "not_bid",
    NotBidHint = "not_bid_hint",
    Offered = "offered",
    WaitsForOpening = "waits_for_opening",
    Won = "won",
    WonHint = "won_hint",
    Lost = "lost",
    LostHint = "lost_hint",
    LostAbove = "lost_above",
    LostEqual = "lost_equal",
    LostVoided = "lost_voided",
    NotReached = "not_reached",
    NegotiatedAbove = "negotiated_above",
    Sold = "sold",
    SoldHint = "sold_hint",
    Negotiating = "negotiating",
    NegotiatingHint = "negotiating_hint",
    OthersNegotiate = "others_negotiate",
    OthersNegotiateHint = "others_negotiate_hint",
    ResultOpen = "result_open",
    ResultOpenHint = "result_open_hint",
    Unsold = "unsold",
    UnsoldHint = "unsold_hint",
    Withdrawn = "withdrawn",
    WithdrawnHint = "withdrawn_hint",
    GoToOrders = "go_to_orders",
    Upcoming = "upcoming",
    UpcomingHint = "upcoming_hint",
    MovedFor = "moved_for",
    OpensAt = "opens_at",
    OpensIn = "opens_in",
    WaitsForTurn = "waits_for_turn",
    EndsIn = "ends_in",
    EndsAt = "ends_at",
    EndedAt = "ended_at",
    Ending = "ending",
    EndingHint = "ending_hint",
    Paused = "paused",
    PausedHint = "paused_hint",
    OfflineHint = "offline_hint",
    Over = "over",
    Extended = "extended",
    CallAttention = "call_attention",
    CallLast = "call_last",
    MaySooner = "may_sooner",
    LatestAt = "latest_at",
    ReserveNone = "reserve_none",
    ReserveNotMet = "reserve_not_met",
    ReserveMet = "reserve_met",
    ReserveSecret = "reserve_secret",
    ReserveNotMetAt = "reserve_not_met_at",
    ReserveMetAt = "reserve_met_at",
    ReserveAt = "reserve_at",
    ReservePublic = "reserve_public",
    Step = "step",
    MinNext = "min_next",
    LandedNext = "landed_next",
    Bidders = "bidders",
    BiddersCount = "bidders_count",
    MyMax = "my_max",
    NoMax = "no_max",
    QuickTitle = "quick_title",
    QuickBid = "quick_bid",
    RaiseTitle = "raise_title",
    RaiseTo = "raise_to",
    MaxLabel = "max_label",
    MaxHint = "max_hint",
    MaxSubmit = "max_submit",
    MaxSubmitShort = "max_submit_short",
    WillLower = "will_lower",
    TooLow = "too_low",
    OffTick = "off_tick",
    NotPositive = "not_positive",
    LandedTyped = "landed_typed",
    PowerCovers = "power_covers",
    NoAmount = "no_amount",
    InWan = "in_wan",
    ReserveNote = "reserve_note",
    Sending = "sending",
    Accepted = "accepted",
    TiedEarlierWins = "tied_earlier_wins",
    OutbidAtOnce = "outbid_at_once",
    ConfirmTitle = "confirm_title",
    ConfirmGuide = "confirm_guide",
    ConfirmSteps = "confirm_steps",
    ConfirmWords = "confirm_words",
    ConfirmYes = "confirm_yes",
    ConfirmNo = "confirm_no",
    Refused = "refused",
    RefusedOther = "refused_other",
    Unknown = "unknown",
    UnknownLink = "unknown_link",
    Dismiss = "dismiss",
    LinkStill = "link_still",
    LinkConnecting = "link_connecting",
    LinkLive = "link_live",
    LinkStale = "link_stale",
    LinkLost = "link_lost",
    LinkLostHint = "link_lost_hint",
    HistoryTitle = "history_title",
    HistoryEmpty = "history_empty",
    HistoryVoid = "history_void",
    HistoryBought = "history_bought",
    Bidder = "bidder",
    Me = "me",
    Sound = "sound",
    FlashOutbid = "flash_outbid",
    Day = "day",
    KnownAt = "known_at",
    ListLost = "list_lost",
    Waiting = "waiting",
    PanelTitle = "panel_title",
    OfferedHint = "offered_hint",
    NextIn = "next_in",
    NextAt = "next_at",
    FallsIn = "falls_in",
    TakeAt = "take_at",
    TakeQuestion = "take_question",
    TakeSum = "take_sum",
    TakeConfirm = "take_confirm",
    TakeNote = "take_note",
    TakeNo = "take_no",
    GoToForm = "go_to_form",
    GoToPreBid = "go_to_pre_bid",
    FreePower = "free_power",
    ConfirmBuyNow = "confirm_buy_now",
    Raised = "raised",
    TopUpLink = "top_up_link",
    OpenNew = "open_new",
}

/// All texts of an island, in one language, with the zone in which it writes times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize))]
pub struct Words {
    list: Vec<String>,
    /// A code, its text, the next code, …
    refusals: Vec<String>,
    lang: Lang,
    zone_min: i32,
}

impl Words {
    /// The texts in this language. `text` finds the text of a key.
    #[cfg(feature = "ssr")]
    pub fn new(lang: Lang, zone_min: i32, text: impl Fn(&str) -> String) -> Words {
        let refusals = REFUSALS.iter().flat_map(|code| [(*code).to_owned(), text(&format!("error.{code}"))]);
        Words {
            list: KEYS.iter().map(|key| text(key)).collect(),
            refusals: refusals.collect(),
            lang,
            zone_min,
        }
    }

    /// The same, with other texts for those keys that have one of their own here.
    #[cfg(feature = "ssr")]
    pub fn changed(mut self, text: impl Fn(&str) -> Option<String>) -> Words {
        for (own, key) in self.list.iter_mut().zip(KEYS) {
            if let Some(text) = text(key) {
                *own = text;
            }
        }
        self
    }

    /// The texts as the server wrote them.
    pub(super) fn read(list: Vec<String>, refusals: Vec<String>, lang: Lang, zone_min: i32) -> Words {
        Words { list, refusals, lang, zone_min }
    }

    /// A text.
    pub fn get(&self, word: Word) -> String {
        self.list.get(word as usize).cloned().unwrap_or_default()
    }

    /// A text with its one placeholder filled.
    pub fn with(&self, word: Word, name: &str, value: &str) -> String {
        fill(&self.get(word), name, value)
    }

    /// What stands beside an amount: `12.85 万`. English has no such unit, and nothing stands there.
    pub fn wan(&self, amount: Fen) -> String {
        match self.lang {
            Lang::Zh => [&amount.wan(), " ", &self.get(Word::Wan)].concat(),
            Lang::En => String::new(),
        }
    }

    /// An amount as short as the trade says it: `12.85 万`, `¥128,500`.
    pub fn short(&self, amount: Fen) -> String {
        match self.lang {
            Lang::Zh => self.wan(amount),
            Lang::En => amount.yuan(),
        }
    }

    /// What the auctioneer of a lane called last; nothing where he has not called about this price.
    pub fn call(&self, call: Option<Call>) -> String {
        match call {
            None => String::new(),
            Some(Call::Attention) => self.get(Word::CallAttention),
            Some(Call::LastCall) => self.get(Word::CallLast),
        }
    }

    /// The language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The time of day in the person's zone.
    pub fn time(&self, at: UnixMs) -> String {
        time_of_day(at, self.zone_min)
    }

    /// Day and time in the person's zone.
    pub fn moment(&self, at: UnixMs) -> String {
        moment(at, self.zone_min)
    }

    /// Why a bid was refused, with its amounts and times.
    pub fn refusal(&self, code: &str, data: &Value) -> String {
        let shape = shape_of(code, data);
        let known = self.refusals.chunks_exact(2).find(|known| known[0] == shape);
        let Some(mut text) = known.map(|known| known[1].clone()) else {
            return self.with(Word::RefusedOther, "code", code);
        };
        if let Some(missing) = missing_fen(data) {
            text = fill(&text, "missing_fen", &missing.yuan());
        }
        for (name, value) in data.as_object().into_iter().flatten() {
            let value = match value {
                Value::Number(number) if name.ends_with("_fen") => {
                    Fen(number.as_i64().unwrap_or_default()).yuan()
                }
                Value::Number(number) if name.ends_with("_at") || name == "until" => {
                    self.moment(UnixMs(number.as_i64().unwrap_or_default()))
                }
                Value::String(value) => value.clone(),
                _ => continue,
            };
            text = fill(&text, name, &value);
        }
        text
    }
}

/// Why this dealer has not won a closed lot, in words; `None` where the price does not explain it.
pub fn loss_text(lot: &PublicLot, mine: &MyPosition, text: impl FnOnce(Word) -> String) -> Option<String> {
    let negotiated = lot.outcome == Some(Outcome::Provisional);
    let word = match loss(lot, mine)? {
        Loss::Above if negotiated => Word::NegotiatedAbove,
        Loss::Above => Word::LostAbove,
        // what is negotiated has not been sold at any price
        Loss::Equal if negotiated => return None,
        Loss::Equal => Word::LostEqual,
        Loss::Voided => Word::LostVoided,
        Loss::BelowReserve => Word::NotReached,
    };
    let amount = |fen: Option<Fen>| fen.map(Fen::yuan).unwrap_or_default();
    Some(fill(&fill(&text(word), "price", &amount(lot.price_fen)), "max", &amount(mine.max_fen)))
}

/// Codes of which the islands have the text: refusals, their shapes, and errors of the socket.
#[cfg(feature = "ssr")]
pub const REFUSALS: [&str; 40] = [
    "LOT_NOT_OPEN",
    "LOT_PAUSED",
    "LANE_OFFLINE",
    "CLOSED",
    "CLOSED_EARLY",
    "TAKEN",
    "NOT_INVITED",
    "KYC_MISSING",
    "BANNED",
    "BANNED_UNTIL",
    "DEPOSIT_FROZEN",
    "SELLER_OR_AFFILIATE",
    "SISTER_ROOFTOP_LEADS",
    "SISTER_STANDS_HIGHER",
    "NOT_TICK",
    "NOT_TICK_ONE",
    "BELOW_MIN",
    "BELOW_FLOOR",
    "BELOW_RAISE",
    "NEED_RECONFIRM_CR",
    "FAT_FINGER_CONFIRM",
    "BUYING_POWER",
    "BUYING_POWER_BY",
    "DUPLICATE",
    "KEY_REUSED",
    "RESERVE_ALREADY_MET",
    "RESERVE_NOT_LOWER",
    "LAST_CALL_FIRST",
    "NOT_APPLICABLE",
    "NOT_A_DEALER",
    "BAD_FRAME",
    "SIGN_IN_NEEDED",
    "STORE_SWITCHED",
    "NO_RECORD",
    "AMOUNT_NEEDED",
    "AMOUNT_UNREADABLE",
    "AMOUNT_NOT_POSITIVE",
    "BUSY",
    "UNAVAILABLE",
    "NO_NETWORK",
];

/// Some codes mean two things, told apart by their data: each has its own words.
pub fn shape_of<'a>(code: &'a str, data: &Value) -> &'a str {
    match code {
        "LOT_NOT_OPEN" if data.get("status").and_then(Value::as_str) == Some("paused") => "LOT_PAUSED",
        "NOT_TICK" if data.get("lower_fen") == data.get("upper_fen") => "NOT_TICK_ONE",
        "BELOW_MIN" if data.get("floor_fen").is_some() => "BELOW_FLOOR",
        "BELOW_MIN" if data.get("raise_fen").is_some() => "BELOW_RAISE",
        "BANNED" if data.get("until").is_some_and(Value::is_number) => "BANNED_UNTIL",
        "BANNED" if data.get("reason").and_then(Value::as_str) == Some("deposit_frozen") => "DEPOSIT_FROZEN",
        "SISTER_ROOFTOP_LEADS" if data.get("merged").is_some() => "SISTER_STANDS_HIGHER",
        "DUPLICATE" if data.get("max_fen").is_none() => "KEY_REUSED",
        "CLOSED" if data.get("taken").is_some() => "TAKEN",
        // ended before its time: neither time says why
        "CLOSED" if number(data, "admitted_at") < number(data, "end_at") => "CLOSED_EARLY",
        // a bid silences the auctioneer: what was called was about the price before
        "LAST_CALL_FIRST" if data.get("hammer_from").is_some_and(Value::is_null) => "CALL_SILENCED",
        "BUYING_POWER" if missing_fen(data).is_some() => "BUYING_POWER_BY",
        _ => code,
    }
}

fn number(data: &Value, name: &str) -> Option<i64> {
    data.get(name).and_then(Value::as_i64)
}

/// By how much the deposit falls short, in a refusal that says what is needed and what is free.
pub fn missing_fen(data: &Value) -> Option<Fen> {
    Some(Fen(number(data, "needed_fen")?.saturating_sub(number(data, "available_fen")?)))
}

/// The template with one placeholder (`%{name}`) filled.
pub fn fill(template: &str, name: &str, value: &str) -> String {
    let mut mark = String::with_capacity(name.len() + 3);
    mark.push_str("%{");
    mark.push_str(name);
    mark.push('}');
    template.replace(&mark, value)
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_lost_is_told_the_price_and_his_own_max() {
        let lot = PublicLot {
            seq: 9,
            status: bidding::LotStatus::Closed,
            price_fen: Some(Fen(31_400_000)),
            min_next_fen: Fen(31_600_000),
            step_fen: Fen(200_000),
            reserve: bidding::ReserveLight::Met,
            reserve_fen: None,
            leader_alias: Some(2),
            bidders: 2,
            end_at: UnixMs(0),
            extensions: 0,
            outcome: Some(Outcome::Sold),
            call: None,
            offline: false,
            opens_at: None,
            moved_for: None,
            steps: None,
        };
        let mine = MyPosition { alias: Some(1), leading: false, max_fen: Some(Fen(31_200_000)) };
        let text =
            |word: Word| if word == Word::LostAbove { "%{price} > %{max}".to_owned() } else { String::new() };
        assert_eq!(loss_text(&lot, &mine, text).as_deref(), Some("¥314,000 > ¥312,000"));
        assert_eq!(loss_text(&lot, &MyPosition { alias: Some(2), ..mine }, text), None, "the winner");
    }

    #[test]
    fn refusals_say_amounts_and_times() {
        let words = Words::new(Lang::Zh, 480, |key| match key {
            "error.BELOW_MIN" => "最低 %{min_next_fen}".to_owned(),
            "error.BELOW_FLOOR" => "不低于 %{floor_fen}".to_owned(),
            "error.BELOW_RAISE" => "至少加到 %{raise_fen}".to_owned(),
            "error.NOT_TICK" => "%{lower_fen} 或 %{upper_fen}".to_owned(),
            "error.NOT_TICK_ONE" => "最接近的是 %{lower_fen}".to_owned(),
            "error.LOT_NOT_OPEN" => "%{opens_at} 开拍".to_owned(),
            "auction.live.refused_other" => "代码 %{code}".to_owned(),
            _ => String::new(),
        });
        assert_eq!(words.refusal("BELOW_MIN", &json!({ "min_next_fen": 6_100_000 })), "最低 ¥61,000");
        assert_eq!(words.refusal("BELOW_MIN", &json!({ "floor_fen": 6_000_000 })), "不低于 ¥60,000");
        assert_eq!(words.refusal("BELOW_MIN", &json!({ "raise_fen": 6_050_000 })), "至少加到 ¥60,500");
        let early = json!({ "opens_at": 0, "status": "scheduled" });
        assert_eq!(words.refusal("LOT_NOT_OPEN", &early), "01-01 08:00 开拍");
        let tick =
            |lower: i64, upper: i64| json!({ "lower_fen": lower, "upper_fen": upper, "tick_fen": 10_000 });
        assert_eq!(words.refusal("NOT_TICK", &tick(10_000, 20_000)), "¥100 或 ¥200");
        assert_eq!(words.refusal("NOT_TICK", &tick(10_000, 10_000)), "最接近的是 ¥100");
        let silenced = json!({ "call": null, "hammer_from": null });
        assert_eq!(shape_of("LAST_CALL_FIRST", &silenced), "CALL_SILENCED");
        assert_eq!(shape_of("LAST_CALL_FIRST", &json!({ "hammer_from": 5 })), "LAST_CALL_FIRST");
        assert_eq!(words.refusal("NEW_CODE", &Value::Null), "代码 NEW_CODE");
    }
}

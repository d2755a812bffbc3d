//! What a card shows of its lot: worked out here for the page and for the island alike, so that the two never differ.

use bidding::ReserveLight;
use kernel::{Fen, UnixMs};

use super::super::clock::time_left;
use super::super::falling::Falling;
use super::super::panel::price_label;
use super::super::room::{Ending, Phase, Room, Standing};
use super::super::words::{Word, fill};

/// A lot that ends within this is urgent.
const URGENT_MS: i64 = 120_000;
/// The name of a light that is not shown.
pub const NO_LIGHT: &str = "";

/// How a lot is sold, as far as its card looks different.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Face {
    /// Offers are secret until the end.
    pub sealed: bool,
    /// How the price falls, where it does.
    pub falling: Option<Falling>,
}

impl Face {
    /// What it costs now, and what that is called; of a sealed lot where the offers begin.
    pub fn price(self, room: &Room, now: UnixMs) -> (Fen, Word) {
        match self.falling.and_then(|falling| falling.step(&room.lot, now)) {
            Some(step) => (step.price_fen, Word::CurrentPrice),
            None => (room.lot.price_fen.unwrap_or(room.lot.min_next_fen), price_label(&room.lot)),
        }
    }

    /// The pace and the words of the time: to the end, or to the next step of a price that falls. What is over has words.
    pub fn time(self, room: &Room, now: UnixMs, text: &dyn Fn(Word) -> String) -> (&'static str, String) {
        let left = |until: UnixMs| time_left(until.since(now), &text(Word::Day));
        match room.phase(now) {
            // a lane has begun, and its later cars wait until they are called
            Phase::Upcoming if room.opens_at <= now => ("still", text(Word::WaitsForTurn)),
            Phase::Upcoming => ("upcoming", left(room.opens_at)),
            Phase::Running => {
                let step = self.falling.and_then(|falling| falling.step(&room.lot, now));
                if let Some((at, _)) = step.and_then(|step| step.next) {
                    return ("calm", fill(&text(Word::FallsIn), "time", &left(at)));
                }
                let end_at = room.lot.end_at;
                (if end_at.since(now) <= URGENT_MS { "urgent" } else { "calm" }, left(end_at))
            }
            Phase::Ending => ("ending", text(Word::Ending)),
            Phase::Paused => ("still", text(Word::Paused)),
            Phase::Over(_) => ("still", text(Word::Over)),
        }
    }

    /// What the time is until, where it does not say so itself.
    pub fn time_label(self, room: &Room, now: UnixMs) -> Option<Word> {
        match room.phase(now) {
            Phase::Upcoming if room.opens_at > now => Some(Word::OpensIn),
            Phase::Running => {
                let step = self.falling.and_then(|falling| falling.step(&room.lot, now));
                step.and_then(|step| step.next).is_none().then_some(Word::EndsIn)
            }
            _ => None,
        }
    }

    /// The name and the words of the reserve light; nothing where there is no reserve that a bid could meet.
    pub fn light(self, room: &Room) -> (&'static str, Option<Word>) {
        let Some(reserve) = room.lot.light() else { return (NO_LIGHT, None) };
        let is_public = room.lot.reserve_fen.is_some();
        if self.falling.is_some() {
            return if is_public { ("public", Some(Word::ReserveAt)) } else { (NO_LIGHT, None) };
        }
        match reserve {
            ReserveLight::Secret if is_public => ("public", Some(Word::ReserveAt)),
            ReserveLight::NotMet if is_public => ("not-met", Some(Word::ReserveNotMetAt)),
            ReserveLight::Met if is_public => ("met", Some(Word::ReserveMetAt)),
            ReserveLight::Secret => ("secret", Some(Word::ReserveSecret)),
            ReserveLight::None => ("none", Some(Word::ReserveNone)),
            ReserveLight::NotMet => ("not-met", Some(Word::ReserveNotMet)),
            ReserveLight::Met => ("met", Some(Word::ReserveMet)),
        }
    }

    /// The words of the light with the amount of a reserve that is published.
    pub fn light_text(self, room: &Room, words: &str) -> String {
        fill(words, "amount", &room.lot.reserve_fen.map(Fen::yuan).unwrap_or_default())
    }

    /// The name and the word of where this dealer stands.
    pub fn standing(self, room: &Room, now: UnixMs) -> (&'static str, Word) {
        if self.sealed && room.lot.outcome.is_none() {
            // who leads is nobody's business yet: neither "leading" nor "outbid"
            return match room.mine.max_fen {
                Some(_) => ("offered", Word::Offered),
                None => ("not-bid", Word::NotBid),
            };
        }
        standing(room, now)
    }
}

/// The name and the word of where this dealer stands.
fn standing(room: &Room, now: UnixMs) -> (&'static str, Word) {
    match (room.phase(now), room.standing()) {
        (Phase::Over(Ending::Won), _) => ("won", Word::Won),
        (Phase::Over(Ending::Lost), _) => ("over", Word::Lost),
        (Phase::Over(Ending::Sold), _) => ("over", Word::Sold),
        (Phase::Over(Ending::Negotiating), _) => ("negotiating", Word::Negotiating),
        (Phase::Over(Ending::OthersNegotiate), Standing::Outbid) => ("negotiating", Word::ResultOpen),
        (Phase::Over(Ending::OthersNegotiate), _) => ("over", Word::OthersNegotiate),
        (Phase::Over(Ending::Unsold), _) => ("over", Word::Unsold),
        (Phase::Over(Ending::Withdrawn), _) => ("over", Word::Withdrawn),
        // a max that waits for the opening is no bid yet
        (Phase::Upcoming, _) if room.mine.max_fen.is_some() => ("offered", Word::WaitsForOpening),
        (_, Standing::Leading) => ("leading", Word::Leading),
        (_, Standing::Outbid) => ("outbid", Word::Outbid),
        (_, Standing::Voided) => ("voided", Word::Voided),
        (_, Standing::NotBid) => ("not-bid", Word::NotBid),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use bidding::{DutchSteps, LotStatus, MyPosition, Outcome, PublicLot, StepClock};
    use kernel::LotId;
    use uuid::Uuid;

    use super::super::super::room::Start;
    use super::super::super::sample::lot;
    use super::super::super::words::KEYS;
    use super::*;

    fn room(lot: PublicLot, mine: MyPosition) -> Room {
        let (lot_id, history) = (LotId(Uuid::from_u128(5)), Vec::new());
        let (opens_at, server_time) = (UnixMs(0), UnixMs(0));
        Room::new(Start { lot_id, lot, mine, history, opens_at, server_time, notice: None })
    }

    fn text(word: Word) -> String {
        match word {
            Word::FallsIn => "%{time} to the next".to_owned(),
            word => KEYS[word as usize].replace("auction.live.", ""),
        }
    }

    const DUTCH: Face = Face {
        sealed: false,
        falling: Some(Falling {
            start_fen: Fen(10_000),
            steps: DutchSteps { step_fen: Fen(1_000), step_ms: 60_000, floor_fen: Fen(8_000) },
        }),
    };

    #[test]
    fn a_price_that_falls_falls_on_its_card_and_ends_in_words() {
        let mine = MyPosition::default;
        let open = room(PublicLot { steps: Some(StepClock::From(UnixMs(0))), ..lot() }, mine());
        assert_eq!(DUTCH.price(&open, UnixMs(59_999)).0, Fen(10_000));
        assert_eq!(DUTCH.price(&open, UnixMs(60_000)), (Fen(9_000), Word::CurrentPrice));
        let time = |room: &Room, now: i64| DUTCH.time(room, UnixMs(now), &text);
        assert_eq!(time(&open, 15_000), ("calm", "00:45 to the next".to_owned()));
        assert_eq!(time(&open, 121_000), ("urgent", "00:59".to_owned()), "the floor, then the end");
        let taken = PublicLot {
            status: LotStatus::Closed,
            price_fen: Some(Fen(9_000)),
            leader_alias: Some(1),
            outcome: Some(Outcome::Sold),
            ..lot()
        };
        let taken = room(taken, mine());
        assert_eq!(DUTCH.price(&taken, UnixMs(70_000)), (Fen(9_000), Word::HammerPrice));
        assert_eq!(time(&taken, 70_000), ("still", "over".to_owned()));
        assert_eq!(DUTCH.standing(&taken, UnixMs(70_000)), ("over", Word::Sold));
        assert_eq!(DUTCH.light(&taken), (NO_LIGHT, None));
    }

    #[test]
    fn a_published_reserve_stands_on_its_card_whatever_the_format() {
        let card = |face: Face, reserve: ReserveLight, reserve_fen: Option<Fen>| {
            let room = room(PublicLot { reserve, reserve_fen, ..lot() }, MyPosition::default());
            let (light, word) = face.light(&room);
            (light, word.map(|word| face.light_text(&room, &format!("{}: %{{amount}}", text(word)))))
        };
        let public = Some(Fen(8_800_000));
        let told = |words: &str| Some(format!("{words}: ¥88,000"));
        let rising = Face { sealed: false, falling: None };
        assert_eq!(card(rising, ReserveLight::NotMet, public), ("not-met", told("reserve_not_met_at")));
        assert_eq!(card(rising, ReserveLight::Met, public), ("met", told("reserve_met_at")));
        let sealed = Face { sealed: true, falling: None };
        assert_eq!(card(sealed, ReserveLight::Secret, public), ("public", told("reserve_at")));
        assert_eq!(card(DUTCH, ReserveLight::NotMet, public), ("public", told("reserve_at")));
        assert_eq!(card(DUTCH, ReserveLight::NotMet, None), (NO_LIGHT, None));
    }

    #[test]
    fn a_car_that_was_sold_has_no_reserve_that_was_not_met() {
        let rising = Face { sealed: false, falling: None };
        let ended = |outcome| {
            let lot = PublicLot { reserve: ReserveLight::NotMet, outcome, ..lot() };
            rising.light(&room(lot, MyPosition::default()))
        };
        assert_eq!(ended(Some(Outcome::Sold)), (NO_LIGHT, None), "in a negotiation, say");
        assert_eq!(ended(Some(Outcome::Unsold)), ("not-met", Some(Word::ReserveNotMet)));
    }

    #[test]
    fn a_sealed_card_tells_one_s_own_offer_and_nothing_else_until_the_end() {
        let face = Face { sealed: true, falling: None };
        let secret = PublicLot { reserve: ReserveLight::Secret, ..lot() };
        let offered = MyPosition { max_fen: Some(Fen(12_000)), ..MyPosition::default() };
        let mine = room(secret.clone(), offered);
        assert_eq!(face.price(&mine, UnixMs(1)), (Fen(10_000), Word::StartPrice));
        assert_eq!(face.standing(&mine, UnixMs(1)), ("offered", Word::Offered));
        assert_eq!(face.standing(&room(secret.clone(), MyPosition::default()), UnixMs(1)).1, Word::NotBid);
        assert_eq!(face.light(&mine), ("secret", Some(Word::ReserveSecret)));
        let opened = PublicLot {
            status: LotStatus::Closed,
            outcome: Some(Outcome::Sold),
            price_fen: Some(Fen(15_000)),
            leader_alias: Some(2),
            ..secret
        };
        let lost = MyPosition { alias: Some(1), leading: false, max_fen: Some(Fen(12_000)) };
        assert_eq!(face.standing(&room(opened, lost), UnixMs(200_000)), ("over", Word::Lost));
    }
}

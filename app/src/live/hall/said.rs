//! What a card says of the bid that was sent from it.

use bidding::Note;

use super::super::notice::is_held_already;
use super::super::room::{Notice, Room};
use super::super::words::{Word, Words, fill};

/// What is said, and what can be done about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// The name for colours and tests.
    pub(super) kind: &'static str,
    pub(super) text: String,
    /// The button that says an unusual amount again: its words, and the amount.
    pub(super) confirm: Option<(String, String)>,
    /// Where an outcome that is not known can be looked up.
    pub(super) look_up: Option<String>,
}

/// What is to be said; `None` when nothing was sent from here. Without a connection a bid waits for one.
pub(super) fn said(room: &Room, words: &Words, is_lost: bool) -> Option<Said> {
    let plain = |kind, text| Some(Said { kind, text, confirm: None, look_up: None });
    if let Some(pending) = &room.pending {
        let word = if is_lost { Word::Waiting } else { Word::Sending };
        return plain("pending", words.with(word, "amount", &pending.max_fen.yuan()));
    }
    match room.notice.as_ref()? {
        Notice::Accepted { max_fen, note } => {
            let text = words.with(Word::Accepted, "amount", &max_fen.yuan());
            match note {
                None => plain("accepted", text),
                Some(note) => {
                    let more = match note {
                        Note::TiedEarlierWins => Word::TiedEarlierWins,
                        Note::OutbidAtOnce => Word::OutbidAtOnce,
                    };
                    plain("outbid", [&text, " ", &words.get(more)].concat())
                }
            }
        }
        Notice::Refused { code, data } if is_held_already(code, data) => {
            plain("accepted", words.refusal(code, data))
        }
        Notice::Refused { code, data } => {
            plain("refused", [&words.get(Word::Refused), " ", &words.refusal(code, data)].concat())
        }
        Notice::Confirm { max_fen, asked } => {
            let why = if asked.by_guide { Word::ConfirmGuide } else { Word::ConfirmSteps };
            let text = words.with(why, "amount", &max_fen.yuan());
            let text = fill(&fill(&text, "limit", &asked.limit_fen.yuan()), "n", &asked.than.to_string());
            let yes = words.with(Word::ConfirmYes, "amount", &max_fen.yuan());
            Some(Said { kind: "confirm", text, confirm: Some((yes, max_fen.0.to_string())), look_up: None })
        }
        Notice::Unknown { key, max_fen } => {
            let text = words.with(Word::Unknown, "amount", &max_fen.yuan());
            let look_up = ["/my/board?answer=", &key.to_string(), "&lot=", &room.lot_id.to_string()].concat();
            Some(Said { kind: "unknown", text, confirm: None, look_up: Some(look_up) })
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use bidding::{MyPosition, PublicLot};
    use kernel::{Fen, Lang, LotId, UnixMs};
    use serde_json::json;
    use uuid::Uuid;

    use super::super::super::room::Start;
    use super::super::super::sample;
    use super::*;

    fn room() -> Room {
        let lot = PublicLot {
            seq: 3,
            price_fen: Some(Fen(5_000_000)),
            min_next_fen: Fen(5_050_000),
            step_fen: Fen(50_000),
            leader_alias: Some(1),
            bidders: 1,
            end_at: UnixMs(90_000),
            ..sample::lot()
        };
        let mine = MyPosition { alias: None, leading: false, max_fen: None };
        Room::new(Start {
            lot_id: LotId(Uuid::from_u128(5)),
            lot,
            mine,
            history: Vec::new(),
            opens_at: UnixMs(0),
            server_time: UnixMs(0),
            notice: None,
        })
    }

    fn words() -> Words {
        Words::new(Lang::En, 0, |key| [key, " %{amount}"].concat())
    }

    #[test]
    fn a_bid_without_a_connection_waits_and_says_so() {
        let (mut room, words) = (room(), words());
        assert_eq!(said(&room, &words, false), None);
        let key = Uuid::from_u128(7);
        room.begin(key, Fen(5_050_000), None, 0);
        let kind_and_text =
            |room: &Room, is_lost| said(room, &words, is_lost).map(|said| (said.kind, said.text));
        let waits = Some(("pending", "auction.live.waiting ¥50,500".to_owned()));
        assert_eq!(kind_and_text(&room, true), waits);
        let sends = Some(("pending", "auction.live.sending ¥50,500".to_owned()));
        assert_eq!(kind_and_text(&room, false), sends);
        room.tick(30_000, false);
        let unknown = said(&room, &words, true);
        let href = unknown.and_then(|said| said.look_up).unwrap_or_default();
        assert!(href.contains(&key.to_string()) && href.contains(&room.lot_id.to_string()), "{href}");
    }

    #[test]
    fn an_unusual_amount_is_asked_with_a_button_and_a_refusal_has_none() {
        let (mut room, words) = (room(), words());
        let asked = json!({ "confirm": { "key": Uuid::from_u128(4), "token": "1-0a" }, "threshold_fen": 6 });
        let question = super::super::super::room::question("FAT_FINGER_CONFIRM", &asked);
        room.notice = question.map(|asked| Notice::Confirm { max_fen: Fen(90_000_000), asked });
        let confirm = said(&room, &words, false).and_then(|said| said.confirm);
        assert_eq!(confirm, Some(("auction.live.confirm_yes ¥900,000".to_owned(), "90000000".to_owned())));
        room.notice = Some(Notice::Refused { code: "BELOW_MIN".to_owned(), data: json!({}) });
        let refused = said(&room, &words, false);
        assert_eq!(refused.map(|said| (said.kind, said.confirm)), Some(("refused", None)));
    }
}

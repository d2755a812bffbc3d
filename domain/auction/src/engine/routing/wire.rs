//! What goes between the two ends: frames of bids one way, frames of answers the other.
//!
//! An answer is the frame that the socket gets, as the process that decided has encoded it.

use bidding::Command;
use bytes::{Buf as _, BufMut as _, Bytes};
use kernel::{DealerId, Fen, LotId, UnixMs, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::{Job, Sender};

/// What the key of a link is for. Another format is another version.
pub(super) const PURPOSE: &str = "bids, version 1";
/// A frame of answers is closed when it has so many bytes.
const ANSWERS_MAX: usize = 1024 * 1024;

/// A bid on its way to where it is decided. The fields of [`Command::PlaceMax`] and its [`Sender`] that say something
/// before it is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RoutedBid {
    /// What the answer names. Counted by the sending end, on this link.
    pub(super) number: u64,
    pub(super) key: Uuid,
    pub(super) lot_id: LotId,
    pub(super) admitted_at: UnixMs,
    dealer_id: DealerId,
    max_fen: Fen,
    confirmed: bool,
    seen_report: Option<String>,
    user_id: Option<UserId>,
    user_name: String,
}

impl RoutedBid {
    /// The job as a bid; nothing where it is something else.
    pub(super) fn of(number: u64, job: &Job) -> Option<RoutedBid> {
        let Command::PlaceMax { dealer_id, max_fen, confirmed, seen_report, .. } = &job.command else {
            return None;
        };
        Some(RoutedBid {
            number,
            key: job.key,
            lot_id: job.lot_id,
            admitted_at: job.admitted_at,
            dealer_id: *dealer_id,
            max_fen: *max_fen,
            confirmed: *confirmed,
            seen_report: seen_report.clone(),
            user_id: job.sender.user_id,
            user_name: job.sender.user_name.clone(),
        })
    }

    /// Who sends it.
    pub(super) fn sender(&self) -> Sender {
        Sender { actor: self.dealer_id.0, user_id: self.user_id, user_name: self.user_name.clone() }
    }

    /// What it asks.
    pub(super) fn command(self) -> Command {
        Command::PlaceMax {
            dealer_id: self.dealer_id,
            max_fen: self.max_fen,
            confirmed: self.confirmed,
            bar: None,
            power_fen: None,
            seen_report: self.seen_report,
            group: None,
        }
    }
}

/// A frame of bids.
pub(super) fn encode_bids(bids: &[RoutedBid]) -> Vec<u8> {
    // ids, numbers and texts: nothing that the format cannot hold
    postcard::to_stdvec(bids).unwrap_or_default()
}

/// The bids of a frame; none where it cannot be read.
pub(super) fn decode_bids(frame: &[u8]) -> Option<Vec<RoutedBid>> {
    postcard::from_bytes(frame).ok()
}

/// Takes from the front as many answers as one frame holds.
pub(super) fn encode_answers(answers: &mut std::collections::VecDeque<(u64, Bytes)>) -> Vec<u8> {
    let mut frame = Vec::new();
    while frame.len() < ANSWERS_MAX
        && let Some((number, answer)) = answers.pop_front()
    {
        frame.put_u64(number);
        // an answer has a few kilobytes
        frame.put_u32(u32::try_from(answer.len()).unwrap_or_default());
        frame.extend_from_slice(&answer);
    }
    frame
}

/// The next answer of a frame, which begins after it then; nothing at the end, and where it cannot be read.
pub(super) fn next_answer(frame: &mut Bytes) -> Option<(u64, Bytes)> {
    let number = frame.try_get_u64().ok()?;
    let length = frame.try_get_u32().ok()? as usize;
    (length <= frame.len()).then(|| (number, frame.split_to(length)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    fn bid(number: u64, seen_report: Option<String>, user_name: String) -> RoutedBid {
        let id = |n: u128| Uuid::from_u128(n | u128::from(number));
        RoutedBid {
            number,
            key: id(1 << 70),
            lot_id: LotId(id(2 << 70)),
            admitted_at: UnixMs(1_790_000_000_000),
            dealer_id: DealerId(id(3 << 70)),
            max_fen: Fen(5_000_000),
            confirmed: number.is_multiple_of(2),
            seen_report,
            user_id: Some(UserId(id(4 << 70))),
            user_name,
        }
    }

    proptest! {
        #[test]
        fn bids_are_read_as_they_were_written(
            said in prop::collection::vec((any::<u64>(), any::<Option<String>>(), any::<String>()), 0..20)
        ) {
            let bids: Vec<_> = said.into_iter().map(|(n, report, name)| bid(n, report, name)).collect();
            prop_assert_eq!(decode_bids(&encode_bids(&bids)), Some(bids));
        }

        #[test]
        fn answers_are_read_as_they_were_written(
            answers in prop::collection::vec((any::<u64>(), prop::collection::vec(any::<u8>(), 0..99)), 0..20)
        ) {
            let answers: VecDeque<(u64, Bytes)> = answers.into_iter().map(|(n, said)| (n, said.into())).collect();
            let mut left = answers.clone();
            let mut frame = Bytes::from(encode_answers(&mut left));
            let read: VecDeque<_> = std::iter::from_fn(|| next_answer(&mut frame)).collect();
            prop_assert_eq!(read, answers);
            prop_assert!(left.is_empty() && frame.is_empty());
        }

        #[test]
        fn nonsense_is_no_bid_and_no_panic(said in prop::collection::vec(any::<u8>(), 0..200)) {
            drop(decode_bids(&said));
            let mut frame = Bytes::from(said);
            while next_answer(&mut frame).is_some() {}
        }
    }

    #[test]
    fn more_than_a_frame_holds_waits_for_the_next() {
        let answer = Bytes::from(vec![7; ANSWERS_MAX / 2]);
        let mut answers: VecDeque<_> = (1..=5).map(|number| (number, answer.clone())).collect();
        let mut read = Vec::new();
        while !answers.is_empty() {
            let mut frame = Bytes::from(encode_answers(&mut answers));
            read.extend(std::iter::from_fn(|| next_answer(&mut frame)).map(|(number, _)| number));
        }
        assert_eq!(read, [1, 2, 3, 4, 5]);
        assert_eq!(next_answer(&mut Bytes::from_static(&[0; 11])), None, "half an answer is none");
        assert_eq!(decode_bids(&encode_bids(&[])).unwrap(), []);
    }
}

//! What people get to check the log with: receipts, published logs, evidence, keys.

use bidding::LotStatus;
use kernel::{LotId, Principal, Problem, UnixMs};
use platform_db::CommandError;
use proof::{
    Evidence, Hash, Inclusion, PublicKey, PublishedLog, PublishedRow, Receipt, ReceiptFault, Stamp,
    TimeStampFile, incident_key,
};
use uuid::Uuid;

pub use proof::Incident;

use crate::Service;
use crate::store::lots;
use crate::store::proofs::{self, LotChain, ProvenLine};

/// How many lines are read at once.
const PAGE: i64 = 2_000;

impl Service {
    /// The receipt of this dealer's bid, accepted or refused, signed now with the present key.
    ///
    /// # Errors
    /// `NOT_FOUND` for a key that this dealer never used, and for bids on lots without a chain; `LOT_NOT_CLOSED` while
    /// a sealed lot takes offers.
    pub async fn receipt(&self, who: &Principal, key: Uuid) -> Result<Receipt, CommandError> {
        let seat = who.dealer().ok_or_else(Problem::not_found)?;
        let line = proofs::line(&self.db, seat.dealer_id.0, key).await?;
        self.receipt_of(line.ok_or_else(Problem::not_found)?).await
    }

    /// The receipt of this dealer's newest bid on a lot; of an accepted one, if there is one.
    ///
    /// # Errors
    /// `NOT_FOUND` when it has not bid there, and for lots without a chain.
    pub async fn newest_receipt(&self, who: &Principal, lot_id: LotId) -> Result<Receipt, CommandError> {
        let seat = who.dealer().ok_or_else(Problem::not_found)?;
        let line = proofs::newest_line(&self.db, seat.dealer_id.0, lot_id).await?;
        self.receipt_of(line.ok_or_else(Problem::not_found)?).await
    }

    async fn receipt_of(&self, line: ProvenLine) -> Result<Receipt, CommandError> {
        if lots::keeps_offers_secret(&self.db, line.row.lot_id).await? {
            // its number counts the others' offers; the answer's hash and stamp prove it meanwhile
            return Err(Problem::new(kernel::ProblemKind::Conflict, "LOT_NOT_CLOSED").into());
        }
        let before = match line.before {
            Some(before) => before,
            None => {
                let chain = proofs::lot_chain(&self.db, line.row.lot_id).await?;
                chain.ok_or_else(Problem::not_found)?.genesis.hash()
            }
        };
        let stamp = Stamp::on(&[line.hash], &self.signer).pop().ok_or_else(Problem::internal)?;
        Ok(Receipt {
            v: 1,
            row: line.row,
            before,
            hash: line.hash,
            secret: line.secret,
            key: self.signer.id().clone(),
            stamp,
        })
    }

    /// The whole log of a closed lot, for who is signed in.
    ///
    /// # Errors
    /// `NOT_FOUND` for an unknown lot and one without a chain, `LOT_NOT_CLOSED` while bids are taken or the price is negotiated,
    /// `OFFER_STAYS_SECRET` where its last line would tell a sealed offer that nobody paid.
    pub async fn published_log(&self, who: &Principal, lot_id: LotId) -> Result<PublishedLog, CommandError> {
        let chain = self.published_chain(who, lot_id).await?;
        if chain.tells_an_offer {
            return Err(Problem::new(kernel::ProblemKind::Conflict, "OFFER_STAYS_SECRET").into());
        }
        let mut rows = Vec::new();
        loop {
            let after = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            let page = proofs::accepted(&self.db, lot_id, after, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for line in page {
                let line = line.ok_or_else(Problem::internal)?;
                rows.push(PublishedRow { row: line.row, hash: line.hash });
            }
        }
        let mut incidents = proofs::incidents(&self.db, lot_id).await?;
        // those of the first releases have no key that proves their times
        incidents.retain(|incident| {
            let index = usize::try_from(incident.seq - 1).ok();
            let key = incident_key(lot_id, incident.from, incident.to);
            index.and_then(|index| rows.get(index)).is_some_and(|row: &PublishedRow| row.row.key == key)
        });
        let new_terms = proofs::new_terms(&self.db, lot_id).await?;
        let LotChain { genesis, terms_text, head, .. } = chain;
        Ok(PublishedLog { v: 1, genesis, terms_text, rows, incidents, new_terms, head })
    }

    /// The hash of a closed lot's newest line: what it is known by, without reading it.
    pub(crate) async fn published_head(&self, who: &Principal, lot_id: LotId) -> Result<Hash, CommandError> {
        Ok(self.published_chain(who, lot_id).await?.head)
    }

    /// Where the log of a lot stands that this person may read: one that has closed. While its price is negotiated it would tell
    /// the high bidder that the seller has lowered his reserve, or authorised a gap.
    async fn published_chain(&self, who: &Principal, lot_id: LotId) -> Result<LotChain, CommandError> {
        if !lots::is_visible(&self.db, who.dealer().map(|seat| seat.dealer_id), lot_id).await? {
            return Err(Problem::not_found().into());
        }
        let chain = proofs::lot_chain(&self.db, lot_id).await?.ok_or_else(Problem::not_found)?;
        // of one that may never be published more is said where it is read
        let is_talked_about = chain.is_provisional && !chain.tells_an_offer;
        if chain.status != LotStatus::Closed || is_talked_about {
            return Err(Problem::new(kernel::ProblemKind::Conflict, "LOT_NOT_CLOSED").into());
        }
        Ok(chain)
    }

    /// The outages that a lot was given more time for, in order.
    pub async fn incidents(&self, lot_id: LotId) -> Result<Vec<Incident>, CommandError> {
        Ok(proofs::incidents(&self.db, lot_id).await?)
    }

    /// Everything that proves this dealer's bid: its receipt, the keys, the lot's log once it has closed, and the
    /// checkpoint that covers it, where there is one.
    ///
    /// # Errors
    /// `NOT_FOUND` as for the receipt.
    pub async fn evidence(&self, who: &Principal, key: Uuid) -> Result<Evidence, CommandError> {
        let receipt = self.receipt(who, key).await?;
        let log = match self.published_log(who, receipt.row.lot_id).await {
            Ok(log) => Some(log),
            Err(CommandError::Refused(_)) => None,
            Err(failure) => return Err(failure),
        };
        let inclusion = match receipt.row.seq {
            Some(_) if log.is_none() => None,
            Some(seq) => {
                // a head before the bid does not cover it
                let head = self.head_inclusion(receipt.row.lot_id).await?;
                head.filter(|head| covers(log.as_ref(), head.leaf, seq))
            }
            None => match self.inclusion(receipt.hash, None).await {
                Ok(inclusion) => Some(inclusion),
                Err(CommandError::Refused(_)) => None,
                Err(failure) => return Err(failure),
            },
        };
        let (inclusion, timestamp) = match inclusion {
            Some(inclusion) => self.earliest(inclusion).await?,
            None => (None, None),
        };
        let keys = self.proof_keys().await?.into_iter().map(|(key, _)| key.to_base64()).collect();
        Ok(Evidence { v: 1, receipt, keys, log, inclusion, timestamp })
    }

    /// The same leaf in the first checkpoint that has a time from outside, with that time: who says that a bid was there wants
    /// to say since when. As it is, where none has.
    async fn earliest(
        &self,
        newest: Inclusion,
    ) -> Result<(Option<Inclusion>, Option<TimeStampFile>), CommandError> {
        let Some((n, stamp)) = self.first_stamped_over(newest.index).await? else {
            return Ok((Some(newest), None));
        };
        let earliest = self.inclusion(newest.leaf, Some(n)).await?;
        Ok((Some(earliest), Some(TimeStampFile::new(&stamp.reply, stamp.at, stamp.authority))))
    }

    /// Checks a receipt against the keys that ever signed here.
    pub async fn check_receipt(&self, receipt: &Receipt) -> Result<Result<(), ReceiptFault>, CommandError> {
        let keys: Vec<PublicKey> = self.proof_keys().await?.into_iter().map(|(key, _)| key).collect();
        Ok(receipt.check_with(&keys))
    }

    /// All keys that ever signed receipts, the newest first, with the time of their first use.
    pub async fn proof_keys(&self) -> Result<Vec<(PublicKey, UnixMs)>, CommandError> {
        let keys = proofs::keys(&self.db).await?;
        Ok(keys.into_iter().filter_map(|(key, at)| Some((PublicKey::from_base64(&key).ok()?, at))).collect())
    }
}

/// Whether the log's row of this hash has this number, or a later one.
fn covers(log: Option<&PublishedLog>, head: Hash, seq: i64) -> bool {
    let row = log.and_then(|log| log.rows.iter().find(|row| row.hash == head));
    row.is_some_and(|row| row.row.seq >= Some(seq))
}

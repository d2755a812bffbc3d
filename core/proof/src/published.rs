//! A closed lot's log as everybody may see it: no names, no maxes.

use kernel::{LotId, UnixMs, event_id_for};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Chain, ChainFault, Genesis, Hash, Receipt, Row};

/// The whole of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedLog {
    /// The version of this document.
    pub v: u16,
    /// What the chain begins with.
    pub genesis: Genesis,
    /// The text that [`Genesis::terms`] is the hash of.
    pub terms_text: String,
    /// The accepted rows, in order.
    pub rows: Vec<PublishedRow>,
    /// The outages for which the lot was given more time.
    #[serde(default)]
    pub incidents: Vec<Incident>,
    /// The terms that took the place of those in the genesis, before anybody had given a max.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_terms: Vec<NewTerms>,
    /// The hash of the newest row.
    pub head: Hash,
}

/// A row with its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedRow {
    /// The row.
    pub row: Row,
    /// Its hash.
    pub hash: Hash,
}

/// An outage of the platform that touched a lot's last moments, and the row that made up for it. The row's key is made
/// of the outage's times ([`incident_key`]), so the chain proves them too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// The number of the row.
    pub seq: i64,
    /// Since when nobody could bid.
    pub from: UnixMs,
    /// Until when.
    pub to: UnixMs,
    /// The end before.
    pub end_before: UnixMs,
    /// The end that the row gave instead.
    pub end_at: UnixMs,
}

/// The command of rows that make up for an outage.
pub const INCIDENT_COMMAND: &str = "extend_by_system";

/// The key of the row that makes up for an outage: always the same for the same lot and the same outage, whoever writes
/// it.
pub fn incident_key(lot_id: LotId, from: UnixMs, to: UnixMs) -> Uuid {
    event_id_for(lot_id.0, &format!("outage:{}:{}", from.0, to.0))
}

/// Terms that hold from a row on. The row's key is made of their text ([`terms_key`]), so the chain proves them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTerms {
    /// The number of the row.
    pub seq: i64,
    /// All of the terms.
    pub terms_text: String,
}

/// The command of rows that change a lot's terms.
pub const TERMS_COMMAND: &str = "change_terms";

/// The key of the row of this number that changes a lot's terms to these.
pub fn terms_key(lot_id: LotId, seq: i64, terms_text: &str) -> Uuid {
    event_id_for(lot_id.0, &format!("terms:{seq}:{}", Hash::of(&[terms_text.as_bytes()])))
}

/// What is wrong with a published log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum LogFault {
    /// The terms' text does not give the hash that the chain begins with.
    Terms,
    /// A row.
    Chain(ChainFault),
    /// The head is not the newest row's hash.
    Head,
    /// Terms that hold from a row on are not told, or are not those of their row.
    NewTerms {
        /// The number of the row.
        seq: i64,
    },
    /// An outage's times are not those of its row.
    Incident {
        /// The number of the row.
        seq: i64,
    },
}

/// A published log as far as it has been checked: so that a browser can show how far it is.
#[derive(Debug)]
pub struct LogCheck<'a> {
    log: &'a PublishedLog,
    chain: Chain,
    read: usize,
}

impl PublishedLog {
    /// Begins to check it.
    pub fn begin(&self) -> Result<LogCheck<'_>, LogFault> {
        match Hash::of(&[self.terms_text.as_bytes()]) == self.genesis.terms {
            true => Ok(LogCheck { log: self, chain: Chain::new(&self.genesis), read: 0 }),
            false => Err(LogFault::Terms),
        }
    }

    /// Checks all of it.
    pub fn check(&self) -> Result<(), LogFault> {
        let mut check = self.begin()?;
        while !check.advance(usize::MAX)? {}
        Ok(())
    }

    /// Whether the receipt's row, or for a refused bid the row that it was judged on, stands in this log.
    pub fn agrees_with(&self, receipt: &Receipt) -> bool {
        let hash_at = |seq: i64| match seq {
            0 => Some(self.genesis.hash()),
            seq => {
                let index = seq.checked_sub(1).and_then(|index| usize::try_from(index).ok())?;
                self.rows.get(index).map(|row| row.hash)
            }
        };
        let stands = match receipt.row.seq {
            Some(seq) => hash_at(seq) == Some(receipt.hash),
            None => hash_at(receipt.row.judged_seq) == Some(receipt.before),
        };
        receipt.row.lot_id == self.genesis.lot_id && stands
    }

    /// Whether this is the hash of one of its rows, or of its beginning.
    pub fn has(&self, hash: Hash) -> bool {
        hash == self.genesis.hash() || self.rows.iter().any(|row| row.hash == hash)
    }

    /// Each row that changes the terms has its text, and no text is without its row.
    fn check_terms(&self) -> Result<(), LogFault> {
        let mut told = self.new_terms.iter();
        for PublishedRow { row, .. } in self.rows.iter().filter(|row| row.row.command == TERMS_COMMAND) {
            let seq = row.seq.unwrap_or_default();
            let holds = told.next().is_some_and(|terms| {
                terms.seq == seq && row.key == terms_key(self.genesis.lot_id, seq, &terms.terms_text)
            });
            if !holds {
                return Err(LogFault::NewTerms { seq });
            }
        }
        told.next().map_or(Ok(()), |terms| Err(LogFault::NewTerms { seq: terms.seq }))
    }

    fn check_incident(&self, incident: &Incident) -> Result<(), LogFault> {
        let Incident { seq, from, to, end_before, end_at } = *incident;
        let index = seq.checked_sub(1).and_then(|index| usize::try_from(index).ok());
        let row = index.and_then(|index| self.rows.get(index));
        let before = index.and_then(|index| index.checked_sub(1)).and_then(|index| self.rows.get(index));
        let holds = row.is_some_and(|PublishedRow { row, .. }| {
            row.command == INCIDENT_COMMAND
                && row.key == incident_key(self.genesis.lot_id, from, to)
                && row.end_at == end_at
                && before.is_none_or(|before| before.row.end_at == end_before)
        });
        if holds { Ok(()) } else { Err(LogFault::Incident { seq }) }
    }
}

impl LogCheck<'_> {
    /// Checks up to `count` further rows; true when the whole log has been checked.
    pub fn advance(&mut self, count: usize) -> Result<bool, LogFault> {
        let to = self.read.saturating_add(count).min(self.log.rows.len());
        for PublishedRow { row, hash } in &self.log.rows[self.read..to] {
            self.chain.push(row, *hash).map_err(LogFault::Chain)?;
        }
        self.read = to;
        if to < self.log.rows.len() {
            return Ok(false);
        }
        if self.chain.head() != self.log.head {
            return Err(LogFault::Head);
        }
        self.log.check_terms()?;
        self.log.incidents.iter().try_for_each(|incident| self.log.check_incident(incident))?;
        Ok(true)
    }

    /// How many rows have been checked.
    pub fn checked(&self) -> usize {
        self.read
    }
}

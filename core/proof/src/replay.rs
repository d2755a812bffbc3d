//! A closed lot's auction once more, moment by moment, of its published log alone.

use kernel::{Fen, UnixMs};

use crate::{INCIDENT_COMMAND, PublishedRow};

/// What everybody could see after a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The row's number.
    pub seq: i64,
    /// From when it holds.
    pub at: UnixMs,
    /// What was asked: `place_max`, `close` …
    pub command: String,
    /// Who asked; 0 for staff, the system, and who had no bid that counted yet.
    pub alias: u32,
    /// The price.
    pub price_fen: Option<Fen>,
    /// Who leads.
    pub leader: Option<u32>,
    /// The lot's status.
    pub status: String,
    /// The end as it was known then.
    pub end_at: UnixMs,
    /// Whether this row moved the end.
    pub moved_end: bool,
    /// How often bids had moved the end by then.
    pub extensions: u32,
}

impl Moment {
    /// Whether it makes up for an outage.
    pub fn is_incident(&self) -> bool {
        self.command == INCIDENT_COMMAND
    }

    /// Whether the lot is over after it.
    pub fn is_over(&self) -> bool {
        self.status == "closed"
    }

    /// Whether bids were taken.
    pub fn is_open(&self) -> bool {
        self.status == "open"
    }

    /// The time that was left at this instant; none when no bids were taken.
    pub fn left_ms(&self, at: UnixMs) -> Option<i64> {
        self.is_open().then(|| self.end_at.since(at).max(0))
    }
}

/// All moments of a lot, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    moments: Vec<Moment>,
}

impl Replay {
    /// Of the rows of a log; `None` without any. Bids that two processes admitted at the same time may stand in the log a
    /// moment out of order: a row holds from when the row before it held, at the earliest.
    pub fn of(rows: &[PublishedRow]) -> Option<Replay> {
        let mut moments: Vec<Moment> = Vec::with_capacity(rows.len());
        for PublishedRow { row, .. } in rows {
            let before = moments.last();
            // other times before the opening are no extension
            let moved_end =
                row.command != "reschedule" && before.is_some_and(|before| row.end_at > before.end_at);
            let by_bid = moved_end && row.command == "place_max";
            moments.push(Moment {
                seq: row.seq.unwrap_or_default(),
                at: before.map_or(row.admitted_at, |before| row.admitted_at.max(before.at)),
                command: row.command.clone(),
                alias: row.alias,
                price_fen: row.price_fen,
                leader: row.leader,
                status: row.status.clone(),
                end_at: row.end_at,
                moved_end,
                extensions: before.map_or(0, |before| before.extensions) + u32::from(by_bid),
            });
        }
        (!moments.is_empty()).then_some(Replay { moments })
    }

    /// All of them; at least one.
    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// When it begins.
    pub fn from(&self) -> UnixMs {
        self.moments[0].at
    }

    /// When it is over.
    pub fn to(&self) -> UnixMs {
        self.moments[self.moments.len() - 1].at
    }

    /// Which moment held at this instant: the newest that is not later; before the first, the first.
    pub fn index_at(&self, at: UnixMs) -> usize {
        self.moments.partition_point(|moment| moment.at <= at).saturating_sub(1)
    }

    /// Where an instant lies between beginning and end, in `width` parts.
    pub fn place(&self, at: UnixMs, width: u32) -> u32 {
        let whole = self.to().since(self.from());
        let passed = at.since(self.from()).clamp(0, whole);
        if whole == 0 {
            return width;
        }
        let place = i128::from(passed) * i128::from(width) / i128::from(whole);
        u32::try_from(place).unwrap_or(width)
    }

    /// The price line in `width` columns: from each column on, its last price. As many points as columns at most, however
    /// many bids there were.
    pub fn line(&self, width: u32) -> Vec<(u32, Fen)> {
        let mut line: Vec<(u32, Fen)> = Vec::new();
        for moment in &self.moments {
            let Some(price) = moment.price_fen else { continue };
            let column = self.place(moment.at, width);
            match line.last_mut() {
                Some(last) if last.0 == column => last.1 = price,
                Some(last) if last.1 == price => {}
                _ => line.push((column, price)),
            }
        }
        line
    }
}

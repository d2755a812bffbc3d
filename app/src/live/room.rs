//! What a screen knows of one lot, and how frames and time change it. No browser in here: the rules of the protocol
//! are tested natively.
//!
//! * A snapshot replaces everything. A delta is applied only where it joins what is known; else a snapshot is asked
//!   for, not more often than [`SNAPSHOT_PAUSE_MS`].
//! * Answers are matched by the command's key. A command without an answer is sent again under the same key, so it can
//!   count only once; after [`GIVE_UP_AFTER_MS`] the person is told that the outcome is unknown. A step of a price that
//!   falls is not sent again once a cheaper one is current.
//! * Who leads follows from the lot (`leader_alias`) and the own alias alone: the two never contradict each other.

use bidding::{BidLine, ClientFrame, LotStatus, MyPosition, Outcome, PublicLot, ServerFrame, quick_bids};
use kernel::{Fen, LotId, UnixMs};
use serde_json::Value;
use uuid::Uuid;

use super::clock::ServerClock;
use super::falling::Falling;
use super::notice::refused;
pub use super::notice::{Notice, Question, question};

/// So many bids are kept; the server sends no more either.
const HISTORY_KEPT: usize = 20;
/// A snapshot is asked for at most this often.
const SNAPSHOT_PAUSE_MS: i64 = 1_000;
/// After so long without an answer a command is sent again, under its key.
const RESEND_AFTER_MS: i64 = 5_000;
/// The first repeat after the server said that it is busy.
const BUSY_PAUSE_MS: i64 = 400;
/// After so long the person is told that the outcome is unknown.
const GIVE_UP_AFTER_MS: i64 = 20_000;
/// A finger that comes down so soon after a change was meant for what stood there before.
pub(super) const REACTION_MS: i64 = 400;
/// A quick button that is pressed again so soon after the bid that made him the leader was pressed twice: it raises nothing.
pub(super) const SECOND_TAP_MS: i64 = 1_200;
/// So long it is said that a bid was accepted: on a phone it stands over what matters next.
const ACCEPTED_SHOWN_MS: i64 = 8_000;
/// The leader's quick raises lie this many steps above his max.
const RAISE_STEPS: [i64; 3] = [1, 2, 5];

/// What the page knew when it was made: the island's first state.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize))]
pub struct Start {
    /// The lot.
    pub lot_id: LotId,
    /// What everybody sees.
    pub lot: PublicLot,
    /// What this dealer sees besides.
    pub mine: MyPosition,
    /// The newest bids, newest first.
    pub history: Vec<BidLine>,
    /// When bidding opens.
    pub opens_at: UnixMs,
    /// The server's clock.
    pub server_time: UnixMs,
    /// What came of a bid sent as a form.
    pub notice: Option<Notice>,
}

/// A command that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its key, the same in every repeat.
    pub key: Uuid,
    /// The amount.
    pub max_fen: Fen,
    /// The step of a falling price that is accepted; none for a bid.
    step: Option<u32>,
    confirmation: Option<String>,
    begun_at: i64,
    send_at: i64,
    tries: u32,
}

/// Where this dealer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No bid yet.
    NotBid,
    /// The highest bidder.
    Leading,
    /// Has bid, and somebody else leads.
    Outbid,
    /// Has bid, and none of it counts any more.
    Voided,
}

/// Where the lot is, as a screen shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Opens later.
    Upcoming,
    /// Takes bids.
    Running,
    /// Its time is over, the server has not said how it ended.
    Ending,
    /// Interrupted.
    Paused,
    /// Over.
    Over(Ending),
}

/// How it ended for this dealer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// 您已竞得
    Won,
    /// 未竞得
    Lost,
    /// Sold, to somebody else; this dealer never bid.
    Sold,
    /// 议价中, and this dealer is the highest bidder.
    Negotiating,
    /// 议价中, with somebody else.
    OthersNegotiate,
    /// 流拍
    Unsold,
    /// 撤拍: taken out of the sale before it opened.
    Withdrawn,
}

/// What a frame brought beside the new state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// A snapshot is needed now.
    pub ask: bool,
    /// This dealer has just lost the lead.
    pub outbid: bool,
    /// The pending command has its answer.
    pub answered: bool,
}

/// One lot on one screen. Instants called `here` are of this machine's clock.
#[derive(Clone, Debug)]
pub struct Room {
    /// The lot.
    pub lot_id: LotId,
    /// What everybody sees.
    pub lot: PublicLot,
    /// What this dealer sees besides.
    pub mine: MyPosition,
    /// The newest bids, newest first.
    pub history: Vec<BidLine>,
    /// When bidding opens.
    pub opens_at: UnixMs,
    /// The condition report that the page shows: what is bid is bid on it.
    pub report: Option<String>,
    /// How its price falls, where it does.
    pub falling: Option<Falling>,
    /// The command that waits for its answer.
    pub pending: Option<Pending>,
    /// What is free of the deposit, once it was told.
    pub free_fen: Option<Fen>,
    /// What came of the last one.
    pub notice: Option<Notice>,
    /// The server's clock.
    pub clock: ServerClock,
    /// Up to here the history is complete: the last snapshot or delta. An answer may have moved the lot beyond it.
    joined_seq: i64,
    asked_at: Option<i64>,
    wants_snapshot: bool,
    /// The quick amounts before the last change, and when that was.
    quick_before: Option<([Fen; 3], i64)>,
    /// When a bid from here took the lead.
    led_since: Option<i64>,
    /// Since when it is said what came of the last command.
    said_since: Option<i64>,
}

impl Room {
    /// The state of the page.
    pub fn new(start: Start) -> Room {
        let max_fen = match &start.notice {
            Some(Notice::Accepted { max_fen, .. }) => Some(*max_fen),
            _ => start.mine.max_fen,
        };
        let opens_at = start.lot.opens_at;
        let mut room = Room {
            lot_id: start.lot_id,
            joined_seq: start.lot.seq,
            lot: start.lot,
            mine: start.mine,
            history: start.history,
            opens_at: opens_at.unwrap_or(start.opens_at),
            report: None,
            falling: None,
            pending: None,
            free_fen: None,
            notice: start.notice,
            clock: ServerClock::default(),
            asked_at: None,
            wants_snapshot: false,
            quick_before: None,
            led_since: None,
            said_since: None,
        };
        room.drop_overtaken(max_fen);
        room
    }

    /// Whether this dealer is the highest bidder.
    pub fn leads(&self) -> bool {
        self.mine.alias.is_some() && self.mine.alias == self.lot.leader_alias
    }

    /// Where this dealer stands.
    pub fn standing(&self) -> Standing {
        match self.mine.alias {
            None => Standing::NotBid,
            Some(_) if self.leads() => Standing::Leading,
            // while it runs; of what is over the words say why it was lost
            Some(_) if self.mine.max_fen.is_none() && self.lot.status != LotStatus::Closed => {
                Standing::Voided
            }
            Some(_) => Standing::Outbid,
        }
    }

    /// Where the lot is at this time of the server. The time decides only what is shown, never that the lot is over.
    pub fn phase(&self, now: UnixMs) -> Phase {
        match self.lot.status {
            LotStatus::Scheduled => Phase::Upcoming,
            LotStatus::Paused => Phase::Paused,
            LotStatus::Open if now >= self.lot.end_at => Phase::Ending,
            LotStatus::Open => Phase::Running,
            LotStatus::Closed => Phase::Over(self.ending()),
        }
    }

    fn ending(&self) -> Ending {
        match (self.lot.outcome, self.standing()) {
            (Some(Outcome::Sold), Standing::Leading) => Ending::Won,
            (Some(Outcome::Sold), Standing::Outbid | Standing::Voided) => Ending::Lost,
            (Some(Outcome::Sold), Standing::NotBid) => Ending::Sold,
            (Some(Outcome::Provisional), Standing::Leading) => Ending::Negotiating,
            (Some(Outcome::Provisional), _) => Ending::OthersNegotiate,
            (Some(Outcome::Withdrawn), _) => Ending::Withdrawn,
            (Some(Outcome::Unsold) | None, _) => Ending::Unsold,
        }
    }

    /// Which lines of the history came of a bid that does not count any more: the price falls only when one is voided, so
    /// whatever lies above what came after it.
    pub fn voided(&self) -> Vec<bool> {
        let newest = self.history.first().map(|line| line.price_fen);
        // when it is over the price may be that of a negotiation
        let price = if self.lot.status == LotStatus::Closed { newest } else { self.lot.price_fen };
        let mut floor = price.unwrap_or_default();
        let mut is_void = |line: &BidLine| {
            let above = line.price_fen > floor;
            floor = floor.min(line.price_fen);
            above
        };
        self.history.iter().map(&mut is_void).collect()
    }

    /// Whether a line of the history is news to whoever watches: a leader's raise of his own max that moves no price is his alone.
    pub fn is_news(&self, index: usize) -> bool {
        let line = self.history.get(index);
        let before = self.history.get(index.saturating_add(1));
        let raises = |(line, before): (&BidLine, &BidLine)| {
            line.by.is_none() && (line.alias, line.price_fen) == (before.alias, before.price_fen)
        };
        !line.zip(before).is_some_and(raises)
    }

    /// The amounts of the quick buttons. For the leader they raise his max: a tap must never lower it.
    pub fn quick(&self) -> [Fen; 3] {
        match self.mine.max_fen.filter(|_| self.leads()) {
            None => quick_bids(&self.lot),
            Some(max) => {
                RAISE_STEPS.map(|steps| Fen(max.0.saturating_add(self.lot.step_fen.0.saturating_mul(steps))))
            }
        }
    }

    /// What the person meant who pressed the button of `amount`: if the amounts have just changed under the finger, the
    /// one that stood there before. It is refused as too low rather than bid as more than was seen.
    pub fn meant(&self, amount: Fen, here: i64) -> Fen {
        match (self.quick().iter().position(|quick| *quick == amount), self.quick_before) {
            (Some(index), Some((before, at))) if (0..REACTION_MS).contains(&(here - at)) => before[index],
            _ => amount,
        }
    }

    /// Whether a press of a quick button is the second of a double tap: the first has just been accepted, and leads.
    pub fn is_second_tap(&self, here: i64) -> bool {
        let is_soon = self.led_since.is_some_and(|at| (0..SECOND_TAP_MS).contains(&(here - at)));
        is_soon && self.leads() && matches!(self.notice, Some(Notice::Accepted { .. }))
    }

    /// Takes a frame that arrived at `here`.
    pub fn hear(&mut self, frame: ServerFrame, here: i64) -> Heard {
        let led = self.leads();
        let (seq, status) = (self.lot.seq, self.lot.status);
        let (quick, max_fen) = (self.quick(), self.mine.max_fen);
        let mut heard = Heard::default();
        match frame {
            ServerFrame::Snapshot { lot_id, lot, mine, history, server_time, .. }
                if lot_id == self.lot_id =>
            {
                self.clock.hear(server_time, UnixMs(here));
                self.joined_seq = lot.seq;
                (self.lot, self.mine, self.history) = (lot, mine, history);
                self.wants_snapshot = false;
            }
            ServerFrame::Delta { lot_id, from_seq, lot, history, server_time, .. }
                if lot_id == self.lot_id =>
            {
                self.clock.hear(server_time, UnixMs(here));
                self.join(from_seq, lot, history, here, &mut heard);
            }
            ServerFrame::Mine { lot_id, mine, .. } if lot_id == self.lot_id => self.mine = mine,
            ServerFrame::Accepted { key, lot_id, lot, mine, note, .. } if lot_id == self.lot_id => {
                if lot.seq > self.lot.seq {
                    self.lot = lot;
                }
                self.mine = mine;
                heard.answered = self.answer(key, |max_fen| Notice::Accepted { max_fen, note });
            }
            ServerFrame::Refused { key, lot_id, refusal, .. } if lot_id == self.lot_id => {
                heard.answered = self
                    .answer(key, |max_fen| refused(refusal.code.as_str().to_owned(), refusal.data, max_fen));
            }
            ServerFrame::Error { key, code, .. } => self.fail(key, code, here, &mut heard),
            ServerFrame::Power { free_fen, .. } => self.free_fen = Some(free_fen),
            ServerFrame::Heartbeat { server_time, .. } => self.clock.hear(server_time, UnixMs(here)),
            // another lot of the same socket
            _ => {}
        }
        self.opens_at = self.lot.opens_at.unwrap_or(self.opens_at);
        // the offers of a sealed lot are opened at its end: only now is there an alias, and perhaps the lead
        let ends = self.lot.status == LotStatus::Closed && status != LotStatus::Closed;
        if ends && self.mine.max_fen.is_some() && self.mine.alias.is_none() {
            heard.ask |= self.ask(here);
        }
        // a snapshot that goes back (a restored database) is no outbidding
        let is_open = self.lot.status == LotStatus::Open;
        heard.outbid = led && !self.leads() && self.lot.seq > seq && is_open;
        if self.quick() != quick {
            self.quick_before = Some((quick, here));
        }
        if heard.answered {
            self.said_since = Some(here);
        }
        if heard.answered && !led && self.leads() {
            self.led_since = Some(here);
        }
        if heard.outbid && self.notice.as_ref().is_some_and(Notice::is_of_leading) {
            // it did lead; now it says the opposite of what is true
            self.notice = None;
        }
        if !heard.answered {
            self.drop_overtaken(max_fen);
        }
        heard
    }

    /// What is said of a bid goes when a later one, perhaps on another screen, has taken its place: `before` is the max
    /// that stood when it was said. The least amount in it is the one of now.
    fn drop_overtaken(&mut self, before: Option<Fen>) {
        let (replaced, leads) = (self.mine.max_fen != before, self.leads());
        let (is_over, least) = (self.lot.status == LotStatus::Closed, self.lot.min_next_fen);
        let is_overtaken = match &mut self.notice {
            Some(Notice::Accepted { note, .. }) => replaced || is_over || (note.is_some() && leads),
            Some(Notice::Refused { data, .. }) => {
                if let Some(told) = data.get_mut("min_next_fen") {
                    *told = least.0.into();
                }
                replaced
            }
            Some(Notice::Confirm { .. }) => is_over,
            Some(Notice::Unknown { .. }) | None => false,
        };
        if is_overtaken {
            self.notice = None;
        }
    }

    /// A delta: joins what is known, is old, or leaves a gap.
    fn join(&mut self, from_seq: i64, lot: PublicLot, lines: Vec<BidLine>, here: i64, heard: &mut Heard) {
        if lot.seq <= self.joined_seq {
            // its number waits for the opening; that it was moved is news all the same
            if lot.opens_at.is_some() && self.lot.opens_at.is_some() {
                self.lot = lot;
            }
            return;
        }
        if from_seq != self.joined_seq {
            heard.ask = self.ask(here);
            return;
        }
        self.joined_seq = lot.seq;
        if lot.seq >= self.lot.seq {
            self.lot = lot;
        }
        self.history.splice(0..0, lines);
        self.history.truncate(HISTORY_KEPT);
    }

    /// Whether a snapshot may be asked for now; if not, [`Room::tick`] asks later.
    pub fn ask(&mut self, here: i64) -> bool {
        self.wants_snapshot = true;
        self.due_to_ask(here)
    }

    fn due_to_ask(&mut self, here: i64) -> bool {
        // a clock that was set back must not silence it for an hour
        let rests = self.asked_at.is_some_and(|at| (0..SNAPSHOT_PAUSE_MS).contains(&(here - at)));
        if !self.wants_snapshot || rests {
            return false;
        }
        self.asked_at = Some(here);
        true
    }

    /// Begins a command; `None` while another waits for its answer.
    pub fn begin(
        &mut self,
        key: Uuid,
        max_fen: Fen,
        confirmation: Option<String>,
        here: i64,
    ) -> Option<ClientFrame> {
        self.begin_with(key, max_fen, (None, confirmation), here)
    }

    /// Begins to accept a step of a falling price at its price; `None` as for a bid.
    pub fn accept(&mut self, key: Uuid, (step, price_fen): (u32, Fen), here: i64) -> Option<ClientFrame> {
        self.begin_with(key, price_fen, (Some(step), None), here)
    }

    fn begin_with(
        &mut self,
        key: Uuid,
        max_fen: Fen,
        (step, confirmation): (Option<u32>, Option<String>),
        here: i64,
    ) -> Option<ClientFrame> {
        if self.pending.is_some() {
            return None;
        }
        self.notice = None;
        let send_at = here + RESEND_AFTER_MS;
        self.pending = Some(Pending { key, max_fen, step, confirmation, begun_at: here, send_at, tries: 0 });
        self.command()
    }

    /// The server ended the connection for good: the session is over, or acts for another store. A bid that waits has an answer that
    /// is not known: its link asks to sign in and then tells.
    pub fn ended(&mut self, code: &str) {
        self.notice = Some(match self.pending.take() {
            Some(Pending { key, max_fen, .. }) => Notice::Unknown { key, max_fen },
            None => Notice::Refused { code: code.to_owned(), data: Value::Null },
        });
    }

    /// The socket is open anew: what waits is sent again. A command that the old socket took is only answered.
    pub fn reconnected(&mut self, here: i64) {
        if let Some(pending) = &mut self.pending {
            pending.send_at = here;
        }
    }

    /// What time brings: a repeat of the pending command, a snapshot that could not be asked for before.
    pub fn tick(&mut self, here: i64, is_connected: bool) -> Vec<ClientFrame> {
        let mut frames = Vec::new();
        if is_connected && self.due_to_ask(here) {
            frames.push(ClientFrame::Snapshot { lot_id: self.lot_id });
        }
        if matches!(self.notice, Some(Notice::Accepted { note: None, .. }))
            && here - *self.said_since.get_or_insert(here) > ACCEPTED_SHOWN_MS
        {
            self.notice = None;
        }
        let has_fallen = self.has_fallen(here);
        let Some(pending) = &mut self.pending else { return frames };
        let is_due = here >= pending.send_at;
        if here - pending.begun_at > GIVE_UP_AFTER_MS || (is_due && has_fallen) {
            self.notice = Some(Notice::Unknown { key: pending.key, max_fen: pending.max_fen });
            self.pending = None;
        } else if is_connected && is_due {
            pending.send_at = here + RESEND_AFTER_MS;
            frames.extend(self.command());
        }
        frames
    }

    /// Whether the step that is being accepted costs less by now: who pressed would buy at the higher price.
    fn has_fallen(&self, here: i64) -> bool {
        let wanted = self.pending.as_ref().and_then(|pending| pending.step);
        let now = self.falling.and_then(|falling| falling.step(&self.lot, self.clock.at(UnixMs(here))));
        wanted.zip(now).is_some_and(|(wanted, now)| now.no > wanted)
    }

    fn command(&self) -> Option<ClientFrame> {
        let pending = self.pending.as_ref()?;
        let (key, lot_id, report_hash) = (pending.key, self.lot_id, self.report.clone());
        Some(match pending.step {
            None => ClientFrame::PlaceMax {
                key,
                lot_id,
                max_fen: pending.max_fen,
                confirmation: pending.confirmation.clone(),
                report_hash,
            },
            Some(step) => {
                ClientFrame::AcceptStep { key, lot_id, step, price_fen: pending.max_fen, report_hash }
            }
        })
    }

    /// Turns the pending command into its notice. An answer that comes after giving up still counts.
    fn answer(&mut self, key: Uuid, notice: impl FnOnce(Fen) -> Notice) -> bool {
        let max_fen = match (&self.pending, &self.notice) {
            (Some(pending), _) if pending.key == key => pending.max_fen,
            (None, Some(Notice::Unknown { key: unknown, max_fen })) if *unknown == key => *max_fen,
            // the second copy of an answer
            _ => return false,
        };
        self.pending = None;
        self.notice = Some(notice(max_fen));
        true
    }

    fn fail(&mut self, key: Option<Uuid>, code: String, here: i64, heard: &mut Heard) {
        let is_passing = matches!(code.as_str(), "BUSY" | "UNAVAILABLE" | "TOO_MANY_REQUESTS");
        match (&mut self.pending, key) {
            (Some(pending), Some(key)) if pending.key == key && is_passing => {
                pending.tries = pending.tries.saturating_add(1);
                pending.send_at = here + (BUSY_PAUSE_MS << pending.tries.min(4));
            }
            (_, Some(key)) => {
                heard.answered = self.answer(key, |max_fen| refused(code, Value::Null, max_fen))
            }
            // a snapshot that could not be made is asked for again
            (_, None) if is_passing => self.wants_snapshot = true,
            (_, None) => {}
        }
    }
}

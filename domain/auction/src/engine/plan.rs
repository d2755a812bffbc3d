//! One lot's share of a batch: its jobs folded in the order of arrival, and the rows they write.

use std::collections::HashSet;

use bidding::{
    Accepted, BidLine, Command, Event, Group, LotState, LotStatus, Note, Refusal, RefusalCode, advance,
    decide_knowing,
};
use kernel::{DealerId, Fen, LotId, UnixMs};
use proof::Hash;
use serde_json::Value;
use uuid::Uuid;

use super::actor::Actor;
use super::{Job, Recorded};
use crate::store::batch::{Batch, BidderRow, HoldRow, LogRow, LotWrite};
use crate::{chain, events};

/// The commands that make a line in the list of prices; the same as in `store/lots.rs` and `store/lists.rs`.
const HISTORY_COMMANDS: [&str; 5] = ["place_max", "buy_now", "accept", "open", "void_bid"];

/// A decided job that waits for the statement.
pub(super) struct Decided {
    pub(super) job: Job,
    pub(super) verdict: Verdict,
    /// Its line in the log; a refused system command changed nothing and has none.
    pub(super) row: Option<LogRow>,
}

/// Accepted under a number, or refused.
pub(super) type Verdict = Result<(i64, Accepted), Refusal>;

/// One lot's share of a batch.
pub(super) struct LotPlan {
    pub(super) lot_id: LotId,
    /// The number of the state that its jobs were decided on: the fence of what they write.
    pub(super) from_seq: i64,
    /// The state all its jobs lead to.
    pub(super) next: LotState,
    pub(super) decided: Vec<Decided>,
    /// Second copies of commands in this very batch; answered like the first copy, after it.
    pub(super) repeats: Vec<Job>,
    pub(super) history: Vec<BidLine>,
    /// The hash of the newest accepted line, where the lot is chained.
    pub(super) chain_head: Option<Hash>,
    /// The latest admission among its accepted bids that were judged against the end as it is stored.
    pub(super) last_admitted_at: Option<UnixMs>,
    stored_end_at: UnixMs,
    report_hash: String,
}

impl LotPlan {
    pub(super) fn new(actor: &Actor) -> LotPlan {
        LotPlan {
            lot_id: actor.facts.lot_id,
            from_seq: actor.state.seq,
            next: actor.state.clone(),
            decided: Vec::new(),
            repeats: Vec::new(),
            history: Vec::new(),
            chain_head: actor.chain_head,
            last_admitted_at: None,
            stored_end_at: actor.state.end_at,
            report_hash: actor.facts.report_hash.clone(),
        }
    }

    /// Folds one command into the plan; `groups` is what is known of bidders' groups by now.
    pub(super) fn decide(&mut self, job: Job, command: &Command, groups: &[(DealerId, Option<Group>)]) {
        let judged_seq = self.next.seq;
        let is_bound = self.is_bound_by_end(command);
        let with_batch = self.up_to_now(command);
        let command = with_batch.as_ref().unwrap_or(command);
        let verdict = decide_knowing(&self.next, groups, command, job.admitted_at);
        let verdict: Verdict = verdict.map(|accepted| {
            // in place: the state holds every bidder, and is copied once a batch only
            advance(&mut self.next, &accepted.events);
            (self.next.seq, accepted)
        });
        if let (Ok((seq, _)), true, Some(price_fen)) =
            (&verdict, HISTORY_COMMANDS.contains(&command_name(command)), self.next.price_fen)
        {
            let by = command.bidder();
            let line = bid_line(&self.next, (*seq, by), price_fen, job.admitted_at);
            let bought = matches!(command, Command::BuyNow { .. } | Command::FirstLook { .. });
            self.history.push(BidLine { bought, ..line });
        }
        let logged = verdict.is_ok() || command.bidder().is_some();
        let row = logged.then(|| {
            let mut row = self.log_row(&job, &verdict, judged_seq);
            row.hash = self.chain_head.map(|head| chain::row(&row, &self.next).hash(head));
            row
        });
        if verdict.is_ok() {
            self.last_admitted_at = self.last_admitted_at.max(is_bound.then_some(job.admitted_at));
            self.chain_head = row.as_ref().and_then(|row| row.hash);
        }
        self.decided.push(Decided { job, verdict, row });
    }

    /// Whether the end as it is stored decides if this counts. It decides nothing about what a bidder says before the opening or
    /// during a pause, where the clock stands still, nor about bids that follow what moved the end in this very batch.
    fn is_bound_by_end(&self, command: &Command) -> bool {
        command.is_bid() && self.next.status == LotStatus::Open && self.next.end_at == self.stored_end_at
    }

    /// A void with what this batch accepted before it: the log does not have that yet.
    fn up_to_now(&self, command: &Command) -> Option<Command> {
        let Command::VoidBid { bid_seq, reason, history, powers } = command else { return None };
        let mut history = history.clone();
        for (_, seq, accepted) in self.accepted() {
            history.follow(seq, &accepted.events);
        }
        Some(Command::VoidBid { bid_seq: *bid_seq, reason: *reason, history, powers: powers.clone() })
    }

    /// Who leads again after a void and has to top up first: he holds more than his deposit meanwhile. Nobody else may.
    fn restored(&self) -> Option<Uuid> {
        let voids = self.accepted().any(|(_, _, accepted)| {
            accepted.events.iter().any(|event| matches!(event, Event::BidVoided { .. }))
        });
        self.next.top_up.filter(|_| voids).map(|top_up| top_up.dealer_id.0)
    }

    /// The entities that bid for the first time, with their aliases, as rows.
    fn new_bidders(&self, known: usize) -> impl Iterator<Item = BidderRow> {
        let rows = self.next.bidders.iter().zip(1..).skip(known);
        rows.map(|(dealer_id, alias)| BidderRow { lot_id: self.lot_id, alias, dealer_id: *dealer_id })
    }

    /// What the lot holds of its leader's deposit from now on, where that changes.
    fn new_hold(&self, actor: &Actor) -> Option<Fen> {
        let (before, after) = (actor.state.leading_hold(), self.next.leading_hold());
        (before != after).then(|| after.map_or(Fen::ZERO, |(_, fen)| fen))
    }

    /// What of each dealer's deposit it holds from now on, where that changes.
    fn hold_moves(&self, actor: &Actor) -> Vec<HoldRow> {
        let holders: HashSet<DealerId> =
            actor.state.holds().chain(self.next.holds()).map(|(dealer_id, _)| dealer_id).collect();
        let row = |dealer_id: DealerId| {
            let delta_fen = self.next.hold_of(dealer_id).0 - actor.state.hold_of(dealer_id).0;
            let beside_fen = beside(&self.next, dealer_id);
            let moves = delta_fen != 0 || beside_fen != beside(&actor.state, dealer_id);
            moves.then_some(HoldRow { lot_id: self.lot_id, dealer_id, delta_fen, beside_fen })
        };
        holders.into_iter().filter_map(row).collect()
    }

    /// The dealers whose bids buying power refuses.
    pub(super) fn short_of_power(&self) -> impl Iterator<Item = DealerId> {
        let refused = |d: &&Decided| matches!(&d.verdict, Err(r) if r.code == RefusalCode::BuyingPower);
        self.decided.iter().filter(refused).map(|d| DealerId(d.job.sender.actor))
    }

    pub(super) fn needs_write(&self) -> bool {
        self.decided.iter().any(|d| d.row.is_some())
    }

    /// Adds all that it writes to a batch. `actor` is the lot as it was decided on; events name the dealers.
    pub(super) fn add_to<'p>(
        &'p self,
        batch: &mut Batch<'p>,
        actor: &Actor,
        dealer_name: impl Fn(DealerId) -> Option<String>,
    ) {
        // a buyer or an auctioneer ends a lot before its time; its close does not
        let closed = |d: &Decided| d.verdict.is_ok() && d.job.command == Command::Close;
        batch.lots.push(LotWrite {
            lot_id: self.lot_id,
            expected_seq: self.from_seq,
            expected_status: actor.state.status,
            last_admitted_at: self.last_admitted_at,
            closes: self.decided.iter().any(closed),
            has_new_terms: self.next.terms != actor.state.terms,
            hold_fen: self.new_hold(actor),
            state: &self.next,
            chain_head: self.chain_head,
        });
        batch.holds.extend(self.hold_moves(actor));
        batch.bidders.extend(self.new_bidders(actor.state.bidders.len()));
        batch.restored.extend(self.restored());
        batch.log.extend(self.decided.iter().filter_map(|d| d.row.as_ref()));
        batch.out.extend(events::of_batch(actor, &self.next, self.accepted(), dealer_name));
    }

    /// The accepted commands, in order.
    pub(super) fn accepted(&self) -> impl Iterator<Item = (&Job, i64, &Accepted)> {
        self.decided
            .iter()
            .filter_map(|d| d.verdict.as_ref().ok().map(|(seq, accepted)| (&d.job, *seq, accepted)))
    }

    /// All its jobs, to be decided again.
    pub(super) fn into_jobs(self) -> impl Iterator<Item = Job> {
        self.decided.into_iter().map(|d| d.job).chain(self.repeats)
    }

    fn log_row(&self, job: &Job, verdict: &Verdict, judged_seq: i64) -> LogRow {
        let state = &self.next;
        let max_fen = payload(&job.command);
        let (seq, code, note, explanation, events) = match verdict {
            Ok((seq, accepted)) => (
                Some(*seq),
                None,
                accepted.note.map(Note::as_str),
                json(&accepted.explanation),
                json(&accepted.events),
            ),
            Err(refusal) => (None, Some(refusal.code.as_str()), None, json(&refusal.data), "[]".to_owned()),
        };
        LogRow {
            lot_id: job.lot_id,
            seq,
            judged_seq,
            key: job.key,
            actor: job.sender.actor,
            user_id: job.sender.user_id.map(|id| id.0),
            user_name: job.sender.user_name.clone(),
            command: command_name(&job.command),
            max_fen: max_fen.map(|max| max.0),
            confirmed: is_confirmed(&job.command),
            code,
            note,
            explanation,
            events,
            price_fen: state.price_fen.map(|price| price.0),
            leader: state.leader.map(|leader| leader.dealer_id.0),
            alias: state.alias_of(DealerId(job.sender.actor)).and_then(|alias| i32::try_from(alias).ok()),
            end_at: state.end_at,
            report_hash: state.report.as_ref().map_or(&self.report_hash, |report| &report.hash).clone(),
            admitted_at: job.admitted_at,
            status: state.status,
            salt: Uuid::new_v4(),
            hash: None,
        }
    }
}

/// The line of a bid in the list of prices: who leads after it, and who bid, where that is another.
pub(super) fn bid_line(
    lot: &LotState,
    (seq, bidder): (i64, Option<DealerId>),
    price_fen: Fen,
    at: UnixMs,
) -> BidLine {
    let leader = lot.leader.map(|leader| leader.dealer_id);
    let alias = leader.and_then(|leader| lot.alias_of(leader)).unwrap_or_default();
    let by = bidder.filter(|bidder| leader != Some(*bidder)).and_then(|bidder| lot.alias_of(bidder));
    BidLine { seq, alias, price_fen, at, by, bought: false }
}

/// What the lot holds of this dealer's deposit, unless he leads: that stands in the lot's own row.
fn beside(lot: &LotState, dealer_id: DealerId) -> i64 {
    let leads = lot.leading_hold().is_some_and(|(leader, _)| leader == dealer_id);
    if leads { 0 } else { lot.hold_of(dealer_id).0 }
}

/// These types hold nothing that JSON cannot: no maps with odd keys, no floats.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// What of a command a repeat must have in common with the first copy.
pub(super) fn payload(command: &Command) -> Option<Fen> {
    match command {
        Command::PlaceMax { max_fen, .. } | Command::FloorBid { max_fen, .. } => Some(*max_fen),
        Command::BuyNow { price_fen, .. }
        | Command::FirstLook { price_fen, .. }
        | Command::Accept { price_fen, .. } => Some(*price_fen),
        Command::ReserveLowered { reserve_fen } => Some(*reserve_fen),
        Command::SetGap { gap_fen } => Some(*gap_fen),
        Command::Settle { deal, .. } => deal.map(|deal| deal.price_fen),
        _ => None,
    }
}

/// Whether the person has looked at the amount twice.
fn is_confirmed(command: &Command) -> bool {
    match command {
        Command::PlaceMax { confirmed, .. } => *confirmed,
        // the amount is printed on the lot, and the button names it
        Command::FloorBid { .. }
        | Command::BuyNow { .. }
        | Command::FirstLook { .. }
        | Command::Accept { .. } => true,
        _ => false,
    }
}

/// What the log will have under this job's key.
pub(super) fn recorded_of(job: &Job, verdict: &Verdict, hash: Option<Hash>) -> Recorded {
    let max_fen = payload(&job.command);
    let command = command_name(&job.command);
    let (seq, code, note, explanation) = match verdict {
        Ok((seq, accepted)) => (Some(*seq), None, accepted.note, Value::Null),
        Err(refusal) => (None, Some(refusal.code), None, refusal.data.clone()),
    };
    Recorded { lot_id: job.lot_id, command: command.to_owned(), max_fen, seq, code, note, explanation, hash }
}

pub(super) const fn command_name(command: &Command) -> &'static str {
    match command {
        Command::PlaceMax { .. } | Command::FloorBid { .. } => "place_max",
        // a purchase at a printed price: its event and its reason say by which right
        Command::BuyNow { .. } | Command::FirstLook { .. } => "buy_now",
        Command::Accept { .. } => "accept",
        Command::Call { .. } => "call",
        Command::Pass => "pass",
        Command::Hammer => "hammer",
        Command::GoOffline => "go_offline",
        Command::BackOnline => "back_online",
        Command::ReserveLowered { .. } => "reserve_lowered",
        Command::PublishReserve => "reserve_published",
        Command::SetGap { .. } => "gap_set",
        Command::Open | Command::OpenWithout { .. } => "open",
        Command::Pause => "pause",
        Command::Resume => "resume",
        Command::ExtendBySystem { .. } => "extend_by_system",
        Command::Close => "close",
        Command::Withdraw { .. } => "withdraw",
        Command::VoidBid { .. } => "void_bid",
        Command::VoidOffer { .. } => "void_offer",
        Command::ToppedUp { .. } => "topped_up",
        Command::ReportChanged { .. } => "report_changed",
        Command::ConfirmReport { .. } => "confirm_report",
        Command::PassOver { .. } => "pass_over",
        Command::Settle { .. } => "settle",
        Command::Reschedule { .. } => "reschedule",
        Command::ChangeTerms { .. } => proof::TERMS_COMMAND,
        Command::WithdrawLot => "withdraw_lot",
    }
}

//! `apply`: what an event does to the state. It decides nothing: every number stands in the event, so that a
//! replay of an old log never depends on today's rules.

use kernel::{DealerId, Fen};

use crate::{Event, Leader, LotState, LotStatus, NewReport, PreBid, StepClock, group, sealed};

/// Leads the state over one event. `seq` stays: it counts commands, see [`advance`].
pub fn apply(state: &mut LotState, event: &Event) {
    match event {
        Event::Opened => {
            state.status = LotStatus::Open;
            // those that enter follow as `MaxPlaced`, the others have lapsed
            state.pre_bids.clear();
        }
        Event::GroupKnown { dealer_id, group } => group::keep(state, *dealer_id, *group),
        Event::MaxPlaced { dealer_id, max_fen } => {
            if !state.bidders.contains(dealer_id) {
                state.bidders.push(*dealer_id);
            }
            if state.is_sealed_now() {
                sealed::keep(state, *dealer_id, *max_fen);
            }
            // Of a challenger's max only its effect counts: the `PriceChanged` that follows it.
            set_own_max(state, Leader { dealer_id: *dealer_id, max_fen: *max_fen });
        }
        Event::Transferred { dealer_id, price_fen } => transfer(state, *dealer_id, *price_fen),
        Event::MaxLowered { dealer_id, max_fen } => {
            set_own_max(state, Leader { dealer_id: *dealer_id, max_fen: *max_fen });
        }
        Event::PriceChanged { leader, second_max_fen, price_fen, met } => {
            state.leader = Some(*leader);
            state.second_max_fen = *second_max_fen;
            state.price_fen = Some(*price_fen);
            state.met = *met;
            silence(state);
        }
        Event::ReserveLowered { .. } | Event::ReservePublished => apply_to_reserve(state, event),
        Event::TermsChanged { tick_fen, double_after_extensions, house } => {
            state.terms.tick_fen = *tick_fen;
            state.terms.double_after_extensions = *double_after_extensions;
            state.terms.house = *house;
        }
        Event::GapSet { gap_fen } => state.gap_fen = *gap_fen,
        Event::GapAccepted => state.in_gap = true,
        Event::Hushed => sealed::hush(state),
        Event::Extended { .. }
        | Event::ExtendedBySystem { .. }
        | Event::LaneBegan { .. }
        | Event::StepsBegan { .. }
        | Event::StepHeld { .. }
        | Event::Called { .. }
        | Event::WentOffline { .. }
        | Event::Paused { .. }
        | Event::Rescheduled { .. }
        | Event::Resumed { .. } => apply_to_course(state, event),
        Event::TopUpDue(top_up) => state.top_up = Some(*top_up),
        Event::TopUpOver => state.top_up = None,
        Event::BidVoided { .. }
        | Event::OfferVoided { .. }
        | Event::PreBidPlaced { .. }
        | Event::PreBidWithdrawn { .. } => apply_to_maxes(state, event),
        Event::ReportChanged { .. }
        | Event::ReadingProlonged { .. }
        | Event::ConfirmationDue { .. }
        | Event::ReportConfirmed { .. } => apply_to_report(state, event),
        Event::EndedEarly => state.ended_early = true,
        Event::Closed { .. } | Event::PassedOver { .. } | Event::Settled { .. } => {
            apply_to_outcome(state, event);
        }
    }
}

/// The buyer is its first and only bidder.
fn transfer(state: &mut LotState, dealer_id: DealerId, price_fen: Fen) {
    if !state.bidders.contains(&dealer_id) {
        state.bidders.push(dealer_id);
    }
    state.leader = Some(Leader { dealer_id, max_fen: price_fen });
    state.price_fen = Some(price_fen);
    state.transferred = true;
}

/// The reserve, and whether everybody knows it.
fn apply_to_reserve(state: &mut LotState, event: &Event) {
    match event {
        Event::ReserveLowered { reserve_fen } => {
            state.reserve_fen = Some(*reserve_fen);
            if state.terms.published_reserve_fen.is_some() {
                show_reserve(state);
            }
        }
        Event::ReservePublished => show_reserve(state),
        _ => {}
    }
}

/// Everybody sees the reserve as it is now. Before the opening frames are not told apart by commands.
fn show_reserve(state: &mut LotState) {
    state.terms.published_reserve_fen = state.reserve_fen;
    if state.status == LotStatus::Scheduled {
        state.moved = state.moved.saturating_add(1);
    }
}

/// Its clock: when it ends, which step is current, what was called.
fn apply_to_course(state: &mut LotState, event: &Event) {
    match event {
        Event::Extended { end_at } => {
            state.end_at = *end_at;
            state.extensions = state.extensions.saturating_add(1);
        }
        Event::ExtendedBySystem { end_at, cap_at, .. } | Event::LaneBegan { end_at, cap_at } => {
            state.end_at = *end_at;
            state.terms.cap_at = *cap_at;
            silence(state);
        }
        Event::StepsBegan { from, at, end_at, cap_at } => {
            state.steps = Some(StepClock::From(*from));
            state.steps_since = *at;
            state.end_at = *end_at;
            state.terms.cap_at = *cap_at;
        }
        Event::StepHeld { step } => state.steps = Some(StepClock::Held(*step)),
        Event::Called { call, at } => {
            state.call = Some(*call);
            state.called_at = *at;
        }
        Event::Paused { left_ms } => {
            state.status = LotStatus::Paused;
            state.left_ms = *left_ms;
            silence(state);
        }
        Event::Rescheduled { opens_at, end_at, window_ms, cap_at, reason } => {
            state.opens_at = *opens_at;
            state.moved_for.clone_from(reason);
            state.moved = state.moved.saturating_add(1);
            state.end_at = *end_at;
            state.terms.window_ms = *window_ms;
            state.terms.cap_at = *cap_at;
        }
        Event::WentOffline { at } => state.offline_since = Some(*at),
        Event::Resumed { end_at, cap_at } => {
            state.offline_since = None;
            state.left_ms = None;
            state.status = LotStatus::Open;
            state.end_at = *end_at;
            state.terms.cap_at = *cap_at;
            if let Some(report) = &mut state.report {
                report.resume_at = None;
            }
        }
        _ => {}
    }
}

/// How it ends, and what follows the hammer.
fn apply_to_outcome(state: &mut LotState, event: &Event) {
    match event {
        Event::Closed { outcome } => {
            state.status = LotStatus::Closed;
            state.outcome = Some(*outcome);
        }
        Event::PassedOver { next } => {
            state.passed_over = true;
            state.chance = *next;
        }
        Event::Settled { outcome, leader, price_fen, .. } => {
            state.outcome = Some(*outcome);
            state.leader = *leader;
            state.price_fen = *price_fen;
        }
        _ => {}
    }
}

/// What a void leaves, and maxes before the opening.
fn apply_to_maxes(state: &mut LotState, event: &Event) {
    match event {
        Event::BidVoided { leader, second_max_fen, price_fen, met, end_at, cap_at, .. } => {
            state.leader = *leader;
            state.second_max_fen = *second_max_fen;
            state.price_fen = *price_fen;
            state.met = *met;
            state.end_at = *end_at;
            state.terms.cap_at = *cap_at;
            silence(state);
        }
        Event::PreBidPlaced { dealer_id, max_fen, since } => {
            state.pre_bids.retain(|standing| standing.dealer_id != *dealer_id);
            state.pre_bids.push(PreBid { dealer_id: *dealer_id, max_fen: *max_fen, since: *since });
        }
        Event::PreBidWithdrawn { dealer_id } => {
            state.pre_bids.retain(|standing| standing.dealer_id != *dealer_id);
            confirmed(state, *dealer_id);
        }
        Event::OfferVoided { dealer_id, .. } => {
            state.pre_bids.retain(|standing| standing.dealer_id != *dealer_id);
            sealed::drop_offer(state, *dealer_id);
            confirmed(state, *dealer_id);
        }
        _ => {}
    }
}

/// Who has to say that he stands by his max on which condition report.
fn apply_to_report(state: &mut LotState, event: &Event) {
    match event {
        Event::ReportChanged { report_hash, before_hash, must_confirm, alike, resume_at, confirm_by } => {
            state.report = Some(NewReport {
                hash: report_hash.clone(),
                before: before_hash.clone(),
                must_confirm: must_confirm.clone(),
                alike: alike.clone(),
                resume_at: *resume_at,
                confirm_by: *confirm_by,
            });
        }
        Event::ConfirmationDue { confirm_by } => {
            if let Some(report) = &mut state.report {
                report.confirm_by = Some(*confirm_by);
            }
        }
        Event::ReadingProlonged { resume_at } => {
            if let Some(report) = &mut state.report {
                report.resume_at = Some(*resume_at);
            }
        }
        Event::ReportConfirmed { dealer_id } => confirmed(state, *dealer_id),
        _ => {}
    }
}

/// Leads the state over one accepted command: all its events, and `seq` one higher.
pub fn advance(state: &mut LotState, events: &[Event]) {
    for event in events {
        apply(state, event);
    }
    state.seq = state.seq.saturating_add(1);
}

/// The state after one accepted command.
pub fn apply_all(state: &LotState, events: &[Event]) -> LotState {
    let mut next = state.clone();
    advance(&mut next, events);
    next
}

/// What was called was about another price, or is forgotten after a pause or an outage.
const fn silence(state: &mut LotState) {
    state.call = None;
    state.called_at = None;
}

/// This dealer has nothing left to confirm.
fn confirmed(state: &mut LotState, dealer_id: DealerId) {
    if let Some(report) = &mut state.report {
        report.must_confirm.retain(|waiting| *waiting != dealer_id);
    }
}

fn set_own_max(state: &mut LotState, own: Leader) {
    if state.is_leader(own.dealer_id) {
        state.leader = Some(own);
    }
}

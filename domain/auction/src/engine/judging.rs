//! What a command is judged with beside the lot itself: what only we know of who asks.

use bidding::{Command, Group, LotState};
use kernel::DealerId;

use super::actor::Actor;
use super::power::Moves;
use super::writer::Writer;
use super::{Job, LotFacts};
use crate::audience;

impl Writer {
    /// The command with what only we know of who asks: whether he may bid, and what he may hold for this lot.
    pub(super) fn judged(&self, job: &Job, actor: &Actor, lot: &LotState, moves: &Moves) -> Command {
        let command = &job.command;
        if let Command::VoidBid { bid_seq, reason, history, powers } = command {
            let (bid_seq, reason, history) = (*bid_seq, *reason, history.clone());
            let powers = moves.left_of(powers, &actor.state, lot);
            return Command::VoidBid { bid_seq, reason, history, powers };
        }
        let facts = &actor.facts;
        let standing_of = |who| (self.powers.is_frozen(who), job.admitted_at);
        let bar_of = |who| audience::bar(&self.dealers, facts, lot, who, standing_of(who));
        if let Command::Open = command {
            let waiting = lot.pre_bids.iter().map(|pre_bid| pre_bid.dealer_id);
            let barred: Vec<DealerId> = waiting.filter(|who| bar_of(*who).is_some()).collect();
            let uncovered = self.uncovered(lot, moves);
            return match barred.is_empty() && uncovered.is_empty() {
                true => Command::Open,
                false => Command::OpenWithout { barred, uncovered },
            };
        }
        let Some(who) = command.bidder() else { return command.clone() };
        if let Command::FirstLook { .. } = command {
            let bar = audience::bar_at_first_look(&self.dealers, facts, who, standing_of(who));
            let kin = audience::kin_of_seller(&self.dealers, &facts.seller_folded_name, who);
            return command.known(bar, self.power(who, lot, moves)).of_sellers_group(kin.is_some());
        }
        let bar = bar_of(who);
        command.known(bar, self.power(who, lot, moves)).of_group(audience::united_group(
            &self.dealers,
            facts,
            who,
        ))
    }

    /// The groups of those whose maxes this command lets meet, where the lot's log has them otherwise.
    pub(super) fn groups_by_now(
        &self,
        command: &Command,
        facts: &LotFacts,
        lot: &LotState,
    ) -> Vec<(DealerId, Option<Group>)> {
        let meet: Vec<DealerId> = match command {
            Command::Open | Command::OpenWithout { .. } => {
                lot.pre_bids.iter().map(|pre_bid| pre_bid.dealer_id).collect()
            }
            Command::Close => lot.offers.iter().map(|offer| offer.dealer_id).collect(),
            Command::PlaceMax { .. } | Command::FloorBid { .. } => {
                lot.leader.iter().map(|leader| leader.dealer_id).collect()
            }
            _ => Vec::new(),
        };
        let by_now = |who| (who, audience::united_group(&self.dealers, facts, who));
        meet.into_iter().map(by_now).filter(|(who, group)| lot.group_of(*who) != *group).collect()
    }
}

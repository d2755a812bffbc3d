//! Whom a sale is for (定向场), and what is known against a dealer who bids in it: domain rules §5, codes 3 to 7.

use bidding::{Bar, Group, LotState};
use kernel::{DealerId, UnixMs, event_id_for};

use crate::consumer::Dealers;
use crate::engine::LotFacts;

/// Who may see and bid in a sale.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// The dealer groups that are invited; nobody named: everybody is.
    pub groups: Vec<String>,
    /// What stores of one group are to each other.
    pub sisters: SisterPolicy,
}

/// What happens when another store of the bidder's group leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SisterPolicy {
    /// The bid is refused: a group does not bid against itself. Of maxes given before the opening its highest counts.
    #[default]
    Block,
    /// It counts as any other.
    Allow,
    /// The group counts as one bidder: a higher max is the group's raise, and no store drives another's price.
    Merge,
}

impl SisterPolicy {
    /// `block`: the word in the database and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            SisterPolicy::Block => "block",
            SisterPolicy::Allow => "allow",
            SisterPolicy::Merge => "merge",
        }
    }

    /// All of them, the strictest first.
    pub const ALL: [SisterPolicy; 3] = [SisterPolicy::Block, SisterPolicy::Merge, SisterPolicy::Allow];

    /// The policy of that word; the strictest for any other.
    pub fn of(word: &str) -> SisterPolicy {
        SisterPolicy::ALL.into_iter().find(|policy| policy.as_str() == word).unwrap_or_default()
    }
}

/// The dealer's group, where no store may drive the price of another: maxes that meet although neither outbid the other
/// (at the opening, of sealed offers, after a void) count as one bidder's. Under an id made of its name: the log need not tell
/// who belongs together by name.
pub(crate) fn united_group(dealers: &Dealers, facts: &LotFacts, dealer_id: DealerId) -> Option<Group> {
    if facts.sisters == SisterPolicy::Allow {
        return None;
    }
    let known = dealers.known();
    known.group(dealer_id).map(|name| Group(event_id_for(facts.sale_id.0, &format!("group:{name}"))))
}

/// The first bar, in the fixed order, that stands against this dealer on the lot as it is at this moment of the fold. A
/// frozen deposit is a ban. `now` is when the bid was admitted: a ban that ended before it counts no more.
pub(crate) fn bar(
    dealers: &Dealers,
    facts: &LotFacts,
    state: &LotState,
    dealer_id: DealerId,
    (is_frozen, now): (bool, UnixMs),
) -> Option<Bar> {
    let known = dealers.known();
    let group = known.group(dealer_id);
    let is_invited =
        |groups: &Vec<String>| group.is_some_and(|group| groups.iter().any(|name| name == group));
    if !facts.invited.as_ref().is_none_or(is_invited) {
        return Some(Bar::NotInvited);
    }
    if known.lacks_papers(dealer_id) {
        return Some(Bar::KycMissing);
    }
    if let Some(ban) = known.ban(dealer_id, now) {
        return Some(ban);
    }
    if is_frozen {
        return Some(Bar::DepositFrozen);
    }
    // the company that the seller is linked to is the seller, and so is one of his name; its group are his affiliates
    let seller = &facts.seller_folded_name;
    if known.is_seller(dealer_id, seller) || group.is_some_and(|group| known.is_sellers_group(group, seller))
    {
        return Some(Bar::SellerOrAffiliate);
    }
    let leader = state.leader.map(|leader| leader.dealer_id).filter(|leader| *leader != dealer_id);
    let sister_leads = group.is_some() && leader.is_some_and(|leader| known.group(leader) == group);
    (sister_leads && facts.sisters == SisterPolicy::Block).then_some(Bar::SisterRooftopLeads)
}

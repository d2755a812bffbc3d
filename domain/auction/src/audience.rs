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

/// What a dealer is to the seller of a car, whose lot he may not bid on then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kin {
    /// The seller's own company.
    Seller,
    /// Another store of the seller's group.
    Sister,
}

/// Whether this dealer is of the seller's group: the company that the seller is linked to is the seller, and so is one of his name; its
/// group are his affiliates.
pub(crate) fn kin_of_seller(dealers: &Dealers, seller_folded_name: &str, dealer_id: DealerId) -> Option<Kin> {
    let known = dealers.known();
    if known.is_seller(dealer_id, seller_folded_name) {
        return Some(Kin::Seller);
    }
    let is_sister = |group| known.is_sellers_group(group, seller_folded_name);
    known.group(dealer_id).is_some_and(is_sister).then_some(Kin::Sister)
}

/// The first bar, in the fixed order, that stands against this dealer on the lot as it is at this moment of the fold. A
/// frozen deposit is a ban. `now` is when the bid was admitted: a ban that ended before it counts no more.
pub(crate) fn bar(
    dealers: &Dealers,
    facts: &LotFacts,
    state: &LotState,
    dealer_id: DealerId,
    standing: (bool, UnixMs),
) -> Option<Bar> {
    if let Some(bar) = bar_of_company(dealers, facts, dealer_id, standing) {
        return Some(bar);
    }
    if kin_of_seller(dealers, &facts.seller_folded_name, dealer_id).is_some() {
        return Some(Bar::SellerOrAffiliate);
    }
    (facts.sisters == SisterPolicy::Block && sister_leads(dealers, state, dealer_id))
        .then_some(Bar::SisterRooftopLeads)
}

/// Whether another store of this dealer's group leads.
pub(crate) fn sister_leads(dealers: &Dealers, state: &LotState, dealer_id: DealerId) -> bool {
    let known = dealers.known();
    let group = known.group(dealer_id);
    let leader = state.leader.map(|leader| leader.dealer_id).filter(|leader| *leader != dealer_id);
    group.is_some() && leader.is_some_and(|leader| known.group(leader) == group)
}

/// The same at the first look of the seller's group: its stores may, the seller does not buy his own car.
pub(crate) fn bar_at_first_look(
    dealers: &Dealers,
    facts: &LotFacts,
    dealer_id: DealerId,
    standing: (bool, UnixMs),
) -> Option<Bar> {
    bar_of_company(dealers, facts, dealer_id, standing).or_else(|| {
        let kin = kin_of_seller(dealers, &facts.seller_folded_name, dealer_id);
        (kin == Some(Kin::Seller)).then_some(Bar::SellerOrAffiliate)
    })
}

/// What stands against the company whatever it is to the seller and to who leads: codes 3 to 5.
fn bar_of_company(
    dealers: &Dealers,
    facts: &LotFacts,
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
    is_frozen.then_some(Bar::DepositFrozen)
}

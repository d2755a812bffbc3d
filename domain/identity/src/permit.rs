//! Who may do what here. Pages ask the same questions to know which buttons to draw.

use kernel::{DealerId, Principal, Problem, ProblemKind, Role};

/// Registers, renames, suspends and activates dealers.
pub fn keeps_dealers(who: &Principal) -> bool {
    who.has_role(Role::Sales)
}

/// Gives strikes, and lifts those of others: who keeps dealers, and who sees what was not paid.
pub fn gives_strikes(who: &Principal) -> bool {
    keeps_dealers(who) || who.has_role(Role::Finance)
}

/// Registers and changes colleagues.
pub fn keeps_staff(who: &Principal) -> bool {
    who.has_role(Role::Admin)
}

/// Manages the users of that company: sales, and the company's own owners, and takes back what people of other stores of the group
/// may do for it.
pub fn keeps_users_of(who: &Principal, dealer: DealerId) -> bool {
    keeps_dealers(who) || who.dealer().is_some_and(|seat| seat.dealer_id == dealer && seat.is_owner)
}

/// Sees the company and its users at all.
pub fn sees_dealer(who: &Principal, dealer: DealerId) -> bool {
    who.is_staff() || who.dealer().is_some_and(|seat| seat.dealer_id == dealer)
}

/// Not allowed, and it is no secret that the thing exists.
pub(crate) fn forbidden() -> Problem {
    Problem::new(ProblemKind::Forbidden, "FORBIDDEN")
}

/// Proof that this person may act on that company's users.
pub(crate) fn keep_users_of(who: &Principal, dealer: DealerId) -> Result<(), Problem> {
    if keeps_users_of(who, dealer) {
        Ok(())
    } else if sees_dealer(who, dealer) {
        Err(forbidden())
    } else {
        Err(Problem::not_found())
    }
}

/// Proof that this person may act on that user; `dealer` is the user's company, if one.
pub(crate) fn keep_user(who: &Principal, dealer: Option<DealerId>) -> Result<(), Problem> {
    match dealer {
        Some(dealer) => keep_users_of(who, dealer),
        None if keeps_staff(who) => Ok(()),
        None if who.is_staff() => Err(forbidden()),
        None => Err(Problem::not_found()),
    }
}

/// Proof that this person may keep dealers.
pub(crate) fn keep_dealers(who: &Principal) -> Result<(), Problem> {
    if keeps_dealers(who) { Ok(()) } else { Err(forbidden()) }
}

//! A person's seat and state in words, for pages and files alike.

use identity::UserSeat;
use kernel::Lang;

use crate::i18n::t;

/// The roles of a colleague, or what somebody is in their company.
pub fn seat_words(lang: Lang, seat: &UserSeat) -> String {
    match seat {
        UserSeat::Staff(roles) => {
            let words: Vec<_> = roles.iter().map(|role| t(lang, &format!("role.{}", role.name()))).collect();
            words.join(&t(lang, "identity.list_separator"))
        }
        UserSeat::Dealer { is_owner: true, .. } => t(lang, "identity.user.owner").into_owned(),
        UserSeat::Dealer { is_owner: false, .. } => t(lang, "identity.user.member").into_owned(),
    }
}

/// The key of "may sign in" or "may not".
pub fn active_key(active: bool) -> &'static str {
    if active { "identity.user.active" } else { "identity.user.inactive" }
}

//! What a person of a dealer group sends binds the store for which its page was drawn, or nothing.
//!
//! Who may act for several stores has two tabs and one session: a form drawn for one store may be sent after the other was chosen. So
//! every form and every socket says for which store its page was drawn (`app/src/ui/post_form.rs`). Another than the one the session
//! acts for is refused; and for somebody with several stores silence is refused too, so that no form can forget to say it. It also
//! stops a form that was drawn for whoever was signed in before in the same browser.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use identity::Store;
use kernel::{Principal, Problem, ProblemKind};

use crate::http::refusal::Refusal;
use crate::middleware::limits::BODY_MAX;

/// The field of a form, and the part of an address, that says it.
const FIELD: &str = "store";
/// Where a person does what is his own business and binds no store, these paths and what is below them: to sign in and out, the password
/// and the language, which store to act for, his news, which the browser's worker mutes without a page, and checking proofs, which
/// anybody may without signing in.
const PERSONAL: [&str; 7] =
    ["/sign-in", "/sign-out", "/settings", "/my/store", "/my/alerts", "/mail", "/proof"];

/// On a request: the stores among which its session may choose; none where there is only one.
#[derive(Clone, Debug)]
pub struct Stores(pub Arc<[Store]>);

/// Middleware: refuses what would bind another store than its page said.
pub async fn check(request: Request, next: Next) -> Response {
    let who = request.extensions().get::<Principal>().filter(|who| who.dealer().is_some()).cloned();
    let Some(who) = who.filter(|_| !request.method().is_safe() && !is_personal(request.uri().path())) else {
        return next.run(request).await;
    };
    let (request, named) = match named(request).await {
        Ok(found) => found,
        Err(refusal) => return refusal.into_response(),
    };
    match is_meant(&who, request.extensions().get(), named.as_deref()) {
        Ok(()) => next.run(request).await,
        Err(problem) => Refusal(problem).into_response(),
    }
}

/// Whether what was said, if anything, is the store for which the session acts.
///
/// # Errors
/// `STORE_SWITCHED` where it is another, `STORE_NOT_NAMED` where nothing was said and there are several.
pub fn is_meant(who: &Principal, stores: Option<&Stores>, named: Option<&str>) -> Result<(), Problem> {
    let Some(seat) = who.dealer() else { return Ok(()) };
    let has_several = stores.is_some_and(|Stores(stores)| !stores.is_empty());
    let refused = |code| Err(Problem::new(ProblemKind::Conflict, code));
    match named.filter(|named| !named.is_empty()) {
        Some(named) if named.parse().ok() == Some(seat.dealer_id) => Ok(()),
        Some(_) => refused("STORE_SWITCHED"),
        None if has_several => refused("STORE_NOT_NAMED"),
        None => Ok(()),
    }
}

/// What an address says.
pub fn in_query(query: Option<&str>) -> Option<String> {
    field(query.unwrap_or_default().as_bytes())
}

fn is_personal(path: &str) -> bool {
    PERSONAL
        .iter()
        .any(|own| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// The request as it was, and what its form says; of what is no form, what its address says.
async fn named(request: Request) -> Result<(Request, Option<String>), Refusal> {
    if !is_form(request.headers()) {
        let named = in_query(request.uri().query());
        return Ok((request, named));
    }
    let (parts, body) = request.into_parts();
    let too_large = || Refusal(Problem::new(ProblemKind::Invalid, "BODY_TOO_LARGE"));
    let bytes = to_bytes(body, BODY_MAX).await.map_err(|_| too_large())?;
    let named = field(&bytes);
    Ok((Request::from_parts(parts, Body::from(bytes)), named))
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/x-www-form-urlencoded")
}

fn field(pairs: &[u8]) -> Option<String> {
    form_urlencoded::parse(pairs).find(|(name, _)| name == FIELD).map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use kernel::{DealerId, DealerSeat, Lang, Seat, UserId};
    use uuid::Uuid;

    use super::*;

    fn at(dealer_id: Uuid) -> Principal {
        let (dealer_name, is_owner) = ("一店".to_owned(), true);
        let seat = Seat::Dealer(DealerSeat { dealer_id: DealerId(dealer_id), dealer_name, is_owner });
        Principal { user_id: UserId(Uuid::nil()), display_name: "某人".into(), lang: Lang::Zh, seat }
    }

    #[test]
    fn only_what_names_the_store_binds_it() {
        let (own, other) = (Uuid::from_u128(1), Uuid::from_u128(2).to_string());
        let (who, named) = (at(own), own.to_string());
        let store = |id| Store {
            id: DealerId(id),
            name: "一店".into(),
            city: "杭州".into(),
            keeps_users: true,
            is_own: true,
        };
        let several = Stores(Arc::from([store(own), store(Uuid::from_u128(2))]));
        for stores in [None, Some(&several)] {
            let refused = |named| is_meant(&who, stores, named).err().map(|problem| problem.code);
            assert_eq!(refused(Some(&named)), None);
            for wrong in [other.as_str(), "x"] {
                assert_eq!(refused(Some(wrong)).as_deref(), Some("STORE_SWITCHED"));
            }
            for silent in [None, Some("")] {
                assert_eq!(refused(silent).as_deref(), stores.map(|_| "STORE_NOT_NAMED"));
            }
        }
        let staff = Principal { seat: Seat::Staff { roles: Vec::new() }, ..who };
        assert!(is_meant(&staff, None, Some(&other)).is_ok(), "nobody of a dealer's");
    }

    #[test]
    fn personal_is_a_path_and_what_is_below_it() {
        for own in ["/settings", "/settings/tokens/1/revoke", "/sign-out", "/proof"] {
            assert!(is_personal(own), "{own}");
        }
        for bound in ["/my/storefront", "/my/company", "/auctions/lots/1/bids", "/"] {
            assert!(!is_personal(bound), "{bound}");
        }
    }

    #[test]
    fn a_form_says_it_in_a_field() {
        assert_eq!(field(b"key=1&store=a%2Db&store=c").as_deref(), Some("a-b"));
        assert_eq!(in_query(Some("x=1")), None);
        assert_eq!(in_query(None), None);
    }
}

//! What a page knows about the request it answers.

use std::sync::Arc;

use kernel::{DealerId, Lang, Principal, Problem, ProblemKind, UnixMs};
use leptos::prelude::*;
use time::UtcOffset;
use uuid::Uuid;

pub use identity::{Appearance, Theme};

use crate::form::FormState;
use crate::query::{Params, Query};

/// All domain services: the one way from a page to data.
#[derive(Clone)]
pub struct Services {
    /// People, dealers, sign-in.
    pub identity: identity::Service,
    /// Cars.
    pub vehicle: vehicle::Service,
    /// Sales, lots, bids.
    pub auction: auction::Service,
    /// Orders.
    pub order: order::Service,
    /// Receivables.
    pub finance: finance::Service,
}

/// The nonce of this response's content security policy. The middleware that sends the policy puts it on the request.
#[derive(Clone, Debug)]
pub struct CspNonce(pub Arc<str>);

/// The account that buyers pay into, once an operator has said which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayTo {
    /// Its holder.
    pub name: String,
    /// Its bank.
    pub bank: String,
    /// Its number.
    pub account: String,
}

/// Everything a page may know about the request it answers. A page function gets it; a component takes it with
/// [`page`].
pub struct PageContext {
    /// The domain services.
    pub services: Services,
    /// The bus, for the operators' page of dead letters.
    pub bus: platform_bus::Bus,
    /// Who looks, if signed in.
    pub principal: Option<Principal>,
    /// The stores among which this session may choose, the own one first; empty where there is only that.
    pub stores: Arc<[identity::Store]>,
    /// The session by which they are.
    pub session: Option<identity::SessionId>,
    /// The name under which this browser is told news, as far as it says so itself.
    pub device: Option<Uuid>,
    /// The language.
    pub lang: Lang,
    /// Light or dark.
    pub theme: Theme,
    /// In which zone times are shown and typed.
    pub zone: UtcOffset,
    /// Where buyers pay.
    pub pay_to: Option<PayTo>,
    /// The path without the query: `/office/vehicles`.
    pub path: String,
    /// The query.
    pub query: Query,
    /// The placeholders of the path.
    pub params: Params,
    /// The nonce of inline scripts and styles.
    pub nonce: Option<String>,
    /// A form that could not be accepted, shown again; empty on a first look.
    pub form: FormState,
    /// The server's clock, once a page.
    pub now: UnixMs,
    /// The request's id, which stands in the log and on error pages.
    pub reference: String,
}

impl PageContext {
    /// Who looks. Pages that are not public never see the refusal.
    pub fn who(&self) -> Result<&Principal, Problem> {
        self.principal.as_ref().ok_or_else(|| Problem::new(ProblemKind::SignInNeeded, "SIGN_IN_NEEDED"))
    }

    /// For which store a dealer's person acts: what every form of the page says, so that none sent after another was chosen
    /// binds that other one.
    pub fn store(&self) -> Option<DealerId> {
        self.principal.as_ref()?.dealer().map(|seat| seat.dealer_id)
    }

    /// A placeholder of the path as an id (`/office/orders/{id}`). What is no id is not found.
    pub fn id<T: std::str::FromStr>(&self, name: &str) -> Result<T, Problem> {
        self.params.get(name).and_then(|text| text.parse().ok()).ok_or_else(Problem::not_found)
    }

    /// Path and query of this page, for links that come back here.
    pub fn href(&self) -> String {
        self.query.href(&self.path)
    }
}

/// The context of the page that is being drawn.
pub fn page() -> Arc<PageContext> {
    expect_context::<Arc<PageContext>>()
}

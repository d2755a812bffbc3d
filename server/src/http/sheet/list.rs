//! The routes of a list's files.

use app::query::Query;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use kernel::{Access, Lang, Principal, Problem, ProblemKind};

use super::Kind;
use crate::http::refusal::Refusal;
use crate::leptos_pages::appearance_of;
use crate::route_table::Routes;
use crate::state::AppState;

/// A list asked for as a file.
pub struct ListRequest {
    /// The server's state.
    pub state: AppState,
    /// Who asks.
    pub who: Principal,
    /// In which language.
    pub lang: Lang,
    /// The filter, as the list's page has it in its address.
    pub query: Query,
}

impl FromRequestParts<AppState> for ListRequest {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<ListRequest, Refusal> {
        let who = parts.extensions.get::<Principal>().cloned();
        Ok(ListRequest {
            state: state.clone(),
            who: who.ok_or_else(|| Problem::new(ProblemKind::SignInNeeded, "SIGN_IN_NEEDED"))?,
            lang: appearance_of(parts).lang,
            query: Query::read(parts.uri.query().unwrap_or_default()),
        })
    }
}

/// What can be sent as a file.
pub trait List {
    /// The list as a download.
    fn answer(self, kind: Kind) -> impl Future<Output = Result<Response, Refusal>> + Send;
}

/// The routes of both files of a list: `base.csv` and `base.xlsx`.
pub fn files<F, R, L>(base: &str, access: Access, list: F) -> Routes
where
    F: Fn(ListRequest) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<L, Refusal>> + Send + 'static,
    L: List + Send + 'static,
{
    file(base, Kind::Csv, access, list.clone()).merge(file(base, Kind::Xlsx, access, list))
}

/// The route of one file of a list.
pub fn file<F, R, L>(base: &str, kind: Kind, access: Access, list: F) -> Routes
where
    F: Fn(ListRequest) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<L, Refusal>> + Send + 'static,
    L: List + Send + 'static,
{
    let path = format!("{base}.{}", kind.ending());
    Routes::new().get(&path, access, move |request: ListRequest| async move {
        list(request).await?.answer(kind).await
    })
}

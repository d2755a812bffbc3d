//! `POST /settings/appearance`: the switches of language and theme, for visitors as well.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{REFERER, SET_COOKIE};
use axum::response::{IntoResponse, Redirect, Response};
use identity::{SetAppearance, Theme};
use kernel::{Lang, Principal};

use crate::auth::next;
use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::middleware::cookie;
use crate::state::AppState;

/// Remembers the choice, for a person with the account and in any case with the browser, and goes back.
pub async fn set(
    State(state): State<AppState>,
    who: Option<Extension<Principal>>,
    headers: HeaderMap,
    form: Posted,
) -> Result<Response, Refusal> {
    let lang = form.given("lang").map(Lang::from_tag);
    let theme = form.given("theme").map(Theme::from_name);
    if let Some(Extension(who)) = who {
        state.services.identity.set_appearance(&who, SetAppearance { lang, theme }).await?;
    }
    let mut response = Redirect::to(&back(&form, &headers)).into_response();
    let chosen = [(cookie::LANG, lang.map(Lang::tag)), (cookie::THEME, theme.map(Theme::name))];
    for (name, value) in chosen {
        if let Some(value) = value.and_then(|value| cookie::remember(&state.config, name, value)) {
            response.headers_mut().append(SET_COOKIE, value);
        }
    }
    Ok(response)
}

/// To the page with the switch: as the form says, else as the browser does. A switch on the sign-in page comes back
/// there.
fn back(form: &Posted, headers: &HeaderMap) -> String {
    let asked = form.raw("next");
    if asked.split('?').next() == Some("/sign-in") {
        return asked.to_owned();
    }
    let referer = headers.get(REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let from = referer
        .find("://")
        .and_then(|at| referer[at + 3..].find('/').map(|slash| &referer[at + 3 + slash..]));
    next::local(asked).or_else(|| from.and_then(next::local)).unwrap_or("/").to_owned()
}

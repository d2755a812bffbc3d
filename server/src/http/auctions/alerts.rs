//! A person's news: read, what he wants to hear of, in which browsers, and by mail.

use app::FormState;
use auction::{AddPushDevice, FindsPace, NewsChoice, PushAddress, Topic};
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Principal, Problem, ProblemKind, UnixMs};
use platform_db::CommandError;

use crate::http::auctions::mail;
use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::leptos_pages::render_form;
use crate::middleware::cookie;
use crate::state::AppState;

/// The forms of the page, told apart by their hidden field `form`; then back to the page as it was.
pub async fn change(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Posted,
) -> Response {
    if form.raw("form") == "device" {
        return add_device(&state, &who, parts, form).await;
    }
    match changed(&state, &who, &form).await {
        Ok(Some(done)) => Redirect::to(&format!("/my/alerts?done={done}")).into_response(),
        Ok(None) => {
            let back = parts.uri.path_and_query().map_or("/my/alerts", |path| path.as_str());
            Redirect::to(back).into_response()
        }
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

/// How much is not read, as it stands at the bell: for pages that stay open.
pub async fn unread(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
) -> Result<String, Refusal> {
    let count = state.services.auction.unread_alerts(&who).await.map_err(CommandError::into_problem)?;
    Ok(app::ui::unread_text(count))
}

/// From now on the browser that sends this is told news; it is known by a cookie, so that leaving it ends that.
async fn add_device(state: &AppState, who: &Principal, parts: Parts, form: Posted) -> Response {
    let added = match form.key() {
        Ok(key) => {
            let add = AddPushDevice {
                key,
                address: address(&form),
                agent: agent(&parts.headers),
                instead_of: cookie::device(&parts.headers),
            };
            state.services.auction.add_push_device(who, &add).await.map(|()| key)
        }
        Err(problem) => Err(problem.into()),
    };
    match added {
        Ok(key) => {
            let mut response = Redirect::to("/my/alerts?done=DEVICE_ADDED").into_response();
            if let Some(cookie) = cookie::remember(&state.config, cookie::DEVICE, &key.to_string()) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => {
            // where a browser is reached is shown to nobody
            let values = form.into_pairs_without(&["endpoint", "p256dh", "auth"]);
            render_form(state, parts, FormState::refused(values, error.into_problem())).await
        }
    }
}

/// The topics that are ticked under that name.
fn topics(form: &Posted, name: &str) -> Vec<Topic> {
    form.all(name).filter_map(|name| Topic::ALL.into_iter().find(|topic| topic.name() == name)).collect()
}

/// Once a day, unless he wants it more often.
fn pace(form: &Posted) -> FindsPace {
    let named = FindsPace::ALL.into_iter().find(|pace| pace.name() == form.raw("pace"));
    named.unwrap_or(FindsPace::Day)
}

/// What cannot be read is no address, and is refused as one.
fn address(form: &Posted) -> PushAddress {
    let bytes = |name| URL_SAFE_NO_PAD.decode(form.raw(name)).unwrap_or_default();
    PushAddress { endpoint: form.raw("endpoint").to_owned(), p256dh: bytes("p256dh"), auth: bytes("auth") }
}

fn agent(headers: &HeaderMap) -> String {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

async fn changed(
    state: &AppState,
    who: &Principal,
    form: &Posted,
) -> Result<Option<&'static str>, CommandError> {
    let malformed = || Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST");
    match form.raw("form") {
        "read" => {
            let one = form.given("id").map(str::parse).transpose().map_err(|_| malformed())?;
            let until = form.raw("until").parse().map_err(|_| malformed())?;
            state.services.auction.read_alerts(who, one, UnixMs(until)).await?;
            Ok(None)
        }
        "mute" | "unmute" => {
            let lot_id = form.raw("lot").parse().map_err(|_| malformed())?;
            let is_muted = form.raw("form") == "mute";
            state.services.auction.mute_lot(who, lot_id, is_muted).await?;
            Ok(Some(if is_muted { "LOT_MUTED" } else { "LOT_UNMUTED" }))
        }
        "forget_device" => {
            let id = form.raw("id").parse().map_err(|_| malformed())?;
            state.services.auction.remove_push_device(who, id).await?;
            Ok(Some("DEVICE_REMOVED"))
        }
        "choice" => {
            let wanted = topics(form, "topics");
            let lead_min = match form.given("lead") {
                // what is no number is no lead either, and is refused as one
                Some(typed) => typed.parse().unwrap_or_default(),
                None => state.services.auction.ending_lead_min(who).await?,
            };
            // a page without one of these questions leaves the answer as it is
            let pushed = form.given("has_pushed").map(|_| topics(form, "pushed"));
            let mailed = form.given("has_mailed").map(|_| (topics(form, "mailed"), pace(form)));
            let choice = NewsChoice { wanted, pushed, mailed, lead_min };
            state.services.auction.choose_news(who, &choice).await?;
            Ok(Some("ALERTS_CHOSEN"))
        }
        "mail" | "mail_again" | "mail_code" | "mail_off" => mail::change(state, who, form).await.map(Some),
        _ => Err(malformed().into()),
    }
}

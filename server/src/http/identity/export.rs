//! Lists of dealers and people as files: exactly what is filtered.

use app::context::Appearance;
use app::i18n::t;
use app::office::{dealers as dealers_page, users as users_page};
use app::query::Query;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use identity::{DealerRow, UserRow, UserSeat};
use kernel::{Lang, Principal};

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, Kind, Sheet};
use crate::state::AppState;

/// Companies as text.
pub async fn dealers_csv(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(appearance): Extension<Appearance>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    dealers(&state, &who, appearance.lang, query).await?.answer(Kind::Csv)
}

/// Companies as a spreadsheet.
pub async fn dealers_xlsx(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(appearance): Extension<Appearance>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    dealers(&state, &who, appearance.lang, query).await?.answer(Kind::Xlsx)
}

/// People as text.
pub async fn users_csv(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(appearance): Extension<Appearance>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    users(&state, &who, appearance.lang, query).await?.answer(Kind::Csv)
}

/// People as a spreadsheet.
pub async fn users_xlsx(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(appearance): Extension<Appearance>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    users(&state, &who, appearance.lang, query).await?.answer(Kind::Xlsx)
}

async fn dealers(
    state: &AppState,
    who: &Principal,
    lang: Lang,
    query: Option<String>,
) -> Result<Sheet, Refusal> {
    let filter = dealers_page::filter_of(&Query::read(query.as_deref().unwrap_or_default()));
    let rows = state.services.identity.dealers_to_export(who, &filter).await?;
    tracing::info!(user.id = %who.user_id, rows = rows.len(), "dealers exported");
    let columns = ["name", "city", "phone", "status", "users", "created"];
    Ok(Sheet {
        name: "dealers",
        header: columns
            .iter()
            .map(|column| t(lang, &format!("identity.dealer.{column}")).into_owned())
            .collect(),
        rows: rows.iter().map(|row| dealer_cells(row, lang)).collect(),
        zone: state.zone(),
    })
}

fn dealer_cells(row: &DealerRow, lang: Lang) -> Vec<Cell> {
    vec![
        row.name.as_str().into(),
        row.city.as_str().into(),
        row.phone.as_str().into(),
        Cell::Text(t(lang, &format!("identity.dealer_status.{}", row.status.name())).into_owned()),
        Cell::Text(row.users.to_string()),
        Cell::Time(row.created_at),
    ]
}

async fn users(
    state: &AppState,
    who: &Principal,
    lang: Lang,
    query: Option<String>,
) -> Result<Sheet, Refusal> {
    let filter = users_page::filter_of(&Query::read(query.as_deref().unwrap_or_default()));
    let rows = state.services.identity.users_to_export(who, &filter).await?;
    tracing::info!(user.id = %who.user_id, rows = rows.len(), "users exported");
    let columns = ["login", "name", "company", "roles", "status", "created", "last_signed_in"];
    Ok(Sheet {
        name: "users",
        header: columns
            .iter()
            .map(|column| t(lang, &format!("identity.user.{column}")).into_owned())
            .collect(),
        rows: rows.iter().map(|row| user_cells(row, lang)).collect(),
        zone: state.zone(),
    })
}

fn user_cells(row: &UserRow, lang: Lang) -> Vec<Cell> {
    let company = match &row.seat {
        UserSeat::Staff(_) => "",
        UserSeat::Dealer { name, .. } => name.as_str(),
    };
    vec![
        row.login.as_str().into(),
        row.display_name.as_str().into(),
        company.into(),
        Cell::Text(users_page::seat_words(lang, &row.seat)),
        Cell::Text(t(lang, users_page::active_key(row.active)).into_owned()),
        Cell::Time(row.created_at),
        row.last_signed_in_at.into(),
    ]
}

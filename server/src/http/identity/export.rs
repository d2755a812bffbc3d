//! Lists of dealers and people as files: exactly what is filtered.

use app::i18n::t;
use app::office::{dealers as dealers_page, users as users_page};
use identity::{DealerRow, UserRow, UserSeat};
use kernel::Lang;

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

const DEALER_COLUMNS: [&str; 6] = ["name", "city", "phone", "status", "users", "created"];
const USER_COLUMNS: [&str; 7] = ["login", "name", "company", "roles", "status", "created", "last_signed_in"];

/// The companies of the filter.
pub async fn dealers(request: ListRequest) -> Result<Sheet, Refusal> {
    let filter = dealers_page::filter_of(&request.query);
    let rows = request.state.services.identity.dealers_to_export(&request.who, &filter).await?;
    tracing::info!(user.id = %request.who.user_id, rows = rows.len(), "dealers exported");
    let rows = rows.iter().map(|row| dealer_cells(row, &request));
    Ok(Sheet::of(&request, "dealers", "identity.dealer", &DEALER_COLUMNS, rows))
}

fn dealer_cells(row: &DealerRow, request: &ListRequest) -> Vec<Cell> {
    let write = |until| app::ui::time::short(until, request.state.clock.now(), request.state.zone());
    let standing = dealers_page::standing_text(request.lang, row.standing(request.state.clock.now()), write);
    vec![
        row.name.as_str().into(),
        row.city.as_str().into(),
        row.phone.as_str().into(),
        Cell::Text(standing),
        Cell::Text(row.users.to_string()),
        Cell::Time(row.created_at),
    ]
}

/// The people of the filter.
pub async fn users(request: ListRequest) -> Result<Sheet, Refusal> {
    let filter = users_page::filter_of(&request.query);
    let rows = request.state.services.identity.users_to_export(&request.who, &filter).await?;
    tracing::info!(user.id = %request.who.user_id, rows = rows.len(), "users exported");
    let rows = rows.iter().map(|row| user_cells(row, request.lang));
    Ok(Sheet::of(&request, "users", "identity.user", &USER_COLUMNS, rows))
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
        t(lang, users_page::active_key(row.active)).into(),
        Cell::Time(row.created_at),
        row.last_signed_in_at.into(),
    ]
}

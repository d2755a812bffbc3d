//! Lists of dealers and people as CSV files: exactly what is filtered.

use app::context::Appearance;
use app::i18n::t;
use app::office::{dealers as dealers_page, users as users_page};
use app::query::Query;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use identity::UserSeat;
use kernel::{Lang, Principal, UnixMs};
use time::UtcOffset;
use time::macros::format_description;

use crate::http::auctions::export::csv_file;
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// Companies.
pub async fn dealers(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(Appearance { lang, .. }): Extension<Appearance>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let filter = dealers_page::filter_of(&Query::read(query.as_deref().unwrap_or_default()));
    let rows = state.services.identity.dealers_to_export(&who, &filter).await?;
    let zone = state.zone();
    let lines = rows.iter().map(|row| {
        vec![
            row.name.clone(),
            row.city.clone(),
            row.phone.clone(),
            t(lang, &format!("identity.dealer_status.{}", row.status.name())).into_owned(),
            row.users.to_string(),
            local(row.created_at, zone),
        ]
    });
    let names = header(lang, "identity.dealer", ["name", "city", "phone", "status", "users", "created"]);
    csv_file("dealers.csv", &names.each_ref().map(String::as_str), lines)
}

/// People.
pub async fn users(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(Appearance { lang, .. }): Extension<Appearance>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let filter = users_page::filter_of(&Query::read(query.as_deref().unwrap_or_default()));
    let rows = state.services.identity.users_to_export(&who, &filter).await?;
    let zone = state.zone();
    let lines = rows.iter().map(|row| {
        let (company, roles) = match &row.seat {
            UserSeat::Staff(roles) => (
                String::new(),
                roles
                    .iter()
                    .map(|role| t(lang, &format!("role.{}", role.name())))
                    .collect::<Vec<_>>()
                    .join("、"),
            ),
            UserSeat::Dealer { name, is_owner, .. } => {
                let key = if *is_owner { "identity.user.owner" } else { "identity.user.member" };
                (name.clone(), t(lang, key).into_owned())
            }
        };
        let active = if row.active { "identity.user.active" } else { "identity.user.inactive" };
        vec![
            row.login.clone(),
            row.display_name.clone(),
            company,
            roles,
            t(lang, active).into_owned(),
            local(row.created_at, zone),
            row.last_signed_in_at.map(|at| local(at, zone)).unwrap_or_default(),
        ]
    });
    let keys = ["login", "name", "company", "roles", "status", "created", "last_signed_in"];
    let names = header(lang, "identity.user", keys);
    csv_file("users.csv", &names.each_ref().map(String::as_str), lines)
}

fn header<const N: usize>(lang: Lang, area: &str, keys: [&str; N]) -> [String; N] {
    keys.map(|key| t(lang, &format!("{area}.{key}")).into_owned())
}

/// As a spreadsheet reads it.
fn local(at: UnixMs, zone: UtcOffset) -> String {
    let shape = format_description!("[year]-[month]-[day] [hour]:[minute]");
    platform_db::to_sql(at).to_offset(zone).format(&shape).unwrap_or_default()
}

//! The forms that save templates of sales.

use std::collections::HashMap;

use app::FormState;
use auction::{SaveTemplate, TemplateRules};
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use kernel::{FieldProblem, Principal, Problem, ProblemKind};
use platform_db::CommandError;
use uuid::Uuid;

use super::sale_form::SaleForm;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Saves a new template.
pub async fn create(
    state: State<AppState>,
    who: Extension<Principal>,
    parts: Parts,
    form: Form<Vec<(String, String)>>,
) -> Response {
    save(state, who, None, parts, form).await
}

/// Changes a template.
pub async fn change(
    state: State<AppState>,
    who: Extension<Principal>,
    Path(id): Path<Uuid>,
    parts: Parts,
    form: Form<Vec<(String, String)>>,
) -> Response {
    save(state, who, Some(id), parts, form).await
}

async fn save(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    id: Option<Uuid>,
    parts: Parts,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let saved = match read(&pairs, id) {
        Ok(input) => {
            let saved = state.services.auction.save_sale_template(&who, input).await;
            saved.map_err(CommandError::into_problem)
        }
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(_) => Redirect::to("/office/sales/templates?done=TEMPLATE_SAVED").into_response(),
        Err(problem) => render_form(&state, parts, FormState::refused(pairs, problem)).await,
    }
}

fn read(pairs: &[(String, String)], id: Option<Uuid>) -> Result<SaveTemplate, Problem> {
    let values: HashMap<String, String> = pairs.iter().cloned().collect();
    let text = |name: &str| values.get(name).map(String::as_str).unwrap_or_default().trim();
    let malformed = || Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST");
    let key = text("key").parse().map_err(|_| malformed())?;
    let changes = match id {
        Some(id) => Some((id, text("version").parse().map_err(|_| malformed())?)),
        None => None,
    };
    let (form, mut wrong) = SaleForm::read(pairs);
    // a lane and a Dutch sale run as long as their lots take
    let runs = match form.format.ends_by_the_clock() {
        true => text("runs").parse::<i64>().ok().and_then(|minutes| minutes.checked_mul(60_000)),
        false => Some(3_600_000),
    };
    let runs_ms = runs.unwrap_or_else(|| {
        wrong.push(FieldProblem::new("runs", "NUMBER_UNREADABLE"));
        60_000
    });
    let rules = TemplateRules {
        name: text("name").to_owned(),
        format: form.format,
        buy_now_percent: form.buy_now_percent,
        runs_ms,
        stagger_ms: form.stagger_ms,
        window_ms: form.window_ms,
        cap_ms: form.cap_ms,
        below_reserve: form.below_reserve,
        deposit_bp: form.deposit_bp,
        gap_fen: form.gap_fen,
        audience: form.audience,
        follow_on: form.follow_on,
        ladder: form.ladder,
        reserve: form.reserve,
        fine: form.fine,
    };
    if !wrong.is_empty() {
        let named: Vec<String> = wrong.iter().map(|problem| problem.field.clone()).collect();
        wrong.extend(rules.wrong_fields().into_iter().filter(|problem| !named.contains(&problem.field)));
        return Err(Problem::fields(wrong));
    }
    Ok(SaveTemplate { key, changes, rules })
}

//! Photos: added and taken away by the office, shown to whoever is signed in.

use axum::Extension;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Principal, Problem, ProblemKind, VehicleId, event_id_for};
use platform_db::CommandError;
use uuid::Uuid;
use vehicle::{AddPhoto, PHOTO_BYTES_MAX, PhotoSize, RemovePhoto, Service};

use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// Adds the photos of one form. Those before a refused one are kept.
pub async fn add(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(id): Path<VehicleId>,
    form: Multipart,
) -> Redirect {
    match add_all(&state.services.vehicle, &who, id, form).await {
        Ok(()) => Redirect::to(&format!("/office/vehicles/{id}?done=PHOTOS_ADDED")),
        Err(error) => Redirect::to(&format!("/office/vehicles/{id}?problem={}", error.into_problem().code)),
    }
}

async fn add_all(
    service: &Service,
    who: &Principal,
    vehicle_id: VehicleId,
    mut form: Multipart,
) -> Result<(), CommandError> {
    let mut key = None;
    let mut added = 0_u32;
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("key") => key = field.text().await.map_err(broken)?.parse::<Uuid>().ok(),
            Some("photos") => {
                let mut bytes = Vec::new();
                while let Some(chunk) = field.chunk().await.map_err(broken)? {
                    bytes.extend_from_slice(&chunk);
                    // one photo is in memory at a time, and never more of it than a photo has
                    if bytes.len() > PHOTO_BYTES_MAX {
                        return Err(Problem::new(ProblemKind::Invalid, "PHOTO_TOO_LARGE").into());
                    }
                }
                if bytes.is_empty() {
                    continue;
                }
                let key = key.ok_or_else(malformed)?;
                // the same form again makes the same ids
                let id = event_id_for(key, &added.to_string());
                service.add_photo(who, AddPhoto { id, vehicle_id, bytes: bytes.into() }).await?;
                added += 1;
            }
            _ => {}
        }
    }
    if added == 0 {
        return Err(Problem::new(ProblemKind::Invalid, "PHOTO_MISSING").into());
    }
    Ok(())
}

fn malformed() -> Problem {
    Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST")
}

fn broken(error: MultipartError) -> Problem {
    tracing::info!(%error, "photo upload broke off");
    Problem::new(ProblemKind::Invalid, "UPLOAD_BROKEN")
}

/// Takes a photo away.
pub async fn remove(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path((id, photo_id)): Path<(VehicleId, Uuid)>,
    form: Posted,
) -> Result<Redirect, Refusal> {
    let input = RemovePhoto { id: form.key()?, vehicle_id: id, photo_id };
    Ok(match state.services.vehicle.remove_photo(&who, input).await {
        Ok(()) => Redirect::to(&format!("/office/vehicles/{id}?done=PHOTO_REMOVED")),
        Err(error) => Redirect::to(&format!("/office/vehicles/{id}?problem={}", error.into_problem().code)),
    })
}

/// A photo in one of its sizes. It never changes, so a browser keeps it; nobody in between does.
pub async fn show(
    State(state): State<AppState>,
    Path((id, size)): Path<(Uuid, String)>,
) -> Result<Response, Refusal> {
    let size = PhotoSize::from_name(&size).ok_or_else(Problem::not_found)?;
    let bytes = state.services.vehicle.photo(id, size).await?.ok_or_else(Problem::not_found)?;
    let headers = [(CONTENT_TYPE, "image/webp"), (CACHE_CONTROL, "private, max-age=31536000, immutable")];
    Ok((headers, bytes).into_response())
}

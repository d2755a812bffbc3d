//! A photo of a car.

use bytes::Bytes;
use kernel::{Principal, Problem, ProblemKind, Role, VehicleId};
use platform_db::{CommandError, constraint};
use serde_json::json;
use uuid::Uuid;

use crate::actor::Actor;
use crate::car::Writing;
use crate::photo::{Developed, PhotoSize, develop};
use crate::price_vehicle::shown;
use crate::report::sha256_hex;
use crate::store::photos::NewPhoto;
use crate::{Service, Status, store};

/// More photos of one car nobody looks at.
pub const PHOTOS_MAX: i64 = 60;

/// A photo to add.
#[derive(Clone, Debug)]
pub struct AddPhoto {
    /// The photo's id to be.
    pub id: Uuid,
    /// The car.
    pub vehicle_id: VehicleId,
    /// JPEG, PNG or WebP.
    pub bytes: Bytes,
}

impl Service {
    /// Adds a photo behind those there are. Inspectors may, until the car is in a sale. The same picture twice is
    /// one photo.
    pub async fn add_photo(&self, who: &Principal, input: AddPhoto) -> Result<(), CommandError> {
        let actor = Actor::permitted(who, &[Role::Inspector])?;
        let original = input.bytes.clone();
        let developed = tokio::task::spawn_blocking(move || develop(&original))
            .await
            .map_err(|error| CommandError::Inconsistent(format!("the developing task ended: {error}")))??;
        // Files first: a row always has its files. Files of a command that fails after this are never looked at.
        self.keep(&input, &developed).await?;
        let mut tx = self.db.begin().await?;
        let mut car = store::cars::lock(&mut tx, input.vehicle_id).await?.ok_or_else(Problem::not_found)?;
        if store::trail::of_command(&mut tx, input.id).await?.is_some() {
            return Ok(());
        }
        car.ensure_changeable()?;
        if store::photos::count(&mut tx, car.id).await? >= PHOTOS_MAX {
            return Err(Problem::new(ProblemKind::Conflict, "TOO_MANY_PHOTOS").into());
        }
        let mut writing = Writing::new(self.clock.now(), actor, input.id);
        let photo = NewPhoto {
            id: input.id,
            vehicle_id: car.id,
            content_type: developed.content_type,
            size_bytes: i64::try_from(input.bytes.len()).unwrap_or(i64::MAX),
            width: i32::try_from(developed.width).unwrap_or(i32::MAX),
            height: i32::try_from(developed.height).unwrap_or(i32::MAX),
            sha256: sha256_hex(&input.bytes),
        };
        match store::photos::insert(&mut tx, &photo, &writing.actor.name, writing.now).await {
            Ok(()) => {}
            Err(error) if constraint(&error) == Some("vehicle_photo_picture_key") => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        writing.note(&mut car, input.id, "photo_added", json!({ "photo_id": input.id }));
        if car.status == Status::Priced {
            let shown = shown(&mut tx, car.id).await?;
            writing.tell_priced(&car, shown)?;
        }
        store::cars::save(&mut tx, std::slice::from_ref(&car), writing.now).await?;
        writing.write(&mut tx).await?;
        tx.commit().await?;
        (self.told)();
        Ok(())
    }

    async fn keep(&self, input: &AddPhoto, developed: &Developed) -> Result<(), CommandError> {
        self.put(input.id, "original", input.bytes.clone()).await?;
        for (size, bytes) in &developed.sizes {
            self.put(input.id, size.name(), bytes.clone()).await?;
        }
        Ok(())
    }

    async fn put(&self, photo_id: Uuid, name: &str, bytes: Bytes) -> Result<(), CommandError> {
        self.photos.put(photo_id, name, bytes).await.map_err(|error| {
            tracing::error!(photo.id = %photo_id, error = %error.source, "photo could not be kept");
            Problem::new(ProblemKind::Unavailable, "PHOTO_STORE_UNAVAILABLE").into()
        })
    }

    /// A photo as WebP in one of its sizes, if it exists and was not removed.
    pub async fn photo(&self, photo_id: Uuid, size: PhotoSize) -> Result<Option<Bytes>, CommandError> {
        let mut conn = self.db.acquire().await?;
        if !store::photos::is_shown(&mut conn, photo_id).await? {
            return Ok(None);
        }
        self.photos.get(photo_id, size.name()).await.map_err(|error| {
            tracing::error!(photo.id = %photo_id, error = %error.source, "photo could not be read");
            Problem::new(ProblemKind::Unavailable, "PHOTO_STORE_UNAVAILABLE").into()
        })
    }
}

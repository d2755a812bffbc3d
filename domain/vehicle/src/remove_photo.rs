//! Taking a photo of a car away. The file and who took it away stay known.

use kernel::{Principal, Problem, Role, VehicleId};
use platform_db::CommandError;
use serde_json::json;
use uuid::Uuid;

use crate::actor::Actor;
use crate::car::Writing;
use crate::price_vehicle::shown;
use crate::{Service, Status, store};

/// A photo to take away.
#[derive(Clone, Debug)]
pub struct RemovePhoto {
    /// The command's id.
    pub id: Uuid,
    /// The car.
    pub vehicle_id: VehicleId,
    /// The photo.
    pub photo_id: Uuid,
}

impl Service {
    /// Takes a photo away, until the car is in a sale. Inspectors may. A photo that is gone already stays gone.
    pub async fn remove_photo(&self, who: &Principal, input: RemovePhoto) -> Result<(), CommandError> {
        let actor = Actor::permitted(who, &[Role::Inspector])?;
        let mut tx = self.db.begin().await?;
        let mut car = store::cars::lock(&mut tx, input.vehicle_id).await?.ok_or_else(Problem::not_found)?;
        if store::trail::of_command(&mut tx, input.id).await?.is_some() {
            return Ok(());
        }
        car.ensure_changeable()?;
        let mut writing = Writing::new(self.clock.now(), actor, input.id);
        let removed =
            store::photos::remove(&mut tx, car.id, input.photo_id, &writing.actor.name, writing.now).await?;
        if !removed {
            return Err(Problem::not_found().into());
        }
        writing.note(&mut car, input.id, "photo_removed", json!({ "photo_id": input.photo_id }));
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
}

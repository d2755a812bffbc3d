//! The secret reserve of a car: shown to who asks for it by a button, and who did is written below it.

use kernel::{Problem, Role, VehicleId};
use leptos::prelude::*;
use platform_db::CommandError;
use uuid::Uuid;
use vehicle::{Reserve, Reveal, VehicleDetail};

use crate::context::PageContext;
use crate::i18n::t;
use crate::ui::*;

/// What this person has just asked to see of this car: the address says under which key.
pub(super) async fn revealed(cx: &PageContext, id: VehicleId) -> Result<Vec<Reserve>, Problem> {
    let Some(key) = cx.query.parse::<Uuid>("revealed") else { return Ok(Vec::new()) };
    let told = cx.services.vehicle.revealed_reserves(cx.who()?, key, id).await;
    told.map_err(CommandError::into_problem)
}

/// The button and who pressed it before; nothing of a car that never had a reserve.
pub(super) fn panel(cx: &PageContext, car: &VehicleDetail, told: &[Reserve]) -> Option<AnyView> {
    if !car.prices.iter().any(|price| price.has_reserve) {
        return None;
    }
    let lang = cx.lang;
    let may = cx.principal.as_ref();
    let may = may.is_some_and(|who| who.has_role(Role::Pricing) || who.has_role(Role::Auctioneer));
    let ask = (may && told.is_empty()).then(|| {
        let action = format!("/office/vehicles/{}/reveal", car.id);
        view! { <PostButton action icon=Icon::Eye>{t(lang, "sale.reveal")}</PostButton> }
    });
    let step = |reveal: &Reveal| Step::new(reveal.at, t(lang, "sale.revealed"), reveal.by_name.clone());
    let steps: Vec<Step> = car.reveals.iter().map(step).collect();
    let looks = (!steps.is_empty()).then(|| view! { <Timeline steps/> });
    Some(
        view! {
            <Panel title=t(lang, "vehicle.price_reserve").into_owned()>
                <p class="muted">{t(lang, "vehicle.reveal_note")}</p>
                {ask}
                {looks}
            </Panel>
        }
        .into_any(),
    )
}

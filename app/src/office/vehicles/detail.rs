//! `/office/vehicles/{id}`: everything about one car, and what can be done with it. Its forms post to the page's own
//! path and are told apart by their hidden field `form`.

use std::sync::Arc;

use kernel::{Problem, ProblemKind, Role, VehicleId};
use leptos::prelude::*;
use platform_db::CommandError;
use vehicle::{REPORT_UNCHANGED, Status, VehicleDetail};

use super::StatusBadge;
use super::detail_forms::{CorrectForm, PhotoForm, PriceForm};
use super::detail_record::{FactsPanel, PhotosPanel, PricePanel, ReportsPanel};
use super::inspect_form::InspectForm;
use super::reserve;
use super::trail::TrailPanel;
use crate::context::PageContext;
use crate::i18n::t;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let id: VehicleId = cx.id("id")?;
    let car = cx.services.vehicle.show_vehicle(who, id).await.map_err(CommandError::into_problem)?;
    let reserves = reserve::revealed(&cx, id).await?;
    let found = cx.services.auction.negotiated_cars(&[id]).await.map_err(CommandError::into_problem)?;
    let negotiated = !found.is_empty();
    let title = car.facts.title.clone();
    let is_open = !matches!(car.status, Status::Listed | Status::Sold);
    let inspects = is_open && who.has_role(Role::Inspector);
    // also while it is on offer: bidders are told what was found
    let examines = car.status != Status::Sold && who.has_role(Role::Inspector);
    let prices = is_open && who.has_role(Role::Pricing);
    let refused = cx.query.get("problem").map(|code| Problem::new(ProblemKind::Conflict, code));
    // nothing is wrong with any field: it is said where the page begins, too
    let unchanged = cx.form.of("inspect").problem.filter(|problem| problem.code == REPORT_UNCHANGED);
    let refused = refused.or(unchanged);
    // a new price takes the place of the reserve: who sets it has asked to see what there is
    let is_known = !car.has_reserve || !reserves.is_empty() || cx.form.of("price").is_refused();
    let reserve_fen = reserves.first().and_then(|first| first.reserve_fen);
    let price_forms = prices.then(|| match is_known {
        true => view! { <PriceForm car=car.clone() reserve_fen opens=!reserves.is_empty()/> }.into_any(),
        false => view! { <p class="muted">{t(cx.lang, "vehicle.reprice_reveal")}</p> }.into_any(),
    });
    let reveal = reserve::panel(&cx, &car, &reserves);
    let photo_form = inspects.then(|| view! { <PhotoForm id/> }.into_any());
    let body = view! {
        <PageHead
            title=title.clone()
            crumbs=vec![Crumb::new(t(cx.lang, "vehicle.title"), "/office/vehicles")]
            badge=view! { <StatusBadge status=car.status negotiated/> }.into_any()
        />
        {refused.map(|problem| view! { <ProblemBanner problem/> })}
        {standing(&cx, &car, negotiated)}
        <div class="grid gap-x-4 lg:grid-cols-3">
            <div class="grid content-start lg:col-span-2 min-w-0">
                <PhotosPanel car=car.clone() removes=inspects form=photo_form/>
                <FactsPanel
                    car=car.clone()
                    form=inspects.then(|| view! { <CorrectForm car=car.clone()/> }.into_any())
                />
                <ReportsPanel
                    car=car.clone()
                    form=examines.then(|| view! { <InspectForm car=car.clone()/> }.into_any())
                />
            </div>
            <div class="grid content-start min-w-0">
                <PricePanel car=car.clone() reserves form=price_forms/>
                {reveal}
                <TrailPanel lines=car.trail/>
            </div>
        </div>
    };
    Ok(PageView::office(title, body))
}

/// Why nothing can be changed, and what is doubtful.
fn standing(cx: &PageContext, car: &VehicleDetail, negotiated: bool) -> AnyView {
    let lang = cx.lang;
    let closed = match car.status {
        Status::Listed if negotiated => Some(t(lang, "vehicle.negotiated_banner")),
        Status::Listed => Some(t(lang, "vehicle.listed_banner")),
        Status::Sold => Some(t(lang, "vehicle.sold_banner")),
        _ => None,
    };
    let lot = car.listed_lot_id.map(|lot| {
        view! { " " <a class="link" href=format!("/office/lots/{lot}")>{t(lang, "vehicle.to_lot")}</a> }
    });
    let tone = if car.status == Status::Sold { Tone::Good } else { Tone::Neutral };
    view! {
        {closed.map(|text| view! { <Banner tone>{text}{lot}</Banner> })}
        {car.vin_warning.is_some().then(|| view! { <Banner tone=Tone::Warn>{t(lang, "vehicle.vin_warning")}</Banner> })}
    }
    .into_any()
}

//! `/office/sales/new`: a sale from priced cars. The form posts to the page's own path.

use std::sync::Arc;

use auction::{OfferableCar, SaleTemplate};
use kernel::Lang;
use leptos::prelude::*;
use platform_db::CommandError;

use super::fine_print::fine_fields;
use super::form::{
    BY_THE_CLOCK, Rules, audience_fields, follow_on_fields, format_field, money_fields, number_fields,
    reserve_fields,
};
use crate::car_words::{About, car_word};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// At most so many cars to choose from at once; a search narrows them.
const CARS_SHOWN: i64 = 200;
/// A new sale opens after this pause, unless another time is typed.
const OPENS_IN_MS: i64 = 10 * 60 * 1_000;
/// And its first lot ends so long after it opened.
const RUNS_FOR_MS: i64 = 60 * 60 * 1_000;
const MINUTE_MS: i64 = 60_000;
/// A page without cars is asked for again after so many seconds, while cars are on their way.
const LOOK_AGAIN_S: u32 = 2;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let search = cx.query.get("q").unwrap_or_default().to_owned();
    let found = cx.services.auction.offerable_cars(&search, CARS_SHOWN).await;
    let (total, cars) = found.map_err(CommandError::into_problem)?;
    let templates = cx.services.auction.sale_templates().await.map_err(CommandError::into_problem)?;
    let groups = cx.services.auction.dealer_groups().await.map_err(CommandError::into_problem)?;
    let coming = cx.bus.under_way("auction", "VehiclePriced").await;
    let coming = coming.map_err(|error| CommandError::from(error).into_problem())?;
    let rules = rules(&cx, &templates);
    let next = follow_on_fields(lang, &templates, (rules.next_template.clone(), rules.next_wait.clone()));
    let is_empty = cars.is_empty() && search.is_empty();
    let coming_note = on_their_way(&cx, coming, is_empty);
    let body = view! {
        <PageHead
            title=t(lang, "sale.new")
            crumbs=vec![Crumb::new(t(lang, "sale.title"), "/office/sales")]
            note=t(lang, "sale.new_note").into_owned()
        >
            <LinkButton href="/office/sales/templates">{t(lang, "sale.template.title")}</LinkButton>
        </PageHead>
        {coming_note}
        {from_template(&cx, templates)}
        {match is_empty {
            true => view! {
                <EmptyState icon=Icon::Car title=t(lang, "sale.no_cars") text=t(lang, "sale.no_cars_text").into_owned()>
                    <LinkButton href="/office/vehicles">{t(lang, "sale.to_vehicles")}</LinkButton>
                </EmptyState>
            }
            .into_any(),
            false => form(&cx, (total, cars), rules, groups, next).into_any(),
        }}
    };
    let page = PageView::office(t(lang, "sale.new"), body);
    // nothing is typed yet that would be lost
    Ok(if is_empty && coming > 0 { page.refreshing(LOOK_AGAIN_S) } else { page })
}

/// Priced cars that the auction has not heard of yet: after an import of many they come by and by.
fn on_their_way(cx: &PageContext, coming: i64, is_empty: bool) -> Option<AnyView> {
    let lang = cx.lang;
    let hint = t(lang, if is_empty { "sale.coming_by_itself" } else { "sale.coming_filter" });
    let words = t_with(lang, "sale.coming", &[("n", &grouped(coming))]);
    (coming > 0).then(|| view! { <Banner tone=Tone::Active>{words} " " {hint}</Banner> }.into_any())
}

fn form(
    cx: &PageContext,
    (total, cars): (i64, Vec<OfferableCar>),
    rules: Rules,
    groups: Vec<String>,
    next: AnyView,
) -> impl IntoView + use<> {
    let lang = cx.lang;
    let opens = cx.now.plus_ms(OPENS_IN_MS - cx.now.0.rem_euclid(MINUTE_MS));
    let runs_ms = rules.runs.parse().map_or(RUNS_FOR_MS, |minutes: i64| minutes.saturating_mul(MINUTE_MS));
    let ends = opens.plus_ms(runs_ms);
    let chosen = chosen(cx);
    let shown = i64::try_from(cars.len()).unwrap_or(total);
    let count = t_with(lang, "sale.cars_count", &[("shown", &grouped(shown)), ("total", &grouped(total))]);
    let car_error = cx.form.error("vehicle_ids").map(|code| crate::i18n::field_text(lang, code));
    // a search of the cars comes back with what was typed
    let typed = |name: &str, default: String| cx.query.get(name).map_or(default, str::to_owned);
    let opens = typed("opens_at", time::field_value(opens, cx.zone));
    let ends = typed("first_end_at", time::field_value(ends, cx.zone));
    let name = typed("name", String::new());
    let elsewhere = elsewhere(cx, &cars, &chosen);
    let search = search(cx);
    let columns = columns(cx);
    let rows = cars.into_iter().map(|car| row(lang, car, &chosen)).collect_view();
    let (format, audience) = (format_field(lang, rules.format.clone()), audience(cx, &rules, groups));
    let (money, fine) =
        (money_fields(lang, rules.deposit.clone(), rules.gap), fine_fields(cx, rules.fine.clone(), None));
    let reserve = reserve_fields(lang, (rules.reserve_display.clone(), rules.reserve_limit.clone()));
    let numbers = number_fields(lang, rules);
    view! {
        <PostForm class="form" guards=true>
            // the Enter key makes the sale and does not search
            <button type="submit" hidden></button>
            <Panel title=t(lang, "sale.terms").into_owned()>
                <div class="form form--columns">
                    <TextField name="name" label=t(lang, "sale.name") required=true max_length=80 wide=true value=name/>
                    {format}
                    <TextField name="opens_at" label=t(lang, "sale.opens_at") kind=InputKind::DateTime required=true
                        value=opens/>
                    <div class="for-format" data-formats=BY_THE_CLOCK>
                        <TextField name="first_end_at" label=t(lang, "sale.first_end_at") kind=InputKind::DateTime value=ends/>
                    </div>
                    {numbers}
                    {reserve}
                    {money}
                    {next}
                    {fine}
                </div>
            </Panel>
            {audience}
            <Panel title=count flush=true>
                {car_error.map(|text| view! { <p class="field__error p-4" role="alert" tabindex="-1" autofocus>{text}</p> })}
                {search}
                {elsewhere}
                <Table columns=columns caption=t(lang, "sale.choose_cars")>
                    {rows}
                </Table>
            </Panel>
            <div class="flex gap-2">
                <Button kind=ButtonKind::Primary icon=Icon::Gavel>{t(lang, "sale.make")}</Button>
                <LinkButton href="/office/sales">{t(lang, "ui.cancel")}</LinkButton>
            </div>
        </PostForm>
    }
}

/// What the fields begin with: a template, or what the rules say of a format; and what a search brought back.
fn rules(cx: &PageContext, templates: &[SaleTemplate]) -> Rules {
    let chosen = cx.query.get("template").unwrap_or_default();
    let template = templates.iter().find(|template| template.id.to_string() == chosen);
    let rules = match template {
        Some(template) => Rules::of_template(template),
        None => Rules::of_format(cx.query.get("format").unwrap_or(chosen)),
    };
    rules.typed(&cx.query)
}

/// The way to begin with a template: those of the rules, and the saved ones. Chosen cars stay chosen.
fn from_template(cx: &PageContext, templates: Vec<SaleTemplate>) -> AnyView {
    let lang = cx.lang;
    let usual = ["timed", "flash", "sealed_first", "dutch", "lane"]
        .map(|format| Choice::new(format, t(lang, &format!("format.{format}"))));
    let saved =
        templates.into_iter().map(|template| Choice::new(template.id.to_string(), template.rules.name));
    let choices: Vec<Choice> = saved.chain(usual).collect();
    let cars = chosen(cx).into_iter().map(|id| view! { <input type="hidden" name="vehicle_id" value=id/> });
    let value = cx.query.get("template").unwrap_or("timed").to_owned();
    view! {
        <form method="get" action=cx.path.clone() class="filter">
            {cars.collect_view()}
            <SelectField name="template" label=t(lang, "sale.template.title") choices value required=true/>
            <Button>{t(lang, "sale.template.apply")}</Button>
        </form>
    }
    .into_any()
}

/// Whom the sale is for.
fn audience(cx: &PageContext, rules: &Rules, groups: Vec<String>) -> AnyView {
    let fields = audience_fields(cx.lang, groups, rules.groups.clone(), rules.sisters.clone());
    view! {
        <Panel title=t(cx.lang, "sale.audience").into_owned()>
            <div class="form form--columns">{fields}</div>
        </Panel>
    }
    .into_any()
}

/// The cars that were chosen before the form was refused, or before a search.
fn chosen(cx: &PageContext) -> Vec<String> {
    let mut chosen: Vec<String> = cx.form.values_of("vehicle_id").into_iter().map(str::to_owned).collect();
    if chosen.is_empty() {
        chosen = cx.query.all("vehicle_id").into_iter().map(str::to_owned).collect();
    }
    chosen
}

/// Chosen cars that the search does not show: they stay chosen, and the form says so.
fn elsewhere(cx: &PageContext, cars: &[OfferableCar], chosen: &[String]) -> Option<AnyView> {
    let is_shown = |id: &&String| cars.iter().any(|car| car.vehicle_id.to_string() == **id);
    let hidden: Vec<String> = chosen.iter().filter(|id| !is_shown(id)).cloned().collect();
    let words = t_with(cx.lang, "sale.chosen_elsewhere", &[("n", &hidden.len().to_string())]);
    (!hidden.is_empty()).then(|| {
        let inputs = hidden.into_iter().map(|id| view! { <input type="hidden" name="vehicle_id" value=id/> });
        view! { <p class="px-4 py-2 text-sm text-ink-soft">{words}{inputs.collect_view()}</p> }.into_any()
    })
}

/// Narrows the cars. It sends the whole form to the same page, which keeps what was typed.
fn search(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    let words = t(lang, "sale.car_search");
    let typed = cx.query.get("q").unwrap_or_default().to_owned();
    view! {
        <div class="filter">
            <div class="filter__search">
                <IconView icon=Icon::Search/>
                <input class="input" type="search" name="q" value=typed placeholder=words.clone() aria-label=words/>
            </div>
            <button class="button" type="submit" formmethod="get" formnovalidate>
                <IconView icon=Icon::Filter/>{t(lang, "ui.filter")}
            </button>
        </div>
    }
    .into_any()
}

fn columns(cx: &PageContext) -> Vec<Column> {
    let lang = cx.lang;
    vec![
        Column::new(t(lang, "sale.choose")),
        Column::new(t(lang, "sale.car")),
        Column::new("VIN"),
        Column::number(t(lang, "sale.mileage")),
        Column::new(t(lang, "sale.city")),
        Column::new(t(lang, "sale.grade")),
        Column::number(t(lang, "sale.guide")),
        Column::number(t(lang, "sale.start")),
        Column::new(t(lang, "sale.reserve")),
    ]
}

fn row(lang: Lang, car: OfferableCar, chosen: &[String]) -> impl IntoView + use<> {
    let id = car.vehicle_id.to_string();
    let is_chosen = chosen.contains(&id);
    // the amount is the seller's secret: on a lot it is told to who asks, and that is written down
    let reserve = t(lang, if car.has_reserve { "sale.reserve.some" } else { "sale.reserve.none" });
    view! {
        <tr>
            <td><input type="checkbox" class="checkbox" name="vehicle_id" value=id checked=is_chosen aria-label=car.title.clone()/></td>
            <td>{car.title}</td>
            <td class="font-mono">{or_dash(car.vin)}</td>
            <td class="num">{grouped(car.mileage_km)}</td>
            <td>{or_dash(car.city)}</td>
            <td>{or_dash(car_word(lang, About::Grade, &car.grade))}</td>
            <td class="num"><Money fen=car.guide_fen/></td>
            <td class="num"><Money fen=car.start_fen/></td>
            <td>{reserve}</td>
        </tr>
    }
}

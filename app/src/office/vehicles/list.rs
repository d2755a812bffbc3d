//! `/office/vehicles`: all cars, searched, filtered, sorted, summed.

use std::sync::Arc;

use kernel::{Lang, Role, VehicleId};
use leptos::prelude::*;
use platform_db::CommandError;
use vehicle::{Choices, Status, StatusCount, VehicleLine, VehiclePage};

use super::filter::{PAGE_SIZE, doubts};
use super::{StatusBadge, filter_of, reserve_word, source_name};
use crate::car_words::{About, car_word};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::query::Query;
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let filter = filter_of(&cx.query);
    let vehicles = &cx.services.vehicle;
    let list = vehicles.list_vehicles(who, &filter).await.map_err(CommandError::into_problem)?;
    let choices = vehicles.vehicle_choices(who, &filter).await.map_err(CommandError::into_problem)?;
    let counts = vehicles.vehicle_counts(who, &filter).await.map_err(CommandError::into_problem)?;
    let listed = list.lines.iter().filter(|line| line.status == Status::Listed).map(|line| line.id);
    let listed: Vec<VehicleId> = listed.collect();
    let negotiated =
        cx.services.auction.negotiated_cars(&listed).await.map_err(CommandError::into_problem)?;
    let receives = who.has_role(Role::Inspector);
    let imports = receives || who.has_role(Role::Pricing);
    let is_stocked = !choices.sources.is_empty();
    let doubts = [gone(lang, &cx.query, &choices), doubts(lang, &cx.query)].concat();
    let body = view! {
        <PageHead title=t(lang, "vehicle.title") note=t(lang, "vehicle.note").into_owned()>
            {imports.then(|| view! {
                <LinkButton href="/office/vehicles/import" icon=Icon::Upload>{t(lang, "vehicle.import")}</LinkButton>
            })}
            {receives.then(|| view! {
                <LinkButton href="/office/vehicles/new" kind=ButtonKind::Primary icon=Icon::Plus>
                    {t(lang, "vehicle.new")}
                </LinkButton>
            })}
        </PageHead>
        <Tabs label=t(lang, "vehicle.status") tabs=tabs(&cx, &counts)/>
        {filter_bar(&cx, choices)}
        {crate::ui::doubts(doubts)}
        {match list.lines.is_empty() {
            true => empty(lang, is_stocked),
            false => table(lang, list, &negotiated),
        }}
    };
    Ok(PageView::office(t(lang, "vehicle.title"), body))
}

fn tabs(cx: &PageContext, counts: &[StatusCount]) -> Vec<Tab> {
    let chosen = cx.query.get("status").and_then(Status::from_name);
    let all = counts.iter().map(|count| count.count).sum();
    let every =
        Tab::new(t(cx.lang, "vehicle.all"), cx.query.without("status").href(&cx.path), chosen.is_none())
            .count(all);
    let one = |count: &StatusCount| {
        let name = count.status.name();
        let href = cx.query.with("status", name).href(&cx.path);
        Tab::new(t(cx.lang, &format!("vehicle.status.{name}")), href, chosen == Some(count.status))
            .count(count.count)
    };
    std::iter::once(every).chain(counts.iter().map(one)).collect()
}

fn filter_bar(cx: &PageContext, choices: Choices) -> AnyView {
    let lang = cx.lang;
    // the address may have the make in another letter case than the cars
    let asked = cx.query.get("make").unwrap_or_default();
    let make = |c: vehicle::Choice| {
        let value = if c.value.to_lowercase() == asked.to_lowercase() { asked } else { &c.value };
        answer(lang, value, &c.value, c.count)
    };
    let same = |c: vehicle::Choice| answer(lang, &c.value, &c.value, c.count);
    let source = |c: vehicle::Choice| answer(lang, &c.value, &source_name(lang, &c.value), c.count);
    let makes: Vec<Choice> = choices.makes.into_iter().map(make).collect();
    let cities: Vec<Choice> = choices.cities.into_iter().map(same).collect();
    let grades: Vec<Choice> = choices.grades.into_iter().map(same).collect();
    let sources: Vec<Choice> = choices.sources.into_iter().map(source).collect();
    let status = cx.query.get("status").map(str::to_owned);
    view! {
        <FilterBar search=t(lang, "vehicle.search") actions=exports(cx)>
            {status.map(|status| view! { <input type="hidden" name="status" value=status/> })}
            <FilterSelect name="make" label=t(lang, "vehicle.filter.make") choices=makes/>
            <FilterSelect name="city" label=t(lang, "vehicle.filter.city") choices=cities/>
            <FilterSelect name="grade" label=t(lang, "vehicle.filter.grade") choices=grades/>
            <FilterSelect name="source" label=t(lang, "vehicle.filter.source") choices=sources/>
            <FilterField name="year_from" label=t(lang, "vehicle.filter.year_from") kind="number"/>
            <FilterField name="year_to" label=t(lang, "vehicle.filter.year_to") kind="number"/>
            <FilterField name="km_from" label=t(lang, "vehicle.filter.km_from") kind="number"/>
            <FilterField name="km_to" label=t(lang, "vehicle.filter.km_to") kind="number"/>
        </FilterBar>
    }
    .into_any()
}

/// An answer with how many cars it has, or that it has none any more.
fn answer(lang: Lang, value: &str, words: &str, count: i64) -> Choice {
    let label = match count {
        0 => t_with(lang, "vehicle.filter.gone", &[("value", words)]),
        _ => format!("{words} ({})", grouped(count)),
    };
    Choice::new(value, label)
}

/// What is asked for and no car has any more, in words: it empties the list.
fn gone(lang: Lang, query: &Query, choices: &Choices) -> Vec<String> {
    let kinds = [
        ("make", &choices.makes),
        ("city", &choices.cities),
        ("grade", &choices.grades),
        ("source", &choices.sources),
    ];
    let is_gone = |(name, choices): (&str, &Vec<vehicle::Choice>)| {
        let value = query.get(name)?;
        choices.iter().find(|choice| choice.value == value && choice.count == 0)?;
        let label = t(lang, &format!("vehicle.filter.{name}"));
        Some(t_with(lang, "vehicle.filter.gone_text", &[("name", &label), ("value", value)]))
    };
    kinds.into_iter().filter_map(is_gone).collect()
}

fn exports(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    let file = |ending: &str| cx.query.without("page").href(&format!("/office/vehicles/export.{ending}"));
    let (csv, xlsx) = (file("csv"), file("xlsx"));
    view! {
        <LinkButton href=csv kind=ButtonKind::Quiet icon=Icon::Download download=true>
            {t(lang, "vehicle.export_csv")}
        </LinkButton>
        <LinkButton href=xlsx kind=ButtonKind::Quiet icon=Icon::Download download=true>
            {t(lang, "vehicle.export_xlsx")}
        </LinkButton>
    }
    .into_any()
}

fn empty(lang: Lang, is_stocked: bool) -> AnyView {
    let (title, text) = match is_stocked {
        true => ("vehicle.none_found", "vehicle.none_found_text"),
        false => ("vehicle.empty", "vehicle.empty_text"),
    };
    view! { <EmptyState icon=Icon::Car title=t(lang, title) text=t(lang, text).into_owned()/> }.into_any()
}

fn table(lang: Lang, list: VehiclePage, negotiated: &[VehicleId]) -> AnyView {
    let columns = vec![
        Column::new(t(lang, "vehicle.column.car")),
        Column::number(t(lang, "vehicle.column.year")).sort_down("year"),
        Column::number(t(lang, "vehicle.column.mileage")).sort("mileage"),
        Column::new(t(lang, "vehicle.column.city")),
        Column::new(t(lang, "vehicle.column.grade")),
        Column::new(t(lang, "vehicle.column.status")),
        Column::number(t(lang, "vehicle.column.guide")),
        Column::number(t(lang, "vehicle.column.start")).sort_down("start"),
        Column::new(t(lang, "vehicle.column.reserve")),
        Column::new(t(lang, "vehicle.column.updated")).sort_down("updated"),
    ];
    let foot = view! {
        <tr>
            <td colspan="6">{t_with(lang, "vehicle.total_of", &[("n", &grouped(list.total))])}</td>
            <td class="num"><Money fen=list.guide_fen/></td>
            <td class="num"><Money fen=list.start_fen/></td>
            <td></td>
            <td></td>
        </tr>
    }
    .into_any();
    let rows: Vec<AnyView> =
        list.lines.into_iter().map(|line| row(lang, negotiated.contains(&line.id), line)).collect();
    view! {
        <Table columns caption=t(lang, "vehicle.title") default_sort="updated" foot=foot>
            {rows}
        </Table>
        <Pager current=list.page total=list.total page_size=i64::from(PAGE_SIZE)/>
    }
    .into_any()
}

fn row(lang: Lang, negotiated: bool, line: VehicleLine) -> AnyView {
    let href = format!("/office/vehicles/{}", line.id);
    let whole_title = line.title.clone();
    let photo = line.photo_id.map(|id| format!("/photos/{id}/thumb"));
    let reference = line.vin.or(line.external_id).unwrap_or_default();
    let source = source_name(lang, &line.source);
    let reserve = line.start_fen.map(|_| reserve_word(lang, line.has_reserve)).unwrap_or_default();
    let km = line.mileage_km.map(|km| t_with(lang, "vehicle.km", &[("n", &grouped(km.into()))]));
    view! {
        <tr>
            <td class="text">
                <div class="car-cell">
                    <Photo src=photo alt="" ratio=PhotoRatio::Thumb/>
                    <div class="car-cell__words">
                        <a class="row-link" href=href title=whole_title>{line.title}</a>
                        <span class="car-cell__note"><span class="font-mono">{reference}</span> " · " {source}</span>
                        // on a phone the columns of state and price are beyond the edge
                        <span class="flex flex-wrap items-center gap-2 mt-1 sm:hidden" aria-hidden="true">
                            <StatusBadge status=line.status negotiated/>
                            {line.start_fen.map(|fen| view! { <Money fen/> })}
                        </span>
                    </div>
                </div>
            </td>
            <td class="num">{line.model_year}</td>
            <td class="num">{or_dash(km.unwrap_or_default())}</td>
            <td>{or_dash(line.city)}</td>
            <td>{or_dash(car_word(lang, About::Grade, &line.grade))}</td>
            <td><StatusBadge status=line.status negotiated/></td>
            <td class="num"><Money fen=line.guide_fen/></td>
            <td class="num"><Money fen=line.start_fen/></td>
            <td>{or_dash(reserve)}</td>
            <td><Ago at=line.updated_at/></td>
        </tr>
    }
    .into_any()
}

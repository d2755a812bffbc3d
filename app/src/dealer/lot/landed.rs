//! 到手价: what the car costs at the dealer's door at each price, line by line, and the bid that keeps within an amount.
//! Plain HTML: a question by GET, the answer as a form that bids.

use std::borrow::Cow;

use auction::{DeliveryDoors, HallLot, LotDetail};
use bidding::{Format, LotStatus, PublicLot};
use fees::{Delivery, FeeSchedule, LandedCost, Landing, Line, LineKind};
use futures_util::future::join3;
use kernel::{Fen, Lang, Problem, parse_amount};
use leptos::prelude::*;
use platform_db::CommandError;

use super::side::step_price;
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::live::clock::time_of_day;
use crate::live::panel::{landed_prices, price_label};
use crate::live::words::KEYS;
use crate::office::orders::document::percent;
use crate::ui::*;

/// What the sums are made of.
pub(in crate::dealer) struct Costs {
    schedule: FeeSchedule,
    /// As the company stated it for the car's city; none where it stated nothing.
    delivery: Option<Delivery>,
    /// Where the company's cars may go.
    doors: DeliveryDoors,
}

impl Costs {
    /// The fees.
    pub(super) fn schedule(&self) -> &FeeSchedule {
        &self.schedule
    }

    /// What the panel needs to show the total live.
    pub(in crate::dealer) fn landing(&self) -> Option<Landing> {
        let delivery = self.delivery.unwrap_or_default();
        LandedCost { schedule: &self.schedule, delivery }.landing()
    }
}

/// Loads them: the fees are those that hold for the lot's sale, as the winner's order will have them.
pub(in crate::dealer) async fn load(cx: &PageContext, lot: &HallLot) -> Result<Option<Costs>, Problem> {
    let who = cx.who()?;
    if who.dealer().is_none() {
        return Ok(None);
    }
    let auction = &cx.services.auction;
    let asked = join3(
        cx.services.order.fees_of_sale(lot.terms_at),
        auction.delivery_cost(who, &lot.city),
        auction.delivery_doors(who),
    );
    let (schedule, delivery, doors) = asked.await;
    let (schedule, delivery) =
        (schedule.map_err(CommandError::into_problem)?, delivery.map_err(CommandError::into_problem)?);
    Ok(Some(Costs { schedule, delivery, doors: doors.map_err(CommandError::into_problem)? }))
}

/// One column: a price, and what it lands at. Without a price it is not seen, until the live panel puts one in.
struct Column {
    name: &'static str,
    label: Cow<'static, str>,
    price: Option<Fen>,
}

/// The panel below the bids.
pub(super) fn view(cx: &PageContext, detail: &LotDetail, costs: &Costs) -> AnyView {
    let lang = cx.lang;
    let lot = &detail.lot;
    let delivery = costs.delivery.unwrap_or_default();
    let landed = LandedCost { schedule: &costs.schedule, delivery };
    let columns = columns(lang, detail);
    let shown: Vec<&str> =
        columns.iter().filter(|column| column.price.is_some()).map(|column| column.name).collect();
    let at = time_of_day(detail.server_time, cx.zone.whole_seconds() / 60);
    let unknown = costs.delivery.is_none().then(|| {
        view! {
            <p class="landed__note">
                {t(lang, "landed.no_delivery")} " " <a href="/my/company#delivery">{t(lang, "landed.state_delivery")}</a>
            </p>
        }
    });
    view! {
        <section class="landed" id="landed" aria-labelledby="landed-title" data-columns=shown.join(" ")>
            <header class="landed__head">
                <h2 id="landed-title">{t(lang, "landed.title")}</h2>
                <span class="landed__at">{t_with(lang, "landed.as_of", &[("time", &at)])}</span>
            </header>
            <div id="landed-ask">
                {ask(cx, detail)} {answer(cx, detail, &landed)} {doors(cx, detail, &costs.doors)}
            </div>
            {sums(cx, &columns, &landed, (&lot.city, costs.delivery.is_some()))}
            {unknown}
        </section>
    }
    .into_any()
}

/// The prices that are asked about: now, next, and one's own max.
fn columns(lang: Lang, detail: &LotDetail) -> Vec<Column> {
    let lot: &PublicLot = &detail.lot.lot;
    let format = detail.terms.format;
    let next = match format {
        Format::SealedFirst | Format::SealedSecond => "landed.start",
        Format::Dutch(_) => "landed.now",
        Format::Timed | Format::Flash | Format::Lane(_) => "landed.next",
    };
    let mine = if format.is_sealed() { "format.sealed.mine" } else { "landed.mine" };
    landed_prices(lot, &detail.lot.mine, (format.dutch().is_some(), step_price(detail)))
        .into_iter()
        .map(|(name, price)| {
            let key = match name {
                "now" => KEYS[price_label(lot) as usize],
                "next" => next,
                _ => mine,
            };
            Column { name, label: t(lang, key), price }
        })
        .collect()
}

/// Where the car is to go: kept for the person, and asked only where there is a choice.
fn doors(cx: &PageContext, detail: &LotDetail, doors: &DeliveryDoors) -> Option<AnyView> {
    if doors.doors.is_empty() || detail.lot.lot.status == LotStatus::Closed {
        return None;
    }
    let lang = cx.lang;
    let action = format!("/auctions/lots/{}/door", detail.lot.id);
    let usual = (String::new(), t(lang, "delivery.usual_door").into_owned());
    let choice = |(value, label): (String, String)| {
        let selected = value == doors.chosen;
        view! { <option value=value selected=selected>{label}</option> }
    };
    let choices = [usual].into_iter().chain(doors.doors.iter().map(|door| (door.clone(), door.clone())));
    Some(
        view! {
            <form class="landed__ask" method="post" action=action>
                {store_field()}
                <label for="delivery-door">{t(lang, "landed.door_label")}</label>
                <div class="landed__row">
                    <select class="input" id="delivery-door" name="door">{choices.map(choice).collect_view()}</select>
                    <button class="button" type="submit">{t(lang, "landed.door_use")}</button>
                </div>
            </form>
        }
        .into_any(),
    )
}

/// Whether an amount can still be bid here: a price that falls is taken as it is.
fn is_bid_on(detail: &LotDetail) -> bool {
    detail.lot.lot.status != LotStatus::Closed && detail.terms.format.dutch().is_none()
}

fn ask(cx: &PageContext, detail: &LotDetail) -> Option<AnyView> {
    if !is_bid_on(detail) {
        return None;
    }
    let lang = cx.lang;
    let typed = cx.query.get("door").unwrap_or_default().to_owned();
    let action = format!("{}#landed", cx.path);
    Some(
        view! {
            <form class="landed__ask" method="get" action=action>
                <label for="door">{t(lang, "landed.door")}</label>
                <div class="landed__row">
                    <input class="input input--money" id="door" name="door" inputmode="decimal" autocomplete="off" maxlength="16" required value=typed/>
                    <button class="button" type="submit">{t(lang, "landed.work_out")}</button>
                </div>
            </form>
        }
        .into_any(),
    )
}

/// What the typed amount allows, and the form that bids it.
fn answer(cx: &PageContext, detail: &LotDetail, landed: &LandedCost) -> Option<AnyView> {
    let lang = cx.lang;
    let typed = cx.query.get("door").filter(|_| is_bid_on(detail))?;
    let say = |text: String, tone: &'static str| {
        Some(
            view! { <p class="landed__answer" data-tone=tone data-testid="landed-answer">{text}</p> }
                .into_any(),
        )
    };
    let Ok(door) = parse_amount(typed) else {
        return say(t(lang, "error.AMOUNT_UNREADABLE").into_owned(), "bad");
    };
    let tick = detail.terms.tick_fen;
    let Some(max) = landed.highest_max(door, tick) else {
        return say(t_with(lang, "landed.nothing_left", &[("door", &door.yuan())]), "bad");
    };
    // the leader may lower his max, though not below the price (domain rules §3.3)
    let lot = &detail.lot;
    let price = lot.lot.price_fen.filter(|_| lot.mine.leading);
    let least = price.unwrap_or(lot.lot.min_next_fen);
    let lands = |price: Fen| landed.total(price).unwrap_or_default().yuan();
    let more = Fen(max.0.saturating_add(tick.0));
    let values = [
        ("max", max.yuan()),
        ("total", lands(max)),
        ("tick", tick.yuan()),
        ("more", lands(more)),
        ("door", door.yuan()),
        ("min", least.yuan()),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if max < least {
        return say(t_with(lang, "landed.too_low", &values), "warn");
    }
    let takes_bids = lot.lot.status == LotStatus::Open && detail.server_time < lot.lot.end_at;
    let form = takes_bids.then(|| {
        let action = format!("/auctions/lots/{}/bids", lot.id);
        let words = t_with(lang, "landed.bid", &values);
        let report = lot.report_hash.clone();
        view! {
            <form method="post" action=action class="landed__bid">
                <FormKey/>
                <input type="hidden" name="quick_fen" value=max.0.to_string()/>
                <input type="hidden" name="report" value=report/>
                <Button kind=ButtonKind::Primary>{words}</Button>
            </form>
        }
    });
    let lower = lot.mine.max_fen.filter(|own| lot.mine.leading && max < *own);
    let lower = lower.map(|own| t_with(lang, "landed.lowers", &[("own", &own.yuan())]));
    let text = t_with(lang, "landed.answer", &values);
    Some(
        view! {
            <div class="landed__answer" data-tone="good" data-testid="landed-answer">
                <p>{text}</p>
                {lower.map(|text| view! { <p class="landed__note">{text}</p> })}
                {form}
            </div>
        }
        .into_any(),
    )
}

/// How a line is computed, whatever the price.
fn how(lang: Lang, line: &Line) -> String {
    let number = |name: &str| line.inputs[name].as_i64().unwrap_or_default();
    let amount = |name: &str| Fen(number(name)).yuan();
    match line.kind {
        LineKind::Car => t(lang, "landed.how_car").into_owned(),
        LineKind::AgencyFee => t(lang, "order.line.how_agency_fee").into_owned(),
        LineKind::ServiceFee => t_with(
            lang,
            "landed.how_service_fee",
            &[
                ("rate", &percent(number("service_fee_bp"))),
                ("min", &amount("service_fee_min_fen")),
                ("max", &amount("service_fee_max_fen")),
            ],
        ),
    }
}

/// The part of a column that follows its price, by the name that the live panel writes it under.
fn part(kind: LineKind) -> Option<&'static str> {
    match kind {
        LineKind::Car => Some("car"),
        LineKind::ServiceFee => Some("fee"),
        LineKind::AgencyFee => None,
    }
}

/// One amount of a column.
fn cell(column: &Column, part: Option<&str>, amount: Option<Fen>) -> AnyView {
    let name = part.map(|part| format!("{}-{part}", column.name));
    let amount = amount.filter(|_| part.is_none() || column.price.is_some());
    let text = amount.map(Fen::yuan).unwrap_or_default();
    view! { <td class="num" data-column=column.name><span class="money" data-landed=name>{text}</span></td> }
        .into_any()
}

/// Line by line, a column a price; how each line is computed stands below its name.
fn sums(
    cx: &PageContext,
    columns: &[Column],
    landed: &LandedCost,
    (city, is_stated): (&str, bool),
) -> AnyView {
    let lang = cx.lang;
    let delivery = landed.delivery;
    let heads = columns.iter().map(|column| {
        let name = (column.name == "now").then_some("now-label");
        let label = column.label.clone();
        view! { <th scope="col" class="num" data-column=column.name data-landed=name>{label}</th> }
    });
    let line = |(index, named): (usize, Line)| {
        let amounts = columns.iter().map(|column| {
            // what does not depend on the price stands there before there is one
            let lines = landed.lines(column.price.unwrap_or_default());
            let amount = lines.get(index).map(|line| line.amount_fen);
            cell(column, part(named.kind), amount)
        });
        let label = t(lang, &format!("order.line.{}", named.kind.name()));
        let how = how(lang, &named);
        view! { <tr><th scope="row">{label} <span class="landed__how">{how}</span></th>{amounts.collect_view()}</tr> }
    };
    let own = |label: &'static str, how: &'static str, amount: Fen| {
        let city = if city.is_empty() { t(lang, "landed.any_city").into_owned() } else { city.to_owned() };
        let how = match is_stated {
            true => t_with(lang, how, &[("city", &city)]),
            false => t(lang, "landed.not_stated").into_owned(),
        };
        let amounts = columns.iter().map(|column| cell(column, None, Some(amount)));
        view! { <tr><th scope="row">{t(lang, label)} <span class="landed__how">{how}</span></th>{amounts.collect_view()}</tr> }
    };
    let totals = columns
        .iter()
        .map(|column| cell(column, Some("total"), column.price.and_then(|price| landed.total(price))));
    view! {
        <div class="landed__sums" role="region" aria-label=t(lang, "landed.title") tabindex="0">
            <table class="landed__table" data-testid="landed-sums">
                <thead><tr><td></td>{heads.collect_view()}</tr></thead>
                <tbody>
                    {landed.lines(Fen::ZERO).into_iter().enumerate().map(line).collect_view()}
                    {own("landed.transfer", "landed.how_transfer", delivery.transfer_fen)}
                    {own("landed.transport", "landed.how_transport", delivery.transport_fen)}
                </tbody>
                <tfoot><tr><th scope="row">{t(lang, "landed.total")}</th>{totals.collect_view()}</tr></tfoot>
            </table>
        </div>
    }
    .into_any()
}

//! The seldom changed numbers of a sale: folded away in the form, until one of them is not the usual one.

use auction::FinePrint;
use bidding::SmallRaise;
use kernel::{Fen, Lang, parse_amount};
use leptos::prelude::*;

use super::form::ENGLISH;
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::office::orders::document::percent;
use crate::query::Query;
use crate::ui::*;

/// The formats in which somebody names an amount.
const BIDS: &str = "timed flash sealed_first sealed_second lane";
/// Those whose lots wait for nobody else's turn: a lane has its own measure of what is left after a pause.
const NOT_LANE: &str = "timed flash sealed_first sealed_second dutch";

/// What the fields hold before anything is typed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FineFields {
    tick: Option<Fen>,
    /// Extensions.
    double_after: String,
    /// Percent.
    confirm_percent: String,
    /// Steps.
    confirm_steps: String,
    /// Percent.
    buy_now_end: String,
    /// Minutes.
    top_up: String,
    /// Business hours.
    offer_hours: String,
    /// Hours.
    reply_hours: String,
    counters: String,
    /// Percent.
    negotiation_hold: String,
    /// Minutes.
    resume_left: String,
    /// Minutes.
    reading: String,
    /// Minutes.
    outage_left: String,
    /// Percent.
    early_hold: String,
    /// The word of a [`SmallRaise`].
    small_raise: String,
    /// Hours.
    first_look: String,
    /// Percent.
    first_look_price: String,
}

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

impl FineFields {
    pub(super) fn of(fine: FinePrint) -> FineFields {
        let or_empty = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        let minutes = |ms: i64| (ms / MINUTE_MS).to_string();
        let look = fine.house.first_look;
        FineFields {
            tick: Some(fine.tick_fen),
            double_after: or_empty(fine.double_after),
            confirm_percent: or_empty(fine.house.confirm_guide_percent),
            confirm_steps: or_empty(fine.house.confirm_steps),
            buy_now_end: fine.house.buy_now_end_percent.to_string(),
            top_up: minutes(fine.house.top_up_ms),
            offer_hours: (fine.house.offer_ms / HOUR_MS).to_string(),
            reply_hours: (fine.house.reply_ms / HOUR_MS).to_string(),
            counters: fine.house.counters_max.to_string(),
            negotiation_hold: fine.house.negotiation_hold_percent.to_string(),
            resume_left: minutes(fine.house.resume_left_ms),
            reading: minutes(fine.house.reading_ms),
            outage_left: minutes(fine.house.outage_left_ms),
            early_hold: fine.house.early_hold_percent.to_string(),
            small_raise: fine.house.small_raise.as_str().to_owned(),
            first_look: look.map(|rule| (rule.before_ms / HOUR_MS).to_string()).unwrap_or_default(),
            first_look_price: look
                .map(|rule| percent(i64::from(rule.price_bp)).replace('%', ""))
                .unwrap_or_default(),
        }
    }

    /// The same with what a search of the cars brings back.
    pub(super) fn typed(mut self, query: &Query) -> FineFields {
        for (name, field) in self.texts() {
            if let Some(value) = query.get(name) {
                value.clone_into(field);
            }
        }
        if let Some(tick) = query.get("tick") {
            self.tick = parse_amount(tick).ok();
        }
        self
    }

    fn texts(&mut self) -> [(&'static str, &mut String); 16] {
        [
            ("double_after", &mut self.double_after),
            ("confirm_percent", &mut self.confirm_percent),
            ("confirm_steps", &mut self.confirm_steps),
            ("buy_now_end", &mut self.buy_now_end),
            ("top_up", &mut self.top_up),
            ("offer_hours", &mut self.offer_hours),
            ("reply_hours", &mut self.reply_hours),
            ("counters", &mut self.counters),
            ("negotiation_hold", &mut self.negotiation_hold),
            ("resume_left", &mut self.resume_left),
            ("reading", &mut self.reading),
            ("outage_left", &mut self.outage_left),
            ("early_hold", &mut self.early_hold),
            ("small_raise", &mut self.small_raise),
            ("first_look", &mut self.first_look),
            ("first_look_price", &mut self.first_look_price),
        ]
    }
}

/// The fields; of a sale that has its format, those that it has no use for are there, and not shown. They stand open where
/// something is wrong with one, or one is not as usual.
pub(super) fn fine_fields(cx: &PageContext, mut fine: FineFields, format: Option<&str>) -> AnyView {
    let lang = cx.lang;
    let is_wrong = |name: &str| cx.form.error(name).is_some();
    let open = fine != FineFields::of(FinePrint::default())
        || is_wrong("tick")
        || fine.texts().into_iter().any(|(name, _)| is_wrong(name));
    let hint = move |key: &str| t(lang, &format!("fine_print.{key}_hint")).into_owned();
    let times = t(lang, "fine_print.times").into_owned();
    let hours = t(lang, "sale.follow_on.hours").into_owned();
    let foreign = |formats: &str| format.is_some_and(|one| !formats.split(' ').any(|has| has == one));
    let (no_english, no_bids) = (foreign(ENGLISH), foreign(BIDS));
    let look = first_look_fields(lang, &fine);
    let pauses = pause_fields(cx, &fine, (no_english, no_bids, foreign(NOT_LANE)));
    view! {
        <div class="field--wide">
            <Disclosure label=t(lang, "fine_print.title") open>
                <p class="muted mb-3">{t(lang, "fine_print.note")}</p>
                <div class="form form--columns">
                    <MoneyField name="tick" label=t(lang, "fine_print.tick") required=true hint=hint("tick") value=fine.tick/>
                    <div class="for-format" data-formats=ENGLISH data-optional="" hidden=no_english>
                        <TextField name="double_after" label=t(lang, "fine_print.double_after") kind=InputKind::Number
                            value=fine.double_after unit=times hint=hint("double_after")/>
                    </div>
                    <div class="for-format" data-formats=BIDS data-optional="" hidden=no_bids>
                        <TextField name="confirm_percent" label=t(lang, "fine_print.confirm_percent") kind=InputKind::Number
                            value=fine.confirm_percent unit="%".to_owned() hint=hint("confirm_percent")/>
                    </div>
                    <div class="for-format" data-formats=ENGLISH data-optional="" hidden=no_english>
                        <TextField name="confirm_steps" label=t(lang, "fine_print.confirm_steps") kind=InputKind::Number
                            value=fine.confirm_steps unit=t(lang, "fine_print.steps").into_owned() hint=hint("confirm_steps")/>
                    </div>
                    <div class="for-format" data-formats=ENGLISH hidden=no_english>
                        <TextField name="buy_now_end" label=t(lang, "fine_print.buy_now_end") kind=InputKind::Number
                            value=fine.buy_now_end unit="%".to_owned() hint=hint("buy_now_end")/>
                        <TextField name="top_up" label=t(lang, "fine_print.top_up") kind=InputKind::Number
                            value=fine.top_up unit=t(lang, "sale.minutes").into_owned() hint=hint("top_up")/>
                    </div>
                    <TextField name="offer_hours" label=t(lang, "fine_print.offer_hours") kind=InputKind::Number required=true
                        value=fine.offer_hours unit=hours.clone() hint=hint("offer_hours")/>
                    <TextField name="reply_hours" label=t(lang, "fine_print.reply_hours") kind=InputKind::Number required=true
                        value=fine.reply_hours unit=hours hint=hint("reply_hours")/>
                    <TextField name="counters" label=t(lang, "fine_print.counters") kind=InputKind::Number required=true
                        value=fine.counters hint=hint("counters")/>
                    <TextField name="negotiation_hold" label=t(lang, "fine_print.negotiation_hold") kind=InputKind::Number required=true
                        value=fine.negotiation_hold unit="%".to_owned() hint=hint("negotiation_hold")/>
                    {pauses}
                    {look}
                </div>
            </Disclosure>
        </div>
    }
    .into_any()
}

/// `暂停后至少还有：10 分钟 → 30 分钟`, a line for each number that changed.
pub(super) fn differences(lang: Lang, before: FinePrint, after: FinePrint) -> Vec<String> {
    let (mut before, mut after) = (FineFields::of(before), FineFields::of(after));
    let line = |name: &str, before: &str, after: &str| {
        let what = t(lang, &format!("fine_print.{name}"));
        let (before, after) = (in_words(lang, name, before), in_words(lang, name, after));
        t_with(lang, "sale.history.was", &[("what", &what), ("before", &before), ("after", &after)])
    };
    let amount = |fen: Option<Fen>| fen.map(Fen::yuan).unwrap_or_default();
    let tick = (before.tick != after.tick).then(|| line("tick", &amount(before.tick), &amount(after.tick)));
    let pairs = before.texts().into_iter().zip(after.texts());
    let others = pairs
        .filter(|((_, before), (_, after))| before != after)
        .map(|((name, before), (_, after))| line(name, before, after));
    tick.into_iter().chain(others).collect()
}

/// A number with what it counts; one that was taken away is a dash.
fn in_words(lang: Lang, name: &str, value: &str) -> String {
    let unit = match name {
        _ if value.is_empty() => return "—".to_owned(),
        "small_raise" => return t(lang, &format!("fine_print.small_raise.{value}")).into_owned(),
        "double_after" => t(lang, "fine_print.times"),
        "confirm_steps" => t(lang, "fine_print.steps"),
        "top_up" | "resume_left" | "reading" | "outage_left" => t(lang, "sale.minutes"),
        "offer_hours" | "reply_hours" | "first_look" => t(lang, "sale.follow_on.hours"),
        "confirm_percent" | "buy_now_end" | "negotiation_hold" | "early_hold" | "first_look_price" => {
            return format!("{value}%");
        }
        _ => return value.to_owned(),
    };
    format!("{value} {unit}")
}

/// What follows a pause, a changed report and an outage, what waits for the opening, and raises by less than a step.
fn pause_fields(
    cx: &PageContext,
    fine: &FineFields,
    (no_english, no_bids, is_lane): (bool, bool, bool),
) -> AnyView {
    let lang = cx.lang;
    let hint = move |key: &str| t(lang, &format!("fine_print.{key}_hint")).into_owned();
    let minutes = t(lang, "sale.minutes").into_owned();
    let raises = SmallRaise::ALL
        .map(|one| Choice::new(one.as_str(), t(lang, &format!("fine_print.small_raise.{}", one.as_str()))));
    let fine = fine.clone();
    view! {
        <div class="for-format" data-formats=NOT_LANE hidden=is_lane>
            <TextField name="resume_left" label=t(lang, "fine_print.resume_left") kind=InputKind::Number
                value=fine.resume_left unit=minutes.clone() hint=hint("resume_left")/>
        </div>
        <TextField name="reading" label=t(lang, "fine_print.reading") kind=InputKind::Number required=true
            value=fine.reading unit=minutes.clone() hint=hint("reading")/>
        <TextField name="outage_left" label=t(lang, "fine_print.outage_left") kind=InputKind::Number required=true
            value=fine.outage_left unit=minutes hint=hint("outage_left")/>
        <div class="for-format" data-formats=BIDS hidden=no_bids>
            <TextField name="early_hold" label=t(lang, "fine_print.early_hold") kind=InputKind::Number
                value=fine.early_hold unit="%".to_owned() hint=hint("early_hold")/>
        </div>
        <div class="for-format" data-formats=ENGLISH hidden=no_english>
            <SelectField name="small_raise" label=t(lang, "fine_print.small_raise") choices=raises.to_vec()
                value=fine.small_raise hint=hint("small_raise")/>
        </div>
    }
    .into_any()
}

/// When the seller's own group may take a car before the opening, and for how much.
fn first_look_fields(lang: Lang, fine: &FineFields) -> AnyView {
    let hint = move |key: &str| t(lang, &format!("fine_print.{key}_hint")).into_owned();
    let (hours, price) = (fine.first_look.clone(), fine.first_look_price.clone());
    view! {
        <TextField name="first_look" label=t(lang, "fine_print.first_look") kind=InputKind::Number
            value=hours unit=t(lang, "sale.follow_on.hours").into_owned() hint=hint("first_look")/>
        <TextField name="first_look_price" label=t(lang, "fine_print.first_look_price") kind=InputKind::Decimal
            value=price unit="%".to_owned() hint=hint("first_look_price")/>
    }
    .into_any()
}

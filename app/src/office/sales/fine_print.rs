//! The seldom changed numbers of a sale: folded away in the form, until one of them is not the usual one.

use auction::FinePrint;
use kernel::{Fen, parse_amount};
use leptos::prelude::*;

use super::form::ENGLISH;
use crate::context::PageContext;
use crate::i18n::t;
use crate::query::Query;
use crate::ui::*;

/// The formats in which somebody names an amount.
const BIDS: &str = "timed flash sealed_first sealed_second lane";

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
}

impl FineFields {
    pub(super) fn of(fine: FinePrint) -> FineFields {
        let or_empty = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        FineFields {
            tick: Some(fine.tick_fen),
            double_after: or_empty(fine.double_after),
            confirm_percent: or_empty(fine.house.confirm_guide_percent),
            confirm_steps: or_empty(fine.house.confirm_steps),
            buy_now_end: fine.house.buy_now_end_percent.to_string(),
        }
    }

    /// The same with what a search of the cars brings back.
    pub(super) fn typed(mut self, query: &Query) -> FineFields {
        for (name, field) in self.numbers() {
            if let Some(value) = query.get(name) {
                value.clone_into(field);
            }
        }
        if let Some(tick) = query.get("tick") {
            self.tick = parse_amount(tick).ok();
        }
        self
    }

    fn numbers(&mut self) -> [(&'static str, &mut String); 4] {
        [
            ("double_after", &mut self.double_after),
            ("confirm_percent", &mut self.confirm_percent),
            ("confirm_steps", &mut self.confirm_steps),
            ("buy_now_end", &mut self.buy_now_end),
        ]
    }
}

/// The fields. They stand open where something is wrong with one, or one is not as usual.
pub(super) fn fine_fields(cx: &PageContext, mut fine: FineFields) -> AnyView {
    let lang = cx.lang;
    let is_wrong = |name: &str| cx.form.error(name).is_some();
    let open = fine != FineFields::of(FinePrint::default())
        || is_wrong("tick")
        || fine.numbers().into_iter().any(|(name, _)| is_wrong(name));
    let hint = move |key: &str| t(lang, &format!("fine_print.{key}_hint")).into_owned();
    let times = t(lang, "fine_print.times").into_owned();
    view! {
        <div class="field--wide">
            <Disclosure label=t(lang, "fine_print.title") open>
                <p class="muted mb-3">{t(lang, "fine_print.note")}</p>
                <div class="form form--columns">
                    <MoneyField name="tick" label=t(lang, "fine_print.tick") required=true hint=hint("tick") value=fine.tick/>
                    <div class="for-format" data-formats=ENGLISH data-optional="">
                        <TextField name="double_after" label=t(lang, "fine_print.double_after") kind=InputKind::Number
                            value=fine.double_after unit=times hint=hint("double_after")/>
                    </div>
                    <div class="for-format" data-formats=BIDS data-optional="">
                        <TextField name="confirm_percent" label=t(lang, "fine_print.confirm_percent") kind=InputKind::Number
                            value=fine.confirm_percent unit="%".to_owned() hint=hint("confirm_percent")/>
                    </div>
                    <div class="for-format" data-formats=ENGLISH data-optional="">
                        <TextField name="confirm_steps" label=t(lang, "fine_print.confirm_steps") kind=InputKind::Number
                            value=fine.confirm_steps unit=t(lang, "fine_print.steps").into_owned() hint=hint("confirm_steps")/>
                    </div>
                    <div class="for-format" data-formats=ENGLISH>
                        <TextField name="buy_now_end" label=t(lang, "fine_print.buy_now_end") kind=InputKind::Number
                            value=fine.buy_now_end unit="%".to_owned() hint=hint("buy_now_end")/>
                    </div>
                </div>
            </Disclosure>
        </div>
    }
    .into_any()
}

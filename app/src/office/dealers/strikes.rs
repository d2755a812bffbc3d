//! A company's strikes: what it did not stand by, what they mean, and the forms that give and lift one.

use identity::{DealerDetail, Strike, StrikeBar, StrikeReason, permit};
use kernel::{Lang, UnixMs};
use leptos::prelude::*;

use super::strike_confirm::is_asked;
use crate::context::page;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// What the strikes mean now, as a banner where they keep the company from bidding.
pub(crate) fn bar_banner(lang: Lang, bar: StrikeBar, now: UnixMs) -> Option<AnyView> {
    let words = match bar {
        _ if !bar.bars(now) => return None,
        StrikeBar::Until(until) => view! {
            {t(lang, "identity.strikes.barred_until")} " " <Time at=until form=TimeForm::Exact/>
        }
        .into_any(),
        _ => t(lang, "identity.strikes.barred").into_any(),
    };
    Some(view! { <Banner tone=Tone::Warn>{words}</Banner> }.into_any())
}

/// The strikes with their forms, for staff.
#[component]
pub(super) fn StrikesPanel(dealer: DealerDetail) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let gives = cx.principal.as_ref().is_some_and(permit::gives_strikes);
    let standing: Vec<Strike> =
        dealer.strikes.iter().filter(|strike| strike.lifted.is_none()).cloned().collect();
    let lift = (gives && !standing.is_empty()).then(|| view! { <LiftForm standing/> });
    let give = gives.then(|| view! { <GiveForm/> });
    view! {
        <Panel title=t(lang, "identity.strikes.title").into_owned()>
            {strike_lines(lang, dealer.strikes)}
            <p class="lot-note">{t(lang, "identity.strikes.ladder")}</p>
            {gives.then(|| view! { <div class="grid gap-2 mt-4">{give} {lift}</div> })}
        </Panel>
    }
}

/// What happened, newest first; a lifted one says by whom.
pub(crate) fn strike_lines(lang: Lang, strikes: Vec<Strike>) -> AnyView {
    if strikes.is_empty() {
        return view! { <p class="none">{t(lang, "identity.strikes.none")}</p> }.into_any();
    }
    let step = |strike: Strike| {
        let what = t(lang, &format!("identity.strike_reason.{}", strike.reason.name())).into_owned();
        let tone = if strike.lifted.is_some() { Tone::Neutral } else { Tone::Bad };
        let note = (!strike.note.is_empty()).then(|| view! { <p>{strike.note}</p> });
        let lifted = strike.lifted.map(|lifted| {
            let words =
                t_with(lang, "identity.strikes.lifted", &[("who", &lifted.by_name), ("why", &lifted.why)]);
            view! { <p>{words} " · " <Time at=lifted.at form=TimeForm::Day/></p> }
        });
        Step::new(strike.given_at, what, strike.given_by_name).tone(tone).detail(view! { {note} {lifted} })
    };
    let steps = strikes.into_iter().map(step).collect();
    view! { <Timeline steps/> }.into_any()
}

#[component]
fn GiveForm() -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let choice = |reason: StrikeReason| {
        Choice::new(reason.name(), t(lang, &format!("identity.strike_reason.{}", reason.name())))
    };
    let choices: Vec<Choice> = StrikeReason::ALL.into_iter().map(choice).collect();
    let form = cx.form.of("strike");
    // who came back from the question goes on with what was typed
    let is_back = form.value("back").is_some();
    let open = is_back || (form.is_refused() && !is_asked(&cx));
    view! {
        <Disclosure label=t(lang, "identity.strikes.give_title") open>
            <p class="mb-3">{t(lang, "identity.strikes.give_what")}</p>
            <PostForm name="strike">
                <SelectField name="reason" label=t(lang, "identity.strikes.reason") choices required=true/>
                <TextField name="note" label=t(lang, "identity.strikes.note") required=true wide=true max_length=200 autofocus=is_back/>
                <Button>{t(lang, "identity.strikes.next")}</Button>
            </PostForm>
        </Disclosure>
    }
}

#[component]
fn LiftForm(standing: Vec<Strike>) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let choice = |strike: &Strike| {
        let reason = t(lang, &format!("identity.strike_reason.{}", strike.reason.name()));
        Choice::new(strike.id.to_string(), format!("{reason} · {}", strike.note))
    };
    let choices: Vec<Choice> = standing.iter().map(choice).collect();
    view! {
        <Disclosure label=t(lang, "identity.strikes.lift_title") open=cx.form.of("lift_strike").is_refused()>
            <p class="mb-3">{t(lang, "identity.strikes.lift_what")}</p>
            <PostForm name="lift_strike">
                <SelectField name="strike_id" label=t(lang, "identity.strikes.which") choices required=true/>
                <TextField name="why" label=t(lang, "identity.dealer.why") required=true wide=true max_length=200/>
                <Button>{t(lang, "identity.strikes.lift")}</Button>
            </PostForm>
        </Disclosure>
    }
}

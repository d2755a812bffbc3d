//! A reserve far above the guide price: who agreed to it, and the buttons of who may.

use auction::{LotDetail, ReserveAnswer, ReserveApproval};
use kernel::Role;
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// Nothing of a lot whose reserve needed nobody.
pub(super) fn panel(cx: &PageContext, detail: &LotDetail) -> Option<AnyView> {
    let approval = detail.reserve_approval.as_ref()?;
    let lang = cx.lang;
    let percent = approval.limit_percent.to_string();
    let why = t_with(lang, "reserve_approval.why", &[("n", &percent)]);
    let state = approval
        .waits
        .then(|| view! { <Banner tone=Tone::Warn>{t(lang, "reserve_approval.waits")}</Banner> });
    let asked = Step::new(approval.at, t(lang, "reserve_approval.asked"), String::new());
    let steps: Vec<Step> = approval.answers.iter().map(|answer| step(cx, answer)).chain([asked]).collect();
    let decision = decision(cx, detail, approval);
    Some(
        view! {
            <Panel title=t(lang, "reserve_approval.title").into_owned()>
                <div class="grid gap-4">
                    {state}
                    <p class="muted">{why}</p>
                    {decision}
                    <Timeline steps/>
                </div>
            </Panel>
        }
        .into_any(),
    )
}

fn step(cx: &PageContext, answer: &ReserveAnswer) -> Step {
    let (word, tone) = match answer.approved {
        true => ("reserve_approval.approved", Tone::Good),
        false => ("reserve_approval.declined", Tone::Bad),
    };
    Step::new(answer.at, t(cx.lang, word), answer.by_name.clone()).detail(answer.note.clone()).tone(tone)
}

/// Who set the reserve reads that it takes another person.
fn decision(cx: &PageContext, detail: &LotDetail, approval: &ReserveApproval) -> Option<AnyView> {
    let who = cx.principal.as_ref()?;
    let may = who.has_role(Role::Auctioneer) || who.has_role(Role::Pricing);
    if !approval.waits || !may {
        return None;
    }
    let lang = cx.lang;
    if who.user_id == approval.set_by {
        return Some(view! { <p>{t(lang, "reserve_approval.other_person")}</p> }.into_any());
    }
    let action = |word: &str| format!("/office/lots/{}/reserve-approval/{word}", detail.lot.id);
    let note = move || {
        view! { <TextField name="note" label=t(lang, "reserve_approval.note") max_length=500/> }.into_any()
    };
    Some(
        view! {
            <div class="answers">
                <ConfirmButton action=action("approve") label=t(lang, "reserve_approval.approve") kind=ButtonKind::Primary
                    first=ButtonKind::Primary question=t_with(lang, "reserve_approval.question", &[("title", &detail.lot.title)])
                    confirm=t(lang, "reserve_approval.approve")>{note()}</ConfirmButton>
                <ConfirmButton action=action("decline") label=t(lang, "reserve_approval.decline")
                    question=t_with(lang, "reserve_approval.decline_question", &[("title", &detail.lot.title)])
                    confirm=t(lang, "reserve_approval.decline")>{note()}</ConfirmButton>
            </div>
        }
        .into_any(),
    )
}

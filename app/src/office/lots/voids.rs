//! Voiding a bid: one asks, another confirms.

use auction::{LogLine, LotDetail, REASONS_OF_STAFF, VoidPreview, VoidRequest};
use bidding::{LotStatus, VoidReason};
use kernel::{Fen, Role};
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// What was asked and decided, and the form that asks. Nothing where nothing was asked and nobody may ask.
pub(super) fn panel(cx: &PageContext, detail: &LotDetail) -> Option<AnyView> {
    let lang = cx.lang;
    let may = cx.principal.as_ref().is_some_and(|person| person.has_role(Role::Auctioneer));
    let runs = matches!(detail.lot.lot.status, LotStatus::Open | LotStatus::Paused);
    let bids = if may && runs { standing(cx, detail) } else { Vec::new() };
    if bids.is_empty() && detail.voids.is_empty() {
        return None;
    }
    let preview_of =
        |request: &VoidRequest| detail.void_previews.iter().find(|preview| preview.request_id == request.id);
    let requests =
        detail.voids.iter().map(|request| line(cx, request, preview_of(request), may && runs)).collect_view();
    let ask = (!bids.is_empty()).then(|| form(cx, bids));
    Some(
        view! {
            <Panel title=t(lang, "void.title").into_owned()>
                <div class="grid gap-4">
                    <p class="muted">{t(lang, "void.note")}</p>
                    {requests}
                    {ask}
                </div>
            </Panel>
        }
        .into_any(),
    )
}

/// The bids that can be voided, the newest first.
fn standing(cx: &PageContext, detail: &LotDetail) -> Vec<Choice> {
    let is_asked = |seq: i64| {
        let asked = |request: &VoidRequest| request.bid_seq == seq && request.confirmed != Some(false);
        detail.voids.iter().any(asked) || detail.voided.iter().any(|voided| voided.bid_seq == seq)
    };
    let choice = |line: &LogLine| {
        let seq = line.seq.filter(|seq| line.command == "place_max" && !is_asked(*seq))?;
        // a lowering is no bid
        if line.explanation["branch"] == "lowered" {
            return None;
        }
        let (no, who) = (seq.to_string(), line.dealer_name.clone().unwrap_or_default());
        let amount = line.max_fen.or(line.price_fen).map(|fen| fen.yuan()).unwrap_or_default();
        let words = [("no", no.as_str()), ("who", who.as_str()), ("amount", amount.as_str())];
        Some(Choice::new(no.clone(), t_with(cx.lang, "void.bid", &words)))
    };
    detail.log.iter().filter_map(choice).collect()
}

fn form(cx: &PageContext, bids: Vec<Choice>) -> AnyView {
    let lang = cx.lang;
    // what was refused says why in its fields
    let open = cx.form.of("void").is_refused();
    let reasons = REASONS_OF_STAFF.map(|reason| Choice::new(reason.as_str(), reason_text(cx, reason)));
    view! {
        <Disclosure label=t(lang, "void.ask") open>
            <PostForm name="void">
                <SelectField name="bid" label=t(lang, "void.which") choices=bids required=true/>
                <SelectField name="reason" label=t(lang, "void.reason") choices=reasons.to_vec() required=true/>
                <TextArea name="note" label=t(lang, "void.what_happened") hint=t(lang, "void.note_hint").into_owned() required=true max_length=500/>
                <Button kind=ButtonKind::Danger>{t(lang, "void.ask")}</Button>
            </PostForm>
        </Disclosure>
    }
    .into_any()
}

fn line(cx: &PageContext, request: &VoidRequest, preview: Option<&VoidPreview>, may: bool) -> AnyView {
    let lang = cx.lang;
    let no = request.bid_seq.to_string();
    let title = t_with(lang, "void.request", &[("no", &no), ("reason", &reason_text(cx, request.reason))]);
    let (tone, state) = match request.confirmed {
        None => (Tone::Warn, "void.waits"),
        Some(true) => (Tone::Good, "void.confirmed"),
        Some(false) => (Tone::Neutral, "void.declined"),
    };
    let mut steps = vec![
        Step::new(request.requested_at, t(lang, "void.asked"), request.requested_by_name.clone())
            .detail(request.note.clone()),
    ];
    if let (Some(who), Some(at)) = (request.decided_by_name.clone(), request.decided_at) {
        steps.insert(0, Step::new(at, t(lang, state), who).tone(tone));
    }
    let buttons = (may && request.confirmed.is_none()).then(|| decision(cx, request, &no));
    view! {
        <section class="grid gap-2">
            <p><strong>{title}</strong> " " <Badge tone>{t(lang, state)}</Badge></p>
            <Timeline steps/>
            {preview.map(|preview| left(cx, preview))}
            {buttons}
        </section>
    }
    .into_any()
}

/// What would be left without the bid, and whether the lot would have to wait for a deposit.
fn left(cx: &PageContext, preview: &VoidPreview) -> AnyView {
    let lang = cx.lang;
    let words = match (&preview.leader_name, preview.price_fen) {
        (Some(who), Some(price)) => t_with(lang, "void.leaves", &[("who", who), ("price", &price.yuan())]),
        _ => t(lang, "void.leaves_nobody").into_owned(),
    };
    let short = (preview.short_fen > Fen::ZERO).then(|| {
        let minutes = (preview.top_up_ms / 60_000).to_string();
        let words = [("short", &*preview.short_fen.yuan()), ("n", &*minutes)];
        let words = t_with(lang, "void.leaves_short", &words);
        view! { <Banner tone=Tone::Warn>{words}</Banner> }
    });
    view! {
        <p>{words}</p>
        {short}
    }
    .into_any()
}

/// Who asked can only take it back: it takes another to confirm.
fn decision(cx: &PageContext, request: &VoidRequest, no: &str) -> AnyView {
    let lang = cx.lang;
    let path = format!("/office/voids/{}", request.id);
    let is_own = cx.principal.as_ref().is_some_and(|person| person.user_id == request.requested_by);
    let confirm = (!is_own).then(|| {
        view! {
            <ConfirmButton action=format!("{path}/confirm") label=t(lang, "void.confirm")
                question=t_with(lang, "void.question", &[("no", no)]) confirm=t(lang, "void.confirm")/>
        }
    });
    let wait = is_own.then(|| view! { <p class="muted">{t(lang, "void.other_person")}</p> });
    let decline = if is_own { "void.take_back" } else { "void.decline" };
    view! {
        {wait}
        <div class="answers">
            {confirm}
            <PostButton action=format!("{path}/decline")>{t(lang, decline)}</PostButton>
        </div>
    }
    .into_any()
}

fn reason_text(cx: &PageContext, reason: VoidReason) -> String {
    t(cx.lang, &format!("void.reason.{}", reason.as_str())).into_owned()
}

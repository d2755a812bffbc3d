//! The answers that a side may give now. Each button says exactly what will happen.

use auction::NegotiationDetail;
use deal::{Kind, Side, Status};
use kernel::{Fen, Lang};
use leptos::prelude::*;

use super::parts::reply_time;
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// The panel of answers, while it is this side's turn.
pub(crate) fn answer(cx: &PageContext, detail: &NegotiationDetail) -> Option<AnyView> {
    let (lang, view) = (cx.lang, &detail.view);
    if view.turn != Some(view.side) {
        return None;
    }
    if !detail.may_act {
        let text = t(lang, "negotiation.forbidden");
        return Some(
            view! { <Panel title=t(lang, "negotiation.answer")><p class="muted">{text}</p></Panel> }
                .into_any(),
        );
    }
    let intro = (view.kind == Kind::SecondChance)
        .then(|| t_with(lang, "negotiation.second_text", &[("amount", &view.bid_fen.yuan())]));
    let (accept, stand_by, decline, counter) =
        (accept(cx, detail), stand_by(cx, detail), decline(cx, detail), counter(cx, detail));
    Some(
        view! {
            <Panel title=t(lang, "negotiation.answer")>
                {intro.map(|text| view! { <p class="mb-4">{text}</p> })}
                <div class="answers">
                    {accept}
                    {stand_by}
                    {decline}
                </div>
                {counter.map(|counter| view! { <div class="mt-6">{counter}</div> })}
            </Panel>
        }
        .into_any(),
    )
}

/// Why a button was refused; the forms with fields say it themselves.
pub(crate) fn form_problem(cx: &PageContext) -> Option<AnyView> {
    let own = ["counter", "secret"];
    let is_own = cx.form.value("form").is_some_and(|form| own.contains(&form));
    let problem = cx.form.problem.clone().filter(|_| !is_own)?;
    Some(view! { <ProblemBanner problem/> }.into_any())
}

fn form(name: &str) -> (&'static str, String) {
    ("form", name.to_owned())
}

fn accept(cx: &PageContext, detail: &NegotiationDetail) -> Option<AnyView> {
    let (lang, view) = (cx.lang, &detail.view);
    let (offer, question) = match view.side {
        Side::Buyer => (view.seller_fen?, "negotiation.accept_buyer_q"),
        Side::Seller => (view.buyer_fen, "negotiation.accept_seller_q"),
    };
    let amount = offer.yuan();
    let question = t_with(
        lang,
        question,
        &[("amount", &amount), ("title", &detail.row.lot.title), ("buyer", &detail.row.buyer_name)],
    );
    let fields = vec![form("accept"), ("offer_fen", offer.0.to_string())];
    Some(
        view! {
            <ConfirmButton action=cx.path.clone() label=t_with(lang, "negotiation.accept", &[("amount", &amount)])
                question confirm=t(lang, "negotiation.accept_confirm") kind=ButtonKind::Primary first=ButtonKind::Primary icon=Icon::Check fields/>
        }
        .into_any(),
    )
}

fn stand_by(cx: &PageContext, detail: &NegotiationDetail) -> Option<AnyView> {
    let (lang, view) = (cx.lang, &detail.view);
    if view.side != Side::Buyer || view.kind != Kind::HighBidder {
        return None;
    }
    let amount = view.buyer_fen.yuan();
    let question =
        t_with(lang, "negotiation.stand_by_q", &[("amount", &amount), ("time", &reply_time(lang, view))]);
    Some(
        view! {
            <ConfirmButton action=cx.path.clone() label=t_with(lang, "negotiation.stand_by", &[("amount", &amount)])
                question confirm=t(lang, "negotiation.stand_by_confirm") kind=ButtonKind::Primary fields=vec![form("stand_by")]/>
        }
        .into_any(),
    )
}

fn decline(cx: &PageContext, detail: &NegotiationDetail) -> AnyView {
    let (lang, view) = (cx.lang, &detail.view);
    let (label, question) = match (view.side, view.kind) {
        (Side::Buyer, Kind::HighBidder) => ("negotiation.walk_away", "negotiation.walk_away_q"),
        (Side::Buyer, Kind::SecondChance) => ("negotiation.second_decline", "negotiation.second_decline_q"),
        (Side::Seller, _) => ("negotiation.decline", "negotiation.decline_q"),
    };
    let question = t_with(
        lang,
        question,
        &[
            ("title", &detail.row.lot.title),
            ("buyer", &detail.row.buyer_name),
            ("amount", &view.bid_fen.yuan()),
        ],
    );
    let then = detail.next_bidder.as_ref().filter(|_| !detail.then_next_bidder).map(|next| {
        let label = t_with(
            lang,
            "negotiation.decline_then",
            &[("name", &next.name), ("amount", &next.max_fen.yuan())],
        );
        view! { <Checkbox name="next_bidder" label/> }
    });
    view! {
        <ConfirmButton action=cx.path.clone() label=t(lang, label) question confirm=t(lang, label)
            fields=vec![form("decline")]>
            {then}
        </ConfirmButton>
    }
    .into_any()
}

fn counter(cx: &PageContext, detail: &NegotiationDetail) -> Option<AnyView> {
    let (lang, view) = (cx.lang, &detail.view);
    if view.kind == Kind::SecondChance {
        return None;
    }
    if view.counters_left == 0 {
        return Some(view! { <p class="muted">{t(lang, "negotiation.no_counters")}</p> }.into_any());
    }
    let (floor, limit, key) = match view.side {
        Side::Buyer => (view.buyer_fen, Fen::ZERO, "negotiation.counter_buyer_hint"),
        Side::Seller => match view.seller_fen {
            Some(ask) => {
                let limit = Fen(ask.0.saturating_sub(view.tick_fen.0));
                (view.bid_fen, limit, "negotiation.counter_seller_hint")
            }
            // the limit is the reserve: who may know it asks to see it
            None => (view.bid_fen, Fen::ZERO, "negotiation.counter_first_hint"),
        },
    };
    let hint = t_with(
        lang,
        key,
        &[
            ("floor", &floor.yuan()),
            ("limit", &limit.yuan()),
            ("bid", &view.buyer_fen.yuan()),
            ("ask", &view.seller_fen.unwrap_or_default().yuan()),
            ("tick", &view.tick_fen.yuan()),
            ("n", &view.counters_left.to_string()),
            ("time", &reply_time(lang, view)),
        ],
    );
    Some(
        view! {
            <PostForm name="counter">
                <MoneyField name="amount" label=t(lang, "negotiation.counter_amount") hint required=true/>
                <Button>{t(lang, "negotiation.counter_submit")}</Button>
            </PostForm>
        }
        .into_any(),
    )
}

/// Secret limits: what is entered, how far apart they are, and the form.
pub(crate) fn secret(cx: &PageContext, detail: &NegotiationDetail) -> Option<AnyView> {
    let (lang, view) = (cx.lang, &detail.view);
    let is_used = view.my_secret_fen.is_some() || view.they_entered;
    let runs = view.turn.is_some();
    if view.kind == Kind::SecondChance || (!runs && !is_used) {
        return None;
    }
    let mine = view.my_secret_fen.map(|fen| {
        view! { <li>{t_with(lang, "negotiation.secret.mine", &[("amount", &fen.yuan())])}</li> }
    });
    let they = if view.they_entered { "negotiation.secret.they" } else { "negotiation.secret.they_not" };
    let gap = view.gap.filter(|_| view.status != Status::Agreed).map(|gap| {
        let words = t(lang, &format!("negotiation.secret.gap_{}", gap.as_str()));
        view! { <li><Badge tone=Tone::Active>{words}</Badge></li> }
    });
    let may_enter = runs && detail.may_act && view.secrets_left > 0;
    let form = may_enter.then(|| secret_form(lang, detail));
    Some(
        view! {
            <Panel title=t(lang, "negotiation.secret.title")>
                <ul class="mb-4 grid gap-1">{mine} <li>{t(lang, they)}</li> {gap}</ul>
                {form}
            </Panel>
        }
        .into_any(),
    )
}

fn secret_form(lang: Lang, detail: &NegotiationDetail) -> AnyView {
    let view = &detail.view;
    let (text, label) = match view.side {
        Side::Buyer => ("negotiation.secret.buyer_text", "negotiation.secret.buyer_label"),
        Side::Seller => ("negotiation.secret.seller_text", "negotiation.secret.seller_label"),
    };
    let text = t_with(lang, text, &[("tick", &view.tick_fen.yuan()), ("n", &view.secrets_left.to_string())]);
    view! {
        <PostForm name="secret">
            <p class="text-sm">{text}</p>
            <MoneyField name="amount" label=t(lang, label) required=true/>
            <Button>{t(lang, "negotiation.secret.submit")}</Button>
        </PostForm>
    }
    .into_any()
}

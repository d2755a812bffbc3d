//! `/proof`: what receipts and logs prove, forms to check them, and the keys. For everybody, signed in or not.
//!
//! The forms work without a script, checked on the server. The verifier, where it runs, takes them over and checks in the
//! browser: it fills the places that are drawn here hidden.

mod log_form;
mod receipt_form;
mod witness;

use std::sync::Arc;

use kernel::UnixMs;
use leptos::prelude::*;
use platform_db::CommandError;
use proof::PublicKey;

use crate::context::PageContext;
use crate::i18n::t;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it, with the answer when a receipt or a lot was named.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let receipt = receipt_form::load(&cx).await?;
    let named = receipt_form::named(&cx).await;
    let log = log_form::load(&cx).await?;
    let keys = cx.services.auction.proof_keys().await.map_err(CommandError::into_problem)?;
    let (receipt, log) = (receipt_form::view(&cx, receipt, named), log_form::view(&cx, log));
    let witness = witness::view(&cx);
    let title = t(lang, "proof.title");
    let keys = key_list(&cx, keys);
    // who followed a lot's link came for its log
    let (first, second) = if cx.query.get("lot").is_some() { (log, receipt) } else { (receipt, log) };
    let body = view! {
        <PageHead title=title.clone() note=t(lang, "proof.note")/>
        {first}
        {second}
        {witness}
        <Panel title=t(lang, "proof.means.title")>
            <ul class="lot-terms">
                <li>{t(lang, "proof.means.recorded")}</li>
                <li>{t(lang, "proof.means.chained")}</li>
                <li>{t(lang, "proof.means.secret")}</li>
                <li>{t(lang, "proof.means.signed")} " " <a href="/proof/checkpoints">{t(lang, "checkpoint.link")}</a></li>
                <li>{t(lang, "proof.means.limits")}</li>
            </ul>
        </Panel>
        <Panel title=t(lang, "proof.keys.title")>{keys}</Panel>
    };
    Ok(PageView::shared(&cx, title, body))
}

/// A text that the verifier shows when it fits.
fn verdict(name: &'static str, tone: Tone, text: impl IntoAny) -> AnyView {
    let text = text.into_any();
    view! { <div data-show=name hidden><Banner tone>{text}</Banner></div> }.into_any()
}

/// One of a check's parts, in a line with a mark.
fn part(name: &'static str, tone: Tone, text: impl IntoAny) -> AnyView {
    let text = text.into_any();
    view! { <span data-show=name hidden><Badge tone>{text}</Badge></span> }.into_any()
}

fn key_list(cx: &PageContext, keys: Vec<(PublicKey, UnixMs)>) -> AnyView {
    let lang = cx.lang;
    // a key is as wide as a phone: no table
    let one = |(key, first): (PublicKey, UnixMs)| {
        let id = view! { <code>{key.id().0.clone()}</code> };
        let public = view! { <code class="text-xs break-all">{key.to_base64()}</code> };
        let facts = vec![
            Fact::new(t(lang, "proof.keys.id"), id),
            Fact::new(t(lang, "proof.keys.public"), public),
            Fact::new(t(lang, "proof.keys.first"), view! { <Time at=first form=TimeForm::Exact/> }),
        ];
        view! { <Facts facts/> }
    };
    view! {
        {keys.into_iter().map(one).collect_view()}
        <p class="muted mt-2">"Ed25519 · " <a href="/proof/keys.json">"keys.json"</a></p>
    }
    .into_any()
}

//! `/proof`: what a receipt proves, a form to check one, and the keys. For everybody, signed in or not.

use std::sync::Arc;

use kernel::UnixMs;
use leptos::prelude::*;
use platform_db::CommandError;
use proof::{PublicKey, Receipt, ReceiptFault};

use super::receipt::said;
use crate::context::PageContext;
use crate::i18n::t;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it, with the answer when a receipt was shown.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let shown = cx.form.value("receipt").unwrap_or_default().trim().to_owned();
    let answer = match shown.is_empty() {
        true => None,
        false => Some(answer(&cx, &shown).await?),
    };
    let keys = cx.services.auction.proof_keys().await.map_err(CommandError::into_problem)?;
    let title = t(lang, "proof.title");
    let keys = key_list(&cx, keys);
    let body = view! {
        <PageHead title=title.clone() note=t(lang, "proof.note")/>
        {answer}
        <Panel title=t(lang, "proof.check.title")>
            <PostForm>
                <TextArea name="receipt" label=t(lang, "proof.check.receipt") hint=t(lang, "proof.check.hint") value=shown required=true rows=8/>
                <Button kind=ButtonKind::Primary>{t(lang, "proof.check.submit")}</Button>
            </PostForm>
        </Panel>
        <Panel title=t(lang, "proof.means.title")>
            <ul class="lot-terms">
                <li>{t(lang, "proof.means.recorded")}</li>
                <li>{t(lang, "proof.means.chained")}</li>
                <li>{t(lang, "proof.means.secret")}</li>
                <li>{t(lang, "proof.means.limits")}</li>
            </ul>
        </Panel>
        <Panel title=t(lang, "proof.keys.title")>{keys}</Panel>
    };
    Ok(PageView::shared(&cx, title, body))
}

async fn answer(cx: &PageContext, shown: &str) -> Result<AnyView, kernel::Problem> {
    let lang = cx.lang;
    let Ok(receipt) = serde_json::from_str::<Receipt>(shown) else {
        return Ok(view! { <Banner tone=Tone::Bad>{t(lang, "proof.check.unreadable")}</Banner> }.into_any());
    };
    let checked = cx.services.auction.check_receipt(&receipt).await.map_err(CommandError::into_problem)?;
    let banner = match checked {
        Ok(()) => view! { <Banner tone=Tone::Good>{t(lang, "proof.check.good")}</Banner> }.into_any(),
        Err(fault) => view! { <Banner tone=Tone::Bad>{t(lang, fault_key(fault))}</Banner> }.into_any(),
    };
    // what a false receipt says is nothing to repeat
    let content = checked.is_ok().then(|| {
        let said = said(cx, &receipt);
        view! { <Panel title=t(lang, "proof.receipt.what")>{said}</Panel> }
    });
    Ok(view! { <div role="status">{banner}</div> {content} }.into_any())
}

const fn fault_key(fault: ReceiptFault) -> &'static str {
    match fault {
        ReceiptFault::RowChanged => "proof.fault.row_changed",
        ReceiptFault::SecretChanged => "proof.fault.secret_changed",
        ReceiptFault::OtherKey => "proof.fault.other_key",
        ReceiptFault::NotSigned => "proof.fault.not_signed",
    }
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

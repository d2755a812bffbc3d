//! One's own API tokens.

use identity::TokenRow;
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::{t, t_with};
use crate::ui::*;

#[component]
pub(super) fn TokensPanel(tokens: Vec<TokenRow>) -> impl IntoView {
    let lang = page().lang;
    let list = if tokens.is_empty() {
        view! { <EmptyState icon=Icon::Inbox title=t(lang, "settings.no_tokens")/> }.into_any()
    } else {
        let columns = vec![
            Column::new(t(lang, "settings.token_name")),
            Column::new(t(lang, "settings.token_ends")),
            Column::new(t(lang, "settings.token_created")),
            Column::new(t(lang, "settings.token_used")),
            Column::new(t(lang, "identity.user.status")),
            Column::new(""),
        ];
        let rows = tokens.into_iter().map(row).collect_view();
        view! { <Table columns caption=t(lang, "settings.tokens")>{rows}</Table> }.into_any()
    };
    view! {
        <Panel title=t(lang, "settings.tokens").into_owned() flush=true>
            <div class="panel__body grid gap-3">
                <p>{t(lang, "settings.tokens_what")} " " <a href="/api/docs">{t(lang, "settings.api_docs")}</a></p>
                <MadeToken/>
                <PostForm name="token" class="flex flex-wrap items-end gap-3">
                    <TextField
                        name="name"
                        label=t(lang, "settings.token_name")
                        placeholder=t(lang, "settings.token_name_hint").into_owned()
                        required=true
                        max_length=60
                    />
                    <Button>{t(lang, "settings.make_token")}</Button>
                </PostForm>
            </div>
            {list}
        </Panel>
    }
}

/// The new token, on the one answer that shows it.
#[component]
fn MadeToken() -> impl IntoView {
    let cx = page();
    let secret = cx.form.of("token").value("secret").map(str::to_owned);
    secret.filter(|_| !cx.form.is_refused()).map(|secret| {
        view! {
            <Banner tone=Tone::Good>
                <p>{t(cx.lang, "settings.token_made")}</p>
                <input
                    class="input font-mono mt-2"
                    readonly=true
                    value=secret
                    size="60"
                    aria-label=t(cx.lang, "settings.tokens")
                />
                <p class="field__hint">{t(cx.lang, "settings.token_use")}</p>
            </Banner>
        }
    })
}

fn row(token: TokenRow) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let used = match token.last_used_at {
        Some(at) => view! { <Ago at/> }.into_any(),
        None => view! { <span class="none">{t(lang, "settings.token_never")}</span> }.into_any(),
    };
    let (state, button) = match token.revoked_at {
        Some(at) => {
            let at = time::short(at, cx.now, cx.zone);
            let words = t_with(lang, "settings.token_revoked_at", &[("at", &at)]);
            (view! { <Badge tone=Tone::Neutral>{words}</Badge> }, None)
        }
        None => {
            let question = t_with(lang, "settings.revoke_which", &[("name", &token.name)]);
            let button = view! {
                <ConfirmButton
                    action=format!("/settings/tokens/{}/revoke", token.id)
                    label=t(lang, "settings.revoke")
                    question
                    confirm=t(lang, "settings.revoke")
                    small=true
                />
            };
            (
                view! { <Badge tone=Tone::Good>{t(lang, "settings.token_works").into_owned()}</Badge> },
                Some(button),
            )
        }
    };
    view! {
        <tr>
            <td>{token.name}</td>
            <td><code>"…" {token.last_four}</code></td>
            <td><Time at=token.created_at/></td>
            <td>{used}</td>
            <td>{state}</td>
            <td>{button}</td>
        </tr>
    }
}

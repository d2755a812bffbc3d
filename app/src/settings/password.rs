//! One's own password.

use leptos::prelude::*;

use crate::context::page;
use crate::i18n::t;
use crate::ui::*;

#[component]
pub(super) fn PasswordPanel() -> impl IntoView {
    let lang = page().lang;
    view! {
        <Panel title=t(lang, "settings.password").into_owned()>
            <PostForm name="password">
                <TextField
                    name="current"
                    label=t(lang, "settings.current_password")
                    kind=InputKind::Password
                    required=true
                    autocomplete="current-password"
                />
                <TextField
                    name="new"
                    label=t(lang, "settings.new_password")
                    kind=InputKind::Password
                    hint=t(lang, "identity.user.password_hint").into_owned()
                    required=true
                    max_length=128
                    autocomplete="new-password"
                />
                <p class="field__hint">{t(lang, "settings.password_what")}</p>
                <Button>{t(lang, "settings.change_password")}</Button>
            </PostForm>
        </Panel>
    }
}

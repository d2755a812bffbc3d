//! Language and theme.

use kernel::Lang;
use leptos::prelude::*;

use crate::context::{Theme, page};
use crate::i18n::t;
use crate::ui::*;

#[component]
pub(super) fn AppearancePanel() -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let langs = vec![
        Choice::new(Lang::Zh.tag(), t(lang, "settings.language.zh")),
        Choice::new(Lang::En.tag(), t(lang, "settings.language.en")),
    ];
    let themes =
        Theme::ALL.map(|theme| Choice::new(theme.name(), t(lang, &format!("theme.{}", theme.name()))));
    view! {
        <Panel title=t(lang, "settings.appearance").into_owned()>
            <PostForm name="appearance" action="/settings/appearance">
                <input type="hidden" name="next" value="/settings"/>
                <Choices
                    name="lang"
                    label=t(lang, "settings.language")
                    choices=langs
                    values=vec![lang.tag().to_owned()]
                />
                <Choices
                    name="theme"
                    label=t(lang, "settings.theme")
                    choices=themes.to_vec()
                    values=vec![cx.theme.name().to_owned()]
                />
                <Button>{t(lang, "settings.save")}</Button>
            </PostForm>
        </Panel>
    }
}

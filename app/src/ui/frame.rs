//! What stands around a page: name, navigation, account, switches.

use kernel::{Lang, Principal, Seat};
use leptos::prelude::*;
use leptos::tachys::html::InertElement;

use crate::context::{PageContext, Theme, page};
use crate::i18n::t;
use crate::routes::{is_open_to, start_of};

mod acting;
pub(crate) mod bell;
pub(crate) mod daily;
mod finder;

use super::banner::DoneBanner;
use super::frame_nav::{DealerNav, OfficeNav};
use super::icon::{Icon, IconView};

/// A gavel's head over its block, in the text's colour.
const MARK: &str = r#"<svg class="brand__mark" viewBox="0 0 24 24" aria-hidden="true"><rect width="24" height="24" rx="6" fill="currentColor"/><g fill="none" stroke="var(--brand-line)" stroke-width="2.4" stroke-linecap="round"><path d="M13.2 6.2l4.6 4.6"/><path d="M10 9.4l4.6 4.6" opacity=".55"/><path d="M12 11.6L6.4 17"/><path d="M13.6 18.2h5"/></g></svg>"#;

/// Around dealers' pages.
#[component]
pub fn DealerFrame(body: AnyView) -> impl IntoView {
    let cx = page();
    let account = cx.principal.as_ref().map(|who| {
        view! {
            <details class="menu">
                <summary class="menu__button">
                    <IconView icon=Icon::User/>
                    <span class="sr-only">{t(cx.lang, "nav.account")}</span>
                    <span class="menu__who">{who.display_name.clone()}</span>
                    <IconView icon=Icon::ChevronDown/>
                </summary>
                <div class="menu__panel">{account(&cx, who)}</div>
            </details>
        }
    });
    view! {
        <header class="dealer-head">
            <div class="dealer-head__row">
                <Brand/>
                <DealerNav/>
                {finder::link(&cx)}
                {bell::view(&cx, "/my/alerts")}
                {account}
            </div>
            {acting::view(&cx)}
        </header>
        <main id="main" class="dealer-main" tabindex="-1"><DoneBanner/>{daily::view(&cx)}{body}</main>
        {finder::dialog(&cx)}
        {bell::script(&cx)}
    }
}

/// Around the office's pages: everything at the side; on a narrow screen, in a menu.
#[component]
pub fn OfficeFrame(body: AnyView) -> impl IntoView {
    let cx = page();
    let person = || cx.principal.as_ref().map(|who| account(&cx, who));
    let bell = || bell::view(&cx, "/office/alerts");
    view! {
        <div class="office">
            <header class="office-top">
                <Brand/>
                {finder::link(&cx)}
                {bell()}
                <details class="menu">
                    <summary class="menu__button" aria-label=t(cx.lang, "nav.menu")><IconView icon=Icon::Menu/></summary>
                    <div class="menu__panel"><OfficeNav/>{person()}</div>
                </details>
            </header>
            <div class="office-side">
                <div class="office-side__head"><Brand/>{bell()}</div>
                {finder::link(&cx)}
                <OfficeNav/>
                {person()}
            </div>
            <main id="main" class="office-main" tabindex="-1"><DoneBanner/>{body}</main>
        </div>
        {finder::dialog(&cx)}
        {bell::script(&cx)}
    }
}

/// Around pages without navigation.
#[component]
pub fn BareFrame(body: AnyView) -> impl IntoView {
    let cx = page();
    view! {
        <header class="bare-head">
            <Brand/>
            <div class="bare-head__switches"><LangSwitch/><ThemeSwitch/></div>
        </header>
        <main id="main" class="bare-main" tabindex="-1">{body}</main>
        <footer class="bare-foot">{t(cx.lang, "ui.product_line")}</footer>
    }
}

#[component]
fn Brand() -> impl IntoView {
    let cx = page();
    view! {
        <a class="brand" href=start_of(cx.principal.as_ref())>
            {InertElement::new(MARK)}
            <span>{t(cx.lang, "ui.product")}</span>
        </a>
    }
}

/// Who is signed in, and what they may set.
fn account(cx: &PageContext, who: &Principal) -> AnyView {
    let seat = match &who.seat {
        Seat::Dealer(seat) => seat.dealer_name.clone(),
        Seat::Staff { roles } => {
            let names: Vec<_> =
                roles.iter().map(|role| t(cx.lang, &format!("role.{}", role.name()))).collect();
            names.join(if cx.lang == Lang::Zh { "、" } else { ", " })
        }
    };
    let settings = is_open_to("/settings", Some(who)).then(|| {
        view! { <a class="account__link" href="/settings"><IconView icon=Icon::Settings/>{t(cx.lang, "nav.settings")}</a> }
    });
    view! {
        <div class="account">
            <p class="account__who">
                <strong>{who.display_name.clone()}</strong>
                <span>{seat}</span>
            </p>
            {settings}
            <form method="post" action="/sign-out">
                <button class="account__link" type="submit"><IconView icon=Icon::SignOut/>{t(cx.lang, "nav.sign_out")}</button>
            </form>
            <div class="account__switches"><LangSwitch/><ThemeSwitch/></div>
        </div>
    }
    .into_any()
}

/// Chinese or English; a plain form, so it works everywhere.
#[component]
fn LangSwitch() -> impl IntoView {
    let cx = page();
    let button = |lang: Lang, word: &'static str| {
        let chosen = if cx.lang == lang { "true" } else { "false" };
        view! { <button class="switch__button" type="submit" name="lang" value=lang.tag() lang=lang.tag() aria-pressed=chosen>{word}</button> }
    };
    view! {
        <form class="switch" method="post" action="/settings/appearance">
            <input type="hidden" name="next" value=cx.href()/>
            {button(Lang::Zh, "中文")}
            {button(Lang::En, "EN")}
        </form>
    }
}

/// The system's, light, or dark.
#[component]
fn ThemeSwitch() -> impl IntoView {
    let cx = page();
    let button = |theme: Theme, icon: Icon| {
        let chosen = if cx.theme == theme { "true" } else { "false" };
        let word = t(cx.lang, &format!("theme.{}", theme.name()));
        view! {
            <button class="switch__button" type="submit" name="theme" value=theme.name() aria-pressed=chosen aria-label=word.clone() title=word>
                <IconView icon/>
            </button>
        }
    };
    view! {
        <form class="switch" method="post" action="/settings/appearance">
            <input type="hidden" name="next" value=cx.href()/>
            {button(Theme::System, Icon::Monitor)}
            {button(Theme::Light, Icon::Sun)}
            {button(Theme::Dark, Icon::Moon)}
        </form>
    }
}

//! The forms of a company: its facts, its papers, its suspension.

use identity::{DealerDetail, DealerStatus, Papers};
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// Name, city and number.
#[component]
pub(super) fn DealerFields(
    #[prop(optional, into)] name: String,
    #[prop(optional, into)] city: String,
    phone_hint: String,
    #[prop(optional)] phone_required: bool,
) -> impl IntoView {
    let lang = page().lang;
    view! {
        <TextField
            name="name"
            label=t(lang, "identity.dealer.name")
            value=name
            hint=t(lang, "identity.dealer.name_hint").into_owned()
            required=true
            max_length=60
            autocomplete="off"
        />
        <TextField name="city" label=t(lang, "identity.dealer.city") value=city required=true max_length=30/>
        <TextField
            name="phone"
            label=t(lang, "identity.dealer.phone")
            kind=InputKind::Phone
            hint=phone_hint
            required=phone_required
            max_length=25
            autocomplete="off"
        />
    }
}

/// Changes name, city and number.
#[component]
pub(super) fn FactsForm(dealer: DealerDetail) -> impl IntoView {
    let cx = page();
    let phone_hint = t_with(cx.lang, "identity.dealer.phone_hint", &[("phone", &dealer.row.phone)]);
    view! {
        <Disclosure label=t(cx.lang, "identity.change.edit") open=cx.form.of("facts").is_refused()>
            <PostForm name="facts" class="form form--columns">
                <DealerFields name=dealer.row.name city=dealer.row.city phone_hint/>
                <TextField name="group" label=t(cx.lang, "identity.dealer.group") value=dealer.group max_length=60
                    hint=t(cx.lang, "identity.dealer.group_hint").into_owned()/>
                <div class="form__end"><Button>{t(cx.lang, "identity.dealer.save")}</Button></div>
            </PostForm>
        </Disclosure>
    }
}

/// Says that the papers were seen, or that they are not enough any more.
#[component]
pub(super) fn PapersForm(dealer: DealerDetail) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    match dealer.row.papers {
        Papers::Missing => view! {
            <Disclosure label=t(lang, "identity.dealer.papers_verify_title") open=true>
                <p class="mb-3">{t(lang, "identity.dealer.papers_verify_what")}</p>
                <PostForm name="papers_verified">
                    <TextField name="why" label=t(lang, "identity.dealer.papers_note") wide=true max_length=200/>
                    <Button>{t(lang, "identity.dealer.papers_verify")}</Button>
                </PostForm>
            </Disclosure>
        }
        .into_any(),
        Papers::Verified => view! {
            <Disclosure
                label=t(lang, "identity.dealer.papers_withdraw_title")
                open=cx.form.of("papers_missing").is_refused()
            >
                <p class="mb-3">{t(lang, "identity.dealer.papers_withdraw_what")}</p>
                <PostForm name="papers_missing">
                    <TextField name="why" label=t(lang, "identity.dealer.why") required=true wide=true max_length=200/>
                    <Button kind=ButtonKind::Danger>{t(lang, "identity.dealer.papers_withdraw")}</Button>
                </PostForm>
            </Disclosure>
        }
        .into_any(),
    }
}

/// Suspends, or activates again; says what that means and asks why.
#[component]
pub(super) fn StatusForm(dealer: DealerDetail) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let name: &[(&str, &str)] = &[("name", &dealer.row.name)];
    match dealer.row.status {
        DealerStatus::Active => view! {
            <Disclosure
                label=t_with(lang, "identity.dealer.suspend_title", name)
                open=cx.form.of("suspend").is_refused()
            >
                <p class="mb-3">{t(lang, "identity.dealer.suspend_what")}</p>
                <PostForm name="suspend">
                    <TextField name="why" label=t(lang, "identity.dealer.why") required=true wide=true max_length=200/>
                    <Button kind=ButtonKind::Danger>{t(lang, "identity.dealer.suspend")}</Button>
                </PostForm>
            </Disclosure>
        }
        .into_any(),
        DealerStatus::Suspended => view! {
            <Disclosure label=t_with(lang, "identity.dealer.activate_title", name) open=true>
                <p class="mb-3">{t(lang, "identity.dealer.activate_what")}</p>
                <PostForm name="activate">
                    <TextField name="why" label=t(lang, "identity.user.why") wide=true max_length=200/>
                    <Button>{t(lang, "identity.dealer.activate")}</Button>
                </PostForm>
            </Disclosure>
        }
        .into_any(),
    }
}

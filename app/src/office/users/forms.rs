//! The forms of a person: a new one, facts, access, password.

use identity::{UserRow, UserSeat};
use kernel::Role;
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// Login, name and first password of a new person.
#[component]
pub(crate) fn NewPersonFields() -> impl IntoView {
    let lang = page().lang;
    view! {
        <TextField
            name="display_name"
            label=t(lang, "identity.user.name")
            required=true
            max_length=40
            autocomplete="off"
        />
        <TextField
            name="login"
            label=t(lang, "identity.user.login")
            hint=t(lang, "identity.user.login_hint").into_owned()
            required=true
            max_length=60
            autocomplete="off"
        />
        <TextField
            name="password"
            label=t(lang, "identity.user.first_password")
            kind=InputKind::Password
            hint=t(lang, "identity.user.password_hint").into_owned()
            required=true
            max_length=128
            autocomplete="new-password"
        />
    }
}

/// A new user of a company: posted as the form `user` to the company's page.
#[component]
pub(crate) fn NewDealerUser() -> impl IntoView {
    let lang = page().lang;
    view! {
        <PostForm name="user" class="form form--columns">
            <NewPersonFields/>
            <Checkbox name="is_owner" label=t(lang, "identity.user.is_owner")/>
            <div class="form__end">
                <Button kind=ButtonKind::Primary>{t(lang, "identity.user.register")}</Button>
            </div>
        </PostForm>
    }
}

/// The roles of a colleague.
#[component]
pub(crate) fn RolesField(#[prop(optional)] values: Vec<String>) -> impl IntoView {
    let lang = page().lang;
    let choices = Role::ALL.map(|role| Choice::new(role.name(), t(lang, &format!("role.{}", role.name()))));
    view! { <Choices name="roles" label=t(lang, "identity.user.roles") choices=choices.to_vec() values many=true/> }
}

/// Everything that can be changed about a person.
#[component]
pub(crate) fn PersonForms(user: UserRow, is_self: bool) -> impl IntoView {
    view! {
        <div class="grid gap-2 mt-4">
            <FactsForm user=user.clone()/>
            {(!is_self).then(|| view! { <PasswordForm/><AccessForm user/> })}
        </div>
    }
}

#[component]
fn FactsForm(user: UserRow) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    // a box that is not ticked sends nothing, so the form says which boxes it has
    let seat = match user.seat {
        UserSeat::Staff(roles) => view! {
            <input type="hidden" name="has_roles" value="yes"/>
            <RolesField values=roles.iter().map(|role| role.name().to_owned()).collect()/>
        }
        .into_any(),
        UserSeat::Dealer { is_owner, .. } => view! {
            <input type="hidden" name="has_owner" value="yes"/>
            <Checkbox name="is_owner" label=t(lang, "identity.user.is_owner") checked=is_owner/>
        }
        .into_any(),
    };
    view! {
        <Disclosure label=t(lang, "identity.change.edit") open=cx.form.of("facts").is_refused()>
            <PostForm name="facts" class="form form--columns">
                <TextField
                    name="display_name"
                    label=t(lang, "identity.user.name")
                    value=user.display_name
                    required=true
                    max_length=40
                />
                {seat}
                <TextField name="why" label=t(lang, "identity.user.why") max_length=200/>
                <div class="form__end"><Button>{t(lang, "identity.user.save")}</Button></div>
            </PostForm>
        </Disclosure>
    }
}

#[component]
fn PasswordForm() -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    view! {
        <Disclosure label=t(lang, "identity.user.reset_password") open=cx.form.of("password").is_refused()>
            <p class="mb-3">{t(lang, "identity.user.reset_password_what")}</p>
            <PostForm name="password">
                <TextField
                    name="new"
                    label=t(lang, "identity.user.new_password")
                    kind=InputKind::Password
                    hint=t(lang, "identity.user.password_hint").into_owned()
                    required=true
                    max_length=128
                    autocomplete="new-password"
                />
                <Button>{t(lang, "identity.user.reset_password")}</Button>
            </PostForm>
        </Disclosure>
    }
}

#[component]
fn AccessForm(user: UserRow) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    if user.active {
        let title = t_with(lang, "identity.user.deactivate_title", &[("name", &user.display_name)]);
        view! {
            <Disclosure label=title open=cx.form.of("deactivate").is_refused()>
                <p class="mb-3">{t(lang, "identity.user.deactivate_what")}</p>
                <PostForm name="deactivate">
                    <TextField name="why" label=t(lang, "identity.user.why") wide=true max_length=200/>
                    <Button kind=ButtonKind::Danger>{t(lang, "identity.user.deactivate")}</Button>
                </PostForm>
            </Disclosure>
        }
        .into_any()
    } else {
        view! {
            <Disclosure label=t(lang, "identity.user.reactivate") open=true>
                <p class="mb-3">{t(lang, "identity.user.reactivate_what")}</p>
                <PostForm name="reactivate"><Button>{t(lang, "identity.user.reactivate")}</Button></PostForm>
            </Disclosure>
        }
        .into_any()
    }
}

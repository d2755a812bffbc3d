//! `/office/deposits/{id}`: one dealer's deposit, what holds it, and what finance does with it.

use std::sync::Arc;

use kernel::{DealerId, Role};
use leptos::prelude::*;
use platform_db::CommandError;

use super::parts::DepositView;
use crate::context::{PageContext, page as current};
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let id: DealerId = cx.id("id")?;
    let dealer = cx.services.identity.dealer(who, id).await.map_err(CommandError::into_problem)?;
    let deposit = cx.services.finance.deposit(who, id).await.map_err(CommandError::into_problem)?;
    let power = cx.services.auction.buying_power(id).await.map_err(CommandError::into_problem)?;
    let title = t_with(lang, "deposit.of", &[("name", &dealer.row.name)]);
    let (frozen, name) = (deposit.frozen, dealer.row.name.clone());
    let exists = !deposit.lines.is_empty();
    let forms = who.has_role(Role::Finance).then(|| view! { <Forms name frozen exists/> });
    let to_dealer = format!("/office/dealers/{id}");
    let body = view! {
        <PageHead title=title.clone() crumbs=vec![Crumb::new(t(lang, "deposit.title"), "/office/deposits")]>
            <LinkButton href=to_dealer icon=Icon::Building>{t(lang, "deposit.to_dealer")}</LinkButton>
        </PageHead>
        <div class="grid grid-cols-1 gap-x-4 lg:grid-cols-3">
            <div class="lg:col-span-2"><DepositView deposit power lot_base="/office/lots"/></div>
            <div>{forms}</div>
        </div>
    };
    Ok(PageView::office(title, body))
}

/// Record money that came, give back, freeze or release. Each says what will happen.
#[component]
fn Forms(name: String, frozen: bool, exists: bool) -> impl IntoView {
    let lang = current().lang;
    let freeze = if frozen { "release" } else { "freeze" };
    let back = exists.then(|| view! { <MoneyForm form="return" name=name.clone() open=false/> });
    let freeze = exists.then(|| view! { <FreezeForm form=freeze name=name.clone()/> });
    view! {
        <Panel title=t(lang, "deposit.do")>
            <div class="grid gap-3">
                <MoneyForm form="receive" name open=!exists/>
                {back}
                {freeze}
            </div>
        </Panel>
    }
}

/// An amount with its bank reference.
#[component]
fn MoneyForm(form: &'static str, name: String, open: bool) -> impl IntoView {
    let cx = current();
    let lang = cx.lang;
    let what = t_with(lang, &format!("deposit.{form}_what"), &[("name", &name)]);
    let label = t(lang, &format!("deposit.{form}"));
    let act = t(lang, &format!("deposit.{form}_do"));
    let kind = if form == "receive" { ButtonKind::Primary } else { ButtonKind::Plain };
    let open = open || cx.form.of(form).is_refused();
    view! {
        <Disclosure label open>
            <p class="mb-3 text-sm">{what}</p>
            <PostForm name=form>
                <MoneyField name="amount" label=t(lang, "deposit.amount") required=true/>
                <TextField name="reference" label=t(lang, "deposit.reference")
                    hint=t(lang, "deposit.reference_hint").into_owned() required=true max_length=200/>
                <Button kind>{act}</Button>
            </PostForm>
        </Disclosure>
    }
}

/// Freeze, or release; with the reason.
#[component]
fn FreezeForm(form: &'static str, name: String) -> impl IntoView {
    let cx = current();
    let lang = cx.lang;
    let what = t_with(lang, &format!("deposit.{form}_what"), &[("name", &name)]);
    let label = t(lang, &format!("deposit.{form}"));
    let act = t(lang, &format!("deposit.{form}_do"));
    let kind = if form == "freeze" { ButtonKind::Danger } else { ButtonKind::Plain };
    let open = cx.form.of(form).is_refused();
    view! {
        <Disclosure label open>
            <p class="mb-3 text-sm">{what}</p>
            <PostForm name=form>
                <TextField name="why" label=t(lang, "deposit.why") required=true max_length=200/>
                <Button kind>{act}</Button>
            </PostForm>
        </Disclosure>
    }
}

//! `/office/deposits/{id}`: one dealer's deposit, what holds it, and what finance does with it.

use std::sync::Arc;

use finance::{ReturnRow, ReturnState};
use kernel::{DealerId, Role};
use leptos::prelude::*;
use platform_db::CommandError;

use super::parts::DepositView;
use super::returns;
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
    let mut deposit = cx.services.finance.deposit(who, id).await.map_err(CommandError::into_problem)?;
    let power = cx.services.auction.buying_power(id).await.map_err(CommandError::into_problem)?;
    let title = t_with(lang, "deposit.of", &[("name", &dealer.row.name)]);
    let (frozen, name) = (deposit.frozen, dealer.row.name.clone());
    let exists = !deposit.lines.is_empty();
    let is_finance = who.has_role(Role::Finance);
    let asked = std::mem::take(&mut deposit.returns);
    let returns = returns::panel(asked, |row| is_finance.then(|| answers(row)));
    let forms = is_finance.then(|| view! { <Forms name frozen exists/> });
    let to_dealer = format!("/office/dealers/{id}");
    let body = view! {
        <PageHead title=title.clone() crumbs=vec![Crumb::new(t(lang, "deposit.title"), "/office/deposits")]>
            <LinkButton href=to_dealer icon=Icon::Building>{t(lang, "deposit.to_dealer")}</LinkButton>
        </PageHead>
        {returns::problem(&cx)}
        <div class="grid grid-cols-1 gap-x-4 lg:grid-cols-3">
            <div class="lg:col-span-2">{returns}<DepositView deposit power lot_base="/office/lots"/></div>
            <div>{forms}</div>
        </div>
    };
    Ok(PageView::office(title, body))
}

/// Pay a request out, or say why not.
fn answers(row: &ReturnRow) -> AnyView {
    let cx = current();
    let lang = cx.lang;
    let id = row.id.to_string();
    let is_this = cx.form.value("return_id") == Some(id.as_str());
    let is_wrong = |form: &str| cx.form.of(form).problem.is_some_and(|problem| !problem.fields.is_empty());
    let open = |form: &str| is_this && is_wrong(form);
    let (paid, refused) = (id.clone(), id.clone());
    let amount = row.amount_fen.yuan();
    let what = t_with(lang, "deposit.pay_what", &[("name", &row.dealer_name), ("amount", &amount)]);
    let pay = (row.state == ReturnState::Ready).then(|| {
        view! {
            <Disclosure label=t(lang, "deposit.pay") open=open("pay")>
                <p class="mb-3 text-sm">{what}</p>
                <PostForm name="pay">
                    <input type="hidden" name="return_id" value=paid.clone()/>
                    <TextField name="reference" label=t(lang, "deposit.reference")
                        hint=t(lang, "deposit.reference_hint").into_owned() required=true max_length=200/>
                    <Button kind=ButtonKind::Primary>{t_with(lang, "deposit.pay_do", &[("amount", &amount)])}</Button>
                </PostForm>
            </Disclosure>
        }
    });
    view! {
        {pay}
        <Disclosure label=t(lang, "deposit.refuse") open=open("refuse")>
            <PostForm name="refuse">
                <input type="hidden" name="return_id" value=refused.clone()/>
                <TextField name="why" label=t(lang, "deposit.why")
                    hint=t(lang, "deposit.refuse_hint").into_owned() required=true max_length=200/>
                <Button kind=ButtonKind::Danger>{t(lang, "deposit.refuse_do")}</Button>
            </PostForm>
        </Disclosure>
    }
    .into_any()
}

/// Record money that came, ask for it back in the dealer's name, freeze or release. Each says what will happen.
#[component]
fn Forms(name: String, frozen: bool, exists: bool) -> impl IntoView {
    let lang = current().lang;
    let freeze = if frozen { "release" } else { "freeze" };
    let back =
        exists.then(|| view! { <AskForm what=t_with(lang, "deposit.ask_for_what", &[("name", &name)])/> });
    let freeze = exists.then(|| view! { <FreezeForm form=freeze name=name.clone()/> });
    view! {
        <Panel title=t(lang, "deposit.do")>
            <div class="grid gap-3">
                <MoneyForm name open=!exists/>
                {back}
                {freeze}
            </div>
        </Panel>
    }
}

/// Money is asked back; what that means is said above the fields.
#[component]
pub(crate) fn AskForm(what: String) -> impl IntoView {
    let cx = current();
    let lang = cx.lang;
    let open = cx.form.of("ask").is_refused();
    view! {
        <Disclosure label=t(lang, "deposit.ask") open>
            <p class="mb-3 text-sm">{what}</p>
            <PostForm name="ask">
                <MoneyField name="amount" label=t(lang, "deposit.amount") required=true/>
                <TextField name="why" label=t(lang, "deposit.ask_why") max_length=200/>
                <Button>{t(lang, "deposit.ask_do")}</Button>
            </PostForm>
        </Disclosure>
    }
}

/// An amount that came in, with its bank reference.
#[component]
fn MoneyForm(name: String, open: bool) -> impl IntoView {
    let cx = current();
    let lang = cx.lang;
    let what = t_with(lang, "deposit.receive_what", &[("name", &name)]);
    let open = open || cx.form.of("receive").is_refused();
    view! {
        <Disclosure label=t(lang, "deposit.receive") open>
            <p class="mb-3 text-sm">{what}</p>
            <PostForm name="receive">
                <MoneyField name="amount" label=t(lang, "deposit.amount") required=true/>
                <TextField name="reference" label=t(lang, "deposit.reference")
                    hint=t(lang, "deposit.reference_hint").into_owned() required=true max_length=200/>
                <Button kind=ButtonKind::Primary>{t(lang, "deposit.receive_do")}</Button>
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

//! For which stores of the group a dealer's user may act besides the own one, and the forms that give one and take one back.

use identity::{Store, permit};
use kernel::{DealerId, Principal, Problem, UserId};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::{PageContext, page};
use crate::i18n::{t, t_with};
use crate::ui::*;

/// What the panel shows.
#[derive(Clone)]
pub(crate) struct UserStores {
    stores: Vec<Store>,
    to_give: Vec<(DealerId, String)>,
}

/// Asks for it: for sales, who give them, and only where there is a group.
pub(crate) async fn load(
    cx: &PageContext,
    who: &Principal,
    user_id: UserId,
) -> Result<Option<UserStores>, Problem> {
    if !permit::keeps_dealers(who) {
        return Ok(None);
    }
    let identity = &cx.services.identity;
    let stores = identity.stores_of(who, user_id).await.map_err(CommandError::into_problem)?;
    let to_give = identity.stores_to_give(who, user_id).await.map_err(CommandError::into_problem)?;
    Ok((stores.len() > 1 || !to_give.is_empty()).then_some(UserStores { stores, to_give }))
}

/// The panel.
#[component]
pub(crate) fn StoresPanel(stores: UserStores) -> impl IntoView {
    let lang = page().lang;
    let UserStores { stores, to_give } = stores;
    let columns = vec![
        Column::new(t(lang, "group.store")),
        Column::new(t(lang, "identity.dealer.city")),
        Column::new(t(lang, "identity.user.roles")),
        Column::new(""),
    ];
    let rows = stores.into_iter().map(row).collect_view();
    let give = (!to_give.is_empty()).then(|| view! { <div class="panel__body"><GiveForm to_give/></div> });
    view! {
        <Panel title=t(lang, "group.users_stores").into_owned() flush=true>
            <Table columns caption=t(lang, "group.users_stores")>{rows}</Table>
            {give}
        </Panel>
    }
}

fn row(store: Store) -> impl IntoView {
    let lang = page().lang;
    let role = if store.keeps_users { "identity.user.owner" } else { "identity.user.member" };
    let last = match store.is_own {
        true => view! { <span class="muted">{t(lang, "group.own")}</span> }.into_any(),
        false => {
            let fields = vec![("form", "take_store".to_owned()), ("store", store.id.to_string())];
            view! { <TakeButton action=page().path.clone() fields question=t_with(lang, "group.take_what", &[("store", &store.name)])/> }
                .into_any()
        }
    };
    view! {
        <tr>
            <td><a class="row-link" href=format!("/office/dealers/{}", store.id)>{store.name}</a></td>
            <td>{store.city}</td>
            <td>{t(lang, role)}</td>
            <td>{last}</td>
        </tr>
    }
}

/// Takes a store back, with a reason.
#[component]
pub(crate) fn TakeButton(
    action: String,
    fields: Vec<(&'static str, String)>,
    question: String,
) -> impl IntoView {
    let lang = page().lang;
    view! {
        <ConfirmButton
            action small=true label=t(lang, "group.take") question confirm=t(lang, "group.take") fields
        >
            <label class="field__label">
                {t(lang, "identity.user.why")}
                <input class="input" name="why" required minlength="2" maxlength="200"/>
            </label>
        </ConfirmButton>
    }
}

#[component]
fn GiveForm(to_give: Vec<(DealerId, String)>) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let choices: Vec<Choice> =
        to_give.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    let open = cx.form.of("give_store").is_refused();
    view! {
        <Disclosure label=t(lang, "group.give") open>
            <p class="mb-3">{t(lang, "group.give_what")}</p>
            <PostForm name="give_store">
                <SelectField name="store" label=t(lang, "group.store") choices required=true/>
                <Checkbox name="keeps_users" label=t(lang, "group.keeps_users")/>
                <Button>{t(lang, "group.give_button")}</Button>
            </PostForm>
        </Disclosure>
    }
}

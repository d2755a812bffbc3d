//! What it costs the company to get cars to its door, by the city where they stand.

use auction::CityDelivery;
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// The panel with the list and its form.
pub(super) fn panel(cx: &PageContext, stated: Vec<CityDelivery>) -> AnyView {
    let lang = cx.lang;
    let columns = vec![
        Column::new(t(lang, "delivery.door")),
        Column::new(t(lang, "delivery.city")),
        Column::number(t(lang, "delivery.transport")),
        Column::number(t(lang, "delivery.transfer")),
        Column::new(t(lang, "delivery.stated")),
        Column::new(""),
    ];
    let is_open = stated.is_empty() || cx.form.of("delivery").is_refused();
    let rows = stated.into_iter().map(|line| row(cx, line)).collect::<Vec<_>>();
    let list = match rows.is_empty() {
        true => {
            view! { <div class="panel__body"><p class="none">{t(lang, "delivery.none")}</p></div> }.into_any()
        }
        false => view! { <Table columns caption=t(lang, "delivery.title")>{rows}</Table> }.into_any(),
    };
    let form = form(cx);
    view! {
        <div id="delivery">
            <Panel title=t(lang, "delivery.title").into_owned() flush=true>
                {list}
                <div class="panel__body">
                    <Disclosure label=t(lang, "delivery.state") open=is_open>{form}</Disclosure>
                </div>
            </Panel>
        </div>
    }
    .into_any()
}

fn row(cx: &PageContext, line: CityDelivery) -> AnyView {
    let lang = cx.lang;
    let is_rest = line.city.is_empty();
    let is_usual = line.door.is_empty();
    let door = if is_usual { t(lang, "delivery.usual_door").into_owned() } else { line.door.clone() };
    let city = if is_rest { t(lang, "delivery.elsewhere").into_owned() } else { line.city.clone() };
    let remove = (!is_rest || !is_usual).then(|| {
        let fields = vec![
            ("form", "delivery_remove".to_owned()),
            ("door", line.door.clone()),
            ("city", line.city.clone()),
        ];
        let question = t_with(lang, "delivery.remove_question", &[("door", &door), ("city", &city)]);
        view! {
            <ConfirmButton
                action="/my/company" small=true label=t(lang, "delivery.remove") question
                confirm=t(lang, "delivery.remove") fields
            />
        }
    });
    view! {
        <tr>
            <td>{door}</td>
            <td>{city}</td>
            <td class="num"><Money fen=line.cost.transport_fen/></td>
            <td class="num"><Money fen=line.cost.transfer_fen/></td>
            <td>{line.changed_by_name} <span class="cell-note"><Time at=line.changed_at form=TimeForm::Day/></span></td>
            <td>{remove}</td>
        </tr>
    }
    .into_any()
}

fn form(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    view! {
        <PostForm name="delivery" class="form form--columns">
            <TextField name="door" label=t(lang, "delivery.door") hint=t(lang, "delivery.door_hint") max_length=40/>
            <TextField name="city" label=t(lang, "delivery.city") hint=t(lang, "delivery.city_hint") max_length=40/>
            <MoneyField name="transport" label=t(lang, "delivery.transport") hint=t(lang, "delivery.transport_hint")/>
            <MoneyField name="transfer" label=t(lang, "delivery.transfer") hint=t(lang, "delivery.transfer_hint")/>
            <div class="form__end"><Button kind=ButtonKind::Primary>{t(lang, "delivery.keep")}</Button></div>
        </PostForm>
    }
    .into_any()
}

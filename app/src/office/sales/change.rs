//! `/office/sales/{id}/change`: another name, other times or another fine print for a sale that has not opened, or calling it off.
//! All forms post to the page's own path.

use std::sync::Arc;

use auction::SaleLine;
use kernel::SaleId;
use leptos::prelude::*;
use platform_db::CommandError;

use super::fine_print::{FineFields, fine_fields};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// The formats whose lots end at the time that the sale names.
const NOT_BY_THE_CLOCK: [&str; 2] = ["dutch", "lane"];
/// The formats whose price rises in the open.
const ENGLISH: [&str; 3] = ["timed", "flash", "lane"];

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let id: SaleId = cx.id("id")?;
    let detail = cx.services.auction.sale(cx.who()?, id).await.map_err(CommandError::into_problem)?;
    let sale = detail.sale;
    let title = t(lang, "sale.change").into_owned();
    let content = match can_change(&sale, cx.now) {
        true => view! { {change(&cx, &sale)} {fine_print(&cx, &sale)} {call_off(&cx, &sale)} }.into_any(),
        false => too_late(&cx, &sale),
    };
    let body = view! {
        <PageHead title=title.clone() crumbs=vec![Crumb::new(t(lang, "sale.title"), "/office/sales")] note=sale.name>
            <LinkButton href=format!("/office/sales/{id}")>{t(lang, "sale.to_sale")}</LinkButton>
        </PageHead>
        {content}
    };
    Ok(PageView::office(title, body))
}

/// Whether a sale waits for its opening with all its lots.
pub(super) fn can_change(sale: &SaleLine, now: kernel::UnixMs) -> bool {
    sale.count.scheduled > 0 && sale.count.scheduled == sale.count.lots && now < sale.opens_at
}

/// What a late comer is told: a form that cannot be accepted is no help. Of a form that was refused, why.
fn too_late(cx: &PageContext, sale: &SaleLine) -> AnyView {
    let key = if sale.count.lots == 0 { "error.SALE_CALLED_OFF" } else { "error.SALE_OPENED" };
    let words = t(cx.lang, key);
    view! { <Banner tone=Tone::Warn>{words}</Banner> }.into_any()
}

/// The end, where the clock makes it, and how it moves, where the price rises in the open.
fn end_fields(cx: &PageContext, sale: &SaleLine) -> AnyView {
    let lang = cx.lang;
    let ends = time::field_value(sale.first_end_at, cx.zone);
    let format = sale.format.as_str();
    let (seconds, minutes) = (t(lang, "sale.seconds").into_owned(), t(lang, "sale.minutes").into_owned());
    let by_the_clock = (!NOT_BY_THE_CLOCK.contains(&format)).then(|| {
        view! {
            <TextField name="first_end_at" label=t(lang, "sale.first_end_at") kind=InputKind::DateTime required=true value=ends/>
            <TextField name="stagger" label=t(lang, "sale.stagger") kind=InputKind::Number required=true
                value=(sale.stagger_ms / 1_000).to_string() unit=seconds.clone() hint=t(lang, "sale.stagger_hint").into_owned()/>
        }
    });
    let english = ENGLISH.contains(&format).then(|| {
        view! {
            <TextField name="window" label=t(lang, "sale.window") kind=InputKind::Number required=true
                value=(sale.window_ms / 1_000).to_string() unit=seconds hint=t(lang, "sale.window_hint").into_owned()/>
            <TextField name="cap" label=t(lang, "sale.cap") kind=InputKind::Number required=true
                value=(sale.cap_ms / 60_000).to_string() unit=minutes hint=t(lang, "sale.cap_hint").into_owned()/>
        }
    });
    view! { {by_the_clock} {english} }.into_any()
}

fn change(cx: &Arc<PageContext>, sale: &SaleLine) -> AnyView {
    let lang = cx.lang;
    let opens = time::field_value(sale.opens_at, cx.zone);
    let hint = t(lang, "sale.change.reason_hint").into_owned();
    let (name, seen) = (sale.name.clone(), sale.version.to_string());
    // fields are drawn inside their form: there they know what was typed
    let (cx, sale) = (Arc::clone(cx), sale.clone());
    view! {
        <Panel title=t(lang, "sale.change.title").into_owned()>
            <p class="muted mb-4">{t(lang, "sale.change.note")}</p>
            <PostForm name="change" guards=true>
                <input type="hidden" name="seen" value=seen/>
                <div class="form form--columns">
                    <TextField name="name" label=t(lang, "sale.name") required=true max_length=80 wide=true value=name/>
                    <TextField name="opens_at" label=t(lang, "sale.opens_at") kind=InputKind::DateTime required=true value=opens/>
                    {end_fields(&cx, &sale)}
                    <TextField name="reason" label=t(lang, "sale.change.reason") max_length=200 wide=true hint=hint/>
                </div>
                <div class="form__end"><Button kind=ButtonKind::Primary>{t(lang, "sale.change.save")}</Button></div>
            </PostForm>
        </Panel>
    }
    .into_any()
}

/// The same numbers as on the page of a new sale. Whether somebody has given a max already is not said before it is tried.
fn fine_print(cx: &Arc<PageContext>, sale: &SaleLine) -> AnyView {
    let lang = cx.lang;
    let hint = t(lang, "sale.change.reason_hint").into_owned();
    let seen = sale.version.to_string();
    let (cx, sale) = (Arc::clone(cx), sale.clone());
    view! {
        <Panel title=t(lang, "sale.change.terms").into_owned()>
            <p class="muted mb-4">{t(lang, "sale.change.terms_note")}</p>
            <PostForm name="terms">
                <input type="hidden" name="seen" value=seen/>
                {fine_fields(&cx, FineFields::of(sale.fine), Some(&sale.format))}
                <TextField name="reason" label=t(lang, "sale.change.reason") max_length=200 wide=true hint=hint/>
                <div class="form__end"><Button kind=ButtonKind::Primary>{t(lang, "sale.change.terms_save")}</Button></div>
            </PostForm>
        </Panel>
    }
    .into_any()
}

fn call_off(cx: &PageContext, sale: &SaleLine) -> AnyView {
    let lang = cx.lang;
    let open = cx.form.of("call_off").is_refused();
    let lots = sale.count.lots.to_string();
    let what = t_with(lang, "sale.call_off.question", &[("name", &sale.name), ("n", &lots)]);
    let hint = t(lang, "sale.call_off.reason_hint").into_owned();
    view! {
        <Panel title=t(lang, "sale.call_off").into_owned()>
            <Disclosure label=t(lang, "sale.call_off.open") open>
                <PostForm name="call_off">
                    <p>{what}</p>
                    <TextField name="reason" label=t(lang, "sale.call_off.reason") required=true max_length=200 hint=hint/>
                    <div><Button kind=ButtonKind::Danger>{t(lang, "sale.call_off.confirm")}</Button></div>
                </PostForm>
            </Disclosure>
        </Panel>
    }
    .into_any()
}

//! The first look of the seller's group: its stores alone see that they may take the car before it opens, and for how much.

use auction::LotDetail;
use leptos::prelude::*;

use super::rules;
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// The panel of a store of that group; nothing for anybody else, and once the lot is open.
pub(super) fn view(cx: &PageContext, detail: &LotDetail) -> Option<AnyView> {
    let offer = detail.first_offer?;
    let lang = cx.lang;
    let (price, until) = (offer.price_fen.yuan(), time::exact(offer.until, cx.zone));
    let body = if offer.stands_at(detail.server_time) {
        let fields =
            vec![("price_fen", offer.price_fen.0.to_string()), ("report", detail.lot.report_hash.clone())];
        let question =
            t_with(lang, "first_look.question", &[("title", &detail.lot.title), ("price", &price)]);
        view! {
            <p>{t_with(lang, "first_look.until", &[("until", &until)])}</p>
            <ConfirmButton action=format!("/auctions/lots/{}/first-look", detail.lot.id)
                label=t_with(lang, "first_look.take", &[("price", &price)]) question=question
                confirm=t_with(lang, "first_look.confirm", &[("price", &price)])
                kind=ButtonKind::Primary first=ButtonKind::Primary fields=fields/>
        }
        .into_any()
    } else {
        let from = time::exact(offer.from, cx.zone);
        let words = [("from", &*from), ("until", &*until), ("price", &*price)];
        view! { <p>{t_with(lang, "first_look.from", &words)}</p> }.into_any()
    };
    let share = rules::first_look(lang, &detail.terms);
    Some(
        view! {
            <div id="first-look">
                <Panel title=t(lang, "first_look.title").into_owned()>
                    <div class="stack" data-testid="first-look">{body}</div>
                    <p class="lot-note">{share}</p>
                    <p class="lot-note">{t(lang, "first_look.note")}</p>
                </Panel>
            </div>
        }
        .into_any(),
    )
}

/// That a store of the group took it: everybody who comes to the lot reads why it does not open.
pub(crate) fn taken(cx: &PageContext, detail: &LotDetail) -> Option<AnyView> {
    let lang = cx.lang;
    let taken = detail.lot.transferred();
    taken.then(|| view! { <Banner tone=Tone::Neutral>{t(lang, "first_look.taken")}</Banner> }.into_any())
}

//! A max before the opening: given, changed and taken back with plain forms.

use auction::LotDetail;
use bidding::LotStatus;
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// The panel of a lot that has not opened yet, where maxes make its price.
pub(super) fn view(cx: &PageContext, detail: &LotDetail, typed: String) -> Option<AnyView> {
    let lang = cx.lang;
    let lot = &detail.lot;
    if detail.kin.is_some() || lot.lot.status != LotStatus::Scheduled || !detail.terms.format.is_english() {
        return None;
    }
    let path = format!("/auctions/lots/{}", lot.id);
    let own = lot.mine.max_fen.map(|max_fen| {
        let amount = max_fen.yuan();
        view! {
            <p><strong>{t_with(lang, "pre_bid.own", &[("amount", &amount)])}</strong></p>
            <ConfirmButton action=format!("{path}/withdraw") label=t(lang, "pre_bid.withdraw")
                question=t_with(lang, "pre_bid.question", &[("amount", &amount)]) confirm=t(lang, "pre_bid.withdraw")/>
        }
    });
    let label = if own.is_some() { "pre_bid.change" } else { "pre_bid.label" };
    let report = lot.report_hash.clone();
    let hint =
        t_with(lang, "pre_bid.hint", &[("start", &lot.start_fen.yuan()), ("tick", &lot.tick_fen().yuan())]);
    Some(
        view! {
            <div id="pre-bid">
            <Panel title=t(lang, "pre_bid.title").into_owned()>
                <div class="stack">
                    <PostForm action=format!("{path}/bids") name="pre_bid">
                        <input type="hidden" name="report" value=report/>
                        <MoneyField name="max" label=t(lang, label) hint required=true typed/>
                        <Button kind=ButtonKind::Primary>{t(lang, "pre_bid.submit")}</Button>
                    </PostForm>
                    {own}
                </div>
                <p class="lot-note">{t(lang, "pre_bid.note")}</p>
            </Panel>
            </div>
        }
        .into_any(),
    )
}

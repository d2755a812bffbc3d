//! A sealed lot (暗拍): one's own offer and nothing of anybody else's.

use auction::LotDetail;
use bidding::{Format, LotStatus};
use leptos::prelude::*;

use super::super::notice::typed;
use super::{ended, final_price, told};
use crate::context::PageContext;
use crate::i18n::t;
use crate::live::Notice;
use crate::ui::*;

/// The form with which an offer is made and changed.
pub(super) fn view(cx: &PageContext, detail: &LotDetail, notice: Option<&Notice>) -> AnyView {
    let lang = cx.lang;
    let lot = &detail.lot;
    let rule = match lot.format() {
        Format::SealedSecond => "format.sealed.rule_second",
        _ => "format.sealed.rule_first",
    };
    let mut facts: Vec<Fact> = final_price(cx, lot).into_iter().collect();
    facts.push(Fact::new(t(lang, "format.sealed.mine"), view! { <Money fen=lot.mine.max_fen wan=true/> }));
    let (opens_at, end_at, start) = (lot.opens_at, lot.lot.end_at, lot.start_fen);
    if lot.lot.status == LotStatus::Scheduled {
        facts.push(Fact::new(t(lang, "format.opens"), view! { <Time at=opens_at form=TimeForm::Exact/> }));
    }
    facts.push(Fact::new(
        t(lang, "format.ends"),
        view! { <Time at=end_at form=TimeForm::Exact/> " · " <Ago at=end_at/> },
    ));
    facts.push(Fact::new(t(lang, "auction.lot.start"), view! { <Money fen=start wan=true/> }));
    let (told, ended) = (told(cx, lot, notice, "format.sealed.accepted"), ended(cx, lot));
    let form = form(cx, detail, typed(cx, notice));
    view! {
        <section id="bid">
            <Panel title=t(lang, "format.sealed.title")>
                <div class="stack">
                    {told}
                    {ended}
                    <Facts facts/>
                    {form}
                </div>
                <p class="lot-note">{t(lang, rule)} " " {t(lang, "format.sealed.note")}</p>
            </Panel>
        </section>
    }
    .into_any()
}

fn form(cx: &PageContext, detail: &LotDetail, typed: String) -> Option<AnyView> {
    let lang = cx.lang;
    let lot = &detail.lot;
    let takes_offers = lot.lot.status == LotStatus::Open && detail.server_time < lot.lot.end_at;
    let action = format!("/auctions/lots/{}/bids", lot.id);
    let (label, button) = match lot.mine.max_fen {
        None => ("format.sealed.amount", "format.sealed.offer"),
        Some(_) => ("format.sealed.new_amount", "format.sealed.change"),
    };
    let report = lot.report_hash.clone();
    takes_offers.then(|| {
        view! {
            <PostForm action>
                <input type="hidden" name="report" value=report/>
                <MoneyField name="max" label=t(lang, label) required=true typed hint=t(lang, "format.sealed.hint")/>
                <Button kind=ButtonKind::Primary>{t(lang, button)}</Button>
            </PostForm>
        }
        .into_any()
    })
}

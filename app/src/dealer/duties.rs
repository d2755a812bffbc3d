//! What a dealer's bids ask of it now: to confirm a new condition report, to top up its deposit. Done too late, a bid counts no
//! more; so it stands above all else on the start page.

use auction::{Duty, DutyKind};
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::{time, *};

/// A panel, where there is something.
pub(super) fn view(cx: &PageContext, duties: Vec<Duty>) -> Option<AnyView> {
    let lang = cx.lang;
    let is_any = !duties.is_empty();
    let rows = duties.into_iter().map(|duty| row(cx, duty)).collect_view();
    is_any.then(|| {
        view! {
            <Panel title=t(lang, "home.duties").into_owned() flush=true>
                <WorkList>{rows}</WorkList>
            </Panel>
        }
        .into_any()
    })
}

fn row(cx: &PageContext, duty: Duty) -> AnyView {
    let lang = cx.lang;
    let (what, by) = match duty.kind {
        DutyKind::Report => ("home.duty.report", "alerts.confirm_by"),
        DutyKind::TopUp => ("home.duty.top_up", "alerts.top_up_by"),
    };
    let until = duty.until.map(|at| {
        let text = t_with(lang, by, &[("at", &time::exact(at, cx.zone))]);
        view! { <Badge tone=Tone::Warn>{text}</Badge> " " <Ago at/> }
    });
    let href = format!("/auctions/lots/{}", duty.lot_id);
    view! {
        <WorkRow href title=duty.title>
            <span>{t(lang, what)}</span> {until}
        </WorkRow>
    }
    .into_any()
}

//! Cars that a person wants to be left alone with, whichever way news goes out to him.

use auction::{Alert, AlertKind, LotEnd, MutedLot};
use kernel::{LotId, Problem};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// A person's muted cars, and whether there is anything to mute.
pub(super) struct Muted {
    lots: Vec<MutedLot>,
    is_told: bool,
}

/// Loads them. `is_told` says whether news goes out to the person at all.
pub(super) async fn load(cx: &PageContext, is_told: bool) -> Result<Muted, Problem> {
    let lots = cx.services.auction.muted_lots(cx.who()?).await.map_err(CommandError::into_problem)?;
    Ok(Muted { lots, is_told })
}

impl Muted {
    fn holds(&self, lot_id: LotId) -> bool {
        self.lots.iter().any(|muted| muted.lot_id == lot_id)
    }
}

/// Leaves the person alone with a lot that still runs, where it is such news and he is told elsewhere too.
pub(super) fn button(cx: &PageContext, muted: &Muted, alert: &Alert) -> Option<AnyView> {
    let lot_id = alert.lot_id?;
    let is_noise = matches!(
        alert.kind,
        AlertKind::Outbid | AlertKind::Ending | AlertKind::LeadBack | AlertKind::OtherVoided
    );
    let is_over = matches!(alert.ends, Some(LotEnd::Over(_)));
    if !muted.is_told || !is_noise || is_over || alert.is_read || muted.holds(lot_id) {
        return None;
    }
    let lang = cx.lang;
    let fields = vec![("form", "mute".to_owned()), ("lot", lot_id.to_string())];
    let mute = t_with(lang, "push.mute_which", &[("car", &alert.title)]);
    let button = view! {
        <PostButton action=cx.path.clone() kind=ButtonKind::Quiet small=true fields label=Some(mute)>{t(lang, "push.mute")}</PostButton>
    };
    Some(button.into_any())
}

/// The muted cars, where there are any.
pub(super) fn view(cx: &PageContext, muted: Muted) -> Option<AnyView> {
    if muted.lots.is_empty() {
        return None;
    }
    let lang = cx.lang;
    let lines: Vec<AnyView> = muted.lots.into_iter().map(|lot| line(cx, lot)).collect();
    let panel = view! {
        <div class="mt-4" id="muted">
            <Panel title=t(lang, "push.muted_title").into_owned() flush=true>
                <p class="panel__body muted">{t(lang, "push.muted")}</p>
                <ul class="alerts">{lines}</ul>
            </Panel>
        </div>
    };
    Some(panel.into_any())
}

fn line(cx: &PageContext, lot: MutedLot) -> AnyView {
    let lang = cx.lang;
    let fields = vec![("form", "unmute".to_owned()), ("lot", lot.lot_id.to_string())];
    let unmute = t_with(lang, "push.unmute_which", &[("car", &lot.title)]);
    view! {
        <li class="alerts__line">
            <a class="alerts__what" href=format!("/auctions/lots/{}", lot.lot_id)>{lot.title}</a>
            <p class="alerts__main alerts__facts"><span>{t(lang, "push.muted_since")} " " <Time at=lot.muted_at/></span></p>
            <PostButton action=cx.path.clone() kind=ButtonKind::Quiet small=true fields label=Some(unmute)>
                {t(lang, "push.unmute")}
            </PostButton>
        </li>
    }
    .into_any()
}

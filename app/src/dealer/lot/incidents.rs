//! The outages that a lot was given more time for: for everybody to see, now and later.

use auction::Incident;
use kernel::Lang;
use leptos::prelude::*;

use crate::i18n::t;
use crate::ui::*;

/// A panel; nothing on the many lots that no outage touched.
pub(in crate::dealer) fn panel(lang: Lang, incidents: Vec<Incident>) -> Option<AnyView> {
    if incidents.is_empty() {
        return None;
    }
    let lines =
        incidents.into_iter().map(|incident| view! { <li>{line(lang, incident)}</li> }).collect_view();
    Some(
        view! {
            <Panel title=t(lang, "replay.incidents.title")>
                <ul class="lot-terms">{lines}</ul>
                <p class="muted mt-2">{t(lang, "replay.incidents.rule")}</p>
            </Panel>
        }
        .into_any(),
    )
}

fn line(lang: Lang, incident: Incident) -> AnyView {
    view! {
        {t(lang, "replay.incidents.away")} " "
        <Time at=incident.from form=TimeForm::Exact/> " – " <Time at=incident.to form=TimeForm::Exact/> " · "
        {t(lang, "replay.incidents.end")} " "
        <Time at=incident.end_before form=TimeForm::Exact/> " → " <Time at=incident.end_at form=TimeForm::Exact/>
    }
    .into_any()
}

//! Where one is signed in.

use identity::SessionRow;
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::t;
use crate::ui::*;

#[component]
pub(super) fn SessionsPanel(sessions: Vec<SessionRow>) -> impl IntoView {
    let lang = page().lang;
    let others = sessions.iter().any(|session| !session.is_this_one);
    // who acts for one company only need not read its name in every line
    let own_store = sessions
        .iter()
        .any(|session| session.store_name.is_some())
        .then(|| t(lang, "settings.session_own_store").into_owned());
    let heads = ["settings.session_agent", "settings.session_address"]
        .into_iter()
        .chain(own_store.as_ref().map(|_| "settings.session_store"))
        .chain(["settings.session_since", "settings.session_seen"]);
    let columns = heads.map(|head| Column::new(t(lang, head))).collect::<Vec<_>>();
    let rows = sessions.into_iter().map(|session| row(session, own_store.as_deref())).collect_view();
    let end = others.then(|| {
        view! {
            <div class="panel__body">
                <PostButton action="/settings/sessions/end">{t(lang, "settings.end_sessions")}</PostButton>
            </div>
        }
    });
    view! {
        <Panel title=t(lang, "settings.sessions").into_owned() flush=true>
            <Table columns caption=t(lang, "settings.sessions")>{rows}</Table>
            {end}
        </Panel>
    }
}

/// `own_store` is what the person's own is called, where the table says for which store each acts.
fn row(session: SessionRow, own_store: Option<&str>) -> AnyView {
    let store = own_store.map(|own| session.store_name.unwrap_or_else(|| own.to_owned()));
    let this = session
        .is_this_one
        .then(|| view! { " " <Badge tone=Tone::Active>{t(page().lang, "settings.session_this")}</Badge> });
    view! {
        <tr>
            <td>{browser(&session.agent)} {this}</td>
            <td>{session.address}</td>
            {store.map(|store| view! { <td>{store}</td> })}
            <td><Time at=session.since/></td>
            <td><Ago at=session.seen_at/></td>
        </tr>
    }
    .into_any()
}

/// What people call the browser and the device that an agent's name means; the first match counts, because most
/// agents name others as well.
pub(crate) fn browser(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 7] = [
        ("MicroMessenger", "WeChat"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("HuaweiBrowser", "Huawei Browser"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ];
    const DEVICES: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ];
    let first =
        |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, n)| *n);
    match (first(&BROWSERS), first(&DEVICES)) {
        (Some(browser), Some(device)) => format!("{browser} · {device}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) if agent.is_empty() => "—".to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_browsers_as_people_do() {
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0 Safari/604.1";
        assert_eq!(browser(phone), "WeChat · iPhone");
        let desk = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(browser(desk), "Edge · Windows");
        assert_eq!(browser("curl/8.5"), "curl/8.5");
        assert_eq!(browser(""), "—");
    }
}

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
    let columns = vec![
        Column::new(t(lang, "settings.session_agent")),
        Column::new(t(lang, "settings.session_address")),
        Column::new(t(lang, "settings.session_since")),
        Column::new(t(lang, "settings.session_seen")),
    ];
    let rows = sessions.into_iter().map(row).collect_view();
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

fn row(session: SessionRow) -> impl IntoView {
    let this = session
        .is_this_one
        .then(|| view! { " " <Badge tone=Tone::Active>{t(page().lang, "settings.session_this")}</Badge> });
    view! {
        <tr>
            <td>{browser(&session.agent)} {this}</td>
            <td>{session.address}</td>
            <td><Time at=session.since/></td>
            <td><Ago at=session.seen_at/></td>
        </tr>
    }
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

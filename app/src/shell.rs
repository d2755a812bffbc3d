//! The HTML around every page: head, skip link, frame.

use leptos::config::LeptosOptions;
use leptos::hydration::{AutoReload, HydrationScripts};
use leptos::prelude::*;
use leptos::tachys::html::InertElement;

use crate::context::{Theme, page};
use crate::escape;
use crate::i18n::t;
use crate::page::Frame;
use crate::ui::frame::{BareFrame, DealerFrame, OfficeFrame, daily};
use crate::ui::missing;

/// Where the browser finds what a page loads; found once, at start.
#[derive(Clone, Debug)]
pub struct Assets {
    /// Names and folders of the built files.
    pub leptos: LeptosOptions,
    /// The path of the style sheet, with its hash.
    pub stylesheet: String,
    /// What checks receipts and logs in the browser; none where it was not built.
    pub verifier: Option<Verifier>,
}

/// The second wasm file and its script, by their paths with their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    /// The script.
    pub script: String,
    /// The wasm file.
    pub wasm: String,
}

/// A place that the verifier fills.
const VERIFIER: &str = "data-verifier=";

/// The content of `<body>`.
pub(crate) fn framed(frame: Frame, body: AnyView) -> AnyView {
    let content = match frame {
        Frame::Dealer => view! { <DealerFrame body/> }.into_any(),
        Frame::Office => view! { <OfficeFrame body/> }.into_any(),
        Frame::Bare => view! { <BareFrame body/> }.into_any(),
    };
    view! {
        <a class="skip-link" href="#main">{t(page().lang, "ui.skip_to_content")}</a>
        {content}
    }
    .into_any()
}

/// The whole document around an already drawn body.
pub(crate) fn shell(title: &str, body: String, has_islands: bool, assets: &Assets) -> AnyView {
    let cx = page();
    let name = t(cx.lang, "ui.product");
    let title = if title.is_empty() { name.into_owned() } else { format!("{title} · {name}") };
    let title = format!("<title>{}</title>", escape::text(&title));
    // the system's choice has no attribute: the style sheet then follows the system
    let theme = (cx.theme != Theme::System).then(|| cx.theme.name());
    let store = cx.store().map(|store| store.to_string());
    let verifier = assets.verifier.as_ref().and_then(|files| {
        let code = match (body.contains(VERIFIER), body.contains(daily::PLACE)) {
            (true, _) => {
                let Verifier { script, wasm } = files;
                format!("import('{script}').then(m=>m.default({{module_or_path:'{wasm}'}}))")
            }
            (false, true) => daily::script(files, has_islands),
            (false, false) => return None,
        };
        Some(view! { <script type="module" nonce=cx.nonce.clone()>{code}</script> })
    });
    let scripts =
        has_islands.then(|| view! { <HydrationScripts options=assets.leptos.clone() islands=true/> });
    let (missing, missing_words) = missing::said(&cx, &body).unzip();
    view! {
        <html lang=cx.lang.tag() data-theme=theme data-store=store>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="format-detection" content="telephone=no"/>
                {InertElement::new(title)}
                <link rel="stylesheet" href=assets.stylesheet.clone()/>
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml"/>
                // put on a phone's home screen it is an app of its own: iPhones allow alerts only there
                <link rel="manifest" href="/manifest.webmanifest"/>
                <AutoReload options=assets.leptos.clone()/>
                {scripts}
                {verifier}
                {missing}
            </head>
            <body data-missing=missing_words>{InertElement::new(body)}</body>
        </html>
    }
    .into_any()
}

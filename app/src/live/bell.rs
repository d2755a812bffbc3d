//! The bell above a live page: a page that stays open for an evening counts on.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, XmlHttpRequest};

use super::words::fill;

/// News is not that urgent: whoever is outbid on this page hears of it by the socket.
const PAUSE: Duration = Duration::from_secs(20);
/// Where the number is asked for.
const UNREAD: &str = "/my/alerts/unread";
/// A longer answer is another page: the session is over.
const ANSWER_MAX: usize = 4;

/// Keeps the bell's number up to date, where there is a bell.
pub(super) fn follow() {
    if let Ok(Some(bell)) = document().query_selector("a.bell") {
        set_interval(move || ask(&bell), PAUSE);
    }
}

fn ask(bell: &Element) {
    // a page behind others is not read, and asks again when it is
    if document().hidden() {
        return;
    }
    let Ok(request) = XmlHttpRequest::new() else { return };
    let (bell, answer) = (bell.clone(), request.clone());
    let loaded = Closure::once_into_js(move || show(&bell, &answer));
    request.set_onload(Some(loaded.unchecked_ref()));
    if request.open("GET", UNREAD).is_ok() {
        // what fails is asked again
        drop(request.send());
    }
}

fn show(bell: &Element, answer: &XmlHttpRequest) {
    let Ok(Some(unread)) = answer.response_text() else { return };
    if answer.status() != Ok(200) || unread.is_empty() || unread.len() > ANSWER_MAX {
        return;
    }
    let is_none = unread == "0";
    let count = match bell.query_selector(".bell__count") {
        Ok(Some(count)) => count,
        _ if is_none => return,
        _ => {
            let Ok(count) = document().create_element("span") else { return };
            // the names are ours, and valid
            drop(count.set_attribute("class", "bell__count"));
            drop(count.set_attribute("aria-hidden", "true"));
            drop(bell.append_child(&count));
            count
        }
    };
    count.set_text_content(Some(&unread));
    drop(count.toggle_attribute_with_force("hidden", is_none));
    let template = bell.get_attribute(if is_none { "data-none" } else { "data-some" }).unwrap_or_default();
    let label = fill(&template, "n", &unread);
    drop(bell.set_attribute("aria-label", &label));
    drop(bell.set_attribute("title", &label));
}

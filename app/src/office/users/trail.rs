//! The history of a dealer or a person.

use identity::TrailLine;
use kernel::Lang;
use leptos::prelude::*;
use serde_json::Value;

use crate::context::page;
use crate::i18n::{known, t, t_with};
use crate::ui::*;

/// All lines, newest first.
#[component]
pub(crate) fn TrailPanel(lines: Vec<TrailLine>) -> impl IntoView {
    let lang = page().lang;
    let steps = lines.into_iter().map(|line| step(lang, line)).collect();
    view! { <Panel title=t(lang, "identity.trail.title").into_owned()><Timeline steps/></Panel> }
}

fn step(lang: Lang, line: TrailLine) -> Step {
    let tone = match line.what.as_str() {
        "suspended" | "deactivated" | "token_revoked" | "papers_withdrawn" | "strike_given"
        | "store_taken" | "store_left" => Tone::Bad,
        "activated" | "reactivated" | "registered" | "papers_verified" | "store_given" => Tone::Good,
        "password_reset" | "password_changed" => Tone::Warn,
        _ => Tone::Neutral,
    };
    let details = details(lang, &line);
    let detail = details.into_iter().map(|text| view! { <p>{text}</p> }).collect_view();
    let what = t(lang, &format!("identity.trail.{}", line.what)).into_owned();
    Step::new(line.at, what, line.who_name).tone(tone).detail(detail)
}

/// What changed, and why.
fn details(lang: Lang, line: &TrailLine) -> Vec<String> {
    let mut details = Vec::new();
    for (field, change) in line.data["changes"].as_object().into_iter().flatten() {
        let name = t(lang, &format!("identity.change.{field}"));
        let (old, new) = (words(lang, field, &change[0]), words(lang, field, &change[1]));
        details.push(if old.is_empty() && new.is_empty() {
            t_with(lang, "identity.change.only", &[("field", &name)])
        } else {
            t_with(lang, "identity.change.from_to", &[("field", &name), ("old", &old), ("new", &new)])
        });
    }
    let fact = match line.what.as_str() {
        "signed_in" => line.data["address"].as_str(),
        "token_made" | "token_revoked" | "store_given" | "store_taken" | "store_left" | "store_chosen" => {
            line.data["name"].as_str()
        }
        _ => None,
    };
    details.extend(fact.map(str::to_owned));
    if line.data["keeps_users"] == Value::Bool(true) {
        details.push(t(lang, "group.keeps_users").into_owned());
    }
    details.extend(line.why.clone());
    details
}

/// A value of the trail as people read it.
fn words(lang: Lang, field: &str, value: &Value) -> String {
    match value {
        Value::Bool(true) => t(lang, "identity.change.yes").into_owned(),
        Value::Bool(false) => t(lang, "identity.change.no").into_owned(),
        Value::Array(items) if items.is_empty() => t(lang, "identity.change.nothing").into_owned(),
        Value::Array(items) => {
            let one = |item: &Value| word(lang, "role", item.as_str().unwrap_or_default());
            items.iter().map(one).collect::<Vec<_>>().join(&t(lang, "identity.list_separator"))
        }
        Value::String(text) if field == "status" => word(lang, "identity.dealer_status", text),
        Value::String(text) if field == "papers" => word(lang, "identity.papers", text),
        Value::String(text) => text.clone(),
        _ => String::new(),
    }
}

fn word(lang: Lang, area: &str, name: &str) -> String {
    known(lang, &format!("{area}.{name}")).map_or_else(|| name.to_owned(), |text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use kernel::UnixMs;
    use serde_json::json;

    use super::*;

    #[test]
    fn says_what_changed_in_words() {
        let line = TrailLine {
            what: "changed".into(),
            who_name: "管理员".into(),
            at: UnixMs(0),
            why: Some("转岗".into()),
            data: json!({ "changes": { "active": [true, false], "phone": ["", ""], "roles": [["pricing"], []] } }),
        };
        assert_eq!(details(Lang::Zh, &line), ["可登录：是 → 否", "电话已修改", "岗位：定价 → 无", "转岗"]);
    }
}

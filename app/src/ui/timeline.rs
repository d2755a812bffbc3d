//! The trail of a record: what, who, when, why; the newest first.

use kernel::UnixMs;
use leptos::prelude::*;

use super::badge::Tone;
use super::time::{Time, TimeForm};

/// One line of a trail.
pub struct Step {
    at: UnixMs,
    what: String,
    who: String,
    tone: Tone,
    detail: Option<AnyView>,
}

impl Step {
    /// What happened, who did it, and when.
    pub fn new(at: UnixMs, what: impl Into<String>, who: impl Into<String>) -> Step {
        Step { at, what: what.into(), who: who.into(), tone: Tone::Neutral, detail: None }
    }

    /// What it means.
    pub fn tone(mut self, tone: Tone) -> Step {
        self.tone = tone;
        self
    }

    /// Why, or what changed.
    pub fn detail(mut self, detail: impl IntoAny) -> Step {
        self.detail = Some(detail.into_any());
        self
    }
}

/// A trail.
#[component]
pub fn Timeline(steps: Vec<Step>) -> impl IntoView {
    let one = |step: Step| {
        let class = match step.tone {
            Tone::Good => "timeline__step timeline__step--good",
            Tone::Bad => "timeline__step timeline__step--bad",
            Tone::Warn => "timeline__step timeline__step--warn",
            Tone::Active => "timeline__step timeline__step--active",
            Tone::Neutral => "timeline__step",
        };
        view! {
            <li class=class>
                <p class="timeline__what">{step.what}</p>
                {step.detail.map(|detail| view! { <div class="timeline__detail">{detail}</div> })}
                <p class="timeline__by"><Time at=step.at form=TimeForm::Exact/> " " {step.who}</p>
            </li>
        }
    };
    view! { <ol class="timeline">{steps.into_iter().map(one).collect_view()}</ol> }
}

//! What an inspection measured, and which papers it saw: drawn the same for dealers and for the office. What tells something
//! says so in words, not by its colour alone.

use ::time::Date;
use kernel::{Fen, Lang};
use leptos::prelude::*;
use vehicle::{
    BATTERY, BATTERY_WEAK, BATTERY_WORN, BatteryReading, Completeness, Measures, PAINT_AGAIN_UM,
    PAINT_FILLER_UM, PANELS, PAPERS, Papers, TREAD_LEGAL, TREAD_WORN, UNTIL, WHEELS, tread_text,
};

use crate::car_words::{About, car_word};
use crate::days;
use crate::i18n::{t, t_with};
use crate::ui::{Badge, Tone};

/// The grade of a report, with the score that it was made of.
pub fn graded(lang: Lang, grade: &str, measures: &Measures) -> String {
    let grade = car_word(lang, About::Grade, grade);
    match measures.score {
        Some(score) => {
            t_with(lang, "vehicle.grade_of_score", &[("grade", &grade), ("score", &score.to_string())])
        }
        None => grade,
    }
}

/// The readings; nothing where nothing was measured.
pub fn measured(lang: Lang, measures: &Measures) -> Option<AnyView> {
    if !measures.has_readings() {
        return None;
    }
    let treads = readings(
        lang,
        "vehicle.treads",
        WHEELS.iter().filter_map(|(wheel, _)| {
            let tenths = *measures.treads.get(*wheel)?;
            let label = t(lang, &format!("vehicle.wheel.{wheel}")).into_owned();
            Some((label, format!("{} mm", tread_text(tenths)), tread_says(tenths)))
        }),
    );
    let paint = readings(
        lang,
        "vehicle.paint",
        PANELS.iter().filter_map(|(panel, _)| {
            let um = *measures.paint_um.get(*panel)?;
            let label = t(lang, &format!("vehicle.part.{panel}")).into_owned();
            Some((label, format!("{um} µm"), paint_says(um)))
        }),
    );
    let battery = readings(
        lang,
        "vehicle.battery",
        BATTERY.iter().filter_map(|reading| {
            let value = *measures.battery.get(reading.name)?;
            let label = t(lang, &format!("vehicle.battery.{}", reading.name)).into_owned();
            Some((label, reading.text(value), battery_says(reading, value)))
        }),
    );
    let codes = codes(lang, measures.fault_codes.as_deref());
    Some(view! { <div class="measured">{battery}{treads}{paint}{codes}</div> }.into_any())
}

type Says = Option<(Tone, &'static str)>;

fn tread_says(tenths: u16) -> Says {
    match tenths {
        ..TREAD_LEGAL => Some((Tone::Bad, "vehicle.tread_illegal")),
        TREAD_LEGAL..TREAD_WORN => Some((Tone::Warn, "vehicle.tread_worn")),
        _ => None,
    }
}

fn battery_says(reading: &BatteryReading, value: u16) -> Says {
    match value {
        _ if reading.name != "soh" => None,
        ..BATTERY_WEAK => Some((Tone::Bad, "vehicle.battery_weak")),
        BATTERY_WEAK..BATTERY_WORN => Some((Tone::Warn, "vehicle.battery_worn")),
        _ => None,
    }
}

fn paint_says(um: u16) -> Says {
    if um > PAINT_FILLER_UM {
        Some((Tone::Bad, "vehicle.paint_filler"))
    } else {
        (um > PAINT_AGAIN_UM).then_some((Tone::Warn, "vehicle.paint_again"))
    }
}

/// One kind of readings, with what each says.
fn readings(
    lang: Lang,
    title: &str,
    readings: impl Iterator<Item = (String, String, Says)>,
) -> Option<AnyView> {
    let one = |(label, value, says): (String, String, Says)| {
        let says = says.map(|(tone, key)| view! { <Badge tone>{t(lang, key)}</Badge> });
        view! { <div class="measured__one"><dt>{label}</dt><dd>{value} {says}</dd></div> }
    };
    let rows: Vec<_> = readings.map(one).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section>
                <h3 class="measured__title">{t(lang, title)}</h3>
                <dl class="measured__list">{rows}</dl>
            </section>
        }
        .into_any()
    })
}

/// The papers; nothing where nobody looked at any. `today` decides what has run out.
pub fn papers(lang: Lang, papers: &Papers, today: Date) -> Option<AnyView> {
    let word = |key: String| t(lang, &key).into_owned();
    let answer = |label: &str, is_good: bool, good: &str, bad: &'static str| match is_good {
        true => (word(label.to_owned()), word(good.to_owned()), None),
        false => (word(label.to_owned()), String::new(), Some((Tone::Bad, bad))),
    };
    let there = PAPERS.iter().filter_map(|(name, _)| {
        let there = *papers.there.get(*name)?;
        Some(answer(&format!("vehicle.paper.{name}"), there, "vehicle.paper.yes", "vehicle.paper.no"))
    });
    let pledged = papers
        .pledged
        .map(|pledged| answer("vehicle.pledged", !pledged, "vehicle.pledge.no", "vehicle.pledge.yes"));
    let until = UNTIL.iter().filter_map(|(name, _)| {
        let day = papers.until.get(*name)?;
        let is_over = days::day(day).is_some_and(|last| last < today);
        let says = is_over.then_some((Tone::Warn, "vehicle.until.over"));
        Some((word(format!("vehicle.until.{name}")), day.clone(), says))
    });
    let keys = papers.keys.map(|keys| {
        (word("vehicle.keys".into()), t_with(lang, "vehicle.keys_n", &[("n", &keys.to_string())]), None)
    });
    let violations = violations(lang, papers).map(|words| (word("vehicle.violations".into()), words, None));
    let moves = papers.moves.as_ref();
    let moves =
        moves.map(|moves| (word("vehicle.moves".into()), word(format!("vehicle.moves.{moves}")), None));
    let all = there.chain(pledged).chain(moves).chain(until).chain(keys).chain(violations);
    readings(lang, "vehicle.papers", all).map(|list| view! { <div class="measured">{list}</div> }.into_any())
}

/// `6 分 · ¥400 · 由卖方处理`, or that there are none.
pub(crate) fn violations(lang: Lang, papers: &Papers) -> Option<String> {
    let (points, fine) = (papers.violation_points, papers.violation_fine_fen);
    if points.is_none() && fine.is_none() {
        return None;
    }
    if points.unwrap_or_default() == 0 && fine.unwrap_or_default() == Fen::ZERO {
        return Some(t(lang, "vehicle.violations_none").into_owned());
    }
    let points = points.map(|n| t_with(lang, "vehicle.points_n", &[("n", &n.to_string())]));
    let by = papers.settled_by.as_ref().map(|by| t(lang, &format!("vehicle.settled_by.{by}")).into_owned());
    let said = [points, fine.map(Fen::yuan), by];
    Some(said.into_iter().flatten().collect::<Vec<_>>().join(" · "))
}

/// What the papers come to: 手续齐全, 手续不全, or that not all of them were seen.
pub fn completeness(lang: Lang, papers: &Papers) -> AnyView {
    let (tone, key) = match papers.completeness() {
        Completeness::Complete => (Tone::Good, "vehicle.papers.complete"),
        Completeness::Incomplete => (Tone::Bad, "vehicle.papers.incomplete"),
        Completeness::Unknown => (Tone::Neutral, "vehicle.papers.unknown"),
    };
    view! { <Badge tone>{t(lang, key)}</Badge> }.into_any()
}

/// The fault codes, that there are none, or that nobody asked.
fn codes(lang: Lang, codes: Option<&[String]>) -> AnyView {
    let body = match codes {
        None => view! { <p>{t(lang, "vehicle.obd_unread")}</p> }.into_any(),
        Some([]) => view! { <p>{t(lang, "vehicle.obd_none")}</p> }.into_any(),
        Some(codes) => {
            let one = |code: &String| view! { <li><code class="code">{code.clone()}</code></li> };
            view! { <ul class="measured__codes">{codes.iter().map(one).collect_view()}</ul> }.into_any()
        }
    };
    view! { <section><h3 class="measured__title">{t(lang, "vehicle.obd")}</h3>{body}</section> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_says_what_it_means_from_where_it_does() {
        assert_eq!(tread_says(15).map(|(tone, _)| tone), Some(Tone::Bad));
        assert_eq!(tread_says(16).map(|(tone, _)| tone), Some(Tone::Warn));
        assert_eq!(tread_says(30), None);
        let [health, capacity, ..] = BATTERY;
        assert_eq!(battery_says(&health, 69).map(|(tone, _)| tone), Some(Tone::Bad));
        assert_eq!(battery_says(&health, 70).map(|(tone, _)| tone), Some(Tone::Warn));
        assert_eq!((battery_says(&health, 85), battery_says(&capacity, 10)), (None, None));
        assert_eq!(paint_says(180), None);
        assert_eq!(paint_says(181).map(|(_, key)| key), Some("vehicle.paint_again"));
        assert_eq!(paint_says(301).map(|(_, key)| key), Some("vehicle.paint_filler"));
    }
}

//! What an inspection measured: drawn the same for dealers and for the office. A reading that tells something says so in
//! words, not by its colour alone.

use kernel::Lang;
use leptos::prelude::*;
use vehicle::{
    BATTERY, BATTERY_WEAK, BATTERY_WORN, BatteryReading, Measures, PAINT_AGAIN_UM, PAINT_FILLER_UM, PANELS,
    TREAD_LEGAL, TREAD_WORN, WHEELS, tread_text,
};

use crate::car_words::{About, car_word};
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

//! What the trade writes of a car, in the person's language. Records hold what sellers and files say, which is Chinese;
//! the usual words are known here, and everything else is shown as it was said.

use kernel::Lang;

use crate::i18n::{t, t_with};

/// A usual word, and its name in text keys.
type Known = [(&'static str, &'static str)];

/// 燃料. Text keys: `car.fuel.<name>`.
const FUELS: &Known = &[
    ("汽油", "petrol"),
    ("柴油", "diesel"),
    ("纯电动", "electric"),
    ("插电混动", "plug_in"),
    ("增程式", "range_extender"),
    ("油电混动", "hybrid"),
    ("天然气", "gas"),
];
/// 变速箱. Text keys: `car.gearbox.<name>`.
const GEARBOXES: &Known = &[
    ("自动", "automatic"),
    ("手动", "manual"),
    ("手自一体", "tiptronic"),
    ("无级变速", "cvt"),
    ("双离合", "dual_clutch"),
    ("单速", "single_speed"),
];
/// 颜色, without its 色. Text keys: `car.colour.<name>`.
const COLOURS: &Known = &[
    ("白", "white"),
    ("黑", "black"),
    ("灰", "grey"),
    ("银", "silver"),
    ("红", "red"),
    ("蓝", "blue"),
    ("绿", "green"),
    ("黄", "yellow"),
    ("棕", "brown"),
    ("橙", "orange"),
    ("紫", "purple"),
    ("金", "gold"),
    ("米", "beige"),
    ("香槟", "champagne"),
];
/// 车身. Text keys: `car.body.<name>`.
const BODIES: &Known = &[
    ("轿车", "saloon"),
    ("两厢", "hatchback"),
    ("旅行车", "estate"),
    ("跑车", "coupe"),
    ("敞篷", "convertible"),
    ("皮卡", "pickup"),
    ("SUV", "suv"),
    ("MPV", "mpv"),
];

/// 车况等级 (GB/T 30323). Text keys: `car.grade.<name>`. Other gradings are shown as they are.
const GRADES: &Known =
    &[("一级", "one"), ("二级", "two"), ("三级", "three"), ("四级", "four"), ("五级", "accident")];

/// What a word is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// 燃料.
    Fuel,
    /// 变速箱.
    Gearbox,
    /// 颜色, outside or inside.
    Colour,
    /// 车身.
    Body,
    /// 车况等级.
    Grade,
}

impl About {
    const fn words(self) -> (&'static Known, &'static str) {
        match self {
            About::Fuel => (FUELS, "fuel"),
            About::Gearbox => (GEARBOXES, "gearbox"),
            About::Colour => (COLOURS, "colour"),
            About::Body => (BODIES, "body"),
            About::Grade => (GRADES, "grade"),
        }
    }

    /// The usual words, to be offered where one types.
    pub fn usual(self) -> Vec<String> {
        self.words().0.iter().map(|(word, _)| (*word).to_owned()).collect()
    }
}

/// What a record says, in this language if it is a usual word.
pub fn car_word(lang: Lang, about: About, said: &str) -> String {
    if lang == Lang::Zh {
        return said.to_owned();
    }
    let (words, area) = about.words();
    let bare = said.trim();
    let bare = bare.strip_suffix('色').unwrap_or(bare);
    let known = words.iter().find(|(word, _)| *word == bare);
    known.map_or_else(|| said.to_owned(), |(_, name)| t(lang, &format!("car.{area}.{name}")).into_owned())
}

/// A grade that stands among other facts, and so says what it is: `评级 二级`, `Grade 2`, `Grade B`.
pub fn graded_word(lang: Lang, said: &str) -> String {
    let word = car_word(lang, About::Grade, said);
    match word == said {
        true => t_with(lang, "auction.hall.grade", &[("grade", said)]),
        // another language's word for it says it itself
        false => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::known;

    #[test]
    fn usual_words_are_said_in_english_and_others_stay() {
        let en = |about, said| car_word(Lang::En, about, said);
        assert_eq!(en(About::Colour, "银色"), "Silver");
        assert_eq!(en(About::Colour, "银"), "Silver");
        assert_eq!(en(About::Fuel, "纯电动"), "Electric");
        assert_eq!(en(About::Colour, "曜石黑"), "曜石黑");
        assert_eq!(car_word(Lang::Zh, About::Fuel, "汽油"), "汽油");
    }

    #[test]
    fn every_usual_word_has_its_text() {
        for about in [About::Fuel, About::Gearbox, About::Colour, About::Body, About::Grade] {
            let (words, area) = about.words();
            for (_, name) in words {
                let key = format!("car.{area}.{name}");
                assert!(known(Lang::En, &key).is_some() && known(Lang::Zh, &key).is_some(), "{key}");
            }
        }
    }

    #[test]
    fn a_grade_among_other_facts_is_in_the_readers_language() {
        let said = |grade| [Lang::Zh, Lang::En].map(|lang| graded_word(lang, grade));
        assert_eq!(said("二级"), ["评级 二级", "Grade 2"]);
        assert_eq!(said("B"), ["评级 B", "Grade B"]);
    }
}

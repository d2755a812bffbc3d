//! How sales sell their cars, as forms and filters offer it.

use kernel::Lang;

use crate::i18n::t;
use crate::query::Query;
use crate::ui::Choice;

/// The words of the formats, in the order of their lists.
pub const FORMATS: [&str; 6] = ["timed", "flash", "sealed_first", "sealed_second", "dutch", "lane"];

/// The format that an address asks for with `?format=`; one that there is not counts as absent.
pub fn format_of(query: &Query) -> String {
    let asked = query.get("format").filter(|asked| FORMATS.contains(asked));
    asked.unwrap_or_default().to_owned()
}

/// All of them, to choose from.
pub fn format_choices(lang: Lang) -> Vec<Choice> {
    FORMATS.map(|format| Choice::new(format, t(lang, &format!("format.{format}")))).to_vec()
}

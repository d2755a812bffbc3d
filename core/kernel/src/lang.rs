//! The two languages of the product.

use serde::{Deserialize, Serialize};

/// A person's language. Chinese is the first language and the fallback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lang {
    /// Simplified Chinese, `zh-CN`.
    #[default]
    #[serde(rename = "zh-CN")]
    Zh,
    /// English, `en`.
    #[serde(rename = "en")]
    En,
}

impl Lang {
    /// The tag as it stands in `<html lang>`, cookies and locale files.
    pub const fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// Reads a tag; anything that is not English is Chinese.
    pub fn from_tag(tag: &str) -> Lang {
        if tag.trim().to_ascii_lowercase().starts_with("en") { Lang::En } else { Lang::Zh }
    }

    /// The best language for an `Accept-Language` header: the first of its tags that we speak.
    pub fn negotiate(accept_language: &str) -> Lang {
        for tag in accept_language.split(',') {
            let tag = tag.trim().to_ascii_lowercase();
            if tag.starts_with("zh") {
                return Lang::Zh;
            }
            if tag.starts_with("en") {
                return Lang::En;
            }
        }
        Lang::Zh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_first_language_we_speak() {
        assert_eq!(Lang::negotiate("de, en-GB;q=0.8, zh;q=0.5"), Lang::En);
        assert_eq!(Lang::negotiate("zh-CN,zh;q=0.9"), Lang::Zh);
        assert_eq!(Lang::negotiate("de"), Lang::Zh);
    }
}

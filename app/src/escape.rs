//! Escaping for the few elements whose content browsers take literally (`<title>`, `<textarea>`): there leptos 0.8
//! writes marks and unescaped text, so we write these elements ourselves.

/// Text between tags.
pub(crate) fn text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// ` name="value"`, or nothing where there is no value.
pub(crate) fn attribute(name: &str, value: Option<&str>) -> String {
    value.map_or_else(String::new, |value| format!(" {name}=\"{}\"", text(value).replace('"', "&quot;")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out() {
        assert_eq!(text("</title><b>&"), "&lt;/title&gt;&lt;b&gt;&amp;");
        assert_eq!(attribute("id", Some("a\" onfocus=\"x")), " id=\"a&quot; onfocus=&quot;x\"");
        assert_eq!(attribute("required", None), "");
    }
}

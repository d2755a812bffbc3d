//! The headers of a file.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::Response;

use super::{Kind, broken};
use crate::http::refusal::Refusal;

impl Kind {
    /// The ending of the file's name, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Kind::Csv => "csv",
            Kind::Xlsx => "xlsx",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Kind::Csv => "text/csv; charset=utf-8",
            Kind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A body as a file of that name, which has no ending yet.
pub fn download(body: Body, name: &str, kind: Kind) -> Result<Response, Refusal> {
    let disposition = HeaderValue::from_str(&disposition(name, kind.ending())).map_err(broken)?;
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind.content_type()));
    headers.insert(CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// A name that is more than plain ASCII is said twice, as RFC 6266 asks.
fn disposition(name: &str, ending: &str) -> String {
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let said = format!("attachment; filename=\"{plain}.{ending}\"");
    if plain == name {
        return said;
    }
    let encoded: String = name.bytes().map(percent_encoded).collect();
    format!("{said}; filename*=UTF-8''{encoded}.{ending}")
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ')
}

fn percent_encoded(byte: u8) -> String {
    match char::from(byte) {
        c if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') => c.to_string(),
        _ => format!("%{byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_plain_is_said_twice() {
        assert_eq!(disposition("my-bids", "csv"), "attachment; filename=\"my-bids.csv\"");
        let twice = "attachment; filename=\"_ _x.csv\"; filename*=UTF-8''%E8%BD%A6%20%22x.csv";
        assert_eq!(disposition("车 \"x", "csv"), twice);
    }
}

//! A letter as it goes over the wire (RFC 5322, MIME).

use std::time::{Duration, SystemTime};

use auction::Letter;
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};

/// A subject as phones show it.
const SUBJECT_CHARS_MAX: usize = 150;

/// The bytes of a letter.
///
/// # Errors
/// Why it cannot be written.
pub(crate) fn written(from: &Mailbox, to: &Address, letter: &Letter) -> Result<Vec<u8>, String> {
    let mut message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(one_line(&letter.subject))
        // the same each time it is sent: mail boxes know that it is the same mail
        .message_id(Some(format!("<{}>", letter.message_id)))
        .date(
            SystemTime::UNIX_EPOCH
                + Duration::from_millis(u64::try_from(letter.written_at.0).unwrap_or_default()),
        )
        // nobody's holiday notice comes back (RFC 3834)
        .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()));
    if let Some(link) = &letter.unsubscribe {
        message = message
            .raw_header(raw("List-Unsubscribe", format!("<{link}>")))
            .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    let body = MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone());
    message.multipart(body).map(|message| message.formatted()).map_err(|error| error.to_string())
}

/// ASCII that is not folded: a link that is broken over two lines leads nowhere in some readers.
fn raw(name: &'static str, value: String) -> HeaderValue {
    let plain: String = value.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), plain.clone(), plain)
}

fn one_line(subject: &str) -> String {
    let plain = subject.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(SUBJECT_CHARS_MAX).collect()
}

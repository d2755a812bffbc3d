//! News by mail: the way that the settings name, and the pages' words.

use std::sync::Arc;

use app::Services;
use app::dealer::mail_letter;
use auction::{Mail, MailContent, MailText, MailWords};
use connector_mail::{Server, Smtp, Tls, WayError};
use kernel::Lang;
use platform_config::{Config, MailTls};
use time::UtcOffset;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// News cannot go out by mail, although the settings say so.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The way.
    #[error(transparent)]
    Way(#[from] WayError),
}

/// From now on news goes out by mail, where the settings name a server. One that is away is tried again, and keeps nothing else
/// waiting.
pub fn start(
    config: &Config,
    services: &Services,
    stop: watch::Receiver<bool>,
) -> Result<Option<JoinHandle<()>>, MailError> {
    let Some(set) = config.mail.clone() else { return Ok(None) };
    let tls = match set.tls {
        MailTls::FromTheStart => Tls::FromTheStart,
        MailTls::Upgraded => Tls::Upgraded,
        MailTls::Never => Tls::Never,
    };
    let server = Server { tls, host: set.host, port: set.port, from: set.from, sign_in: set.sign_in };
    let way = Smtp::new(server)?;
    let zone = UtcOffset::from_whole_seconds(config.time_zone.offset_min * 60).unwrap_or(UtcOffset::UTC);
    let words = PageWords { zone, base: config.public_url.as_str().trim_end_matches('/').to_owned() };
    let mail = Mail { post: Arc::new(way), words: Arc::new(words), offset_min: config.time_zone.offset_min };
    Ok(Some(services.auction.mail_by(mail, stop)))
}

/// The words of the pages, with times in this zone and links to this address.
struct PageWords {
    zone: UtcOffset,
    base: String,
}

impl MailWords for PageWords {
    fn code(&self, lang: Lang, code: &str) -> MailText {
        mail_letter::code(lang, code, &self.base)
    }

    fn news(&self, content: &MailContent<'_>) -> MailText {
        mail_letter::news(content, self.zone, &self.base)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

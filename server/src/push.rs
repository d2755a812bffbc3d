//! News in browsers: the way that the settings allow, and the pages' words.

use std::sync::Arc;

use app::Services;
use auction::{Push, PushNews, PushText, PushWords};
use connector_webpush::{KeyError, VapidKey, WebPush};
use platform_config::Config;
use platform_db::Clock;
use time::UtcOffset;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// News cannot go to browsers.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The key in the database.
    #[error("the auction's key for push services cannot be had")]
    Database(#[from] sqlx::Error),
    /// What is in its place.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// From now on news goes to browsers, where the settings allow it. A machine without certificates can reach no push service, and
/// sells cars all the same.
pub async fn start(
    config: &Config,
    services: &Services,
    clock: &Arc<dyn Clock>,
    stop: watch::Receiver<bool>,
) -> Result<Option<JoinHandle<()>>, PushError> {
    let platform_config::Push::Yes { own } = &config.push else { return Ok(None) };
    let secret = services.auction.push_secret(&VapidKey::fresh()).await?;
    let way =
        WebPush::new(VapidKey::of(&secret)?, config.public_url.as_str(), own.as_deref(), Arc::clone(clock));
    let way = match way {
        Ok(way) => way,
        Err(error) => {
            tracing::warn!(%error, "nobody can turn on alerts in browsers");
            return Ok(None);
        }
    };
    let zone = UtcOffset::from_whole_seconds(config.time_zone.offset_min * 60).unwrap_or(UtcOffset::UTC);
    let push = Push { post: Arc::new(way), words: Arc::new(PageWords(zone)) };
    Ok(Some(services.auction.push_by(push, stop)))
}

/// The words of the page of news, with times in this zone.
struct PageWords(UtcOffset);

impl PushWords for PageWords {
    fn of(&self, news: &PushNews) -> PushText {
        app::dealer::push::text(news, self.0)
    }
}

//! What every handler may use.

use std::sync::Arc;

use app::shell::Assets;
use app::{PayTo, Services};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use platform_bus::Bus;
use platform_config::Config;
use platform_db::Clock;
use time::UtcOffset;

/// The server's state; cloned for each request, so everything in it is a handle.
#[derive(Clone)]
pub struct AppState {
    /// The domain services.
    pub services: Services,
    /// Events between them.
    pub bus: Bus,
    /// All settings.
    pub config: Arc<Config>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where the browser finds scripts and styles.
    pub assets: Arc<Assets>,
}

impl AppState {
    /// In which zone times are shown and typed.
    pub fn zone(&self) -> UtcOffset {
        UtcOffset::from_whole_seconds(self.config.time_zone.offset_min * 60).unwrap_or(UtcOffset::UTC)
    }

    /// Where buyers pay, once an operator has said so.
    pub fn pay_to(&self) -> Option<PayTo> {
        let set = self.config.pay_to.clone()?;
        Some(PayTo { name: set.name, bank: set.bank, account: set.account })
    }
}

impl FromRef<AppState> for Services {
    fn from_ref(state: &AppState) -> Services {
        state.services.clone()
    }
}

impl FromRef<AppState> for Bus {
    fn from_ref(state: &AppState) -> Bus {
        state.bus.clone()
    }
}

impl FromRef<AppState> for Arc<Config> {
    fn from_ref(state: &AppState) -> Arc<Config> {
        state.config.clone()
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> LeptosOptions {
        state.assets.leptos.clone()
    }
}

//! From a lot's page to what is negotiated about it.

use auction::HallLot;
use bidding::{LotStatus, Outcome};
use deal::Kind;
use kernel::{NegotiationId, Problem};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::t;
use crate::ui::*;

/// The negotiation of a lot, and between whom it is.
pub(crate) type OfLot = (NegotiationId, Kind);

/// The negotiation that this person may see. A lot that takes bids is asked about by nobody: the bidding page stays as
/// fast as it is.
pub(crate) async fn load_of_lot(cx: &PageContext, lot: &HallLot) -> Result<Option<OfLot>, Problem> {
    if lot.lot.status != LotStatus::Closed {
        return Ok(None);
    }
    let (who, auction) = (cx.who()?, &cx.services.auction);
    auction.negotiation_of_lot(who, lot.id).await.map_err(CommandError::into_problem)
}

/// The line above a closed lot for what [`load_of_lot`] found.
pub(crate) fn of_lot(
    cx: &PageContext,
    lot: &HallLot,
    found: Option<OfLot>,
) -> Result<Option<AnyView>, Problem> {
    let Some((id, kind)) = found else { return Ok(None) };
    let who = cx.who()?;
    let runs = lot.lot.outcome == Some(Outcome::Provisional);
    let (key, area) = match (who.is_staff(), runs, kind) {
        (true, true, _) => ("negotiation.lot.office", "/office/negotiations"),
        (true, false, _) => ("negotiation.lot.office_over", "/office/negotiations"),
        (false, true, Kind::HighBidder) => ("negotiation.lot.mine", "/my/negotiations"),
        (false, true, Kind::SecondChance) => ("negotiation.lot.second", "/my/negotiations"),
        (false, false, _) => ("negotiation.lot.over", "/my/negotiations"),
    };
    let tone = if runs { Tone::Warn } else { Tone::Neutral };
    let lang = cx.lang;
    Ok(Some(
        view! {
            <Banner tone>
                {t(lang, key)} " " <a href=format!("{area}/{id}")>{t(lang, "negotiation.lot.open")}</a>
            </Banner>
        }
        .into_any(),
    ))
}

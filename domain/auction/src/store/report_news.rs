//! What a page says of a report that is not the one that the lot was listed with.

use bidding::LotState;
use kernel::UnixMs;

use super::lists::Viewer;

/// A lot's car has a new condition report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportNews {
    /// The report before.
    pub before_hash: String,
    /// Whether who looks has to say that he stands by his max.
    pub must_confirm: bool,
    /// When the lot goes on, while it stands still for this.
    pub resume_at: Option<UnixMs>,
    /// Until when it can be confirmed.
    pub confirm_by: Option<UnixMs>,
}

/// What of the report is to be said to who looks; nothing while it is the one that the lot was listed with.
pub(super) fn report_news(state: &LotState, viewer: Viewer) -> Option<ReportNews> {
    let report = state.report.as_ref()?;
    Some(ReportNews {
        before_hash: report.before.clone(),
        must_confirm: viewer.dealer_id.is_some_and(|dealer_id| state.must_confirm_report(dealer_id)),
        resume_at: report.resume_at,
        confirm_by: report.confirm_by,
    })
}

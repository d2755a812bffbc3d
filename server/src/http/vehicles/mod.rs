//! Cars: the forms of their pages, photos, exports, imports.

mod change;
mod export;
pub(in crate::http) mod import;
mod photos;
mod receive;
mod rejected;
mod reveal;

use axum::extract::DefaultBodyLimit;
use kernel::{Access, Role};

use crate::http::sheet;
use crate::route_table::Routes;

pub use rejected::{rejected_cells, rejected_header};

/// Who takes cars in, inspects them and photographs them.
const INSPECTORS: Access = Access::Roles(&[Role::Inspector]);
/// Who changes cars in one way or another; the commands ask more exactly.
const CHANGERS: Access = Access::Roles(&[Role::Inspector, Role::Pricing]);
/// Who may ask to see a reserve.
const LOOKERS: Access = Access::Roles(&[Role::Pricing, Role::Auctioneer]);
/// A set of photos of one car.
const PHOTOS_BODY_MAX: usize = 256 * 1024 * 1024;
/// The command counts the file's bytes itself and refuses more than it takes; what is beyond is read and thrown away,
/// so that the browser hears why.
const IMPORT_BODY_MAX: usize = 4 * 1024 * 1024 * 1024;

/// Routes under `/office/vehicles` and `/photos` that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .post("/office/vehicles/new", INSPECTORS, receive::receive)
        .post("/office/vehicles/{id}", CHANGERS, change::change)
        .post("/office/vehicles/{id}/reveal", LOOKERS, reveal::reveal)
        .post("/office/vehicles/{id}/photos/{photo}/remove", INSPECTORS, photos::remove)
        .merge(sheet::files("/office/vehicles/export", Access::Staff, export::list))
        .post("/office/vehicles/import/{id}", CHANGERS, import::start)
        .post("/office/vehicles/import/{id}/apply", CHANGERS, import::apply)
        .post("/office/vehicles/import/{id}/restart", CHANGERS, import::restart)
        .post("/office/vehicles/import/{id}/discard", CHANGERS, import::discard)
        .get("/office/vehicles/import/{id}/rejected.csv", CHANGERS, rejected::rejected_csv)
        .get("/office/vehicles/import/{id}/warned.csv", CHANGERS, rejected::warned_csv)
        .get("/photos/{id}/{size}", Access::SignedIn, photos::show)
        .merge(
            Routes::new()
                .post("/office/vehicles/{id}/photos", INSPECTORS, photos::add)
                .layered(|router| router.layer(DefaultBodyLimit::max(PHOTOS_BODY_MAX))),
        )
        .merge(
            Routes::new()
                .post("/office/vehicles/import", CHANGERS, import::upload)
                .layered(|router| router.layer(DefaultBodyLimit::max(IMPORT_BODY_MAX))),
        )
}

//! Dealers and people: what the office and companies' owners do, exports, and who one is.

mod company;
mod dealers;
mod export;
mod group;
mod me;
pub mod posted;
mod store;
mod users;

use kernel::{Access, Role};

use crate::http::sheet;
use crate::route_table::Routes;

/// Who registers and changes dealers, and changes users; whose users is the command's question.
const SALES: Access = Access::Roles(&[Role::Sales]);
/// Sales keep companies; finance gives strikes. Which form is whose, the commands say.
const STRIKES: Access = Access::Roles(&[Role::Sales, Role::Finance]);
/// Who registers colleagues.
const ADMINS: Access = Access::Roles(&[Role::Admin]);

/// Routes of dealers and people that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .merge(sheet::files("/office/dealers", Access::Staff, export::dealers))
        .post("/office/dealers/new", SALES, dealers::register)
        .post("/office/dealers/{id}", STRIKES, dealers::change)
        .merge(sheet::files("/office/users", SALES, export::users))
        .post("/office/users/new", ADMINS, users::register_colleague)
        .post("/office/users/{id}", SALES, users::change)
        .merge(sheet::files("/my/group", Access::Dealer, group::list))
        .post("/my/store", Access::Dealer, store::choose)
        .post("/my/company", Access::Dealer, company::change)
        .post("/my/company/users/{id}", Access::Dealer, users::change)
        .get("/api/v1/me", Access::SignedIn, me::me)
}

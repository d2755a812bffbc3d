//! `/my/company/users/{id}`: one of the company's people, for its owners.

use std::sync::Arc;

use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::t;
use crate::office::users::detail::{Person, load};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let person = load(&cx, who).await?;
    let crumbs = vec![Crumb::new(t(cx.lang, "identity.company.title"), "/my/company")];
    let title = person.row.display_name.clone();
    Ok(PageView::dealer(title, view! { <Person person who=who.clone() crumbs/> }))
}

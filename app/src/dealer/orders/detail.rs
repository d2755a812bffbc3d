//! `/my/orders/{id}`: the document, until when to pay, and what happened.

use std::sync::Arc;

use futures_util::future::join;
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::office::orders::detail::{Order, seller_of, still_due};
use crate::page::{PageResult, PageView};
use crate::ui::Crumb;

/// Draws it. Another dealer's order is not there.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let found = cx.services.order.order(cx.who()?, cx.id("id")?).await;
    let order = found.map_err(CommandError::into_problem)?;
    let title = t_with(cx.lang, "order.detail_title", &[("no", &order.order_no)]);
    let crumbs = vec![Crumb::new(t(cx.lang, "order.my_title"), "/my/orders")];
    let (still, seller) = join(still_due(&cx, &order), seller_of(&cx, &order)).await;
    Ok(PageView::dealer(title.clone(), view! { <Order order still seller title crumbs/> }))
}

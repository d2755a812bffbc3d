//! `/my/group`: the stores that one person may act for, side by side. Each service is asked for each store as that store's own people
//! would ask it.

use std::sync::Arc;

use auction::{HallFilter, MyStanding};
use finance::{ReceivableFilter, ReceivableState};
use identity::{Standing, Store};
use kernel::{DealerId, Fen, Lang, Principal, Problem, UnixMs};
use leptos::prelude::*;
use order::{OrderFilter, PaymentFilter};
use platform_db::CommandError;

use crate::context::{PageContext, Services};
use crate::i18n::{t, t_with};
use crate::office::dealers::StandingBadge;
use crate::office::dealers::list::Exports;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Leads that are added up for one store: more than one store ever has at a time.
const LEADS_MAX: i64 = 1_000;

/// How one store stands.
#[derive(Clone, Debug)]
pub struct StoreFigures {
    /// The store.
    pub store: Store,
    /// What stands against it.
    pub standing: Standing,
    /// Its strikes that were not lifted.
    pub strikes: usize,
    /// Lots on which it leads.
    pub leading: usize,
    /// What it would pay for them now.
    pub leading_fen: Fen,
    /// What is held of its deposit.
    pub held_fen: Fen,
    /// What is left of it.
    pub free_fen: Fen,
    /// Negotiations that wait for its answer.
    pub to_answer: i64,
    /// What it has bought.
    pub won: i64,
    /// At what hammer prices.
    pub won_fen: Fen,
    /// Orders that are not paid.
    pub unpaid: i64,
    /// What is still owed.
    pub owed_fen: Fen,
}

/// The figures of all stores that this person may act for, the own one first.
///
/// # Errors
/// Only the services'.
pub async fn figures(
    services: &Services,
    who: &Principal,
    now: UnixMs,
) -> Result<Vec<StoreFigures>, Problem> {
    let stores = services.identity.stores_of(who, who.user_id).await.map_err(CommandError::into_problem)?;
    let mut lines = Vec::with_capacity(stores.len());
    for store in &stores {
        let seat = store.seats(who);
        lines.push(of_store(services, &seat, store, now).await.map_err(CommandError::into_problem)?);
    }
    Ok(lines)
}

async fn of_store(
    services: &Services,
    seat: &Principal,
    store: &Store,
    now: UnixMs,
) -> Result<StoreFigures, CommandError> {
    let leads = HallFilter { standing: Some(MyStanding::Leading), page: 1, ..HallFilter::default() };
    let leads = services.auction.hall_export(seat, &leads, LEADS_MAX).await?;
    let power = services.auction.buying_power(store.id).await?;
    let (_, to_answer) = services.auction.negotiations_waiting(seat).await?;
    let all = OrderFilter { page: 1, ..OrderFilter::default() };
    let won = services.order.orders(seat, &all).await?.totals;
    let open = OrderFilter { payment: Some(PaymentFilter::Open), ..all };
    let unpaid = services.order.orders(seat, &open).await?.totals;
    let owed = ReceivableFilter { state: Some(ReceivableState::Open), ..ReceivableFilter::default() };
    let owed = services.finance.receivables(seat, &owed).await?.totals;
    let dealer = services.identity.dealer(seat, store.id).await?;
    let prices = leads.iter().filter_map(|lot| lot.lot.price_fen);
    Ok(StoreFigures {
        store: store.clone(),
        standing: dealer.row.standing(now),
        strikes: dealer.strikes.iter().filter(|strike| strike.lifted.is_none()).count(),
        leading: leads.len(),
        leading_fen: sum(prices),
        held_fen: power.held_fen,
        free_fen: power.free_fen(),
        to_answer,
        won: won.count,
        won_fen: won.price_fen,
        unpaid: unpaid.count,
        owed_fen: owed.outstanding_fen,
    })
}

fn sum(amounts: impl Iterator<Item = Fen>) -> Fen {
    amounts.fold(Fen::ZERO, |sum, amount| Fen(sum.0.saturating_add(amount.0)))
}

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let who = cx.who()?;
    let lines = figures(&cx.services, who, cx.now).await?;
    let acting = cx.store();
    let columns = columns(lang);
    let foot = totals(&cx, &lines);
    let waiting: i64 = lines.iter().map(|line| line.to_answer).sum();
    let note = (waiting > 0).then(|| {
        let text = t_with(lang, "group.waiting", &[("n", &waiting.to_string())]);
        view! { <Banner tone=Tone::Warn>{text}</Banner> }
    });
    let rows = lines.into_iter().map(|line| row(&cx, line, acting)).collect_view();
    let body = view! {
        <PageHead title=t(lang, "group.title") note=t(lang, "group.note")
            crumbs=vec![Crumb::new(t(lang, "nav.my"), "/my")]>
            <Exports csv="/my/group.csv".to_owned() xlsx="/my/group.xlsx".to_owned()/>
        </PageHead>
        {note}
        <Panel flush=true>
            <Table columns caption=t(lang, "group.title") foot stacks=true>{rows}</Table>
        </Panel>
    };
    Ok(PageView::dealer(t(lang, "group.title"), body))
}

fn columns(lang: Lang) -> Vec<Column> {
    let word = |name: &str| t(lang, &format!("group.{name}"));
    vec![
        Column::new(word("store")),
        Column::new(word("standing")),
        Column::number(word("to_answer")),
        Column::number(word("leading")),
        Column::number(word("leading_fen")),
        Column::number(word("held_fen")),
        Column::number(word("free_fen")),
        Column::number(word("won")),
        Column::number(word("won_fen")),
        Column::number(word("unpaid")),
        Column::number(word("owed_fen")),
        Column::new(""),
    ]
}

fn row(cx: &PageContext, line: StoreFigures, acting: Option<DealerId>) -> AnyView {
    let lang = cx.lang;
    let word = |name: &str| t(lang, &format!("group.{name}"));
    let strikes = (line.strikes > 0)
        .then(|| t_with(lang, "group.strikes_of", &[("n", &line.strikes.to_string())]))
        .map(|text| view! { <span class="cell-note">{text}</span> });
    let here = match acting == Some(line.store.id) {
        true => view! { <span class="muted">{t(lang, "group.acting_now")}</span> }.into_any(),
        false => {
            let fields = vec![("to", line.store.id.to_string()), ("next", "/my".to_owned())];
            let label = t_with(lang, "group.act_for", &[("store", &line.store.name)]);
            view! {
                <PostButton action="/my/store" small=true fields label=Some(label)>{t(lang, "group.switch_here")}</PostButton>
            }
            .into_any()
        }
    };
    view! {
        <tr>
            <td>{line.store.name} " " <span class="cell-note">{line.store.city}</span></td>
            <td data-label=word("standing")><span><StandingBadge standing=line.standing/> " " {strikes}</span></td>
            <td class="num" data-label=word("to_answer")>{line.to_answer}</td>
            <td class="num" data-label=word("leading")>{line.leading}</td>
            <td class="num" data-label=word("leading_fen")><Money fen=line.leading_fen/></td>
            <td class="num" data-label=word("held_fen")><Money fen=line.held_fen/></td>
            <td class="num" data-label=word("free_fen")><Money fen=line.free_fen/></td>
            <td class="num" data-label=word("won")>{line.won}</td>
            <td class="num" data-label=word("won_fen")><Money fen=line.won_fen/></td>
            <td class="num" data-label=word("unpaid")>{line.unpaid}</td>
            <td class="num" data-label=word("owed_fen")><Money fen=line.owed_fen/></td>
            <td>{here}</td>
        </tr>
    }
    .into_any()
}

fn totals(cx: &PageContext, lines: &[StoreFigures]) -> AnyView {
    let word = |name: &str| t(cx.lang, &format!("group.{name}"));
    let money = |of: fn(&StoreFigures) -> Fen| sum(lines.iter().map(of));
    let count = |of: fn(&StoreFigures) -> i64| lines.iter().map(of).sum::<i64>();
    let leading: usize = lines.iter().map(|line| line.leading).sum();
    let words = t_with(cx.lang, "group.total_of", &[("n", &lines.len().to_string())]);
    view! {
        <tr>
            <td colspan="2">{words}</td>
            <td class="num" data-label=word("to_answer")>{count(|line| line.to_answer)}</td>
            <td class="num" data-label=word("leading")>{leading}</td>
            <td class="num" data-label=word("leading_fen")><Money fen=money(|line| line.leading_fen)/></td>
            <td class="num" data-label=word("held_fen")><Money fen=money(|line| line.held_fen)/></td>
            <td class="num" data-label=word("free_fen")><Money fen=money(|line| line.free_fen)/></td>
            <td class="num" data-label=word("won")>{count(|line| line.won)}</td>
            <td class="num" data-label=word("won_fen")><Money fen=money(|line| line.won_fen)/></td>
            <td class="num" data-label=word("unpaid")>{count(|line| line.unpaid)}</td>
            <td class="num" data-label=word("owed_fen")><Money fen=money(|line| line.owed_fen)/></td>
            <td></td>
        </tr>
    }
    .into_any()
}

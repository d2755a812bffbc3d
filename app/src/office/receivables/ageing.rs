//! Ageing: figures at a glance, and by dealer. Every figure leads to the claims it is made of.

use finance::{AgeBucket, Ageing, AgeingRow};
use kernel::Fen;
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// So many debtors are listed; beyond that a person wants a file.
const DEALERS_MAX: usize = 50;

/// The block above the list.
#[component]
pub fn AgeingView(ageing: Ageing) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let total = ageing.total.clone();
    let figure = |key: &str, fen: Fen| {
        let amount = view! { <span class="font-semibold"><Money fen/></span> };
        Fact::new(t(lang, key), amount)
    };
    let overdue_href = cx.query.with("state", "overdue").href(&cx.path);
    let overdue = view! {
        <a class="font-semibold" href=overdue_href><Money fen=total.overdue_fen/></a>
    };
    let mut figures = vec![
        figure("finance.age.total", total.outstanding_fen),
        Fact::new(t(lang, "finance.age.overdue"), overdue),
    ];
    let names = ["finance.age.d0_30", "finance.age.d31_60", "finance.age.d61_90", "finance.age.d90"];
    figures.extend(names.into_iter().zip(total.standard_fen()).map(|(key, fen)| figure(key, fen)));
    let as_of = t_with(lang, "finance.age.as_of", &[("at", &time::exact(ageing.as_of, cx.zone))]);
    let by_dealer = (!ageing.rows.is_empty()).then(|| by_dealer(&ageing));
    let as_of = view! { <span class="text-sm opacity-70">{as_of}</span> }.into_any();
    view! {
        <Panel title=t(lang, "finance.age.title") actions=as_of>
            <Facts facts=figures/>
            <div class="mt-2">{by_dealer}</div>
        </Panel>
    }
}

fn by_dealer(ageing: &Ageing) -> AnyView {
    let cx = page();
    let lang = cx.lang;
    let mut columns = vec![Column::new(t(lang, "finance.column.dealer"))];
    columns.extend(
        AgeBucket::ALL.map(|bucket| Column::number(t(lang, &format!("finance.age.{}", bucket.name())))),
    );
    columns.push(Column::number(t(lang, "finance.age.total")));
    columns.push(Column::number(t(lang, "finance.age.overdue")));
    let rows = ageing.rows.iter().take(DEALERS_MAX).map(|row| {
        let id = row.dealer_id.to_string();
        let href = cx.query.with("dealer", &id).href(&cx.path);
        line(row, view! { <a href=href>{row.dealer_name.clone()}</a> }.into_any(), Some(id))
    });
    let rows = rows.collect_view();
    let foot = line(&ageing.total, t(lang, "finance.age.all").into_any(), None);
    let capped = (ageing.rows.len() > DEALERS_MAX).then(|| {
        let n = DEALERS_MAX.to_string();
        view! { <p class="text-sm opacity-70 mt-2">{t_with(lang, "finance.age.top", &[("n", &n)])}</p> }
    });
    // folded: below it is the list that one came for
    view! {
        <Disclosure label=t(lang, "finance.age.by_dealer")>
            <Table columns caption=t(lang, "finance.age.title") foot=foot>{rows}</Table>
            {capped}
        </Disclosure>
    }
    .into_any()
}

fn line(row: &AgeingRow, name: AnyView, dealer: Option<String>) -> AnyView {
    let cx = page();
    let cells = AgeBucket::ALL.into_iter().zip(row.by_age_fen).map(|(bucket, fen)| {
        let query = cx.query.with("age", bucket.name());
        let query = dealer.as_ref().map_or(query.clone(), |dealer| query.with("dealer", dealer));
        let amount = if fen == Fen::ZERO {
            view! { <span class="none">"—"</span> }.into_any()
        } else {
            view! { <a href=query.href(&cx.path)><Money fen/></a> }.into_any()
        };
        view! { <td class="num">{amount}</td> }
    });
    let cells = cells.collect_view();
    let (outstanding, overdue) = (row.outstanding_fen, row.overdue_fen);
    view! {
        <tr>
            <td>{name}</td>
            {cells}
            <td class="num font-semibold"><Money fen=outstanding/></td>
            <td class="num"><Money fen=overdue/></td>
        </tr>
    }
    .into_any()
}

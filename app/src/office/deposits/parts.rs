//! What the office's and the dealer's page of a deposit share.

use auction::{BuyingPower, LotHold};
use finance::{DepositDetail, DepositLine};
use kernel::Fen;
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::t;
use crate::ui::*;

/// What there is, what is held, what is free. `lot_base` is where lots are looked at.
#[component]
pub(crate) fn DepositView(
    deposit: DepositDetail,
    power: BuyingPower,
    lot_base: &'static str,
) -> impl IntoView {
    let lang = page().lang;
    let word = move |name: &str| t(lang, &format!("deposit.{name}")).into_owned();
    // the auction hears of a deposit a moment after finance wrote it
    let is_on_its_way = deposit.usable_fen() != power.deposit_fen || deposit.frozen != power.frozen;
    let free = power.free_fen();
    let tone = if free > Fen::ZERO { Tone::Good } else { Tone::Warn };
    let [balance_name, asked_name, asked_note, held_name, held_note, free_name, free_note] =
        ["balance", "asked", "asked_note", "held", "held_note", "free", "free_note"].map(word);
    let asked = (deposit.asked_fen > Fen::ZERO).then(|| {
        view! { <Tile label=asked_name value=deposit.asked_fen.yuan() note=asked_note tone=Tone::Warn/> }
    });
    view! {
        {deposit.frozen.then(|| view! { <Banner tone=Tone::Bad>{word("frozen_note")}</Banner> })}
        {is_on_its_way.then(|| view! { <Banner tone=Tone::Warn>{word("on_its_way")}</Banner> })}
        <div class="amounts"><Tiles>
            <Tile label=balance_name value=deposit.balance_fen.yuan()/>
            {asked}
            <Tile label=held_name value=power.held_fen.yuan() note=held_note/>
            <Tile label=free_name value=free.yuan() note=free_note
                tone=tone/>
        </Tiles></div>
        <Panel title=word("holds") flush=true>{holds(power.holds, lot_base)}</Panel>
        <Panel title=word("lines") flush=true>{lines(deposit.lines)}</Panel>
    }
}

fn holds(holds: Vec<LotHold>, lot_base: &'static str) -> AnyView {
    let lang = page().lang;
    if holds.is_empty() {
        return view! { <EmptyState icon=Icon::Gavel title=t(lang, "deposit.no_holds")/> }.into_any();
    }
    let columns = vec![
        Column::new(t(lang, "deposit.column.lot")),
        Column::new(t(lang, "deposit.column.why")),
        Column::number(t(lang, "deposit.column.held")),
    ];
    let total = Fen(holds.iter().map(|hold| hold.hold_fen.0).sum());
    let row = move |hold: LotHold| {
        let href = format!("{lot_base}/{}", hold.lot_id);
        let why = match hold.outcome.as_deref() {
            Some("sold") => "won",
            Some(_) => "negotiating",
            None if hold.is_lead => "leading",
            None if hold.status == "scheduled" => "waiting",
            // who leads on a sealed lot is nobody's business yet
            None => "offer",
        };
        view! {
            <tr>
                <td class="text"><a class="row-link" href=href>{hold.title}</a></td>
                <td>{t(lang, &format!("deposit.why.{why}"))}</td>
                <td class="num"><Money fen=hold.hold_fen/></td>
            </tr>
        }
    };
    let foot = view! { <tr><td colspan="2">{t(lang, "deposit.total")}</td><td class="num"><Money fen=total/></td></tr> };
    view! {
        <p class="panel__note">{t(lang, "deposit.holds_note")}</p>
        <Table columns caption=t(lang, "deposit.holds") foot=foot.into_any()>
            {holds.into_iter().map(row).collect_view()}
        </Table>
    }
    .into_any()
}

fn lines(lines: Vec<DepositLine>) -> AnyView {
    let lang = page().lang;
    if lines.is_empty() {
        return view! {
            <EmptyState icon=Icon::Wallet title=t(lang, "deposit.no_lines") text=t(lang, "deposit.no_lines_text")/>
        }
        .into_any();
    }
    let word = move |name: &str| t(lang, &format!("deposit.column.{name}"));
    let columns = vec![
        Column::new(word("at")),
        Column::new(word("what")),
        Column::new(word("reference")),
        Column::new(word("who")),
        Column::number(word("amount")),
        Column::number(word("balance")),
    ];
    let row = move |line: DepositLine| {
        let who =
            if line.who_name.is_empty() { t(lang, "finance.system").into_owned() } else { line.who_name };
        let amount = (line.amount_fen != Fen::ZERO).then(|| view! { <Money fen=line.amount_fen/> });
        let about = line.about_fen.filter(|_| line.amount_fen == Fen::ZERO);
        let about = about.map(|fen| view! { " " <Money fen/> });
        view! {
            <tr>
                <td><Time at=line.at form=TimeForm::Exact/></td>
                <td data-label=word("what")><span>{t(lang, &format!("deposit.what.{}", line.what))}{about}</span></td>
                <td class="text" data-label=word("reference")>{line.why}</td>
                <td data-label=word("who")>{who}</td>
                <td class="num" data-label=word("amount")>{amount}</td>
                <td class="num" data-label=word("balance")><Money fen=line.balance_fen/></td>
            </tr>
        }
    };
    view! {
        <Table columns caption=t(lang, "deposit.lines") stacks=true>{lines.into_iter().map(row).collect_view()}</Table>
    }
    .into_any()
}

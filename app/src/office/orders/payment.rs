//! How an order is paid: how much, by when, into which account, and what the transfer has to say.

use kernel::{Fen, Lang, UnixMs};
use leptos::prelude::*;

use crate::context::{PayTo, page};
use crate::i18n::t;
use crate::ui::{Fact, Facts, Money, Panel, Time, TimeForm};

/// What a transfer is made of.
pub(super) struct Transfer {
    /// The order's number: by it finance knows what was paid.
    pub(super) order_no: String,
    /// What is still to be paid, where this person may know it.
    pub(super) still_fen: Option<Fen>,
    /// The order's total.
    pub(super) total_fen: Fen,
    /// Until when, once finance has said so.
    pub(super) due_at: Option<UnixMs>,
}

/// The panel, while something is to be paid.
pub(super) fn panel(transfer: Transfer) -> AnyView {
    let cx = page();
    let lang = cx.lang;
    let amount = match transfer.still_fen {
        Some(fen) => Fact::new(t(lang, "order.still_due"), view! { <strong><Money fen/></strong> }),
        None => {
            let fen = transfer.total_fen;
            Fact::new(t(lang, "order.line.total"), view! { <strong><Money fen/></strong> })
        }
    };
    let due = match transfer.due_at {
        Some(at) => view! { <Time at form=TimeForm::Exact/> }.into_any(),
        None => t(lang, "order.document.due_later").into_any(),
    };
    let mut facts = vec![
        Fact::code(t(lang, "order.pay.reference"), &transfer.order_no),
        amount,
        Fact::new(t(lang, "order.document.due"), due),
    ];
    facts.extend(account(lang, cx.pay_to.as_ref()));
    let later = cx.pay_to.is_none().then(|| view! { <p>{t(lang, "order.pay.account_later")}</p> });
    view! {
        <Panel title=t(lang, "order.pay.title")>
            <p class="mb-3">{t(lang, "order.pay.text")}</p>
            <Facts facts/>
            {later}
        </Panel>
    }
    .into_any()
}

fn account(lang: Lang, to: Option<&PayTo>) -> Vec<Fact> {
    let Some(to) = to else { return Vec::new() };
    vec![
        Fact::text(t(lang, "order.pay.name"), to.name.clone()),
        Fact::text(t(lang, "order.pay.bank"), to.bank.clone()),
        Fact::code(t(lang, "order.pay.account"), &to.account),
    ]
}

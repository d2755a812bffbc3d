//! Which heard event has which effect.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{Envelope, EventType as _};
use platform_bus::{Consumer, read};
use platform_db::{Clock, CommandError};
use sqlx::PgConnection;

use crate::heard::{AuctionCompleted, ProvisionalAgreed, ReceivableIssued};
use crate::{create_order, note_receivable};

pub(crate) struct OrderConsumer {
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Consumer for OrderConsumer {
    fn handles(&self) -> &'static [&'static str] {
        &[AuctionCompleted::NAME, ProvisionalAgreed::NAME, ReceivableIssued::NAME]
    }

    async fn handle(&self, conn: &mut PgConnection, event: &Envelope) -> Result<(), CommandError> {
        let now = self.clock.now();
        match event.r#type.as_str() {
            AuctionCompleted::NAME => {
                let lot: AuctionCompleted = read(event)?;
                let basis = lot.basis();
                create_order::on_sold(conn, lot, basis, event, now).await
            }
            ProvisionalAgreed::NAME => {
                let agreed: ProvisionalAgreed = read(event)?;
                create_order::on_sold(conn, agreed.completed, agreed.basis, event, now).await
            }
            ReceivableIssued::NAME => {
                note_receivable::on_receivable_issued(conn, read(event)?, event, now).await
            }
            other => Err(CommandError::Inconsistent(format!("{other} was not asked for"))),
        }
    }
}

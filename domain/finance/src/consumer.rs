//! Which heard event has which effect.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{Calendar, Envelope, EventType as _};
use platform_bus::{Consumer, read};
use platform_db::{Clock, CommandError};
use sqlx::PgConnection;

use crate::heard::{BusinessDaysSet, DepositReturnCovered, OrderCreated};
use crate::{business_days, deposit_return, issue_receivable};

pub(crate) struct FinanceConsumer {
    pub clock: Arc<dyn Clock>,
    pub hours: Calendar,
}

#[async_trait]
impl Consumer for FinanceConsumer {
    fn handles(&self) -> &'static [&'static str] {
        &[OrderCreated::NAME, DepositReturnCovered::NAME, BusinessDaysSet::NAME]
    }

    async fn handle(&self, conn: &mut PgConnection, event: &Envelope) -> Result<(), CommandError> {
        match event.r#type.as_str() {
            OrderCreated::NAME => {
                let order = issue_receivable::NewOrder { order: read(event)?, event, hours: &self.hours };
                issue_receivable::on_order_created(conn, order, self.clock.now()).await
            }
            DepositReturnCovered::NAME => {
                deposit_return::on_covered(conn, &read(event)?, self.clock.now()).await
            }
            BusinessDaysSet::NAME => business_days::on_set(conn, &read(event)?, event.aggregate_seq).await,
            other => Err(CommandError::Inconsistent(format!("{other} was not asked for"))),
        }
    }
}

//! What is on its way: told by one service, and not yet handled by another.

use crate::Bus;

impl Bus {
    /// How many events of this type the service has still to handle. Dead letters are not on their way. An event that is being
    /// moved just now may count twice: the number says how much is to be waited for, not more.
    ///
    /// # Errors
    /// When a database does not answer.
    pub async fn under_way(&self, to: &str, event_type: &str) -> Result<i64, sqlx::Error> {
        let mut count = 0;
        for member in self.members() {
            count += sqlx::query_scalar!(
                "SELECT count(*) AS \"count!\" FROM outbox WHERE event_type = $1 AND set_aside_at IS NULL",
                event_type
            )
            .fetch_one(&member.pool)
            .await?;
        }
        if let Some(member) = self.members().find(|member| member.service == to) {
            count += sqlx::query_scalar!(
                "SELECT count(*) AS \"count!\" FROM inbox WHERE status = 'pending' AND event_type = $1",
                event_type
            )
            .fetch_one(&member.pool)
            .await?;
        }
        Ok(count)
    }
}

//! Order numbers.

use sqlx::PgConnection;
use time::Date;

/// The day's next number. The row stays locked until the transaction ends, so that orders of one day are numbered
/// one after the other and a number that is rolled back is given to the next order.
pub(crate) async fn next(conn: &mut PgConnection, day: Date) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!(
        "INSERT INTO order_number AS n (day, last)
         VALUES ($1, 1)
         ON CONFLICT (day) DO UPDATE SET last = n.last + 1
         RETURNING last",
        day
    )
    .fetch_one(conn)
    .await
}

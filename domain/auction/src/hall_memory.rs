//! The hall as a person last filtered and sorted it.

use kernel::Principal;
use platform_db::CommandError;

use crate::Service;
use crate::store::lists::HallFilter;
use crate::store::searches;

impl Service {
    /// Keeps how this person looks at the hall. One sale's cars are a visit, not a habit: they are not kept, nor is the page.
    pub async fn remember_hall(&self, who: &Principal, filter: &HallFilter) -> Result<(), CommandError> {
        if filter.sale_id.is_some() {
            return Ok(());
        }
        let habit = HallFilter { page: 0, ..filter.clone() };
        Ok(searches::remember_hall(&self.db, who.user_id, &habit).await?)
    }

    /// How this person last looked at the hall; nothing before the first time.
    pub async fn remembered_hall(&self, who: &Principal) -> Result<Option<HallFilter>, CommandError> {
        Ok(searches::remembered_hall(&self.db, who.user_id).await?)
    }
}

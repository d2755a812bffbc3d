//! A dealer takes back a max that waits for the opening.

use bidding::Command;
use kernel::{LotId, Principal, Problem};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::engine::{Answer, Sender};
use crate::place_max::seated;

impl Service {
    /// Takes back the dealer's max on a lot that has not opened yet. After the opening it is refused: bids bind.
    ///
    /// # Errors
    /// As [`Service::place_max`].
    pub async fn withdraw_max(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
    ) -> Result<Answer, CommandError> {
        let (command, sender) = self.by_dealer(who, |dealer_id| Command::Withdraw { dealer_id })?;
        let answer = self.engine.ask(lot_id, key, command, sender).await;
        answer.map_err(|failure| CommandError::Refused(failure.into()))
    }

    /// A command of a dealer's company, with who sends it.
    pub(crate) fn by_dealer(
        &self,
        who: &Principal,
        command: impl FnOnce(kernel::DealerId) -> Command,
    ) -> Result<(Command, Sender), Problem> {
        let (dealer_id, sender) = seated(who)?;
        Ok((command(dealer_id), sender))
    }
}

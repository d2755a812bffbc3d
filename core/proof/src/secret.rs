//! What of a bid is nobody's business but the bidder's.

use kernel::Fen;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Hash;

/// Who asked for how much. A row shows its [`Secret::commitment`]; whoever has the secret can show that it belongs to the
/// row, and nobody can guess it from the row, because of the salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// The bidding entity; nil for staff and the system.
    pub entity: Uuid,
    /// The person; nil where there is none.
    pub user: Uuid,
    /// The amount; none where the command has none.
    pub amount_fen: Option<Fen>,
    /// Random, for this row alone.
    pub salt: Uuid,
}

impl Secret {
    /// The hash that stands in the row.
    pub fn commitment(&self) -> Hash {
        let amount = self.amount_fen.map_or_else(|| "-".to_owned(), |amount| amount.0.to_string());
        let text = format!(
            "luochui secret v1\nentity={}\nuser={}\namount={amount}\nsalt={}\n",
            self.entity, self.user, self.salt
        );
        Hash::of(&[text.as_bytes()])
    }
}

//! Malformed frames from many sockets at once.

use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use kernel::LotId;
use tokio_tungstenite::tungstenite::Message;

use super::Ground;
use super::frames::Kind;
use super::outcome::Outcomes;
use crate::heard::Heard;
use crate::seed::people::Seat;
use crate::socket::{self, Socket};
use crate::target::Target;
use crate::{Result, fault};

/// An answer to a malformed frame that takes longer is none.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// The cases before the frames, and some slack.
const AROUND: Duration = Duration::from_secs(6);

/// How long the whole attack takes: each socket stays below the server's limit of frames, so that every frame is
/// looked at and not just counted.
pub(super) fn duration(frames: usize, attackers: usize) -> Duration {
    AROUND + Duration::from_secs_f64(frames as f64 / (attackers as f64 * socket::FRAMES_A_SECOND))
}

/// Sends them and notes what came back.
pub(super) async fn run(
    ground: &Ground,
    frames: usize,
    attackers: usize,
    outcomes: &mut Outcomes,
) -> Result<()> {
    let mut attacking = tokio::task::JoinSet::new();
    for number in 0..attackers {
        let share = (number..frames).step_by(attackers.max(1)).map(|n| Kind::ALL[n % Kind::ALL.len()]);
        let seat = ground.seats[number % ground.seats.len()].clone();
        attacking.spawn(attack(ground.target.clone(), seat, ground.open.id, share.collect()));
    }
    while let Some(done) = attacking.join_next().await {
        for (kind, came) in done?? {
            outcomes.note(kind.name(), kind.expected(), came);
        }
    }
    Ok(())
}

async fn attack(target: Target, seat: Seat, lot_id: LotId, kinds: Vec<Kind>) -> Result<Vec<(Kind, String)>> {
    let pause = Duration::from_secs_f64(1.0 / socket::FRAMES_A_SECOND);
    let mut socket = socket::open(&target, &seat).await?;
    let mut outcomes = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let due = Instant::now() + pause;
        let came = match socket.send(kind.make(lot_id)).await {
            Ok(()) => answer(&mut socket).await?,
            // the server may close while a frame that is too long is still being written
            Err(_) => "closed".to_owned(),
        };
        if came == "closed" {
            socket = socket::open(&target, &seat).await?;
        }
        outcomes.push((kind, came));
        tokio::time::sleep_until(due.into()).await;
    }
    Ok(outcomes)
}

/// The code of the next answer, or `closed`.
pub(super) async fn answer(socket: &mut Socket) -> Result<String> {
    let deadline = tokio::time::Instant::now() + ANSWER_WITHIN;
    loop {
        let Ok(heard) = tokio::time::timeout_at(deadline, socket.next()).await else {
            return Ok("silence".to_owned());
        };
        match heard {
            Some(Ok(Message::Text(text))) => {
                let frame = Heard::read(text.as_str()).map_err(|error| fault(format!("{error}: {text}")))?;
                match &*frame.kind {
                    "accepted" => return Ok("accepted".to_owned()),
                    "refused" => {
                        return Ok(frame.refusal.map(|refusal| refusal.code.into()).unwrap_or_default());
                    }
                    "error" => return Ok(frame.code.unwrap_or_default().into()),
                    _ => {}
                }
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok("closed".to_owned()),
            Some(Ok(_)) => {}
        }
    }
}

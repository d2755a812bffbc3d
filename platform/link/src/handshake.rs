//! How two ends come to know each other: each gives the other a number used once, and proves the key on both numbers.
//!
//! `caller → answerer` its number; `answerer → caller` its own, and the proof; `caller → answerer` the proof. The two proofs
//! begin with another word, so that nobody can send one end's own back to it.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::frames::{Reader, Writer};
use crate::{Key, LinkError, SILENCE};

const CALLER: &[u8] = b"caller";
const ANSWERER: &[u8] = b"answerer";

/// Calls the process at this address (`host:port`).
///
/// # Errors
/// When nobody answers there, or somebody without the key.
pub async fn connect(address: &str, key: &Key) -> Result<(Reader, Writer), LinkError> {
    within(async {
        let mut stream = TcpStream::connect(address).await?;
        let mine: [u8; 32] = rand::random();
        stream.write_all(&mine).await?;
        let (mut theirs, mut proof) = ([0; 32], [0; 32]);
        stream.read_exact(&mut theirs).await?;
        stream.read_exact(&mut proof).await?;
        if !key.holds(&proof, &[ANSWERER, &mine, &theirs]) {
            return Err(LinkError::Stranger);
        }
        stream.write_all(&key.proof(&[CALLER, &mine, &theirs])).await?;
        ends(stream)
    })
    .await
}

/// Answers who has called.
///
/// # Errors
/// When it has not the key, or says nothing.
pub async fn accept(mut stream: TcpStream, key: &Key) -> Result<(Reader, Writer), LinkError> {
    within(async {
        let mine: [u8; 32] = rand::random();
        let (mut theirs, mut proof) = ([0; 32], [0; 32]);
        stream.read_exact(&mut theirs).await?;
        stream.write_all(&[mine, key.proof(&[ANSWERER, &theirs, &mine])].concat()).await?;
        stream.read_exact(&mut proof).await?;
        if !key.holds(&proof, &[CALLER, &theirs, &mine]) {
            return Err(LinkError::Stranger);
        }
        ends(stream)
    })
    .await
}

async fn within<T>(work: impl Future<Output = Result<T, LinkError>>) -> Result<T, LinkError> {
    timeout(SILENCE, work).await.unwrap_or(Err(LinkError::Silent))
}

fn ends(stream: TcpStream) -> Result<(Reader, Writer), LinkError> {
    // a bid must not wait until the frame before it was acknowledged
    stream.set_nodelay(true)?;
    let (reader, writer) = stream.into_split();
    Ok((Reader::new(reader), Writer::new(writer)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    fn key(secret: u8) -> Key {
        Key::of(&[secret; 32], "test")
    }

    async fn meeting(
        caller: Key,
        answerer: Key,
    ) -> (Result<(Reader, Writer), LinkError>, Result<(Reader, Writer), LinkError>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let answered = async { accept(listener.accept().await.unwrap().0, &answerer).await };
        tokio::join!(connect(&address, &caller), answered)
    }

    #[tokio::test]
    async fn ends_with_one_key_send_each_other_frames() {
        let (called, answered) = meeting(key(1), key(1)).await;
        let ((mut from_answerer, mut to_answerer), (mut from_caller, mut to_caller)) =
            (called.unwrap(), answered.unwrap());
        to_answerer.send(b"a bid").await.unwrap();
        to_answerer.send(b"").await.unwrap();
        to_caller.send(b"an answer").await.unwrap();
        assert_eq!(from_caller.frame().await.unwrap(), "a bid");
        assert_eq!(from_caller.frame().await.unwrap(), "");
        assert_eq!(from_answerer.frame().await.unwrap(), "an answer");
        drop((from_answerer, to_answerer));
        assert!(
            matches!(from_caller.frame().await, Err(LinkError::Broken(_))),
            "an end that goes is noticed"
        );
    }

    #[tokio::test]
    async fn another_key_or_another_purpose_is_a_stranger() {
        for other in [key(2), Key::of(&[1; 32], "another version")] {
            let (called, answered) = meeting(other.clone(), key(1)).await;
            assert!(matches!(called, Err(LinkError::Stranger)), "{called:?}");
            assert!(answered.is_err(), "the caller went away, or was a stranger");
        }
    }

    #[tokio::test]
    async fn who_sends_our_own_words_back_is_a_stranger() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mirror = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut said = [0; 32];
            stream.read_exact(&mut said).await.unwrap();
            stream.write_all(&[said, said].concat()).await.unwrap();
        };
        let key = key(1);
        let (called, ()) = tokio::join!(connect(&address, &key), mirror);
        assert!(matches!(called, Err(LinkError::Stranger)), "{called:?}");
    }

    #[tokio::test]
    async fn who_says_nothing_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        assert!(matches!(connect(&address, &key(1)).await, Err(LinkError::Silent)));
        let (mut from_answerer, _to_answerer) = {
            let (called, answered) = meeting(key(1), key(1)).await;
            // the answering end stays, and says nothing
            std::mem::forget(answered.unwrap());
            called.unwrap()
        };
        assert!(matches!(from_answerer.frame().await, Err(LinkError::Silent)));
    }
}

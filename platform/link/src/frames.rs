//! Frames: four bytes of length, big endian, and so many bytes.

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use crate::{LinkError, SILENCE};

/// No frame is longer: it is held whole in memory.
pub const FRAME_MAX: usize = 4 * 1024 * 1024;
/// So much is read at once.
const READ_BUFFER: usize = 64 * 1024;

/// The end that hears.
#[derive(Debug)]
pub struct Reader {
    half: BufReader<OwnedReadHalf>,
}

/// The end that speaks.
#[derive(Debug)]
pub struct Writer {
    half: OwnedWriteHalf,
    buffer: Vec<u8>,
}

impl Reader {
    pub(crate) fn new(half: OwnedReadHalf) -> Reader {
        Reader { half: BufReader::with_capacity(READ_BUFFER, half) }
    }

    /// The next frame, which may be empty. Must not be dropped half way: the rest of the frame would be read as the next.
    ///
    /// # Errors
    /// When the other end is gone, silent, or sends too much at once.
    pub async fn frame(&mut self) -> Result<Bytes, LinkError> {
        timeout(SILENCE, self.read()).await.unwrap_or(Err(LinkError::Silent))
    }

    async fn read(&mut self) -> Result<Bytes, LinkError> {
        let length = self.half.read_u32().await? as usize;
        if length > FRAME_MAX {
            return Err(LinkError::TooLong(length));
        }
        let mut frame = BytesMut::zeroed(length);
        self.half.read_exact(&mut frame).await?;
        Ok(frame.freeze())
    }
}

impl Writer {
    pub(crate) fn new(half: OwnedWriteHalf) -> Writer {
        Writer { half, buffer: Vec::new() }
    }

    /// Sends a frame. Must not be dropped half way: what is sent next would be read as the rest of it.
    ///
    /// # Errors
    /// When the other end is gone or does not read, or the frame is too long.
    pub async fn send(&mut self, frame: &[u8]) -> Result<(), LinkError> {
        let length = u32::try_from(frame.len()).ok().filter(|_| frame.len() <= FRAME_MAX);
        let length = length.ok_or(LinkError::TooLong(frame.len()))?;
        self.buffer.clear();
        self.buffer.extend_from_slice(&length.to_be_bytes());
        self.buffer.extend_from_slice(frame);
        timeout(SILENCE, self.half.write_all(&self.buffer)).await.map_err(|_| LinkError::Silent)??;
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (there, here) = tokio::join!(TcpStream::connect(address), listener.accept());
        (there.unwrap(), here.unwrap().0)
    }

    #[tokio::test]
    async fn a_length_that_nobody_may_send_ends_the_link() {
        let (mut there, here) = pair().await;
        let (half, _) = here.into_split();
        there.write_all(&u32::MAX.to_be_bytes()).await.unwrap();
        assert!(matches!(Reader::new(half).frame().await, Err(LinkError::TooLong(_))));
    }

    #[tokio::test]
    async fn an_end_that_does_not_read_is_given_up() {
        let (_there, here) = pair().await;
        let (_, half) = here.into_split();
        let mut writer = Writer::new(half);
        let frame = vec![0; FRAME_MAX];
        let mut sent = 0;
        let error = loop {
            match writer.send(&frame).await {
                Ok(()) => sent += 1,
                Err(error) => break error,
            }
            assert!(sent < 100, "nothing takes so much");
        };
        assert!(matches!(error, LinkError::Silent), "{error:?}");
        assert!(matches!(writer.send(&vec![0; FRAME_MAX + 1]).await, Err(LinkError::TooLong(_))));
    }
}

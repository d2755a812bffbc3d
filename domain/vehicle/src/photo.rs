//! Photos: what is taken, and the sizes in which it is shown.

use std::io::Cursor;

use async_trait::async_trait;
use bytes::Bytes;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, imageops::FilterType};
use kernel::{Problem, ProblemKind};
use uuid::Uuid;

/// A phone's photo has at most about 12 MB.
pub const PHOTO_BYTES_MAX: usize = 20 * 1024 * 1024;
/// Wider or higher is no photo of a car but an attack on our memory.
const EDGE_PIXELS_MAX: u32 = 12_000;
/// 12 000 × 8 000 pixels in four bytes each.
const DECODED_BYTES_MAX: u64 = 400 * 1024 * 1024;
/// Smaller pictures cannot show a car.
const EDGE_PIXELS_MIN: u32 = 200;
/// Good enough to judge paint, a tenth of the original's size.
const QUALITY: f32 = 78.0;

/// In which size a photo is shown. All are WebP, cropped to 4:3 so that pages never jump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoSize {
    /// 320 × 240, for lists.
    Thumb,
    /// 1280 × 960, for the car's page.
    Large,
}

impl PhotoSize {
    /// All of them.
    pub const ALL: [PhotoSize; 2] = [PhotoSize::Thumb, PhotoSize::Large];

    /// The name in links and file names.
    pub const fn name(self) -> &'static str {
        match self {
            PhotoSize::Thumb => "thumb",
            PhotoSize::Large => "large",
        }
    }

    /// The size of that name.
    pub fn from_name(name: &str) -> Option<PhotoSize> {
        PhotoSize::ALL.into_iter().find(|size| size.name() == name)
    }

    const fn pixels(self) -> (u32, u32) {
        match self {
            PhotoSize::Thumb => (320, 240),
            PhotoSize::Large => (1280, 960),
        }
    }
}

/// The store failed; the caller tries again later.
#[derive(Debug, thiserror::Error)]
#[error("the photo store failed on {photo_id}")]
pub struct StoreError {
    /// The photo.
    pub photo_id: Uuid,
    /// Why.
    pub source: std::io::Error,
}

/// Where pictures live. Names are `original`, `thumb` and `large`.
#[async_trait]
pub trait PhotoStore: Send + Sync + 'static {
    /// Keeps a file of a photo; the same again changes nothing.
    async fn put(&self, photo_id: Uuid, name: &str, bytes: Bytes) -> Result<(), StoreError>;

    /// A file of a photo, if there is one.
    async fn get(&self, photo_id: Uuid, name: &str) -> Result<Option<Bytes>, StoreError>;
}

/// An uploaded picture, checked and drawn in the sizes in which it is shown.
pub(crate) struct Developed {
    pub content_type: &'static str,
    pub width: u32,
    pub height: u32,
    pub sizes: Vec<(PhotoSize, Bytes)>,
}

/// Decodes a picture, turns it upright, and draws its sizes. Takes a good part of a second: call it where blocking
/// is allowed.
pub(crate) fn develop(bytes: &[u8]) -> Result<Developed, Problem> {
    let refused = |code: &str| Problem::new(ProblemKind::Invalid, code);
    if bytes.len() > PHOTO_BYTES_MAX {
        return Err(refused("PHOTO_TOO_LARGE"));
    }
    // what the bytes are counts, not what the upload calls them
    let format = image::guess_format(bytes).map_err(|_| refused("PHOTO_FORMAT"))?;
    let content_type = match format {
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::Png => "image/png",
        ImageFormat::WebP => "image/webp",
        _ => return Err(refused("PHOTO_FORMAT")),
    };
    let picture = decode(bytes, format).map_err(|error| match error {
        image::ImageError::Limits(_) => refused("PHOTO_TOO_LARGE"),
        _ => refused("PHOTO_UNREADABLE"),
    })?;
    let (width, height) = (picture.width(), picture.height());
    if width < EDGE_PIXELS_MIN || height < EDGE_PIXELS_MIN {
        return Err(refused("PHOTO_TOO_SMALL"));
    }
    let large = fill(&picture, PhotoSize::Large);
    let thumb = fill(&large, PhotoSize::Thumb);
    let sizes = vec![(PhotoSize::Large, encode(&large)?), (PhotoSize::Thumb, encode(&thumb)?)];
    Ok(Developed { content_type, width, height, sizes })
}

fn decode(bytes: &[u8], format: ImageFormat) -> image::ImageResult<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(EDGE_PIXELS_MAX);
    limits.max_image_height = Some(EDGE_PIXELS_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Crops to the size's ratio around the middle and scales down; small pictures are scaled up.
fn fill(picture: &DynamicImage, size: PhotoSize) -> DynamicImage {
    let (width, height) = size.pixels();
    DynamicImage::ImageRgb8(picture.resize_to_fill(width, height, FilterType::Triangle).into_rgb8())
}

fn encode(picture: &DynamicImage) -> Result<Bytes, Problem> {
    let rgb = picture.to_rgb8();
    let encoded =
        webp::Encoder::from_rgb(rgb.as_raw(), rgb.width(), rgb.height()).encode_simple(false, QUALITY);
    match encoded {
        Ok(memory) => Ok(Bytes::copy_from_slice(&memory)),
        Err(error) => {
            tracing::error!(?error, "WebP could not be written");
            Err(Problem::internal())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let picture = image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x % 256) as u8, (y % 256) as u8, 80])
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn every_size_has_its_ratio_whatever_came_in() {
        let developed = develop(&jpeg(900, 1200)).unwrap();
        assert_eq!((developed.content_type, developed.width, developed.height), ("image/jpeg", 900, 1200));
        for (size, bytes) in developed.sizes {
            let shown = image::load_from_memory_with_format(&bytes, ImageFormat::WebP).unwrap();
            assert_eq!((shown.width(), shown.height()), size.pixels());
        }
    }

    #[test]
    fn a_sideways_photo_is_turned_upright() {
        // an APP1 segment with one EXIF entry: orientation 6, "turn right to see it"
        let exif =
            b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let plain = jpeg(400, 300);
        let turned = [&plain[..2], &exif[..], &plain[2..]].concat();
        let developed = develop(&turned).unwrap();
        assert_eq!((developed.width, developed.height), (300, 400));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let code = |bytes: &[u8]| develop(bytes).err().unwrap().code;
        assert_eq!(code(b"GIF89a"), "PHOTO_FORMAT");
        assert_eq!(code(b"<svg></svg>"), "PHOTO_FORMAT");
        assert_eq!(code(&jpeg(100, 100)), "PHOTO_TOO_SMALL");
        assert_eq!(code(&jpeg(400, 300)[..100]), "PHOTO_UNREADABLE");
        assert_eq!(code(&vec![0xff; PHOTO_BYTES_MAX + 1]), "PHOTO_TOO_LARGE");
    }
}

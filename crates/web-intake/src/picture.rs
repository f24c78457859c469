//! A picture as it may be shown: a square of our own writing, without anything that a camera noted.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{ImageDecoder, ImageFormat, ImageReader, Limits};

/// The side of the square, in pixels: twice what any page shows.
const SIDE: u32 = 256;
/// The largest picture that is read, in pixels each way.
const LARGEST: u32 = 6_500;
/// Memory that reading one may take, in bytes.
const MEMORY: u64 = 256 * 1024 * 1024;
const QUALITY: u8 = 85;

/// A file that is not a picture we can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not a JPEG or PNG that we can read. Choose another one, or save it as JPEG first")]
pub(crate) struct NotAPicture;

/// The middle of a JPEG or PNG as a square JPEG, turned the way it was taken. Metadata are left behind: only pixels are kept.
///
/// # Errors
/// [`NotAPicture`] for any other file, one that is broken, and one that is too large.
pub(crate) fn square(file: &[u8]) -> Result<Vec<u8>, NotAPicture> {
    let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| NotAPicture)?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
        return Err(NotAPicture);
    }
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(LARGEST), Some(LARGEST));
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| NotAPicture)?;
    let turned = decoder.orientation().map_err(|_| NotAPicture)?;
    let mut picture = image::DynamicImage::from_decoder(decoder).map_err(|_| NotAPicture)?;
    picture.apply_orientation(turned);
    let pixels = picture.resize_to_fill(SIDE, SIDE, FilterType::Lanczos3).into_rgb8();
    let mut jpeg = vec![];
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&pixels).map_err(|_| NotAPicture)?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, RgbImage};

    use super::*;

    fn png(wide: u32, high: u32) -> Vec<u8> {
        let picture = RgbImage::from_fn(wide, high, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
        let mut file = vec![];
        DynamicImage::from(picture).write_to(&mut Cursor::new(&mut file), ImageFormat::Png).unwrap();
        file
    }

    #[test]
    fn any_shape_becomes_one_small_square() {
        for (wide, high) in [(640, 480), (480, 900), (3, 2), (256, 256)] {
            let jpeg = square(&png(wide, high)).unwrap();
            let read = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap();
            assert_eq!((read.width(), read.height()), (SIDE, SIDE));
            assert!(jpeg.len() < 60_000);
        }
    }

    #[test]
    fn what_the_camera_noted_is_gone() {
        let jpeg = square(&png(64, 64)).unwrap();
        // A JPEG with a note of where it was taken, as a camera writes it: an APP1 segment after the first two bytes.
        let note = b"Exif\0\0MM\0*\0\0\0\x08\0\0home: 51.5N";
        let mut noted = jpeg[..2].to_vec();
        noted.extend([0xff, 0xe1]);
        noted.extend(u16::try_from(note.len() + 2).unwrap().to_be_bytes());
        noted.extend(note);
        noted.extend(&jpeg[2..]);
        let written = square(&noted).unwrap();
        assert!(!written.windows(4).any(|four| four == b"Exif" || four == b"home"));
    }

    #[test]
    fn whatever_is_no_picture_is_refused_and_nothing_breaks() {
        let good = png(64, 64);
        let bomb = {
            // The head of a PNG that says it is 60,000 pixels each way.
            let mut bomb = good.clone();
            bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
            bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
            bomb
        };
        for file in [&b""[..], b"GIF89a", b"<svg onload='x'>", &good[..40], &bomb] {
            assert_eq!(square(file), Err(NotAPicture));
        }
    }
}

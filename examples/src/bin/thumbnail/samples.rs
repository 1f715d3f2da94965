//! Images to try it with: good ones, and what an attacker would send.

use png::{BitDepth, ColorType, Encoder, EncodingError, Writer};

use crate::File;

/// Each with its name.
pub(crate) fn all() -> Result<Vec<File>, Box<dyn std::error::Error>> {
    let sunrise = sunrise()?;
    let mut malformed = sunrise.clone();
    malformed.iter_mut().skip(60).step_by(50).for_each(|byte| *byte = !*byte);
    let truncated = sunrise[..sunrise.len() / 2].to_vec();
    let samples = [
        ("sunrise.png", sunrise),
        ("malformed.png", malformed),
        ("truncated.png", truncated),
        ("text.png", b"This is no image at all.\n".to_vec()),
        ("rings.png", rings()?),
        ("enormous.png", enormous()?),
        ("after.png", rings()?),
    ];
    Ok(samples.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect())
}

/// A sun over a sea, in colour.
fn sunrise() -> Result<Vec<u8>, EncodingError> {
    let (width, height) = (480_u32, 320_u32);
    let pixel = |x: u32, y: u32| {
        let sun = x.abs_diff(240).pow(2) + y.abs_diff(200).pow(2) < 90 * 90;
        match (y < 200, sun) {
            (true, true) => [255, 240, 200],
            (true, false) => [(y / 2 + 60) as u8, (y / 3 + 20) as u8, 90],
            (false, _) => [20, (70 - y / 8) as u8, if y % 16 < 8 { 160 } else { 120 }],
        }
    };
    let pixels: Vec<u8> = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
    let mut bytes = Vec::new();
    writer(&mut bytes, (width, height), ColorType::Rgb, BitDepth::Eight)?.write_image_data(&pixels)?;
    Ok(bytes)
}

/// Rings, gray, 16 bits for each pixel.
fn rings() -> Result<Vec<u8>, EncodingError> {
    let size = 200_u32;
    let light = |x: u32, y: u32| ((x.abs_diff(100).pow(2) + y.abs_diff(100).pow(2)) * 13) as u16;
    let pixels: Vec<u8> = (0..size).flat_map(|y| (0..size).flat_map(move |x| light(x, y).to_be_bytes())).collect();
    let mut bytes = Vec::new();
    writer(&mut bytes, (size, size), ColorType::Grayscale, BitDepth::Sixteen)?.write_image_data(&pixels)?;
    Ok(bytes)
}

/// A header that claims 30 GB of pixels, and next to nothing behind it.
fn enormous() -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let mut writer = writer(&mut bytes, (100_000, 100_000), ColorType::Rgb, BitDepth::Eight)?;
    writer.write_chunk(png::chunk::IDAT, &[0x78, 0x9c, 0, 0])?;
    drop(writer);
    Ok(bytes)
}

fn writer(
    bytes: &mut Vec<u8>,
    (width, height): (u32, u32),
    color: ColorType,
    depth: BitDepth,
) -> Result<Writer<&mut Vec<u8>>, EncodingError> {
    let mut encoder = Encoder::new(bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.write_header()
}

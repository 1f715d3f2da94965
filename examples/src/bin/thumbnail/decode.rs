//! The sandboxee: bytes of PNG files in, pixels out.

use std::error::Error;
use std::io::Cursor;

use png::{ColorType, Decoder, Transformations};
use sandbox2::client::{self, Buffer, Client, Status};

/// Decodes what it is sent until nothing more comes.
pub(crate) fn sandboxee() -> Result<(), Box<dyn Error>> {
    let mut client = Client::new()?;
    let mut comms = client.comms()?;
    let pixels = Buffer::from_fd(client.descriptor("pixels")?)?;
    client.sandbox_me_here()?;
    // Each file may take over this process: from here on it can do nothing but talk to its host.
    loop {
        let bytes = match comms.receive_bytes() {
            Ok(bytes) => bytes,
            Err(client::Error::Closed) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let decoded = decode(&bytes).and_then(|image| {
            pixels.write_at(0, &image.pixels)?;
            Ok(image)
        });
        match decoded {
            Ok(Image { width, height, .. }) => {
                comms.send_status(&Status { code: 0, message: String::new() })?;
                comms.send_u32(width)?;
                comms.send_u32(height)?;
            }
            Err(error) => comms.send_status(&Status { code: 1, message: error.to_string() })?,
        }
    }
}

struct Image {
    width: u32,
    height: u32,
    /// Red, green and blue of each.
    pixels: Vec<u8>,
}

/// Believes what the header says, as decoders do.
fn decode(bytes: &[u8]) -> Result<Image, Box<dyn Error>> {
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info()?;
    let mut decoded = vec![0; reader.output_buffer_size().ok_or("the image is too large for any memory")?];
    let info = reader.next_frame(&mut decoded)?;
    let decoded = &decoded[..info.buffer_size()];
    let gray = |values: &[u8]| [values[0]; 3];
    let pixels = match info.color_type {
        ColorType::Grayscale => decoded.iter().flat_map(|value| [*value; 3]).collect(),
        ColorType::GrayscaleAlpha => decoded.chunks_exact(2).flat_map(gray).collect(),
        ColorType::Rgba => decoded.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect(),
        ColorType::Rgb | ColorType::Indexed => decoded.to_vec(),
    };
    Ok(Image { width: info.width, height: info.height, pixels })
}

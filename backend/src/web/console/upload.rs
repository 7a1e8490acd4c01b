//! A form with a file in it (RFC 7578).

use multer::{Multipart, parse_boundary};
use warp::hyper::body::Bytes;
use warp::{Buf, Stream};

use super::pages::Failure;
use super::request::{Form, Request, read};

/// The fields, and a logo twice: as it was chosen, and as the page before kept it, in base64.
const MAX_BYTES: usize = 192 * 1024;

/// A form and its file.
pub struct Upload {
    /// The fields.
    pub form: Form,
    /// The file; empty if none was chosen.
    pub file: Vec<u8>,
}

impl Upload {
    /// Reads a form whose one file is in the field `file`. A form without one may come as any other form does.
    pub async fn read<S, B>(request: &Request, body: S, file: &str) -> Result<Self, Failure>
    where
        S: Stream<Item = Result<B, warp::Error>>,
        B: Buf,
    {
        request.check_origin()?;
        let bytes = read(body, MAX_BYTES).await?;
        if request.is_urlencoded() {
            return Ok(Self {
                form: Form::urlencoded(&bytes),
                file: Vec::new(),
            });
        }
        let boundary = parse_boundary(request.media_type()).map_err(|_| Failure::MediaType)?;
        let whole = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from(bytes))]);
        let mut parts = Multipart::new(whole, boundary);
        let (mut fields, mut found) = (Vec::new(), Vec::new());
        while let Some(part) = parts.next_field().await.map_err(|_| Failure::Unreadable)? {
            let name = part.name().unwrap_or("").to_owned();
            let content = part.bytes().await.map_err(|_| Failure::Unreadable)?;
            if name == file {
                found = content.to_vec();
            } else {
                let text = String::from_utf8(content.to_vec()).map_err(|_| Failure::Unreadable)?;
                fields.push((name, text));
            }
        }
        Ok(Self {
            form: Form::new(fields),
            file: found,
        })
    }
}

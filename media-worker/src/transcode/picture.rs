//! Pictures in I420: a plane of luma and two of chroma with half the columns and lines (8 bits, limited range).

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// Black in limited range.
const BLACK_LUMA: u8 = 16;
const GREY_CHROMA: u8 = 128;

/// A picture whose rows follow one another without padding: its width is a multiple of 8, its height even.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    size: Size,
    data: Vec<u8>,
}

/// Where a plane lies in the data.
#[derive(Debug, Clone, Copy)]
struct Plane {
    start: usize,
    width: usize,
    /// 1 for luma, 2 for chroma.
    divisor: usize,
}

impl Size {
    /// Bytes of such a picture.
    pub fn bytes(self) -> usize {
        self.width as usize * self.height as usize * 3 / 2
    }

    fn planes(self) -> [Plane; 3] {
        let (width, height) = (self.width as usize, self.height as usize);
        let luma = width * height;
        let chroma = |start| Plane { start, width: width / 2, divisor: 2 };
        [Plane { start: 0, width, divisor: 1 }, chroma(luma), chroma(luma + luma / 4)]
    }
}

impl Picture {
    pub fn black(size: Size) -> Self {
        let luma = size.width as usize * size.height as usize;
        let mut data = vec![GREY_CHROMA; size.bytes()];
        data[..luma].fill(BLACK_LUMA);
        Self { size, data }
    }

    pub fn size(&self) -> Size {
        self.size
    }

    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The same for JPEG (JFIF), whose black is 0 and white 255. GStreamer 1.22 leaves the range alone where the format stays.
    pub fn full_range(&self) -> Vec<u8> {
        let luma = self.size.width as usize * self.size.height as usize;
        let mut data = self.data.clone();
        let (lumas, chromas) = data.split_at_mut(luma);
        for byte in lumas {
            *byte = ((f32::from(*byte) - 16.0) * 255.0 / 219.0).round() as u8;
        }
        for byte in chromas {
            *byte = ((f32::from(*byte) - 128.0) * 255.0 / 224.0 + 128.0).round() as u8;
        }
        data
    }

    /// Copies a picture's bytes to a place in this one. What has another length than its size says is left alone.
    pub fn draw(&mut self, left: u32, top: u32, size: Size, from: &[u8]) {
        if from.len() < size.bytes() {
            return;
        }
        for (source, target) in size.planes().into_iter().zip(self.size.planes()) {
            let (left, top) = (left as usize / target.divisor, top as usize / target.divisor);
            for row in 0..size.height as usize / source.divisor {
                let read = source.start + row * source.width;
                let write = target.start + (top + row) * target.width + left;
                self.data[write..write + source.width].copy_from_slice(&from[read..read + source.width]);
            }
        }
    }

    /// Makes a part black.
    pub fn clear(&mut self, left: u32, top: u32, size: Size) {
        self.draw(left, top, size, Picture::black(size).data());
    }

    /// A smaller copy, each pixel the middle of what it stands for: good enough for thumbnails.
    pub fn shrink(&self, size: Size) -> Self {
        let mut small = Self::black(size);
        for (source, target) in self.size.planes().into_iter().zip(size.planes()) {
            let source_height = self.size.height as usize / source.divisor;
            let target_height = size.height as usize / target.divisor;
            for row in 0..target_height {
                let read = (2 * row + 1) * source_height / (2 * target_height) * source.width;
                for column in 0..target.width {
                    let from = (2 * column + 1) * source.width / (2 * target.width);
                    small.data[target.start + row * target.width + column] =
                        self.data[source.start + read + from];
                }
            }
        }
        small
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_part_can_be_cleared_and_the_rest_stays() {
        let (canvas, part) = (Size { width: 32, height: 16 }, Size { width: 16, height: 8 });
        let mut picture = Picture::black(canvas);
        picture.draw(16, 8, part, &vec![200; part.bytes()]);
        assert_eq!(picture.data()[7 * 32 + 31], BLACK_LUMA);
        assert_eq!(picture.data()[8 * 32 + 15], BLACK_LUMA);
        assert_eq!(picture.data()[8 * 32 + 16], 200);
        assert_eq!(picture.data().iter().filter(|byte| **byte == 200).count(), part.bytes());
        picture.clear(16, 8, part);
        assert_eq!(picture, Picture::black(canvas));
    }

    #[test]
    fn a_still_s_black_is_black_and_white_white() {
        let size = Size { width: 8, height: 2 };
        let mut picture = Picture::black(size);
        assert_eq!(picture.full_range()[..16], [0; 16]);
        assert_eq!(picture.full_range()[16..], [128; 8]);
        picture.draw(0, 0, size, &[235; 24]);
        assert_eq!(picture.full_range()[0], 255);
    }

    #[test]
    fn a_small_copy_keeps_sides_and_colours() {
        let (canvas, half) = (Size { width: 64, height: 32 }, Size { width: 32, height: 32 });
        let mut picture = Picture::black(canvas);
        picture.draw(32, 0, half, &vec![90; half.bytes()]);
        let mut expected = Picture::black(Size { width: 16, height: 8 });
        let part = Size { width: 8, height: 8 };
        expected.draw(8, 0, part, &vec![90; part.bytes()]);
        assert_eq!(picture.shrink(Size { width: 16, height: 8 }), expected);
    }
}

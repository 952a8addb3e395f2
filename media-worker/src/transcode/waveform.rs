//! What the player draws under the time line: each channel's extremes, in the JSON form of BBC's audiowaveform (version 2),
//! which peaks.js and wavesurfer read.

use serde_json::{Value, json};

use super::audio_track::{Position, RATE};

/// A pixel is at least 100 ms.
const FINEST: usize = RATE as usize / 10;
/// Longer recordings get coarser pixels instead of a larger file.
const MOST_PIXELS: usize = 6000;
const CHANNELS: usize = 2;

pub struct Waveform {
    samples_a_pixel: usize,
    /// Of the pixel being filled: samples, and extremes by channel.
    filled: usize,
    extremes: [(f32, f32); CHANNELS],
    /// Minimum and maximum by channel and pixel.
    data: Vec<i8>,
}

impl Waveform {
    pub fn new(length: Position) -> Self {
        let length = usize::try_from(length).unwrap_or_default();
        Self {
            samples_a_pixel: length.div_ceil(MOST_PIXELS).next_multiple_of(480).max(FINEST),
            filled: 0,
            extremes: [(0.0, 0.0); CHANNELS],
            data: Vec::new(),
        }
    }

    /// Takes samples of both channels in turn.
    pub fn add(&mut self, block: &[f32]) {
        for samples in block.chunks_exact(CHANNELS) {
            for ((low, high), sample) in self.extremes.iter_mut().zip(samples) {
                *low = low.min(*sample);
                *high = high.max(*sample);
            }
            self.filled += 1;
            if self.filled == self.samples_a_pixel {
                self.finish_pixel();
            }
        }
    }

    pub fn into_json(mut self) -> Value {
        if self.filled > 0 {
            self.finish_pixel();
        }
        json!({
            "version": 2,
            "channels": CHANNELS,
            "sample_rate": RATE,
            "samples_per_pixel": self.samples_a_pixel,
            "bits": 8,
            "length": self.data.len() / (2 * CHANNELS),
            "data": self.data,
        })
    }

    fn finish_pixel(&mut self) {
        for (low, high) in &mut self.extremes {
            self.data.extend([(*low * 127.0) as i8, (*high * 127.0) as i8]);
            (*low, *high) = (0.0, 0.0);
        }
        self.filled = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_has_its_own_extremes() {
        let mut waveform = Waveform::new(7200);
        for index in 0..7200 {
            let left = if index == 4799 { -0.5 } else { 0.0 };
            let right = if index == 4800 { 1.0 } else { 0.0 };
            waveform.add(&[left, right]);
        }
        let json = waveform.into_json();
        assert_eq!(json["length"], 2);
        assert_eq!(json["data"], json!([-63, 0, 0, 0, 0, 0, 0, 127]));
    }

    #[test]
    fn a_day_is_no_larger_than_ten_minutes() {
        let waveform = Waveform::new(24 * 3600 * RATE);
        assert!(24 * 3600 * RATE as usize / waveform.samples_a_pixel <= MOST_PIXELS);
    }
}

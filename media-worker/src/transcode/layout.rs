//! Who stands where in the picture, how large it is, and which rungs the ladder has.
//!
//! "Above the source" means: the largest picture anybody sent would have to be enlarged to fill its cell. The canvas is at
//! most 1280×720 and shrinks until no larger picture would be. So one 640×480 camera gives 480 lines; two of them side by
//! side still fill 1280×720, because each keeps its own 640 columns; two 320×240 ones give 640×360.

use super::picture::Size;

/// The largest canvas.
const FULL: Size = Size { width: 1280, height: 720 };
/// Lines of the rungs below the canvas's own.
const LOWER_RUNGS: [u32; 2] = [480, 240];
/// A rung this close under the canvas would only cost.
const WORTHWHILE_PERCENT: u32 = 85;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    pub left: u32,
    pub top: u32,
    pub size: Size,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub canvas: Size,
    /// One for each leg that sends pictures, in the order given.
    pub cells: Vec<Cell>,
    /// Sizes of the ladder from the canvas down.
    pub rungs: Vec<Size>,
}

/// `sources` has the largest picture of each leg, agents first. None without any.
pub fn lay_out(sources: &[Size]) -> Option<Layout> {
    if sources.is_empty() {
        return None;
    }
    let columns = (1u32..).find(|columns| (columns * columns) as usize >= sources.len())?;
    let rows = u32::try_from(sources.len()).ok()?.div_ceil(columns);
    let canvas = canvas_for(sources, columns, rows);
    let size = Size { width: canvas.width / columns, height: canvas.height / rows / 2 * 2 };
    let cells = (0..rows)
        .flat_map(|row| (0..columns).map(move |column| (row, column)))
        .take(sources.len())
        .map(|(row, column)| Cell { left: column * size.width, top: row * size.height, size })
        .collect();
    let lower = LOWER_RUNGS
        .into_iter()
        .filter(|lines| lines * 100 <= canvas.height * WORTHWHILE_PERCENT)
        .map(|lines| Size { width: even(lines * canvas.width / canvas.height), height: lines });
    let rungs = std::iter::once(canvas).chain(lower).collect();
    Some(Layout { canvas, cells, rungs })
}

/// Widths are multiples of 16 in every cell, so that a row of I420 has no padding in any plane.
fn canvas_for(sources: &[Size], columns: u32, rows: u32) -> Size {
    let (cell_width, cell_height) = (FULL.width / columns, FULL.height / rows);
    let needed = sources
        .iter()
        .map(|source| {
            let across = f64::from(source.width) / f64::from(cell_width);
            let down = f64::from(source.height) / f64::from(cell_height);
            across.max(down)
        })
        .fold(0.0, f64::max)
        .min(1.0);
    let unit = 16 * columns;
    let width = ((f64::from(FULL.width) * needed / f64::from(unit)).round() as u32).max(1) * unit;
    Size { width, height: even(width * 9 / 16) }
}

fn even(length: u32) -> u32 {
    length.next_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    fn lines(layout: &Layout) -> Vec<u32> {
        layout.rungs.iter().map(|rung| rung.height).collect()
    }

    #[test]
    fn two_cameras_stand_side_by_side() {
        for source in [size(1280, 720), size(640, 480), size(1920, 1080)] {
            let layout = lay_out(&[source, source]).unwrap();
            assert_eq!(layout.canvas, size(1280, 720), "{source:?}");
            assert_eq!(layout.cells[1], Cell { left: 640, top: 0, size: size(640, 720) });
            assert_eq!(lines(&layout), [720, 480, 240]);
            assert_eq!(layout.rungs[1], size(854, 480));
        }
    }

    #[test]
    fn nothing_is_enlarged() {
        let layout = lay_out(&[size(320, 240), size(320, 240)]).unwrap();
        assert_eq!(layout.canvas, size(640, 360));
        assert_eq!(lines(&layout), [360, 240]);
        let layout = lay_out(&[size(640, 480)]).unwrap();
        assert_eq!(layout.canvas.height, 478, "within 16 columns of 480 lines");
        assert_eq!(lines(&layout), [478, 240]);
        assert_eq!(lines(&lay_out(&[size(160, 120)]).unwrap()), [118]);
        assert_eq!(lay_out(&[]), None);
    }

    #[test]
    fn a_lone_camera_fills_the_picture_and_a_portrait_one_keeps_its_lines() {
        let layout = lay_out(&[size(1280, 720)]).unwrap();
        assert_eq!(layout.cells, [Cell { left: 0, top: 0, size: size(1280, 720) }]);
        assert_eq!(lay_out(&[size(720, 1280)]).unwrap().canvas, size(1280, 720));
    }

    #[test]
    fn more_legs_make_a_grid_without_padding() {
        for legs in 3..=9 {
            let layout = lay_out(&vec![size(640, 360); legs]).unwrap();
            assert_eq!(layout.cells.len(), legs);
            for cell in &layout.cells {
                assert_eq!((cell.size.width % 16, cell.size.height % 2), (0, 0));
                assert!(cell.left + cell.size.width <= layout.canvas.width);
                assert!(cell.top + cell.size.height <= layout.canvas.height);
            }
        }
    }
}

//! Charts as SVG, made on the server: bars over time whose parts lead to their rows, and the same figures as a table.
//!
//! Lengths across are in percent, so that a chart is as wide as its place and its words keep their size.

/// Height of the field of the bars, in pixels.
const HEIGHT: f64 = 120.0;
/// Where the field begins, below the words of the highest line.
const TOP: f64 = 16.0;
/// Part of a bar's place that the bar takes, in percent.
const THICKNESS: f64 = 72.0;

/// What a chart is made of.
pub struct Series {
    /// Names the chart in the page.
    pub id: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// What it says in one sentence.
    pub description: String,
    /// What the parts of a bar are, from the bottom up: class and name.
    pub parts: Vec<(&'static str, &'static str)>,
    /// The bars, the oldest first.
    pub bars: Vec<Values>,
    /// The end of the scale, if it is fixed.
    pub most: Option<f64>,
    /// Writes a value.
    pub write: fn(f64) -> String,
}

/// What one bar is made of.
pub struct Values {
    /// The time that it stands for.
    pub label: String,
    /// One value for each part, `None` where there is nothing to show, with the address of its rows.
    pub values: Vec<(Option<f64>, String)>,
}

/// A chart that is ready to be drawn.
pub struct Chart {
    /// Names the chart in the page.
    pub id: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// What it says in one sentence.
    pub description: String,
    /// Class and name of each part.
    pub parts: Vec<(&'static str, &'static str)>,
    /// Rectangles.
    pub blocks: Vec<Block>,
    /// Lines across.
    pub lines: Vec<Line>,
    /// Words below.
    pub labels: Vec<Label>,
    /// The same as a table: the time, then for each part its figure and the address of its rows.
    pub rows: Vec<(String, Vec<(String, String)>)>,
    /// There is nothing to show.
    pub is_empty: bool,
}

/// One rectangle, which leads to its rows.
pub struct Block {
    /// Class of its meaning.
    pub tone: &'static str,
    /// Left edge, in percent.
    pub x: String,
    /// Width, in percent.
    pub width: String,
    /// Upper edge, in pixels.
    pub y: String,
    /// Height, in pixels.
    pub height: String,
    /// Its rows.
    pub href: String,
    /// What it says.
    pub label: String,
}

/// A line across, with its value.
pub struct Line {
    /// Where, in pixels.
    pub y: String,
    /// What it stands for.
    pub label: String,
}

/// A word below the bars.
pub struct Label {
    /// Where, in percent.
    pub x: String,
    /// `start`, `middle` or `end`.
    pub anchor: &'static str,
    /// The word.
    pub text: String,
}

impl Series {
    /// Draws it.
    pub fn draw(self) -> Chart {
        let sums = self
            .bars
            .iter()
            .map(|bar| bar.values.iter().filter_map(|(value, _)| *value).sum::<f64>());
        let highest = sums.fold(0.0, f64::max);
        let most = self.most.unwrap_or_else(|| round_up(highest));
        let pitch = 100.0 / f64::from(u32::try_from(self.bars.len().max(1)).unwrap_or(u32::MAX));
        let width = pitch * THICKNESS / 100.0;
        let mut blocks = Vec::new();
        let mut rows = Vec::new();
        let mut left = (pitch - width) / 2.0;
        for bar in &self.bars {
            let mut base = TOP + HEIGHT;
            let mut cells = Vec::new();
            for ((tone, name), (value, href)) in self.parts.iter().zip(&bar.values) {
                let written = value.map_or_else(|| "–".to_owned(), self.write);
                cells.push((written.clone(), href.clone()));
                let Some(value) = value.filter(|value| *value > 0.0) else {
                    continue;
                };
                // A value that is there is seen, however small it is beside the others.
                let height = (value / most * HEIGHT).max(1.5);
                base -= height;
                blocks.push(Block {
                    tone,
                    x: percent(left),
                    width: percent(width),
                    y: pixels(base),
                    height: pixels(height),
                    href: href.clone(),
                    label: format!("{}, {name}: {written}", bar.label),
                });
            }
            rows.push((bar.label.clone(), cells));
            left += pitch;
        }
        Chart {
            id: self.id,
            title: self.title,
            description: self.description,
            is_empty: blocks.is_empty(),
            blocks,
            lines: [1.0, 0.5, 0.0]
                .into_iter()
                .map(|share| Line {
                    y: pixels(TOP + HEIGHT * (1.0 - share)),
                    label: (self.write)(most * share),
                })
                .collect(),
            labels: labels(&self.bars),
            parts: self.parts,
            rows,
        }
    }
}

fn labels(bars: &[Values]) -> Vec<Label> {
    let at = |index: usize, x: f64, anchor| {
        bars.get(index).map(|bar| Label {
            x: percent(x),
            anchor,
            text: bar.label.clone(),
        })
    };
    let last = bars.len().saturating_sub(1);
    let middle = (bars.len() > 2).then(|| at(last / 2, 50.0, "middle")).flatten();
    [at(0, 0.0, "start"), middle, at(last, 100.0, "end")]
        .into_iter()
        .flatten()
        .collect()
}

/// The next number above that reads well: 1, 2 or 5 with zeros, and never an odd half.
fn round_up(value: f64) -> f64 {
    let mut scale = 1.0;
    loop {
        for step in [2.0, 4.0, 10.0] {
            if step * scale >= value {
                return step * scale;
            }
        }
        scale *= 10.0;
    }
}

fn percent(value: f64) -> String {
    format!("{value:.2}%")
}

fn pixels(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[f64]) -> Series {
        Series {
            id: "x",
            title: "X",
            description: String::new(),
            parts: vec![("passed", "Passed"), ("failed", "Failed")],
            bars: values
                .iter()
                .map(|value| Values {
                    label: "1 Nov".into(),
                    values: vec![(Some(*value), "/a".into()), (None, "/b".into())],
                })
                .collect(),
            most: None,
            write: |value| format!("{value:.0}"),
        }
    }

    #[test]
    fn bars_stand_on_the_ground_and_end_at_their_value() {
        let chart = series(&[0.0, 5.0, 10.0]).draw();
        let drawn: Vec<_> = chart
            .blocks
            .iter()
            .map(|block| (block.y.as_str(), block.height.as_str(), block.href.as_str()))
            .collect();
        assert_eq!(drawn, [("76.0", "60.0", "/a"), ("16.0", "120.0", "/a")]);
        assert_eq!(chart.blocks[1].label, "1 Nov, Passed: 10");
        assert_eq!(chart.rows[0].1[1].0, "–");
        assert!(series(&[0.0]).draw().is_empty);
    }

    #[test]
    fn scales_end_at_numbers_that_read_well() {
        let ends = [0.0, 1.0, 3.0, 5.0, 11.0, 39.0, 41.0, 1001.0].map(|value| round_up(value).to_string());
        assert_eq!(ends, ["2", "2", "4", "10", "20", "40", "100", "2000"]);
    }
}

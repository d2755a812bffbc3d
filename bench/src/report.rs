//! The tables that go into `docs/performance.md`.
#![expect(clippy::print_stdout, reason = "the report is what the program is for")]

/// One figure of one run.
#[derive(Clone, Debug)]
struct Figure {
    name: String,
    value: f64,
    decimals: usize,
}

/// The figures of one run, in the order in which they are printed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheet(Vec<Figure>);

impl Sheet {
    /// Adds a figure; the name ends with its unit.
    pub(crate) fn add(&mut self, name: impl Into<String>, value: f64, decimals: usize) {
        self.0.push(Figure { name: name.into(), value, decimals });
    }

    /// Adds a count.
    pub(crate) fn count(&mut self, name: impl Into<String>, value: u64) {
        self.add(name, value as f64, 0);
    }

    /// Adds the bound of a rate that is zero so far: no failure in N trials bounds it below 3/N at 95 %.
    pub(crate) fn bound(&mut self, name: &str, trials: u64) {
        let percent = if trials == 0 { 100.0 } else { (300.0 / trials as f64).min(100.0) };
        self.add(format!("{name}, 95 % bound, %"), percent, 2);
    }

    /// A figure, if there is one of this name.
    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|figure| figure.name == name).map(|figure| figure.value)
    }
}

/// Prints the runs: one column for a single run; median, range and every run for several.
pub(crate) fn print(title: &str, runs: &[Sheet]) {
    for line in table(title, runs) {
        println!("{line}");
    }
}

/// The median of a figure over several runs; 0 where no run has it.
pub(crate) fn median(runs: &[Sheet], name: &str) -> f64 {
    let values: Vec<f64> = runs.iter().filter_map(|run| run.get(name)).collect();
    spread(&values).1
}

/// Prints a line of its own.
pub(crate) fn say(line: impl AsRef<str>) {
    println!("{}", line.as_ref());
}

fn table(title: &str, runs: &[Sheet]) -> Vec<String> {
    let mut figures: Vec<&Figure> = Vec::new();
    for figure in runs.iter().flat_map(|run| &run.0) {
        if figures.iter().all(|known| known.name != figure.name) {
            figures.push(figure);
        }
    }
    let width = figures.iter().map(|figure| figure.name.chars().count()).max().unwrap_or(0);
    let mut lines = vec![String::new(), format!("## {title}"), String::new()];
    if runs.len() > 1 {
        lines.push(format!("{:<width$}  {:>12}  {:>12}  {:>12}  runs", "", "median", "least", "most"));
    }
    for figure in figures {
        // a code that did not occur in a run occurred zero times
        let values: Vec<f64> = runs.iter().map(|run| run.get(&figure.name).unwrap_or(0.0)).collect();
        let show = |value: f64| format!("{value:.*}", figure.decimals);
        let mut line = format!("{:<width$}", figure.name);
        match values.as_slice() {
            [only] => line.push_str(&format!("  {:>12}", show(*only))),
            many => {
                let (least, median, most) = spread(many);
                let each: Vec<String> = many.iter().map(|value| show(*value)).collect();
                let (least, median, most) = (show(least), show(median), show(most));
                line.push_str(&format!("  {median:>12}  {least:>12}  {most:>12}  {}", each.join(" / ")));
            }
        }
        lines.push(line);
    }
    lines
}

/// Least, median, most.
fn spread(values: &[f64]) -> (f64, f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let median = match sorted.len() {
        0 => return (0.0, 0.0, 0.0),
        n if n % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    };
    (sorted[0], median, sorted[sorted.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(figures: &[(&str, f64)]) -> Sheet {
        let mut sheet = Sheet::default();
        for (name, value) in figures {
            sheet.add(*name, *value, 1);
        }
        sheet
    }

    #[test]
    fn several_runs_give_median_and_range() {
        let runs =
            [sheet(&[("P99 ms", 3.0)]), sheet(&[("P99 ms", 9.0), ("BUSY", 4.0)]), sheet(&[("P99 ms", 5.0)])];
        let lines = table("bids", &runs);
        assert_eq!(lines[4], "P99 ms           5.0           3.0           9.0  3.0 / 9.0 / 5.0");
        assert_eq!(lines[5], "BUSY             0.0           0.0           4.0  0.0 / 4.0 / 0.0");
        let of_one = |name: &str| format!("{:.1}", median(&runs, name));
        assert_eq!((of_one("P99 ms"), of_one("P50 ms")), ("5.0".to_owned(), "0.0".to_owned()));
    }

    #[test]
    fn one_run_is_one_column() {
        let lines = table("bids", &[sheet(&[("P99 ms", 3.0)])]);
        assert_eq!(lines[3], "P99 ms           3.0");
    }
}

//! The text format of Prometheus.

use std::fmt::{Display, Write as _};

/// A text that grows metric by metric.
#[derive(Default)]
pub struct Text(String);

/// What a metric is.
#[derive(Clone, Copy)]
pub enum Is {
    /// Grows only.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Classes, their sum and their number.
    Histogram,
}

impl Text {
    /// Begins a metric.
    pub fn metric(&mut self, name: &str, is: Is, help: &str) -> &mut Self {
        let is = match is {
            Is::Counter => "counter",
            Is::Gauge => "gauge",
            Is::Histogram => "histogram",
        };
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {is}"))
    }

    /// A value. Labels are ours and hold nothing that would have to be escaped.
    pub fn value(
        &mut self,
        name: &str,
        labels: &[(&str, &dyn Display)],
        value: impl Display,
    ) -> &mut Self {
        let mut text = String::new();
        for (label, value) in labels {
            let comma = if text.is_empty() { "" } else { "," };
            // Writing into a text cannot fail.
            let _ = write!(text, "{comma}{label}=\"{value}\"");
        }
        if labels.is_empty() {
            self.line(format_args!("{name} {value}"))
        } else {
            self.line(format_args!("{name}{{{text}}} {value}"))
        }
    }

    /// A metric with one value.
    pub fn single(&mut self, name: &str, is: Is, help: &str, value: impl Display) -> &mut Self {
        self.metric(name, is, help).value(name, &[], value)
    }

    /// The whole.
    pub fn finish(self) -> String {
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) -> &mut Self {
        // Writing into a text cannot fail.
        let _ = writeln!(self.0, "{line}");
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_written_as_prometheus_reads_them() {
        let mut text = Text::default();
        text.single("a_total", Is::Counter, "All.", 3);
        text.metric("b", Is::Gauge, "Some.")
            .value("b", &[("x", &"1"), ("y", &2)], 0.5);
        assert_eq!(
            text.finish(),
            "# HELP a_total All.\n# TYPE a_total counter\na_total 3\n\
             # HELP b Some.\n# TYPE b gauge\nb{x=\"1\",y=\"2\"} 0.5\n"
        );
    }
}

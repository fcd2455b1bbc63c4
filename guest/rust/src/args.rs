//! The arguments of a run: `--name VALUE` options and `--name` flags.
use crate::{Error, Result};

/// Each option is asked for once, with its default and a word on what it is for; `finish` then tells of values that did
/// not parse and of arguments that nobody asked for, or answers `--help` from what was asked.
pub struct Args {
    values: Vec<String>,
    used: Vec<bool>,
    asked: Vec<Asked>,
    complaint: Option<String>,
}

struct Asked {
    /// `--epochs N`.
    form: String,
    /// `passes (default 100)`.
    help: String,
}

impl Args {
    /// The arguments that follow the program's name.
    pub fn new(values: Vec<String>) -> Self {
        let used = vec![false; values.len()];
        Args { values, used, asked: Vec::new(), complaint: None }
    }

    /// `--name TEXT`.
    pub fn text(&mut self, name: &str, otherwise: &str, help: &str) -> String {
        self.note(name, "TEXT", help, otherwise);
        self.take(name, true).unwrap_or_else(|| otherwise.to_owned())
    }

    /// `--name N`, a whole number.
    pub fn integer(&mut self, name: &str, otherwise: i64, help: &str) -> i64 {
        self.parsed(name, "N", otherwise, help, "a whole number")
    }

    /// `--name X`.
    pub fn number(&mut self, name: &str, otherwise: f64, help: &str) -> f64 {
        self.parsed(name, "X", otherwise, help, "a number")
    }

    /// `--name`; true if it is there.
    pub fn flag(&mut self, name: &str, help: &str) -> bool {
        self.note(name, "", help, "");
        self.take(name, false).is_some()
    }

    /// Errors: the first thing that was wrong with the arguments. When `--help` is among them, prints all that were asked
    /// for and ends the run well, so call it before anything else is opened.
    pub fn finish(&self) -> Result<()> {
        let mut unused = self.values.iter().zip(&self.used).filter(|(_, used)| !**used).map(|(value, _)| value);
        if unused.clone().any(|value| value == "--help") {
            self.print_help();
            std::process::exit(0);
        }
        if let Some(complaint) = &self.complaint {
            return Err(Error::new(complaint));
        }
        match unused.next() {
            Some(value) => Err(Error::new(format!(
                "this workload does not take the argument '{value}'; --help lists those it takes"
            ))),
            None => Ok(()),
        }
    }

    /// All arguments as they came, without the program's name.
    pub fn values(&self) -> &[String] {
        &self.values
    }

    fn parsed<T>(&mut self, name: &str, value: &str, otherwise: T, help: &str, kind: &str) -> T
    where
        T: std::str::FromStr + std::fmt::Display,
    {
        self.note(name, value, help, &otherwise.to_string());
        let Some(text) = self.take(name, true) else { return otherwise };
        text.parse().unwrap_or_else(|_| {
            self.complain(format!("--{name} takes {kind}, not '{text}'"));
            otherwise
        })
    }

    fn take(&mut self, name: &str, with_value: bool) -> Option<String> {
        let found = |(value, used): (&String, &bool)| !used && value.strip_prefix("--") == Some(name);
        let at = self.values.iter().zip(&self.used).position(found)?;
        self.used[at] = true;
        if !with_value {
            return Some(self.values[at].clone());
        }
        let Some(value) = self.values.get(at + 1).cloned() else {
            self.complain(format!("--{name} needs a value"));
            return None;
        };
        self.used[at + 1] = true;
        Some(value)
    }

    fn note(&mut self, name: &str, value: &str, help: &str, otherwise: &str) {
        let form = if value.is_empty() { format!("--{name}") } else { format!("--{name} {value}") };
        let default = if otherwise.is_empty() { String::new() } else { format!("default {otherwise}") };
        let separator = if help.is_empty() || default.is_empty() { "" } else { "; " };
        self.asked.push(Asked { form, help: format!("{help}{separator}{default}") });
    }

    fn complain(&mut self, message: String) {
        self.complaint.get_or_insert(message);
    }

    fn print_help(&self) {
        if self.asked.is_empty() {
            println!("This workload takes no arguments.");
            return;
        }
        println!("Arguments of this workload:");
        let width = self.asked.iter().map(|asked| asked.form.len()).max().unwrap_or(0);
        for asked in &self.asked {
            println!("  {:width$}  {}", asked.form, asked.help);
        }
    }
}

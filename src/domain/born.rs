//! When someone was born, as far as it is on file.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::person::BirthDate;

/// A date of birth on file. Someone whose day is not known is on the list of staff, and is not found at a kiosk.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Born {
    /// Nothing is known.
    #[default]
    Unknown,
    /// The year alone.
    Year(i16),
    /// Year and month.
    Month(i16, i8),
    /// The whole date.
    Day(BirthDate),
}

/// What is no date of birth.
#[derive(Debug, thiserror::Error)]
#[error("expected a date, a year and a month, or a year")]
pub struct NotBorn;

impl Born {
    /// A whole date.
    #[must_use]
    pub fn on(date: Date) -> Self {
        Self::Day(BirthDate(date))
    }

    /// The whole date, if it is known.
    #[must_use]
    pub const fn day(self) -> Option<BirthDate> {
        match self {
            Self::Day(date) => Some(date),
            Self::Unknown | Self::Year(_) | Self::Month(..) => None,
        }
    }

    /// As it is written: `1956-03-14`, `1956-03`, `1956`, or nothing (FHIR `date`).
    #[must_use]
    pub fn written(self) -> String {
        match self {
            Self::Unknown => String::new(),
            Self::Year(year) => format!("{year:04}"),
            Self::Month(year, month) => format!("{year:04}-{month:02}"),
            Self::Day(date) => date.0.to_string(),
        }
    }

    /// Reads what [`Born::written`] writes.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn read(text: &str) -> Result<Self, NotBorn> {
        let number = |text: &str, digits: usize| {
            let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse::<i16>().ok()).flatten().ok_or(NotBorn)
        };
        match text.split('-').collect::<Vec<_>>().as_slice() {
            [""] => Ok(Self::Unknown),
            [year] => Ok(Self::Year(number(year, 4)?)),
            [year, month] => {
                let month = i8::try_from(number(month, 2)?).map_err(|_| NotBorn)?;
                if (1..=12).contains(&month) { Ok(Self::Month(number(year, 4)?, month)) } else { Err(NotBorn) }
            }
            [year, month, day] => {
                number(year, 4)?;
                number(month, 2)?;
                number(day, 2)?;
                text.parse().map(Self::on).map_err(|_| NotBorn)
            }
            _ => Err(NotBorn),
        }
    }
}

impl std::fmt::Debug for Born {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Born")
    }
}

impl From<BirthDate> for Born {
    fn from(date: BirthDate) -> Self {
        Self::Day(date)
    }
}

impl From<Born> for String {
    fn from(born: Born) -> Self {
        born.written()
    }
}

impl TryFrom<String> for Born {
    type Error = NotBorn;

    fn try_from(text: String) -> Result<Self, NotBorn> {
        Self::read(&text)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_is_known_is_written_and_read() {
        for (born, written) in [
            (Born::Unknown, ""),
            (Born::Year(1956), "1956"),
            (Born::Month(1956, 3), "1956-03"),
            (Born::on(date(1956, 3, 4)), "1956-03-04"),
        ] {
            assert_eq!(born.written().as_str(), written);
            assert_eq!(Born::read(written).unwrap(), born);
            let json = serde_json::to_string(&born).unwrap();
            assert_eq!(json, format!("\"{written}\""));
            assert_eq!(serde_json::from_str::<Born>(&json).unwrap(), born);
        }
        for wrong in
            ["1956-13", "1956-3", "56", "1956-03-32", "1956-03-04-05", "1956-03-04T10:00", "x", "-1956", "+956"]
        {
            assert!(Born::read(wrong).is_err(), "{wrong}");
        }
    }
}

//! How well names go together, each pair compared once.

use std::collections::HashMap;

use super::super::private::Private;
use super::NameAt;
use super::names::{Fit, Name};

/// Collects the names of a list, each once.
#[derive(Default)]
pub(super) struct Named {
    pub(super) names: Vec<Name>,
    pub(super) places: HashMap<Private, NameAt>,
}

impl Named {
    /// `None` for what is no name.
    pub(super) fn place_of(&mut self, text: &Private) -> Option<NameAt> {
        if let Some(place) = self.places.get(text) {
            return Some(*place);
        }
        let name = Name::of(text.as_str());
        if name.is_empty() {
            return None;
        }
        let place = self.names.len();
        self.names.push(name);
        self.places.insert(text.clone(), place);
        Some(place)
    }
}

/// What was typed: where it was asked for.
#[derive(Clone, Copy)]
pub(super) enum Said {
    Family = 0,
    Given = 1,
}

/// How an index's names fit what was typed, as far as they were compared in this search.
pub(super) struct Fits<'a> {
    names: &'a [Name],
    as_family: [Vec<Option<Fit>>; 2],
    as_given: [Vec<Option<Option<Fit>>>; 2],
}

impl<'a> Fits<'a> {
    pub(super) fn none_yet(names: &'a [Name]) -> Self {
        let count = names.len();
        Self {
            names,
            as_family: [vec![None; count], vec![None; count]],
            as_given: [vec![None; count], vec![None; count]],
        }
    }

    /// The best fit of these last names.
    pub(super) fn family(&mut self, on_file: &[NameAt], typed: &Name, said: Said) -> Fit {
        let (names, [by_family, by_given]) = (self.names, &mut self.as_family);
        let known = match said {
            Said::Family => by_family,
            Said::Given => by_given,
        };
        let fits = on_file.iter().filter_map(|at| {
            let (name, fit) = (names.get(*at)?, known.get_mut(*at)?);
            Some(*fit.get_or_insert_with(|| name.fits_family(typed)))
        });
        fits.max().unwrap_or(Fit::No)
    }

    /// The best fit of these first names. `None`: what was typed says too little.
    pub(super) fn given(&mut self, on_file: &[NameAt], typed: &Name, said: Said) -> Option<Fit> {
        let (names, [by_family, by_given]) = (self.names, &mut self.as_given);
        let known = match said {
            Said::Family => by_family,
            Said::Given => by_given,
        };
        let fits = on_file.iter().filter_map(|at| {
            let (name, fit) = (names.get(*at)?, known.get_mut(*at)?);
            Some(*fit.get_or_insert_with(|| name.fits_given(typed)))
        });
        let best = fits.max_by_key(|fit| match fit {
            Some(Fit::No) => 0,
            None => 1,
            Some(Fit::ShortSlip) => 2,
            Some(Fit::Slip) => 3,
            Some(Fit::Same) => 4,
        });
        best.unwrap_or(Some(Fit::No))
    }

    /// Whether what was typed is a common one of these first names but for a letter in the middle, and no name itself.
    pub(super) fn is_plain_slip(&self, on_file: &[NameAt], typed: &Name) -> bool {
        on_file.iter().filter_map(|at| self.names.get(*at)).any(|name| name.is_plain_given_slip(typed))
    }
}

//! Kiosks as pages read them.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _};

use super::watch::Watch;
use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{KioskRow, OrderRow, Tries};
use crate::domain::ids::KioskId;
use crate::domain::ticket::{Ticket, TicketNumber};
use crate::domain::when::StaffTime;

/// All kiosks, with what they did today.
pub struct KiosksNow {
    /// How they are.
    pub watch: Arc<Watch>,
    /// For each kiosk of `watch`, in its order: how finding people went today, and the latest orders.
    pub today: Vec<(Tries, Vec<OrderRow>)>,
    /// How staff read dates and times here.
    pub times: StaffTime,
    /// When this was read.
    pub now: Timestamp,
}

impl Desk {
    /// All kiosks, each with at most `orders` of its latest orders.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn kiosks_now(&self, orders: usize) -> Result<KiosksNow, DeskError> {
        let now = self.now();
        let watch = self.kiosks()?;
        self.with_store(|store| {
            let today = store.date_at(now);
            let begins = |date: jiff::civil::Date| store.day().begin_of(date).unwrap_or(Timestamp::MIN);
            let (from, to) = (begins(today), begins(today.saturating_add(1.day())));
            let each = watch.kiosks.iter().map(|watched| {
                let id = &watched.row.id;
                Ok((store.tries(id, from, to)?, store.orders_of(id, orders, now)?))
            });
            let today = each.collect::<Result<_, DeskError>>()?;
            Ok(KiosksNow { today, times: self.settings().staff_time()?, now, watch: Arc::clone(&watch) })
        })
    }

    /// An enrolled kiosk; none if there is none of this name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn kiosk_row(&self, id: &KioskId) -> Result<Option<KioskRow>, DeskError> {
        Ok(self.with_store(|store| store.kiosk_rows())?.into_iter().find(|row| row.id == *id))
    }

    /// The ticket that someone typed, with or without the kiosk's letters: of today, or of someone who is here since
    /// another day. None if it is no number.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn ticket_typed(&self, kiosk: &KioskId, typed: &str) -> Result<Option<Ticket>, DeskError> {
        let typed = typed.trim().to_uppercase();
        let whole = match self.kiosk_row(kiosk)? {
            Some(row) if typed.starts_with(|c: char| c.is_ascii_digit()) => format!("{}{typed}", row.series),
            _ => typed,
        };
        let now = self.now();
        whole
            .parse::<TicketNumber>()
            .ok()
            .map(|number| self.with_store(|store| store.ticket_called(number, now)))
            .transpose()
    }
}

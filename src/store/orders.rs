//! What staff wanted of this kiosk and was carried out: each order once, also after a power cut; and what became of the
//! last ones.

use super::{Store, StoreError, set_fact_in};
use crate::domain::kiosk::OrderEnd;

const OBEYED: &str = "obeyed_order";
/// Why staff took the kiosk out of service; not there as long as it serves.
const CLOSED: &str = "closed_by_staff";
/// What became of the last orders, as JSON.
const ENDS: &str = "order_ends";

impl Store {
    /// The number of the last order that was carried out; 0 for none.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn obeyed(&self) -> Result<u64, StoreError> {
        self.number_fact(OBEYED)
    }

    /// Staff's words why this kiosk is out of service, which may be empty; none if it serves.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn closed_by_staff(&self) -> Result<Option<String>, StoreError> {
        Ok(self.fact(CLOSED)?.and_then(|text| text.strip_prefix('+').map(str::to_owned)))
    }

    /// What became of the last orders, the oldest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn order_ends(&self) -> Result<Vec<OrderEnd>, StoreError> {
        // A newer program may have written what this one does not know: no reason not to start.
        Ok(self.fact(ENDS)?.and_then(|ends| serde_json::from_str(&ends).ok()).unwrap_or_default())
    }

    /// Keeps what became of the last orders.
    ///
    /// # Errors
    /// If it could not be written.
    pub fn keep_order_ends(&mut self, ends: &[OrderEnd]) -> Result<(), StoreError> {
        self.set_fact(ENDS, &json(ends)?)
    }

    /// Notes that an order is taken on, what it changes for good, and how far the last ones are, in one durable
    /// transaction. `closed`: `Some(why)` whether the kiosk is closed from now on, none if that stays as it is.
    ///
    /// # Errors
    /// If it could not be written; then the order is reported again.
    pub fn obey(&mut self, order: u64, closed: Option<Option<&str>>, ends: &[OrderEnd]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        set_fact_in(&transaction, OBEYED, &order.to_string())?;
        if let Some(closed) = closed {
            set_fact_in(&transaction, CLOSED, &closed.map(|why| format!("+{why}")).unwrap_or_default())?;
        }
        set_fact_in(&transaction, ENDS, &json(ends)?)?;
        transaction.commit()?;
        Ok(())
    }
}

fn json(ends: &[OrderEnd]) -> Result<String, StoreError> {
    serde_json::to_string(ends).map_err(|_| StoreError::Unreadable { what: "order" })
}

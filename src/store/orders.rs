//! What staff wanted of this kiosk and was carried out: each order once, also after a power cut.

use super::{Store, StoreError, set_fact_in};

const OBEYED: &str = "obeyed_order";
/// Why staff took the kiosk out of service; not there as long as it serves.
const CLOSED: &str = "closed_by_staff";

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

    /// Notes that an order is carried out, and what it changes for good, in one durable transaction: `Some(why)` whether the kiosk is
    /// closed from now on, none if that stays as it is.
    ///
    /// # Errors
    /// If it could not be written; then the order is told again.
    pub fn obey(&mut self, order: u64, closed: Option<Option<&str>>) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        set_fact_in(&transaction, OBEYED, &order.to_string())?;
        if let Some(closed) = closed {
            set_fact_in(&transaction, CLOSED, &closed.map(|why| format!("+{why}")).unwrap_or_default())?;
        }
        transaction.commit()?;
        Ok(())
    }
}

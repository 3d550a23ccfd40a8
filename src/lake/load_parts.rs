//! Who writes Parquet while the next rows are parsed? One thread, fed by a short queue.

use super::part::Squeeze;
use super::{Lake, LakeError, Part};
use chrono::NaiveDate;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Files by the name of their table.
pub(super) type Parts = BTreeMap<&'static str, Vec<Part>>;

struct Order {
    table: &'static str,
    month: Option<NaiveDate>,
    frames: Vec<DataFrame>,
}

/// Writes data files of one load; nothing that it writes is visible.
pub(super) struct Writer {
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<Result<Parts, LakeError>>>,
}

impl Writer {
    pub(super) fn start(lake: Lake) -> Self {
        // A queue without places: at most one file's rows wait while those of another are written.
        let (orders, receive) = sync_channel::<Order>(0);
        let thread = std::thread::spawn(move || {
            let mut parts = Parts::new();
            for order in receive {
                let mut frames = order.frames.into_iter();
                let Some(mut frame) = frames.next() else { continue };
                for more in frames {
                    frame.vstack_mut_owned(more)?;
                }
                let part = lake.write_part(order.table, order.month, frame, Squeeze::Fast)?;
                parts.entry(order.table).or_default().push(part);
            }
            Ok(parts)
        });
        Self { orders: Some(orders), thread: Some(thread) }
    }

    /// Queues rows of one partition; waits while another file is being written.
    pub(super) fn write(&mut self, table: &'static str, month: Option<NaiveDate>, frames: Vec<DataFrame>) -> Result<(), LakeError> {
        let sent = self.orders.as_ref().is_some_and(|orders| orders.send(Order { table, month, frames }).is_ok());
        // The thread has ended before its time: it says why.
        if sent { Ok(()) } else { self.finish().and(Err(LakeError::Broken("the writing thread took no more".to_owned()))) }
    }

    /// All files written, by table.
    pub(super) fn finish(&mut self) -> Result<Parts, LakeError> {
        self.orders = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) | None => Err(LakeError::Broken("the writing thread stopped".to_owned())),
        }
    }
}

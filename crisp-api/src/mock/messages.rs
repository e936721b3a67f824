//! The messages of a conversation, with indexes for time, fingerprint and marks.
//!
//! Appending, finding and paging cost O(log n) for n messages. Marking costs O(log n) for each message that changes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Orders messages by timestamp; those with the same timestamp by insertion.
pub(super) type Key = (u64, u64);

#[derive(Debug, Default)]
pub(super) struct Messages {
    by_time: BTreeMap<Key, Value>,
    /// A client may send the same fingerprint twice; the earliest message is then found.
    by_fingerprint: BTreeSet<(u64, Key)>,
    unread: Pending,
    undelivered: Pending,
    inserted: u64,
}

/// The messages without a mark, by recipient.
#[derive(Debug, Default)]
struct Pending {
    operator: BTreeSet<Key>,
    visitor: BTreeSet<Key>,
}

/// The side of a conversation that a message is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Recipient {
    Operator,
    Visitor,
}

/// A mark that a recipient's device sets on a message.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mark {
    Read,
    Delivered,
}

impl Mark {
    /// The field of a message that holds the mark: the origin of the request that set it, or an empty string.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Delivered => "delivered",
        }
    }
}

impl Recipient {
    /// Returns the recipient of a message. A note has none.
    fn of(message: &Value) -> Option<Self> {
        match (message["type"].as_str(), message["from"].as_str()) {
            (Some("note"), _) => None,
            (_, Some("user")) => Some(Self::Operator),
            _ => Some(Self::Visitor),
        }
    }
}

impl Pending {
    fn of(&self, recipient: Recipient) -> &BTreeSet<Key> {
        match recipient {
            Recipient::Operator => &self.operator,
            Recipient::Visitor => &self.visitor,
        }
    }

    fn of_mut(&mut self, recipient: Recipient) -> &mut BTreeSet<Key> {
        match recipient {
            Recipient::Operator => &mut self.operator,
            Recipient::Visitor => &mut self.visitor,
        }
    }

    fn contains(&self, key: &Key) -> bool {
        self.operator.contains(key) || self.visitor.contains(key)
    }

    fn remove(&mut self, key: &Key) {
        self.operator.remove(key);
        self.visitor.remove(key);
    }
}

impl Messages {
    /// Inserts a message by its timestamp, after those with the same.
    pub(super) fn insert(&mut self, timestamp: u64, fingerprint: u64, message: Value) -> Key {
        self.inserted += 1;
        let key = (timestamp, self.inserted);
        if let Some(recipient) = Recipient::of(&message) {
            for mark in [Mark::Read, Mark::Delivered] {
                if message[mark.field()] == "" {
                    self.pending_mut(mark).of_mut(recipient).insert(key);
                }
            }
        }
        self.by_fingerprint.insert((fingerprint, key));
        self.by_time.insert(key, message);
        key
    }

    /// Returns the key of the earliest message with a fingerprint.
    pub(super) fn find(&self, fingerprint: u64) -> Option<Key> {
        self.all_with(fingerprint).next()
    }

    pub(super) fn get(&self, key: Key) -> Option<&Value> {
        self.by_time.get(&key)
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Value> {
        self.by_time.get_mut(&key)
    }

    pub(super) fn remove(&mut self, fingerprint: u64, key: Key) {
        self.by_time.remove(&key);
        self.by_fingerprint.remove(&(fingerprint, key));
        self.unread.remove(&key);
        self.undelivered.remove(&key);
    }

    pub(super) fn last(&self) -> Option<&Value> {
        self.by_time.last_key_value().map(|(_, message)| message)
    }

    /// Returns all messages, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Value> {
        self.by_time.values()
    }

    /// Returns up to `count` messages older than `timestamp`, or the last ones, oldest first.
    pub(super) fn before(&self, timestamp: Option<u64>, count: usize) -> Vec<&Value> {
        let older = match timestamp {
            Some(timestamp) => self.by_time.range(..(timestamp, 0)),
            None => self.by_time.range(..),
        };
        let page = older.rev().take(count).map(|(_, message)| message);
        let mut page = page.collect::<Vec<_>>();
        page.reverse();
        page
    }

    /// Returns up to `count` messages from `timestamp` on, oldest first.
    pub(super) fn since(&self, timestamp: u64, count: usize) -> Vec<&Value> {
        let page = self.by_time.range((timestamp, 0)..).take(count);
        page.map(|(_, message)| message).collect()
    }

    /// Returns how many messages a side has not read.
    pub(super) fn unread(&self, recipient: Recipient) -> usize {
        self.unread.of(recipient).len()
    }

    /// Sets a mark on messages that lack it: those with the given sender and fingerprints, or all. Returns the keys of
    /// those that changed, oldest first.
    pub(super) fn set_mark(
        &mut self,
        mark: Mark,
        origin: &str,
        from: Option<&str>,
        fingerprints: Option<&[Value]>,
    ) -> Vec<Key> {
        let pending = self.pending(mark);
        let candidates = match fingerprints {
            Some(fingerprints) => {
                let fingerprints = fingerprints.iter().filter_map(Value::as_u64);
                let keys = fingerprints.flat_map(|fingerprint| self.all_with(fingerprint));
                keys.filter(|key| pending.contains(key))
                    .collect::<BTreeSet<_>>()
            }
            None => match from {
                Some("user") => pending.operator.clone(),
                Some(_) => pending.visitor.clone(),
                None => pending.operator.union(&pending.visitor).copied().collect(),
            },
        };
        let mut changed = Vec::new();
        for key in candidates {
            if let Some(message) = self.by_time.get_mut(&key)
                && from.is_none_or(|from| message["from"] == from)
            {
                message[mark.field()] = origin.into();
                changed.push(key);
            }
        }
        let pending = self.pending_mut(mark);
        for key in &changed {
            pending.remove(key);
        }
        changed
    }

    /// Removes the read mark of all messages to a side.
    pub(super) fn mark_unread(&mut self, recipient: Recipient) {
        for (key, message) in &mut self.by_time {
            if Recipient::of(message) == Some(recipient) {
                message[Mark::Read.field()] = "".into();
                self.unread.of_mut(recipient).insert(*key);
            }
        }
    }

    fn all_with(&self, fingerprint: u64) -> impl Iterator<Item = Key> {
        let first = (fingerprint, (0, 0));
        let last = (fingerprint, (u64::MAX, u64::MAX));
        self.by_fingerprint.range(first..=last).map(|(_, key)| *key)
    }

    fn pending(&self, mark: Mark) -> &Pending {
        match mark {
            Mark::Read => &self.unread,
            Mark::Delivered => &self.undelivered,
        }
    }

    fn pending_mut(&mut self, mark: Mark) -> &mut Pending {
        match mark {
            Mark::Read => &mut self.unread,
            Mark::Delivered => &mut self.undelivered,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(from: &str, fingerprint: u64) -> Value {
        json!({ "type": "text", "from": from, "fingerprint": fingerprint, "read": "", "delivered": "" })
    }

    fn fingerprints(page: &[&Value]) -> Vec<u64> {
        let fingerprints = page.iter().map(|message| message["fingerprint"].as_u64());
        fingerprints.map(Option::unwrap_or_default).collect()
    }

    #[test]
    fn pages_are_ordered_by_time_then_insertion() {
        let mut messages = Messages::default();
        for (timestamp, fingerprint) in [(20, 1), (10, 2), (20, 3), (u64::MAX, 4), (0, 5)] {
            messages.insert(timestamp, fingerprint, message("user", fingerprint));
        }
        let before = |time, count| fingerprints(&messages.before(time, count));
        let since = |time, count| fingerprints(&messages.since(time, count));
        assert_eq!(before(None, 10), [5, 2, 1, 3, 4]);
        assert_eq!(before(None, 2), [3, 4]);
        assert_eq!(before(Some(20), 10), [5, 2]);
        assert!(before(Some(0), 10).is_empty());
        assert_eq!(since(20, 2), [1, 3]);
        assert_eq!(since(u64::MAX, 2), [4]);
    }

    #[test]
    fn a_repeated_fingerprint_finds_the_earliest_message() {
        let mut messages = Messages::default();
        let late = messages.insert(20, 7, message("user", 7));
        let early = messages.insert(10, 7, message("user", 7));
        assert_eq!(messages.find(7), Some(early));
        messages.remove(7, early);
        assert_eq!(messages.find(7), Some(late));
        messages.remove(7, late);
        assert_eq!((messages.find(7), messages.last()), (None, None));
        assert_eq!(messages.unread(Recipient::Operator), 0);
    }

    #[test]
    fn a_mark_is_set_once_by_sender_and_fingerprint() {
        let mut messages = Messages::default();
        let keys = [(1, "user"), (2, "operator"), (3, "user")]
            .map(|(number, from)| messages.insert(number, number, message(from, number)));
        let mut note = message("operator", 4);
        note["type"] = "note".into();
        messages.insert(4, 4, note);
        let mut mark = |from, fingerprints: Option<&[Value]>| {
            messages.set_mark(Mark::Read, "chat", from, fingerprints)
        };
        assert_eq!(mark(Some("user"), Some(&[json!(2), json!(3)])), [keys[2]]);
        assert_eq!(mark(Some("operator"), None), [keys[1]]);
        assert_eq!(mark(None, None), [keys[0]]);
        assert_eq!(mark(None, None), []);
        messages.mark_unread(Recipient::Operator);
        assert_eq!(messages.unread(Recipient::Operator), 2);
        assert_eq!(messages.unread(Recipient::Visitor), 0);
        let delivered = messages.set_mark(Mark::Delivered, "email", None, None);
        assert_eq!(delivered, keys, "the marks are independent");
    }
}

//! How a cluster distributes its slots.

use std::collections::BTreeSet;

use redis::Value;

/// The ranges of slots with their nodes, in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slots(BTreeSet<Range>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Range {
    first: i64,
    last: i64,
    /// The name of the node in the cluster, which does not change.
    name: Vec<u8>,
    host: String,
    port: u16,
}

impl Slots {
    /// Parses the response to `CLUSTER SLOTS`. `None` if it is not complete: slots are not served, or a node does not know an
    /// address.
    pub(super) fn parse(response: Value) -> Option<Self> {
        let Value::Array(ranges) = response else {
            return None;
        };
        let ranges: Option<BTreeSet<_>> = ranges.into_iter().map(range).collect();
        let ranges = ranges?;
        let count: i64 = ranges
            .iter()
            .map(|range| range.last - range.first + 1)
            .sum();
        (count == 16_384).then_some(Self(ranges))
    }

    /// Returns the addresses of the nodes.
    pub(super) fn nodes(&self) -> BTreeSet<(String, u16)> {
        let address = |range: &Range| (range.host.clone(), range.port);
        self.0.iter().map(address).collect()
    }
}

/// Parses `[first, last, [host, port, name, …], replicas…]`.
fn range(range: Value) -> Option<Range> {
    let Value::Array(range) = range else {
        return None;
    };
    let mut range = range.into_iter();
    let (Value::Int(first), Value::Int(last)) = (range.next()?, range.next()?) else {
        return None;
    };
    let Value::Array(node) = range.next()? else {
        return None;
    };
    let mut node = node.into_iter();
    let (host, port, name) = (node.next()?, node.next()?, node.next()?);
    let (Value::BulkString(host), Value::Int(port), Value::BulkString(name)) = (host, port, name)
    else {
        return None;
    };
    let host = String::from_utf8(host).ok()?;
    (!host.is_empty() && host != "?").then_some(Range {
        first,
        last,
        name,
        host,
        port: port.try_into().ok()?,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn range(first: i64, last: i64, port: i64, host: &str) -> Value {
        let node = Value::Array(vec![
            Value::BulkString(host.as_bytes().to_vec()),
            Value::Int(port),
            Value::BulkString(port.to_string().into_bytes()),
            Value::Array(Vec::new()),
        ]);
        Value::Array(vec![Value::Int(first), Value::Int(last), node])
    }

    #[test]
    fn the_order_of_the_ranges_does_not_matter() {
        let (low, high) = (range(0, 8_000, 1, "a"), range(8_001, 16_383, 2, "b"));
        let slots = Slots::parse(Value::Array(vec![low.clone(), high.clone()])).unwrap();
        assert_eq!(Slots::parse(Value::Array(vec![high, low])).unwrap(), slots);
        let nodes = [("a".to_owned(), 1), ("b".to_owned(), 2)];
        assert_eq!(slots.nodes(), BTreeSet::from(nodes));
        let moved = vec![range(0, 8_001, 1, "a"), range(8_002, 16_383, 2, "b")];
        assert_ne!(Slots::parse(Value::Array(moved)).unwrap(), slots);
    }

    #[test]
    fn an_incomplete_distribution_is_none() {
        for ranges in [
            vec![range(0, 16_382, 1, "a")],
            vec![range(0, 16_383, 1, "")],
            vec![Value::Nil],
        ] {
            assert_eq!(Slots::parse(Value::Array(ranges)), None);
        }
        assert_eq!(Slots::parse(Value::Nil), None);
    }
}

//! Reports changes by publish and subscribe. The scripts publish what they change.
//!
//! A server sends the messages and the responses of one connection in order. So when it responds to a command on the
//! subscribed connection, every change that it made before the command was sent has been delivered. The command also shows that
//! it is still the server that makes the changes. In a cluster, this holds for each node that has slots, and the feed ends
//! when one of them knows of another distribution of the slots.

mod slots;

use std::{collections::VecDeque, time::Duration};

use async_trait::async_trait;
use axum_auth0_core::store::{ChangeFeed, StoreChange, StoreError};
use futures::future::try_join_all;
use redis::{Cmd, PushInfo, PushKind, RedisResult, Value, aio::MultiplexedConnection, cmd};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::{Instant, timeout_at},
};

use self::slots::Slots;
use super::{
    connection::{self, Connection},
    keys::Keys,
    options::RedisOptions,
};

/// Interval between proofs that no change is missing.
const PROOF_INTERVAL: Duration = Duration::from_millis(250);

/// The message that shows that this user may publish.
const TEST_MESSAGE: &str = "subscribed";

/// Subscribed connections to the server, or to all nodes of a cluster that have slots.
pub(super) struct RedisChanges {
    options: RedisOptions,
    keys: Keys,
    nodes: Vec<MultiplexedConnection>,
    /// How the slots were distributed when the feed began; `None` without a cluster.
    slots: Option<Slots>,
    messages: UnboundedReceiver<PushInfo>,
    /// What was received and not reported yet.
    received: VecDeque<StoreChange>,
    next_proof: Instant,
}

impl RedisChanges {
    pub(super) async fn open(connection: &Connection, keys: &Keys) -> Result<Self, StoreError> {
        let slots = if connection.is_cluster() {
            let slots: Value = connection.read(&cluster_slots()).await?;
            Some(Slots::parse(slots).ok_or_else(|| lost("the slots of the cluster are unknown"))?)
        } else {
            None
        };
        let addresses = match &slots {
            Some(slots) => slots.nodes().into_iter().map(Some).collect(),
            None => vec![None],
        };
        let options = connection.options();
        let (sender, messages) = unbounded_channel();
        let channel = keys.channel();
        let subscriptions = addresses
            .into_iter()
            .map(|address| subscribe(options, address, &sender, &channel));
        let nodes = try_join_all(subscriptions).await;
        Ok(Self {
            nodes: nodes.map_err(|error| options.error(&error))?,
            options: options.clone(),
            keys: keys.clone(),
            slots,
            messages,
            received: VecDeque::new(),
            next_proof: Instant::now(),
        })
    }

    /// Sends a command to each node. What they sent before their responses has been received then.
    async fn prove(&mut self) -> Result<(), StoreError> {
        let sent_at = Instant::now();
        self.next_proof = sent_at + PROOF_INTERVAL;
        let command = match &self.slots {
            Some(_) => cluster_slots(),
            // A server that has become a replica refuses it. It changes nothing.
            None => super::command("DEL", &self.keys.missing()),
        };
        let responses = self.nodes.iter().map(|node| {
            let (mut node, command) = (node.clone(), &command);
            async move { command.query_async::<Value>(&mut node).await }
        });
        let responses = try_join_all(responses).await;
        let responses = responses.map_err(|error| self.options.error(&error))?;
        if let Some(slots) = &self.slots
            && !responses
                .into_iter()
                .all(|response| Slots::parse(response).as_ref() == Some(slots))
        {
            return Err(lost("the slots of the cluster are moving"));
        }
        while let Ok(message) = self.messages.try_recv() {
            self.receive(&message)?;
        }
        self.received.push_back(StoreChange::Current(sent_at));
        Ok(())
    }

    fn receive(&mut self, message: &PushInfo) -> Result<(), StoreError> {
        match message.kind {
            PushKind::Message => {}
            PushKind::Disconnection => return Err(lost("the connection was closed")),
            _ => return Ok(()),
        }
        let Some(Value::BulkString(key)) = message.data.last() else {
            return Err(lost("a message has no text"));
        };
        if key == TEST_MESSAGE.as_bytes() {
            return Ok(());
        }
        let change = self.keys.change(key);
        let change = change.ok_or_else(|| lost("a message names no session"))?;
        self.received.push_back(change);
        Ok(())
    }
}

#[async_trait]
impl ChangeFeed for RedisChanges {
    async fn next(&mut self) -> Result<StoreChange, StoreError> {
        loop {
            if let Some(change) = self.received.pop_front() {
                return Ok(change);
            }
            match timeout_at(self.next_proof, self.messages.recv()).await {
                Ok(Some(message)) => self.receive(&message)?,
                Ok(None) => return Err(lost("the connection was closed")),
                Err(_) => self.prove().await?,
            }
        }
    }
}

/// Subscribes at one node.
async fn subscribe(
    options: &RedisOptions,
    node: Option<(String, u16)>,
    messages: &UnboundedSender<PushInfo>,
    channel: &str,
) -> RedisResult<MultiplexedConnection> {
    let config = connection::config().set_push_sender(messages.clone());
    let client = options.subscriber(node)?;
    let mut node = client
        .get_multiplexed_async_connection_with_config(&config)
        .await?;
    node.subscribe(channel).await?;
    // The scripts make their changes even if this is forbidden.
    let mut publish = cmd("PUBLISH");
    publish.arg(channel).arg(TEST_MESSAGE);
    publish.query_async::<i64>(&mut node).await?;
    Ok(node)
}

fn cluster_slots() -> Cmd {
    let mut command = cmd("CLUSTER");
    command.arg("SLOTS");
    command
}

fn lost(why: &str) -> StoreError {
    StoreError(format!("messages of Redis were lost: {why}"))
}

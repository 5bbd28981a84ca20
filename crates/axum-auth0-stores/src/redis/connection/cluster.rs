//! A Redis cluster. The client knows its nodes and their slots.

use redis::{
    Cmd, ErrorKind, RedisError, RedisResult, ServerErrorKind, Value, cluster::ClusterClient,
    cluster_async::ClusterConnection, cluster_routing::SingleNodeRoutingInfo, cmd, pipe,
};

use super::{CONNECT_TIMEOUT, RESPONSE_TIMEOUT, RedisOptions};

pub(super) struct Cluster(ClusterConnection);

impl Cluster {
    pub(super) async fn open(options: &RedisOptions) -> RedisResult<Self> {
        let builder = ClusterClient::builder([options.connection.clone()])
            .connection_timeout(CONNECT_TIMEOUT)
            .response_timeout(RESPONSE_TIMEOUT)
            .tcp_settings(options.connection.tcp_settings().clone())
            // The client also repeats commands whose connection was lost, although they may have run.
            .retries(0);
        let builder = match options.certificates() {
            Some(certificates) => builder.certs(certificates),
            None => builder,
        };
        Ok(Self(builder.build()?.get_async_connection().await?))
    }

    /// Sends a command to the node of its key. After an error that another node is responsible, the client learns of it,
    /// and the command can be sent again.
    pub(super) async fn send(&self, command: &Cmd) -> RedisResult<Value> {
        let mut connection = self.0.clone();
        let error = match command.query_async(&mut connection).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        match importing_node(&error) {
            Some(node) => ask(connection, command, node).await,
            None => Err(error),
        }
    }
}

/// Returns the node to which the key is being moved.
fn importing_node(error: &RedisError) -> Option<SingleNodeRoutingInfo> {
    if error.kind() != ErrorKind::Server(ServerErrorKind::Ask) {
        return None;
    }
    let (node, _slot) = error.redirect_node()?;
    let (host, port) = node.rsplit_once(':')?;
    Some(SingleNodeRoutingInfo::ByAddress {
        host: host.to_owned(),
        port: port.parse().ok()?,
    })
}

async fn ask(
    mut connection: ClusterConnection,
    command: &Cmd,
    node: SingleNodeRoutingInfo,
) -> RedisResult<Value> {
    let mut pipeline = pipe();
    pipeline.add_command(cmd("ASKING"));
    pipeline.add_command(command.clone());
    let values = connection.route_pipeline(pipeline, 1, 1, node).await?;
    let value = values.into_iter().next().unwrap_or(Value::Nil);
    value.extract_error()
}

//! A cluster.

use std::time::Duration;

use super::server::{RedisServer, cli};
use crate::{Missing, process::wait_until};

const START_TIMEOUT: Duration = Duration::from_mins(1);

/// A Redis cluster of three nodes without replicas. Their data survive a restart.
#[derive(Debug)]
pub struct RedisCluster {
    /// The nodes.
    pub nodes: Vec<RedisServer>,
}

impl RedisCluster {
    /// Starts a cluster.
    ///
    /// # Errors
    /// If Redis is not installed.
    pub fn start() -> Result<Self, Missing> {
        let cluster = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
        let settings = [&cluster[..], &["--appendonly", "yes"]].concat();
        let nodes = (0..3).map(|_| RedisServer::start(&settings));
        let nodes = nodes.collect::<Result<Vec<_>, _>>()?;
        let addresses: Vec<_> = nodes
            .iter()
            .map(|node| format!("127.0.0.1:{}", node.port()))
            .collect();
        let mut arguments = vec!["create"];
        arguments.extend(addresses.iter().map(String::as_str));
        arguments.extend(["--cluster-yes"]);
        let output = cli(&["--cluster"], &arguments);
        let cluster = Self { nodes };
        assert!(cluster.wait_until_ready(), "no cluster: {output}");
        Ok(cluster)
    }

    /// Returns the URL of the first node.
    pub fn url(&self) -> String {
        self.nodes[0].url()
    }

    /// Waits until all nodes know that the cluster is complete. Returns whether they do.
    pub fn wait_until_ready(&self) -> bool {
        wait_until(START_TIMEOUT, || {
            self.nodes.iter().all(|node| {
                let info = node.command(&["CLUSTER", "INFO"]);
                info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
            })
        })
    }
}

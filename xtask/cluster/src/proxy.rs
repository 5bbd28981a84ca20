//! nginx in front of the replicas: as `docs/deploying.md` configures it, with shorter times.

use std::{fs, io, path::Path, process::Command};

use crate::program::Program;

const INSTALL: &str =
    "nginx is not installed; install it with: apt-get install nginx (macOS: brew install nginx)";

/// Writes the configuration to `folder`, and prepares nginx.
pub(crate) fn prepare(folder: &Path, port: u16, replicas: &[u16]) -> io::Result<Program> {
    let nginx = find().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, INSTALL))?;
    let file = folder.join("nginx.conf");
    fs::write(&file, configuration(port, replicas))?;
    for temporary in ["body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        fs::create_dir_all(folder.join("nginx-temporary").join(temporary))?;
    }
    let mut command = Command::new(nginx);
    command.arg("-p").arg(folder).arg("-c").arg(&file);
    Program::new("nginx", command, folder)
}

fn find() -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        // Where Debian installs it, which is not on the path of every user.
        .chain(["/usr/sbin".into()])
        .map(|folder| folder.join("nginx"))
        .find(|program| program.is_file())
}

/// Returns the configuration. Paths are relative to the folder that `-p` names.
fn configuration(port: u16, replicas: &[u16]) -> String {
    let servers: Vec<String> = replicas
        .iter()
        .map(|replica| format!("    server 127.0.0.1:{replica} max_fails=1 fail_timeout=2s;\n"))
        .collect();
    let servers = servers.concat();
    let user = if rustix::process::geteuid().is_root() {
        "user root;\n"
    } else {
        ""
    };
    format!(
        r#"{user}daemon off;
# One process, which ends with the run however that ends.
master_process off;
worker_processes 1;
pid nginx.pid;
error_log stderr warn;
events {{
  worker_connections 8192;
}}
http {{
  access_log off;
  client_body_temp_path nginx-temporary/body;
  proxy_temp_path nginx-temporary/proxy;
  fastcgi_temp_path nginx-temporary/fastcgi;
  uwsgi_temp_path nginx-temporary/uwsgi;
  scgi_temp_path nginx-temporary/scgi;
  upstream site {{
{servers}    keepalive 64;
  }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://site;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      # A replica that does not answer gets no requests for two seconds, and an idempotent request goes to the next one.
      # POST is never repeated.
      proxy_connect_timeout 1s;
      proxy_read_timeout 10s;
      proxy_next_upstream error timeout;
      proxy_next_upstream_tries 3;
      proxy_next_upstream_timeout 25s;
    }}
  }}
}}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_replica_is_an_upstream_with_a_health_check() {
        let text = configuration(8080, &[3001, 3002]);
        assert!(text.contains("listen 127.0.0.1:8080"), "{text}");
        for port in [3001, 3002] {
            let server = format!("server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;");
            assert!(text.contains(&server), "{text}");
        }
    }
}

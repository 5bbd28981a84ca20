//! `module-graph [PACKAGE…]`: prints the module graph of the workspace's packages and fails on a cycle.

use std::path::Path;
use std::process::ExitCode;

use module_graph::{Graph, Target, Tree, targets};

fn main() -> ExitCode {
    let packages: Vec<String> = std::env::args().skip(1).collect();
    match run(&packages) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(cycles) => {
            eprintln!("\nerror: {cycles} cycles of modules");
            ExitCode::FAILURE
        }
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Prints everything and returns the number of cycles.
fn run(packages: &[String]) -> Result<usize, String> {
    let all = targets()?;
    if let Some(unknown) = packages
        .iter()
        .find(|name| all.iter().all(|target| target.package != **name))
    {
        return Err(format!("the workspace has no package {unknown}"));
    }
    let folder = std::env::current_dir().map_err(|e| format!("no current folder: {e}"))?;
    let mut cycles = 0;
    for target in &all {
        if packages.is_empty() || packages.contains(&target.package) {
            cycles += print(target, &folder)?;
        }
    }
    Ok(cycles)
}

fn print(target: &Target, folder: &Path) -> Result<usize, String> {
    // Relative, as compilers print them.
    let root = target.root.strip_prefix(folder).unwrap_or(&target.root);
    let tree = Tree::read(root).map_err(|e| e.to_string())?;
    let graph = Graph::new(&tree);
    println!("{}, modules: {}", target.name, tree.len());
    print!("{graph}");
    let cycles = graph.cycles();
    for cycle in &cycles {
        println!("  cycle in {}: {cycle}", target.name);
    }
    Ok(cycles.len())
}

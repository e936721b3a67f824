//! The packages of npm that the tests run against, and the scripts beside this file that use them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::LazyLock;

use tokio::process::{Child, Command};

/// Where the packages were installed, or why there are none.
static PACKAGES: LazyLock<Result<PathBuf, String>> = LazyLock::new(install);

/// Runs a script; `None`, with the reason printed, where there is no Node to run it.
pub(crate) fn run(script: &str, arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> Option<Child> {
    let packages = match &*PACKAGES {
        Ok(packages) => packages,
        Err(reason) => {
            println!("skipped: {reason}");
            return None;
        }
    };
    let child = Command::new("node")
        .arg(sources().join(script))
        .args(arguments)
        .env("NODE_PATH", packages.join("node_modules"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    Some(child.unwrap())
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node")
}

fn install() -> Result<PathBuf, String> {
    for program in ["node", "npm"] {
        let version = std::process::Command::new(program)
            .arg("--version")
            .output();
        if !version.is_ok_and(|output| output.status.success()) {
            return Err(format!("{program} is not on this machine"));
        }
    }
    let lock = std::fs::read_to_string(sources().join("package-lock.json")).unwrap();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("node");
    let installed = directory.join("installed.json");
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == lock) {
        return Ok(directory);
    }
    std::fs::create_dir_all(&directory).unwrap();
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(sources().join(file), directory.join(file)).unwrap();
    }
    let status = std::process::Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(&directory)
        .status();
    // A machine with Node but without its packages is set up wrongly: that must not pass unseen.
    assert!(status.is_ok_and(|status| status.success()), "npm ci failed");
    std::fs::write(installed, lock).unwrap();
    Ok(directory)
}

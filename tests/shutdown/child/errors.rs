use std::io;

use taskward::{Context, ContextError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot start")]
    Start(#[from] io::Error),
    #[error(transparent)]
    Interrupted(#[from] ContextError),
}

fn disk_is_full() -> io::Error {
    io::Error::other("the disk is full")
}

pub(crate) mod fails {
    use super::{Error, disk_is_full};

    #[taskward::main]
    pub(crate) async fn main() -> Result<(), Error> {
        Err(disk_is_full())?;
        Ok(())
    }
}

pub(crate) mod fails_in_a_box {
    use super::{Error, disk_is_full};

    #[taskward::main]
    pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
        Err(Error::Start(disk_is_full()).into())
    }
}

pub(crate) mod fails_with_a_report {
    use anyhow::Context as _;

    use super::disk_is_full;

    #[taskward::main]
    pub(crate) async fn main() -> anyhow::Result<()> {
        Err(disk_is_full()).context("cannot start")
    }
}

/// Implements only `Debug`.
#[derive(Debug)]
pub(crate) struct DiskIsFull;

pub(crate) mod fails_without_an_error {
    use super::DiskIsFull;

    #[taskward::main]
    pub(crate) async fn main() -> Result<(), DiskIsFull> {
        Err(DiskIsFull)
    }
}

pub(crate) mod fails_while_stopping {
    use super::{Context, Error, disk_is_full};

    #[taskward::main]
    pub(crate) async fn main(ctx: Context) -> Result<(), Error> {
        crate::ready();
        ctx.cancelled().await;
        Err(Error::Start(disk_is_full()))
    }
}

pub(crate) mod is_interrupted {
    use super::{Context, Error};

    #[taskward::main]
    pub(crate) async fn main(ctx: Context) -> Result<(), Error> {
        crate::ready();
        ctx.run(std::future::pending()).await?
    }
}

pub(crate) mod has_a_code {
    use std::process::ExitCode;

    use super::Error;

    #[taskward::main]
    pub(crate) async fn main() -> Result<ExitCode, Error> {
        Ok(ExitCode::from(7))
    }
}

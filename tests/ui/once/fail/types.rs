use std::rc::Rc;

use taskward::{Once, once};

struct NotClone;

#[once]
async fn error_is_not_clone() -> Result<&'static u8, NotClone> {
    Ok(1)
}

#[once]
fn not_sync() -> &'static Rc<u8> {
    Rc::new(1)
}

#[once]
fn wrong_value() -> &'static u8 {
    "text"
}

#[once]
async fn wrong_result() -> Result<&'static u8, String> {
    let n: u8 = "1".parse()?;
    Ok(n + "1")
}

struct Service {
    number: Once<u8, String>,
    bytes: Vec<u8>,
}

impl Service {
    #[once(self.number)]
    fn another_type(&self) -> Result<&u16, String> {
        Ok(1)
    }

    #[once(self.number)]
    fn without_the_error(&self) -> &u8 {
        1
    }

    #[once(self.bytes)]
    async fn no_once(&self) -> &u8 {
        1
    }

    #[once(self.missing)]
    async fn no_field(&self) -> &u8 {
        1
    }

    #[once(self.number)]
    async fn error_is_not_clone(&self) -> Result<&u8, NotClone> {
        Err(NotClone)
    }
}

fn main() {}

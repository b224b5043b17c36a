mod number {
    #[taskward::main]
    async fn main() -> u32 {
        7
    }
}

struct Secret;

mod no_debug {
    #[taskward::main]
    async fn main() -> Result<(), super::Secret> {
        Ok(())
    }
}

#[taskward::main]
async fn main() -> Option<()> {
    None
}

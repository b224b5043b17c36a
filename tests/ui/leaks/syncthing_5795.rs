// The dispatcher's handler closes the connection, which waits for the dispatcher to stop.
use std::sync::Arc;

use taskward::{Context, TaskGroup};

struct Connection {
    dispatcher: TaskGroup<()>,
}

impl Connection {
    async fn close(self) {
        self.dispatcher.join().await;
    }
}

fn start(ctx: &Context) -> Arc<Connection> {
    let connection = Arc::new(Connection { dispatcher: TaskGroup::new(ctx) });
    let handler = connection.clone();
    connection.dispatcher.spawn(async move |_| handler.close().await);
    connection
}

fn main() {
    let _ = start;
}

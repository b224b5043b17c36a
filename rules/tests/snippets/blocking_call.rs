// Violations.

async fn sleeps(ctx: &Context) {
    std::thread::sleep(LIMIT); //~ blocking_call
    thread::sleep(LIMIT); //~ blocking_call
    use std::thread::sleep as nap;
    nap(LIMIT); //~ blocking_call
    let pause = std::thread::sleep;
    pause(LIMIT); //~ blocking_call
    std::thread::park(); //~ blocking_call
    std::thread::scope(|scope| work(scope)); //~ blocking_call
    std::thread::spawn(|| ()).join().unwrap(); //~ blocking_call
    work().await;
}

async fn files(ctx: &Context) -> io::Result<()> {
    std::fs::write(path, text)?; //~ blocking_call
    let file = std::fs::File::open(path); //~ blocking_call
    fs::read(path)?; //~ blocking_call
    fs::create_dir_all(path).unwrap(); //~ blocking_call
    let file = File::open(path)?; //~ blocking_call
    let file = File::create(path).expect("a file"); //~ blocking_call
    let file = OpenOptions::new().append(true).open(path)?; //~ blocking_call
    let file = std::fs::OpenOptions::new().append(true).open(path); //~ blocking_call
    if let Ok(text) = fs::read_to_string(path) { //~ blocking_call
        send(text).await;
    }
    match File::open(path) { //~ blocking_call
        Ok(file) => work(file).await,
        Err(error) => Err(error),
    }
}

async fn imported_files(ctx: &Context) {
    use std::fs::{self as files, File, read_to_string};
    files::remove_file(path); //~ blocking_call
    let file = File::create(path); //~ blocking_call
    let text = read_to_string(path); //~ blocking_call
    work().await;
}

async fn networks(ctx: &Context) -> io::Result<()> {
    std::net::TcpStream::connect(address)?; //~ blocking_call
    TcpStream::connect(address)?; //~ blocking_call
    reqwest::blocking::get(url)?; //~ blocking_call
    ureq::get(url).call()?; //~ blocking_call
    work().await
}

async fn processes(ctx: &Context) -> io::Result<()> {
    std::process::Command::new("ls").arg("-l").output(); //~ blocking_call
    Command::new("ls").status()?; //~ blocking_call
    Command::new("ls").arg("-l").output().unwrap(); //~ blocking_call
    work().await
}

async fn waits(ctx: &Context) {
    futures::executor::block_on(work()); //~ blocking_call
    pollster::block_on(work()); //~ blocking_call
    Handle::current().block_on(work()); //~ blocking_call
    tokio::runtime::Handle::block_on(&handle, work()); //~ blocking_call
    queue.blocking_recv(); //~ blocking_call
    mpsc::Sender::blocking_send(&sender, 1); //~ blocking_call
    let guard = shared.blocking_lock(); //~ blocking_call
    let item = receiver.recv().unwrap(); //~ blocking_call
    let item = receiver.recv_timeout(LIMIT); //~ blocking_call
    while let Ok(item) = receiver.recv() { //~ blocking_call
        work(item).await;
    }
    drop(guard);
}

async fn input(ctx: &Context) {
    std::io::stdin().read_line(&mut line)?; //~ blocking_call
    io::read_to_string(io::stdin())?; //~ blocking_call
    work().await;
}

async fn in_other_code(ctx: &Context) {
    let later = async { std::thread::sleep(LIMIT) }; //~ blocking_call
    println!("{}", std::fs::read_to_string(path).unwrap()); //~ blocking_call
    tokio::select! {
        () = work() => std::thread::sleep(LIMIT), //~ blocking_call
    }
    later.await;
}

async fn threads_and_processes(ctx: &Context) {
    let addresses = "localhost:80".to_socket_addrs()?; //~ blocking_call
    thread.join().unwrap(); //~ blocking_call
    for thread in threads {
        thread.join().expect("a thread"); //~ blocking_call
    }
    handle.join(); //~ blocking_call
    barrier.wait(); //~ blocking_call
    if barrier.wait().is_leader() { //~ blocking_call
        publish();
    }
    let status = child.wait()?; //~ blocking_call
    work().await;
}

async fn known_by_their_types(ctx: &Context, thread: std::thread::JoinHandle<u8>, barrier: &std::sync::Barrier) {
    let joined = thread.join(); //~ blocking_call
    let leads = barrier.wait(); //~ blocking_call
    let own = std::sync::Barrier::new(2);
    let leads = own.wait(); //~ blocking_call
    let joined = std::thread::JoinHandle::join(other); //~ blocking_call
    work().await;
}

async fn in_tasks(ctx: &Context) {
    group.spawn(async move |ctx| std::thread::sleep(LIMIT)); //~ blocking_call
    group.spawn(|ctx| async move { fs::read(path)? }); //~ blocking_call
    group.spawn(async move |ctx| {
        std::thread::sleep(LIMIT); //~ blocking_call
        tokio::task::spawn_blocking(|| std::thread::sleep(LIMIT)).await;
    });
    work().await;
}

#[plain]
fn makes_a_future(ctx: &Context) -> impl Future {
    async move {
        std::thread::sleep(LIMIT); //~ blocking_call
    }
}

// Idioms.

async fn tokios(ctx: &Context) -> io::Result<()> {
    tokio::time::sleep(LIMIT).await;
    sleep(LIMIT).await;
    tokio::fs::read(path).await?;
    fs::read(path).await?;
    let file = File::open(path).await?;
    let stream = TcpStream::connect(address).await?;
    let listener = TcpListener::bind(address).await?;
    Command::new("ls").output().await?;
    let mut child = Command::new("ls").spawn()?;
    child.wait().await?;
    let item = receiver.recv().await.unwrap();
    while let Some(item) = receiver.recv().await {}
    let reading = fs::read(path);
    reading.await?;
    let receiving = receiver.recv();
    tokio::pin!(receiving);
    tokio::try_join!(fs::read(a), fs::read(b))?;
    OpenOptions::new().append(true).open(path).await?;
    timeout(LIMIT, TcpStream::connect(address)).await??; //~ bare_timeout
    tokio::io::stdin().read_line(&mut line).await?;
    stdin.read_line(&mut line).await?;
    mine::block_on(work()).await;
}

async fn on_other_threads(ctx: &Context) {
    spawn_blocking(|| std::fs::read(path)).await?;
    tokio::task::block_in_place(|| std::thread::sleep(LIMIT));
    tokio::task::spawn_blocking(move || {
        let text = fs::read_to_string(path)?;
        std::thread::sleep(LIMIT);
        text
    })
    .await?;
}

async fn does_not_block(ctx: &Context) {
    let how = std::fs::OpenOptions::new().read(true);
    let file = tokio::fs::File::from_std(std::fs::File::from(descriptor));
    let modes = std::fs::Permissions::from_mode(0o600);
    let child = std::process::Command::new("ls").spawn()?;
    let threads = std::thread::available_parallelism();
    let this = std::thread::current();
    let item = receiver.try_recv().unwrap();
    let path = path.join("file");
    fn helper() {
        std::thread::sleep(LIMIT);
    }
    work().await;
}

async fn barriers_of_tokio(ctx: &Context, barrier: &tokio::sync::Barrier) {
    let waiting = barrier.wait();
    let own = tokio::sync::Barrier::new(2);
    let more = own.wait();
    Barrier::wait(&own).await;
    tokio::join!(waiting, more);
}

async fn waits_of_tokio(ctx: &Context) {
    group.join().await?;
    barrier.wait().await.is_leader();
    timeout(LIMIT, child.wait()).await?; //~ bare_timeout
    let joined = parts.join(", ").unwrap();
    let path = path.join("file");
    tokio::select! {
        status = child.wait() => drop(status),
        accepted = listener.accept() => handle(accepted?),
    }
    let waiting = child.wait();
    waiting.await?;
    let (stream, _) = listener.accept().await?;
    let connection = endpoint.accept().await.unwrap().accept().unwrap();
}

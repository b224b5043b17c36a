use taskward::channel;
use taskward::channel::Receiver;

fn closes(values: &mut Receiver<u8>) {
    values.close();
}

fn is_cloned(values: &Receiver<u8>) -> Receiver<u8> {
    Receiver::clone(values)
}

fn is_no_iterator(values: Receiver<u8>) {
    for value in values {
        drop::<u8>(value);
    }
}

fn main() {
    let (_sender, mut values) = channel(8);
    closes(&mut values);
    drop(is_cloned(&values));
    is_no_iterator(values);
}

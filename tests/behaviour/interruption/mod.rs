mod cleanup;
mod each;
mod grace;
mod hostile;
mod pool;
mod shield;
mod siblings;
mod stacked;

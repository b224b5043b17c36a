mod cleanup;
mod each;
mod grace;
mod hostile;
mod shield;
mod siblings;
mod stacked;
